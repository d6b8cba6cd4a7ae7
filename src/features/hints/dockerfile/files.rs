//! Rules about `ADD` and about where files go.

use super::file::{Checked, File, HINT, Placed};
use crate::features::hints::image::Image;
use crate::features::hints::rule::{Elsewhere, Findings, Fix, Level, Rule, Tool};
use crate::keywords::dockerfile::file::Word;

pub(super) const ADD_WHERE_COPY: Checked = Checked {
    rule: Rule {
        id: "docker/add-where-copy",
        title: "`ADD` where `COPY` does",
        why: "`ADD` also unpacks archives and fetches URLs. Where neither is meant, `COPY` says so, and stays right when the file becomes an archive.",
        topic: "containers/copy-vs-add",
        before: "FROM alpine:3.22\nADD app.conf /etc/app.conf\n",
        after: "FROM alpine:3.22\nCOPY app.conf /etc/app.conf\n",
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3020",
        }],
        ..HINT
    },
    check: add_where_copy,
};

/// Flags that only `ADD` has.
const ADD_FLAGS: [&str; 3] = ["--checksum", "--keep-git-dir", "--unpack"];

fn add_where_copy(file: &File<'_>, findings: &mut Findings) {
    for placed in file.named("ADD") {
        let add = placed.instruction;
        let has_own_flag = add
            .flags
            .iter()
            .any(|flag| ADD_FLAGS.contains(&flag.name.as_str()));
        let Some((sources, _)) = sources(&placed) else {
            continue;
        };
        if has_own_flag || !sources.iter().all(|source| is_plain_file(&source.text)) {
            continue;
        }
        let written = file.text.get(add.keyword.clone()).unwrap_or_default();
        let copy = if written == "add" { "copy" } else { "COPY" };
        findings.add_with_fix(
            placed.statement,
            add.keyword.clone(),
            "`COPY` does the same here without the surprises of `ADD`, which also unpacks archives and fetches URLs.",
            Fix::replace("Use `COPY`", add.keyword.clone(), copy),
        );
    }
}

/// What is added, and where to.
fn sources(placed: &Placed<'_, '_>) -> Option<(Vec<Word>, Word)> {
    let mut words = placed.instruction.words();
    let target = words.pop()?;
    (!words.is_empty()).then_some((words, target))
}

/// A file or folder that is surely no archive and no URL. What is unpacked is told by its content, so
/// a name that may be anything is not sure.
fn is_plain_file(source: &str) -> bool {
    if source.starts_with("<<") {
        return true;
    }
    let name = source
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let has_unknown_end = source.contains('$') || name.ends_with(['*', '?', ']']) && name != "*";
    !has_unknown_end && !is_remote(source) && !is_archive(name)
}

fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@")
}

/// Whether the name of a file is one of a tar archive, or of one that may be inside a compressed file.
fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = [
        ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst", ".tzst", ".lzma",
    ];
    name.contains(".tar.") || name.contains("rootfs") || ends.iter().any(|end| name.ends_with(end))
}

pub(super) const ADD_URL_WITHOUT_CHECKSUM: Checked = Checked {
    rule: Rule {
        id: "docker/add-url-without-checksum",
        title: "`ADD` of a URL without `--checksum`",
        why: "The build takes whatever the server sends that day. With `--checksum=sha256:…` another content stops it.",
        topic: "containers/copy-vs-add",
        before: "FROM alpine:3.22\nADD https://example.com/tool /usr/local/bin/tool\n",
        after: "FROM alpine:3.22\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool /usr/local/bin/tool\n",
        level: Level::Information,
        ..HINT
    },
    check: add_url_without_checksum,
};

fn add_url_without_checksum(file: &File<'_>, findings: &mut Findings) {
    for placed in file.named("ADD") {
        let Some((sources, _)) =
            sources(&placed).filter(|_| placed.instruction.flag("--checksum").is_none())
        else {
            continue;
        };
        for source in sources {
            if is_download(&source.text) {
                findings.add(
                    placed.statement,
                    source.range,
                    "The build takes whatever the server sends that day: with `--checksum=sha256:…` another content stops it.",
                );
            }
        }
    }
}

/// A URL of a file, not of a Git repository.
fn is_download(source: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| source.strip_prefix(scheme));
    // What an API says of a branch shall change: it empties the cache when there are new commits.
    let is_answer = rest.is_some_and(|rest| rest.starts_with("api."));
    let path = source.split('#').next().unwrap_or_default();
    rest.is_some() && !is_answer && path.strip_suffix(".git").is_none()
}

pub(super) const REMOTE_ARCHIVE_NOT_UNPACKED: Checked = Checked {
    rule: Rule {
        id: "docker/remote-archive-not-unpacked",
        title: "`ADD` of a remote archive into a folder",
        why: "`ADD` unpacks local archives only. From a URL the archive itself lands in the folder, unless `--unpack=true` is given.",
        topic: "containers/copy-vs-add",
        before: "FROM alpine:3.22\nADD https://example.com/tool-1.2.tar.gz /opt/\n",
        after: "# syntax=docker/dockerfile:1\nFROM alpine:3.22\nADD --unpack=true https://example.com/tool-1.2.tar.gz /opt/\n",
        ..HINT
    },
    check: remote_archive_not_unpacked,
};

