//! A server as a child process, asked one thing at a time.

use std::fs;
use std::io::{self, BufReader, ErrorKind};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::frames;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u64,
    body: Vec<u8>,
}

/// An answer, and when its request was sent and its last byte read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) result: Value,
    pub(crate) sent: Instant,
    pub(crate) arrived: Instant,
}

impl Server {
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Server> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take().expect("stdin is piped");
        let output = process.stdout.take().expect("stdout is piped");
        Ok(Server {
            process,
            input,
            output: BufReader::with_capacity(64 << 10, output),
            last_id: 0,
            body: Vec::new(),
        })
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) -> io::Result<()> {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        frames::write(&mut self.input, &message.to_string())
    }

    /// Sends a request and waits for its answer; what else the server says is skipped.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> io::Result<Answer> {
        self.last_id += 1;
        let message =
            json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params });
        let message = message.to_string();
        let sent = Instant::now();
        frames::write(&mut self.input, &message)?;
        while frames::read(&mut self.output, &mut self.body)? {
            let arrived = Instant::now();
            let mut message: Value = serde_json::from_slice(&self.body)?;
            if message["id"] == self.last_id && message.get("method").is_none() {
                let result = message["result"].take();
                return Ok(Answer {
                    result,
                    sent,
                    arrived,
                });
            }
        }
        Err(ErrorKind::UnexpectedEof.into())
    }

    /// Ends the server by the protocol and waits for its end.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.request("shutdown", &Value::Null)?;
        self.notify("exit", &Value::Null)?;
        drop(self.input);
        self.process.wait()?;
        Ok(())
    }

    /// Its resident memory in MB; None where the system does not tell it as Linux does.
    pub(crate) fn memory(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib * 1024.0 / 1e6)
    }

    /// The processor time of its threads until now; None where the system does not tell it as Linux
    /// does.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.process.id())).ok()?;
        let times = threads.map(|thread| {
            let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            let nanoseconds = text.split(' ').next()?.parse().ok()?;
            Some(Duration::from_nanos(nanoseconds))
        });
        times.sum()
    }
}
