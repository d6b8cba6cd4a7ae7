//! A topic → the Markdown that [`crate::parse`] reads: for what is imported.

use std::fmt::Write as _;

use crate::Language;
use crate::topic::{Block, KeywordName, Question, Topic};

/// The file of a topic. Reading it gives the same topic again, if its texts are as the parser makes
/// them: each paragraph and list item on one line.
pub fn write(topic: &Topic) -> String {
    let mut out = front_matter(topic);
    push_part(&mut out, &topic.summary);
    push_part(&mut out, &topic.body);
    if !topic.pitfalls.is_empty() {
        out.push_str("\n## Pitfalls\n\n");
        for pitfall in &topic.pitfalls {
            out.push_str("- ");
            out.push_str(&pitfall.text);
            if let Some(rule) = &pitfall.hint {
                put(&mut out, format_args!(" {{hint: {rule}}}"));
            }
            out.push('\n');
        }
    }
    if !topic.example.is_empty() {
        out.push_str("\n## Example\n");
        for block in &topic.example {
            push_part(&mut out, &fenced(block));
        }
    }
    if !topic.questions.is_empty() {
        out.push_str("\n## Questions\n");
        for question in &topic.questions {
            push_question(&mut out, question);
        }
    }
    out
}

fn push_question(out: &mut String, question: &Question) {
    put(out, format_args!("\n### {}\n", question.ask));
    push_part(out, &question.answer);
    if !question.follow_up.is_empty() {
        push_part(out, &format!("Follow-up: {}", question.follow_up));
    }
}

/// A blank line and a text, if there is one.
fn push_part(out: &mut String, text: &str) {
    if !text.is_empty() {
        put(out, format_args!("\n{text}\n"));
    }
}

/// A block between fences that do not occur in it.
pub(crate) fn fenced(block: &Block) -> String {
    let fence = fence_around(&block.code);
    let end = if block.code.ends_with('\n') || block.code.is_empty() {
        ""
    } else {
        "\n"
    };
    format!("{fence}{}\n{}{end}{fence}", block.info, block.code)
}

/// Three backticks, or one more than the longest run of them in the code.
fn fence_around(code: &str) -> String {
    "`".repeat(longest_run(code).max(2) + 1)
}

/// The length of the longest run of backticks.
pub(crate) fn longest_run(text: &str) -> usize {
    let runs = text.split(|letter| letter != '`').map(str::len);
    runs.max().unwrap_or(0)
}

fn front_matter(topic: &Topic) -> String {
    let mut out = String::from("---\n");
    put(&mut out, format_args!("title: {}\n", scalar(&topic.title)));
    put(&mut out, format_args!("level: {}\n", topic.level.name()));
    if !topic.covers.is_empty() {
        let numbers: Vec<String> = topic.covers.iter().map(ToString::to_string).collect();
        put(&mut out, format_args!("covers: [{}]\n", numbers.join(", ")));
    }
    if !topic.also.is_empty() {
        put(&mut out, format_args!("also: {}\n", list(&topic.also)));
    }
    push_names(&mut out, "keywords", &topic.keywords);
    push_names(&mut out, "mentions", &topic.mentions);
    put(
        &mut out,
        format_args!("related: {}\n", list(&topic.related)),
    );
    if let Some(since) = &topic.since {
        put(&mut out, format_args!("since: {}\n", scalar(since)));
    }
    let changes = topic.changed.iter();
    push_pairs(
        &mut out,
        "changed",
        changes.map(|change| (&change.version, &change.what)),
    );
    let sources = topic.sources.iter();
    push_pairs(
        &mut out,
        "sources",
        sources.map(|source| (&source.label, &source.url)),
    );
    if !topic.checked.is_empty() {
        put(&mut out, format_args!("checked: {}\n", topic.checked));
    }
    out.push_str("---\n");
    out
}

fn push_names(out: &mut String, key: &str, names: &[KeywordName]) {
    if names.is_empty() {
        return;
    }
    put(out, format_args!("{key}:\n"));
    // Languages in the order of their first names, as they were read.
    let mut languages: Vec<Language> = Vec::new();
    for name in names {
        if !languages.contains(&name.language) {
            languages.push(name.language);
        }
    }
    for language in languages {
        let own = names.iter().filter(|name| name.language == language);
        let own: Vec<String> = own.map(|name| name.name.clone()).collect();
        put(out, format_args!("  {language}: {}\n", list(&own)));
    }
}

fn push_pairs<'a>(
    out: &mut String,
    key: &str,
    pairs: impl Iterator<Item = (&'a String, &'a String)>,
) {
    for (number, (left, right)) in pairs.enumerate() {
        if number == 0 {
            put(out, format_args!("{key}:\n"));
        }
        put(
            out,
            format_args!("  - {}: {}\n", scalar(left), scalar(right)),
        );
    }
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| scalar(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A YAML scalar: in quotes where anything in it could mean something.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '/')
        && !text.ends_with([' ', ':', '-'])
        && !text.contains(": ")
        && text.chars().all(|letter| {
            letter.is_alphanumeric()
                || matches!(letter, ' ' | '.' | '/' | '_' | '-' | '(' | ')' | ':' | '+')
        });
    if is_plain {
        return text.to_owned();
    }
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    //! What is written is read as the same topic.

    use std::path::Path;

    use super::*;
    use crate::{folder, parse};

    #[test]
    fn every_topic_of_the_guide_is_read_again_as_it_was() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let contents =
            folder::read(&root.join("guide"), &root.join("cards"), &[]).expect("a guide");
        for topic in &contents.topics {
            let text = write(topic);
            let parsed = parse::parse("t.md", &topic.id, &text).expect(&text);
            assert_eq!(parsed.topic, *topic, "{text}");
        }
        assert!(contents.topics.len() > 300);
    }

    #[test]
    fn texts_that_mean_something_in_yaml_are_quoted() {
        for text in [
            "no: way", "# x", "a #b", "- x", "[a]", "{a}", "'a'", "\"a\"", "a\\b", "", "*a", "&a",
            "!a", "a,b", "日本", "@@x", "%a", "`a`", "a:", " a", "a ", "~", "null", "1.0", "<-",
            "?", "send -", "a - b", "a -b", "- ", "a -- b", "a-", "a ?", "a ? b", "a.", "a (b)",
            "a :", "a : b", "a +",
        ] {
            let yaml = format!("---\ntitle: t\nalso: [{}, x]\n---\n\nText.\n", scalar(text));
            let parsed = parse::parse_by(parse::Rules::Own, "t.md", "a/b", &yaml);
            match parsed {
                Ok(parsed) => assert_eq!(parsed.topic.also, [text, "x"]),
                Err(mistakes) => assert!(text.is_empty(), "{text:?}: {mistakes:?}"),
            }
        }
    }
}