fn remote_archive_not_unpacked(file: &File<'_>, findings: &mut Findings) {
    let all = file.all();
    for (number, placed) in all.iter().enumerate() {
        if placed.instruction.name != "ADD" || placed.instruction.flag("--unpack").is_some() {
            continue;
        }
        let Some((sources, target)) = sources(placed) else {
            continue;
        };
        let is_archived = sources.iter().any(|source| {
            let name = source.text.rsplit('/').next().unwrap_or_default();
            is_download(&source.text) && is_archive(name)
        });
        // Something later may unpack it.
        let is_handled = all[number + 1..].iter().any(|later| {
            let text = later.instruction.arguments();
            let heredocs = !later.instruction.heredocs.is_empty();
            later.instruction.name == "RUN"
                && (heredocs
                    || ["tar", "gunzip", "gzip", "unpack", "extract", "xz", "bunzip"]
                        .iter()
                        .any(|word| text.contains(word)))
        });
        if is_archived && target.text.ends_with('/') && !is_handled {
            findings.add(
                placed.statement,
                target.range,
                "The archive itself lands here: `ADD` unpacks a remote one only with `--unpack=true`.",
            );
        }
    }
}

pub(super) const RELATIVE_WORKDIR: Checked = Checked {
    rule: Rule {
        id: "docker/relative-workdir",
        title: "A relative `WORKDIR` that depends on the base image",
        why: "It is appended to the base image's `WORKDIR`, which another version of the image may change.",
        topic: "containers/dockerfile-instructions",
        before: "FROM alpine:3.22\nWORKDIR app\n",
        after: "FROM alpine:3.22\nWORKDIR /app\n",
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "WorkdirRelativePath",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3000",
            },
        ],
        ..HINT
    },
    check: relative_workdir,
};

fn relative_workdir(file: &File<'_>, findings: &mut Findings) {
    // Whether each stage has one, itself or by its base.
    let mut has_workdir: Vec<bool> = Vec::new();
    for (number, stage) in file.docker.stages.iter().enumerate() {
        let of_base = stage.base.and_then(|base| has_workdir.get(base).copied());
        let own = file.docker.of_stage(stage);
        let first = own.iter().find(|instruction| instruction.name == "WORKDIR");
        has_workdir.push(of_base == Some(true) || first.is_some());
        // The first one decides: those behind it build on it, or are absolute.
        let Some(instruction) = first.filter(|_| of_base != Some(true)) else {
            continue;
        };
        let path = instruction.arguments().trim_matches(['"', '\'']);
        let is_relative = path.starts_with(|first: char| {
            first.is_ascii_alphanumeric() || matches!(first, '.' | '_' | '-')
        }) && path.as_bytes().get(1) != Some(&b':');
        if !is_relative {
            continue;
        }
        let range = instruction.source(0..instruction.arguments().len());
        let start = instruction.keyword.start;
        let message =
            "Where this is depends on the base image's `WORKDIR`: begin with an absolute path.";
        let is_simple = path == instruction.arguments() && !path.starts_with('.');
        if is_simple && starts_at_root(file, number) {
            let fix = Fix::replace("Make it absolute", range.start..range.start, "/");
            findings.add_with_fix(start, range, message, fix);
        } else {
            findings.add(start, range, message);
        }
    }
}

/// Whether a stage is based on an image of which it is known that its `WORKDIR` is `/`.
fn starts_at_root(file: &File<'_>, stage: usize) -> bool {
    file.root_image(stage)
        .and_then(|image| Image::read(&image.text)?.official())
        .is_some_and(|name| ["alpine", "busybox", "debian", "scratch", "ubuntu"].contains(&name))
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn add_is_marked_where_copy_does() {
        expect(
            "docker/add-where-copy",
            &[
                "FROM a\n«ADD» --chown=1 a b /x/\n«ADD» [\"a b\", \"/x\"]\n«ADD» . /src\n«ADD» *.jar /x/\n",
                "FROM a\nONBUILD «ADD» . /src\n«ADD» <<EOF /x\nADD y\nEOF\n",
                "FROM a\nADD x.tar.gz /\nADD https://x/y /\nADD git@x:y.git /\nADD $X /\nADD a* /\nADD rootfs /\nADD --unpack=false a.tar /x\nADD a.xz /\n",
                "FROM a\nADD\nADD x\n",
            ],
        );
        expect_fix(
            "docker/add-where-copy",
            "FROM a\nadd x /\n",
            "FROM a\ncopy x /\n",
        );
    }

    #[test]
    fn remote_files_are_marked() {
        expect(
            "docker/add-url-without-checksum",
            &[
                "FROM a\nADD «https://x/y» /\n",
                "FROM a\nADD --checksum=sha256:0 https://x/y /\nADD https://github.com/o/r.git#v1 /src\nADD y /\n",
                "FROM a\nADD https://api.github.com/repos/o/r/git/refs/heads/main /.cache-bust\n",
            ],
        );
        expect(
            "docker/remote-archive-not-unpacked",
            &[
                "FROM a\nADD https://x/y.tgz «/opt/»\n",
                "FROM a\nADD https://x/y.tgz /opt/\nRUN tar xf /opt/y.tgz\n",
                "FROM a\nADD https://x/y.tgz /opt/y.tgz\nADD y.tgz /opt/\nADD https://x/y.txt /opt/\n",
            ],
        );
    }

    #[test]
    fn a_relative_workdir_is_marked_if_nothing_absolute_is_before_it() {
        expect(
            "docker/relative-workdir",
            &[
                "FROM a\nWORKDIR «src/app»\nWORKDIR more\n",
                "FROM a AS b\nWORKDIR /src\nWORKDIR app\nFROM b\nWORKDIR more\n",
                "FROM a\nWORKDIR $X\nWORKDIR app\n",
                "FROM a\nWORKDIR C:/x\n",
                "FROM a AS b\nWORKDIR «x»\nFROM b\nWORKDIR y\n",
            ],
        );
        expect_fix(
            "docker/relative-workdir",
            "FROM scratch\nWORKDIR x\n",
            "FROM scratch\nWORKDIR /x\n",
        );
    }
}
