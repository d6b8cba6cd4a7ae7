//! The page that lists every rule (`docs/hints.md`), written from the rules themselves.

use std::fmt::Write as _;

use viva_guide::{Guide, Language};

use super::rule::{Default as InForce, Level, Rule, Tool};
use super::{rules, silence};

/// The page. Headings are the rules' ids, so that `docs/hints.md#dockeradd-where-copy` leads there.
pub fn markdown(guide: &Guide) -> String {
    let mut page = String::from(INTRODUCTION);
    for language in Language::ALL {
        let rules: Vec<&Rule> = rules().filter(|rule| rule.language == language).collect();
        if rules.is_empty() {
            continue;
        }
        write_section(&mut page, guide, language, &rules).expect("a String takes any text");
    }
    page
}

/// The fragment of a rule's heading on the page, as GitHub makes it from the heading.
pub fn anchor(rule: &Rule) -> String {
    rule.id.replace('/', "")
}

const INTRODUCTION: &str = "\
# Hints

Viva marks places in the open file that an interviewer would ask about, says why in one sentence and
leads to the topic. `viva check PATH…` shows the same hints on the command line.

This page is written from the rules themselves (`src/features/hints/`); `UPDATE=1 cargo test` writes it anew.

## How to silence

- A place: a comment on the line above the statement, or at the end of the line: `# viva:ignore docker/sudo`
  in a Dockerfile, redis.conf or compose.yaml, `// viva:ignore go/defer-in-loop` in Go,
  `-- viva:ignore sql/no-where` in SQL. It may name several rules, a whole family (`docker`, `compose`, `go`,
  `sql`, `redis`), or none, which means all; what follows `--` or `(` is a reason for people to read.
- A file: the same with `viva:ignore-file`, anywhere in it.
- A workspace: the setting `hints.off`, in the editor or in `viva.toml`; it takes ids and families.
- All: the setting `hints.enable`.

Rules that are off by default are switched on by the setting `hints.on`.

Rules that another tool has too are left to it where it runs (`hints.coexist`): the tools in
`hints.companions`, and those whose diagnostics the editor passes along when it asks for code actions.
";

fn write_section(
    page: &mut String,
    guide: &Guide,
    language: Language,
    rules: &[&Rule],
) -> std::fmt::Result {
    writeln!(page, "\n## {}\n", title(language))?;
    writeln!(page, "| rule | marks | level |\n| --- | --- | --- |")?;
    for rule in rules {
        let level = level(rule);
        writeln!(
            page,
            "| [`{}`](#{}) | {} | {level} |",
            rule.id,
            anchor(rule),
            rule.title
        )?;
    }
    for rule in rules {
        write_rule(page, guide, language, rule)?;
    }
    Ok(())
}

fn level(rule: &Rule) -> String {
    let level = match rule.level {
        Level::Hint => "hint",
        Level::Information => "information",
    };
    match rule.default {
        InForce::On => level.to_owned(),
        InForce::Off => format!("{level}, off by default"),
    }
}

fn write_rule(
    page: &mut String,
    guide: &Guide,
    language: Language,
    rule: &Rule,
) -> std::fmt::Result {
    writeln!(
        page,
        "\n### {}\n\n**{}.** {}\n",
        rule.id, rule.title, rule.why
    )?;
    let fence = fence(language);
    writeln!(page, "```{fence}\n{}\n```\n", rule.before.trim_end())?;
    writeln!(
        page,
        "Better:\n\n```{fence}\n{}\n```\n",
        rule.after.trim_end()
    )?;
    let title = guide
        .topic(rule.topic)
        .map_or_else(|| rule.topic.to_owned(), |topic| topic.title);
    write!(page, "Topic: [{title}](../index/guide/{}.md).", rule.topic)?;
    let elsewhere: Vec<String> = rule
        .elsewhere
        .iter()
        .map(|other| format!("{} `{}`", tool(other.tool), other.code))
        .collect();
    if !elsewhere.is_empty() {
        write!(page, " Also told by {}.", elsewhere.join(", "))?;
    }
    let comment = silence::comment(language, rule.id);
    writeln!(page, " Silence: `{comment}`.")
}

fn tool(tool: Tool) -> &'static str {
    match tool {
        Tool::Gopls => "gopls",
        Tool::Hadolint => "hadolint",
        Tool::BuildKit => "BuildKit",
    }
}

fn title(language: Language) -> &'static str {
    match language {
        Language::Go => "Go",
        Language::Dockerfile => "Dockerfile",
        Language::Sql => "SQL",
        Language::Redis => "redis.conf",
        Language::Compose => "compose.yaml",
    }
}

/// What GitHub calls the language of a code block.
fn fence(language: Language) -> &'static str {
    match language {
        Language::Compose => "yaml",
        Language::Redis => "conf",
        Language::Go | Language::Dockerfile | Language::Sql => language.name(),
    }
}
