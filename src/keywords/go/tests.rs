//! What the Go recogniser finds, and what it leaves alone.

mod properties;

use super::{GoVersion, Package, keywords_in, parse};
use crate::keywords::Source;
use viva_guide::Language;

/// Looks at the `$0` in a file. The answer is `names @ text`, and the sense if there is one.
#[track_caller]
fn check(fixture: &str, expected: &str) {
    check_in(None, fixture, expected);
}

/// The same, of a file whose package is known or not.
#[track_caller]
fn check_in(package: Option<&Package>, fixture: &str, expected: &str) {
    let offset = fixture.find("$0").expect("the fixture has a cursor");
    let text = fixture.replacen("$0", "", 1);
    let tree = parse(&text, None);
    let source = Source {
        tree: tree.as_ref(),
        package,
        ..Source::new(&text)
    };
    let answer = match keywords_in(source, offset..offset + 1).pop() {
        None => "nothing".to_owned(),
        Some(keyword) => {
            let sense = keyword.sense.map_or_else(String::new, |sense| {
                let note = sense
                    .note
                    .map_or_else(String::new, |note| format!(", {note}"));
                format!(" = {}{note}", sense.name)
            });
            let prefix = keyword.language.map_or("", Language::prefix);
            let names: Vec<String> = keyword
                .names
                .iter()
                .map(|name| format!("{prefix}{name}"))
                .collect();
            format!("{} @ {}{sense}", names.join(" "), &text[keyword.range])
        }
    };
    assert_eq!(answer, expected, "{fixture}");
}

/// The same for statements in a function of a file that imports what it needs.
#[track_caller]
fn check_body(body: &str, expected: &str) {
    let imports = [
        "context",
        "fmt",
        "iter",
        "maps",
        "net/http",
        "os",
        "slices",
        "sync",
        "sync/atomic",
        "time",
        "github.com/redis/go-redis/v9",
        "gorm.io/gorm",
        "example.com/other",
    ];
    let imports = imports.map(|path| format!("import \"{path}\"\n")).concat();
    check(
        &format!("package p\n{imports}\nfunc f() {{\n{body}\n}}\n"),
        expected,
    );
}

// Keywords and operators.

#[test]
fn a_keyword_is_its_own_name() {
    check_body("def$0er f()", "defer @ defer");
    check_body("$0go f()", "go @ go");
    check_body("fallth$0rough", "fallthrough @ fallthrough");
    check_body("switch x.($0type) {}", "type @ type");
    check_body("var c ch$0an int", "chan @ chan");
    check("pack$0age p", "package @ package");
}

#[test]
fn an_arrow_sends_receives_or_is_part_of_a_type() {
    check_body("c $0<- 1", "<- @ <- = <-(send)");
    check_body("x := <$0-c", "<- @ <- = <-(receive)");
    check_body("select { case v, ok := $0<-c: }", "<- @ <- = <-(receive)");
    check_body(
        "var c chan$0<- int",
        "<- @ <- = <-(send), type of a channel that can only be sent to",
    );
    check_body(
        "var c $0<-chan int",
        "<- @ <- = <-(receive), type of a channel that can only be received from",
    );
}

#[test]
fn a_select_with_a_default_clause_does_not_block() {
    check_body(
        "sel$0ect { case <-c: default: }",
        "select @ select = select(default), has a default clause: does not block",
    );
    check_body(
        "sel$0ect { case <-c: select { default: } }",
        "select @ select",
    );
}

#[test]
fn range_says_what_it_goes_over() {
    check_body(
        "c := make(chan int)\nfor x := ra$0nge c {}",
        "range @ range = range(chan)",
    );
    check_body("for i := ra$0nge 10 {}", "range @ range = range(int)");
    check_body("n := 10\nfor ra$0nge n {}", "range @ range = range(int)");
    check_body(
        "for i, r := ra$0nge \"häß\" {}",
        "range @ range = range(string)",
    );
    check_body(
        "for k := ra$0nge map[string]int{} {}",
        "range @ range = range(map)",
    );
    check_body(
        "for i := ra$0nge http.Header{} {}",
        "range @ range = range(map)",
    );
    check_body(
        "for i := ra$0nge []int{} {}",
        "range @ range = range(slice)",
    );
    check_body(
        "for i := ra$0nge [3]int{} {}",
        "range @ range = range(array)",
    );
    check_body(
        "for i := ra$0nge &[3]int{} {}",
        "range @ range = range(array)",
    );
    check_body(
        "for k := ra$0nge maps.Keys(m) {}",
        "range @ range = range(func)",
    );
    check_body(
        "var s iter.Seq[int]\nfor k := ra$0nge s {}",
        "range @ range = range(func)",
    );
    check_body("for k := ra$0nge unknown {}", "range @ range");
}

// Predeclared identifiers.

