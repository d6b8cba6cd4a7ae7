//! Rules about loops and timers.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
use crate::features::hints::rule::{Findings, Fix, Rule};

pub(super) const DEFER_IN_LOOP: Checked = Checked {
    rule: Rule {
        id: "go/defer-in-loop",
        title: "`defer` in a loop",
        why: "Deferred calls run when the function ends, not the round: files and locks stay open until then.",
        topic: "go-basics/defer",
        before: "\
package files

import \"os\"

func readAll(paths []string, read func(*os.File)) error {
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		read(file)
	}
	return nil
}
",
        after: "\
package files

import \"os\"

func readAll(paths []string, read func(*os.File)) error {
	for _, path := range paths {
		if err := readOne(path, read); err != nil {
			return err
		}
	}
	return nil
}

func readOne(path string, read func(*os.File)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	read(file)
	return nil
}
",
        ..HINT
    },
    check: defer_in_loop,
};

fn defer_in_loop(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for defer in file.nodes(&["defer_statement"]) {
        let Some(around) = file.loop_around(defer) else {
            continue;
        };
        // The loop ends with the defer's own list.
        let is_last_round = std::iter::once(defer)
            .chain(file.syntax.ancestors(defer))
            .take_while(|above| *above != around)
            .any(|above| file.syntax.after(above).any(leaves));
        let Some(call) = file.call_after_keyword(defer).filter(|_| !is_last_round) else {
            continue;
        };
        let Some(operand) = file.operand_text(call) else {
            continue;
        };
        let name = file.callee(call);
        let is_kept = match name {
            "Close" => is_opened_before(file, defer, operand),
            // Of each round's own lock, or under a condition, it may be meant.
            "Unlock" | "RUnlock" => {
                let root = operand.split('.').next().unwrap_or_default();
                file.is_in_body(defer, around)
                    && !file
                        .uses(around, root)
                        .any(|node| file.is_declaration(node) || file.is_target(node))
            }
            _ => false,
        };
        if is_kept {
            file.mark_keyword(
                findings,
                defer,
                format!("`{name}` waits for the end of the function, not of the round: move the loop's body into a function."),
            );
        }
    }
}

/// Whether a variable got the result of a call before a statement in the same list.
fn is_opened_before<'a>(file: &File<'a>, statement: Node<'a>, name: &str) -> bool {
    file.syntax.before(statement).any(|before| {
        let right = before.child_by_field_name("right");
        before.kind() == "short_var_declaration"
            && file.sets(before, name)
            && right.is_some_and(|right| {
                file.syntax
                    .children(right)
                    .any(|value| value.kind() == "call_expression")
            })
    })
}

/// Whether a statement leaves the loop that it is in, always.
fn leaves(statement: Node<'_>) -> bool {
    matches!(
        statement.kind(),
        "return_statement" | "break_statement" | "goto_statement"
    )
}

pub(super) const TIME_AFTER_IN_LOOP: Checked = Checked {
    rule: Rule {
        id: "go/time-after-in-loop",
        title: "`time.After` in a loop, in a module before Go 1.23",
        why: "Each round makes a timer, and before Go 1.23 the collector kept it until it fired; the time also starts anew in each round.",
        topic: "go-concurrency/timers",
        before: "\
// go.mod: go 1.22
package poll

import \"time\"

func wait(events <-chan int) {
	for {
		select {
		case <-events:
		case <-time.After(time.Minute):
			return
		}
	}
}
",
        after: "\
// go.mod: go 1.22
package poll

import \"time\"

func wait(events <-chan int) {
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	for {
		select {
		case <-events:
		case <-timer.C:
			return
		}
	}
}
",
        ..HINT
    },
    check: time_after_in_loop,
};

