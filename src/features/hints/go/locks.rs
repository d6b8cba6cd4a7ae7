//! Rules about a lock that the goroutine holds already.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use super::sections::{Mode, Section};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const DOUBLE_LOCK: Checked = Checked {
    rule: Rule {
        id: "go/double-lock",
        title: "Locking a mutex that the same goroutine holds already",
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
    let inner: HashMap<usize, &Section<'a>> = file
        .sections()
        .iter()
        .filter(|section| section.mode == second)
        .map(|section| (section.call.id(), section))
        .collect();
    let lockers: HashSet<Locker<'a>> = inner
        .values()
        .filter_map(|section| locker(file, section))
        .collect();
    let mut found = Vec::new();
    for outer in file.sections().iter().filter(|outer| outer.mode == first) {
        let method = file.declaration_around(outer.call);
        let receiver = method.and_then(|method| file.receiver(method));
        for node in outer.nodes() {
            let is_again = inner
                .get(&node.id())
                .is_some_and(|inner| inner.lock == outer.lock);
            let method = receiver.and_then(|receiver| {
                let locker = Locker {
                    type_: receiver.type_,
                    method: method_called(file, *node, receiver.name)?,
                    field: outer.lock.strip_prefix(receiver.name)?,
                };
                lockers.contains(&locker).then_some(locker.method)
            });
            if is_again || method.is_some() {
                found.push(Again {
                    place: *node,
                    lock: outer.lock,
                    method,
                });
            }
        }
    }
    found
}

/// The method that a call calls on the receiver: `b` of `a.b()`.
fn method_called<'a>(file: &File<'a>, call: Node<'a>, receiver: &str) -> Option<&'a str> {
    if call.kind() != "call_expression" || file.operand_text(call)? != receiver {
        return None;
    }
    Some(file.callee(call))
}

/// A method that always takes a lock of its receiver.
#[derive(PartialEq, Eq, Hash)]
struct Locker<'a> {
    type_: &'a str,
    method: &'a str,
    /// The lock without the receiver: `.mu`.
    field: &'a str,
}

/// The method that a section is in, if it is the first thing that the method does: nothing before it
/// may give the lock back or leave.
fn locker<'a>(file: &File<'a>, section: &Section<'a>) -> Option<Locker<'a>> {
    let method = file
        .function_around(section.call)
        .filter(|function| function.kind() == "method_declaration")?;
    let receiver = file.receiver(method)?;
    let first = file.statements(method).into_iter().next()?;
    (file.call_of(first) == Some(section.call)).then_some(Locker {
        type_: receiver.type_,
        method: file.text_of(method.child_by_field_name("name")?),
        field: section.lock.strip_prefix(receiver.name)?,
    })
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
