//! Rules about loops that wait by turning, and about leaving them.

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const SPINNING_SELECT: Checked = Checked {
    rule: Rule {
        id: "go/spinning-select",
        title: "`for` around a `select` with an empty `default`",
        why: "With a `default` the `select` never waits, so the loop turns as fast as it can and eats a core.",
        topic: "go-concurrency/select",
        before: "\
package poll

func forward(in <-chan int, out func(int)) {
	for {
		select {
		case value := <-in:
			out(value)
		default:
		}
	}
}
",
        after: "\
package poll

func forward(in <-chan int, out func(int)) {
	for {
		select {
		case value := <-in:
			out(value)
		}
	}
}
",
        ..HINT
    },
    check: spinning_select,
};

fn spinning_select(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for around in file.nodes(&["for_statement"]) {
        let statements = file.statements(around);
        let &[select] = statements.as_slice() else {
            continue;
        };
        if select.kind() != "select_statement" {
            continue;
        }
        // A range or a counter ends by itself.
        let is_endless = !file
            .syntax
            .children(around)
            .any(|head| matches!(head.kind(), "range_clause" | "for_clause"));
        let default = file
            .syntax
            .children(select)
            .find(|case| case.kind() == "default_case");
        if is_endless
            && default.is_some_and(|default| is_idle(file, &file.statements(default)))
            && file.syntax.children(select).count() > 1
        {
            file.mark_keyword(
                findings,
                select,
                "The empty `default` makes this loop turn without waiting and eat a core: leave it out, and `select` waits.",
            );
        }
    }
}

/// Whether statements do nothing but go on or let others run.
fn is_idle<'a>(file: &File<'a>, statements: &[Node<'a>]) -> bool {
    statements.iter().all(|statement| {
        file.text_of(*statement) == "continue"
            || file
                .call_of(*statement)
                .is_some_and(|call| file.called(call) == Some("runtime.Gosched"))
    })
}

pub(super) const BREAK_IN_SELECT: Checked = Checked {
    rule: Rule {
        id: "go/break-in-select",
        title: "`break` at the end of a `select` case, in a loop",
        why: "It leaves the `select`, which ends there anyway, and not the loop: a label or `return` is needed.",
        topic: "go-concurrency/select",
        before: "\
package poll

func drain(in, done <-chan int) {
	for {
		select {
		case <-in:
		case <-done:
			break
		}
	}
}
",
        after: "\
package poll

func drain(in, done <-chan int) {
	for {
		select {
		case <-in:
		case <-done:
			return
		}
	}
}
",
        ..HINT
    },
    check: break_in_select,
};

fn break_in_select(file: &File<'_>, findings: &mut Findings) {
    for stop in file.nodes(&["break_statement"]) {
        if file.text_of(stop) != "break" {
            continue;
        }
        // The last of a case, or of an `if` that is the last of the case.
        let mut last = stop;
        let case = loop {
            if file.syntax.after(last).next().is_some() {
                break None;
            }
            let above = file
                .syntax
                .ancestors(last)
                .find(|above| !matches!(above.kind(), "statement_list" | "block"));
            match above {
                Some(above) if above.kind() == "if_statement" => last = above,
                other => break other,
            }
        };
        let Some(case) = case.filter(|case| case.kind() == "communication_case") else {
            continue;
        };
        let Some(around) = file.loop_around(case) else {
            continue;
        };
        // After the loop's last statement nothing tells that the author meant the `select`.
        let is_last = file
            .syntax
            .parent(case)
            .is_some_and(|select| file.statements(around).last() == Some(&select));
        if is_last {
            file.mark(
                findings,
                stop,
                "This `break` leaves the `select`, not the loop around it: use a label or `return`.",
            );
        }
    }
}

pub(super) const PLAIN_FLAG_LOOP: Checked = Checked {
    rule: Rule {
        id: "go/plain-flag-loop",
        title: "A loop that waits for a plain variable to change",
        why: "Without an atomic or a channel nothing orders the accesses: the compiler may read the variable once and loop for ever.",
        topic: "go-concurrency/memory-model",
        before: "\
package wait

var done bool

func wait() {
	for !done {
	}
}
",
        after: "\
package wait

var done = make(chan struct{})

func wait() {
	<-done
}
",
        ..HINT
    },
    check: plain_flag_loop,
};

fn plain_flag_loop(file: &File<'_>, findings: &mut Findings) {
    for around in file.nodes(&["for_statement"]) {
        let Some(condition) = condition(file, around).map(without_not) else {
            continue;
        };
        if matches!(condition.kind(), "identifier" | "selector_expression")
            && only_waits(file, around)
        {
            file.mark_keyword(
                findings,
                around,
                "Nothing makes this loop see the change that another goroutine makes: use a channel or an atomic.",
            );
        }
    }
}

