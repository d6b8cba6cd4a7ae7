//! One editor with its own server, workspace and capabilities.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use viva::built_in;
use viva::document::Encoding;
use viva::lsp::settings::Settings;

use crate::client::{Client, modern};
use crate::expected::{Expected, guide_of};
use crate::file::{File, SAMPLES, boundary, position};
use crate::random::Random;

/// How long a change of settings or of the guide may take until it shows.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way of being an editor.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that editors do differently"
)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    encoding: Encoding,
    is_markdown: bool,
    /// The server asks for settings, instead of being told.
    is_asked: bool,
    /// It asks for hints, instead of being told.
    pulls: bool,
    /// It watches files for the server.
    watches: bool,
}

/// After VS Code, Neovim, Helix and an old Emacs.
pub(crate) static KINDS: [&Kind; 4] = [
    &Kind {
        name: "code",
        encoding: Encoding::Utf16,
        is_markdown: true,
        is_asked: true,
        pulls: true,
        watches: true,
    },
    &Kind {
        name: "neovim",
        encoding: Encoding::Utf16,
        is_markdown: true,
        is_asked: false,
        pulls: true,
        watches: false,
    },
    &Kind {
        name: "helix",
        encoding: Encoding::Utf8,
        is_markdown: true,
        is_asked: false,
        pulls: false,
        watches: false,
    },
    &Kind {
        name: "emacs",
        encoding: Encoding::Utf32,
        is_markdown: false,
        is_asked: false,
        pulls: false,
        watches: true,
    },
];

/// What is done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Edit,
    Hover,
    Questions,
    Hints,
    InlayHints,
    Symbols,
    Commands,
    Settings,
    Guide,
    Reopen,
}

impl Step {
    pub(crate) const ALL: [Step; 10] = [
        Step::Edit,
        Step::Hover,
        Step::Questions,
        Step::Hints,
        Step::InlayHints,
        Step::Symbols,
        Step::Commands,
        Step::Settings,
        Step::Guide,
        Step::Reopen,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Step::Edit => "edits",
            Step::Hover => "hovers",
            Step::Questions => "code actions",
            Step::Hints => "hints",
            Step::InlayHints => "inlay hints",
            Step::Symbols => "symbol searches",
            Step::Commands => "commands",
            Step::Settings => "settings changed",
            Step::Guide => "guide changed",
            Step::Reopen => "closed and opened",
        }
    }

    /// How often it comes, of a thousand steps.
    fn weight(self) -> usize {
        match self {
            Step::Edit => 500,
            Step::Hover => 300,
            Step::Questions => 80,
            Step::Hints => 20,
            Step::InlayHints | Step::Symbols => 30,
            Step::Commands | Step::Reopen => 15,
            Step::Settings | Step::Guide => 5,
        }
    }

    fn any(random: &mut Random) -> Step {
        let mut number = random.below(Step::ALL.iter().map(|step| step.weight()).sum());
        for step in Step::ALL {
            if number < step.weight() {
                return step;
            }
            number -= step.weight();
        }
        Step::Edit
    }
}

/// What people search for.
const QUERIES: [&str; 6] = [
    "?lock",
    "?cache eviction",
    "?chanel",
    "?",
    "lock",
    "?JOIN index",
];

/// A file that is never edited, with a place that its own guide is about.
const PROBE: &str = "package p\n\nimport \"sync\"\n\nvar c sync.Cond\n";
const PROBE_AT: usize = 38;

/// The workspace's files of topics.
const TOPICS: [&str; 3] = ["x/cond.md", "x/broken.md", "notes/added.md"];

/// A running editor.
pub(crate) struct Editor {
    kind: &'static Kind,
    client: Client,
    expected: Expected,
    random: Random,
    files: Vec<File>,
    probe: File,
    workspace: PathBuf,
    steps: BTreeMap<Step, usize>,
    checked: usize,
    /// How often settings were changed.
    changes: usize,
}

