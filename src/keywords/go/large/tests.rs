//! Cases for Go without a tree: `«…»` marks keywords. And the property that edits change nothing.

use viva_guide::Language;

use super::*;
use crate::keywords::checkpoints::Checkpoints;
use crate::keywords::{State as AnyState, resuming, touching};

fn keywords(text: &str) -> Vec<Keyword> {
    resuming::all(&AnyState::Go(State::default()), text)
}

#[track_caller]
fn check(fixture: &str) {
    let text = fixture.replace(['«', '»'], "");
    let mut marked = text.clone();
    for keyword in keywords(&text).into_iter().rev() {
        marked.insert(keyword.range.end, '»');
        marked.insert(keyword.range.start, '«');
    }
    assert_eq!(marked, fixture);
}

#[track_caller]
fn check_names(fixture: &str, expected: &str) {
    let offset = fixture.find("$0").expect("a cursor");
    let text = fixture.replacen("$0", "", 1);
    let found = keywords(&text)
        .into_iter()
        .find(|keyword| keyword.range.contains(&offset));
    let names = found.map(|keyword| keyword.names.join(" "));
    assert_eq!(names.unwrap_or_default(), expected, "{fixture}");
}

#[test]
fn names_of_imported_packages_are_qualified() {
    let imports = "package p\nimport (\n\t\"sync\"\n\tr \"github.com/redis/go-redis/v9\" // r\n\t_ \"embed\"\n)\nimport \"net/url\"\n";
    for (code, names) in [
        ("sync.Mu$0tex", "sync.Mutex sync"),
        ("sy$0nc.Mutex", "sync sync.Mutex"),
        (
            "r.New$0Client",
            "github.com/redis/go-redis/v9.NewClient github.com/redis/go-redis/v9",
        ),
        ("url.Par$0se(x)", "net/url.Parse net/url"),
        // A variable of that name.
        ("ur$0l.Host", ""),
        ("a.sy$0nc.Mutex", ""),
        ("sync.mu$0tex", ""),
        ("embed.F$0S", ""),
        ("tim$0e.Now()", ""),
        ("\"sync.Mu$0tex\"", ""),
        ("// sync.Mu$0tex", ""),
    ] {
        check_names(&format!("{imports}var x = {code}\n"), names);
    }
    check_names("import \"sy$0nc\"", "sync");
    check_names("import s$0s \"sync\"", "sync");
}

#[test]
fn words_are_told_by_their_neighbours() {
    check(
        "«package» p\n«func» f(a «string», b «error») «bool» {\n\t«return» «len»(a) > 0 && b == «nil»\n}\n",
    );
    check(
        "«func» len(x «int») «int» { «return» x.len(1) }\n«func» (t T) «close»() {}\n"
            .replace("«close»", "close")
            .as_str(),
    );
    check(
        "«type» T «interface» {\n\tclose() «error»\n}\nx := T{len: 3}\n«if» error := f(); «recover»() != «nil» {}\n",
    );
    check("c «<-» 1\nx := «<-»c\na < -b\n«for» «range» «make»(«chan» «int») {}\n");
    check("x := `a\nfunc «»`.x\n".replace("«»", "").as_str());
    check("/* func\nfunc */ «go» f() // go\ny := '\"' + \"func\" + x.\n\tlen(1)\n");
}

#[test]
fn texts_that_are_cut_off_or_odd_have_an_answer() {
    let text = "import (\n\ta \"sync\"\n)\nfunc f() { x := a.Mutex{}; y := `\n`; /* \n */ <-c }\n";
    for start in 0..text.len() {
        for end in start..=text.len() {
            keywords(&text[start..end]);
        }
    }
    keywords(&"import (\n".repeat(1000));
    keywords("é.len(💣) import \"é\"; é.É");
}

#[test]
fn after_edits_the_answers_are_those_of_a_fresh_text() {
    let fixture = include_str!("../../../../tests/fixtures/queue/queue.go");
    let pieces = [
        "\n",
        "\"",
        "`",
        "/*",
        "*/",
        "import r \"time\"\n",
        "sync",
        ".",
        "é",
        "(",
        ")",
        "//",
        "len(",
        ":=",
    ];
    let mut seed: u64 = 5;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits fit") % below.max(1)
    };
    for _ in 0..30 {
        let mut text = fixture.to_owned();
        let mut kept = Checkpoints::new(Language::Go).expect("it is read in parts");
        for _ in 0..30 {
            let from = text.floor_char_boundary(random(text.len() + 1));
            let to = text.floor_char_boundary((from + random(8)).min(text.len()));
            let range = from..to.max(from);
            let piece = pieces[random(pieces.len())];
            text.replace_range(range.clone(), piece);
            kept.edit(&range, piece.len());
            let fresh = keywords(&text);
            let some = fresh.get(random(fresh.len()));
            let keyword = some.map_or(0, |keyword| keyword.range.start);
            for offset in [from, keyword, random(text.len() + 1)] {
                let range = offset..offset + 8;
                let found = kept.keywords_in(&text.as_str(), range.clone());
                assert_eq!(found, touching(&fresh, range), "at {offset} of {text:?}");
            }
        }
    }
}
