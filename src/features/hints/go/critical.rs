//! Rules about what happens between `Lock` and `Unlock`.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
use super::locks::{Mode, held, receiver, releases, taken};
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

pub(super) const UNLOCK_MISSING: Checked = Checked {
    rule: Rule {
        id: "go/unlock-missing",
        title: "a `return` between `Lock` and `Unlock`",
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
    for taken in taken(file) {
        let Some(held) = held(file, &taken).filter(|held| !held.is_deferred) else {
            continue;
        };
        for statement in &held.statements {
            let returns = std::iter::once(*statement)
                .chain(file.syntax.inside_own(*statement))
                .filter(|node| node.kind() == "return_statement");
            for leave in returns {
                // A helper, or another function's comment, may say who unlocks; so may a `defer`.
                let is_released = file
                    .syntax
                    .inside(*statement)
                    .chain(
                        held.statements
                            .iter()
                            .flat_map(|other| file.syntax.inside(*other)),
                    )
                    .filter(|node| {
                        node.kind() == "call_expression" && node.start_byte() < leave.end_byte()
                    })
                    .any(|call| {
                        releases(file, call, &taken)
                            && (shares_list(file, call, leave)
                                || call.start_byte() > leave.start_byte()
                                || is_deferred(file, call))
                            || is_helper(file, call)
                    });
                if !is_released {
                    file.mark_keyword(
                        findings,
                        leave,
                        format!(
                            "`{}` is still locked here: the next `Lock` waits for ever; use `defer {}.{}()`.",
                            taken.lock,
                            taken.lock,
                            taken.mode.unlock()
                        ),
                    );
                }
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
    let name = call
        .child_by_field_name("function")
        .map(|function| function.child_by_field_name("field").unwrap_or(function));
    name.is_some_and(|name| {
        let name = file.text_of(name);
        let is_plain = matches!(name, "Unlock" | "RUnlock");
        !is_plain && name.to_ascii_lowercase().contains("unlock")
    })
}

pub(super) const WRITE_UNDER_RLOCK: Checked = Checked {
    rule: Rule {
        id: "go/write-under-rlock",
        title: "writing a field while only `RLock` is held",
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
    let all = taken(file);
    for taken in all.iter().filter(|taken| taken.mode == Mode::Shared) {
        let Some(function) = file.function_around(taken.call) else {
            continue;
        };
        let Some(receiver) = file
            .declaration_around(taken.call)
            .and_then(|method| receiver(file, method))
            .filter(|receiver| taken.lock.split('.').next() == Some(receiver.name))
        else {
            continue;
        };
        // Another lock may guard what is written.
        let has_another = all.iter().any(|other| {
            contains(function, other.call) && other.call != taken.call && other.lock != taken.lock
        });
        let Some(nodes) = held(file, taken)
            .filter(|_| !has_another)
            .and_then(|held| held.nodes(file, taken))
        else {
            continue;
        };
        for target in nodes.into_iter().flat_map(|node| targets(file, node)) {
            if is_field_of(file, target, receiver.name) {
                file.mark(
                    findings,
                    target,
                    "Others hold the same read lock at the same time: this write is a data race; take `Lock`.",
                );
            }
        }
    }
}

/// What a statement writes to.
fn targets<'a>(file: &File<'a>, statement: Node<'a>) -> Vec<Node<'a>> {
    match statement.kind() {
        "inc_statement" | "dec_statement" => file.syntax.children(statement).collect(),
        "assignment_statement" => statement
            .child_by_field_name("left")
            .map_or_else(Vec::new, |left| file.syntax.children(left).collect()),
        _ => Vec::new(),
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
        title: "sleeping, or asking the network, with a lock held",
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
    for taken in taken(file) {
        let nodes = held(file, &taken).and_then(|held| held.nodes(file, &taken));
        for call in nodes.unwrap_or_default() {
            let name = file
                .called(call)
                .filter(|name| call.kind() == "call_expression" && BLOCKING.contains(name));
            if let Some(name) = name {
                let short = name.rsplit('/').next().unwrap_or(name);
                file.mark(
                    findings,
                    call,
                    format!("`{short}` may take long, and everybody who wants `{}` waits as long: call it without the lock.", taken.lock),
                );
            }
        }
    }
}

pub(super) const MUTEX_BY_VALUE: Checked = Checked {
    rule: Rule {
        id: "go/mutex-by-value",
        title: "a lock, or a struct with one, passed by value",
        why: "The copy locks for itself and guards nothing; a copied `WaitGroup` never reaches zero.",
        topic: "go-concurrency/mutex",
        before: "\
package count

import \"sync\"

type Counter struct {
	mu sync.Mutex
	n  int
}

func (c Counter) Add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}
",
        after: "\
package count

import \"sync\"

type Counter struct {
	mu sync.Mutex
	n  int
}

func (c *Counter) Add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "copylocks",
        }],
        ..HINT
    },
    check: mutex_by_value,
};

const NEVER_COPIED: [&str; 7] = [
    "sync.Mutex",
    "sync.RWMutex",
    "sync.WaitGroup",
    "sync.Once",
    "sync.Cond",
    "sync.Map",
    "sync.Pool",
];

fn mutex_by_value(file: &File<'_>, findings: &mut Findings) {
    let locks = own_locks(file);
    for parameter in file.nodes(&["parameter_declaration"]) {
        let Some(type_) = parameter.child_by_field_name("type") else {
            continue;
        };
        // Types of functions and methods of interfaces are copied by whoever has a body.
        let has_body = file
            .syntax
            .ancestors(parameter)
            .nth(1)
            .is_some_and(|function| function.child_by_field_name("body").is_some());
        let is_result = file.syntax.parent(parameter).is_some_and(|list| {
            file.syntax
                .parent(list)
                .is_some_and(|function| function.child_by_field_name("result") == Some(list))
        });
        if has_body && !is_result && is_lock(file, type_, &locks) {
            file.mark(
                findings,
                type_,
                format!(
                    "The function gets a copy of `{}`, whose lock guards nothing: pass a pointer.",
                    file.text_of(type_)
                ),
            );
        }
    }
}

/// The types of the file that have a lock in them, also through each other.
fn own_locks<'a>(file: &File<'a>) -> Vec<&'a str> {
    let specs: Vec<(&'a str, Node<'a>)> = file
        .nodes(&["type_spec"])
        .into_iter()
        .filter_map(|spec| {
            let name = file.text_of(spec.child_by_field_name("name")?);
            let type_ = spec.child_by_field_name("type")?;
            let is_generic = spec.child_by_field_name("type_parameters").is_some();
            (type_.kind() == "struct_type" && !is_generic && file.function_around(spec).is_none())
                .then_some((name, type_))
        })
        .collect();
    let mut locks: Vec<&'a str> = Vec::new();
    loop {
        let before = locks.len();
        for (name, type_) in &specs {
            let fields = file
                .syntax
                .children(*type_)
                .flat_map(|list| file.syntax.children(list));
            let has_lock = fields.into_iter().any(|field| {
                // An embedded pointer's star is a token of the field.
                !(field.child_by_field_name("name").is_none()
                    && file.text_of(field).starts_with('*'))
                    && field
                        .child_by_field_name("type")
                        .is_some_and(|type_| is_lock(file, type_, &locks))
            });
            if has_lock && !locks.contains(name) {
                locks.push(name);
            }
        }
        if locks.len() == before {
            return locks;
        }
    }
}

fn is_lock<'a>(file: &File<'a>, type_: Node<'a>, own: &[&str]) -> bool {
    match type_.kind() {
        "qualified_type" => file
            .name_of(type_)
            .is_some_and(|name| NEVER_COPIED.contains(&name)),
        "type_identifier" => own.contains(&file.text_of(type_)),
        _ => false,
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

    #[test]
    fn locks_are_not_copied() {
        expect(
            "go/mutex-by-value",
            &[
                "package p\nimport \"sync\"\nfunc f(wg «sync.WaitGroup», m *sync.Mutex) { }\n",
                "package p\nimport \"sync\"\ntype a struct { b }\ntype b struct { sync.Mutex }\nfunc (a «a») f(b *b) { }\n",
                "package p\nimport \"sync\"\ntype a struct { *b }\ntype b struct { m *sync.Mutex }\nfunc (a a) f(b b) { }\n",
                "package p\nimport \"sync\"\nvar f func(sync.Mutex)\nfunc g() (m sync.Mutex) { return }\n",
                "package p\nimport \"sync\"\nfunc f(l sync.Locker) { }\n",
            ],
        );
    }
}