#[test]
fn predeclared_names_are_told() {
    check_body("le$0n(x)", "builtin.len @ len");
    check_body("var s stri$0ng", "builtin.string @ string");
    check_body("x = n$0il", "builtin.nil @ nil");
    check_body("f(tr$0ue)", "builtin.true @ true");
    check_body("cl$0ear(m)", "builtin.clear @ clear");
    check_body("x := n$0ew(int)", "builtin.new @ new");
    check("package p\nconst (\n A = io$0ta\n)", "builtin.iota @ iota");
    check("package p\nfunc f[T a$0ny](x T) {}", "builtin.any @ any");
    check(
        "package p\nfunc f[T compar$0able](x T) {}",
        "builtin.comparable @ comparable",
    );
    check("package p\nfunc f() err$0or", "builtin.error @ error");
    check(
        "package p\nfunc f(err error) { err.Err$0or() }",
        "builtin.error.Error builtin.error @ Error",
    );
}

#[test]
fn shadowed_predeclared_names_are_the_files_own() {
    check_body("len := 1\n_ = le$0n", "nothing");
    check_body("{ len := 1 }\n_ = le$0n(x)", "builtin.len @ len");
    check_body("if len := 1; le$0n > 0 {}", "nothing");
    check_body("if len := 1; true {} else if le$0n > 0 {}", "nothing");
    check_body("iota := 1\n_ = io$0ta", "nothing");
    check(
        "package p\nfunc max(a, b int) int { return a }\nfunc f() { m$0ax(1, 2) }",
        "nothing",
    );
    check("package p\nfunc f(new int) { _ = ne$0w }", "nothing");
    check("package p\nfunc f[string any](s stri$0ng) {}", "nothing");
    check("package p\ntype any struct{}\nvar x a$0ny", "nothing");
    check(
        "package p\nimport copy \"fmt\"\nfunc f() { cop$0y.Println() }",
        "fmt fmt.Println @ copy",
    );
}

#[test]
fn make_says_what_it_makes() {
    check_body(
        "ma$0ke(chan int)",
        "builtin.make @ make = builtin.make(chan), unbuffered channel",
    );
    check_body(
        "ma$0ke(chan int, 0)",
        "builtin.make @ make = builtin.make(chan), unbuffered channel",
    );
    check_body(
        "ma$0ke(chan int, 10)",
        "builtin.make @ make = builtin.make(chan), buffered channel, capacity 10",
    );
    check_body(
        "ma$0ke(chan int, n+1)",
        "builtin.make @ make = builtin.make(chan), buffered channel, capacity n+1",
    );
    check_body(
        "ma$0ke([]int, 3)",
        "builtin.make @ make = builtin.make(slice), slice, length 3",
    );
    check_body(
        "ma$0ke([]int, 0, n)",
        "builtin.make @ make = builtin.make(slice), slice, length 0, capacity n",
    );
    check_body(
        "ma$0ke(map[string]int)",
        "builtin.make @ make = builtin.make(map)",
    );
    check_body(
        "ma$0ke(map[string]int, 8)",
        "builtin.make @ make = builtin.make(map), map with room for 8",
    );
    check_body(
        "ma$0ke(http.Header)",
        "builtin.make @ make = builtin.make(map)",
    );
    check_body("ma$0ke(T, 3)", "builtin.make @ make");
    check(
        "package p\ntype T []int\nvar x = ma$0ke(T, 3)",
        "builtin.make @ make = builtin.make(slice), slice, length 3",
    );
}

// Packages and their members.

#[test]
fn both_halves_of_a_qualified_name_are_told() {
    check_body("var c sy$0nc.Cond", "sync sync.Cond @ sync");
    check_body("var c sync.Co$0nd", "sync.Cond sync @ Cond");
    check_body(
        "ht$0tp.ListenAndServe(a, b)",
        "net/http net/http.ListenAndServe @ http",
    );
    check_body(
        "http.Listen$0AndServe(a, b)",
        "net/http.ListenAndServe net/http @ ListenAndServe",
    );
    check_body(
        "_ = http.Client{Time$0out: 1}",
        "net/http.Client.Timeout net/http.Client net/http @ Timeout",
    );
    check_body(
        "_ = []*http.Client{{Time$0out: 1}}",
        "net/http.Client.Timeout net/http.Client net/http @ Timeout",
    );
    check_body(
        "other.Any$0thing()",
        "example.com/other.Anything example.com/other @ Anything",
    );
}

#[test]
fn an_import_path_is_told() {
    check(
        "package p\nimport \"net$0/http\"",
        "net/http @ \"net/http\"",
    );
    check("package p\nimport (\n\tx `sy$0nc`\n)", "sync @ `sync`");
    check("package p\nimport (\n\tm$0u \"sync\"\n)", "sync @ mu");
    check(
        "package p\nimport _ \"github.com/lib/$0pq\"",
        "github.com/lib/pq @ \"github.com/lib/pq\"",
    );
    check("package p\nimport $0_ \"github.com/lib/pq\"", "nothing");
    check("package p\nfunc f() { g(\"net$0/http\") }", "nothing");
}

