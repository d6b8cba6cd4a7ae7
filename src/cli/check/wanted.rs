//! Which rules the command line asks for.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::Failure;
use crate::features::hints::{Choice, rules};
use crate::lsp::settings::Settings;
use crate::lsp::workspace_file::{NAME, parse};

/// The choice of `viva.toml` in the current folder, and then of `--rule`, `--on` and `--off`; a name that
/// is neither a rule nor a family is refused.
pub(super) fn choice(only: &[String], on: &[String], off: &[String]) -> Result<Choice, Failure> {
    for name in [only, on, off].into_iter().flatten() {
        if !rules().any(|rule| rule.id == name || rule.family() == name) {
            return Err(Failure::Unusable(format!(
                "there is no rule `{name}`{}; `viva check --list` lists them",
                nearest(name)
            )));
        }
    }
    let mut choice = of_folder(Path::new(NAME))?;
    choice.off.retain(|name| !on.contains(name));
    choice.on.extend(on.iter().cloned());
    choice.off.extend(off.iter().cloned());
    if !only.is_empty() {
        // A rule's own name weighs more than that of its family.
        let named = rules().filter(|rule| {
            only.iter()
                .any(|name| rule.id == name || rule.family() == name)
        });
        for rule in named {
            choice.off.remove(rule.id);
            choice.on.insert(rule.id.to_owned());
        }
        choice.off.extend(families());
    }
    Ok(choice)
}

/// What the file says, if it is there.
fn of_folder(path: &Path) -> Result<Choice, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Choice::default()),
        Err(error) => return Err(Failure::Unusable(format!("{}: {error}", path.display()))),
    };
    let bad = |problem: String| Failure::Unusable(format!("{}: {problem}", path.display()));
    let (settings, complaints) = Settings::read(&parse(&text).map_err(bad)?);
    match complaints.into_iter().next() {
        Some(complaint) => Err(bad(complaint)),
        None => Ok(settings.choice),
    }
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
