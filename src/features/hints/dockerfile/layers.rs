//! Rules about layers: what a later one cannot take back, and what the cache can keep.

use std::collections::BTreeSet;

use super::file::{Checked, File, HINT};
use super::shell::{Command, End};
use crate::features::hints::rule::{Findings, Rule, Tag};
use crate::keywords::dockerfile::file::Instruction;

pub(super) const COPY_BEFORE_DEPENDENCIES: Checked = Checked {
    rule: Rule {
        id: "docker/copy-before-dependencies",
        title: "`COPY . .` before the dependencies are installed",
        why: "Each edit of any file changes that layer, and the layers above are built again: the dependencies are downloaded anew. Copy what lists them first, install, then copy the rest.",
        topic: "containers/build-cache",
        before: "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n",
        after: "FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n",
        ..HINT
    },
    check: copy_before_dependencies,
};

fn copy_before_dependencies(file: &File<'_>, findings: &mut Findings) {
    for stage in &file.docker.stages {
        let mut copied = None;
        for instruction in file.docker.of_stage(stage) {
            match instruction.name {
                "COPY" | "ADD" if is_whole_context(instruction) => {
                    copied = copied.or(Some(instruction));
                }
                "RUN" => {
                    let commands = file.commands(instruction);
                    let Some(install) = commands.iter().find(|command| installs(command)) else {
                        continue;
                    };
                    let has_cache = instruction
                        .flags
                        .iter()
                        .any(|flag| flag.value.contains("type=cache"));
                    if let Some(copy) = copied.filter(|_| !has_cache) {
                        let said: Vec<&str> = install
                            .words
                            .iter()
                            .take(2)
                            .map(|word| word.text.as_str())
                            .collect();
                        let message = format!(
                            "Each edit makes `{}` below run again: copy what lists the dependencies first, and the rest after it.",
                            said.join(" ")
                        );
                        findings.add(copy.keyword.start, copy.range(), message);
                    }
                    // The first installation is the one that matters.
                    break;
                }
                _ => {}
            }
        }
    }
}

fn is_whole_context(copy: &Instruction<'_>) -> bool {
    let words = copy.words();
    copy.flag("--from").is_none()
        && words.len() >= 2
        && words[..words.len() - 1]
            .iter()
            .any(|word| matches!(word.text.as_str(), "." | "./"))
}

/// Whether a command installs what a file of the project lists, and nothing of the project itself.
fn installs(command: &Command) -> bool {
    let operands: Vec<&str> = command.operands().map(|word| word.text.as_str()).collect();
    let is_global = command.has("-g") || command.has("--global");
    match (command.program(), operands.as_slice()) {
        ("npm" | "pnpm" | "bun", ["ci" | "install" | "i"]) | ("yarn", [] | ["install"]) => {
            !is_global && !command.has("--version")
        }
        ("pip" | "pip3", ["install", listed @ ..]) => {
            (command.has("-r") || command.has("--requirement")) && !listed.contains(&".")
        }
        ("go", ["mod", "download", ..])
        | ("bundle" | "composer", ["install", ..])
        | ("dotnet", ["restore", ..])
        | ("cargo", ["fetch", ..])
        | ("mvn", ["dependency:go-offline" | "dependency:resolve", ..]) => true,
        _ => false,
    }
}

pub(super) const REMOVED_IN_LATER_LAYER: Checked = Checked {
    rule: Rule {
        id: "docker/removed-in-later-layer",
        title: "`rm` of what an earlier layer brought",
        why: "Layers only add: the file stays in the lower one, so the image gets no smaller and a secret stays readable. Remove it in the `RUN` that made it, or use a mount or another stage.",
        topic: "containers/layers",
        before: "FROM debian:13\nCOPY app.deb /tmp/app.deb\nRUN dpkg -i /tmp/app.deb && rm /tmp/app.deb\n",
        after: "FROM debian:13\nRUN --mount=type=bind,source=app.deb,target=/tmp/app.deb dpkg -i /tmp/app.deb\n",
        ..HINT
    },
    check: removed_in_later_layer,
};

/// Where apt keeps the lists of packages.
const APT_LISTS: &str = "/var/lib/apt/lists";

