//! Rules about locks that a goroutine holds already, and that it does not give back.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains, is_function};
use crate::features::hints::rule::{Findings, Rule};

/// A call that takes a lock, as a statement of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken<'a> {
    pub(super) call: Node<'a>,
    pub(super) statement: Node<'a>,
    /// What is locked, as it is written: `s.mu`.
    pub(super) lock: &'a str,
    pub(super) mode: Mode,
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

pub(super) fn mode_of(name: &str) -> Option<Mode> {
    match name {
        "sync.Mutex.Lock" | "sync.RWMutex.Lock" => Some(Mode::Exclusive),
        "sync.RWMutex.RLock" => Some(Mode::Shared),
        _ => None,
    }
}

/// Every lock that is taken by a statement, in the order of the text.
pub(super) fn taken<'a>(file: &File<'a>) -> Vec<Taken<'a>> {
    let mut calls = file.calls(&["sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock"]);
    calls.sort_by_key(Node::start_byte);
    calls
        .into_iter()
        .filter_map(|call| {
            let statement = file.statement(call)?;
            (file.call_of(statement) == Some(call)).then_some(Taken {
                call,
                statement,
                lock: file.operand_text(call)?,
                mode: mode_of(file.called(call)?)?,
            })
        })
        .collect()
}

/// Whether a statement gives the lock back: `mu.Unlock()`.
pub(super) fn releases<'a>(file: &File<'a>, call: Node<'a>, taken: &Taken<'a>) -> bool {
    let method = call
        .child_by_field_name("function")
        .and_then(|function| function.child_by_field_name("field"));
    method.is_some_and(|method| file.text_of(method) == taken.mode.unlock())
        && file.operand_text(call) == Some(taken.lock)
}

/// The statements in the same list for which the lock is held for certain, and whether it is until
/// the function ends. None: that cannot be told.
pub(super) fn held<'a>(file: &File<'a>, taken: &Taken<'a>) -> Option<Held<'a>> {
    let after = file.statements_after(taken.statement);
    if let Some(defer) = after
        .first()
        .filter(|first| first.kind() == "defer_statement")
        && file
            .call_after_keyword(*defer)
            .is_some_and(|call| releases(file, call, taken))
    {
        return Some(Held {
            statements: after[1..].to_vec(),
            is_deferred: true,
        });
    }
    let end = after.iter().position(|statement| {
        file.call_of(*statement)
            .is_some_and(|call| releases(file, call, taken))
    })?;
    Some(Held {
        statements: after[..end].to_vec(),
        is_deferred: false,
    })
}

#[derive(Debug)]
pub(super) struct Held<'a> {
    pub(super) statements: Vec<Node<'a>>,
    pub(super) is_deferred: bool,
}

impl<'a> Held<'a> {
    /// What runs while the lock is held: without function literals, `go` and `defer`. None if the
    /// lock is perhaps given back in between.
    pub(super) fn nodes(&self, file: &File<'a>, taken: &Taken<'a>) -> Option<Vec<Node<'a>>> {
        let mut found = Vec::new();
        for statement in &self.statements {
            let all: Vec<Node<'a>> = std::iter::once(*statement)
                .chain(file.syntax.inside(*statement))
                .collect();
            let is_given_back = all.iter().any(|node| {
                node.kind() == "call_expression"
                    && (file.text_of(*node).contains("nlock()") && releases(file, *node, taken)
                        || file.called(*node) == Some("sync.Cond.Wait"))
            });
            let is_replaced = all.iter().any(|node| {
                matches!(
                    node.kind(),
                    "assignment_statement" | "short_var_declaration"
                ) && node.child_by_field_name("left").is_some_and(|left| {
                    file.syntax
                        .children(left)
                        .any(|left| taken.lock.starts_with(file.text_of(left)))
                })
            });
            if is_given_back || is_replaced {
                return None;
            }
            found.extend(all.into_iter().filter(|node| {
                !file
                    .syntax
                    .ancestors(*node)
                    .take_while(|above| contains(*statement, *above))
                    .any(|above| {
                        matches!(
                            above.kind(),
                            "func_literal" | "go_statement" | "defer_statement"
                        )
                    })
                    && !matches!(node.kind(), "go_statement" | "defer_statement")
            }));
        }
        Some(found)
    }
}

pub(super) const DOUBLE_LOCK: Checked = Checked {
    rule: Rule {
        id: "go/double-lock",
        title: "locking a mutex that the same goroutine holds already",
        why: "Go's mutexes do not know their owner: the second `Lock` waits for an `Unlock` that cannot come.",
        topic: "go-concurrency/deadlock",
        before: "\
package bank

import \"sync\"

type Account struct {
	mu      sync.Mutex
	balance int
}

func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

func (a *Account) Withdraw(amount int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Balance() < amount {
		return false
	}
	a.balance -= amount
	return true
}
",
        after: "\
package bank

import \"sync\"

type Account struct {
	mu      sync.Mutex
	balance int
}

func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

func (a *Account) Withdraw(amount int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.balance < amount {
		return false
	}
	a.balance -= amount
	return true
}
",
        ..HINT
    },
    check: double_lock,
};

