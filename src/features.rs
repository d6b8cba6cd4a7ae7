//! What Viva answers. Each feature is one module with one function named after the request; plain
//! data in, plain data out, and `None` or nothing where there is nothing to say.

pub mod guide_file;
pub mod hints;
pub mod hover;
mod markdown;
pub mod page;
pub mod plain_text;
pub mod questions;
pub mod related;
pub mod search;
pub mod titles;

pub use markdown::Address;
use viva_guide::{Explanation, Guide, Language};

use crate::keywords::Keyword;

/// What the guide says about a keyword: in its sense at that place first, then by its names.
pub fn explain(guide: &Guide, language: Language, keyword: &Keyword) -> Option<Explanation> {
    let sense = keyword.sense.iter().map(|sense| sense.name.as_str());
    guide.explain(
        keyword.language.unwrap_or(language),
        sense.chain(keyword.names.iter().map(String::as_str)),
    )
}
