//! A server that is measured in a file: what it does in its turns.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::contenders::Contender;
use crate::figures::{Case, Figures};
use crate::questions::{Asked, Edit, Where};
use crate::server::{Failure, Outcome, Server};

/// How many questions a server answers in a turn at most, and for how long.
const TURN: usize = 40;
const TURN_LONGEST: Duration = Duration::from_millis(100);

/// Before it is right, it is asked again after that: some answer nothing until they have settings.
const AGAIN: Duration = Duration::from_millis(1);

/// A server at rest used less of the processor than that in that time.
const RESTLESS: Duration = Duration::from_micros(500);
const RESTING: Duration = Duration::from_millis(500);

/// How long it gets for what it still works at.
const PATIENCE: Duration = Duration::from_secs(6);

/// A server in a file.
#[derive(Debug)]
pub(crate) struct Seat<'a> {
    pub(crate) contender: &'a Contender,
    pub(crate) figures: &'a mut Figures,
    asked: Asked,
    limit: Duration,
    /// None: it does not run, or no longer.
    pub(crate) server: Option<Server>,
    /// Of the document.
    version: u32,
    /// The number of the next question.
    next: usize,
    /// Processor time of hovers, and how many they were.
    hover_cpu: (Duration, u32),
}

/// When the process was started, and when it had replied to `initialize`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Started {
    pub(crate) at: Instant,
    pub(crate) initialized: Instant,
}