fn double_lock(file: &File<'_>, findings: &mut Findings) {
    for again in taken_again(file, Mode::Exclusive, Mode::Exclusive)
        .into_iter()
        .chain(taken_again(file, Mode::Exclusive, Mode::Shared))
    {
        file.mark(
            findings,
            again.place,
            format!(
                "`{}` is locked already{}: the goroutine waits for itself.",
                again.lock,
                again.by()
            ),
        );
    }
}

pub(super) const NESTED_RLOCK: Checked = Checked {
    rule: Rule {
        id: "go/nested-rlock",
        title: "`RLock` while the same goroutine holds `RLock`",
        why: "A writer that waits in between keeps new readers out, so the second `RLock` waits for the writer and the writer for the first.",
        topic: "go-concurrency/rwmutex",
        before: "\
package cache

import \"sync\"

type Cache struct {
	mu    sync.RWMutex
	items map[string]string
}

func (c *Cache) Get(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.items[key]
}

func (c *Cache) Both(a, b string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.items[a] + c.Get(b)
}
",
        after: "\
package cache

import \"sync\"

type Cache struct {
	mu    sync.RWMutex
	items map[string]string
}

func (c *Cache) Get(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.items[key]
}

func (c *Cache) Both(a, b string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.items[a] + c.items[b]
}
",
        ..HINT
    },
    check: nested_rlock,
};

fn nested_rlock(file: &File<'_>, findings: &mut Findings) {
    for again in taken_again(file, Mode::Shared, Mode::Shared) {
        file.mark(
            findings,
            again.place,
            format!("`{}` is read-locked already{}: with a writer waiting in between, both wait for ever.", again.lock, again.by()),
        );
    }
}

pub(super) const LOCK_UPGRADE: Checked = Checked {
    rule: Rule {
        id: "go/lock-upgrade",
        title: "`Lock` while the same goroutine holds `RLock`",
        why: "A read lock cannot become a write lock: `Lock` waits for all readers, and one of them is this goroutine.",
        topic: "go-concurrency/rwmutex",
        before: "\
package cache

import \"sync\"

type Cache struct {
	mu    sync.RWMutex
	items map[string]string
}

func (c *Cache) Fill(key string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.items[key] == \"\" {
		c.mu.Lock()
		c.items[key] = key
		c.mu.Unlock()
	}
}
",
        after: "\
package cache

import \"sync\"

type Cache struct {
	mu    sync.RWMutex
	items map[string]string
}

func (c *Cache) Fill(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.items[key] == \"\" {
		c.items[key] = key
	}
}
",
        ..HINT
    },
    check: lock_upgrade,
};

fn lock_upgrade(file: &File<'_>, findings: &mut Findings) {
    for again in taken_again(file, Mode::Shared, Mode::Exclusive) {
        file.mark(
            findings,
            again.place,
            format!("`{}` is read-locked{}: `Lock` waits until all readers are gone, and this goroutine is one.", again.lock, again.by()),
        );
    }
}

/// A lock that is taken while it is held.
struct Again<'a> {
    /// The second `Lock`, or the call of the method that has it.
    place: Node<'a>,
    lock: &'a str,
    method: Option<&'a str>,
}

impl Again<'_> {
    fn by(&self) -> String {
        self.method.map_or_else(String::new, |method| {
            format!(", and `{method}` locks it again")
        })
    }
}

fn taken_again<'a>(file: &File<'a>, first: Mode, second: Mode) -> Vec<Again<'a>> {
    let all = taken(file);
    let lockers = lockers(file, &all, second);
    let mut found = Vec::new();
    for outer in all.iter().filter(|taken| taken.mode == first) {
        let Some(nodes) = held(file, outer).and_then(|held| held.nodes(file, outer)) else {
            continue;
        };
        let receiver = file
            .declaration_around(outer.call)
            .and_then(|method| receiver(file, method));
        for node in nodes {
            let again = all.iter().find(|inner| {
                inner.call == node && inner.mode == second && inner.lock == outer.lock
            });
            if again.is_some() {
                found.push(Again {
                    place: node,
                    lock: outer.lock,
                    method: None,
                });
            } else if let Some(receiver) = &receiver
                && let Some(method) = method_called(file, node, receiver.name)
                && lockers.iter().any(|locker| {
                    locker.method == method
                        && locker.type_ == receiver.type_
                        && outer
                            .lock
                            .strip_prefix(receiver.name)
                            .is_some_and(|field| field == locker.field)
                })
            {
                found.push(Again {
                    place: node,
                    lock: outer.lock,
                    method: Some(method),
                });
            }
        }
    }
    found
}

