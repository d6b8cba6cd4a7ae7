//! The built-in guide: every name that it claims is recognised in code and leads back to it, and the
//! embedded index is the one that its sources make.

use std::collections::BTreeSet;
use std::path::Path;

use viva::document::Document;
use viva::features;
use viva_guide::{Contents, Guide, KeywordName, Language, Topic, folder, store};

fn contents() -> Contents {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match folder::read(&root.join("index/guide"), &root.join("index/cards"), &[]) {
        Ok(contents) => contents,
        Err(mistakes) => panic!(
            "{}",
            mistakes
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        ),
    }
}

#[test]
fn the_index_is_the_same_from_build_to_build() {
    let contents = contents();
    let first = store::files(&contents).expect("the index fits in memory");
    let second = store::files(&contents).expect("the index fits in memory");
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    assert!(first == second, "the bytes differ");
    let size: usize = first.values().map(Vec::len).sum();
    assert_eq!(
        size,
        viva::built_in::size(),
        "the embedded index is that of the sources"
    );
}

#[test]
fn topics_come_out_of_the_index_as_they_went_in() {
    let contents = contents();
    let guide = viva::built_in::guide();
    assert_eq!(guide.topic_count(), contents.topics.len());
    assert_eq!(guide.card_count(), contents.cards.len());
    assert!(contents.topics.len() >= 30);
    for topic in &contents.topics {
        assert_eq!(guide.topic(&topic.id).as_ref(), Some(topic));
    }
}

/// The entries of the list of questions that the guide has to answer, as `covers` numbers them.
const ENTRIES: std::ops::RangeInclusive<u16> = 1..=157;

/// How many topics there are at least.
const TOPICS_MIN: usize = 330;

#[test]
fn every_entry_of_the_list_is_covered() {
    let contents = contents();
    let mut missing: Vec<u16> = ENTRIES.collect();
    for topic in &contents.topics {
        missing.retain(|entry| !topic.covers.contains(entry));
        for entry in &topic.covers {
            assert!(ENTRIES.contains(entry), "{}: no entry {entry}", topic.id);
        }
    }
    assert!(missing.is_empty(), "no topic covers {missing:?}");
    assert!(
        contents.topics.len() >= TOPICS_MIN,
        "only {} topics",
        contents.topics.len()
    );
}

/// Code leads to a topic by a name that it claims or mentions, by a card, or by the related questions
/// of a topic that code leads to. The others are found by search only.
#[test]
#[expect(clippy::print_stdout, reason = "the topics are what the test is for")]
fn code_leads_to_nearly_every_topic() {
    let Contents { topics, cards } = contents();
    let recognised = |name: &&KeywordName| !is_command(name);
    let carded: BTreeSet<&str> = cards
        .iter()
        .filter(|card| recognised(&&card.keyword))
        .filter_map(|card| card.topic.as_deref())
        .collect();
    let (named, others): (Vec<&Topic>, Vec<&Topic>) = topics.iter().partition(|topic| {
        let mut names = topic.keywords.iter().chain(&topic.mentions);
        names.any(|name| recognised(&name)) || carded.contains(topic.id.as_str())
    });
    let related: BTreeSet<&str> = named
        .iter()
        .flat_map(|topic| topic.related.iter().map(String::as_str))
        .collect();
    let (related, lost): (Vec<&Topic>, Vec<&Topic>) = others
        .into_iter()
        .partition(|topic| related.contains(topic.id.as_str()));
    let lost: Vec<&str> = lost.iter().map(|topic| topic.id.as_str()).collect();
    println!(
        "{} topics by names, {} more by related questions, {} by search only: {}",
        named.len(),
        related.len(),
        lost.len(),
        lost.join(", ")
    );
    assert!(lost.len() * 20 <= topics.len(), "by search only: {lost:?}");
}

/// Every name that a topic or card claims, put into the smallest code that has it, is recognised,
/// and the guide knows what was recognised.
#[test]
fn every_claimed_name_is_recognised_in_its_language() {
    let guide = viva::built_in::guide();
    let mut lost = Vec::new();
    let mut checked = 0;
    for keyword in guide.vocabulary() {
        if is_command(&keyword) {
            continue;
        }
        checked += 1;
        let samples = samples(&keyword);
        if !samples
            .iter()
            .any(|text| is_recognised(&guide, &keyword, text))
        {
            lost.push(format!("{} in {samples:?}", keyword.qualified()));
        }
    }
    assert!(checked > 500, "only {checked} names were checked");
    assert!(
        lost.is_empty(),
        "{} of {checked} names are not recognised:\n{}",
        lost.len(),
        lost.join("\n")
    );
}

