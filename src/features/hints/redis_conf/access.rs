//! Rules about who may do what.

use super::file::{Checked, File, HINT, is_placeholder};
use crate::features::hints::rule::{Findings, Level, Rule, Tag};
use crate::keywords::redis_conf::Line;

pub(super) const OPEN_WITHOUT_PASSWORD: Checked = Checked {
    rule: Rule {
        id: "redis/open-without-password",
        title: "Protected mode off on an open address, without a password",
        why: "Anyone who reaches the port owns the data, and with `CONFIG SET dir` often the host.",
        topic: "redis/exposed-instance",
        before: "\
bind 0.0.0.0
port 6379
protected-mode no
",
        after: "\
bind 127.0.0.1 -::1
port 6379
protected-mode yes
",
        level: Level::Information,
        ..HINT
    },
    check: open_without_password,
};

fn open_without_password(file: &File<'_>, findings: &mut Findings) {
    // Sentinel's own file is shipped like this.
    if file.is_sentinel() || !file.is("protected-mode", "no") || file.is("port", "0") {
        return;
    }
    let is_open = match file.last("bind") {
        Some(bind) => bind
            .arguments
            .iter()
            .any(|argument| argument.value.is_some_and(is_open_address)),
        None => file.lacks("bind"),
    };
    let has_password = file
        .last("requirepass")
        .and_then(|line| line.arguments.first())
        .is_some_and(|password| password.value != Some(""));
    let may_have_users = ["user", "aclfile", "include"]
        .into_iter()
        .any(|directive| file.last(directive).is_some());
    if !is_open || has_password || may_have_users || file.is_template {
        return;
    }
    if let Some(line) = file.last("protected-mode") {
        findings.add(
            line.name.start,
            File::line_range(line),
            "Nothing here keeps strangers out: the address is open, protected mode is off, and there is no password.",
        );
    }
}

/// Whether others than this host can reach an address of `bind`: any interface. A single address may
/// be a private one.
fn is_open_address(address: &str) -> bool {
    matches!(
        address.trim_start_matches('-'),
        "0.0.0.0" | "*" | "::" | "::*"
    )
}

pub(super) const WEAK_PASSWORD: Checked = Checked {
    rule: Rule {
        id: "redis/weak-password",
        title: "A short or well-known password",
        why: "Redis answers so fast that an attacker can try thousands of passwords per second.",
        topic: "redis/authentication",
        before: "\
port 6379
requirepass redis123
",
        after: "\
port 6379
requirepass 7Qm0vJd3pXw9sKtLr2YbUz6HcNfAe1Go
",
        level: Level::Information,
        ..HINT
    },
    check: weak_password,
};

/// Shorter passwords are guessed, in characters. Redis's own advice is a long one from
/// `ACL GENPASS`, which has 64.
const SHORTEST: usize = 12;

/// What a password is guessed to contain, in small letters.
const GUESSED: [&str; 8] = [
    "password",
    "passw0rd",
    "foobared",
    "123456",
    "qwerty",
    "admin",
    "changeme",
    "redispass",
];

fn weak_password(file: &File<'_>, findings: &mut Findings) {
    for line in &file.lines {
        let password = match line.directive.as_str() {
            "requirepass" => line.arguments.first(),
            "user" => line.arguments.iter().skip(1).find(|argument| {
                argument
                    .value
                    .is_some_and(|rule| rule.starts_with('>') && rule.len() > 1)
            }),
            _ => None,
        };
        let Some(password) = password else { continue };
        let value = password.value.unwrap_or_default().trim_start_matches('>');
        // `YOUR_PASSWORD` is to be replaced, too.
        let is_example = value.to_ascii_lowercase().starts_with("your");
        if value.is_empty() || is_placeholder(password) || is_example {
            continue;
        }
        let is_guessed = GUESSED
            .iter()
            .any(|guess| value.to_ascii_lowercase().contains(guess));
        let message = if value.chars().count() < SHORTEST {
            "This password is short, and Redis answers thousands of guesses per second."
        } else if is_guessed {
            "This password contains what is guessed first, and Redis answers thousands of guesses per second."
        } else {
            continue;
        };
        findings.add(line.name.start, password.range.clone(), message);
    }
}

