//! The language server: the only module that knows the Language Server Protocol.
//!
//! - [`framing`], [`message`], [`repair`], [`output`], [`pipe`], [`transport`]: messages in and out,
//!   in their order, whatever the client sends.
//! - [`server`]: the connection's life and state. [`requests`]: the answers. Each converts, asks a
//!   feature, and converts back. [`answers`]: those that were given before.
//! - [`client`]: what the client can do. [`settings`]: what the user set.
//! - [`guides`]: keeps guides of one's own up to date, in the background, with `guide_files`: what is wrong
//!   in their open files, and `watching`: who says that files have changed.
//! - [`hints`], [`diagnostics`]: hints when they are asked for, or after typing stops.
//!   [`workspace_file`]: `viva.toml`.
//! - [`packages`]: the folders of open Go documents.
//! - [`parent`]: ends with the editor. [`log`]: what is written to stderr. [`fault`]: for tests.
//! - [`convert`]: LSP's types from ours and back. [`open`]: how a topic's page is shown.

mod answers;
pub mod client;
mod convert;
mod diagnostics;
mod fault;
mod framing;
mod guide_files;
mod guides;
mod hints;
mod log;
mod message;
mod open;
mod output;
mod packages;
mod params;
mod parent;
mod pipe;
mod repair;
mod requests;
mod server;
pub mod settings;
mod transport;
mod watching;
pub(crate) mod workspace_file;

use std::process::ExitCode;

use crate::built_in;

/// Threads that run requests; the number of cores does not matter, answers take microseconds.
const WORKERS: usize = 2;

/// Threads at most that read files and look for hints. Without a limit of ours there would be hundreds
/// when an editor opens thousands of documents at once.
const BACKGROUND_MAX: usize = 16;

/// Serves a client over stdin and stdout until it says `exit` or closes stdin.
///
/// The exit code is 0 after `shutdown`, else 1, as the protocol wants it.
pub fn serve() -> ExitCode {
    log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BACKGROUND_MAX)
        .enable_time()
        .build()
        .expect("a process can start two threads");
    let (service, socket) = server::service(built_in::guide());
    let code = transport::serve(&runtime, service, socket);
    // Whatever still waits for the client is not waited for.
    runtime.shutdown_background();
    code.unwrap_or_else(|error| {
        tracing::error!("stdout cannot be written: {error}");
        ExitCode::FAILURE
    })
}
