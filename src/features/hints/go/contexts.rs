//! Rules about contexts.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, Memory};
use crate::features::hints::rule::{Elsewhere, Findings, Fix, Rule, Tool};

pub(super) const CONTEXT_BACKGROUND_WITH_CTX: Checked = Checked {
    rule: Rule {
        id: "go/context-background-with-ctx",
        title: "`context.Background()` in a function that has a context",
        why: "The call no longer ends with the request: deadline, cancellation and trace are lost.",
        topic: "go-concurrency/context",
        before: "\
package users

import (
	\"context\"
	\"database/sql\"
)

func remove(ctx context.Context, db *sql.DB, id int) error {
	_, err := db.ExecContext(context.Background(), \"DELETE FROM users WHERE id = ?\", id)
	return err
}
",
        after: "\
package users

import (
	\"context\"
	\"database/sql\"
)

func remove(ctx context.Context, db *sql.DB, id int) error {
	_, err := db.ExecContext(ctx, \"DELETE FROM users WHERE id = ?\", id)
	return err
}
",
        ..HINT
    },
    check: context_background_with_ctx,
};

fn context_background_with_ctx(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    let waits = Memory::default();
    for call in file.calls(&["context.Background", "context.TODO"]) {
        let Some(function) = file.function_around(call) else {
            continue;
        };
        let Some(parameter) = file.parameter_of_type(function, "context.Context") else {
            continue;
        };
        let Some(above) = file.syntax.parent(call) else {
            continue;
        };
        // What is derived from it, stored or compared is often meant to outlive the caller.
        let is_argument = above.kind() == "argument_list"
            && file.syntax.parent(above).is_some_and(|outer| {
                !file
                    .called(outer)
                    .is_some_and(|name| name.starts_with("context."))
                    && !outlives(file, outer)
            });
        let is_late = file
            .syntax
            .ancestors(call)
            .take_while(|above| *above != function)
            .any(|above| matches!(above.kind(), "defer_statement" | "go_statement"));
        let name = file.text_of(parameter);
        let waits_for_end = waits.ask(function.id(), || {
            file.syntax.inside(function).any(|node| {
                node.kind() == "selector_expression"
                    && matches!(
                        file.text_of(node).strip_prefix(name),
                        Some(".Done" | ".Err")
                    )
            })
        });
        if is_argument && !is_late && !waits_for_end && !is_explained(file, call) {
            let message = format!(
                "This call does not end with `{name}`: its deadline, cancellation and trace are lost here."
            );
            if file.only_declaration(function, name) == Some(parameter) {
                let fix = Fix::replace(format!("Pass `{name}`"), call.byte_range(), name);
                file.mark_with_fix(findings, call, message, fix);
            } else {
                file.mark(findings, call, message);
            }
        }
    }
}

/// Whether a call's name says that it cleans up, which must be done after a cancellation too, makes
/// something that lives on, or logs.
pub(super) fn outlives<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    const WORDS: [&str; 22] = [
        "release", "close", "remove", "delete", "clean", "shutdown", "rollback", "unlock", "stop",
        "discard", "revoke", "new", "start", "run", "listen", "log", "print", "debug", "info",
        "warn", "error", "abort",
    ];
    let name = file.callee(call);
    let lower = name.to_ascii_lowercase();
    name == "G" || WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a comment beside a call or above its statement speaks of the context.
fn is_explained<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    let row = call.start_position().row;
    let first = file
        .statement(call)
        .map_or(row, |statement| statement.start_position().row);
    let comments = &file.syntax.comments;
    let above = comments.partition_point(|comment| comment.end_position().row + 1 < first);
    comments[above..]
        .iter()
        .take_while(|comment| comment.end_position().row <= row)
        .any(|comment| {
            let text = file.text_of(*comment).to_ascii_lowercase();
            ["context", "ctx", "background"]
                .iter()
                .any(|word| text.contains(word))
        })
}

pub(super) const CONTEXT_CANCEL_LOST: Checked = Checked {
    rule: Rule {
        id: "go/context-cancel-lost",
        title: "The `cancel` of a context thrown away",
        why: "Without it the context and its timer stay in memory until the deadline passes or the parent ends.",
        topic: "go-concurrency/context",
        before: "\
package ask

import (
	\"context\"
	\"time\"
)

func ask(ctx context.Context, do func(context.Context)) {
	ctx, _ = context.WithTimeout(ctx, time.Second)
	do(ctx)
}
",
        after: "\
package ask

import (
	\"context\"
	\"time\"
)

func ask(ctx context.Context, do func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	do(ctx)
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "lostcancel",
        }],
        ..HINT
    },
    check: context_cancel_lost,
};