/// The condition of `for condition {}`.
fn condition<'a>(file: &File<'a>, around: Node<'a>) -> Option<Node<'a>> {
    let head = file.syntax.children(around).next()?;
    (!matches!(head.kind(), "range_clause" | "for_clause" | "block")).then_some(head)
}

fn without_not(node: Node<'_>) -> Node<'_> {
    match node.kind() {
        "unary_expression" => node.child_by_field_name("operand").unwrap_or(node),
        _ => node,
    }
}

/// Whether a loop's body is empty, or only lets time pass.
fn only_waits<'a>(file: &File<'a>, around: Node<'a>) -> bool {
    file.statements(around).into_iter().all(|statement| {
        file.call_of(statement)
            .is_some_and(|call| matches!(file.called(call), Some("runtime.Gosched" | "time.Sleep")))
    })
}

pub(super) const BUSY_WAIT: Checked = Checked {
    rule: Rule {
        id: "go/busy-wait",
        title: "A loop that turns until an atomic changes",
        why: "It never parks its goroutine and burns a core; a mutex spins for a moment and then sleeps.",
        topic: "go-concurrency/mutex-modes",
        before: "\
package lock

import \"sync/atomic\"

func lock(locked *atomic.Bool) {
	for !locked.CompareAndSwap(false, true) {
	}
}
",
        after: "\
package lock

import \"sync\"

func lock(mu *sync.Mutex) {
	mu.Lock()
}
",
        ..HINT
    },
    check: busy_wait,
};

fn busy_wait(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for around in file.nodes(&["for_statement"]) {
        let Some(condition) = condition(file, around) else {
            continue;
        };
        let asks_atomic = std::iter::once(condition)
            .chain(file.syntax.inside(condition))
            .any(|node| {
                node.kind() == "call_expression"
                    && file
                        .called(node)
                        .is_some_and(|name| name.starts_with("sync/atomic."))
            });
        let sleeps = file
            .calls(&["time.Sleep"])
            .into_iter()
            .any(|sleep| super::file::contains(around, sleep));
        if asks_atomic && only_waits(file, around) && !sleeps {
            file.mark_keyword(
                findings,
                around,
                "This loop burns a core while it waits: a mutex, a channel or a `sync.Cond` lets the goroutine sleep.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn an_empty_default_spins() {
        expect(
            "go/spinning-select",
            &[
                "package p\nfunc f(c chan int) { for { «select» { case <-c: default: } } }\n",
                "package p\nfunc f(c chan int) { for { «select» { case <-c: return; default: continue } } }\n",
                "package p\nfunc f(c chan int) { for { select { case <-c: default: return } } }\n",
                "package p\nfunc f(c chan int) { for { select { case <-c: default: }; println() } }\n",
                "package p\nfunc f(c chan int) { for range 3 { select { case c <- 1: default: } } }\n",
                "package p\nfunc f(c chan int) { select { case <-c: default: } }\n",
            ],
        );
    }

    #[test]
    fn break_leaves_the_select_only() {
        expect(
            "go/break-in-select",
            &[
                "package p\nfunc f(c chan int) { for { select { case <-c: println(); «break» } } }\n",
                "package p\nfunc f(c chan int) { for { select { case v := <-c: if v == 1 { «break» } } } }\n",
                "package p\nfunc f(c chan int) { for { select { case v := <-c: if v == 1 { break }; println() } } }\n",
                "package p\nfunc f(c chan int) { l: for { select { case <-c: break l } } }\n",
                "package p\nfunc f(c chan int) { select { case <-c: break } }\n",
                "package p\nfunc f(c chan int) { for { select { case <-c: for { break } } } }\n",
                "package p\nfunc f(c chan int) { for { select { case <-c: switch { case true: break } } } }\n",
            ],
        );
    }

    #[test]
    fn a_plain_flag_is_not_seen() {
        expect(
            "go/plain-flag-loop",
            &[
                "package p\nimport \"time\"\ntype t struct{ done bool }\nfunc (t *t) f() { «for» !t.done { time.Sleep(1) } }\n",
                "package p\nfunc f(next func() bool) { for next() { } }\n",
                "package p\nfunc f(more bool) { for more { more = false } }\n",
                "package p\nfunc f() { for { } }\n",
            ],
        );
    }

    #[test]
    fn a_busy_wait_burns_a_core() {
        expect(
            "go/busy-wait",
            &[
                "package p\nimport (\"runtime\"; \"sync/atomic\")\nfunc f(n *int32) { «for» atomic.LoadInt32(n) > 0 { runtime.Gosched() } }\n",
                "package p\nimport (\"time\"; \"sync/atomic\")\nfunc f(n *int32) { for atomic.LoadInt32(n) > 0 { time.Sleep(1) } }\n",
                "package p\nimport \"sync/atomic\"\nfunc f(n *atomic.Int32) { for n.Load() > 0 { println() } }\n",
                "package p\nfunc f(n func() bool) { for n() { } }\n",
            ],
        );
    }
}
