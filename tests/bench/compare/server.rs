//! A server as a child process, driven as an editor does. What it says is read only while something is
//! waited for, by the thread that waits: a hand-over between threads would be part of each figure.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::frames;

/// A running server; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    watched: Arc<Watched>,
    id: u32,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u64,
    body: Vec<u8>,
    /// How long an answer may take.
    limit: Duration,
    /// What it is told when it asks for settings, by section.
    settings: Value,
}

/// An answer, when the first byte of its question was written, and when its own last byte was read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) result: Value,
    pub(crate) sent: Instant,
    pub(crate) arrived: Instant,
}

impl Answer {
    pub(crate) fn took(&self) -> Duration {
        self.arrived - self.sent
    }
}

/// Why there is no figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No answer in that time.
    Late(Duration),
    /// The server ended.
    Ended,
    /// An answer that is an error or not the right one.
    Wrong(String),
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Failure {
        Failure::Ended
    }
}

pub(crate) type Outcome<T> = Result<T, Failure>;

/// The process, and until when it must have answered.
#[derive(Debug)]
struct Watched {
    process: Mutex<Child>,
    deadline: Mutex<Option<Instant>>,
}

/// The processor time of each thread of a process.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProcessorTime(HashMap<String, Duration>);

impl Server {
    pub(crate) fn spawn(
        command: &mut Command,
        limit: Duration,
        settings: Value,
    ) -> io::Result<Server> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = process.stdin.take().expect("stdin is piped");
        let output = process.stdout.take().expect("stdout is piped");
        let id = process.id();
        let watched = Arc::new(Watched {
            process: Mutex::new(process),
            deadline: Mutex::default(),
        });
        watch(&watched);
        Ok(Server {
            watched,
            id,
            input,
            output: BufReader::with_capacity(64 << 10, output),
            last_id: 0,
            body: Vec::new(),
            limit,
            settings,
        })
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) -> Outcome<()> {
        self.notify_all(&[json!({ "jsonrpc": "2.0", "method": method, "params": params })])
    }

    pub(crate) fn notify_all(&mut self, notifications: &[Value]) -> Outcome<()> {
        for notification in notifications {
            frames::write(&mut self.input, &notification.to_string())?;
        }
        Ok(())
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Outcome<Answer> {
        self.request_after(&[], method, params)
    }

    /// Sends notifications and then a request, all without waiting, and waits for the answer.
    pub(crate) fn request_after(
        &mut self,
        notifications: &[Value],
        method: &str,
        params: &Value,
    ) -> Outcome<Answer> {
        self.last_id += 1;
        let request =
            json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params });
        let mut first = String::new();
        for notification in notifications {
            frames::add(&mut first, &notification.to_string());
        }
        let mut last = String::new();
        frames::add(&mut last, &request.to_string());
        *lock(&self.watched.deadline) = Some(Instant::now() + self.limit);
        let sent = Instant::now();
        let answered = if first.len() > frames::FITS {
            self.wait_while_writing(&(first + &last))
        } else {
            self.write_and_wait(&first, &last)
        };
        let is_late = lock(&self.watched.deadline).take().is_none();
        let (mut message, arrived) = answered.map_err(|failure| {
            if is_late {
                Failure::Late(self.limit)
            } else {
                failure
            }
        })?;
        if let Some(error) = message.get("error") {
            return Err(Failure::Wrong(error.to_string()));
        }
        Ok(Answer {
            result: message["result"].take(),
            sent,
            arrived,
        })
    }

    fn write_and_wait(&mut self, first: &str, last: &str) -> Outcome<(Value, Instant)> {
        if !first.is_empty() {
            self.input.write_all(first.as_bytes())?;
        }
        self.input.write_all(last.as_bytes())?;
        let (input, settings) = (&mut self.input, &self.settings);
        wait(&mut self.output, &mut self.body, self.last_id, |asked| {
            frames::write(input, &reply(asked, settings))
        })
    }

    /// Who writes much must read meanwhile, or both sides may wait for each other.
    fn wait_while_writing(&mut self, frames: &str) -> Outcome<(Value, Instant)> {
        let (replies, to_write) = mpsc::channel::<String>();
        let (input, settings) = (&mut self.input, &self.settings);
        let (output, body, id) = (&mut self.output, &mut self.body, self.last_id);
        thread::scope(|scope| {
            let written = scope.spawn(move || {
                input.write_all(frames.as_bytes())?;
                to_write
                    .iter()
                    .try_for_each(|reply| frames::write(input, &reply))
            });
            let answered = wait(output, body, id, |asked| {
                let _ = replies.send(reply(asked, settings));
                Ok(())
            });
            drop(replies);
            written.join().expect("writing does not panic")?;
            answered
        })
    }

    /// Ends the server by the protocol and waits for its end, or kills it.
    pub(crate) fn end(mut self) {
        self.resume();
        let ended = self.request("shutdown", &Value::Null).is_ok()
            && self.notify("exit", &Value::Null).is_ok();
        drop(self.input);
        let patience = Instant::now() + Duration::from_secs(2);
        let mut process = lock(&self.watched.process);
        while ended && Instant::now() < patience {
            if !matches!(process.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Stops the process until [`Server::resume`], so that it cannot disturb others.
    pub(crate) fn pause(&self) {
        self.signal(Pause::Begin);
    }

    pub(crate) fn resume(&self) {
        self.signal(Pause::End);
    }

    #[cfg(unix)]
    fn signal(&self, pause: Pause) {
        use rustix::process::{Pid, Signal, kill_process};
        let signal = match pause {
            Pause::Begin => Signal::STOP,
            Pause::End => Signal::CONT,
        };
        let id = i32::try_from(self.id).ok().and_then(Pid::from_raw);
        // One that has ended is found out when it is asked.
        let _ = kill_process(id.expect("a process has a number"), signal);
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "as on other systems")]
    fn signal(&self, _: Pause) {}

    /// Its resident memory in bytes; None where the system does not tell it as Linux does.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes << 10)
    }

    /// Empty where the system does not tell it as Linux does.
    pub(crate) fn processor_time(&self) -> ProcessorTime {
        let threads = fs::read_dir(format!("/proc/{}/task", self.id));
        let times = threads.into_iter().flatten().filter_map(|thread| {
            let thread = thread.ok()?;
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            let nanoseconds = text.split(' ').next()?.parse().ok()?;
            let name = thread.file_name().to_string_lossy().into_owned();
            Some((name, Duration::from_nanos(nanoseconds)))
        });
        ProcessorTime(times.collect())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let process = self.process.get_mut();
        let process = process.unwrap_or_else(PoisonError::into_inner);
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl ProcessorTime {
    /// What was used since then, but for threads that have ended. None where nobody counts.
    pub(crate) fn since(&self, before: &ProcessorTime) -> Option<Duration> {
        let used = self.0.iter().map(|(thread, time)| {
            let before = before.0.get(thread).copied().unwrap_or_default();
            time.saturating_sub(before)
        });
        (!self.0.is_empty()).then(|| used.sum())
    }
}

#[derive(Clone, Copy, Debug)]
enum Pause {
    Begin,
    End,
}

/// Kills the process when it is late.
fn watch(watched: &Arc<Watched>) {
    let watched = Arc::downgrade(watched);
    thread::spawn(move || {
        while let Some(watched) = watched.upgrade() {
            let mut deadline = lock(&watched.deadline);
            if deadline.is_some_and(|deadline| deadline < Instant::now()) {
                *deadline = None;
                let _ = lock(&watched.process).kill();
            }
            drop(deadline);
            drop(watched);
            thread::sleep(Duration::from_millis(100));
        }
    });
}

/// The answer to a request, and when its last byte was read. The server's own requests are replied to.
fn wait(
    output: &mut BufReader<ChildStdout>,
    body: &mut Vec<u8>,
    id: u64,
    mut reply: impl FnMut(&Value) -> io::Result<()>,
) -> Outcome<(Value, Instant)> {
    while frames::read(output, body)? {
        let arrived = Instant::now();
        let message: Value = serde_json::from_slice(body).map_err(io::Error::from)?;
        match (message.get("method"), message.get("id")) {
            (None, Some(answered)) if *answered == id => return Ok((message, arrived)),
            (Some(_), Some(_)) => reply(&message)?,
            _ => {}
        }
    }
    Err(Failure::Ended)
}

fn reply(request: &Value, settings: &Value) -> String {
    let result = match request["method"].as_str() {
        Some("workspace/configuration") => {
            let items = request["params"]["items"].as_array();
            let sections = items.into_iter().flatten().map(|item| &item["section"]);
            sections
                .map(|section| settings[section.as_str().unwrap_or_default()].clone())
                .collect()
        }
        _ => Value::Null,
    };
    json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }).to_string()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
