//! Moves messages between stdin, the service and the client.
//!
//! The framework's own loop quits on bad input, dies with a panicking handler, and can reorder or
//! stop when handlers wait for the client. Here one thread reads a message, starts it, and reads the
//! next: a notification is finished before that, a request runs up to its first wait (so that it sees
//! the state of its place in the order) and goes on beside the others. Most answers need no wait, and
//! are written by the same thread too ([`super::output`]): no message is handed from thread to thread.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::Duration;

use futures_util::future::OptionFuture;
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_lsp::{ClientSocket, LspService};
use tower_service::Service as _;

use super::framing::{Frame, Frames};
use super::message::{Message, parse};
use super::output::Output;
use super::server::Server;

/// How long answers may still be written after `exit` or the end of stdin.
const GRACE: Duration = Duration::from_millis(500);

/// A buffer that grew beyond this is given back, in bytes.
const BUFFER_KEPT: usize = 1 << 20;

/// Serves until `exit` or the end of stdin; the exit code is 0 if `shutdown` came before.
///
/// # Errors
/// Stdout is closed, or no thread can be started.
pub(crate) fn serve(
    runtime: &Runtime,
    mut service: LspService<Server>,
    socket: ClientSocket,
) -> io::Result<ExitCode> {
    let output = Output::to_stdout()?;
    let replies = connect(runtime, socket, &output);
    let mut frames = Frames::new(io::BufReader::with_capacity(64 << 10, io::stdin().lock()));
    let mut body = Vec::new();
    // An error of stdin is an end, too.
    while let Ok(frame) = frames.read(&mut body) {
        let message = match frame {
            Frame::End => break,
            Frame::BadHeader => Message::Malformed(Error::parse_error()),
            Frame::Body => {
                guarded(|| parse(&body)).unwrap_or_else(|| Message::Malformed(Error::parse_error()))
            }
        };
        match message {
            Message::Request(request) => {
                let is_exit = request.method() == "exit";
                if request.method() == "shutdown" && request.id().is_some() {
                    output.shut_down();
                }
                start(runtime, &mut service, request, &output);
                if is_exit {
                    break;
                }
            }
            // An error says that nobody waits for replies any more.
            Message::Reply(reply) => drop(replies.send(reply)),
            Message::Malformed(error) => {
                // What is JSON, such as a batch, was all of its frame.
                if frame == Frame::Body && error.code == ErrorCode::ParseError {
                    frames.resume_within(&body);
                }
                output.send(&Response::from_error(Id::Null, error));
            }
        }
        if body.capacity() > BUFFER_KEPT {
            body = Vec::new();
        }
        output.wait_for_room();
    }
    output.flush(GRACE);
    Ok(output.exit_code().into())
}

/// Sends the client what the service asks of it; returns the way back for the replies.
fn connect(
    runtime: &Runtime,
    socket: ClientSocket,
    output: &Output,
) -> mpsc::UnboundedSender<Response> {
    let (mut to_client, mut from_client) = socket.split();
    let (sender, mut replies) = mpsc::unbounded_channel();
    runtime.spawn(async move {
        while let Some(reply) = replies.recv().await {
            // An error says that the service is gone; then nobody waits for replies.
            let _ = from_client.send(reply).await;
        }
    });
    let output = output.clone();
    runtime.spawn(async move {
        while let Some(request) = to_client.next().await {
            output.send(&request);
        }
    });
    sender
}

/// Starts one message; returns when the next one may start.
fn start(runtime: &Runtime, service: &mut LspService<Server>, request: Request, output: &Output) {
    let id = request.id().cloned();
    if let Some(id) = &id
        && request.method().starts_with("$/")
    {
        // The service would leave the client waiting: every request must be answered.
        return output.send(&Response::from_error(id.clone(), Error::method_not_found()));
    }
    // Nothing may overtake the two ends of the connection's life.
    let runs_alone = id.is_none() || matches!(request.method(), "initialize" | "shutdown");
    // Handlers start tasks of their own.
    let _entered = runtime.enter();
    let answer = guarded(|| {
        let request = service.inner().prepare(request);
        service.call(request)
    });
    let output = output.clone();
    let mut run = Box::pin(async move {
        let answer = OptionFuture::from(answer.map(AssertUnwindSafe));
        match (answer.catch_unwind().await, id) {
            (Ok(Some(Ok(Some(response)))), _) => output.send(&response),
            (Err(_) | Ok(None), Some(id)) => output.send(&Response::from_error(id, panicked())),
            _ => {}
        }
    });
    if runs_alone {
        runtime.block_on(run);
    } else if (&mut run).now_or_never().is_none() {
        runtime.spawn(run);
    }
}

/// What a call gives, unless it panics.
fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(call)).ok()
}

fn panicked() -> Error {
    let message = "the handler failed; see the server's log";
    Error {
        code: ErrorCode::InternalError,
        message: message.into(),
        data: None,
    }
}
