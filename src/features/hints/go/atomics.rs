//! Rules about atomics and maps for several goroutines.

use std::collections::HashSet;

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

/// Whether a name is a method of a type such as `atomic.Int64`: `Load` of `sync/atomic.Int64.Load`.
fn is_method(name: &str, method: &str) -> bool {
    name.strip_prefix("sync/atomic.")
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(_, last)| last == method)
}

/// Whether a name is a function such as `atomic.AddInt64`: `Add` of `sync/atomic.AddInt64`.
fn is_function_for(name: &str, verb: &str) -> bool {
    name.strip_prefix("sync/atomic.")
        .is_some_and(|rest| rest.starts_with(verb) && !rest.contains('.'))
}

/// The variable that an atomic call is about: `n` of `n.Load()` and of `atomic.LoadInt64(&n)`.
fn variable<'a>(file: &File<'a>, call: Node<'a>, verb: &str) -> Option<&'a str> {
    let name = file.called(call)?;
    if is_method(name, verb) {
        file.operand_text(call)
    } else if is_function_for(name, verb) {
        let first = file.arguments(call).into_iter().next()?;
        Some(file.text_of(first).trim_start_matches('&'))
    } else {
        None
    }
}

fn calls_in<'a>(file: &File<'a>, node: Node<'a>) -> impl Iterator<Item = Node<'a>> {
    std::iter::once(node)
        .chain(file.syntax.inside_own(node))
        .filter(|node| node.kind() == "call_expression")
}

pub(super) const ATOMIC_ASSIGN: Checked = Checked {
    rule: Rule {
        id: "go/atomic-assign",
        title: "Assigning the result of an atomic function to its own variable",
        why: "The function has changed the variable already; the plain assignment beside it is a data race.",
        topic: "go-concurrency/atomic",
        before: "\
package count

import \"sync/atomic\"

var n int64

func add() {
	n = atomic.AddInt64(&n, 1)
}
",
        after: "\
package count

import \"sync/atomic\"

var n int64

func add() {
	atomic.AddInt64(&n, 1)
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "atomic",
        }],
        ..HINT
    },
    check: atomic_assign,
};

fn atomic_assign(file: &File<'_>, findings: &mut Findings) {
    for statement in file.nodes(&["assignment_statement"]) {
        let sides = statement
            .child_by_field_name("left")
            .zip(statement.child_by_field_name("right"));
        let Some((left, call)) = sides.and_then(|(left, right)| {
            let left = file.text_of(left);
            let only = file.syntax.children(right).next()?;
            (only.kind() == "call_expression" && only.byte_range() == right.byte_range())
                .then_some((left, only))
        }) else {
            continue;
        };
        if variable(file, call, "Add") == Some(left)
            && file
                .called(call)
                .is_some_and(|name| is_function_for(name, "Add"))
        {
            file.mark(
                findings,
                statement,
                "The call has changed the variable already, and this plain assignment is a data race: leave it out.",
            );
        }
    }
}

pub(super) const ATOMIC_CHECK_THEN_ACT: Checked = Checked {
    rule: Rule {
        id: "go/atomic-check-then-act",
        title: "Testing an atomic and then changing it",
        why: "Each call is atomic, both together are not: another goroutine gets in between. `CompareAndSwap` does both.",
        topic: "go-concurrency/atomic-vs-lock",
        before: "\
package limit

import \"sync/atomic\"

var active atomic.Int64

func enter() bool {
	if active.Load() < 10 {
		active.Add(1)
		return true
	}
	return false
}
",
        after: "\
package limit

import \"sync/atomic\"

var active atomic.Int64

func enter() bool {
	for {
		n := active.Load()
		if n >= 10 {
			return false
		}
		if active.CompareAndSwap(n, n+1) {
			return true
		}
	}
}
",
        ..HINT
    },
    check: atomic_check_then_act,
};

fn atomic_check_then_act(file: &File<'_>, findings: &mut Findings) {
    if file.import("sync/atomic").is_none() || file.is_test() {
        return;
    }
    for check in file.nodes(&["if_statement"]) {
        let parts = check
            .child_by_field_name("condition")
            .zip(check.child_by_field_name("consequence"));
        let Some((condition, consequence)) = parts else {
            continue;
        };
        let is_compared = condition.kind() == "binary_expression"
            && condition
                .child_by_field_name("operator")
                .is_some_and(|operator| matches!(operator.kind(), "<" | "<=" | ">" | ">="));
        let Some(tested) = calls_in(file, condition).find_map(|call| variable(file, call, "Load"))
        else {
            continue;
        };
        let changed = file
            .statements(consequence)
            .into_iter()
            .find_map(|statement| {
                let call = file.call_of(statement)?;
                (variable(file, call, "Add") == Some(tested)).then_some(call)
            });
        if let Some(changed) = changed.filter(|_| is_compared && !file.takes_lock(check)) {
            file.mark(
                findings,
                changed,
                format!("Another goroutine may change `{tested}` between the test and this call: use `CompareAndSwap`."),
            );
        }
    }
}

