//! Rules about starting goroutines and counting them.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
use crate::features::hints::rule::{Default, Elsewhere, Findings, Fix, Rule, Tool};

pub(super) const WG_ADD_IN_GOROUTINE: Checked = Checked {
    rule: Rule {
        id: "go/wg-add-in-goroutine",
        title: "`WaitGroup.Add` inside the goroutine that it counts",
        why: "`Wait` may run before the goroutine does, finds a count of zero, and returns too early.",
        topic: "go-concurrency/waitgroup",
        before: "\
package work

import \"sync\"

func run(tasks []func()) {
	var wg sync.WaitGroup
	for _, task := range tasks {
		go func() {
			wg.Add(1)
			defer wg.Done()
			task()
		}()
	}
	wg.Wait()
}
",
        after: "\
package work

import \"sync\"

func run(tasks []func()) {
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			task()
		}()
	}
	wg.Wait()
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "waitgroup",
        }],
        ..HINT
    },
    check: wg_add_in_goroutine,
};

fn wg_add_in_goroutine(file: &File<'_>, findings: &mut Findings) {
    for add in file.calls(&["sync.WaitGroup.Add"]) {
        let Some(statement) = file.statement(add) else {
            continue;
        };
        let Some(literal) = file.function_around(add) else {
            continue;
        };
        let is_direct =
            file.call_of(statement) == Some(add) && file.statements(literal).contains(&statement);
        if !is_direct || !is_goroutine(file, literal) {
            continue;
        }
        // A goroutine that is counted already may count others: then its own `Done` comes first,
        // or another goroutine is started after `Add`.
        let group = file.operand_text(add);
        let is_done = |call: &Node<'_>| {
            file.called(*call) == Some("sync.WaitGroup.Done") && file.operand_text(*call) == group
        };
        let own: Vec<Node<'_>> = file.syntax.inside_own(literal).collect();
        let done = own
            .iter()
            .find(|node| node.kind() == "call_expression" && is_done(node));
        let starts_another = own.iter().any(|node| node.kind() == "go_statement");
        let is_own = group
            .and_then(|group| group.split('.').next())
            .is_some_and(|group| {
                file.uses(literal, group)
                    .into_iter()
                    .any(|node| file.is_declaration(node))
            });
        if done.is_some_and(|done| done.start_byte() > add.start_byte())
            && !starts_another
            && !is_own
        {
            file.mark(
                findings,
                add,
                "`Wait` may run before this `Add` and return too early: call `Add` before the `go` statement.",
            );
        }
    }
}

/// Whether a function literal is that of a `go` statement.
fn is_goroutine<'a>(file: &File<'a>, literal: Node<'a>) -> bool {
    let mut above = file.syntax.ancestors(literal);
    literal.kind() == "func_literal"
        && above
            .next()
            .is_some_and(|call| call.kind() == "call_expression")
        && above.next().is_some_and(|go| go.kind() == "go_statement")
}

pub(super) const UNLIMITED_GOROUTINES: Checked = Checked {
    rule: Rule {
        id: "go/unlimited-goroutines",
        title: "a goroutine per item, with no limit",
        why: "A goroutine costs at least 2 KB and whatever it holds; a million of them exhaust memory, connections or threads.",
        topic: "go-concurrency/semaphore",
        before: "\
package mail

func sendAll(addresses []string, send func(string)) {
	for _, address := range addresses {
		go send(address)
	}
}
",
        after: "\
package mail

func sendAll(addresses []string, send func(string)) {
	slots := make(chan struct{}, 10)
	for _, address := range addresses {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			send(address)
		}()
	}
}
",
        default: Default::Off,
        ..HINT
    },
    check: unlimited_goroutines,
};

fn unlimited_goroutines(file: &File<'_>, findings: &mut Findings) {
    for go in file.nodes(&["go_statement"]) {
        let Some(around) = file.loop_around(go) else {
            continue;
        };
        let range = file
            .syntax
            .children(around)
            .find(|child| child.kind() == "range_clause");
        // A range over a number, or over what is written down, is as long as somebody decided.
        let items = range.and_then(|range| range.child_by_field_name("right"));
        if !items.is_some_and(|items| matches!(items.kind(), "identifier" | "selector_expression"))
        {
            continue;
        }
        let is_limited = file
            .syntax
            .inside_own(around)
            .take_while(|node| node.start_byte() < go.start_byte())
            .any(|node| {
                node.kind() == "send_statement"
                    || (node.kind() == "unary_expression" && file.text_of(node).starts_with("<-"))
                    || (node.kind() == "call_expression"
                        && file.text_of(node).split('(').next().is_some_and(|name| {
                            name.ends_with("Acquire") || name.ends_with("Wait")
                        }))
            });
        if !is_limited {
            file.mark_keyword(
                findings,
                go,
                "One goroutine per item and no limit: a long list takes all memory, connections or threads; use a semaphore or a worker pool.",
            );
        }
    }
}