impl<'a> Seat<'a> {
    pub(crate) fn new(
        contender: &'a Contender,
        figures: &'a mut Figures,
        asked: Asked,
        limit: Duration,
    ) -> Seat<'a> {
        Seat {
            contender,
            figures,
            asked,
            limit,
            server: None,
            version: 1,
            next: 0,
            hover_cpu: (Duration::ZERO, 0),
        }
    }

    /// Starts it in a folder that is its home too.
    pub(crate) fn start(&mut self, home: &Path) -> Outcome<Started> {
        let mut command = Command::new(&self.contender.program);
        command
            .args(&self.contender.arguments)
            .envs(&self.contender.environment)
            .env("HOME", home)
            .current_dir(home);
        for name in [
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_DATA_HOME",
            "GOCACHE",
            "GOPATH",
        ] {
            command.env_remove(name);
        }
        let folder = format!("file://{}", home.display());
        let params = json!({
            "processId": null,
            "rootUri": folder,
            "workspaceFolders": [{ "uri": folder, "name": "bench" }],
            "capabilities": {
                "workspace": { "configuration": true, "applyEdit": true, "workspaceFolders": true },
                "textDocument": {
                    "hover": { "contentFormat": ["markdown"] },
                    "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } },
                    "publishDiagnostics": {},
                },
            },
        });
        let settings = self.contender.settings.clone();
        let at = Instant::now();
        let mut server = Server::spawn(&mut command, self.limit, settings)?;
        let initialized = server.request("initialize", &params)?.arrived;
        server.notify("initialized", &json!({}))?;
        if !self.contender.settings.is_null() {
            // Some ask for settings only then.
            let changed = json!({ "settings": self.contender.settings });
            server.notify("workspace/didChangeConfiguration", &changed)?;
        }
        self.server = Some(server);
        Ok(Started { at, initialized })
    }

    /// Opens the file and asks until it is answered rightly; when that was.
    pub(crate) fn open(&mut self) -> Outcome<Instant> {
        let opened = [self.asked.open()];
        let server = self.server.as_mut().ok_or(Failure::Ended)?;
        let Some(question) = self.asked.hovers.first() else {
            // What can be asked instead says nothing about when it is ready.
            server.notify_all(&opened)?;
            return Ok(Instant::now());
        };
        let deadline = Instant::now() + self.limit;
        let mut before: &[Value] = &opened;
        loop {
            match question.ask(server, before) {
                Err(Failure::Wrong(_)) if Instant::now() < deadline => thread::sleep(AGAIN),
                answered => return Ok(answered?.arrived),
            }
            before = &[];
        }
    }

    pub(crate) fn has_hovers(&self) -> bool {
        !self.asked.hovers.is_empty()
    }

    /// A turn of questions.
    pub(crate) fn questions(&mut self, case: Case) {
        let questions = match case {
            Case::Action => &self.asked.actions,
            _ => &self.asked.hovers,
        };
        let Some(server) = self
            .server
            .as_mut()
            .filter(|_| !self.figures.has_failed(case))
        else {
            return;
        };
        let Some(first) = questions.first() else {
            return;
        };
        // The first after others' turns finds cold caches.
        if let Err(failure) = first.ask(server, &[]) {
            return self.figures.take(case, Err(failure));
        }
        let before = server.processor_time();
        let end = Instant::now() + TURN_LONGEST;
        let mut asked = 0;
        while asked < TURN && Instant::now() < end {
            let question = &questions[self.next % questions.len()];
            self.next += 1;
            asked += 1;
            let took = question.ask(server, &[]).map(|answer| answer.took());
            let is_over = took.is_err();
            self.figures.take(case, took);
            if is_over {
                return;
            }
        }
        if case == Case::Hover
            && let Some(used) = server.processor_time().since(&before)
        {
            self.hover_cpu.0 += used;
            self.hover_cpu.1 += u32::try_from(asked).unwrap_or(u32::MAX);
        }
    }

    /// A turn of edits, each with a hover at once after it.
    pub(crate) fn edits(&mut self, case: Case, places: &[Where]) {
        let end = Instant::now() + TURN_LONGEST;
        for _ in 0..TURN / 2 {
            let number = self.next;
            self.next += 1;
            for edit in [Edit::Type, Edit::Delete] {
                for place in places {
                    if !self.edit(case, number, *place, edit) {
                        return;
                    }
                }
            }
            if Instant::now() > end {
                return;
            }
        }
    }

    /// Whether it was answered.
    fn edit(&mut self, case: Case, number: usize, place: Where, edit: Edit) -> bool {
        let questions = &self.asked.hovers;
        let Some(server) = self
            .server
            .as_mut()
            .filter(|_| !self.figures.has_failed(case))
        else {
            return false;
        };
        let Some(question) = questions.get(number % questions.len().max(1)) else {
            return false;
        };
        self.version += 1;
        let edits = [self.asked.edit(self.version, &question.place, place, edit)];
        let took = question.ask(server, &edits).map(|answer| answer.took());
        let is_answered = took.is_ok();
        self.figures.take(case, took);
        is_answered
    }

    /// So many edits without waiting, all over the file, and a hover.
    pub(crate) fn burst(&mut self, edits: usize) {
        let (Some(server), Some(question)) = (self.server.as_mut(), self.asked.hovers.first())
        else {
            return;
        };
        if self.figures.has_failed(Case::Burst) {
            return;
        }
        let mut written = Vec::new();
        for place in self
            .asked
            .hovers
            .iter()
            .map(|question| &question.place)
            .cycle()
            .take(edits / 2)
        {
            for edit in [Edit::Type, Edit::Delete] {
                self.version += 1;
                written.push(self.asked.edit(self.version, place, Where::Near, edit));
            }
        }
        let took = question.ask(server, &written).map(|answer| answer.took());
        self.figures.take(Case::Burst, took);
    }

    /// Stops the process until [`Seat::resume`], so that it cannot disturb others.
    pub(crate) fn pause(&self) {
        self.server.iter().for_each(Server::pause);
    }

    pub(crate) fn resume(&self) {
        self.server.iter().for_each(Server::resume);
    }

    /// Waits until the server has nothing to do.
    pub(crate) fn settle(&self) {
        let Some(server) = &self.server else { return };
        let end = Instant::now() + PATIENCE;
        let mut before = server.processor_time();
        while Instant::now() < end {
            thread::sleep(RESTING);
            let now = server.processor_time();
            if now.since(&before).is_none_or(|used| used < RESTLESS) {
                return;
            }
            before = now;
        }
    }

    pub(crate) fn end(&mut self) {
        let (used, hovers) = self.hover_cpu;
        if hovers > 0 {
            self.figures.hover_cpu = Some(used / hovers);
        }
        if let Some(server) = self.server.take() {
            server.end();
        }
    }
}
