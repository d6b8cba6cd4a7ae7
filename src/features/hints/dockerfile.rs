//! The rules for Dockerfile.

mod arguments;
mod commands;
mod file;
mod files;
mod images;
mod layers;
mod network;
mod packages;
mod process;
mod shell;
mod users;

use super::rule::{Findings, Rule};
use crate::document::Document;
use file::{Checked, File};

pub(super) const RULES: &[Checked] = &[
    images::LATEST_TAG,
    images::CONSTANT_PLATFORM,
    images::UNDEFINED_STAGE,
    arguments::ARG_SCOPE,
    arguments::SECRET_IN_ARG_OR_ENV,
    arguments::LEGACY_ENV,
    arguments::MAINTAINER,
    arguments::ONBUILD_FORBIDDEN,
    files::ADD_WHERE_COPY,
    files::ADD_URL_WITHOUT_CHECKSUM,
    files::REMOTE_ARCHIVE_NOT_UNPACKED,
    files::RELATIVE_WORKDIR,
    layers::COPY_BEFORE_DEPENDENCIES,
    layers::REMOVED_IN_LATER_LAYER,
    layers::VOLUME_THEN_WRITE,
    packages::APT_GET_UPDATE_ALONE,
    packages::APT_LISTS_LEFT,
    packages::APT_RECOMMENDS,
    commands::CD_IN_RUN,
    commands::SUDO,
    commands::PIPE_WITHOUT_PIPEFAIL,
    process::SHELL_FORM_ENTRYPOINT,
    process::SINGLE_QUOTED_EXEC,
    process::SEVERAL_CMD,
    users::NO_USER,
    network::EXPOSE_RANGE,
    network::NO_HEALTHCHECK,
];

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wants: impl Fn(&Rule) -> bool, findings: &mut Findings) {
    let file = File::new(document.text());
    findings.collect(RULES, wants, |check, findings| check(&file, findings));
}