fn is_recognised(guide: &Guide, keyword: &KeywordName, text: &str) -> bool {
    let document = Document::new(0, Some(keyword.language), text);
    document.keywords().iter().any(|found| {
        let sense = found.sense.as_ref().map(|sense| sense.name.as_str());
        let names = sense
            .into_iter()
            .chain(found.names.iter().map(String::as_str));
        names.clone().any(|name| name == keyword.name)
            && features::explain(guide, keyword.language, found).is_some()
    })
}

/// Names in capitals of redis are commands: they stand in Go code and scripts.
fn is_command(keyword: &KeywordName) -> bool {
    keyword.language == Language::Redis
        && keyword
            .name
            .starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// The smallest code in which a name stands; several where it may stand in several ways.
fn samples(keyword: &KeywordName) -> Vec<String> {
    let name = &keyword.name;
    match keyword.language {
        Language::Go => vec![go_sample(name)],
        Language::Dockerfile => vec![dockerfile_sample(name)],
        Language::Sql => sql_samples(name),
        Language::Redis => vec![format!("{name} x\n"), format!("{name} monitor x\n")],
        Language::Compose => compose_samples(name),
    }
}

const GO_PREDECLARED: &str = "builtin.";

fn go_sample(name: &str) -> String {
    let body = |code: &str| format!("package p\n\nfunc f() {{\n\t{code}\n}}\n");
    match name {
        "builtin.make(chan)" => return body("_ = make(chan int)"),
        "builtin.make(slice)" => return body("_ = make([]int, 1)"),
        "builtin.make(map)" => return body("_ = make(map[int]int)"),
        "<-" | "<-(receive)" => return body("var c chan int; <-c"),
        "<-(send)" => return body("var c chan int; c <- 1"),
        "range(chan)" => return body("var c chan int; for range c {}"),
        "range(int)" => return body("for range 10 {}"),
        "range(map)" => return body("var m map[int]int; for range m {}"),
        "range(slice)" => return body("var s []int; for range s {}"),
        "range(string)" => return body("for range \"x\" {}"),
        "range(func)" => return body("var s func(yield func() bool); for range s {}"),
        "select(default)" => return body("select {\n\tdefault:\n\t}"),
        _ => {}
    }
    if let Some(name) = name.strip_prefix(GO_PREDECLARED) {
        return format!("package p\n\nvar _ = {name}\n");
    }
    if name == "import" {
        return "package p\n\nimport \"sync\"\n".to_owned();
    }
    if let Some(code) = go_keyword(name) {
        return body(code);
    }
    // An import path, a member, a method or field: what is exported begins with a capital.
    let exported = name.match_indices('.').map(|(dot, _)| dot);
    let member_at = exported
        .into_iter()
        .find(|dot| name[dot + 1..].starts_with(char::is_uppercase));
    let (path, members) = member_at.map_or((name, ""), |dot| (&name[..dot], &name[dot + 1..]));
    let mut members = members.split('.');
    match (
        members.next().filter(|member| !member.is_empty()),
        members.next(),
    ) {
        (None, _) => format!("package p\n\nimport q \"{path}\"\n\nvar _ = q.X\n"),
        (Some(member), None) => format!("package p\n\nimport q \"{path}\"\n\nvar _ = q.{member}\n"),
        (Some(member), Some(method)) => {
            format!(
                "package p\n\nimport q \"{path}\"\n\nfunc f(x *q.{member}) {{\n\tx.{method}()\n}}\n"
            )
        }
    }
}

/// Code with one of Go's 25 keywords.
fn go_keyword(name: &str) -> Option<&'static str> {
    Some(match name {
        "break" => "for { break }",
        "case" => "switch { case true: }",
        "chan" => "var c chan int",
        "const" => "const c = 1",
        "continue" => "for { continue }",
        "default" => "switch { default: }",
        "defer" => "defer f()",
        "else" => "if true {} else {}",
        "fallthrough" => "switch { case true: fallthrough; default: }",
        "for" => "for {}",
        "func" => "_ = func() {}",
        "go" => "go f()",
        "goto" => "l: goto l",
        "if" => "if true {}",
        "package" => "",
        "interface" => "var i interface{}",
        "map" => "var m map[int]int",
        "range" => "for range 1 {}",
        "return" => "return",
        "select" => "select {}",
        "struct" => "var s struct{}",
        "switch" => "switch {}",
        "type" => "type t int",
        "var" => "var v int",
        _ => return None,
    })
}

