//! Rules about the names of directives.

use std::collections::BTreeMap;

use viva_guide::folder::misspelt;

use super::directives;
use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Edit, Findings, Fix, Rule, Tag};
use crate::keywords::redis_conf::Line;

pub(super) const UNKNOWN_DIRECTIVE: Checked = Checked {
    rule: Rule {
        id: "redis/unknown-directive",
        title: "A directive that Redis does not know",
        why: "Redis does not skip what it does not know: it refuses to start, and an orchestrator restarts it for ever.",
        topic: "redis/configuration",
        before: "\
port 6379
maxmemmory 1gb
",
        after: "\
port 6379
maxmemory 1gb
",
        ..HINT
    },
    check: unknown_directive,
};

fn unknown_directive(file: &File<'_>, findings: &mut Findings) {
    if file.may_be_of_another_server() {
        return;
    }
    let is_unknown = |line: &&Line<'_>| directives::card(&line.directive).is_none();
    let unknown = file.lines.iter().filter(is_unknown).count();
    let mut nearest: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for line in &file.lines {
        let directive = line.directive.as_str();
        // Modules bring directives of their own, with a dot in their names since Redis 8.
        if directives::card(directive).is_some()
            || directive.contains('.')
            || is_wrapped(file, line)
        {
            continue;
        }
        let nearest = nearest
            .entry(directive)
            .or_insert_with(|| misspelt(directive, directives::names()));
        match *nearest {
            Some(name) => findings.add_with_fix(
                line.name.start,
                line.name.clone(),
                format!("Redis refuses to start with a directive that it does not know; the nearest one is `{name}`."),
                Fix::replace(format!("Write `{name}`"), line.name.clone(), name),
            ),
            // A file with many such lines is another program's.
            None if unknown * 3 <= file.lines.len() => findings.add(
                line.name.start,
                line.name.clone(),
                format!("Redis has no `{directive}`, not any more or not at all, and refuses to start with it."),
            ),
            None => {}
        }
    }
}

/// Whether a name is not the whole first word, or was broken by quotes.
fn is_wrapped(file: &File<'_>, line: &Line<'_>) -> bool {
    let before = file.text[..line.name.start].chars().next_back();
    let after = file.text[line.name.end..].chars().next();
    before.is_some_and(|letter| letter == '"' || letter == '\'')
        || after.is_some_and(|letter| !letter.is_whitespace())
}

pub(super) const DEPRECATED_NAME: Checked = Checked {
    rule: Rule {
        id: "redis/deprecated-name",
        title: "The old name of a directive",
        why: "Most old names still work, and say when a file was written: `slave` became `replica` in 5.0, `ziplist` became `listpack` in 7.0.",
        topic: "redis/versions",
        before: "\
port 6379
slave-read-only yes
",
        after: "\
port 6379
replica-read-only yes
",
        tag: Some(Tag::Deprecated),
        ..HINT
    },
    check: deprecated_name,
};

