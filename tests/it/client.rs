//! A language client that drives the real binary; every wait has an end.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any answer takes, also on a machine that does ten other things.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

/// A running server, and what it said.
pub(crate) struct Client {
    pub(crate) process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    next_id: i64,
    /// Requests and notifications of the server, in order, without log messages.
    pub(crate) received: VecDeque<Value>,
    pub(crate) log: Vec<String>,
    /// Answers to `workspace/configuration`.
    pub(crate) configuration: Value,
    /// Whoever holds it keeps this client from reading.
    pub(crate) reading: Arc<Mutex<()>>,
    /// Requests of the server are not answered.
    pub(crate) is_mute: bool,
    /// A method that this client does not know.
    pub(crate) unknown: &'static str,
    /// The server's home; gone with the client.
    pub(crate) home: TempDir,
}

/// What a modern editor announces.
pub(crate) fn modern() -> Value {
    json!({
        "window": { "showDocument": { "support": true } },
        "textDocument": {
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } },
            "diagnostic": { "codeDescriptionSupport": true },
        },
    })
}

impl Client {
    /// A server for a modern editor, initialized.
    pub(crate) fn start() -> Client {
        Client::with(&modern(), &Value::Null)
    }

    /// A server for an editor with these capabilities and initialization options, initialized.
    pub(crate) fn with(capabilities: &Value, options: &Value) -> Client {
        let mut client = Client::spawn();
        client.initialize(&json!({
            "processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": options,
        }));
        client
    }

    /// A server that has been told nothing yet.
    pub(crate) fn spawn() -> Client {
        Client::spawn_in(tempfile::tempdir().expect("a temporary folder"))
    }

    /// The same with a home that has files already.
    pub(crate) fn spawn_in(home: TempDir) -> Client {
        Client::run(viva(), home)
    }

    /// A server that this command starts.
    pub(crate) fn run(mut command: Command, home: TempDir) -> Client {
        let mut process = command
            .env("HOME", home.path())
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = process.stdin.take();
        let output = process.stdout.take().expect("stdout is piped");
        let (sender, messages) = channel();
        let reading = Arc::new(Mutex::new(()));
        let gate = Arc::clone(&reading);
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read_message(&mut output) {
                drop(gate.lock());
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            process,
            input,
            messages,
            next_id: 0,
            received: VecDeque::new(),
            log: Vec::new(),
            configuration: Value::Null,
            reading,
            is_mute: false,
            unknown: "",
            home,
        }
    }

    pub(crate) fn initialize(&mut self, params: &Value) -> Value {
        let result = self.request("initialize", params);
        self.notify("initialized", &json!({}));
        result
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.home.path().join(".cache/viva")
    }