#[test]
fn a_package_has_the_name_that_go_assumes() {
    let used = |path: &str, name: &str| format!("package p\nimport \"{path}\"\nvar x {name}.T$0");
    let names = |path: &str| format!("{path}.T {path} @ T");
    for (path, name) in [
        ("math/rand/v2", "rand"),
        ("github.com/redis/go-redis/v9", "redis"),
        ("gopkg.in/yaml.v3", "yaml"),
        ("github.com/nats-io/nats.go", "nats"),
        ("github.com/go-sql-driver/mysql", "mysql"),
        ("v2", "v2"),
    ] {
        check(&used(path, name).replace("T$0", "$0T"), &names(path));
    }
    check(
        "package p\nimport mu \"sync\"\nvar x mu.Mu$0tex",
        "sync.Mutex sync @ Mutex",
    );
    check(
        "package p\nimport mu \"sync\"\nvar x sync.Mu$0tex",
        "nothing",
    );
    check(
        "package p\nimport . \"sync\"\nvar x Mu$0tex",
        "sync.Mutex sync @ Mutex",
    );
    check(
        "package p\nimport . \"sync\"\ntype Mutex int\nvar x Mu$0tex",
        "nothing",
    );
    check("package p\nimport . \"sync\"\nvar x Mut$0", "nothing");
}

#[test]
fn a_shadowed_package_is_no_package() {
    check_body("time := clock{}\ntime.Sl$0eep()", "nothing");
    check(
        "package p\nimport \"net/url\"\nfunc f(url url.U$0RL) {}",
        "net/url.URL net/url @ URL",
    );
    check(
        "package p\nimport \"net/url\"\nfunc f(url *url.URL) { url.Par$0se(x) }",
        "net/url.URL.Parse net/url.URL net/url @ Parse",
    );
}

// Methods and fields.

#[test]
fn a_method_belongs_to_the_type_of_its_operand() {
    const WAIT: &str = "sync.Cond.Wait sync.Cond sync @ Wait";
    check_body("c := sync.NewCond(l)\nc.Wa$0it()", WAIT);
    check_body("c := &sync.Cond{}\nc.Wa$0it()", WAIT);
    check_body("c := new(sync.Cond)\nc.Wa$0it()", WAIT);
    check_body("var c sync.Cond\nc.Wa$0it()", WAIT);
    check_body("c := sync.Cond{}\nd := &c\nd.Wa$0it()", WAIT);
    check_body(
        "cs := make([]sync.Cond, 3)\nfor _, c := range cs { c.Wa$0it() }",
        WAIT,
    );
    check_body("cs := make(map[int]*sync.Cond)\ncs[1].Wa$0it()", WAIT);
    check_body(
        "cs := make(map[int]*sync.Cond)\nif c, ok := cs[1]; ok { c.Wa$0it() }",
        WAIT,
    );
    check_body("cs := make(chan *sync.Cond)\n(<-cs).Wa$0it()", WAIT);
    check_body(
        "cs := make(chan *sync.Cond)\nselect { case c := <-cs: c.Wa$0it() }",
        WAIT,
    );
    check_body(
        "cs := make(chan *sync.Cond)\nfor c := range cs { c.Wa$0it() }",
        WAIT,
    );
    check_body("var x any\nx.(*sync.Cond).Wa$0it()", WAIT);
    check_body(
        "var x any\nswitch x := x.(type) { case *sync.Cond: x.Wa$0it() }",
        WAIT,
    );
    check_body(
        "var x any\nswitch x := x.(type) { case *sync.Cond, int: x.Wa$0it() }",
        "nothing",
    );
    check_body("w := (*sync.Cond).Wa$0it", WAIT);
    check_body(
        "func() { c := sync.NewCond(l); go func() { c.Wa$0it() }() }()",
        WAIT,
    );
    check_body("f := func() *sync.Cond { return nil }\nf().Wa$0it()", WAIT);
    check_body("f := func(c *sync.Cond) { c.Wa$0it() }", WAIT);
    check_body("var p **sync.Cond\n(*p).Wa$0it()", WAIT);
    check_body(
        "var wg sync.WaitGroup\nwg.Wa$0it()",
        "sync.WaitGroup.Wait sync.WaitGroup sync @ Wait",
    );
    check_body("unknown().Wa$0it()", "nothing");
    check_body("c := unknown()\nc.Wa$0it()", "nothing");
    check_body("c := sync.NewCond(l)\nc := unknown()\nc.Wa$0it()", WAIT);
    check_body(
        "c := sync.NewCond(l)\n{ c := unknown()\nc.Wa$0it() }",
        "nothing",
    );
}

