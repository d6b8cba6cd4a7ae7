//! One statement as the rules see it: its tokens with the depth of parentheses, its names, its clauses.

use std::ops::Range;

use crate::keywords::sql::{Kind, Token};

/// The tokens of a statement, or of a statement of a routine's body.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// How many parentheses are open before each token; a closing one is as deep as its opening one.
    depths: Vec<usize>,
}

impl<'a> Statement<'a> {
    pub(super) fn new(text: &'a str, tokens: Vec<Token>) -> Statement<'a> {
        let mut depth = 0_usize;
        let depths = tokens
            .iter()
            .map(|token| match token.kind {
                Kind::Open => {
                    depth += 1;
                    depth - 1
                }
                Kind::Close => {
                    depth = depth.saturating_sub(1);
                    depth
                }
                _ => depth,
            })
            .collect();
        Statement {
            text,
            tokens,
            depths,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Where the statement begins, in bytes.
    pub(super) fn start(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.start)
    }

    /// Whether its end is there: an unfinished statement is being typed.
    pub(super) fn is_finished(&self) -> bool {
        self.tokens
            .last()
            .is_some_and(|token| token.kind == Kind::End)
    }

    /// Whether it only asks how another statement would run.
    pub(super) fn is_explained(&self) -> bool {
        self.is_any(0, &["EXPLAIN", "ANALYZE", "DESCRIBE", "DESC"])
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn depth(&self, at: usize) -> usize {
        self.depths.get(at).copied().unwrap_or_default()
    }

    /// The text of a token; empty behind the end.
    pub(super) fn text(&self, at: usize) -> &'a str {
        self.tokens
            .get(at)
            .map_or("", |token| token.text(self.text))
    }

    /// The bytes of a token.
    pub(super) fn range(&self, at: usize) -> Range<usize> {
        self.tokens.get(at).map_or(0..0, |token| token.range())
    }

    /// The bytes from the first token to the last one of a range of tokens.
    pub(super) fn range_of(&self, tokens: Range<usize>) -> Range<usize> {
        let end = self.range(tokens.end.saturating_sub(1)).end;
        self.range(tokens.start).start..end
    }

    /// Whether a token is this word, in capitals here, unquoted and no part of `a.b`.
    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.kind(at) == Some(Kind::Word)
            && self.text(at).eq_ignore_ascii_case(word)
            && (at == 0 || self.kind(at - 1) != Some(Kind::Dot))
    }

    pub(super) fn is_any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, word))
    }

    /// Whether these words stand there one after another.
    pub(super) fn are(&self, at: usize, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.is(at + ahead, word))
    }

    pub(super) fn is_kind(&self, at: usize, kind: Kind) -> bool {
        self.kind(at) == Some(kind)
    }

    /// Whether a token is this operator.
    pub(super) fn is_operator(&self, at: usize, operators: &[&str]) -> bool {
        self.is_kind(at, Kind::Operator) && operators.contains(&self.text(at))
    }

    /// A name without its quotes, in small letters. None: the token is none.
    pub(super) fn name(&self, at: usize) -> Option<String> {
        let text = self.text(at);
        let name = match self.kind(at)? {
            Kind::Word => text,
            Kind::Value => ['`', '"']
                .into_iter()
                .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))?,
            _ => return None,
        };
        Some(name.to_lowercase())
    }

    /// What a string says. None: the token is no string in single or double quotes.
    pub(super) fn string(&self, at: usize) -> Option<&'a str> {
        let text = self.text(at);
        ['\'', '"']
            .into_iter()
            .filter(|_| self.is_kind(at, Kind::Value))
            .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
    }

    /// The number that a token is, if it is a whole one.
    pub(super) fn number(&self, at: usize) -> Option<u64> {
        self.text(at)
            .parse()
            .ok()
            .filter(|_| self.is_kind(at, Kind::Value))
    }

    /// A name that may have others before it, `shop.orders`: the last part, and the token behind it.
    pub(super) fn qualified(&self, at: usize) -> Option<(String, usize)> {
        let mut name = self.name(at)?;
        let mut next = at + 1;
        while self.is_kind(next, Kind::Dot) {
            name = self.name(next + 1)?;
            next += 2;
        }
        Some((name, next))
    }

    /// Where the parenthesis that opens at a token is closed.
    pub(super) fn close(&self, open: usize) -> Option<usize> {
        let depth = self.depth(open);
        (open + 1..self.len()).find(|at| self.is_kind(*at, Kind::Close) && self.depth(*at) == depth)
    }

    /// Divides a range of tokens at the commas of a depth.
    pub(super) fn split(&self, range: Range<usize>, depth: usize) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut start = range.start;
        for at in range.clone() {
            if self.is_kind(at, Kind::Comma) && self.depth(at) == depth {
                parts.push(start..at);
                start = at + 1;
            }
        }
        parts.push(start..range.end);
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The tokens of a range that are exactly so deep.
    pub(super) fn at_depth(
        &self,
        range: Range<usize>,
        depth: usize,
    ) -> impl Iterator<Item = usize> {
        range.filter(move |at| self.depth(*at) == depth)
    }

    /// Whether a word stands anywhere in a range, at whatever depth.
    pub(super) fn has(&self, range: Range<usize>, words: &[&str]) -> bool {
        range.into_iter().any(|at| self.is_any(at, words))
    }
}
