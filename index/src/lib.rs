//! The guide: everything that Viva can explain, and how it is found.
//!
//! Code map, in reading order:
//! - [`language`]: the languages, by name only.
//! - [`topic`]: topics and questions, plain data. [`card`]: one-line reference entries.
//! - [`parse`] (with [`front_matter`]): Markdown → topic, or mistakes with file and line. `hidden`: characters
//!   that have no place in either.
//! - [`mod@write`]: the way back, topic → Markdown. [`import`]: notes in other formats → topics.
//! - [`folder`]: a folder of topics and cards → all of them, checked against each other.
//! - `record`: the schema of the index, topics and cards to documents and back (`entry`: as one text); `tokens`: how texts
//!   are cut into words.
//! - [`store`]: where an index lives: in memory, or embedded in a program.
//! - [`own`]: guides beside the built-in one: folders, their index, and how it is kept up to date.
//! - [`guide`]: the index asked what a name means; [`related`]: which questions belong to it;
//!   [`search`]: what fits some words, with `search::lexicon` (what words mean the same),
//!   `search::spelling` (words that the guide does not have) and `search::query`.

pub mod card;
mod entry;
pub mod folder;
pub mod front_matter;
pub mod guide;
pub mod hidden;
pub mod import;
pub mod language;
pub mod mistake;
pub mod own;
pub mod parse;
mod record;
pub mod related;
pub mod search;
pub mod store;
mod tokens;
pub mod topic;
pub mod write;

pub use card::Card;
pub use folder::Contents;
pub use guide::{Explanation, Guide};
pub use language::Language;
pub use mistake::Mistake;
pub use related::RelatedQuestion;
pub use search::Hit;
pub use topic::{KeywordName, Level, Question, Topic};