#[test]
fn results_of_library_calls_have_types() {
    check_body(
        "resp, err := http.Get(u)\nresp.Bo$0dy.Close()",
        "net/http.Response.Body net/http.Response net/http @ Body",
    );
    check_body(
        "resp, err := http.Get(u)\nresp.Body.Clo$0se()",
        "io.Closer.Close io.Closer io @ Close",
    );
    check_body(
        "ctx, cancel := context.WithCancel(x)\nctx.Do$0ne()",
        "context.Context.Done context.Context context @ Done",
    );
    check_body(
        "d := 2 * time.Second\nd.Sec$0onds()",
        "time.Duration.Seconds time.Duration time @ Seconds",
    );
    check_body(
        "time.Since(t).Round(d).Sec$0onds()",
        "time.Duration.Seconds time.Duration time @ Seconds",
    );
    check_body(
        "(<-time.After(d)).Un$0ix()",
        "time.Time.Unix time.Time time @ Unix",
    );
    check_body(
        "if _, err := os.Open(n); err != nil { err.Err$0or() }",
        "builtin.error.Error builtin.error @ Error",
    );
    check_body(
        "http.DefaultClient.Time$0out = 1",
        "net/http.Client.Timeout net/http.Client net/http @ Timeout",
    );
}

#[test]
fn promoted_names_belong_to_the_type_that_declares_them() {
    let with = |body: &str| {
        format!(
            "package p\nimport \"sync\"\ntype in struct {{ *sync.RWMutex; n int }}\ntype out struct {{ in; m sync.Mutex }}\n\
             func (o *out) own() {{}}\nfunc (o *out) f() {{ {body} }}"
        )
    };
    check(
        &with("o.RLo$0ck()"),
        "sync.RWMutex.RLock sync.RWMutex sync @ RLock",
    );
    check(
        &with("o.in.RLo$0ck()"),
        "sync.RWMutex.RLock sync.RWMutex sync @ RLock",
    );
    check(
        &with("o.RWMutex.RLo$0ck()"),
        "sync.RWMutex.RLock sync.RWMutex sync @ RLock",
    );
    check(&with("o.RWMu$0tex.RLock()"), "nothing");
    check(
        &with("o.m.Lo$0ck()"),
        "sync.Mutex.Lock sync.Mutex sync @ Lock",
    );
    check(&with("o.$0m.Lock()"), "nothing");
    check(&with("o.ow$0n()"), "nothing");
    check(&with("o.Unkn$0own()"), "nothing");
    // A type of another file may have a method of this name at a smaller depth.
    check(
        "package p\nimport \"sync\"\ntype in struct { sync.Mutex }\ntype t struct { in; elsewhere }\nfunc f(x t) { x.Lo$0ck() }",
        "nothing",
    );
}

#[test]
fn own_types_lead_to_the_librarys() {
    check(
        "package p\nimport \"sync\"\ntype pool[T any] struct { mu sync.Mutex; items []T }\nfunc (p *pool[T]) get() { p.mu.Lo$0ck() }",
        "sync.Mutex.Lock sync.Mutex sync @ Lock",
    );
    check(
        "package p\nimport \"sync\"\ntype list[T any] []T\nvar l list[*sync.Cond]\nfunc f() { l[0].Wa$0it() }",
        "sync.Cond.Wait sync.Cond sync @ Wait",
    );
    check(
        "package p\nimport \"sync\"\nvar c = make()\nfunc f() { c.Wa$0it() }\nfunc make() *sync.Cond { return nil }",
        "sync.Cond.Wait sync.Cond sync @ Wait",
    );
    check(
        "package p\nimport \"fmt\"\nfunc f[T fmt.Stringer](x T) { x.Str$0ing() }",
        "fmt.Stringer.String fmt.Stringer fmt @ String",
    );
    check(
        "package p\nimport \"net/http\"\ntype my http.Client\nvar x = my{Time$0out: 1}",
        "net/http.Client.Timeout net/http.Client net/http @ Timeout",
    );
    check(
        "package p\nimport \"net/http\"\ntype my http.Client\nfunc f(x my) { x.Ge$0t(u) }",
        "nothing",
    );
    check(
        "package p\nimport \"net/http\"\ntype my = http.Client\nfunc f(x my) { x.Ge$0t(u) }",
        "net/http.Client.Get net/http.Client net/http @ Get",
    );
    check(
        "package p\nimport \"time\"\nconst (\n a time.Duration = iota\n b\n)\nfunc f() { b.Sec$0onds() }",
        "time.Duration.Seconds time.Duration time @ Seconds",
    );
    check(
        "package p\nfunc f() { type t struct { n int }\n var x t\n x.$0n = 1 }",
        "nothing",
    );
}