fn deprecated_name(file: &File<'_>, findings: &mut Findings) {
    // The old names of one version come together, and one place stands for all of them.
    let mut renamed: BTreeMap<&str, Vec<(&Line<'_>, &str)>> = BTreeMap::new();
    for line in &file.lines {
        let Some(card) = directives::card(&line.directive) else {
            continue;
        };
        // It has a rule of its own.
        let Some(since) = card
            .deprecated
            .as_deref()
            .filter(|_| line.directive != "rename-command")
        else {
            continue;
        };
        match card.alias.as_deref() {
            Some(name) => renamed.entry(since).or_default().push((line, name)),
            None => findings.add(
                line.name.start,
                line.name.clone(),
                format!("Since {since} this directive is read and ignored."),
            ),
        }
    }
    for (since, lines) in renamed {
        let Some((line, name)) = lines.first() else {
            continue;
        };
        let others = match lines.len() {
            1 => String::new(),
            2 => ", and another line has an old name too".to_owned(),
            count => format!(", and {} other lines have old names too", count - 1),
        };
        let edits = lines.iter().map(|(line, name)| Edit {
            range: line.name.clone(),
            text: (*name).to_owned(),
        });
        findings.add_with_fix(
            line.name.start,
            line.name.clone(),
            format!("Since {since} this directive is called `{name}`{others}: the old names are still accepted."),
            Fix {
                title: format!("Write the names of {since}"),
                edits: edits.collect(),
            },
        );
    }
}

pub(super) const DUPLICATE_DIRECTIVE: Checked = Checked {
    rule: Rule {
        id: "redis/duplicate-directive",
        title: "A directive that a later line sets again",
        why: "The last line wins, without a warning; in a long file the first one is what people find and change.",
        topic: "redis/configuration",
        before: "\
port 6379
maxmemory 1gb
maxmemory 2gb
",
        after: "\
port 6379
maxmemory 2gb
",
        tag: Some(Tag::Unnecessary),
        ..HINT
    },
    check: duplicate_directive,
};

fn duplicate_directive(file: &File<'_>, findings: &mut Findings) {
    if file.is_template {
        return;
    }
    // Each directive with the number of the last line that sets it.
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (line, number) in file.lines.iter().zip(file.line_numbers()).rev() {
        let directive = directives::current(&line.directive);
        if directives::adds_up(directive) {
            continue;
        }
        let Some(number) = last.get(directive) else {
            last.insert(directive, number);
            continue;
        };
        findings.add(
            line.name.start,
            File::line_range(line),
            format!(
                "This does nothing: line {number} sets `{directive}` again, and the last line wins."
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn unknown_directives_are_marked() {
        expect(
            "redis/unknown-directive",
            &[
                "port 1\n«maxmemmory» 1gb\n",
                "port 1\ndir /tmp\n«vm-enabled» no\n",
                "port 1\ndir /tmp\n«lazyfree-lru-clock-skip» 5\n",
                "sentinel monitor m 127.0.0.1 6379 2\n«sentinel moniter» n 127.0.0.1 6379 2\n",
                "port 1\nMaxMemory 1gb\nslaveof 10.0.0.1 6379\n",
                "port 1\nsearch.timeout 100\n",
                // Another server, another kind of file.
                "# Valkey\nport 1\nprimaryauth x\n",
                "listen 80\nserver_name x\n",
                "port 1\nself 127.0.0.1\npeers 127.0.0.2\ndir x\n",
                "port 1\nname{{ x }} 1\n",
            ],
        );
        expect_fix(
            "redis/unknown-directive",
            "port 1\nappend-only yes\n",
            "port 1\nappendonly yes\n",
        );
    }

    #[test]
    fn old_names_are_marked() {
        expect(
            "redis/deprecated-name",
            &[
                "«slaveof» 10.0.0.1 6379\n",
                "«hash-max-ziplist-entries» 512\nhash-max-ziplist-value 64\n«slaveof» a 1\n",
                "«list-max-ziplist-entries» 512\n«list-max-ziplist-value» 64\n",
                "«io-threads-do-reads» yes\n",
                "«lua-time-limit» 5000\n",
                "replicaof 10.0.0.1 6379\nrename-command CONFIG \"\"\n",
                "hash-max-listpack-entries 512\n",
            ],
        );
        expect_fix(
            "redis/deprecated-name",
            "SlaveOf 10.0.0.1 6379\nslave-priority 50\n",
            "replicaof 10.0.0.1 6379\nreplica-priority 50\n",
        );
    }

    #[test]
    fn lines_that_are_overruled_are_marked() {
        expect(
            "redis/duplicate-directive",
            &[
                "«maxmemory 1gb»\n«maxmemory 2gb»\nmaxmemory 3gb\n",
                "«slave-read-only no»\nreplica-read-only yes\n",
                "save 900 1\nsave 300 10\n",
                "user a on\nuser b on\ninclude a\ninclude b\nloadmodule x\nloadmodule y\n",
                "client-output-buffer-limit normal 0 0 0\nclient-output-buffer-limit pubsub 1 1 1\n",
                "rename-command A b\nrename-command C d\n",
                "sentinel monitor a 1.1.1.1 1 1\nsentinel monitor b 1.1.1.1 1 1\n",
                "{% if x %}\nport 1\n{% else %}\nport 2\n{% endif %}\n",
                "# port 1\nport 2\n",
            ],
        );
    }
}
