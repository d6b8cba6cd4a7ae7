//! The recogniser against Go's own type checker, file by file (`tests/truth/go_types`).

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use super::super::{keywords, parse};
use crate::keywords::Source;

/// Of the names that Go's type checker knows, so many must be found from the file alone, in percent.
const ENOUGH: f64 = 96.0;

#[derive(Default)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
}

#[test]
#[ignore = "needs the output of tests/truth/go_types: VIVA_GO_TRUTH"]
fn agrees_with_go_types() {
    let path =
        std::env::var("VIVA_GO_TRUTH").expect("VIVA_GO_TRUTH names the file to compare with");
    let truth = std::fs::read_to_string(path).expect("the file can be read");
    let mut files: BTreeMap<&str, HashMap<usize, (&str, &str)>> = BTreeMap::new();
    for line in truth.lines() {
        let [file, offset, kind, name] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not a line of go_types: {line}");
        };
        let names = files.entry(file).or_default();
        // What the internal packages of the library declare is in no list of signatures.
        if !kind.is_empty() && !(name.contains("internal/") && matches!(kind, "method" | "field")) {
            names.insert(offset.parse().expect("an offset"), (kind, name));
        }
    }
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut report = String::new();
    for (file, names) in files {
        compare(Path::new(file), names, &mut scores, &mut report);
    }
    let mut all = Score::default();
    for (kind, score) in &scores {
        writeln!(report, "{kind:8} {}", score.line()).expect("a string takes all");
        all.right += score.right;
        all.wrong += score.wrong;
        all.missed += score.missed;
    }
    writeln!(report, "all      {}", all.line()).expect("a string takes all");
    if let Ok(path) = std::env::var("VIVA_GO_REPORT") {
        std::fs::write(path, &report).expect("the report can be written");
    }
    assert_eq!(all.wrong, 0, "{report}");
    assert!(all.percent() >= ENOUGH, "{report}");
}

impl Score {
    fn percent(&self) -> f64 {
        let total = self.right + self.wrong + self.missed;
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let percent = 100.0 * self.right as f64 / total.max(1) as f64;
        percent
    }

    fn line(&self) -> String {
        format!(
            "{:5.1} %  right {}  wrong {}  missed {}",
            self.percent(),
            self.right,
            self.wrong,
            self.missed
        )
    }
}

fn compare<'t>(
    file: &Path,
    mut names: HashMap<usize, (&'t str, &'t str)>,
    scores: &mut BTreeMap<&'t str, Score>,
    report: &mut String,
) {
    let text = std::fs::read_to_string(file).expect("a file of the standard library can be read");
    let tree = parse(&text, None);
    for keyword in keywords(Source {
        text: &text,
        tree: tree.as_ref(),
    }) {
        let word = &text[keyword.range.clone()];
        let is_token = !keyword.names[0].contains('.') && keyword.names[0] == word
            || word.starts_with(['"', '`']);
        match names.remove(&keyword.range.start) {
            Some((kind, name)) if keyword.names[0] == name => {
                scores.entry(kind).or_default().right += 1
            }
            Some((kind, name)) => {
                scores.entry(kind).or_default().wrong += 1;
                let line = text[..keyword.range.start].matches('\n').count() + 1;
                writeln!(
                    report,
                    "wrong {}:{line} {name} taken for {}",
                    file.display(),
                    keyword.names[0]
                )
                .expect("a string takes all");
            }
            None if keyword.names[0].contains("internal/")
                || is_token
                || is_import_name(&text, keyword.range.end) => {}
            None => {
                scores.entry("nothing").or_default().wrong += 1;
                let line = text[..keyword.range.start].matches('\n').count() + 1;
                writeln!(
                    report,
                    "wrong {}:{line} {word} taken for {}",
                    file.display(),
                    keyword.names[0]
                )
                .expect("a string takes all");
            }
        }
    }
    for (offset, (kind, name)) in names {
        scores.entry(kind).or_default().missed += 1;
        if std::env::var_os("VIVA_GO_REPORT").is_some() {
            let line = text[..offset].matches('\n').count() + 1;
            writeln!(report, "missed {}:{line} {kind} {name}", file.display())
                .expect("a string takes all");
        }
    }
}

/// The name that an import gives to a package stands before the path.
fn is_import_name(text: &str, end: usize) -> bool {
    text[end..].trim_start_matches([' ', '\t']).starts_with('"')
}
