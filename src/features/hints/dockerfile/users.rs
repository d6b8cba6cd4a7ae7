//! Rules about the user that a container runs as.

use super::file::{Checked, File, HINT};
use crate::features::hints::image::Image;
use crate::features::hints::rule::{Findings, Rule};

pub(super) const NO_USER: Checked = Checked {
    rule: Rule {
        id: "docker/no-user",
        title: "A final stage without `USER`",
        why: "The program runs as root, and whoever breaks into it is root in the container. Most services need no right that another user does not have.",
        topic: "containers/non-root",
        before: "FROM debian:13\nCOPY app /app\nENTRYPOINT [\"/app\"]\n",
        after: "FROM debian:13\nCOPY app /app\nUSER 65532\nENTRYPOINT [\"/app\"]\n",
        ..HINT
    },
    check: no_user,
};

/// Official images whose programs run as root unless somebody says otherwise. Those that change the
/// user themselves when they start (nginx, mysql, redis) are not among them.
const ROOT: [&str; 37] = [
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "buildpack-deps",
    "busybox",
    "centos",
    "clojure",
    "dart",
    "debian",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "gradle",
    "haskell",
    "ibmjava",
    "julia",
    "maven",
    "mono",
    "node",
    "openjdk",
    "oraclelinux",
    "perl",
    "pypy",
    "python",
    "r-base",
    "rockylinux",
    "ruby",
    "rust",
    "sapmachine",
    "scratch",
    "swift",
    "tomcat",
    "ubuntu",
];

/// Programs that need root to begin with, and change the user themselves where they can; and shells,
/// which somebody starts by hand.
const OWN_BUSINESS: [&str; 20] = [
    "apache2", "ash", "bash", "collectd", "cron", "crond", "dnsmasq", "dockerd", "haproxy",
    "httpd", "iptables", "monit", "nginx", "nmbd", "openvpn", "php-fpm", "sh", "smbd", "sshd",
    "zsh",
];

/// Programs that a start script changes the user with.
const SWITCHES: [&str; 8] = [
    "gosu",
    "su-exec",
    "setpriv",
    "runuser",
    "s6-",
    "supervisord",
    "chroot",
    "fixuid",
];

/// Whether a stage begins with an image that is known to run as root.
pub(super) fn is_root_image(file: &File<'_>, stage: usize) -> bool {
    file.root_image(stage)
        .and_then(|image| Image::read(&image.text)?.official())
        .is_some_and(|name| ROOT.contains(&name))
}

/// Only where all is known: what the image starts is a program that this file copied, and no script
/// may change the user.
fn no_user(file: &File<'_>, findings: &mut Findings) {
    let making = file.final_making();
    let Some(last) = file.docker.stages.len().checked_sub(1) else {
        return;
    };
    if file.is_windows
        || !is_root_image(file, last)
        || making.iter().any(|made| made.name == "USER")
        || SWITCHES.iter().any(|program| file.text.contains(program))
        || file.text.contains("nonroot")
    {
        return;
    }
    let brings_files = making
        .iter()
        .any(|made| matches!(made.name, "COPY" | "ADD"));
    let start = making.iter().rev().find(|made| made.name == "ENTRYPOINT");
    let start = start.or_else(|| making.iter().rev().find(|made| made.name == "CMD"));
    let Some(start) = start.filter(|_| brings_files) else {
        return;
    };
    let may_switch = making.iter().any(|made| {
        let text = made.arguments();
        matches!(made.name, "ENTRYPOINT" | "CMD")
            && (text.contains(".sh")
                || text.contains("entrypoint")
                || text.contains("su ")
                || programs(text).any(|program| OWN_BUSINESS.contains(&program)))
    });
    if !may_switch {
        findings.add(
            start.keyword.start,
            start.keyword.clone(),
            "No `USER` is set, so this runs as root, and so does whoever breaks into it: most services can do without.",
        );
    }
}

/// The words of a command, without quotes, paths and a version behind them: `php-fpm` of `["/usr/sbin/php-fpm7"]`.
fn programs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || "[]\"',;&|()".contains(letter))
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .map(|name| name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.'))
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn root_is_marked_where_it_is_certain() {
        expect(
            "docker/no-user",
            &[
                "FROM golang:1 AS b\nUSER x\nFROM scratch\nCOPY --from=b /x /x\n«ENTRYPOINT» [\"/x\"]\nCMD [\"y\"]\n",
                "FROM node:1 AS b\nCOPY . .\nFROM b\n«CMD» npm start\n",
                "FROM golang:1 AS b\nUSER x\nCOPY x /\nFROM b\nCMD x\n",
                "FROM nginx:1\nCOPY x /\nCMD x\n",
                "FROM gcr.io/distroless/static:nonroot\nCOPY x /\nCMD [\"/x\"]\n",
                "FROM debian\nCOPY x.sh /\nENTRYPOINT [\"/x.sh\"]\n",
                "FROM debian\nRUN apt-get install gosu\nCOPY x /\nENTRYPOINT [\"/x\"]\n",
                "FROM debian\nCMD x\n",
                // Some need root at first, and a shell is for people.
                "FROM debian\nCOPY x /\nCMD [\"/usr/sbin/nginx\", \"-g\", \"daemon off;\"]\n",
                "FROM alpine:3\nCOPY x /\nCMD php-fpm7 && nginx\n",
                "FROM ubuntu:24.04\nCOPY x /\nENTRYPOINT [\"bash\"]\n",
                "FROM $BASE\nCOPY x /\nCMD x\n",
            ],
        );
    }
}