fn context_cancel_lost(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    let with = [
        "context.WithCancel",
        "context.WithTimeout",
        "context.WithDeadline",
        "context.WithCancelCause",
        "context.WithTimeoutCause",
        "context.WithDeadlineCause",
    ];
    for call in file.calls(&with) {
        if let &[_, cancel] = results_of(file, call).as_slice()
            && file.text_of(cancel) == "_"
            && !is_cancelled_by_parent(file, call, &with)
        {
            file.mark(
                findings,
                cancel,
                "Nobody can cancel this context, so it stays until its deadline or its parent's end: keep `cancel` and defer it.",
            );
        }
    }
}

/// Whether the context is derived from one that the same function made and can cancel: with it
/// everything goes that hangs on it.
fn is_cancelled_by_parent<'a>(file: &File<'a>, call: Node<'a>, with: &[&str]) -> bool {
    let parent = file
        .arguments(call)
        .first()
        .map(|parent| file.text_of(*parent));
    let function = file.function_around(call);
    file.calls(with).into_iter().any(|other| {
        let names: Vec<&str> = results_of(file, other)
            .into_iter()
            .map(|name| file.text_of(name))
            .collect();
        other.end_byte() < call.start_byte()
            && file.function_around(other) == function
            && matches!(names.as_slice(), [made, cancel] if Some(*made) == parent && *cancel != "_")
    })
}

/// What the statement of a call gives its results to.
fn results_of<'a>(file: &File<'a>, call: Node<'a>) -> Vec<Node<'a>> {
    file.statement(call)
        .map_or_else(Vec::new, |statement| file.targets(statement))
}

pub(super) const CONTEXT_STRING_KEY: Checked = Checked {
    rule: Rule {
        id: "go/context-string-key",
        title: "A string as the key of a context value",
        why: "Any package may use the same string and hide the value; a key of an own type cannot collide.",
        topic: "go-concurrency/context",
        before: "\
package users

import \"context\"

func withUser(ctx context.Context, id int) context.Context {
	return context.WithValue(ctx, \"user\", id)
}
",
        after: "\
package users

import \"context\"

type userKey struct{}

func withUser(ctx context.Context, id int) context.Context {
	return context.WithValue(ctx, userKey{}, id)
}
",
        ..HINT
    },
    check: context_string_key,
};

fn context_string_key(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for call in file.calls(&["context.WithValue"]) {
        let Some(key) = file.arguments(call).get(1).copied() else {
            continue;
        };
        if matches!(
            key.kind(),
            "interpreted_string_literal" | "raw_string_literal" | "int_literal"
        ) {
            file.mark(
                findings,
                key,
                "Another package may use the same key and hide this value: declare a type of its own for the key.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn a_function_with_a_context_passes_it_on() {
        let id = "go/context-background-with-ctx";
        expect(
            id,
            &[
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) { g(«context.TODO()») }\n",
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(_ context.Context) { g(context.TODO()) }\n",
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f() { g(context.TODO()) }\n",
                "package p\nimport \"context\"\nfunc f(c context.Context) { if c == nil { c = context.Background() } }\n",
                // Work that goes on, and cleaning up.
                "package p\nimport \"context\"\nfunc release(context.Context) {}\nfunc f(c context.Context) { release(context.Background()) }\n",
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) {\n\t// It goes on after ctx has ended.\n\tg(context.Background())\n}\n",
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) { go g(context.Background()); defer g(context.Background()) }\n",
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) { <-c.Done(); g(context.Background()) }\n",
                "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) { h := func() { g(context.Background()) }; h() }\n",
                "package p\nimport (\"context\"; \"time\")\nfunc f(c context.Context) { d, e := context.WithTimeout(context.Background(), time.Second); _, _ = d, e }\n",
            ],
        );
        expect_fix(
            id,
            "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) { g(context.TODO()) }\n",
            "package p\nimport \"context\"\nfunc g(context.Context) {}\nfunc f(c context.Context) { g(c) }\n",
        );
    }

    #[test]
    fn cancel_is_kept_and_keys_have_types() {
        expect(
            "go/context-cancel-lost",
            &[
                "package p\nimport \"context\"\nfunc f(c context.Context) { d, «_» := context.WithCancel(c); _ = d }\n",
                "package p\nimport \"context\"\nfunc f(c context.Context) { d, e := context.WithCancel(c); e(); _ = d }\n",
                "package p\nimport (\"context\"; \"time\")\nfunc f(c context.Context) { c, e := context.WithCancel(c); defer e(); c, _ = context.WithTimeout(c, time.Second) }\n",
                "package p\nimport \"context\"\nfunc f(c context.Context) { _ = context.WithoutCancel(c) }\n",
            ],
        );
        expect(
            "go/context-string-key",
            &[
                "package p\nimport \"context\"\nfunc f(c context.Context) { _ = context.WithValue(c, «\"a\"», 1) }\n",
                "package p\nimport \"context\"\ntype k string\nfunc f(c context.Context) { _ = context.WithValue(c, k(\"a\"), 1) }\n",
            ],
        );
    }
}