pub(super) const LOOP_VARIABLE_CAPTURE: Checked = Checked {
    rule: Rule {
        id: "go/loop-variable-capture",
        title: "a loop variable used in a goroutine or deferred function, in a module before Go 1.22",
        why: "Before Go 1.22 all rounds share one variable, so a function that runs later sees a later value.",
        topic: "go-basics/closures",
        before: "\
// go.mod: go 1.21
package work

func run(names []string, work func(string)) {
	for _, name := range names {
		go func() {
			work(name)
		}()
	}
}
",
        after: "\
// go.mod: go 1.21
package work

func run(names []string, work func(string)) {
	for _, name := range names {
		name := name
		go func() {
			work(name)
		}()
	}
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "loopclosure",
        }],
        ..HINT
    },
    check: loop_variable_capture,
};

fn loop_variable_capture(file: &File<'_>, findings: &mut Findings) {
    if !file.is_before(22) {
        return;
    }
    for around in file.nodes(&["for_statement"]) {
        let Some(body) = around.child_by_field_name("body") else {
            continue;
        };
        for variable in variables_of(file, around) {
            let name = file.text_of(variable);
            let is_declared_again = file
                .uses(body, name)
                .into_iter()
                .any(|node| file.is_declaration(node));
            let later = file
                .statements(around)
                .into_iter()
                .filter_map(|statement| file.literal_of(statement));
            let captured = later.flat_map(|literal| file.uses(literal, name)).next();
            if let Some(captured) = captured.filter(|_| !is_declared_again && name != "_") {
                let message = format!(
                    "Before Go 1.22 all rounds share one `{name}`, and this function sees the value that it has later."
                );
                match copy_of(file, around, name) {
                    Some(fix) => file.mark_with_fix(findings, captured, message, fix),
                    None => file.mark(findings, captured, message),
                }
            }
        }
    }
}

/// The variables that a loop declares in its head.
fn variables_of<'a>(file: &File<'a>, around: Node<'a>) -> Vec<Node<'a>> {
    let body = around.child_by_field_name("body");
    file.syntax
        .inside(around)
        .take_while(|node| Some(*node) != body)
        .filter(|node| node.kind() == "identifier" && file.is_declaration(*node))
        .collect()
}

/// Copies a variable at the beginning of a loop's body.
fn copy_of<'a>(file: &File<'a>, around: Node<'a>, name: &str) -> Option<Fix> {
    let first = file.statements(around).into_iter().next()?;
    let start = first.start_byte();
    let line = file.text[..start].rfind('\n')? + 1;
    let indent = &file.text[line..start];
    indent.trim().is_empty().then(|| {
        Fix::replace(
            format!("Copy `{name}` in each round"),
            start..start,
            format!("{name} := {name}\n{indent}"),
        )
    })
}

