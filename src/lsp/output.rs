//! Messages to the client, in the order in which they are sent.
//!
//! A message that stdout takes at once is written by whoever sends it: handing it to another thread
//! would cost more than most answers. What would have to wait, because the client does not read, is
//! left to a thread of its own, so that sending never waits for the client.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::pipe;
use crate::lock::lock;

/// How much may wait, in bytes, before no more messages are read: far more than a client that reads at
/// all leaves unread.
const WAITING_MAX: usize = 64 << 20;

/// Room for a header in front of a body, in bytes.
const HEADER_MAX: usize = "Content-Length: ".len() + 20 + "\r\n\r\n".len();

/// How long most messages are at most, in bytes.
const USUAL: usize = 4 << 10;

/// The way to the client. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Output {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: File,
    waiting: Mutex<Waiting>,
    /// Something waits.
    filled: Condvar,
    /// A piece was written.
    written: Condvar,
    /// The client said that it will end.
    is_shut_down: AtomicBool,
}

/// What could not be written at once.
#[derive(Debug, Default)]
struct Waiting {
    pieces: VecDeque<Vec<u8>>,
    bytes: usize,
    /// The thread writes a piece that is no longer in the list.
    is_writing: bool,
}

impl Output {
    /// Writes to stdout.
    pub(super) fn to_stdout() -> io::Result<Output> {
        Output::new(pipe::stdout()?)
    }

    fn new(client: File) -> io::Result<Output> {
        let output = Output {
            shared: Arc::new(Shared {
                client,
                waiting: Mutex::default(),
                filled: Condvar::new(),
                written: Condvar::new(),
                is_shut_down: AtomicBool::new(false),
            }),
        };
        let shared = Arc::clone(&output.shared);
        thread::Builder::new()
            .name("output".into())
            .spawn(move || write_what_waits(&shared))?;
        Ok(output)
    }

    /// Sends a message behind all that were sent before.
    pub(super) fn send(&self, message: &impl Serialize) {
        let Some(frame) = frame(message) else { return };
        let shared = &self.shared;
        let mut waiting = shared.waiting();
        let is_next = waiting.pieces.is_empty() && !waiting.is_writing;
        let written = if is_next { shared.write_now(&frame) } else { 0 };
        if let Some(rest) = frame.get(written..).filter(|rest| !rest.is_empty()) {
            waiting.bytes += rest.len();
            waiting.pieces.push_back(rest.to_vec());
            shared.filled.notify_one();
        }
    }

    /// Waits while a client that does not read has more to read than can be kept for it.
    pub(super) fn wait_for_room(&self) {
        let is_full = |waiting: &mut Waiting| waiting.bytes > WAITING_MAX;
        let waiting = self.shared.waiting();
        drop(self.shared.written.wait_while(waiting, is_full));
    }

    /// Waits until everything is written, but not longer than this.
    pub(super) fn flush(&self, longest: Duration) {
        let waits = |waiting: &mut Waiting| waiting.is_writing || !waiting.pieces.is_empty();
        let waiting = self.shared.waiting();
        let written = &self.shared.written;
        drop(written.wait_timeout_while(waiting, longest, waits));
    }

    /// From now on the client may stop listening.
    pub(super) fn shut_down(&self) {
        self.shared.is_shut_down.store(true, Ordering::SeqCst);
    }

    /// How the process ends: well only after [`Output::shut_down`], as the protocol wants it.
    pub(super) fn exit_code(&self) -> u8 {
        self.shared.exit_code()
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }

    /// Writes as much as stdout takes without waiting; returns how many bytes that were.
    fn write_now(&self, frame: &[u8]) -> usize {
        let mut written = 0;
        while written < frame.len() && pipe::takes_at_once(&self.client) == Some(true) {
            let end = frame.len().min(written + pipe::AT_ONCE);
            written += self.write(&frame[written..end]);
        }
        written
    }