fn time_after_in_loop(file: &File<'_>, findings: &mut Findings) {
    if !file.is_before(23) || file.is_test() {
        return;
    }
    for call in file.calls(&["time.After"]) {
        let Some(select) = file
            .syntax
            .ancestors(call)
            .find(|above| above.kind() == "select_statement")
        else {
            continue;
        };
        let is_case = file
            .syntax
            .ancestors(call)
            .any(|above| above.kind() == "receive_statement");
        // Where every other case ends the loop, each round waits until its timer has fired.
        let goes_on = file
            .syntax
            .children(select)
            .any(|case| !contains(case, call) && !ends_loop(file, case));
        if is_case && goes_on && file.loop_around(select).is_some() {
            file.mark(
                findings,
                call,
                "Each round makes a timer that lives until it fires (before Go 1.23), and the time starts anew: make one timer before the loop.",
            );
        }
    }
}

/// Whether a case of a `select` leaves the loop around it, or waits for what says that it is over.
fn ends_loop<'a>(file: &File<'a>, case: Node<'a>) -> bool {
    const ENDS: [&str; 6] = ["done", "stop", "quit", "exit", "shut", "clos"];
    let waits_for_end = case
        .child_by_field_name("communication")
        .is_some_and(|communication| {
            let said = file.text_of(communication).to_ascii_lowercase();
            ENDS.iter().any(|word| said.contains(word))
        });
    let last = file.statements(case).into_iter().last();
    waits_for_end
        || last.is_some_and(|last| {
            // A `break` without a label leaves the `select` only.
            matches!(last.kind(), "return_statement" | "goto_statement")
                || last.kind() == "break_statement" && file.text_of(last) != "break"
        })
}

pub(super) const TIMER_DRAIN: Checked = Checked {
    rule: Rule {
        id: "go/timer-drain",
        title: "Draining a timer's channel after `Stop`, in a module from Go 1.23 on",
        why: "Since Go 1.23 no stale value can be in the channel after `Stop` or `Reset`; a receive there blocks for ever.",
        topic: "go-concurrency/timers",
        before: "\
// go.mod: go 1.23
package poll

import \"time\"

func restart(t *time.Timer) {
	if !t.Stop() {
		<-t.C
	}
	t.Reset(time.Second)
}
",
        after: "\
// go.mod: go 1.23
package poll

import \"time\"

func restart(t *time.Timer) {
	t.Stop()
	t.Reset(time.Second)
}
",
        ..HINT
    },
    check: timer_drain,
};