#[test]
fn type_arguments_are_followed() {
    check_body(
        "var p atomic.Pointer[http.Client]\np.Load().Time$0out = 1",
        "net/http.Client.Timeout net/http.Client net/http @ Timeout",
    );
    check_body(
        "cs := []*sync.Cond{}\nslices.Clone(cs)[0].Wa$0it()",
        "sync.Cond.Wait sync.Cond sync @ Wait",
    );
    check_body(
        "m := map[string]*sync.Cond{}\nfor c := range maps.Values(m) { c.Wa$0it() }",
        "sync.Cond.Wait sync.Cond sync @ Wait",
    );
    check_body(
        "once := sync.OnceValue(func() *sync.Cond { return nil })\nonce().Wa$0it()",
        "sync.Cond.Wait sync.Cond sync @ Wait",
    );
    check(
        "package p\nimport \"sync\"\nfunc id[T any](x T) T { return x }\nfunc f(c *sync.Cond) { id(c).Wa$0it() }",
        "sync.Cond.Wait sync.Cond sync @ Wait",
    );
}

#[test]
fn a_method_of_another_packages_type_is_taken_for_its_own() {
    const SET: &str = "github.com/redis/go-redis/v9.Client.SetNX github.com/redis/go-redis/v9.Client github.com/redis/go-redis/v9 @ SetNX";
    check_body(
        "rdb := redis.NewClient(&redis.Options{})\nrdb.Set$0NX(ctx, k, v, d)",
        SET,
    );
    check_body("var rdb *redis.Client\nrdb.Set$0NX(ctx, k, v, d)", SET);
    check_body(
        "var rdb *redis.Client\nrdb.XReadG$0roup(ctx)",
        "github.com/redis/go-redis/v9.Client.XReadGroup github.com/redis/go-redis/v9.Client github.com/redis/go-redis/v9 @ XReadGroup",
    );
    check_body(
        "func(db *gorm.DB) { db.Where(a).Pre$0load(b) }(x)",
        "gorm.io/gorm.DB.Preload gorm.io/gorm.DB gorm.io/gorm @ Preload",
    );
    check_body("var x *other.Thing\nx.Do$0(1)", "nothing");
    check_body(
        "var x *other.Thing\nx.$0Do(1)",
        "example.com/other.Thing.Do example.com/other.Thing example.com/other @ Do",
    );
    check_body("var c http.Client\nc.NoSuch$0Method()", "nothing");
}

#[test]
fn what_nothing_else_has_belongs_to_the_embedded_type_of_another_package() {
    const EQUAL: &str = "github.com/stretchr/testify/assert.Assertions.Equal github.com/stretchr/testify/assert.Assertions github.com/stretchr/testify/assert @ Equal";
    const SET: &str = "gorm.io/gorm.DB.InstanceSet gorm.io/gorm.DB gorm.io/gorm @ InstanceSet";
    let alone = Package::new("p.go", [], None);
    let in_file = |declared: &str, used: &str| {
        format!(
            "package p\nimport (\n\"sync\"\n\"github.com/stretchr/testify/require\"\n\"github.com/stretchr/testify/suite\"\n\"gorm.io/gorm\"\n)\n\
             type s struct {{ {declared} }}\nfunc (s s) Own() {{}}\nfunc f(s *s) {{ {used} }}\n"
        )
    };
    // What testify's types have is known, so the package need not be.
    let suite = in_file("suite.Suite; n int", "s.Eq$0ual(1, s.n)");
    check(&suite, EQUAL);
    check_in(Some(&alone), &suite, EQUAL);
    check(
        &in_file("suite.Suite; *require.Assertions", "s.Eq$0ual(1, 2)"),
        &EQUAL.replace("assert", "require"),
    );
    check(&in_file("suite.Suite", "s.Ow$0n()"), "nothing");
    // Of gorm's only some is known: a method of another file would come first.
    let store = in_file("*gorm.DB; mu sync.Mutex", "s.Instance$0Set(k, v)");
    check(&store, "nothing");
    check_in(Some(&alone), &store, SET);
    check_in(Some(&alone), &in_file("*gorm.DB", "s.ow$0n(x)"), "nothing");
    check_in(Some(&alone), &in_file("*gorm.DB", "s.Ow$0n(x)"), "nothing");
    check_in(
        Some(&alone),
        &in_file("*gorm.DB; elsewhere", "s.Instance$0Set(k, v)"),
        "nothing",
    );
    let two = in_file("*gorm.DB; *suite.Suite", "s.Instance$0Set(k, v)");
    check_in(Some(&alone), &two, "nothing");
    let beside = in_file("*gorm.DB; sync.Mutex", "s.Instance$0Set(k, v)");
    check_in(Some(&alone), &beside, SET);
    check_in(
        Some(&alone),
        &in_file("*gorm.DB; sync.Mutex", "s.Lo$0ck()"),
        "sync.Mutex.Lock sync.Mutex sync @ Lock",
    );
}