impl Editor {
    pub(crate) fn start(kind: &'static Kind, seed: u64) -> Editor {
        let home = tempfile::tempdir().expect("a temporary folder");
        let workspace = home.path().join("work");
        fs::create_dir_all(workspace.join(".viva/guide/x")).expect("a folder");
        fs::create_dir_all(workspace.join(".viva/guide/notes")).expect("a folder");
        let mut client = Client::spawn_in(home);
        let uri = |name: &str| format!("file://{}/{name}", workspace.display());
        client.initialize(&json!({
            "processId": std::process::id(),
            "rootUri": format!("file://{}", workspace.display()),
            "capabilities": capabilities(kind),
        }));
        let mut files: Vec<File> = SAMPLES
            .iter()
            .map(|sample| File::new(uri(sample.0), *sample))
            .collect();
        files.push(File::new(uri("dump.sql"), SAMPLES[2]).lengthened(200));
        files.push(File::new("untitled:Dockerfile".to_owned(), SAMPLES[1]).lengthened(100));
        let mut probe = SAMPLES[0];
        probe.3 = PROBE;
        let probe = File::new("untitled:probe.go".to_owned(), probe);
        for file in files.iter().chain([&probe]) {
            client.notify("textDocument/didOpen", &file.opened());
        }
        let expected = Expected {
            guide: built_in::guide(),
            settings: Settings::default(),
            encoding: kind.encoding,
            is_markdown: kind.is_markdown,
        };
        let salt = kind.name.bytes().map(u64::from).sum::<u64>();
        Editor {
            kind,
            client,
            expected,
            random: Random::new(seed.wrapping_add(salt)),
            files,
            probe,
            workspace,
            steps: BTreeMap::new(),
            checked: 0,
            changes: 0,
        }
    }

    /// The number of the server's process.
    pub(crate) fn process(&self) -> u32 {
        self.client.process.id()
    }

    /// Does something.
    pub(crate) fn step(&mut self) {
        let step = Step::any(&mut self.random);
        *self.steps.entry(step).or_default() += 1;
        let number = self.random.below(self.files.len());
        match step {
            Step::Edit => {
                let encoding = self.kind.encoding;
                let params = self.files[number].edit(&mut self.random, encoding);
                self.client.notify("textDocument/didChange", &params);
            }
            Step::Hover => self.hover(number),
            Step::Questions => self.questions(number),
            Step::Hints => self.hints(number),
            Step::InlayHints => self.inlay_hints(number),
            Step::Symbols => self.symbols(),
            Step::Commands => self.commands(number),
            Step::Settings => self.change_settings(),
            Step::Guide => self.change_guide(),
            Step::Reopen => {
                let file = &self.files[number];
                let id = json!({ "textDocument": file.id() });
                self.client.notify("textDocument/didClose", &id);
                self.client.notify("textDocument/didOpen", &file.opened());
            }
        }
        // Hints that are sent, pages that are shown, and the log: of any number, and late.
        self.client.received.clear();
        self.client.log.clear();
    }

    /// Ends the server by the protocol; what was done, and how many answers were compared.
    pub(crate) fn end(mut self) -> (BTreeMap<Step, usize>, usize) {
        self.client.request("shutdown", &Value::Null);
        self.client.notify("exit", &Value::Null);
        assert!(self.client.wait_for_exit().success(), "{}", self.kind.name);
        (self.steps, self.checked)
    }

    /// Compares an answer with the right one.
    #[track_caller]
    fn check<T: PartialEq + Debug>(&mut self, what: &dyn Debug, answer: &T, right: &T) {
        self.checked += 1;
        assert!(
            answer == right,
            "{}: wrong answer to {what:?}\nanswer: {answer:?}\nright:  {right:?}",
            self.kind.name
        );
    }

    /// The same of an answer about a file.
    #[track_caller]
    fn check_file<T: PartialEq + Debug>(
        &mut self,
        params: &Value,
        number: usize,
        answer: &T,
        right: &T,
    ) {
        let text = self.files[number].text.clone();
        self.check(&(params, text), answer, right);
    }