pub(super) const CAS_RESULT_IGNORED: Checked = Checked {
    rule: Rule {
        id: "go/cas-result-ignored",
        title: "The result of `CompareAndSwap` ignored",
        why: "If another goroutine was faster nothing is changed, and only the result tells.",
        topic: "go-concurrency/cas",
        before: "\
package count

import \"sync/atomic\"

var n atomic.Int64

func double() {
	old := n.Load()
	n.CompareAndSwap(old, old*2)
}
",
        after: "\
package count

import \"sync/atomic\"

var n atomic.Int64

func double() {
	for {
		old := n.Load()
		if n.CompareAndSwap(old, old*2) {
			return
		}
	}
}
",
        ..HINT
    },
    check: cas_result_ignored,
};

fn cas_result_ignored(file: &File<'_>, findings: &mut Findings) {
    if file.import("sync/atomic").is_none() || file.is_test() {
        return;
    }
    for statement in file.nodes(&["expression_statement"]) {
        let Some(call) = file.call_of(statement) else {
            continue;
        };
        if variable(file, call, "CompareAndSwap").is_none() {
            continue;
        }
        // The new value is made of the old one: then a lost update is lost. To set what is not set
        // yet, or to change one state to another, may be done by anybody.
        let arguments = file.arguments(call);
        let &[.., old, new] = arguments.as_slice() else {
            continue;
        };
        let is_made_of_old = old.kind() == "identifier"
            && new.kind() != "identifier"
            && file.uses(new, file.text_of(old)).next().is_some();
        if is_made_of_old {
            file.mark(
                findings,
                call,
                "If another goroutine was faster, this changes nothing and the update is lost: test the result and try again.",
            );
        }
    }
}

pub(super) const MIXED_ATOMIC_ACCESS: Checked = Checked {
    rule: Rule {
        id: "go/mixed-atomic-access",
        title: "A variable changed with atomic functions here and plainly there",
        why: "Atomic functions order only accesses that are all atomic; types such as `atomic.Int64` allow no others.",
        topic: "go-concurrency/atomic",
        before: "\
package count

import \"sync/atomic\"

var n int64

func add() {
	atomic.AddInt64(&n, 1)
}

func remove() {
	n--
}
",
        after: "\
package count

import \"sync/atomic\"

var n atomic.Int64

func add() {
	n.Add(1)
}

func remove() {
	n.Add(-1)
}
",
        ..HINT
    },
    check: mixed_atomic_access,
};

fn mixed_atomic_access(file: &File<'_>, findings: &mut Findings) {
    if file.import("sync/atomic").is_none() || file.is_test() {
        return;
    }
    let atomics: HashSet<Shared<'_>> = file
        .nodes(&["call_expression"])
        .into_iter()
        .filter_map(|call| {
            let name = file.called(call)?;
            let verb = ["Add", "Store", "CompareAndSwap"]
                .into_iter()
                .find(|verb| is_function_for(name, verb))?;
            shared(file, call, variable(file, call, verb)?)
        })
        .collect();
    for change in file.nodes(&["inc_statement", "dec_statement"]) {
        let Some(target) = file.syntax.children(change).next() else {
            continue;
        };
        let text = file.text_of(target);
        let is_atomic =
            shared(file, change, text).is_some_and(|variable| atomics.contains(&variable));
        if is_atomic && !file.takes_lock(change) {
            file.mark(
                findings,
                change,
                format!("`{text}` is changed with atomic functions elsewhere: this plain change is a data race."),
            );
        }
    }
}

/// A variable that several functions name: of the package, or a field of a type.
#[derive(PartialEq, Eq, Hash)]
struct Shared<'a> {
    /// Empty: a variable of the package.
    type_: &'a str,
    /// `n`, or `.n` of the receiver.
    name: &'a str,
}

/// What an expression in a function means. None: it is the function's own, or somebody else's.
fn shared<'a>(file: &File<'a>, place: Node<'a>, text: &'a str) -> Option<Shared<'a>> {
    let function = file.declaration_around(place)?;
    if !text.contains('.') {
        let is_local = file
            .uses(function, text)
            .any(|node| file.is_declaration(node));
        return (!is_local).then_some(Shared {
            type_: "",
            name: text,
        });
    }
    let receiver = file.receiver(function)?;
    let name = text
        .strip_prefix(receiver.name)
        .filter(|name| name.starts_with('.'))?;
    Some(Shared {
        type_: receiver.type_,
        name,
    })
}

