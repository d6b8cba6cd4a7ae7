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

/// The names of a package's member, most specific first.
pub(super) fn member_names(package: &str, member: &str) -> Vec<String> {
    vec![format!("{package}.{member}"), package.to_owned()]
}

/// The names of a type's method or field. The package of predeclared types is no name by itself.
pub(super) fn type_member_names(package: &str, name: &str, member: &str) -> Vec<String> {
    let mut names = vec![
        format!("{package}.{name}.{member}"),
        format!("{package}.{name}"),
    ];
    if package != "builtin" {
        names.push(package.to_owned());
    }
    names
}
