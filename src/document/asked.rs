//! Keywords that were asked about before: a pointer rests where it is, and an editor asks several times about
//! one place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, Weak};

use crate::keywords::{Keyword, go};
use crate::lock::lock;

/// How many are kept at most, so that they take far less memory than a tree; then all are forgotten.
const KEPT: usize = 256;

/// The keywords of one version of a text that were asked about.
#[derive(Debug, Default)]
pub(super) struct Asked(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Of Go; with another package names mean something else.
    package: Option<Weak<go::Package>>,
    /// By where they begin.
    keywords: BTreeMap<usize, Arc<Keyword>>,
}

impl Asked {
    /// The keyword at an offset. `read` gives those that have a byte in a range, in their order, to a document with
    /// this package.
    pub(super) fn keyword_at(
        &self,
        package: Option<&Arc<go::Package>>,
        offset: usize,
        read: impl Fn(Range<usize>) -> Vec<Keyword>,
    ) -> Option<Arc<Keyword>> {
        let mut known = lock(&self.0);
        let before = known.of(package).range(..=offset).next_back();
        if let Some((_, keyword)) = before.filter(|(_, keyword)| keyword.range.contains(&offset)) {
            return Some(Arc::clone(keyword));
        }
        drop(known);
        let covering = read(offset..offset.saturating_add(1)).pop();
        let keyword = Arc::new(covering.or_else(|| {
            // A cursor between two characters belongs to both.
            let before = read(offset.checked_sub(1)?..offset).pop();
            before.filter(|keyword| keyword.range.end == offset)
        })?);
        let mut known = lock(&self.0);
        let kept = known.of(package);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(keyword.range.start, Arc::clone(&keyword));
        Some(keyword)
    }
}

impl Known {
    fn of(&mut self, package: Option<&Arc<go::Package>>) -> &mut BTreeMap<usize, Arc<Keyword>> {
        let is_same = self.package.as_ref().map(Weak::as_ptr) == package.map(Arc::as_ptr);
        if !is_same {
            self.package = package.map(Arc::downgrade);
            self.keywords.clear();
        }
        &mut self.keywords
    }
}