pub(super) const WRITE_TO_LOADED_SNAPSHOT: Checked = Checked {
    rule: Rule {
        id: "go/write-to-loaded-snapshot",
        title: "Changing what an atomic pointer or value has loaded",
        why: "Others have loaded the same object and read it without a lock: copy it, change the copy, and store that.",
        topic: "go-concurrency/atomic-value",
        before: "\
package config

import \"sync/atomic\"

type Config struct{ hosts map[string]string }

var current atomic.Pointer[Config]

func add(name, host string) {
	current.Load().hosts[name] = host
}
",
        after: "\
package config

import (
	\"maps\"
	\"sync/atomic\"
)

type Config struct{ hosts map[string]string }

var current atomic.Pointer[Config]

func add(name, host string) {
	hosts := maps.Clone(current.Load().hosts)
	hosts[name] = host
	current.Store(&Config{hosts: hosts})
}
",
        ..HINT
    },
    check: write_to_loaded_snapshot,
};

fn write_to_loaded_snapshot(file: &File<'_>, findings: &mut Findings) {
    for load in file.calls(&["sync/atomic.Pointer.Load", "sync/atomic.Value.Load"]) {
        let part = part_from(file, load);
        if part != load && file.is_target(part) && !file.takes_lock(load) {
            file.mark(
                findings,
                part,
                "Others have loaded the same object and read it now: change a copy, and store that.",
            );
        }
    }
}

/// The part of a value that selectors, indexes and assertions behind it lead to: `f().a[1]` from `f()`.
fn part_from<'a>(file: &File<'a>, value: Node<'a>) -> Node<'a> {
    let mut part = value;
    for above in file.syntax.ancestors(value) {
        let goes_on = match above.kind() {
            "selector_expression" | "index_expression" | "type_assertion_expression" => {
                above.child_by_field_name("operand") == Some(part)
            }
            "parenthesized_expression" => true,
            _ => false,
        };
        if !goes_on {
            break;
        }
        part = above;
    }
    part
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn atomics_are_used_in_one_step() {
        expect(
            "go/atomic-check-then-act",
            &[
                "package p\nimport \"sync/atomic\"\nfunc f(n *int64) { if atomic.LoadInt64(n) < 3 { «atomic.AddInt64(n, 1)» } }\n",
                // Who sets a flag first does not matter.
                "package p\nimport \"sync/atomic\"\nfunc f(n *atomic.Bool) { if !n.Load() { n.Store(true) } }\n",
                "package p\nimport \"sync/atomic\"\nfunc f(n, m *atomic.Int64) { if n.Load() < 3 { m.Add(1) } }\n",
                "package p\nimport (\"sync\"; \"sync/atomic\")\nfunc f(n *atomic.Bool, m *sync.Mutex) { m.Lock(); if !n.Load() { n.Store(true) }; m.Unlock() }\n",
                "package p\ntype t struct{}\nfunc (t) Load() int { return 1 }\nfunc (t) Add(int) {}\nfunc f(n t) { if n.Load() < 3 { n.Add(1) } }\n",
            ],
        );
        expect(
            "go/cas-result-ignored",
            &[
                "package p\nimport \"sync/atomic\"\nfunc f(n *int64) { old := *n; «atomic.CompareAndSwapInt64(n, old, old+1)» }\n",
                "package p\nimport \"sync/atomic\"\nfunc f(n *atomic.Int64) { n.CompareAndSwap(0, 1) }\n",
                "package p\nimport \"sync/atomic\"\nfunc f(n *atomic.Int64, o int64) bool { return n.CompareAndSwap(o, o+1) }\n",
            ],
        );
    }

    #[test]
    fn plain_and_atomic_access_do_not_mix() {
        expect(
            "go/atomic-assign",
            &[
                "package p\nimport \"sync/atomic\"\nvar n, m int64\nfunc f() { m = atomic.AddInt64(&n, 1) }\n",
                "package p\nimport \"sync/atomic\"\nvar n int64\nfunc f() { «n = atomic.AddInt64(&n, 1)» }\n",
            ],
        );
        expect(
            "go/mixed-atomic-access",
            &[
                "package p\nimport \"sync/atomic\"\ntype t struct{ n int64 }\nfunc (t *t) a() { atomic.AddInt64(&t.n, 1) }\nfunc (t *t) b() { «t.n++» }\n",
                "package p\nimport \"sync/atomic\"\ntype t struct{ n int64 }\nfunc (t *t) a() { atomic.AddInt64(&t.n, 1) }\nfunc f(t *t) { t.n++ }\n",
                "package p\nimport \"sync/atomic\"\nvar n int64\nfunc a() { atomic.AddInt64(&n, 1) }\nfunc b() { n := 1; n++ }\n",
            ],
        );
    }

    #[test]
    fn a_snapshot_is_not_changed() {
        expect(
            "go/write-to-loaded-snapshot",
            &[
                "package p\nimport \"sync/atomic\"\nfunc f(v *atomic.Value) { «v.Load().(map[int]int)[1]» = 2 }\n",
                "package p\nimport \"sync/atomic\"\ntype t struct{ n int }\nfunc f(v *atomic.Pointer[t], m map[int]int) { m[v.Load().n] = 2 }\n",
                "package p\nimport \"sync/atomic\"\ntype t struct{ n int }\nfunc f(v *atomic.Pointer[t]) { n := v.Load().n; n++ }\n",
            ],
        );
    }
}
