//! What each fuzz target checks: properties of whatever a user, an editor or a file may send, beyond
//! "no panic". The targets in `fuzz_targets/` only hand their bytes to a function here.
//!
//! Code map:
//! - [`script`]: bytes → a text and edits of it.
//! - [`recogniser`]: keywords, hints and answers for a text, and after each edit.
//! - [`parts`]: the same recognisers reading a text in parts.
//! - [`edits`]: documents against plain strings, positions in three encodings.
//! - [`topic`]: topics and cards. [`import`]: notes in other formats.
//! - [`wire`]: frames, messages and their parameters.
//! - [`growth`]: long texts made of repetitions, which must not take long.
//! - [`effort`]: how much processor time a call may take.
//!
//! Modules of the server that nobody outside of it may use are compiled into this crate by their paths.

pub mod edits;
pub mod effort;
pub mod growth;
pub mod import;
pub mod parts;
pub mod recogniser;
pub mod script;
pub mod topic;
pub mod wire;

#[path = "../../../src/lsp/framing.rs"]
mod framing;
#[path = "../../../src/lsp/message.rs"]
#[expect(dead_code, reason = "replies are read and not looked at")]
mod message;
#[path = "../../../src/lsp/params.rs"]
#[expect(dead_code, reason = "parameters are read and not looked at")]
mod params;
#[path = "../../../src/lsp/repair.rs"]
mod repair;

// What those modules find at the root of their own crate.
use viva::{document, documents};

use std::sync::LazyLock;

use viva_guide::Guide;

/// The built-in guide, opened once.
static GUIDE: LazyLock<Guide> = LazyLock::new(viva::built_in::guide);
