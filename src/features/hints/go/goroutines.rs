//! Rules about starting goroutines and counting them.

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Default, Elsewhere, Findings, Fix, Level, Rule, Tool};

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

fn wg_add_in_goroutine<'a>(file: &File<'a>, findings: &mut Findings) {
    for add in file.calls(&["sync.WaitGroup.Add"]) {
        let Some(statement) = file.statement(add) else {
            continue;
        };
        let Some(literal) = file.function_around(add) else {
            continue;
        };
        let is_direct = file.call_of(statement) == Some(add) && file.is_in_body(statement, literal);
        if !is_direct || file.starter_of(literal).is_none() {
            continue;
        }
        // A goroutine that is counted already may count others: then its own `Done` comes first,
        // or another goroutine is started after `Add`.
        let group = file.operand_text(add);
        let own: Vec<Node<'a>> = file.syntax.inside_own(literal).collect();
        let done = own.iter().find(|call| {
            call.kind() == "call_expression"
                && file.called(**call) == Some("sync.WaitGroup.Done")
                && file.operand_text(**call) == group
        });
        let starts_another = own.iter().any(|node| node.kind() == "go_statement");
        let is_own = group
            .and_then(|group| group.split('.').next())
            .is_some_and(|group| {
                file.uses(literal, group)
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

pub(super) const UNLIMITED_GOROUTINES: Checked = Checked {
    rule: Rule {
        id: "go/unlimited-goroutines",
        title: "A goroutine per item, with no limit",
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
        level: Level::Information,
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
                let takes_slot = node.kind() == "call_expression"
                    && ["Acquire", "Wait"]
                        .iter()
                        .any(|name| file.callee(node).ends_with(name));
                takes_slot || node.kind() == "send_statement" || file.is_receive(node)
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
        title: "A loop variable used in a goroutine or deferred function, in a module before Go 1.22",
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
            let is_declared_again = file.uses(body, name).any(|node| file.is_declaration(node));
            let later = file
                .statements(around)
                .into_iter()
                .filter(|statement| !is_awaited(file, *statement))
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

/// Whether the round waits for something after it has started a goroutine: then the variable keeps its
/// value for as long.
fn is_awaited<'a>(file: &File<'a>, statement: Node<'a>) -> bool {
    statement.kind() == "go_statement"
        && file
            .syntax
            .after(statement)
            .flat_map(|later| std::iter::once(later).chain(file.syntax.inside_own(later)))
            .any(|node| {
                let waits = node.kind() == "call_expression" && file.callee(node) == "Wait";
                waits || node.kind() == "select_statement" || file.is_receive(node)
            })
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
        let before = file.syntax.before(statement).next();
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
                // The round waits for it.
                "// go.mod: go 1.21\npackage p\nfunc f(c chan int) { for i := 0; i < 3; i++ { go func() { c <- i }(); <-c } }\n",
                "// go.mod: go 1.21\npackage p\nfunc f(c chan int) { for i := 0; i < 3; i++ { go func() { c <- i }(); select { case <-c: } } }\n",
                "// go.mod: go 1.21\npackage p\nfunc f(c chan int) { for i := 0; i < 3; i++ { go func() { c <- «i» }() }; <-c }\n",
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
}
