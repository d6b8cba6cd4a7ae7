//! Where locks are taken, and what runs until they are given back.

use tree_sitter::Node;

use super::file::File;

/// A lock that is taken by a statement of its own.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) call: Node<'a>,
    /// What is locked, as it is written: `s.mu`.
    pub(super) lock: &'a str,
    pub(super) mode: Mode,
    /// None: it cannot be told when the lock is given back.
    pub(super) held: Option<Held<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Exclusive,
    Shared,
}

impl Mode {
    pub(super) fn unlock(self) -> &'static str {
        match self {
            Mode::Exclusive => "Unlock",
            Mode::Shared => "RUnlock",
        }
    }
}

/// What stands between taking a lock and giving it back.
#[derive(Debug)]
pub(super) struct Held<'a> {
    /// The statements in the same list for which the lock is held for certain.
    pub(super) statements: Vec<Node<'a>>,
    /// Whether it is held until the function ends.
    pub(super) is_deferred: bool,
    /// What runs with the lock: all in the statements but function literals, `go` and `defer`. Empty
    /// if the lock is perhaps given back in between.
    pub(super) nodes: Vec<Node<'a>>,
}

/// Every lock that is taken by a statement, in the order of the text.
pub(super) fn sections<'a>(file: &File<'a>) -> Vec<Section<'a>> {
    let mut calls = file.calls(&["sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock"]);
    calls.sort_by_key(Node::start_byte);
    calls
        .into_iter()
        .filter_map(|call| {
            let statement = file.statement(call)?;
            let mode = match file.called(call)? {
                "sync.RWMutex.RLock" => Mode::Shared,
                _ => Mode::Exclusive,
            };
            let mut section = Section {
                call,
                lock: file.operand_text(call)?,
                mode,
                held: None,
            };
            section.held = held(file, statement, &section);
            (file.call_of(statement) == Some(call)).then_some(section)
        })
        .collect()
}

impl<'a> Section<'a> {
    /// Whether a call gives the lock back: `mu.Unlock()`.
    pub(super) fn is_ended_by(&self, file: &File<'a>, call: Node<'a>) -> bool {
        file.callee(call) == self.mode.unlock() && file.operand_text(call) == Some(self.lock)
    }

    /// What runs for certain while the lock is held.
    pub(super) fn nodes(&self) -> &[Node<'a>] {
        self.held.as_ref().map_or(&[], |held| &held.nodes)
    }
}

fn held<'a>(file: &File<'a>, statement: Node<'a>, section: &Section<'a>) -> Option<Held<'a>> {
    let mut after = file.syntax.after(statement).peekable();
    let is_deferred = after
        .next_if(|first| {
            first.kind() == "defer_statement"
                && file
                    .call_after_keyword(*first)
                    .is_some_and(|call| section.is_ended_by(file, call))
        })
        .is_some();
    let mut statements = Vec::new();
    let mut is_ended = is_deferred;
    for statement in after {
        let ends = file
            .call_of(statement)
            .is_some_and(|call| section.is_ended_by(file, call));
        if ends && !is_deferred {
            is_ended = true;
            break;
        }
        statements.push(statement);
    }
    is_ended.then(|| Held {
        nodes: nodes(file, &statements, section).unwrap_or_default(),
        statements,
        is_deferred,
    })
}

fn nodes<'a>(
    file: &File<'a>,
    statements: &[Node<'a>],
    section: &Section<'a>,
) -> Option<Vec<Node<'a>>> {
    const LATER: [&str; 3] = ["func_literal", "go_statement", "defer_statement"];
    let mut found = Vec::new();
    for statement in statements {
        let mut all = std::iter::once(*statement).chain(file.syntax.inside(*statement));
        let is_uncertain = all.any(|node| {
            let is_given_back = node.kind() == "call_expression"
                && (section.is_ended_by(file, node) || file.called(node) == Some("sync.Cond.Wait"));
            let is_replaced = file
                .targets(node)
                .into_iter()
                .any(|target| is_part(section.lock, file.text_of(target)));
            is_given_back || is_replaced
        });
        if is_uncertain {
            return None;
        }
        if !LATER.contains(&statement.kind()) {
            found.push(*statement);
            found.extend(file.syntax.inside_except(*statement, &LATER));
        }
    }
    found.retain(|node| !matches!(node.kind(), "go_statement" | "defer_statement"));
    Some(found)
}

/// Whether an expression is another one, or something in it: `s.mu` of `s`.
fn is_part(part: &str, of: &str) -> bool {
    part.strip_prefix(of)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