pub(super) const RENAME_COMMAND: Checked = Checked {
    rule: Rule {
        id: "redis/rename-command",
        title: "`rename-command` instead of an ACL",
        why: "A hidden name is no permission, and replicas, Sentinel and tools must know it too; since Redis 6.0 users have rules.",
        topic: "redis/acl",
        before: "\
port 6379
rename-command FLUSHALL \"\"
",
        after: "\
port 6379
user default on nopass ~* &* +@all -flushall
",
        tag: Some(Tag::Deprecated),
        ..HINT
    },
    check: rename_command,
};

fn rename_command(file: &File<'_>, findings: &mut Findings) {
    // They come in groups, and the first says it for all.
    let first = file
        .lines
        .iter()
        .find(|line: &&Line<'_>| line.directive == "rename-command");
    if let Some(line) = first {
        findings.add(
            line.name.start,
            File::line_range(line),
            "Since Redis 6.0 an ACL rule forbids a command to some users; a new name hides it from all, tools included.",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn an_open_server_is_marked() {
        expect(
            "redis/open-without-password",
            &[
                "bind 0.0.0.0\nport 1\n«protected-mode no»\n",
                "bind * -::*\n«protected-mode no»\n",
                "port 6379\n«protected-mode no»\n",
                "port 6379\n«protected-mode no»\nrequirepass \"\"\n",
                "# protected mode is off in a fragment\nprotected-mode no\n",
                "bind 0.0.0.0\nprotected-mode no\nrequirepass x\n",
                "bind 0.0.0.0\nprotected-mode no\nrequirepass ${PASSWORD}\n",
                "bind 0.0.0.0\nprotected-mode no\naclfile /etc/redis/users.acl\n",
                "bind 0.0.0.0\nprotected-mode no\ninclude /etc/redis/secret.conf\n",
                "bind 0.0.0.0\nport 0\nunixsocket /run/redis.sock\nprotected-mode no\n",
                "bind 127.0.0.1 -::1\nprotected-mode no\n",
                "bind 10.0.0.5\nprotected-mode no\n",
                "bind 0.0.0.0\nprotected-mode yes\n",
                "bind 0.0.0.0\n",
                "port 26379\nprotected-mode no\nsentinel monitor m 10.0.0.1 6379 2\n",
                "port {{ port }}\nprotected-mode no\n",
            ],
        );
    }

    #[test]
    fn short_and_known_passwords_are_marked() {
        expect(
            "redis/weak-password",
            &[
                "requirepass «redis123»\n",
                "requirepass «\"foobared\"»\n",
                "requirepass «MyPassword2026!»\n",
                "user default on «>secret» ~* +@all\n",
                "user default on nopass ~* +@all\n",
                "user alice on #9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 ~*\n",
                "requirepass 7Qm0vJd3pXw9sKtLr2YbUz6HcNfAe1Go\n",
                "requirepass \"\"\n",
                "requirepass $REDIS\nport 1\n",
                "requirepass <secret>\n",
                "requirepass YOUR_STRONG_PASSWORD\n",
                "requirepass {{ pw }}\n",
                "# requirepass foobared\nport 1\n",
                "requirepass\n",
            ],
        );
    }

    #[test]
    fn the_first_renamed_command_is_marked() {
        expect(
            "redis/rename-command",
            &[
                "«rename-command CONFIG \"\"»\nrename-command FLUSHALL \"\"\n",
                "sentinel rename-command m CONFIG guess\n",
                "# rename-command CONFIG \"\"\n",
            ],
        );
    }
}
