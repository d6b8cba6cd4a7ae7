//! Rules about atomics and maps for several goroutines.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
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

/// Whether a function takes any lock, so that what looks like a race may be guarded.
fn locks<'a>(file: &File<'a>, node: Node<'a>) -> bool {
    let function = file.declaration_around(node);
    function.is_some_and(|function| {
        file.syntax.inside(function).any(|node| {
            node.kind() == "field_identifier"
                && matches!(file.text_of(node), "Lock" | "TryLock" | "Do")
        })
    })
}

pub(super) const ATOMIC_ASSIGN: Checked = Checked {
    rule: Rule {
        id: "go/atomic-assign",
        title: "assigning the result of an atomic function to its own variable",
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
        title: "testing an atomic and then changing it",
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
        if let Some(changed) = changed.filter(|_| is_compared && !locks(file, check)) {
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
        title: "the result of `CompareAndSwap` ignored",
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
            && !file.uses(new, file.text_of(old)).is_empty();
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
        title: "a variable changed with atomic functions here and plainly there",
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
    let atomics: Vec<(Option<Node<'_>>, &str)> = file
        .nodes(&["call_expression"])
        .into_iter()
        .filter_map(|call| {
            let name = file.called(call)?;
            let verb = ["Add", "Store", "CompareAndSwap"]
                .into_iter()
                .find(|verb| is_function_for(name, verb))?;
            Some((file.declaration_around(call), variable(file, call, verb)?))
        })
        .collect();
    if atomics.is_empty() {
        return;
    }
    for change in file.nodes(&["inc_statement", "dec_statement"]) {
        let Some(target) = file.syntax.children(change).next() else {
            continue;
        };
        let text = file.text_of(target);
        let function = file.declaration_around(change);
        let is_same = atomics
            .iter()
            .any(|(other, variable)| *variable == text && is_shared(file, text, function, *other));
        if is_same && !locks(file, change) {
            file.mark(
                findings,
                change,
                format!("`{text}` is changed with atomic functions elsewhere: this plain change is a data race."),
            );
        }
    }
}

/// Whether a name means the same variable in two functions: one of the package, or a field of the
/// receiver of two methods of a type.
fn is_shared<'a>(
    file: &File<'a>,
    text: &str,
    one: Option<Node<'a>>,
    other: Option<Node<'a>>,
) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    let Some((first, _)) = text.split_once('.') else {
        let is_local = |function| {
            file.uses(function, text)
                .into_iter()
                .any(|node| file.is_declaration(node))
        };
        return !is_local(one) && !is_local(other);
    };
    let receivers = super::locks::receiver(file, one).zip(super::locks::receiver(file, other));
    receivers.is_some_and(|(one, other)| {
        one.name == first && other.name == first && one.type_ == other.type_
    })
}

pub(super) const WRITE_TO_LOADED_SNAPSHOT: Checked = Checked {
    rule: Rule {
        id: "go/write-to-loaded-snapshot",
        title: "changing what an atomic pointer or value has loaded",
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
        // Up through selectors, indexes and assertions to what is assigned.
        let mut target = load;
        let written = file.syntax.ancestors(load).find(|above| {
            let goes_on = match above.kind() {
                "selector_expression" | "index_expression" | "type_assertion_expression" => {
                    above.child_by_field_name("operand") == Some(target)
                }
                "parenthesized_expression" => true,
                _ => false,
            };
            if goes_on {
                target = *above;
            }
            !goes_on
        });
        let Some(mut written) = written else {
            continue;
        };
        if written.kind() == "expression_list" {
            match file.syntax.parent(written) {
                Some(assignment)
                    if assignment.kind() == "assignment_statement"
                        && assignment.child_by_field_name("left") == Some(written) =>
                {
                    written = assignment;
                }
                _ => continue,
            }
        }
        let is_written = matches!(
            written.kind(),
            "assignment_statement" | "inc_statement" | "dec_statement"
        );
        if is_written && target != load && !locks(file, load) {
            file.mark(
                findings,
                target,
                "Others have loaded the same object and read it now: change a copy, and store that.",
            );
        }
    }
}

pub(super) const SYNC_MAP_LOAD_STORE: Checked = Checked {
    rule: Rule {
        id: "go/sync-map-load-store",
        title: "`Load`, then `Store` in a `sync.Map`",
        why: "Another goroutine may store in between, and its value is lost; `LoadOrStore` does both in one step.",
        topic: "go-concurrency/sync-map",
        before: "\
package cache

import \"sync\"

var items sync.Map

func get(key string) any {
	if item, ok := items.Load(key); ok {
		return item
	}
	item := len(key)
	items.Store(key, item)
	return item
}
",
        after: "\
package cache

import \"sync\"

var items sync.Map

func get(key string) any {
	if item, ok := items.Load(key); ok {
		return item
	}
	item, _ := items.LoadOrStore(key, len(key))
	return item
}
",
        ..HINT
    },
    check: sync_map_load_store,
};

fn sync_map_load_store(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for store in file.calls(&["sync.Map.Store"]) {
        let Some(function) = file.function_around(store) else {
            continue;
        };
        let key = |call| file.arguments(call).first().map(|key| file.text_of(*key));
        let earlier = file.calls(&["sync.Map.Load"]).into_iter().any(|load| {
            file.function_around(load) == Some(function)
                && load.start_byte() < store.start_byte()
                && file.operand_text(load) == file.operand_text(store)
                && key(load) == key(store)
                && decides(file, load, store)
        });
        let is_known = file
            .calls(&["sync.Map.LoadOrStore"])
            .into_iter()
            .any(|other| {
                file.function_around(other) == Some(function)
                    && file.operand_text(other) == file.operand_text(store)
            });
        if earlier && !is_known && !locks(file, store) {
            file.mark(
                findings,
                store,
                "Between `Load` and `Store` another goroutine may store too, and one value is lost: use `LoadOrStore`.",
            );
        }
    }
}

/// Whether a load is the head of an `if` that decides about the store: the store is in its
/// consequence, or the consequence leaves and the store comes after it.
fn decides<'a>(file: &File<'a>, load: Node<'a>, store: Node<'a>) -> bool {
    let check = file
        .syntax
        .ancestors(load)
        .find(|above| above.kind() == "if_statement")
        .filter(|check| {
            check
                .child_by_field_name("initializer")
                .is_some_and(|initializer| contains(initializer, load))
        });
    check.is_some_and(|check| {
        let is_negated = check
            .child_by_field_name("condition")
            .is_some_and(|condition| file.text_of(condition) == "!ok");
        let consequence = check.child_by_field_name("consequence");
        let leaves = consequence.is_some_and(|block| {
            file.statements(block)
                .last()
                .is_some_and(|last| last.kind() == "return_statement")
        });
        let is_inside = consequence.is_some_and(|block| contains(block, store));
        (is_negated && is_inside)
            || (leaves
                && !is_negated
                && file
                    .statements_after(check)
                    .iter()
                    .any(|after| file.call_of(*after) == Some(store)))
    })
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

    #[test]
    fn load_and_store_are_two_steps() {
        expect(
            "go/sync-map-load-store",
            &[
                "package p\nimport \"sync\"\nfunc f(m *sync.Map, k int) { if _, ok := m.Load(k); !ok { «m.Store(k, 1)» } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Map, k int) { if _, ok := m.Load(k); !ok { m.Store(2, 1) } }\n",
                "package p\nimport \"sync\"\nfunc f(m, n *sync.Map, k int) { if _, ok := m.Load(k); !ok { n.Store(k, 1) } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Map, u *sync.Mutex, k int) { u.Lock(); if _, ok := m.Load(k); !ok { m.Store(k, 1) }; u.Unlock() }\n",
            ],
        );
    }
}