    /// Writes some bytes, perhaps not all; returns how many.
    fn write(&self, bytes: &[u8]) -> usize {
        match (&self.client).write(bytes) {
            Ok(count) if count > 0 || bytes.is_empty() => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            // Nobody listens any more.
            _ => std::process::exit(self.exit_code().into()),
        }
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.is_shut_down.load(Ordering::SeqCst))
    }
}

fn write_what_waits(shared: &Shared) {
    let mut waiting = shared.waiting();
    loop {
        let Some(piece) = waiting.pieces.pop_front() else {
            waiting = shared
                .filled
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        waiting.is_writing = true;
        drop(waiting);
        let mut written = 0;
        while written < piece.len() {
            written += shared.write(&piece[written..]);
        }
        waiting = shared.waiting();
        waiting.is_writing = false;
        waiting.bytes -= piece.len();
        shared.written.notify_all();
    }
}

/// A message with its header; None if it cannot be JSON.
fn frame(message: &impl Serialize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL);
    bytes.resize(HEADER_MAX, b' ');
    serde_json::to_writer(&mut bytes, message).ok()?;
    let mut header = io::Cursor::new([0; HEADER_MAX]);
    let length = bytes.len() - HEADER_MAX;
    write!(header, "Content-Length: {length}\r\n\r\n").ok()?;
    let header = &header.get_ref()[..usize::try_from(header.position()).ok()?];
    let start = HEADER_MAX - header.len();
    bytes[start..HEADER_MAX].copy_from_slice(header);
    bytes.drain(..start);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read as _};
    use std::sync::mpsc;

    use super::*;
    use crate::lsp::framing::{Frame, Frames};

    /// The way to a client that reads from the other end.
    fn output() -> (Output, io::PipeReader) {
        let (reader, writer) = io::pipe().expect("a pipe");
        #[cfg(unix)]
        let file = File::from(std::os::fd::OwnedFd::from(writer));
        #[cfg(windows)]
        let file = File::from(std::os::windows::io::OwnedHandle::from(writer));
        (Output::new(file).expect("a thread"), reader)
    }

    #[test]
    fn messages_of_all_lengths_arrive_in_order_however_late_they_are_read() {
        let (output, mut reader) = output();
        // Shorter and longer than what a pipe takes at once, and than what it holds.
        let lengths = [0, 1, 4_050, 4_096, 10_000, 65_536, 300_000];
        let sent: Vec<String> = (0..40)
            .map(|number| format!("{number}{}", "x".repeat(lengths[number % lengths.len()])))
            .collect();
        for (number, text) in sent.iter().enumerate() {
            output.send(text);
            if number == 20 {
                // Somebody who reads a little in between.
                let mut some = [0; 12];
                reader.read_exact(&mut some).expect("it was sent");
                assert_eq!(&some, b"Content-Leng");
            }
        }
        let rest = io::Cursor::new(b"Content-Leng").chain(reader);
        let mut frames = Frames::new(BufReader::new(rest));
        let mut body = Vec::new();
        for text in &sent {
            assert_eq!(frames.read(&mut body).expect("it reads"), Frame::Body);
            let read: String = serde_json::from_slice(&body).expect("a text");
            assert!(read == *text, "{} bytes for {}", read.len(), text.len());
        }
        output.flush(Duration::MAX);
    }

    #[test]
    fn reading_waits_for_a_client_that_leaves_too_much_unread() {
        let (output, reader) = output();
        output.wait_for_room();
        let text = "x".repeat(1 << 20);
        for _ in 0..=WAITING_MAX >> 20 {
            output.send(&text);
        }
        let waiting = output.clone();
        let (sender, room) = mpsc::channel();
        thread::spawn(move || {
            waiting.wait_for_room();
            sender.send(())
        });
        assert!(room.recv_timeout(Duration::from_millis(50)).is_err());
        let mut frames = Frames::new(BufReader::new(reader));
        let mut body = Vec::new();
        for _ in 0..=WAITING_MAX >> 20 {
            assert_eq!(frames.read(&mut body).expect("it reads"), Frame::Body);
            assert_eq!(body.len(), text.len() + 2);
        }
        room.recv().expect("there is room again");
    }
}
