//! A compose.yaml as the rules see it, and their form.

use viva_guide::Language;

use crate::features::hints::image::Image;
use crate::features::hints::rule::{self, Findings, Rule};
use crate::keywords::compose::file::{Entry, Value};

/// How a rule looks at a file.
type Check = fn(&File<'_>, &mut Findings);
pub(super) type Checked = rule::Checked<Check>;

/// What most rules have in common.
pub(super) const HINT: Rule = Rule::hint(Language::Compose);

/// A file as the rules see it.
#[derive(Debug)]
pub(in crate::features::hints) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) root: Value<'a>,
}

/// A service: its name and what stands below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service<'f> {
    pub(super) name: Value<'f>,
    pub(super) keys: Value<'f>,
}

impl<'a> File<'a> {
    pub(super) fn services(&self) -> Vec<Service<'a>> {
        let services = self
            .root
            .get("services")
            .map(Value::entries)
            .unwrap_or_default();
        services
            .into_iter()
            .filter_map(|entry| {
                let keys = entry.value.filter(|value| value.is_map())?;
                Some(Service {
                    name: entry.key,
                    keys,
                })
            })
            .collect()
    }
}

impl<'f> Service<'f> {
    pub(super) fn entry(&self, key: &str) -> Option<Entry<'f>> {
        self.keys.entry(key)
    }

    /// The image, where it is known.
    pub(super) fn image(&self) -> Option<Image<'f>> {
        Image::read(self.keys.get("image")?.text()?)
    }

    /// The official image of a data store that the service runs.
    pub(super) fn database(&self) -> Option<&'f str> {
        const DATABASES: [&str; 11] = [
            "elasticsearch",
            "mariadb",
            "memcached",
            "mongo",
            "mysql",
            "percona",
            "postgres",
            "rabbitmq",
            "redis",
            "valkey",
            "cassandra",
        ];
        self.image()?
            .official()
            .filter(|name| DATABASES.contains(name))
    }

    /// Whether other files may bring keys that do not stand here.
    pub(super) fn is_extended(&self) -> bool {
        self.entry("extends").is_some()
    }
}

/// Adds a place, if it is one: what stands in a block or is written with escapes is not.
pub(super) fn add(findings: &mut Findings, place: Value<'_>, message: impl AsRef<str>) {
    let range = place.range();
    if !range.is_empty() {
        findings.add(range.start, range, message);
    }
}
