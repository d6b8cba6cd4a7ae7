//! The server's log: lines on stderr, which editors keep. Errors only, unless the environment
//! variable `VIVA_LOG` names another level. Texts of documents are at `debug` and `trace` at most.
//!
//! Spans are not used, and the format is ours: a subscriber from a crate would bring a dozen others.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::pipe;

/// The environment variable with the level.
const VARIABLE: &str = "VIVA_LOG";

/// Logs from now on, panics too.
pub(super) fn start() {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let level = match wanted.as_str() {
        "" => Some(LevelFilter::ERROR),
        name => name.parse().ok(),
    };
    let log = Log {
        level: level.unwrap_or(LevelFilter::ERROR),
        start: Instant::now(),
        missing: AtomicUsize::new(0),
    };
    // It is set only once, by the process's only server.
    let _ = tracing::subscriber::set_global_default(log);
    if level.is_none() {
        tracing::error!("{VARIABLE}={wanted}: off, error, warn, info, debug or trace is expected");
    }
    panic::set_hook(Box::new(log_panic));
}

/// The message of a panic may quote the text that it was about, so that only its place is an error.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    tracing::error!("failed at {}", place.as_deref().unwrap_or("?"));
    let text = panic.payload_as_str().unwrap_or_default();
    tracing::debug!("{text}\n{}", std::backtrace::Backtrace::capture());
}

/// Writes lines such as `viva 0.012s INFO opened uri=…`.
struct Log {
    level: LevelFilter,
    start: Instant,
    /// How many lines nobody has read: a client that leaves its pipe full must not stop the server.
    missing: AtomicUsize,
}

impl Log {
    /// Writes a line, unless that would take waiting.
    fn write(&self, line: &str) {
        let takes_it = || pipe::takes_at_once(&io::stderr()) != Some(false);
        let missing = self.missing.load(Ordering::Relaxed);
        if !takes_it() {
            self.missing.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut text = line.to_owned();
        if missing > 0 {
            self.missing.fetch_sub(missing, Ordering::Relaxed);
            text = format!("viva: {missing} lines are missing here, as nobody read them\n{line}");
        }
        let mut pieces = text.as_bytes().chunks(pipe::AT_ONCE);
        // Short lines are one piece, as several threads write. An error says that nobody misses them.
        while let Some(piece) = pieces.next().filter(|_| takes_it()) {
            let _ = io::stderr().write_all(piece);
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // What other crates say may contain anything.
        *metadata.level() <= self.level && metadata.target().starts_with("viva")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!(
            "viva {:.3}s {}",
            self.start.elapsed().as_secs_f64(),
            event.metadata().level()
        ));
        event.record(&mut line);
        line.0.push('\n');
        self.write(&line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
        written.expect("a String takes any text");
    }
}