pub(super) const GOSCHED_AS_SYNC: Checked = Checked {
    rule: Rule {
        id: "go/gosched-as-sync",
        title: "`runtime.Gosched` after `go`, to let the goroutine run",
        why: "`Gosched` lets others run, in no promised order and for no promised time; only a channel, a lock or a `WaitGroup` waits for something.",
        topic: "go-runtime/scheduling-order",
        before: "\
package main

import \"runtime\"

func main() {
	go println(\"hello\")
	runtime.Gosched()
}
",
        after: "\
package main

func main() {
	done := make(chan struct{})
	go func() {
		println(\"hello\")
		close(done)
	}()
	<-done
}
",
        ..HINT
    },
    check: gosched_as_sync,
};

fn gosched_as_sync(file: &File<'_>, findings: &mut Findings) {
    for call in file.calls(&["runtime.Gosched"]) {
        let Some(statement) = file.statement(call) else {
            continue;
        };
        let before = file.statements_before(statement).pop();
        if before.is_some_and(|before| before.kind() == "go_statement")
            && file.loop_around(call).is_none()
            && !file.is_test()
        {
            file.mark(
                findings,
                call,
                "`Gosched` does not wait for the goroutine: it may run later or not at all; wait with a channel or a `WaitGroup`.",
            );
        }
    }
}

pub(super) const UNLOCKED_MAP: Checked = Checked {
    rule: Rule {
        id: "go/unlocked-map",
        title: "a map that goroutines write to without a lock",
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
            .filter(|map| map.kind() == "identifier" && is_written(file, index))
        else {
            continue;
        };
        let Some(literal) = file
            .function_around(index)
            .filter(|literal| is_goroutine(file, *literal))
        else {
            continue;
        };
        let (Some(around), Some(function)) =
            (file.loop_around(literal), file.declaration_around(index))
        else {
            continue;
        };
        // Any call may lock, or be the critical section of somebody else's function.
        let is_guarded = file.syntax.inside(literal).any(|node| {
            node.kind() == "call_expression" && {
                let name = file.text_of(node).split('(').next().unwrap_or_default();
                name.ends_with("Lock") || name.ends_with("Acquire")
            }
        }) || file.syntax.inside(literal).any(|node| {
            matches!(
                node.kind(),
                "send_statement" | "select_statement" | "func_literal"
            ) || (node.kind() == "unary_expression" && file.text_of(node).starts_with("<-"))
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

fn is_written<'a>(file: &File<'a>, index: Node<'a>) -> bool {
    let mut above = file.syntax.ancestors(index);
    match above.next() {
        Some(parent) if matches!(parent.kind(), "inc_statement" | "dec_statement") => true,
        Some(list) if list.kind() == "expression_list" => above.next().is_some_and(|statement| {
            statement.kind() == "assignment_statement"
                && statement.child_by_field_name("left") == Some(list)
        }),
        _ => false,
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

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn add_belongs_before_go() {
        expect(
            "go/wg-add-in-goroutine",
            &[
                "package p\nimport \"sync\"\nfunc f() { var wg sync.WaitGroup; go func() { «wg.Add(1)»; wg.Done() }() }\n",
                "package p\nimport \"sync\"\ntype t struct{ wg sync.WaitGroup }\nfunc (t *t) f() { go func() { println(); «t.wg.Add(1)»; defer t.wg.Done() }() }\n",
                // It is counted itself, and counts another.
                "package p\nimport \"sync\"\nfunc f(wg *sync.WaitGroup) { go func() { defer wg.Done(); wg.Add(1); go wg.Done() }() }\n",
                "package p\nimport \"sync\"\nfunc f(wg *sync.WaitGroup) { go func() { wg.Add(1); go func() { wg.Done() }(); wg.Done() }() }\n",
                // Its own group.
                "package p\nimport \"sync\"\nfunc f() { go func() { var wg sync.WaitGroup; wg.Add(1); wg.Done() }() }\n",
                "package p\nimport \"sync\"\nfunc f(wg *sync.WaitGroup) { func() { wg.Add(1); wg.Done() }() }\n",
                "package p\ntype g struct{}\nfunc (g) Add(int) {}\nfunc (g) Done() {}\nfunc f(wg g) { go func() { wg.Add(1); wg.Done() }() }\n",
            ],
        );
    }

    #[test]
    fn goroutines_per_item_want_a_limit() {
        expect(
            "go/unlimited-goroutines",
            &[
                "package p\nfunc f(xs []int) { for range xs { «go» println() } }\n",
                "package p\nfunc f() { for range 10 { go println() } }\n",
                "package p\nfunc f(xs []int, s chan int) { for range xs { s <- 1; go println() } }\n",
                "package p\nfunc f(xs []int, s interface{ Acquire() }) { for range xs { s.Acquire(); go println() } }\n",
                "package p\nfunc f(xs []int) { go println(); for range xs {} }\n",
            ],
        );
    }

    #[test]
    fn a_captured_loop_variable_is_marked_before_go_1_22() {
        let id = "go/loop-variable-capture";
        expect(
            id,
            &[
                "// go.mod: go 1.21\npackage p\nfunc f() { for i := 0; i < 3; i++ { defer func() { println(«i») }() } }\n",
                "// go.mod: go 1.22\npackage p\nfunc f() { for i := 0; i < 3; i++ { defer func() { println(i) }() } }\n",
                "package p\nfunc f() { for i := 0; i < 3; i++ { defer func() { println(i) }() } }\n",
                "// go.mod: go 1.21\npackage p\nfunc f() { for i := 0; i < 3; i++ { i := i; defer func() { println(i) }() } }\n",
                "// go.mod: go 1.21\npackage p\nfunc f() { for i := 0; i < 3; i++ { go func(i int) { println(i) }(i) } }\n",
                "// go.mod: go 1.21\npackage p\nfunc f() { for i := 0; i < 3; i++ { func() { println(i) }() } }\n",
            ],
        );
        expect_fix(
            id,
            "// go.mod: go 1.20\npackage p\nfunc f(m map[int]int) {\n\tfor k := range m {\n\t\tgo func() { println(k) }()\n\t}\n}\n",
            "// go.mod: go 1.20\npackage p\nfunc f(m map[int]int) {\n\tfor k := range m {\n\t\tk := k\n\t\tgo func() { println(k) }()\n\t}\n}\n",
        );
    }

    #[test]
    fn gosched_does_not_wait() {
        expect(
            "go/gosched-as-sync",
            &[
                "package p\nimport \"runtime\"\nfunc f() { go println(); «runtime.Gosched()» }\n",
                "package p\nimport \"runtime\"\nfunc f() { println(); runtime.Gosched() }\n",
                "package p\nimport (\"runtime\"; \"testing\")\nfunc f(*testing.T) { go println(); runtime.Gosched() }\n",
            ],
        );
    }

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
}
