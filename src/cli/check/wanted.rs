//! Which rules the command line asks for.

use std::collections::BTreeSet;

use crate::cli::Failure;
use crate::features::hints::{Choice, rules};

/// The choice of `--rule`, `--on` and `--off`; a name that is neither a rule nor a family is refused.
pub(super) fn choice(only: &[String], on: &[String], off: &[String]) -> Result<Choice, Failure> {
    for name in [only, on, off].into_iter().flatten() {
        if !rules().any(|rule| rule.id == name || rule.family() == name) {
            return Err(Failure::Unusable(format!(
                "there is no rule `{name}`{}; `viva check --list` lists them",
                nearest(name)
            )));
        }
    }
    let mut choice = Choice {
        on: on.iter().cloned().collect(),
        off: off.iter().cloned().collect(),
        ..Choice::default()
    };
    if !only.is_empty() {
        // A rule's own name weighs more than that of its family.
        let named = rules().filter(|rule| {
            only.iter()
                .any(|name| rule.id == name || rule.family() == name)
        });
        choice.on.extend(named.map(|rule| rule.id.to_owned()));
        choice.off.extend(families());
    }
    Ok(choice)
}

fn families() -> BTreeSet<String> {
    rules().map(|rule| rule.family().to_owned()).collect()
}

/// A rule that may be meant: one that contains the last part of what was written.
fn nearest(name: &str) -> String {
    let word = name.rsplit('/').next().unwrap_or(name);
    rules()
        .find(|rule| !word.is_empty() && rule.id.contains(word))
        .map_or_else(String::new, |rule| {
            format!("; perhaps `{}` is meant", rule.id)
        })
}