fn removed_in_later_layer(file: &File<'_>, findings: &mut Findings) {
    let mut folder = None;
    let mut written: BTreeSet<String> = BTreeSet::new();
    for instruction in file.final_making() {
        match instruction.name {
            "WORKDIR" => folder = resolved(folder.as_deref(), instruction.arguments()),
            "COPY" | "ADD" => written.extend(copied(instruction, folder.as_deref())),
            "RUN" => {
                let commands = file.commands(instruction);
                let updates = commands
                    .iter()
                    .any(|command| command.program().starts_with("apt") && command.has("update"));
                let mut own: BTreeSet<String> = downloaded(commands, folder.as_deref());
                if updates {
                    own.insert(APT_LISTS.to_owned());
                }
                let mut is_found = false;
                for path in commands
                    .iter()
                    .filter(|command| command.program() == "rm")
                    .flat_map(Command::operands)
                {
                    let Some(removed) = resolved(folder.as_deref(), &path.text) else {
                        continue;
                    };
                    let removed = removed.trim_end_matches("/*").to_owned();
                    if own.remove(&removed) {
                        continue;
                    }
                    if written.contains(&removed) && !is_found {
                        // One is enough to say it.
                        is_found = true;
                        findings.add(
                            instruction.keyword.start,
                            path.range.clone(),
                            "An earlier layer brought this and keeps it: the image gets no smaller, and what was secret stays readable.",
                        );
                    }
                }
                written.extend(own);
            }
            _ => {}
        }
    }
}

/// A path from the root; None where something in it is not known.
fn resolved(folder: Option<&str>, path: &str) -> Option<String> {
    let path = path.trim_matches(['"', '\'']);
    let is_known = !path
        .trim_end_matches("/*")
        .contains(['$', '*', '?', '~', '`', '{']);
    if !is_known || path.is_empty() {
        return None;
    }
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", folder?)
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// What a `COPY` surely brings: the target itself where that is one file, or the files in it.
fn copied(copy: &Instruction<'_>, folder: Option<&str>) -> Vec<String> {
    let mut words = copy.words();
    let Some(target) = words.pop() else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    let is_folder = words.len() > 1 || target.text.ends_with('/') || target.text.ends_with('.');
    if !is_folder {
        paths.extend(resolved(folder, &target.text));
    }
    for source in words {
        let name = source
            .text
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        if !matches!(name, "" | "." | "..") && !name.starts_with("<<") {
            paths.extend(resolved(folder, &format!("{}/{name}", target.text)));
        }
    }
    // `rm -rf /tmp/*` cleans what others brought, too.
    paths.retain(|path| path != "/" && path.matches('/').count() > 1);
    paths
}

/// The files that commands download by name.
fn downloaded(commands: &[Command], folder: Option<&str>) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    // After a `cd` a relative path is another one.
    let moves = commands.iter().any(|command| command.program() == "cd");
    for command in commands {
        let flag = match command.program() {
            "curl" => ["-o", "--output"],
            "wget" => ["-O", "--output-document"],
            _ => continue,
        };
        let mut arguments = command.arguments();
        if arguments.any(|argument| flag.contains(&argument))
            && let Some(path) = arguments
                .next()
                .filter(|path| path.starts_with('/') || !moves)
        {
            paths.extend(resolved(folder, path));
        }
    }
    paths
}

pub(super) const VOLUME_THEN_WRITE: Checked = Checked {
    rule: Rule {
        id: "docker/volume-then-write",
        title: "Writing below a `VOLUME` that was declared before",
        why: "BuildKit keeps such changes, the legacy builder drops them in silence. Write first, and declare the volume after it.",
        topic: "containers/volumes",
        before: "FROM debian:13\nVOLUME /data\nCOPY seed.db /data/\n",
        after: "FROM debian:13\nCOPY seed.db /data/\nVOLUME /data\n",
        tag: None::<Tag>,
        ..HINT
    },
    check: volume_then_write,
};

/// Programs that write to the paths they are given.
const WRITERS: [&str; 8] = [
    "chmod", "chown", "cp", "install", "mkdir", "mv", "tee", "touch",
];

