//! The rules for compose.yaml.

mod file;
mod images;
mod isolation;
mod keys;
mod starting;

use super::rule::{Findings, Rule};
use crate::document::Document;
use crate::keywords::compose::file as yaml;
use file::{Checked, File};

pub(super) const RULES: &[Checked] = &[
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
pub(super) fn check(document: &Document, wants: impl Fn(&Rule) -> bool, findings: &mut Findings) {
    let text = document.text();
    let read = yaml::File::read(text);
    let anchors = read.anchors();
    let Some(root) = read.root(&anchors) else {
        return;
    };
    let file = File { text, root };
    findings.collect(RULES, wants, |check, findings| check(&file, findings));
}
