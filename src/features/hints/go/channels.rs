//! Rules about channels.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const CLOSE_BY_RECEIVER: Checked = Checked {
    rule: Rule {
        id: "go/close-by-receiver",
        title: "A channel closed by its receiver, or by each of several goroutines",
        why: "Only the sender knows that nothing follows: a send on a closed channel panics, and so does a second close.",
        topic: "go-concurrency/channel",
        before: "\
package work

func run(jobs <-chan int, results chan int) {
	for range 4 {
		go func() {
			defer close(results)
			for job := range jobs {
				results <- job * 2
			}
		}()
	}
}
",
        after: "\
package work

import \"sync\"

func run(jobs <-chan int, results chan int) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for job := range jobs {
				results <- job * 2
			}
		}()
	}
	go func() {
		wg.Wait()
		close(results)
	}()
}
",
        ..HINT
    },
    check: close_by_receiver,
};

fn close_by_receiver(file: &File<'_>, findings: &mut Findings) {
    for close in file.calls(&["builtin.close"]) {
        let Some(channel) = file.arguments(close).into_iter().next() else {
            continue;
        };
        let Some(function) = file.function_around(close) else {
            continue;
        };
        if channel.kind() != "identifier" || !is_sure_to_run(file, close, function) {
            continue;
        }
        let name = file.text_of(channel);
        if closes_in_each(file, function, name) {
            file.mark(
                findings,
                close,
                format!("Each of these goroutines closes `{name}`: the second close panics, and so does a send after the first."),
            );
        } else if receives_only(file, function, name) {
            file.mark(
                findings,
                close,
                format!("This function receives from `{name}`: if a sender is still at work, its send panics; let the sender close."),
            );
        }
    }
}

/// Whether a call is a statement of the function's own body, perhaps deferred.
fn is_sure_to_run<'a>(file: &File<'a>, call: Node<'a>, function: Node<'a>) -> bool {
    file.statement(call).is_some_and(|statement| {
        matches!(statement.kind(), "expression_statement" | "defer_statement")
            && file.is_in_body(statement, function)
    })
}

/// Whether a function literal is started as a goroutine in each round of a loop, and the channel is
/// from outside the loop.
fn closes_in_each<'a>(file: &File<'a>, literal: Node<'a>, name: &str) -> bool {
    let Some(go) = file.starter_of(literal) else {
        return false;
    };
    let Some(around) = file.loop_around(go) else {
        return false;
    };
    let ends_after_first = file
        .syntax
        .after(go)
        .any(|after| matches!(after.kind(), "return_statement" | "break_statement"));
    let is_of_round = file
        .uses(around, name)
        .any(|node| file.is_declaration(node) || file.is_target(node));
    !is_of_round && !ends_after_first
}

/// Whether a function gets a channel as its parameter, receives from it in a loop, and never sends.
fn receives_only<'a>(file: &File<'a>, function: Node<'a>, name: &str) -> bool {
    let is_parameter = file
        .parameter_type(function, name)
        .is_some_and(|type_| type_.kind() == "channel_type");
    if !is_parameter {
        return false;
    }
    let uses: Vec<Node<'a>> = file.uses(function, name).collect();
    let is_received = uses.iter().any(|node| {
        file.syntax
            .parent(*node)
            .is_some_and(|parent| match parent.kind() {
                "range_clause" => parent.child_by_field_name("right") == Some(*node),
                "unary_expression" => file.loop_around(*node).is_some(),
                _ => false,
            })
    });
    // Whoever else gets the channel may send.
    let is_known = uses.iter().all(|node| {
        file.syntax.parent(*node).is_some_and(|parent| {
            matches!(
                parent.kind(),
                "range_clause" | "unary_expression" | "parameter_declaration"
            ) || file.syntax.parent(parent).is_some_and(|call| {
                matches!(file.called(call), Some("builtin.close" | "builtin.len"))
            })
        })
    });
    is_received && is_known
}