fn timer_drain(file: &File<'_>, findings: &mut Findings) {
    if !file.is_at_least(23) {
        return;
    }
    for stop in file.calls(&["time.Timer.Stop"]) {
        let Some((check, timer)) = file.statement(stop).zip(file.operand_text(stop)) else {
            continue;
        };
        let condition = check.child_by_field_name("condition");
        let is_negated = condition.is_some_and(|condition| {
            condition.kind() == "unary_expression"
                && condition.child_by_field_name("operand") == Some(stop)
        });
        let body = check.child_by_field_name("consequence");
        let is_plain = check.child_by_field_name("initializer").is_none()
            && check.child_by_field_name("alternative").is_none();
        let (true, true, Some(body)) = (is_negated, is_plain, body) else {
            continue;
        };
        let words: String = file.text_of(body).split_whitespace().collect();
        let drain = format!("{{<-{timer}.C}}");
        let careful = format!("{{select{{case<-{timer}.C:default:}}}}");
        let message = if words == drain {
            "Since Go 1.23 nothing is left in the channel after `Stop`: this receive blocks for ever if the value was received already."
        } else if words == careful {
            "Since Go 1.23 nothing is left in the channel after `Stop`: draining it is needless."
        } else {
            continue;
        };
        let fix = Fix::replace(
            "Only stop the timer",
            check.byte_range(),
            file.text_of(stop),
        );
        file.mark_with_fix(findings, check, message, fix);
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn defer_waits_for_the_function() {
        expect(
            "go/defer-in-loop",
            &[
                "package p\nimport \"os\"\nfunc f(ps []string) { for _, p := range ps { f, _ := os.Open(p); «defer» f.Close() } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex) { for { m.Lock(); «defer» m.Unlock() } }\n",
                "package p\nimport \"os\"\nfunc f(ps []string) { for _, p := range ps { func() { f, _ := os.Open(p); defer f.Close() }() } }\n",
                // They were open before, and each has its own lock.
                "package p\nimport \"os\"\nfunc f(fs []*os.File) { for _, f := range fs { defer f.Close() } }\n",
                "package p\nimport \"sync\"\nfunc f(ms []*sync.Mutex) { for _, m := range ms { m.Lock(); defer m.Unlock() } }\n",
                "package p\nimport \"sync\"\nfunc f(m *sync.Mutex, locked bool) { for { if !locked { m.Lock(); defer m.Unlock(); locked = true } } }\n",
                // The first one is the last one.
                "package p\nimport \"os\"\nfunc f(ps []string) { for _, p := range ps { f, err := os.Open(p); if err != nil { continue }; defer f.Close(); return } }\n",
                "package p\nimport \"os\"\nfunc f(ps []string) { for _, p := range ps { if p != \"\" { f, _ := os.Open(p); defer f.Close() }; break } }\n",
                "package p\nfunc f() { for range 3 { defer println() } }\n",
                "package p\nimport (\"os\"; \"testing\")\nfunc f(t *testing.T, ps []string) { for _, p := range ps { f, _ := os.Open(p); defer f.Close() } }\n",
            ],
        );
    }

    #[test]
    fn a_timer_per_round_lives_on_before_go_1_23() {
        expect(
            "go/time-after-in-loop",
            &[
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(c chan int) { for { select { case <-c: case <-«time.After(1)»: } } }\n",
                "// go.mod: go 1.23\npackage p\nimport \"time\"\nfunc f(c chan int) { for { select { case <-c: case <-time.After(1): } } }\n",
                "package p\nimport \"time\"\nfunc f(c chan int) { for { select { case <-c: case <-time.After(1): } } }\n",
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(c, done chan int) { for { select { case <-c: println(); case <-«time.After(1)»: return; case <-done: return } } }\n",
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(c chan int) { for { select { case <-c: break; case <-«time.After(1)»: } } }\n",
                // Each round waits until it fires, or there is no other.
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(c chan int) { for { select { case <-c: return; case <-time.After(1): println() } } }\n",
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(stop chan int) { for { select { case <-stop: case <-time.After(1): } } }\n",
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(c chan int) { l: for { select { case <-c: break l; case <-time.After(1): } } }\n",
                // Nothing else can happen than that it fires.
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f() { for { <-time.After(1) } }\n",
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f() { for { select { case <-time.After(1): } } }\n",
                "// go.mod: go 1.20\npackage p\nimport \"time\"\nfunc f(c chan int) { select { case <-c: case <-time.After(1): } }\n",
            ],
        );
    }

    #[test]
    fn a_stopped_timer_has_nothing_to_drain_since_go_1_23() {
        let id = "go/timer-drain";
        expect(
            id,
            &[
                "// go.mod: go 1.24\npackage p\nimport \"time\"\nfunc f(t *time.Timer) { «if !t.Stop() { <-t.C }» }\n",
                "// go.mod: go 1.24\npackage p\nimport \"time\"\nfunc f(t *time.Timer) { «if !t.Stop() { select { case <-t.C: default: } }» }\n",
                "// go.mod: go 1.22\npackage p\nimport \"time\"\nfunc f(t *time.Timer) { if !t.Stop() { <-t.C } }\n",
                "// go.mod: go 1.24\npackage p\nimport \"time\"\nfunc f(t *time.Timer) { if !t.Stop() { println() } }\n",
                "// go.mod: go 1.24\npackage p\nimport \"time\"\nfunc f(t, u *time.Timer) { if !t.Stop() { <-u.C } }\n",
            ],
        );
        expect_fix(
            id,
            "// go.mod: go 1.24\npackage p\nimport \"time\"\nfunc f(t *time.Timer) { if !t.Stop() { <-t.C } }\n",
            "// go.mod: go 1.24\npackage p\nimport \"time\"\nfunc f(t *time.Timer) { t.Stop() }\n",
        );
    }
}
