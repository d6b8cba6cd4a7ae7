//! Moves messages between stdin, the service and stdout.
//!
//! The framework's own loop quits on bad input, dies with a panicking handler, and can reorder or
//! stop when handlers wait for the client. Here a thread reads, a thread writes, and between them
//! each message is started in its order: a notification is finished before the next message starts,
//! a request runs up to its first wait (so that it sees the state of its place in the order) and
//! goes on beside the others.

use std::io::{self, Write as _};
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as sync_mpsc;
use std::thread;
use std::time::Duration;

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_lsp::{ClientSocket, LspService};
use tower_service::Service as _;

use super::framing::{Frame, Frames};
use super::repair;
use super::server::Server;

/// Messages that may wait for the service before reading stops.
const WAITING_MAX: usize = 256;

/// How long the process lives on after `exit` or the end of stdin, whatever handlers still do.
const GRACE: Duration = Duration::from_millis(500);

/// A buffer that grew beyond this is given back, in bytes.
const BUFFER_KEPT: usize = 1 << 20;

/// What the reader hands on.
enum Incoming {
    Request(Request),
    /// Something that is no message; the client is told so.
    Malformed(Error),
    End,
}

/// What the writer is given.
enum Outgoing {
    Message(Vec<u8>),
    /// Everything before this is written when the sender is dropped.
    Flush(sync_mpsc::Sender<()>),
}

type Output = sync_mpsc::Sender<Outgoing>;

