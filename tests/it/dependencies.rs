//! What Viva is made of: `docs/dependencies.md` says it truly, nothing has a licence or a source that
//! `.cargo/deny.toml` does not allow, and no code of ours is unsafe.
//!
//! cargo-deny asks the same and more of the network's advisories; this much needs no network.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use crate::documentation::{check_part, read};

const DOCUMENT: &str = "docs/dependencies.md";

/// One dependency as cargo resolved it for this platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    licence: String,
}

/// What the program and its build are made of, without tests' tools: `depth` as in `cargo tree`.
fn tree(depth: &str) -> BTreeSet<Crate> {
    let edges = ["--edges", "normal,build", "--depth", depth];
    let text = cargo_tree(&[&edges[..], &["--format", "{p}\t{l}"]].concat());
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (package, licence) = line.split_once('\t').expect("as asked for");
            let mut words = package.split_whitespace();
            let name = words.next().expect("a name").to_owned();
            let version = words.next().expect("a version").trim_start_matches('v');
            Crate {
                name,
                version: version.to_owned(),
                licence: licence.trim_end_matches(" (*)").to_owned(),
            }
        })
        .filter(|found| !found.name.starts_with("viva-"))
        .collect()
}

/// What `cargo tree` prints, one crate a line.
fn cargo_tree(options: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--offline",
            "--prefix",
            "none",
        ])
        .args(options)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The texts in a list of `.cargo/deny.toml`.
fn rule(list: &str) -> Vec<String> {
    let rules = read(".cargo/deny.toml");
    let (_, rest) = rules
        .split_once(&format!("\n{list} = ["))
        .unwrap_or_else(|| panic!("deny.toml has a list {list}"));
    let (items, _) = rest.split_once("\n]").expect("the end of the list");
    items
        .lines()
        .filter_map(|line| line.split('"').nth(1).map(str::to_owned))
        .collect()
}

/// Whether a licence expression (SPDX, or `/` for OR as old crates have it) can be met.
fn can_be_met(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
    // As crates write it, AND binds what stands in parentheses: `(A OR B) AND C`.
    expression.split(" AND ").all(|part| {
        part.split(" OR ")
            .any(|licence| allowed.iter().any(|allowed| allowed == licence.trim()))
    })
}

#[test]
fn every_licence_is_one_that_is_allowed() {
    let allowed = rule("allow");
    assert!(allowed.contains(&"MIT".to_owned()), "{allowed:?}");
    assert!(can_be_met("(MIT OR GPL-3.0) AND Unicode-3.0", &allowed));
    assert!(!can_be_met("MIT AND GPL-3.0", &allowed));
    assert!(!can_be_met("", &allowed));
    let all = tree("99");
    assert!(all.len() > 50, "{} crates", all.len());
    let not_allowed: Vec<&Crate> = all
        .iter()
        .filter(|found| !can_be_met(&found.licence, &allowed))
        .collect();
    assert!(not_allowed.is_empty(), "{not_allowed:?}");
}

#[test]
fn everything_comes_from_the_registry_and_nothing_talks_to_a_network() {
    let lock = read("Cargo.lock");
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert!(line.starts_with("source = \"registry+"), "{line}");
    }
    assert_eq!(
        lock.matches("\nsource = ").count(),
        lock.matches("\nchecksum = ").count(),
        "every crate of the registry has its checksum"
    );
    let banned = rule("deny");
    assert!(banned.contains(&"openssl-sys".to_owned()), "{banned:?}");
    for name in banned {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name}");
    }
}

/// `UPDATE=1 cargo test` rewrites versions, licences and the count; the reasons are written by hand.
#[test]
fn the_documentation_lists_every_dependency_with_its_reason() {
    let documented = read(DOCUMENT);
    let reasons: BTreeMap<&str, &str> = documented
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            let name = cells.next()?.trim_end_matches('`');
            Some((name, cells.nth(2)?.trim_end_matches(" |")))
        })
        .collect();
    let mut table =
        String::from("| crate | version | licence | for |\n| --- | --- | --- | --- |\n");
    for found in tree("1") {
        let Crate {
            name,
            version,
            licence,
        } = found;
        let reason = reasons
            .get(name.as_str())
            .filter(|reason| !reason.is_empty())
            .unwrap_or_else(|| panic!("{DOCUMENT}: add a row that says what {name} is for"));
        writeln!(table, "| `{name}` | {version} | {licence} | {reason} |").expect("a String");
    }
    check_part(DOCUMENT, "dependencies", &table);

    let lock = read("Cargo.lock");
    let count = lock.matches("\nsource = ").count();
    check_part(
        DOCUMENT,
        "count",
        &format!("`Cargo.lock` names {count} crates of others.\n"),
    );
}

#[test]
fn no_code_of_ours_is_unsafe() {
    let workspace = read("Cargo.toml");
    let (_, lints) = workspace
        .split_once("[workspace.lints.rust]\n")
        .expect("the lints of the workspace");
    assert!(lints.starts_with("unsafe_code = \"forbid\"\n"), "{lints}");
    for manifest in ["Cargo.toml", "index/Cargo.toml"] {
        assert!(
            read(manifest).contains("\n[lints]\nworkspace = true\n"),
            "{manifest} takes the lints of the workspace"
        );
    }
    // It has a workspace of its own.
    let zed = read("editors/zed/Cargo.toml");
    assert!(
        zed.contains("\n[lints.rust]\nunsafe_code = \"forbid\"\n"),
        "{zed}"
    );
}

/// A handler that panics is answered for: nothing may switch that off in what users get.
#[test]
fn panics_can_be_caught_in_every_profile() {
    for manifest in ["Cargo.toml", "index/Cargo.toml"] {
        assert!(!read(manifest).contains("\npanic = "), "{manifest}");
    }
}

/// Every archive of a release has a list of its parts.
#[test]
fn a_release_says_what_it_is_made_of() {
    let release = read(".github/workflows/release.yml");
    let makes = release.find("cargo cyclonedx --format json");
    let packs = release.find("archive.py \"$TARGET\" \"$VIVA\" out sbom.json");
    assert!(makes.is_some() && makes < packs, "{release}");
    assert!(
        release.contains("cargo build --release --locked"),
        "{release}"
    );
}

/// Features that are on cost size, start-up and reviews; these are the ones that are needed.
#[test]
fn the_large_dependencies_have_few_features() {
    let text = cargo_tree(&["--edges", "normal", "--format", "{p}\t{f}"]);
    for (name, expected) in [
        ("tantivy", "fs4,memmap2,mmap,tempfile"),
        // tower-lsp asks for `default`, which is empty.
        ("tokio", "default,rt,rt-multi-thread,sync,time"),
    ] {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{name} v")))
            .unwrap_or_else(|| panic!("{name} is a dependency"));
        let features = line.split('\t').nth(1).unwrap_or_default();
        assert_eq!(features.trim_end_matches(" (*)"), expected, "{name}");
    }
}
