//! The words of the language itself, and how names of packages are spelled.

/// <https://go.dev/ref/spec#Keywords>, sorted.
const KEYWORDS: [&str; 25] = [
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

/// <https://go.dev/ref/spec#Predeclared_identifiers>, sorted.
const PREDECLARED: [(&str, Predeclared); 44] = [
    ("any", Predeclared::Type),
    ("append", Predeclared::Function),
    ("bool", Predeclared::Type),
    ("byte", Predeclared::Type),
    ("cap", Predeclared::Function),
    ("clear", Predeclared::Function),
    ("close", Predeclared::Function),
    ("comparable", Predeclared::Type),
    ("complex", Predeclared::Function),
    ("complex128", Predeclared::Type),
    ("complex64", Predeclared::Type),
    ("copy", Predeclared::Function),
    ("delete", Predeclared::Function),
    ("error", Predeclared::Type),
    ("false", Predeclared::Value),
    ("float32", Predeclared::Type),
    ("float64", Predeclared::Type),
    ("imag", Predeclared::Function),
    ("int", Predeclared::Type),
    ("int16", Predeclared::Type),
    ("int32", Predeclared::Type),
    ("int64", Predeclared::Type),
    ("int8", Predeclared::Type),
    ("iota", Predeclared::Value),
    ("len", Predeclared::Function),
    ("make", Predeclared::Function),
    ("max", Predeclared::Function),
    ("min", Predeclared::Function),
    ("new", Predeclared::Function),
    ("nil", Predeclared::Value),
    ("panic", Predeclared::Function),
    ("print", Predeclared::Function),
    ("println", Predeclared::Function),
    ("real", Predeclared::Function),
    ("recover", Predeclared::Function),
    ("rune", Predeclared::Type),
    ("string", Predeclared::Type),
    ("true", Predeclared::Value),
    ("uint", Predeclared::Type),
    ("uint16", Predeclared::Type),
    ("uint32", Predeclared::Type),
    ("uint64", Predeclared::Type),
    ("uint8", Predeclared::Type),
    ("uintptr", Predeclared::Type),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predeclared {
    Type,
    Function,
    Value,
}

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

pub(super) fn predeclared(word: &str) -> Option<(&'static str, Predeclared)> {
    let found = PREDECLARED
        .binary_search_by(|(name, _)| (*name).cmp(word))
        .ok()?;
    PREDECLARED.get(found).copied()
}

/// Another package's names are of use only if they begin with a capital letter.
pub(super) fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// The name that Go's tools assume for a package that is imported without one
/// (`ImportPathToAssumedName` in golang.org/x/tools/internal/imports).
pub(super) fn assumed_package_name(path: &str) -> &str {
    let (parent, mut base) = path.rsplit_once('/').unwrap_or(("", path));
    let is_version = base.strip_prefix('v').is_some_and(|version| {
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_version && !parent.is_empty() {
        base = parent.rsplit_once('/').map_or(parent, |(_, base)| base);
    }
    let base = base.strip_prefix("go-").unwrap_or(base);
    let end = base.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    &base[..end.unwrap_or(base.len())]
}

/// Packages that the guide knows under another path, which they had or will have.
const RENAMED: [(&str, &str); 8] = [
    (
        "github.com/garyburd/redigo/redis",
        "github.com/gomodule/redigo/redis",
    ),
    ("github.com/go-redis/redis", GO_REDIS),
    ("github.com/go-redis/redis/v7", GO_REDIS),
    ("github.com/go-redis/redis/v8", GO_REDIS),
    ("github.com/go-redis/redis/v9", GO_REDIS),
    ("github.com/redis/go-redis", GO_REDIS),
    ("github.com/redis/go-redis/v8", GO_REDIS),
    ("gopkg.in/redis.v5", GO_REDIS),
];

const GO_REDIS: &str = "github.com/redis/go-redis/v9";

/// Types of [`GO_REDIS`] that have the commands of its `Client`.
const CLIENTS: [&str; 9] = [
    "Client",
    "ClusterClient",
    "Cmdable",
    "Conn",
    "Pipeline",
    "Pipeliner",
    "Ring",
    "Tx",
    "UniversalClient",
];

/// The type whose commands a type has, too.
pub(super) fn same_commands(package: &str, name: &str) -> Option<&'static str> {
    (known_path(package) == GO_REDIS && CLIENTS.contains(&name)).then_some("Client")
}

/// The path by which a package is known.
fn known_path(package: &str) -> &str {
    RENAMED
        .iter()
        .find(|(path, _)| *path == package)
        .map_or(package, |(_, known)| known)
}

/// The names of a package, most specific first.
pub(super) fn package_names(package: &str) -> Vec<String> {
    without_repetitions([package.to_owned(), known_path(package).to_owned()])
}

/// The names of a package's member, most specific first.
pub(super) fn member_names(package: &str, member: &str) -> Vec<String> {
    let known = known_path(package);
    let names = [package, known].map(|package| format!("{package}.{member}"));
    without_repetitions(names.into_iter().chain(package_names(package)))
}

/// The names of a type's method or field. The package of predeclared types is no name by itself.
pub(super) fn type_member_names(package: &str, name: &str, member: &str) -> Vec<String> {
    let known = known_path(package);
    let mut names: Vec<String> = [package, known]
        .map(|package| format!("{package}.{name}.{member}"))
        .into();
    if let Some(client) = same_commands(package, name) {
        names.push(format!("{known}.{client}.{member}"));
    }
    names.extend([package, known].map(|package| format!("{package}.{name}")));
    if package != "builtin" {
        names.extend(package_names(package));
    }
    without_repetitions(names)
}

fn without_repetitions(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}
