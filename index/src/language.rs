//! The languages that Viva reads, by name only; their syntax lives in the recognisers.

use std::fmt;

/// A language that a keyword can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    Go,
    Dockerfile,
    /// MySQL's dialect.
    Sql,
    /// redis.conf and sentinel.conf, and the names of Redis commands.
    Redis,
    /// compose.yaml.
    Compose,
}

impl Language {
    pub const ALL: [Language; 5] = [
        Language::Go,
        Language::Dockerfile,
        Language::Sql,
        Language::Redis,
        Language::Compose,
    ];

    /// The name used in front matter, file names and `--lang`.
    pub fn name(self) -> &'static str {
        match self {
            Language::Go => "go",
            Language::Dockerfile => "dockerfile",
            Language::Sql => "sql",
            Language::Redis => "redis",
            Language::Compose => "compose",
        }
    }

    pub fn from_name(name: &str) -> Option<Language> {
        Language::ALL
            .into_iter()
            .find(|language| language.name() == name)
    }

    /// What stands before a name where names of all languages meet: `docker:COPY --from`,
    /// `sql:UNION ALL`. Go's names carry none.
    pub fn prefix(self) -> &'static str {
        match self {
            Language::Go => "",
            Language::Dockerfile => "docker:",
            Language::Sql => "sql:",
            Language::Redis => "redis:",
            Language::Compose => "compose:",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