/// Serves until `exit` or the end of stdin; the exit code is 0 if `shutdown` came before.
pub(crate) async fn serve(mut service: LspService<Server>, socket: ClientSocket) -> ExitCode {
    let shut_down = Arc::new(AtomicBool::new(false));
    let (mut to_client, mut from_client) = socket.split();
    let (incoming_sender, mut incoming) = mpsc::channel(WAITING_MAX);
    let (reply_sender, mut replies) = mpsc::unbounded_channel();
    let (output, outgoing) = sync_mpsc::channel();
    let reader_flag = Arc::clone(&shut_down);
    thread::spawn(move || read(&incoming_sender, &reply_sender, &reader_flag));
    thread::spawn(move || write(outgoing));
    tokio::spawn(async move {
        while let Some(reply) = replies.recv().await {
            // An error says that the service is gone; then nobody waits for replies.
            let _ = from_client.send(reply).await;
        }
    });
    let requests_output = output.clone();
    tokio::spawn(async move {
        while let Some(request) = to_client.next().await {
            send(&requests_output, &request);
        }
    });
    while let Some(message) = incoming.recv().await {
        match message {
            Incoming::End => break,
            Incoming::Malformed(error) => send(&output, &Response::from_error(Id::Null, error)),
            Incoming::Request(request) => {
                let is_exit = request.method() == "exit";
                start(&mut service, request, &output).await;
                if is_exit {
                    break;
                }
            }
        }
    }
    flush(&output);
    if shut_down.load(Ordering::SeqCst) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Starts one message; returns when the next one may start.
async fn start(service: &mut LspService<Server>, request: Request, output: &Output) {
    let id = request.id().cloned();
    let request = service.inner().prepare(request);
    if let Some(id) = &id
        && request.method().starts_with("$/")
    {
        // The service would leave the client waiting: every request must be answered.
        return send(
            output,
            &Response::from_error(id.clone(), Error::method_not_found()),
        );
    }
    // Nothing may overtake the two ends of the connection's life.
    let runs_alone = id.is_none() || matches!(request.method(), "initialize" | "shutdown");
    let answer = service.call(request);
    let output = output.clone();
    let mut run = Box::pin(async move {
        match AssertUnwindSafe(answer).catch_unwind().await {
            Ok(Ok(Some(response))) => send(&output, &response),
            Ok(_) => {}
            Err(_) => {
                if let Some(id) = id {
                    send(&output, &Response::from_error(id, panicked()));
                }
            }
        }
    });
    if runs_alone {
        run.await;
    } else if futures_util::poll!(&mut run).is_pending() {
        tokio::spawn(run);
    }
}

fn panicked() -> Error {
    let message = "the handler failed; see the server's log";
    Error {
        code: ErrorCode::InternalError,
        message: message.into(),
        data: None,
    }
}

fn send(output: &Output, message: &impl Serialize) {
    if let Ok(bytes) = serde_json::to_vec(message) {
        // The writer is gone only when the process is about to end.
        let _ = output.send(Outgoing::Message(bytes));
    }
}

/// Waits until everything is written, but not for a client that no longer reads.
fn flush(output: &Output) {
    let (done, written) = sync_mpsc::channel();
    if output.send(Outgoing::Flush(done)).is_ok() {
        let _ = written.recv_timeout(GRACE);
    }
}

fn write(outgoing: sync_mpsc::Receiver<Outgoing>) {
    let mut stdout = io::stdout().lock();
    for message in outgoing {
        match message {
            Outgoing::Message(bytes) => {
                let written = write!(stdout, "Content-Length: {}\r\n\r\n", bytes.len())
                    .and_then(|()| stdout.write_all(&bytes))
                    .and_then(|()| stdout.flush());
                if written.is_err() {
                    // Nobody listens any more.
                    std::process::exit(1);
                }
            }
            Outgoing::Flush(done) => drop(done),
        }
    }
}

/// Reads until the end; then gives the rest of the process a short time to end by itself.
fn read(
    requests: &mpsc::Sender<Incoming>,
    replies: &mpsc::UnboundedSender<Response>,
    shut_down: &AtomicBool,
) {
    let mut frames = Frames::new(io::BufReader::with_capacity(64 << 10, io::stdin().lock()));
    let mut body = Vec::new();
    loop {
        let message = match frames.read(&mut body) {
            Err(_) | Ok(Frame::End) => Incoming::End,
            Ok(Frame::BadHeader) => Incoming::Malformed(Error::parse_error()),
            Ok(Frame::Body) => match parse(&body) {
                Message::Request(request) => Incoming::Request(request),
                Message::Reply(reply) => {
                    let _ = replies.send(reply);
                    continue;
                }
                Message::Malformed(error) => {
                    // What is JSON, such as a batch, was all of its frame.
                    if error.code == ErrorCode::ParseError {
                        frames.resume_within(&body);
                    }
                    Incoming::Malformed(error)
                }
            },
        };
        if let Incoming::Request(request) = &message
            && request.method() == "shutdown"
            && request.id().is_some()
        {
            shut_down.store(true, Ordering::SeqCst);
        }
        let is_last = match &message {
            Incoming::End => true,
            Incoming::Request(request) => request.method() == "exit",
            Incoming::Malformed(_) => false,
        };
        if is_last {
            // Not `blocking_send`: if the queue is full, the grace period ends the process.
            let _ = requests.try_send(message);
            thread::sleep(GRACE);
            std::process::exit(i32::from(!shut_down.load(Ordering::SeqCst)));
        }
        if requests.blocking_send(message).is_err() {
            return;
        }
        if body.capacity() > BUFFER_KEPT {
            body = Vec::new();
        }
    }
}

enum Message {
    Request(Request),
    Reply(Response),
    Malformed(Error),
}

/// Only what tells a request from a reply.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    method: Option<std::borrow::Cow<'a, str>>,
}

fn parse(body: &[u8]) -> Message {
    let text = String::from_utf8_lossy(body);
    match parse_text(&text) {
        Message::Malformed(error) => match repair::lone_surrogates(&text) {
            Some(repaired) => parse_text(&repaired),
            None => Message::Malformed(error),
        },
        message => message,
    }
}

fn parse_text(text: &str) -> Message {
    let parsed = match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(Envelope { method: Some(_) }) => serde_json::from_str(text).map(Message::Request),
        Ok(Envelope { method: None }) => serde_json::from_str(text).map(Message::Reply),
        Err(error) => Err(error),
    };
    parsed.unwrap_or_else(|_| {
        // JSON that is no message, such as a batch, is told from what is no JSON.
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        Message::Malformed(if is_json {
            Error::invalid_request()
        } else {
            Error::parse_error()
        })
    })
}
