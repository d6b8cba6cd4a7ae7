//! Rules about what survives a restart.

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Findings, Level, Rule};

pub(super) const NO_PERSISTENCE: Checked = Checked {
    rule: Rule {
        id: "redis/no-persistence",
        title: "No snapshots and no append-only file",
        why: "After a restart the server is empty, and as a master it makes its replicas empty too. Right for a cache only.",
        topic: "redis/persistence",
        before: "\
port 6379
save \"\"
appendonly no
",
        after: "\
port 6379
save \"\"
appendonly yes
",
        level: Level::Information,
        ..HINT
    },
    check: no_persistence,
};

fn no_persistence(file: &File<'_>, findings: &mut Findings) {
    if !file.keeps_nothing() || file.evicts() || file.is_sentinel() {
        return;
    }
    if let Some(line) = file.last("save") {
        findings.add(
            line.name.start,
            File::line_range(line),
            "Without snapshots and append-only file a restart begins empty, and replicas of this server follow it.",
        );
    }
}

pub(super) const APPENDFSYNC_NO: Checked = Checked {
    rule: Rule {
        id: "redis/appendfsync-no",
        title: "An append-only file that the kernel flushes when it likes",
        why: "With `appendfsync no` the kernel decides when data reaches the disk, often after half a minute; `everysec` bounds the loss.",
        topic: "redis/persistence",
        before: "\
appendonly yes
appendfsync no
",
        after: "\
appendonly yes
appendfsync everysec
",
        level: Level::Information,
        ..HINT
    },
    check: appendfsync_no,
};

fn appendfsync_no(file: &File<'_>, findings: &mut Findings) {
    if !file.is("appendonly", "yes") || !file.is("appendfsync", "no") {
        return;
    }
    if let Some(line) = file.last("appendfsync") {
        findings.add(
            line.name.start,
            File::line_range(line),
            "The kernel decides when this data reaches the disk, so nobody can say how much a power cut loses.",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_store_that_keeps_nothing_is_marked() {
        expect(
            "redis/no-persistence",
            &[
                "«save \"\"»\nappendonly no\n",
                "port 1\n«save ''»\n",
                "save 900 1\nport 1\n«save \"\"»\n",
                "port 1\nsave \"\"\nsave 900 1\n",
                "# appendonly may be elsewhere\nsave \"\"\n",
                "save \"\"\nappendonly yes\n",
                "save \"\"\nappendonly no\nmaxmemory-policy allkeys-lru\n",
                "port 1\nappendonly no\n",
            ],
        );
    }

    #[test]
    fn an_append_only_file_without_flushing_is_marked() {
        expect(
            "redis/appendfsync-no",
            &[
                "appendonly yes\n«appendfsync no»\n",
                "appendonly no\nappendfsync no\n",
                "appendonly yes\nappendfsync everysec\n",
                "appendonly yes\nappendfsync no\nappendfsync always\n",
                "appendfsync no\n",
            ],
        );
    }
}
