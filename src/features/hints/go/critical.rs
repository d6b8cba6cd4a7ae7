//! Rules about what happens between `Lock` and `Unlock`.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
use super::sections::{Mode, Section};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const UNLOCK_MISSING: Checked = Checked {
    rule: Rule {
        id: "go/unlock-missing",
        title: "A `return` between `Lock` and `Unlock`",
        why: "The lock stays taken, and the next `Lock` waits for ever; `defer` right after `Lock` covers every way out.",
        topic: "go-concurrency/mutex",
        before: "\
package bank

import \"sync\"

type Account struct {
	mu      sync.Mutex
	balance int
}

func (a *Account) Withdraw(amount int) bool {
	a.mu.Lock()
	if a.balance < amount {
		return false
	}
	a.balance -= amount
	a.mu.Unlock()
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
    check: unlock_missing,
};

fn unlock_missing(file: &File<'_>, findings: &mut Findings) {
    for section in file.sections() {
        let Some(held) = section.held.as_ref().filter(|held| !held.is_deferred) else {
            continue;
        };
        let all = || {
            held.statements.iter().flat_map(|statement| {
                std::iter::once(*statement).chain(file.syntax.inside(*statement))
            })
        };
        // A helper may unlock, perhaps another lock; so may a `defer`.
        let unlocks: Vec<Node<'_>> = all()
            .filter(|node| node.kind() == "call_expression")
            .filter(|call| section.is_ended_by(file, *call) || is_helper(file, *call))
            .collect();
        let returns = all().filter(|node| {
            node.kind() == "return_statement"
                && file.function_around(*node) == file.function_around(section.call)
        });
        for leave in returns {
            let is_released = unlocks
                .iter()
                .take_while(|call| call.start_byte() < leave.end_byte())
                .any(|call| {
                    is_helper(file, *call)
                        || shares_list(file, *call, leave)
                        || call.start_byte() > leave.start_byte()
                        || is_deferred(file, *call)
                });
            if !is_released {
                let (lock, unlock) = (section.lock, section.mode.unlock());
                file.mark_keyword(
                    findings,
                    leave,
                    format!("`{lock}` is still locked here, so the next `Lock` waits for ever: use `defer {lock}.{unlock}()`."),
                );
            }
        }
    }
}

/// Whether a call stands in a list of statements that a `return` is in, too.
fn shares_list<'a>(file: &File<'a>, call: Node<'a>, leave: Node<'a>) -> bool {
    file.statement(call)
        .and_then(|statement| file.syntax.parent(statement))
        .is_some_and(|list| contains(list, leave))
}

fn is_deferred<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    file.syntax
        .ancestors(call)
        .any(|above| matches!(above.kind(), "defer_statement" | "func_literal"))
}

/// Whether a call's name says that it unlocks something; also one of another lock.
fn is_helper<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    let name = file.callee(call);
    let is_plain = matches!(name, "Unlock" | "RUnlock");
    !is_plain && name.to_ascii_lowercase().contains("unlock")
}

pub(super) const WRITE_UNDER_RLOCK: Checked = Checked {
    rule: Rule {
        id: "go/write-under-rlock",
        title: "Writing a field while only `RLock` is held",
        why: "Other readers hold the same lock at the same time, so this is a data race; a map ends the program.",
        topic: "go-concurrency/rwmutex",
        before: "\
package cache

import \"sync\"

type Cache struct {
	mu    sync.RWMutex
	items map[string]string
	hits  int
}

func (c *Cache) Get(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.hits++
	return c.items[key]
}
",
        after: "\
package cache

import \"sync\"

type Cache struct {
	mu    sync.RWMutex
	items map[string]string
	hits  int
}

func (c *Cache) Get(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hits++
	return c.items[key]
}
",
        ..HINT
    },
    check: write_under_rlock,
};

fn write_under_rlock(file: &File<'_>, findings: &mut Findings) {
    // The locks of each function: another one may guard what is written.
    let mut locks: HashMap<usize, HashSet<&str>> = HashMap::new();
    for section in file.sections() {
        for function in file.functions_around(section.call) {
            locks.entry(function.id()).or_default().insert(section.lock);
        }
    }
    let shared = |section: &&Section<'_>| section.mode == Mode::Shared;
    for section in file.sections().iter().filter(shared) {
        let function = file.function_around(section.call);
        let locks = function.and_then(|function| locks.get(&function.id()));
        let is_only = locks.is_some_and(|locks| locks.len() == 1);
        let Some(receiver) = file
            .declaration_around(section.call)
            .and_then(|method| file.receiver(method))
            .filter(|receiver| section.lock.split('.').next() == Some(receiver.name))
        else {
            continue;
        };
        for target in section.nodes().iter().flat_map(|node| file.targets(*node)) {
            if is_only && is_field_of(file, target, receiver.name) {
                file.mark(
                    findings,
                    target,
                    "Others hold the same read lock at the same time, so this write is a data race: take `Lock`.",
                );
            }
        }
    }
}

