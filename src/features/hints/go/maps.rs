//! Rules about maps that several goroutines use.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const UNLOCKED_MAP: Checked = Checked {
    rule: Rule {
        id: "go/unlocked-map",
        title: "A map that goroutines write to without a lock",
        why: "Maps are not safe for concurrent writes: the runtime ends the program with a fatal error that nothing can recover.",
        topic: "go-concurrency/concurrent-map",
        before: "\
package words

func count(words []string) map[string]int {
	counts := map[string]int{}
	for _, word := range words {
		go func() {
			counts[word]++
		}()
	}
	return counts
}
",
        after: "\
package words

import \"sync\"

func count(words []string) map[string]int {
	var mu sync.Mutex
	counts := map[string]int{}
	for _, word := range words {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			counts[word]++
		}()
	}
	return counts
}
",
        ..HINT
    },
    check: unlocked_map,
};

fn unlocked_map(file: &File<'_>, findings: &mut Findings) {
    for index in file.nodes(&["index_expression"]) {
        let Some(map) = index
            .child_by_field_name("operand")
            .filter(|map| map.kind() == "identifier" && file.is_target(index))
        else {
            continue;
        };
        let Some(literal) = file
            .function_around(index)
            .filter(|literal| file.starter_of(*literal).is_some())
        else {
            continue;
        };
        let (Some(around), Some(function)) =
            (file.loop_around(literal), file.declaration_around(index))
        else {
            continue;
        };
        // Any of these may let only one goroutine in at a time.
        let is_guarded = file.syntax.inside(literal).any(|node| match node.kind() {
            "call_expression" => ["Lock", "Acquire"]
                .iter()
                .any(|name| file.callee(node).ends_with(name)),
            "send_statement" | "select_statement" | "func_literal" => true,
            _ => file.is_receive(node),
        });
        let declared = file.only_declaration(function, file.text_of(map));
        let is_shared_map = declared.is_some_and(|declared| {
            !contains(around, declared)
                && file
                    .value_of(declared)
                    .is_some_and(|value| is_map(file, value))
        });
        if is_shared_map && !is_guarded {
            file.mark(
                findings,
                index,
                "Goroutines write to this map without a lock: the runtime stops the program when it notices, and updates get lost.",
            );
        }
    }
}

fn is_map(file: &File<'_>, value: Node<'_>) -> bool {
    let text = file.text_of(value);
    match value.kind() {
        "composite_literal" => text.starts_with("map["),
        "call_expression" => text.starts_with("make(map["),
        _ => false,
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
    // The map, the key and the function of a call.
    let about = |call| {
        let key = file.arguments(call).into_iter().next()?;
        let function = file.function_around(call)?;
        Some((file.operand_text(call)?, file.text_of(key), function.id()))
    };
    let mut loads: HashMap<_, Vec<Node<'_>>> = HashMap::new();
    for load in file.calls(&["sync.Map.Load"]) {
        loads.entry(about(load)).or_default().push(load);
    }
    let known: HashSet<_> = file
        .calls(&["sync.Map.LoadOrStore"])
        .into_iter()
        .filter_map(|call| Some((file.operand_text(call)?, file.function_around(call)?.id())))
        .collect();
    for store in file.calls(&["sync.Map.Store"]) {
        let Some((map, key, function)) = about(store) else {
            continue;
        };
        let is_decided = loads
            .get(&Some((map, key, function)))
            .into_iter()
            .flatten()
            .any(|load| load.start_byte() < store.start_byte() && decides(file, *load, store));
        if is_decided && !known.contains(&(map, function)) && !file.takes_lock(store) {
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
                    .syntax
                    .after(check)
                    .any(|after| file.call_of(after) == Some(store)))
    })
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn maps_want_a_lock_in_goroutines() {
        expect(
            "go/unlocked-map",
            &[
                "package p\nfunc f() { m := make(map[int]int); for i := range 3 { go func() { «m[i]» = 1 }() } }\n",
                "package p\nimport \"sync\"\nfunc f() { var mu sync.Mutex; m := make(map[int]int); for i := range 3 { go func() { mu.Lock(); m[i] = 1; mu.Unlock() }() } }\n",
                "package p\nfunc f() { for i := range 3 { m := make(map[int]int); go func() { m[i] = 1 }() } }\n",
                "package p\nfunc f() { m := make([]int, 3); for i := range 3 { go func() { m[i] = 1 }() } }\n",
                "package p\nfunc f() { m := make(map[int]int); for i := range 3 { func() { m[i] = 1 }() } }\n",
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