// What is not for us.

#[test]
fn comments_strings_tags_and_labels_are_silent() {
    check_body("// def$0er", "nothing");
    check_body("/* sel$0ect */", "nothing");
    check_body("x := \"def$0er\"", "nothing");
    check_body("x := `def$0er`", "nothing");
    check_body("x := 'n$0'", "nothing");
    check_body("var x struct { a int `str$0ing` }", "nothing");
    check_body("st$0ring:\nfor { break string }", "nothing");
    check_body("string:\nfor { break str$0ing }", "nothing");
    check("package sy$0nc", "nothing");
    check("package p\nfunc ma$0in() {}", "nothing");
    check("package p\ntype t struct { le$0n int }", "nothing");
    check("package p\nfunc (t t) le$0n() {}", "nothing");
    check("package p\nvar x = unknown{ma$0x: 1}", "nothing");
    check_body(" $0 x()", "nothing");
}

#[test]
fn any_text_has_an_answer() {
    check("$0", "nothing");
    check("\u{feff}pack$0age p", "package @ package");
    check(
        "package p\r\n\r\nimport \"sync\"\r\n\r\nvar m sync.Mu$0tex\r\n",
        "sync.Mutex sync @ Mutex",
    );
    check_body("s := \"😀\"; def$0er f()", "defer @ defer");
    check_body("s := \"\0\"; def$0er f()", "defer @ defer");
}

// Unfinished files.

#[test]
fn unfinished_code_still_answers() {
    const LOCK: &str = "sync.Mutex.Lock sync.Mutex sync @ Lock";
    let start = "package p\nimport \"sync\"\nvar m sync.Mutex\n";
    check(&format!("{start}func f() {{\n\tm.Lo$0ck()\n"), LOCK);
    check(
        &format!("{start}func f() {{\n\tx := foo(\n\tm.Lo$0ck()\n}}\n"),
        LOCK,
    );
    check(
        &format!("{start}func f() {{\n\tif a {{\n\tm.Lo$0ck()\n}}\n\nfunc g() {{}}\n"),
        LOCK,
    );
    check(
        &format!("{start}func f(l *sync.Mutex) {{\n\tif a {{\n\tl.Lo$0ck()\n"),
        LOCK,
    );
    check(
        &format!("{start}func f() {{\n\tvar l sync.Mutex\n\tfor {{\n\tl.Lo$0ck()\n"),
        LOCK,
    );
    check(&format!("{start}func f() {{ m.Lo$0ck"), LOCK);
    check(
        &format!("{start}func f() {{ sync.Mu$0t"),
        "sync.Mut sync @ Mut",
    );
    check(&format!("{start}func f() {{ sy$0nc."), "sync @ sync");
    check(
        &format!("{start}func f() {{\n\tsy$0nc.\n}}\n"),
        "sync @ sync",
    );
    check(
        &format!("{start}func f() {{\n\tm.\n}}\n\nfunc g() {{ m.Lo$0ck() }}\n"),
        LOCK,
    );
    check(&format!("{start}func le$0n("), "nothing");
}

#[test]
fn strings_of_unfinished_code_are_silent() {
    let start = "package p\nfunc f() {\n\tfoo(\n\tx := y\n";
    for line in [
        "panic(\"an err$0or: make it\")",
        "s := `a def$0er`",
        "'x' // sel$0ect",
        "/* x */ \"\\\" go$0 \"",
    ] {
        check(&format!("{start}{line}\n}}\n"), "nothing");
    }
    check(
        &format!("{start}s := \"x\"; def$0er g()\n}}\n"),
        "defer @ defer",
    );
    check("package p\nfunc f() { \"abc def$0er g()\n", "nothing");
}

#[test]
fn statements_without_a_function_are_understood() {
    check(
        "import \"sync\"\nvar m sync.Mutex\nm.Lo$0ck()\n",
        "sync.Mutex.Lock sync.Mutex sync @ Lock",
    );
    check(
        "c := make(chan int)\nfor x := ra$0nge c {\n}\n",
        "range @ range = range(chan)",
    );
}

/// Looks at the `$0` in a function that imports packages which take SQL or Redis commands.
#[track_caller]
fn check_embedded(body: &str, expected: &str) {
    let imports = [
        "context",
        "database/sql",
        "github.com/gomodule/redigo/redis",
        "github.com/jmoiron/sqlx",
        "gorm.io/gorm",
    ];
    let imports = imports.map(|path| format!("import \"{path}\"\n")).concat();
    let parameters = "ctx context.Context, db *sql.DB, tx *sql.Tx, x *sqlx.DB, g *gorm.DB, conn redis.Conn, s string";
    check(
        &format!("package p\n{imports}\nfunc f({parameters}) {{\n{body}\n}}\n"),
        expected,
    );
}

