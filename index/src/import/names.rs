//! Titles → the names of files and folders, which are the ids of topics: safe on every disk.

use std::collections::HashMap;

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RawTokenizer, TextAnalyzer, TokenStream as _,
};
use unicode_normalization::UnicodeNormalization as _;

/// The longest name, in bytes; folders on some disks take 255 for a whole name.
const NAME_MAX: usize = 60;

/// Names that Windows keeps for devices, and `readme`, which describes a folder.
const RESERVED: [&str; 5] = ["con", "prn", "aux", "nul", "readme"];

/// A name in small letters, digits and single hyphens; other scripts keep their letters.
pub(crate) fn slug(title: &str) -> String {
    let mut out = String::new();
    for letter in folded(title).chars() {
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase());
        } else if letter != '\'' && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() > NAME_MAX {
            break;
        }
    }
    while out.len() > NAME_MAX {
        // At a hyphen, if there is one.
        let end = out.rfind('-').filter(|at| *at > NAME_MAX / 2);
        match end {
            Some(end) => out.truncate(end),
            None => _ = out.pop(),
        }
    }
    let name = out.trim_matches('-');
    if name.is_empty() {
        return "topic".to_owned();
    }
    if is_reserved(name) {
        return format!("{name}-topic");
    }
    name.to_owned()
}

fn is_reserved(name: &str) -> bool {
    let device = name
        .strip_prefix("com")
        .or_else(|| name.strip_prefix("lpt"));
    RESERVED.contains(&name)
        || device.is_some_and(|number| {
            number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Without accents, so that two ways of writing one letter are one name.
fn folded(title: &str) -> String {
    // Composed, as `own::id_of` has them.
    let short: String = title.nfc().take(300).collect();
    let mut analyzer = TextAnalyzer::builder(RawTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build();
    let mut stream = analyzer.token_stream(&short);
    if stream.advance() {
        stream.token().text.clone()
    } else {
        String::new()
    }
}

/// Ids that are taken.
#[derive(Debug, Default)]
pub(super) struct Taken(HashMap<String, usize>);

impl Taken {
    /// `section/name`, with a number where that is taken.
    pub(super) fn id(&mut self, section: &str, title: &str) -> String {
        let id = format!("{section}/{}", slug(title));
        if !self.0.contains_key(&id) {
            self.0.insert(id.clone(), 1);
            return id;
        }
        loop {
            let count = self.0.entry(id.clone()).or_insert(1);
            *count += 1;
            let numbered = format!("{id}-{count}");
            if !self.0.contains_key(&numbered) {
                self.0.insert(numbered.clone(), 1);
                return numbered;
            }
        }
    }

    /// Takes an id as it is; false where it is taken.
    pub(super) fn take(&mut self, id: &str) -> bool {
        self.0.insert(id.to_lowercase(), 1).is_none()
    }
}