    /// A place of a file: anywhere, or at a word, which most places are not.
    fn place(&mut self, number: usize) -> usize {
        let text = &self.files[number].text;
        let at = boundary(text, self.random.below(text.len() + 1));
        let word = text[at..].find(|letter: char| letter.is_ascii_alphabetic());
        match word {
            Some(ahead) if self.random.below(4) > 0 => at + ahead,
            _ => at,
        }
    }

    fn at(&self, file: &File, offset: usize) -> Value {
        let at = position(&file.text, offset, self.kind.encoding);
        json!({
            "textDocument": file.id(), "position": at, "range": { "start": at, "end": at },
            "context": { "diagnostics": [], "only": ["interview"], "triggerKind": 1 },
        })
    }

    fn hover(&mut self, number: usize) {
        let offset = self.place(number);
        let file = &self.files[number];
        let right = self.expected.hover(file, offset);
        let params = self.at(file, offset);
        let answer = self.client.request("textDocument/hover", &params);
        self.check_file(&params, number, &answer, &right);
    }

    fn questions(&mut self, number: usize) {
        let offset = self.place(number);
        let file = &self.files[number];
        let right = self.expected.questions(file, offset);
        let params = self.at(file, offset);
        let answer = self.client.request("textDocument/codeAction", &params);
        self.check_file(&params, number, &texts(&answer, "title"), &right);
        // What the light bulb asks for: fixes of hints. Any answer will do.
        let mut params = params;
        params["context"] = json!({ "diagnostics": [], "only": ["quickfix"], "triggerKind": 2 });
        self.client.request("textDocument/codeAction", &params);
    }

    fn hints(&mut self, number: usize) {
        if !self.kind.pulls {
            // Then they are sent, once nobody types any more.
            return;
        }
        let file = &self.files[number];
        let right = self.expected.hints(file);
        let params = json!({ "textDocument": file.id() });
        let answer = self.client.request("textDocument/diagnostic", &params);
        let items = answer["items"].as_array().expect("a full report");
        let told: Vec<Value> = items
            .iter()
            .map(|item| json!({ "code": item["code"], "range": item["range"], "message": item["message"] }))
            .collect();
        self.check_file(&params, number, &told, &right);
    }

    fn inlay_hints(&mut self, number: usize) {
        let file = &self.files[number];
        let right = self.expected.inlay_hints(file);
        let whole = json!({
            "start": { "line": 0, "character": 0 },
            "end": position(&file.text, file.text.len(), self.kind.encoding),
        });
        let params = json!({ "textDocument": file.id(), "range": whole });
        let answer = self.client.request("textDocument/inlayHint", &params);
        let shown = answer.as_array().map_or(&[][..], Vec::as_slice);
        let places: Vec<Value> = shown.iter().map(|hint| hint["position"].clone()).collect();
        self.check_file(&params, number, &places, &right);
    }

    fn symbols(&mut self) {
        let query = *self.random.one_of(&QUERIES);
        let answer = self
            .client
            .request("workspace/symbol", &json!({ "query": query }));
        let names = texts(&answer, "name");
        let is_right = self.expected.are_symbols(&names, query);
        self.check(&(query, names), &is_right, &true);
    }

    fn commands(&mut self, number: usize) {
        let uri = &self.files[number].uri;
        let (command, argument) = match self.random.below(3) {
            0 => ("viva.open", "go-concurrency/sync-cond"),
            1 => ("viva.search", "lock order"),
            _ => ("viva.questions", uri.as_str()),
        };
        let params = json!({ "command": command, "arguments": [argument] });
        let answer = self.client.request("workspace/executeCommand", &params);
        self.check(&command, &answer.is_null(), &false);
    }