#[test]
fn sql_in_strings_is_recognised() {
    let union = "sql:UNION ALL sql:UNION sql:ALL @ UNION ALL";
    check_embedded("db.Query(\"SELECT a FROM t UNI$0ON ALL SELECT 1\")", union);
    check_embedded(
        "q := `select a from t\nuni$0on all select b from u`",
        "sql:UNION ALL sql:UNION sql:ALL @ union all",
    );
    // What is passed to a function that takes SQL need not begin with a verb.
    check_embedded("g.Raw(\"? UNION A$0LL ?\", a, b)", union);
    check_embedded("tx.ExecContext(ctx, \"? UNION A$0LL ?\")", union);
    check_embedded("x.SelectContext(ctx, &rows, \"? UNION A$0LL ?\")", union);
    // Other strings must be statements.
    check_embedded("s = \"? UNION A$0LL ?\"", "nothing");
    check_embedded("db.Query(q, \"? UNION A$0LL ?\")", "nothing");
    check_embedded("s = \"select a$0ll or nothing from the list\"", "nothing");
    check(
        "package p\nimport \"SEL$0ECT 1 FROM t\"\n",
        "SELECT 1 FROM t @ \"SELECT 1 FROM t\"",
    );
    check(
        "package p\ntype T struct { a int `SEL$0ECT 1 FROM t` }\n",
        "nothing",
    );
    check(
        "package p\nconst q = `SELECT a FR$0OM t`\n",
        "sql:FROM @ FROM",
    );
}

#[test]
fn escapes_and_joined_strings_keep_their_places() {
    check_embedded(
        "db.Query(\"SELECT \\\"\\u00e9ß\\x41\\101\\\",\\n\\tb FR$0OM t\")",
        "sql:FROM @ FROM",
    );
    check_embedded("db.Query(\"SELECT a F\\x52$0OM t\")", "sql:FROM @ F\\x52OM");
    check_embedded(
        "db.Query(\"SELECT a FROM t UNION \" +\n\t`AL$0L SELECT b FROM u`)",
        "sql:UNION ALL sql:UNION sql:ALL @ ALL",
    );
    check_embedded(
        "db.Query(\"SELECT a FROM \" + s + \" WHE$0RE b = 1\")",
        "sql:WHERE @ WHERE",
    );
    // What a variable is part of is no word, and its own name is none of SQL's.
    check_embedded(
        "db.Query(\"SELECT a FROM t \" + s + \"WHE$0RE b = 1\")",
        "nothing",
    );
    check_embedded(
        "db.Query(\"SELECT \" + string($0s) + \" FROM t\")",
        "nothing",
    );
    check_embedded(
        "db.Query(\"SELECT \" + st$0ring(s) + \" FROM t\")",
        "builtin.string @ string",
    );
    // A string is no SQL because the one before it is.
    check_embedded("f(\"SELECT a FROM t\", \"JO$0IN\")", "nothing");
}

#[test]
fn unfinished_sql_still_answers() {
    check_embedded("x.\n\tdb.Query(\"SELECT a FR$0OM t\")", "sql:FROM @ FROM");
    check_embedded(
        "s = \"open\n\tdb.Query(\"SELECT a FR$0OM t\")",
        "sql:FROM @ FROM",
    );
}

#[test]
fn redis_commands_in_calls_are_recognised() {
    check_embedded("conn.Do(\"S$0ET\", \"k\", 1)", "redis:SET @ SET");
    check_embedded("conn.Send(\"hge$0tall\", k)", "redis:HGETALL @ hgetall");
    check_embedded(
        "conn.Do(\"CONFIG\", \"S$0ET\", k)",
        "redis:CONFIG SET redis:CONFIG @ SET",
    );
    check_embedded("conn.Do(\"SET\", \"GE$0T\")", "nothing");
    check_embedded(
        "redis.DoContext(conn, ctx, \"G$0ET\", \"SET\")",
        "redis:GET @ GET",
    );
    check_embedded("redis.DoContext(conn, ctx, \"GET\", \"S$0ET\")", "nothing");
    for method in ["DoContext(ctx", "DoWithTimeout(1"] {
        let call = |arguments: &str| {
            format!("c := conn.(redis.ConnWithContext)\nc.{method}, {arguments})")
        };
        check_embedded(&call("\"G$0ET\", \"SET\""), "redis:GET @ GET");
        check_embedded(&call("\"GET\", \"S$0ET\""), "nothing");
    }
    check_embedded("conn.Do(\"not a com$0mand\")", "nothing");
    check_embedded("s = \"SE$0T\"", "nothing");
    check(
        "package p\nimport \"github.com/redis/go-redis/v9\"\nfunc f(c *redis.Client) { c.Do(ctx, \"ACL\", \"LI$0ST\") }",
        "redis:ACL LIST redis:ACL @ LIST",
    );
    check(
        "package p\ntype conn struct{}\nfunc (conn) Do(string) {}\nfunc f(c conn) { c.Do(\"SE$0T\") }",
        "nothing",
    );
}

