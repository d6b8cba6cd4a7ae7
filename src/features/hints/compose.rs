//! The rules for compose.yaml.

mod images;
mod isolation;
mod keys;
mod starting;

use super::image::Image;
use super::rule::{Check, Findings, Rule};
use crate::document::Document;
use crate::keywords::compose::file::{self, Entry, Value};

/// A file as the rules see it.
#[derive(Debug)]
pub(super) struct File<'a> {
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

pub(super) const RULES: &[Rule] = &[
    images::LATEST_TAG,
    images::NO_VOLUME,
    images::WATCH_WITHOUT_BUILD,
    starting::DEPENDS_ON_WITHOUT_CONDITION,
    starting::NO_HEALTHCHECK,
    starting::PORTS_ON_ALL_INTERFACES,
    starting::UNQUOTED_PORT,
    isolation::PRIVILEGED,
    isolation::BROAD_CAPABILITY,
    isolation::DOCKER_SOCKET,
    isolation::HOST_NAMESPACE,
    isolation::SECRET_IN_ENVIRONMENT,
    keys::VERSION_KEY,
    keys::CONTAINER_NAME_SCALED,
    keys::NO_LOG_ROTATION,
    keys::SWARM_ONLY_KEY,
];

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wanted: &[&'static Rule], findings: &mut Findings) {
    let text = document.text();
    let read = file::File::read(text);
    let anchors = read.anchors();
    let Some(root) = read.root(&anchors) else {
        return;
    };
    let file = File { text, root };
    for rule in wanted {
        if let Check::Compose(check) = rule.check {
            findings.begin(rule);
            check(&file, findings);
        }
    }
}

/// Adds a place, if it is one: what stands in a block or is written with escapes is not.
fn add(findings: &mut Findings, place: Value<'_>, message: impl Into<String>) {
    let range = place.range();
    if !range.is_empty() {
        findings.add(range.start, range, message);
    }
}
