//! Viva explains the keyword under the cursor the way an interviewer would want to hear it.
//!
//! Code map, in reading order:
//! - [`keywords`]: what stands in a text that could be explained; one recogniser per language.
//! - [`detect`]: which language a file is in.
//! - [`lock`]: a mutex that a panic elsewhere does not close.
//! - [`document`], [`documents`]: open files: text, syntax tree, positions.
//! - [`package`]: reads the other files of a Go file's folder.
//! - [`built_in`]: the guide that is part of the program.
//! - [`own_guide`]: where guides of one's own lie beside it.
//! - [`features`]: what Viva answers (hover, related questions, search, a topic's page), as plain data.
//! - [`lsp`]: the only module that speaks the Language Server Protocol.
//! - [`cli`]: the commands.
//!
//! Imports point downwards only: `cli` and `lsp` know `features`, `features` knows `document` and
//! the guide, `document` knows `keywords`. `tests/it/architecture.rs` keeps it so.

pub mod built_in;
pub mod cli;
pub mod detect;
pub mod document;
pub mod documents;
pub mod features;
pub mod keywords;
mod lock;
pub mod lsp;
pub mod own_guide;
pub mod package;