/// Whether an expression is `receiver.field` or `receiver.field[…]`.
fn is_field_of<'a>(file: &File<'a>, target: Node<'a>, receiver: &str) -> bool {
    let mut target = target;
    if target.kind() == "index_expression" {
        match target.child_by_field_name("operand") {
            Some(operand) => target = operand,
            None => return false,
        }
    }
    target.kind() == "selector_expression"
        && target
            .child_by_field_name("operand")
            .is_some_and(|operand| {
                operand.kind() == "identifier" && file.text_of(operand) == receiver
            })
}

pub(super) const LOCK_ACROSS_BLOCKING_CALL: Checked = Checked {
    rule: Rule {
        id: "go/lock-across-blocking-call",
        title: "Sleeping, or asking the network, with a lock held",
        why: "Everybody who wants the lock waits as long; over 1 ms the mutex switches to its slower mode.",
        topic: "go-concurrency/mutex-modes",
        before: "\
package rates

import (
	\"net/http\"
	\"sync\"
)

type Rates struct {
	mu     sync.Mutex
	client *http.Client
	last   *http.Response
}

func (r *Rates) Refresh(url string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	answer, err := r.client.Get(url)
	r.last = answer
	return err
}
",
        after: "\
package rates

import (
	\"net/http\"
	\"sync\"
)

type Rates struct {
	mu     sync.Mutex
	client *http.Client
	last   *http.Response
}

func (r *Rates) Refresh(url string) error {
	answer, err := r.client.Get(url)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = answer
	return err
}
",
        ..HINT
    },
    check: lock_across_blocking_call,
};

/// Calls that wait for something outside of the program, or for time.
const BLOCKING: [&str; 11] = [
    "time.Sleep",
    "net/http.Get",
    "net/http.Post",
    "net/http.Head",
    "net/http.PostForm",
    "net/http.Client.Do",
    "net/http.Client.Get",
    "net/http.Client.Post",
    "net/http.Client.Head",
    "net/http.Client.PostForm",
    "net.DialTimeout",
];

fn lock_across_blocking_call(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for section in file.sections() {
        for call in section.nodes() {
            let name = file
                .called(*call)
                .filter(|name| call.kind() == "call_expression" && BLOCKING.contains(name));
            if let Some(name) = name {
                let short = name.rsplit('/').next().unwrap_or(name);
                file.mark(
                    findings,
                    *call,
                    format!("`{short}` may take long, and everybody who wants `{}` waits as long: call it without the lock.", section.lock),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_return_leaves_the_lock_taken() {
        expect(
            "go/unlock-missing",
            &[
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); for { if true { «return» } }; m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.RWMutex) { m.RLock(); if true { «return» }; m.RUnlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); if true { m.Unlock(); return }; m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); defer m.Unlock(); if true { return } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); defer func() { m.Unlock() }(); if true { return } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); _ = func() int { return 1 }; m.Unlock() }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex, unlock func()) { m.Lock(); if true { unlock(); return }; m.Unlock() }\n",
                // It returns with the lock held, always.
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { m.Lock(); if true { return } }\n",
            ],
        );
    }

    #[test]
    fn readers_do_not_write() {
        expect(
            "go/write-under-rlock",
            &[
                "package p\nimport \"sync\"\ntype t struct { sync.RWMutex; m map[int]int }\nfunc (t *t) f() { t.RLock(); «t.m[1]» = 2; t.RUnlock() }\n",
                "package p\nimport \"sync\"\ntype t struct { sync.RWMutex; m map[int]int }\nfunc (t *t) f() { t.Lock(); t.m[1] = 2; t.Unlock() }\n",
                "package p\nimport \"sync\"\ntype t struct { sync.RWMutex; n int }\nfunc (t *t) f(u *t) { t.RLock(); u.n = 1; n := t.n; n++; t.RUnlock() }\n",
                "package p\nimport \"sync\"\ntype t struct { sync.RWMutex; o sync.Mutex; n int }\nfunc (t *t) f() { t.RLock(); t.o.Lock(); t.n++; t.o.Unlock(); t.RUnlock() }\n",
            ],
        );
    }

    #[test]
    fn nobody_sleeps_with_a_lock() {
        expect(
            "go/lock-across-blocking-call",
            &[
                "package p\nimport (\"sync\"; \"time\")\nfunc f(m *sync.Mutex) { m.Lock(); if true { «time.Sleep(1)» }; m.Unlock() }\n",
                "package p\nimport (\"sync\"; \"time\")\nfunc f(m *sync.Mutex) { m.Lock(); m.Unlock(); time.Sleep(1) }\n",
                "package p\nimport (\"sync\"; \"time\")\nfunc f(m *sync.Mutex) { m.Lock(); m.Unlock(); time.Sleep(1); m.Lock(); m.Unlock() }\n",
                "package p\nimport (\"sync\"; \"time\")\nfunc f(m *sync.Mutex) { m.Lock(); defer m.Unlock(); go func() { time.Sleep(1) }() }\n",
                "package p\nimport (\"sync\"; \"time\")\nfunc f(m *sync.Mutex) { m.Lock(); for { m.Unlock(); time.Sleep(1); m.Lock() }; m.Unlock() }\n",
            ],
        );
    }
}
