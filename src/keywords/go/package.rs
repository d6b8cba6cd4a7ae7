//! The other files of a Go file's package: names that they declare are known, and are nobody else's.

use std::sync::Arc;

use super::outline::PackageFile;

/// What is known of the folder that a file stands in.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Files that may belong to the same package as the one at hand, the likeliest first.
    files: Vec<Arc<PackageFile>>,
    /// The version of the language that the module asks for.
    pub version: Option<GoVersion>,
}

/// A version of Go as a module's `go` line has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoVersion {
    pub major: u32,
    pub minor: u32,
}

impl GoVersion {
    /// Reads the `go` line in the text of a `go.mod`.
    pub fn of_module(text: &str) -> Option<GoVersion> {
        let version = text.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some("go")).then(|| words.next())?
        })?;
        let mut numbers = version.split('.').map(|number| {
            let end = number.find(|digit: char| !digit.is_ascii_digit());
            number[..end.unwrap_or(number.len())].parse().ok()
        });
        Some(GoVersion {
            major: numbers.next()??,
            minor: numbers.next()??,
        })
    }
}

/// The systems and processors that files are named for (`go tool dist list`).
const PLATFORMS: [&str; 37] = [
    "386",
    "aix",
    "amd64",
    "android",
    "arm",
    "arm64",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "linux",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mipsle",
    "netbsd",
    "openbsd",
    "plan9",
    "ppc64",
    "ppc64le",
    "riscv64",
    "s390x",
    "sparc64",
    "solaris",
    "wasip1",
    "wasm",
    "windows",
    "zos",
    "bsd",
    "unix",
    "posix",
    "other",
    "stub",
    "fake",
];

const HERE: &str = if cfg!(windows) {
    "windows"
} else if cfg!(target_os = "macos") {
    "darwin"
} else {
    "linux"
};

impl Package {
    /// The package of a file, of the other files of its folder with their names.
    ///
    /// Tests belong to a package for its tests only. Build constraints are ignored, but where two files
    /// declare the same, one whose name says that it is for this system, or for all, comes first.
    pub fn new(
        own_name: &str,
        others: impl IntoIterator<Item = (String, Arc<PackageFile>)>,
        version: Option<GoVersion>,
    ) -> Package {
        let mut files: Vec<(String, Arc<PackageFile>)> = others
            .into_iter()
            .filter(|(name, _)| name != own_name && (is_test(own_name) || !is_test(name)))
            .collect();
        files.sort_by(|(a, _), (b, _)| (is_elsewhere(a), a).cmp(&(is_elsewhere(b), b)));
        Package {
            files: files.into_iter().map(|(_, file)| file).collect(),
            version,
        }
    }

    /// The files of the package of that name.
    pub(super) fn files(&self, name: &str) -> Vec<&PackageFile> {
        self.files
            .iter()
            .map(Arc::as_ref)
            .filter(|file| file.package == name && !name.is_empty())
            .collect()
    }
}

fn is_test(name: &str) -> bool {
    name.ends_with("_test.go")
}

/// Whether a file is for another system, as far as its name tells.
fn is_elsewhere(name: &str) -> bool {
    let stem = name.strip_suffix(".go").unwrap_or(name);
    stem.split('_')
        .skip(1)
        .any(|part| PLATFORMS.contains(&part) && part != HERE && part != "unix")
}
