//! The rule about what directives are set to.

use super::directives;
use super::directives::{Takes, takes};
use super::file::{Checked, File, HINT, is_placeholder};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const VALUE_OUT_OF_RANGE: Checked = Checked {
    rule: Rule {
        id: "redis/value-out-of-range",
        title: "A value that the directive does not take",
        why: "Redis checks every value at the start and exits at the first wrong one; `true` is no `yes`, and a comment needs a line of its own.",
        topic: "redis/configuration",
        before: "\
port 6379
appendonly true
",
        after: "\
port 6379
appendonly yes
",
        ..HINT
    },
    check: value_out_of_range,
};

fn value_out_of_range(file: &File<'_>, findings: &mut Findings) {
    for line in &file.lines {
        let kind = takes(&line.directive);
        if kind == Takes::Other || line.directive.starts_with("sentinel") {
            continue;
        }
        let statement = line.name.start;
        if let Some(comment) = line
            .arguments
            .iter()
            .skip(1)
            .find(|argument| argument.value.is_some_and(|value| value.starts_with('#')))
        {
            let end = File::line_range(line).end;
            findings.add(
                statement,
                comment.range.start..end,
                "A comment needs a line of its own: Redis takes this for more arguments and refuses to start.",
            );
            continue;
        }
        let Some(argument) = line.arguments.first().filter(|_| line.arguments.len() == 1) else {
            continue;
        };
        let Some(value) = argument.value.filter(|_| !is_placeholder(argument)) else {
            continue;
        };
        let directive = directives::current(&line.directive);
        if let Some(expected) = objection(directive, kind, &value.to_ascii_lowercase()) {
            findings.add(
                statement,
                argument.range.clone(),
                format!(
                    "`{directive}` takes {expected}; with anything else Redis refuses to start."
                ),
            );
        }
    }
}

/// What a directive takes instead of a value in small letters; None: it takes the value.
fn objection(directive: &str, kind: Takes, value: &str) -> Option<String> {
    let number = || value.parse::<i64>();
    match kind {
        Takes::Words(words) if !words.contains(&value) => Some(match words {
            [one, two] => format!("`{one}` or `{two}`"),
            words if words.len() <= 6 => format!("one of `{}`", words.join("`, `")),
            words => format!("one of {} words, such as `{}`", words.len(), words[0]),
        }),
        Takes::Integer if number().is_err() => Some("a whole number".to_owned()),
        // The only range that all servers agree on.
        Takes::Integer
            if is_port(directive) && !number().is_ok_and(|port| (0..=65535).contains(&port)) =>
        {
            Some("a port, 0 to 65535".to_owned())
        }
        Takes::Memory if !is_memory(value) => {
            Some("a number of bytes, or one with a unit from `k` and `kb` to `gb`".to_owned())
        }
        Takes::MemoryOrPercent if !is_memory(value) && !is_percentage(value) => {
            Some("a number of bytes, or a percentage".to_owned())
        }
        _ => None,
    }
}

fn is_port(directive: &str) -> bool {
    directive == "port" || directive.ends_with("-port")
}

/// `1gb`, `100mb`, `64`; nothing before the unit is nothing (`memtoull` in Redis's `src/util.c`).
fn is_memory(value: &str) -> bool {
    let unit = value.trim_start_matches(|digit: char| digit.is_ascii_digit());
    matches!(unit, "" | "b" | "k" | "kb" | "m" | "mb" | "g" | "gb")
}

fn is_percentage(value: &str) -> bool {
    value
        .strip_suffix('%')
        .is_some_and(|number| number.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn values_that_stop_the_start_are_marked() {
        expect(
            "redis/value-out-of-range",
            &[
                "appendonly «true»\nport «70000»\n",
                "maxmemory-policy «lru»\n",
                "maxmemory «2tb»\n",
                "maxmemory «50%»\n",
                "maxmemory «1.5gb»\n",
                "databases «\"\"»\n",
                "databases «many»\n",
                "maxmemory 1gb «# a cache»\n",
                "appendonly YES\nport 0\nmaxmemory 1GB\nappendfsync \"always\"\n",
                "maxmemory-clients 5%\nmaxmemory 100\nslowlog-log-slower-than -1\n",
                "list-max-listpack-size -2\nunixsocketperm 700\n",
                "maxmemory ${MEMORY}\nport {{ port }}\ndatabases <n>\n",
                "shutdown-on-sigterm nosave force\nbind 127.0.0.1 ::1\nsave 900 1\n",
                "tls-auth-clients-user CN\nmaxmemory \"\"\n",
                // Read and ignored, whatever they say.
                "list-max-ziplist-entries x\nlua-replicate-commands maybe\nport 1\n",
                "requirepass a#b\nlogfile \"\"\n",
                "io-threads-do-reads yes\noom-score-adj-values 0 200 800\n",
            ],
        );
    }
}