    /// Sends a request and waits for its result.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Sends a request and waits for its whole answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send_request(method, params);
        self.answer(&json!(id))
    }

    pub(crate) fn send_request(&mut self, method: &str, params: &Value) -> i64 {
        self.next_id += 1;
        self.send(
            &json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }),
        );
        self.next_id
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_bytes(&framed(message));
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("stdin is open");
        input
            .write_all(bytes)
            .and_then(|()| input.flush())
            .expect("the server reads");
    }

    /// Waits for the answer to a request.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        let end = Instant::now() + PATIENCE;
        let is_answer = |message: &Value| message.get("method").is_none() && &message["id"] == id;
        // Answers need not come in the order of their requests.
        if let Some(at) = self.received.iter().position(is_answer) {
            return self.received.remove(at).expect("it is there");
        }
        loop {
            let message = self
                .next(end)
                .unwrap_or_else(|| panic!("no answer to {id}; got {:?}", self.received));
            if is_answer(&message) {
                return message;
            }
            self.take(message);
        }
    }

    /// Waits for a request or notification of the server.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, method: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self
                .received
                .iter()
                .position(|message| message["method"] == method)
            {
                return self.received.remove(at).expect("it is there");
            }
            let message = self
                .next(end)
                .unwrap_or_else(|| panic!("no {method}; got {:?}", self.received));
            self.take(message);
        }
    }

    /// Waits until the log has a line with this text.
    #[track_caller]
    pub(crate) fn wait_for_log(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.log.iter().any(|line| line.contains(text)) {
            let message = self
                .next(end)
                .unwrap_or_else(|| panic!("no log line with {text:?}: {:?}", self.log));
            self.take(message);
        }
    }

    fn next(&self, end: Instant) -> Option<Value> {
        let left = end.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).ok()
    }

    /// Answers what the server asks, as an editor does, and keeps the rest.
    fn take(&mut self, message: Value) {
        if message["method"] == "window/logMessage" {
            let line = message["params"]["message"].as_str().unwrap_or_default();
            return self.log.push(line.to_owned());
        }
        if let Some(id) = message.get("id")
            && !self.is_mute
        {
            let result = match message["method"].as_str() {
                Some("workspace/configuration") => json!([self.configuration]),
                Some("window/showDocument") => json!({ "success": true }),
                _ => Value::Null,
            };
            let mut answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
            if message["method"] == self.unknown {
                let error = json!({ "code": -32601, "message": "method not found" });
                answer = json!({ "jsonrpc": "2.0", "id": id, "error": error });
            }
            self.send(&answer);
        }
        if message["method"] != "workspace/configuration" || self.is_mute {
            self.received.push_back(message);
        }
    }

    pub(crate) fn open(&mut self, uri: &str, language_id: &str, text: &str) {
        self.notify(
            "textDocument/didOpen",
            &json!({ "textDocument": { "uri": uri, "languageId": language_id, "version": 1, "text": text } }),
        );
    }

    /// Hovers at a line and a column, both from 0.
    #[track_caller]
    pub(crate) fn hover(&mut self, uri: &str, line: usize, character: usize) -> Value {
        let position = json!({ "line": line, "character": character });
        self.request(
            "textDocument/hover",
            &json!({ "textDocument": { "uri": uri }, "position": position }),
        )
    }

    /// The titles of the code actions at a line and a column.
    #[track_caller]
    pub(crate) fn code_actions(
        &mut self,
        uri: &str,
        line: usize,
        character: usize,
        context: &Value,
    ) -> Vec<Value> {
        let at = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": context });
        self.request("textDocument/codeAction", &params)
            .as_array()
            .cloned()
            .expect("a list of actions")
    }

    /// Closes the server's stdin.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the end of the process.
    #[track_caller]
    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().expect("the process can be asked") {
                return status;
            }
            assert!(Instant::now() < end, "the server does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The command that starts a server.
pub(crate) fn viva() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_viva"));
    command.args(["lsp", "--stdio"]);
    command
}

/// Ends the server by the protocol, and fails if it left messages that no test looked at.
impl Drop for Client {
    fn drop(&mut self) {
        if self.process.try_wait().is_ok_and(|status| status.is_none())
            && self.input.is_some()
            && !thread::panicking()
        {
            self.request("shutdown", &Value::Null);
            self.notify("exit", &Value::Null);
            assert!(
                self.wait_for_exit().success(),
                "exit after shutdown is success"
            );
            // It comes when the folders have been looked at: for most tests at no matter what time.
            self.received
                .retain(|message| message["method"] != "client/registerCapability");
            assert!(
                self.received.is_empty(),
                "messages nobody looked at: {:?}",
                self.received
            );
        }
        // What is left is a process that a failing test no longer needs.
        let _ = self.process.kill();
        let _ = self.process.wait();
        make_writable(self.home.path());
    }
}

/// The pages are read-only files; the temporary folder could not be removed on some systems.
fn make_writable(folder: &std::path::Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            make_writable(&path);
        } else if let Ok(data) = fs::metadata(&path) {
            let mut permissions = data.permissions();
            #[expect(
                clippy::permissions_set_readonly_false,
                reason = "a file in our own temporary folder"
            )]
            permissions.set_readonly(false);
            let _ = fs::set_permissions(&path, permissions);
        }
    }
}

/// The path of a `file:` URI of a path without odd characters.
pub(crate) fn path_of(uri: &Value) -> PathBuf {
    let path = uri
        .as_str()
        .and_then(|uri| uri.strip_prefix("file://"))
        .expect("a file");
    // On Windows the path begins with a drive: `/C:/x`.
    let has_drive = path.as_bytes().get(2) == Some(&b':');
    PathBuf::from(if has_drive { &path[1..] } else { path })
}

/// A message with its header.
pub(crate) fn framed(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn read_message(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ")?.parse().ok()?,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// A text with a `$0` mark as text, line and column in UTF-16.
pub(crate) fn marked(fixture: &str) -> (String, usize, usize) {
    let (before, after) = fixture.split_once("$0").expect("a $0 mark");
    let line = before.matches('\n').count();
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .encode_utf16()
        .count();
    (format!("{before}{after}"), line, column)
}