fn volume_then_write(file: &File<'_>, findings: &mut Findings) {
    let mut volumes: Vec<String> = Vec::new();
    let is_below = |volumes: &[String], path: &str| {
        let path = resolved(None, path);
        path.is_some_and(|path| {
            volumes.iter().any(|volume| {
                path.strip_prefix(volume.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
    };
    let message = "The legacy builder drops what is written below a `VOLUME` after it was declared; write first.";
    for instruction in file.final_making() {
        match instruction.name {
            "VOLUME" => volumes.extend(
                instruction
                    .words()
                    .iter()
                    .filter_map(|word| resolved(None, &word.text))
                    .filter(|path| path != "/"),
            ),
            "COPY" | "ADD" => {
                let target = instruction.words().pop();
                if let Some(target) = target.filter(|target| is_below(&volumes, &target.text)) {
                    findings.add(instruction.keyword.start, target.range, message);
                }
            }
            "RUN" => {
                let commands = file.commands(instruction);
                let path = commands
                    .iter()
                    .filter(|command| {
                        WRITERS.contains(&command.program()) && command.end != End::Pipe
                    })
                    .flat_map(|command| {
                        // A copy reads all but the last.
                        let operands: Vec<_> = command.operands().collect();
                        let reads = matches!(command.program(), "cp" | "install" | "mv");
                        let skip = if reads {
                            operands.len().saturating_sub(1)
                        } else {
                            0
                        };
                        operands.into_iter().skip(skip)
                    })
                    .find(|word| is_below(&volumes, &word.text));
                if let Some(path) = path {
                    findings.add(instruction.keyword.start, path.range.clone(), message);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn copying_all_before_installing_is_marked() {
        expect(
            "docker/copy-before-dependencies",
            &[
                "FROM node\n«COPY . /app»\nRUN cd /app && npm install --production && npm run build\n",
                "FROM go\n«ADD ./ /src»\nRUN go mod download\n",
                "FROM python\n«COPY --chown=1 . .»\nRUN pip3 install --no-cache-dir -r requirements.txt\n",
                "FROM node\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nRUN npm install\n",
                "FROM node\nCOPY . .\nRUN npm install -g yarn\nRUN pip install .\nRUN go build ./...\n",
                "FROM node\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
                "FROM node\nCOPY --from=x . .\nCOPY src .\nRUN yarn\n",
            ],
        );
    }

    #[test]
    fn removing_what_an_earlier_layer_brought_is_marked() {
        expect(
            "docker/removed-in-later-layer",
            &[
                "FROM a\nCOPY .npmrc /root/\nRUN npm ci && rm -f «/root/.npmrc»\n",
                "FROM a\nWORKDIR /app\nCOPY .npmrc ./\nRUN rm «.npmrc» && rm /app/.npmrc\n",
                "FROM a\nRUN apt-get update && apt-get install x\nRUN rm -rf «/var/lib/apt/lists/*»\n",
                "FROM a\nRUN curl -o /tmp/x.zip https://x\nRUN unzip /tmp/x.zip\nRUN rm «/tmp/x.zip»\n",
                "FROM a\nRUN curl -o /tmp/x https://x && rm /tmp/x\nRUN apt-get update && rm -r /var/lib/apt/lists/*\n",
                "FROM a AS b\nCOPY x /tmp/x\nRUN rm /tmp/x\nFROM a\nCOPY --from=b /y /y\n",
                "FROM a AS b\nCOPY x /tmp/x\nFROM b\nRUN rm «/tmp/x»\n",
                "FROM a\nRUN rm -rf /var/lib/apt/lists/* /tmp/* /etc/nginx/conf.d/default.conf\nCOPY x /etc/nginx/conf.d/default.conf\n",
            ],
        );
    }

    #[test]
    fn writing_below_a_volume_is_marked() {
        expect(
            "docker/volume-then-write",
            &[
                "FROM a\nVOLUME [\"/data\", \"/x\"]\nRUN mkdir -p /y «/data/z»\nCOPY a «/x/»\n",
                "FROM a\nRUN mkdir /data\nVOLUME /data\nRUN cp /data/x /y\nRUN chown x /database\n",
            ],
        );
    }
}