    fn change_settings(&mut self) {
        let random = &mut self.random;
        let mut settings = json!({
            "hover": { "enable": random.below(8) > 0, "maxLines": 3 + random.below(40) },
            "codeActions": random.one_of(&["invoked", "always", "off"]),
            "workspaceSymbols": random.one_of(&["prefix", "always", "off"]),
            "hints": {
                "enable": random.below(4) > 0,
                "off": random.one_of(&[&[][..], &["docker"], &["sql"]]),
                "on": random.one_of(&[&[][..], &["go", "redis"]]),
                "coexist": random.one_of(&["all", "minimal"]),
            },
            "inlayHints": { "enable": random.below(2) > 0 },
        });
        // The server complains about the last one, once it knows all of them.
        self.changes += 1;
        let mark = format!("mark{}", self.changes);
        settings[&mark] = json!(true);
        let (read, _) = Settings::read(&settings);
        self.expected.settings = read;
        self.client.configuration.clone_from(&settings);
        let sent = if self.kind.is_asked {
            Value::Null
        } else {
            json!({ "viva": settings })
        };
        let params = json!({ "settings": sent });
        self.client
            .notify("workspace/didChangeConfiguration", &params);
        self.client.wait_for_log(&mark);
    }

    /// Writes, breaks or removes one of the workspace's topics, and goes on when that shows.
    fn change_guide(&mut self) {
        let name = *self.random.one_of(&TOPICS);
        let number = self.random.below(1000);
        let text = match (name, self.random.below(4)) {
            (_, 0) => None,
            ("x/broken.md", _) => {
                Some(format!("---\ntitle: {number}\nlevel: wizard\n---\n\nNo.\n"))
            }
            ("x/cond.md", _) => Some(format!(
                "---\ntitle: Our Cond {number}\nlevel: senior\nkeywords:\n  go: [sync.Cond]\n---\n\nWe count {number}.\n\n{}\n",
                "- One of many lines.\n".repeat(number % 30)
            )),
            _ => Some(format!(
                "---\nextends: go-concurrency/sync-cond\n---\n\nAdded {number}.\n\n## Questions\n\n### Why {number}?\n\nSo.\n\nFollow-up: And?\n"
            )),
        };
        let path = self.workspace.join(".viva/guide").join(name);
        let change = if let Some(text) = text {
            fs::write(&path, text).expect("a file");
            2
        } else {
            // It may not be there.
            let _ = fs::remove_file(&path);
            3
        };
        if self.kind.watches {
            let uri = format!("file://{}", path.display());
            let params = json!({ "changes": [{ "uri": uri, "type": change }] });
            self.client
                .notify("workspace/didChangeWatchedFiles", &params);
        }
        self.expected.guide = guide_of(&self.workspace);
        self.wait_for_guide();
    }

    /// Waits until the server shows the guide as it is now.
    fn wait_for_guide(&mut self) {
        let hover = (
            "textDocument/hover",
            self.at(&self.probe, PROBE_AT),
            self.expected.hover(&self.probe, PROBE_AT),
        );
        // Hovers may be off.
        let pages = ["go-concurrency/sync-cond", "x/cond"].map(|id| {
            (
                "workspace/executeCommand",
                json!({ "command": "viva.open", "arguments": [id] }),
                self.expected.page(id),
            )
        });
        let end = Instant::now() + PATIENCE;
        for (method, params, right) in pages.into_iter().chain([hover]) {
            loop {
                let answer = self.client.request(method, &params);
                if answer == right {
                    self.checked += 1;
                    break;
                }
                assert!(
                    Instant::now() < end,
                    "{}: {params} stays {answer}, which should be {right}",
                    self.kind.name
                );
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn texts(list: &Value, key: &str) -> Vec<String> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .map(|item| item[key].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn capabilities(kind: &Kind) -> Value {
    let mut capabilities = modern();
    let encoding = match kind.encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Utf16 => "utf-16",
        Encoding::Utf32 => "utf-32",
    };
    capabilities["general"] = json!({ "positionEncodings": [encoding] });
    capabilities["workspace"] = json!({
        "configuration": kind.is_asked,
        "didChangeWatchedFiles": {
            "dynamicRegistration": kind.watches, "relativePatternSupport": kind.watches,
        },
    });
    if !kind.is_markdown {
        capabilities["textDocument"]["hover"] = json!({ "contentFormat": ["plaintext"] });
    }
    if !kind.pulls {
        capabilities["textDocument"]
            .as_object_mut()
            .expect("an object")
            .remove("diagnostic");
    }
    capabilities
}