pub(super) const LEAKING_SEND: Checked = Checked {
    rule: Rule {
        id: "go/leaking-send",
        title: "A goroutine that sends on an unbuffered channel whose receiver may leave",
        why: "Nobody receives after the timeout or the early return, so the goroutine waits for ever: a leak.",
        topic: "go-concurrency/goroutine-leak",
        before: "\
package ask

import \"context\"

func first(ctx context.Context, ask func() int) (int, error) {
	answer := make(chan int)
	go func() {
		answer <- ask()
	}()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
",
        after: "\
package ask

import \"context\"

func first(ctx context.Context, ask func() int) (int, error) {
	answer := make(chan int, 1)
	go func() {
		answer <- ask()
	}()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
",
        ..HINT
    },
    check: leaking_send,
};

fn leaking_send(file: &File<'_>, findings: &mut Findings) {
    for send in file.nodes(&["send_statement"]) {
        let Some(literal) = file.function_around(send) else {
            continue;
        };
        let Some(go) = file.starter_of(literal) else {
            continue;
        };
        let is_selected = file
            .syntax
            .parent(send)
            .is_some_and(|parent| parent.kind() == "communication_case");
        let (Some(function), Some(channel)) = (
            file.function_around(literal),
            send.child_by_field_name("channel")
                .filter(|channel| channel.kind() == "identifier" && !is_selected),
        ) else {
            continue;
        };
        let name = file.text_of(channel);
        let Some(declared) = file.only_declaration(function, name).filter(|declared| {
            file.value_of(*declared)
                .is_some_and(|value| is_unbuffered(file, value))
        }) else {
            continue;
        };
        let others: Vec<Node<'_>> = file
            .uses(function, name)
            .filter(|node| *node != declared && !contains(literal, *node))
            .take(2)
            .collect();
        // One receive, and nobody else knows the channel.
        let &[receive] = others.as_slice() else {
            continue;
        };
        if file.loop_around(go).is_some() || !may_be_missed(file, function, go, receive) {
            continue;
        }
        file.mark(
            findings,
            send,
            format!("If the function leaves without receiving from `{name}`, this send blocks for ever: give the channel capacity 1."),
        );
    }
}

pub(super) fn is_unbuffered<'a>(file: &File<'a>, value: Node<'a>) -> bool {
    file.called(value) == Some("builtin.make")
        && matches!(file.arguments(value).as_slice(), [type_] if type_.kind() == "channel_type")
}

/// Whether the function can leave between the start of a goroutine and the receive, or instead of it.
fn may_be_missed<'a>(file: &File<'a>, function: Node<'a>, go: Node<'a>, receive: Node<'a>) -> bool {
    let is_receive = file
        .syntax
        .parent(receive)
        .is_some_and(|parent| file.is_receive(parent));
    if !is_receive || file.function_around(receive) != Some(function) {
        return false;
    }
    let select = file
        .syntax
        .ancestors(receive)
        .take_while(|above| *above != function)
        .find(|above| above.kind() == "select_statement");
    if let Some(select) = select.filter(|select| {
        file.syntax.children(*select).any(|case| {
            case.child_by_field_name("communication")
                .is_some_and(|communication| contains(communication, receive))
        })
    }) {
        let others: Vec<Node<'_>> = file
            .syntax
            .children(select)
            .filter(|case| case.kind() == "communication_case" && !contains(*case, receive))
            .collect();
        return others.into_iter().any(|case| {
            file.statements(case)
                .last()
                .is_some_and(|last| last.kind() == "return_statement")
        });
    }
    // A plain receive in the function's own body.
    let is_own = file
        .statement(receive)
        .is_some_and(|statement| file.is_in_body(statement, function));
    is_own
        && file.syntax.inside_own(function).any(|node| {
            node.kind() == "return_statement"
                && node.start_byte() > go.end_byte()
                && node.end_byte() < receive.start_byte()
        })
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_channel_is_closed_once_and_by_its_sender() {
        expect(
            "go/close-by-receiver",
            &[
                "package p\nfunc f(c chan int) { for i := 0; i < 3; i++ { go func() { c <- 1; «close(c)» }() } }\n",
                "package p\nfunc f(c chan int) { for range c { }; «close(c)» }\n",
                "package p\nfunc f(c chan int) { for { if <-c == 1 { break } }; «close(c)» }\n",
                "package p\nfunc f(n int) { for i := 0; i < n; i++ { c := make(chan int); go func() { close(c) }() } }\n",
                "package p\nfunc f(c chan int, last func() bool) { for range 3 { go func() { if last() { close(c) } }() } }\n",
                "package p\nimport \"sync\"\nfunc f(c chan int, o *sync.Once) { for range 3 { go func() { o.Do(func() { close(c) }) }() } }\n",
                "package p\nfunc f(a <-chan int, c chan int) { for v := range a { c <- v }; close(c) }\n",
                "package p\nfunc f(c chan int, g func(chan int)) { g(c); for range c { }; close(c) }\n",
                "package p\nfunc f(n int) { c := make(chan int); go func() { for range n { c <- 1 } }(); for range n { <-c }; close(c) }\n",
            ],
        );
    }

    #[test]
    fn a_send_that_nobody_receives_leaks() {
        expect(
            "go/leaking-send",
            &[
                "package p\nimport \"time\"\nfunc f() int { c := make(chan int); go func() { «c <- 1» }(); select { case v := <-c: return v; case <-time.After(1): return 0 } }\n",
                "package p\nfunc f(bad bool) int { c := make(chan int); go func() { «c <- 1» }(); if bad { return 0 }; return <-c }\n",
                "package p\nfunc f(bad bool) int { c := make(chan int, 1); go func() { c <- 1 }(); if bad { return 0 }; return <-c }\n",
                "package p\nfunc f(bad bool) int { c := make(chan int); if bad { return 0 }; go func() { c <- 1 }(); return <-c }\n",
                // Somebody drains it.
                "package p\nfunc f(bad bool) int { c := make(chan int); go func() { c <- 1 }(); if bad { <-c; return 0 }; return <-c }\n",
                "package p\nfunc f(bad bool, d func(chan int)) int { c := make(chan int); defer d(c); go func() { c <- 1 }(); if bad { return 0 }; return <-c }\n",
                // The sender may leave too.
                "package p\nfunc f(bad bool, d chan int) int { c := make(chan int); go func() { select { case c <- 1: case <-d: } }(); if bad { return 0 }; return <-c }\n",
                "package p\nfunc f(d chan int) int { c := make(chan int); go func() { c <- 1 }(); for { select { case v := <-c: return v; case <-d: println() } } }\n",
            ],
        );
    }
}
