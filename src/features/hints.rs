//! Hints: places in a document that an interviewer would ask about, each with the topic that it
//! teaches and, where that is safe, a fix.
//!
//! A rule is one function in the module of its language, with everything that is said about it in
//! one table there. A rule that cannot be sure says nothing: false alarms teach nobody.
//!
//! ```text
//! rule           what a rule is, and what it finds
//! choice         which rules are wanted
//! silence        `viva:ignore` in comments
//! dockerfile, go, sql, redis_conf, compose
//!                the rules of each language
//! image, secret  names of images and of variables that hold secrets
//! documentation  docs/hints.md
//! ```

mod choice;
mod compose;
mod dockerfile;
pub mod documentation;
mod go;
mod image;
mod redis_conf;
mod rule;
mod secret;
pub mod silence;
mod sql;

#[cfg(test)]
mod tests;

use viva_guide::Language;

use crate::document::Document;
pub use choice::{Choice, Coexist};
use rule::{Checked, Findings};
pub use rule::{Default, Edit, Elsewhere, Fix, Hint, Level, Rule, Tag, Tool};

/// Longer documents get no hints, in bytes: they are generated, or data.
pub const TEXT_MAX: usize = 1 << 20;

/// Every rule, in the order of languages and then of their tables.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    fn said<Check>(rules: &'static [Checked<Check>]) -> impl Iterator<Item = &'static Rule> {
        rules.iter().map(|checked| &checked.rule)
    }
    said(dockerfile::RULES)
        .chain(said(compose::RULES))
        .chain(said(go::RULES))
        .chain(said(sql::RULES))
        .chain(said(redis_conf::RULES))
}

/// The rule with an id such as `docker/add-where-copy`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The hints of a document in the order of the text, as far as they are wanted.
pub fn hints(document: &Document, choice: &Choice) -> Vec<Hint> {
    let Some(language) = document.language.filter(|_| document.len() <= TEXT_MAX) else {
        return Vec::new();
    };
    let wants = |rule: &Rule| choice.wants(rule);
    if !rules().any(|rule| rule.language == language && wants(rule)) {
        return Vec::new();
    }
    let mut findings = Findings::default();
    match language {
        Language::Dockerfile => dockerfile::check(document, wants, &mut findings),
        Language::Compose => compose::check(document, wants, &mut findings),
        Language::Go => go::check(document, wants, &mut findings),
        Language::Sql => sql::check(document, wants, &mut findings),
        Language::Redis => redis_conf::check(document, wants, &mut findings),
    }
    let mut hints = findings.into_hints();
    silence::retain(document.text(), &mut hints);
    hints
}
