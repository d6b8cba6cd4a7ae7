//! Answers that were given before. The same names are hovered again and again, and to look one up and put the
//! answer together takes longer than all else of a hover.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, Weak};

use viva_guide::{Guide, Language};

use crate::features::{Address, hover};
use crate::keywords::Keyword;
use crate::lock::lock;

/// How many answers are kept, of about two kilobytes each; then all are forgotten. Much longer ones are not kept.
const KEPT: usize = 128;
const LONGEST: usize = 16 << 10;

/// The answers from one guide.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Another guide has other answers.
    guide: Weak<Guide>,
    answers: HashMap<Asked, Arc<str>>,
}

/// All that an answer depends on besides the guide.
#[derive(Debug)]
struct Asked {
    language: Language,
    keyword: Arc<Keyword>,
    max_lines: usize,
    has_links: bool,
}

impl Asked {
    /// The place of the keyword does not matter.
    fn key(&self) -> impl Eq + Hash {
        let Keyword {
            names,
            sense,
            language,
            range: _,
        } = &*self.keyword;
        (
            (self.language, names, sense, language),
            (self.max_lines, self.has_links),
        )
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Asked) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Answers {
    /// What [`hover::answer`] gives.
    pub(super) fn of(
        &self,
        guide: &Arc<Guide>,
        language: Language,
        keyword: &Arc<Keyword>,
        max_lines: usize,
        address: Option<&Address>,
    ) -> Option<Arc<str>> {
        let asked = Asked {
            language,
            keyword: Arc::clone(keyword),
            max_lines,
            has_links: address.is_some(),
        };
        if let Some(known) = lock(&self.0).of(guide).get(&asked) {
            return Some(Arc::clone(known));
        }
        let answer = hover::answer(guide, language, &asked.keyword, max_lines, address)?;
        let answer: Arc<str> = Arc::from(answer);
        if answer.len() <= LONGEST {
            let mut known = lock(&self.0);
            let answers = known.of(guide);
            if answers.len() >= KEPT {
                answers.clear();
            }
            answers.insert(asked, Arc::clone(&answer));
        }
        Some(answer)
    }
}

impl Known {
    /// The answers from this guide.
    fn of(&mut self, guide: &Arc<Guide>) -> &mut HashMap<Asked, Arc<str>> {
        if !std::ptr::eq(self.guide.as_ptr(), Arc::as_ptr(guide)) {
            self.guide = Arc::downgrade(guide);
            self.answers.clear();
        }
        &mut self.answers
    }
}