fn dockerfile_sample(name: &str) -> String {
    if let Some(directive) = name.strip_prefix("# ") {
        return format!("# {directive}=x\nFROM scratch\n");
    }
    match name {
        "<<" => return "FROM a\nRUN <<EOF\nx\nEOF\n".to_owned(),
        "FROM AS" => return "FROM a AS b\n".to_owned(),
        "FROM scratch" => return "FROM scratch\n".to_owned(),
        _ => {}
    }
    if let Some(instruction) = name.strip_suffix("(exec)") {
        return format!("FROM a\n{instruction} [\"x\"]\n");
    }
    if let Some(instruction) = name.strip_suffix("(shell)") {
        return format!("FROM a\n{instruction} x\n");
    }
    let is_argument = name.contains('_') || name.starts_with("TARGET") || name.starts_with("BUILD");
    if is_argument && !name.contains(' ') {
        return format!("FROM a\nARG {name}\n");
    }
    if name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return format!("FROM a\nRUN {name} x\n");
    }
    match name.split_once(' ') {
        Some((instruction, flag)) if flag.starts_with("--") && !flag.contains('=') => {
            format!("FROM a\n{instruction} {flag}=x y z\n")
        }
        Some((instruction, rest)) => format!("FROM a\n{instruction} {rest} y z\n"),
        None => format!("FROM a\n{name} x\n"),
    }
}

/// A key of the top level, of a service, or of a network, volume and so on; below some keys stand
/// names that the user chose.
fn compose_samples(name: &str) -> Vec<String> {
    let (path, value) = name.split_once(": ").unwrap_or((name, "1"));
    let mut keys: Vec<&str> = path.split('.').collect();
    let nested = |keys: &[&str]| {
        let opening: Vec<String> = keys.iter().map(|key| format!("{{{key}: ")).collect();
        format!("{}{value}{}\n", opening.concat(), "}".repeat(keys.len()))
    };
    let mut samples = vec![nested(&keys)];
    keys.splice(..0, ["services", "web"]);
    samples.push(nested(&keys));
    // A name within a service: depends_on.db.condition.
    keys.insert(3, "own");
    samples.push(nested(&keys));
    keys.drain(..2);
    samples.push(nested(&keys));
    samples
}

/// Names that lie in strings of options, in hints or behind certain words need that code around them.
fn sql_samples(name: &str) -> Vec<String> {
    let sense = match name {
        "=(assignment)" => "UPDATE t SET a = 1",
        "BEGIN(block)" => "CREATE PROCEDURE p() BEGIN END",
        "DESC" => "SELECT a FROM t ORDER BY a DESC",
        "IN(parameter)" => "CREATE PROCEDURE p(IN a INT) SELECT 1",
        "ON(object)" => "CREATE INDEX i ON t (a)",
        "SET(type)" => "CREATE TABLE t (a SET('x'))",
        _ => "",
    };
    if !sense.is_empty() {
        return vec![sense.to_owned()];
    }
    let call = name
        .strip_suffix("()")
        .map(|function| format!("SELECT {function}(1)"));
    let around = [
        name.to_owned(),
        format!("SELECT /*+ {name}(t) */ 1"),
        format!("CREATE TABLE t (a CHAR(1)) CHARACTER SET {name}"),
        format!("CREATE TABLE t (a CHAR(1)) COLLATE {name}"),
        format!("CREATE TABLE t (a INT) {name} (a)"),
        format!("CREATE USER u IDENTIFIED WITH {name}"),
        format!("{name} = 0"),
        format!(
            "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = {}(a)",
            name.trim_end_matches("()")
        ),
    ];
    call.into_iter().chain(around).collect()
}