pub(super) struct Receiver<'a> {
    pub(super) name: &'a str,
    /// The type without pointer and type arguments.
    pub(super) type_: &'a str,
}

/// What a method is called on, if it has a name that nothing else in the method has.
pub(super) fn receiver<'a>(file: &File<'a>, method: Node<'a>) -> Option<Receiver<'a>> {
    let list = method.child_by_field_name("receiver")?;
    let declaration = file.syntax.children(list).next()?;
    let name = file.syntax.children(declaration).next()?;
    let type_ = file.text_of(declaration.child_by_field_name("type")?);
    let type_ = type_.trim_start_matches('*');
    let type_ = type_.split('[').next().unwrap_or(type_);
    let name_text = file.text_of(name);
    let is_only = file
        .uses(method, name_text)
        .into_iter()
        .filter(|node| file.is_declaration(*node))
        .count()
        <= 1;
    (name.kind() == "identifier" && is_only).then_some(Receiver {
        name: name_text,
        type_,
    })
}

/// The method that a call calls on the receiver: `b` of `a.b()`.
fn method_called<'a>(file: &File<'a>, call: Node<'a>, receiver: &str) -> Option<&'a str> {
    if call.kind() != "call_expression" || file.operand_text(call)? != receiver {
        return None;
    }
    let function = call.child_by_field_name("function")?;
    Some(file.text_of(function.child_by_field_name("field")?))
}

/// A method that always takes a lock of its receiver.
struct Locker<'a> {
    type_: &'a str,
    method: &'a str,
    /// The lock without the receiver: `.mu`.
    field: &'a str,
}

fn lockers<'a>(file: &File<'a>, all: &[Taken<'a>], mode: Mode) -> Vec<Locker<'a>> {
    all.iter()
        .filter(|taken| taken.mode == mode)
        .filter_map(|taken| {
            let method = file.function_around(taken.call).filter(|function| {
                is_function(*function) && function.kind() == "method_declaration"
            })?;
            let receiver = receiver(file, method)?;
            // Its first statement: nothing before it may give the lock back or leave.
            let is_first = file.statements(method).first() == Some(&taken.statement);
            Some(Locker {
                type_: receiver.type_,
                method: file.text_of(method.child_by_field_name("name")?),
                field: taken
                    .lock
                    .strip_prefix(receiver.name)
                    .filter(|_| is_first)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_mutex_is_not_locked_twice() {
        expect(
            "go/double-lock",
            &[
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); «m.Lock()»; m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); defer m.Unlock(); if true { «m.Lock()» } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.Lock(); defer m.Unlock(); «m.RLock()» }\n",
                "package p\nimport \"sync\"\ntype t struct{ sync.Mutex }\nfunc (t *t) a() { t.Lock(); defer t.Unlock() }\nfunc (u *t) b() { u.Lock(); «u.a()»; u.Unlock() }\n",
                // Given back, another one, another goroutine, later.
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); m.Unlock(); m.Lock(); m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); if true { m.Unlock(); m.Lock() }; m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m, n *sync.Mutex) { m.Lock(); n.Lock(); n.Unlock(); m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); defer m.Unlock(); go func() { m.Lock(); m.Unlock() }() }\n",
                "package p\nimport \"sync\"\ntype t struct{ sync.Mutex }\nfunc (t *t) a() { t.Lock(); defer t.Unlock() }\nfunc (t *t) b(u *t) { t.Lock(); u.a(); go t.a(); t.Unlock() }\n",
                "package p\nimport \"sync\"\ntype t struct{ sync.Mutex; next *t }\nfunc f(t *t) { t.Lock(); t = t.next; t.Lock(); t.Unlock() }\n",
                "package p\nimport \"sync\"\ntype t struct{ m, n sync.Mutex }\nfunc (t *t) a() { t.m.Lock(); defer t.m.Unlock() }\nfunc (t *t) b() { t.n.Lock(); t.a(); t.n.Unlock() }\n",
                "package p\nimport \"sync\"\ntype t struct{ sync.Mutex }\nfunc (t *t) a(ok bool) { if ok { return }; t.Lock(); t.Unlock() }\nfunc (t *t) b() { t.Lock(); t.a(true); t.Unlock() }\n",
            ],
        );
    }

    #[test]
    fn read_locks_do_not_nest_and_do_not_become_write_locks() {
        expect(
            "go/nested-rlock",
            &[
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.RLock(); defer m.RUnlock(); «m.RLock()» }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.RLock(); m.RUnlock(); m.RLock(); m.RUnlock() }\n",
            ],
        );
        expect(
            "go/lock-upgrade",
            &[
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.RLock(); «m.Lock()»; m.Unlock(); m.RUnlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.RLock(); m.RUnlock(); m.Lock(); m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.RLock(); if true { m.RUnlock(); m.Lock(); return }; m.RUnlock() }\n",
            ],
        );
    }
}