#[test]
fn commands_of_every_redis_client_lead_to_those_of_the_client() {
    let path = "github.com/redis/go-redis/v9";
    for of in [
        "ClusterClient",
        "UniversalClient",
        "Cmdable",
        "Pipeliner",
        "Tx",
        "Ring",
    ] {
        check(
            &format!("package p\nimport \"{path}\"\nfunc f(c redis.{of}) {{ c.SetN$0X() }}"),
            &format!("{path}.{of}.SetNX {path}.Client.SetNX {path}.{of} {path} @ SetNX"),
        );
    }
    check(
        "package p\nimport \"github.com/go-redis/redis/v8\"\nfunc f(c *redis.Client) { c.SetN$0X() }",
        &format!(
            "github.com/go-redis/redis/v8.Client.SetNX {path}.Client.SetNX github.com/go-redis/redis/v8.Client {path}.Client github.com/go-redis/redis/v8 {path} @ SetNX"
        ),
    );
}

/// The sense of the `go` statement in a loop, in a module of this version.
#[track_caller]
fn check_loop(version: &str, code: &str, is_shared: bool) {
    let text = format!("package p\nfunc f(list []int) {{\n{code}\n}}\n");
    let version = GoVersion::of_module(&format!("module m\n\ngo {version}\n"));
    let package = Package::new("p.go", [], version);
    let source = Source {
        package: Some(&package),
        ..Source::new(&text)
    };
    let at = text.find("go ").expect("there is a go statement");
    let keyword = keywords_in(source, at..at + 1).pop();
    let keyword = keyword.expect("go is a keyword");
    let note = keyword.sense.and_then(|sense| sense.note);
    assert_eq!(note.is_some(), is_shared, "{version:?} {text} {note:?}");
}

#[test]
fn before_go_1_22_a_goroutine_shares_the_variables_of_a_loop() {
    let shared = "for _, x := range list { go func() { print(x) }() }";
    check_loop("1.21", shared, true);
    check_loop("1.21.5", shared, true);
    check_loop("1.22", shared, false);
    check_loop("1.22.0", shared, false);
    check_loop("2.0", shared, false);
    check_loop("", shared, false);
    for (code, is_shared) in [
        (
            "for i := 0; i < 3; i++ { if i > 1 { go func() { print(i) }() } }",
            true,
        ),
        (
            "for i := range list { for j := range list { go func() { print(i) }() } }",
            true,
        ),
        (
            "for _, x := range list { go func(x int) { print(x) }(x) }",
            false,
        ),
        (
            "for _, x := range list { x := x; go func() { print(x) }() }",
            false,
        ),
        ("for _, x := range list { go print(x) }", false),
        ("for range list { go func() {}() }", false),
        (
            "var x int; for _, x = range list { go func() { print(x) }() }",
            false,
        ),
        (
            "for _, x := range list { func() { go func() { print(1) }() }() }",
            false,
        ),
    ] {
        check_loop("1.20", code, is_shared);
    }
}

#[test]
fn a_word_of_the_next_line_is_no_member_of_a_package() {
    check_body("x := sync.\n\tread$0Services()", "nothing");
    check_body("x := sy$0nc.\n\treadServices()", "sync @ sync");
}

#[test]
fn results_of_commands_are_known_for_every_redis_client() {
    let path = "github.com/redis/go-redis/v9";
    check(
        &format!(
            "package p\nimport \"{path}\"\nfunc f(c redis.UniversalClient) {{ c.Get(ctx, k).Res$0ult() }}"
        ),
        &format!("{path}.StringCmd.Result {path}.StringCmd {path} @ Result"),
    );
}

#[test]
fn sql_for_pgx_is_recognised() {
    let file = |body: &str| {
        format!(
            "package p\nimport (\n\"github.com/jackc/pgx/v5\"\n\"github.com/jackc/pgx/v5/pgxpool\"\n)\nfunc f(b *pgx.Batch) {{\n{body}\n}}\n"
        )
    };
    for body in [
        "c, err := pgx.Connect(ctx, url); c.Query(ctx, `$1 UNI$0ON $2`)",
        "p, err := pgxpool.New(ctx, url); p.Exec(ctx, `$1 UNI$0ON $2`)",
        "p, err := pgxpool.New(ctx, url); tx, err := p.Begin(ctx); tx.Exec(ctx, `$1 UNI$0ON $2`)",
        "b.Queue(`$1 UNI$0ON $2`)",
    ] {
        check(&file(body), "sql:UNION @ UNION");
    }
}
