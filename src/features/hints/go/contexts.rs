//! Rules about contexts and error groups.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
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
        let waits_for_end = file.syntax.inside(function).any(|node| {
            node.kind() == "selector_expression"
                && matches!(
                    file.text_of(node).strip_prefix(name),
                    Some(".Done" | ".Err")
                )
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
fn outlives<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    const WORDS: [&str; 22] = [
        "release", "close", "remove", "delete", "clean", "shutdown", "rollback", "unlock", "stop",
        "discard", "revoke", "new", "start", "run", "listen", "log", "print", "debug", "info",
        "warn", "error", "abort",
    ];
    let function = call.child_by_field_name("function");
    let name = function.map_or("", |function| {
        file.text_of(function.child_by_field_name("field").unwrap_or(function))
    });
    let lower = name.to_ascii_lowercase();
    name == "G" || WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a comment beside a call or above its statement speaks of the context.
fn is_explained<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    let row = call.start_position().row;
    let first = file
        .statement(call)
        .map_or(row, |statement| statement.start_position().row);
    file.syntax.comments.iter().any(|comment| {
        let at = comment.end_position().row;
        (at + 1 == first || (first..=row).contains(&at) || at + 1 == row)
            && ["context", "ctx", "background"]
                .iter()
                .any(|word| file.text_of(*comment).to_ascii_lowercase().contains(word))
    })
}

pub(super) const CONTEXT_CANCEL_LOST: Checked = Checked {
    rule: Rule {
        id: "go/context-cancel-lost",
        title: "the `cancel` of a context thrown away",
        why: "Without it, timer and child context stay in memory until the parent ends.",
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
        let statement = file.statement(call).filter(|statement| {
            matches!(
                statement.kind(),
                "short_var_declaration" | "assignment_statement"
            )
        });
        let left = statement.and_then(|statement| statement.child_by_field_name("left"));
        let names: Vec<Node<'_>> =
            left.map_or_else(Vec::new, |left| file.syntax.children(left).collect());
        if let &[_, cancel] = names.as_slice()
            && file.text_of(cancel) == "_"
            && !is_cancelled_by_parent(file, call, &with)
        {
            file.mark(
                findings,
                cancel,
                "Nobody can cancel this context: its timer and child stay until the parent ends; keep `cancel` and defer it.",
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
        let left = file
            .statement(other)
            .and_then(|statement| statement.child_by_field_name("left"));
        let names: Vec<&str> = left.map_or_else(Vec::new, |left| {
            file.syntax
                .children(left)
                .map(|name| file.text_of(name))
                .collect()
        });
        other.end_byte() < call.start_byte()
            && file.function_around(other) == function
            && matches!(names.as_slice(), [made, cancel] if Some(*made) == parent && *cancel != "_")
    })
}

pub(super) const CONTEXT_STRING_KEY: Checked = Checked {
    rule: Rule {
        id: "go/context-string-key",
        title: "a string as the key of a context value",
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

pub(super) const ERRGROUP_CONTEXT_AFTER_WAIT: Checked = Checked {
    rule: Rule {
        id: "go/errgroup-context-after-wait",
        title: "the context of an error group used after `Wait`",
        why: "`Wait` cancels the derived context, so everything that gets it afterwards fails at once.",
        topic: "go-concurrency/errgroup",
        before: "\
package load

import (
	\"context\"

	\"golang.org/x/sync/errgroup\"
)

func load(ctx context.Context, read, save func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return read(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return save(ctx)
}
",
        after: "\
package load

import (
	\"context\"

	\"golang.org/x/sync/errgroup\"
)

func load(ctx context.Context, read, save func(context.Context) error) error {
	g, groupCtx := errgroup.WithContext(ctx)
	g.Go(func() error { return read(groupCtx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return save(ctx)
}
",
        ..HINT
    },
    check: errgroup_context_after_wait,
};

fn errgroup_context_after_wait(file: &File<'_>, findings: &mut Findings) {
    for made in file.calls(&["golang.org/x/sync/errgroup.WithContext"]) {
        let Some(declaration) = file.statement(made).filter(|statement| {
            matches!(
                statement.kind(),
                "short_var_declaration" | "assignment_statement"
            )
        }) else {
            continue;
        };
        let Some(left) = declaration.child_by_field_name("left") else {
            continue;
        };
        let names: Vec<&str> = file
            .syntax
            .children(left)
            .map(|name| file.text_of(name))
            .collect();
        let &[group, ctx] = names.as_slice() else {
            continue;
        };
        let after = file.statements_after(declaration);
        let Some(wait) = after
            .iter()
            .position(|statement| waits_for(file, *statement, group))
        else {
            continue;
        };
        let is_replaced = |statement: &Node<'_>| {
            matches!(
                statement.kind(),
                "short_var_declaration" | "assignment_statement"
            ) && statement.child_by_field_name("left").is_some_and(|left| {
                file.syntax
                    .children(left)
                    .any(|name| file.text_of(name) == ctx)
            })
        };
        let used = after[wait + 1..]
            .iter()
            .take_while(|statement| !is_replaced(statement))
            .flat_map(|statement| file.uses(*statement, ctx))
            .find(|node| is_passed_on(file, *node));
        if let Some(used) = used {
            file.mark(
                findings,
                used,
                format!("`{ctx}` belongs to the group, and `Wait` has cancelled it: use the context from before."),
            );
        }
    }
}

/// Whether a context is an argument of a call that does more than log.
fn is_passed_on<'a>(file: &File<'a>, context: Node<'a>) -> bool {
    let mut above = file.syntax.ancestors(context);
    above
        .next()
        .is_some_and(|list| list.kind() == "argument_list")
        && above.next().is_some_and(|call| !outlives(file, call))
}

fn waits_for<'a>(file: &File<'a>, statement: Node<'a>, group: &str) -> bool {
    std::iter::once(statement)
        .chain(file.syntax.inside_own(statement))
        .any(|node| {
            node.kind() == "call_expression"
                && file.called(node) == Some("golang.org/x/sync/errgroup.Group.Wait")
                && file.operand_text(node) == Some(group)
                && file.function_around(node) == file.function_around(statement)
        })
}

pub(super) const ERRGROUP_NESTED_GO: Checked = Checked {
    rule: Rule {
        id: "go/errgroup-nested-go",
        title: "`Go` inside a task of an error group with a limit",
        why: "`Go` waits for a free slot, and the tasks that hold the slots wait in `Go`: a deadlock.",
        topic: "go-concurrency/errgroup",
        before: "\
package walk

import \"golang.org/x/sync/errgroup\"

func walk(visit func(int) error) error {
	var g errgroup.Group
	g.SetLimit(4)
	for i := range 100 {
		g.Go(func() error {
			g.Go(func() error { return visit(i + 1) })
			return visit(i)
		})
	}
	return g.Wait()
}
",
        after: "\
package walk

import \"golang.org/x/sync/errgroup\"

func walk(visit func(int) error) error {
	var g errgroup.Group
	g.SetLimit(4)
	for i := range 100 {
		g.Go(func() error { return visit(i) })
		g.Go(func() error { return visit(i + 1) })
	}
	return g.Wait()
}
",
        ..HINT
    },
    check: errgroup_nested_go,
};

fn errgroup_nested_go(file: &File<'_>, findings: &mut Findings) {
    let go = "golang.org/x/sync/errgroup.Group.Go";
    let limits = file.calls(&["golang.org/x/sync/errgroup.Group.SetLimit"]);
    for inner in file.calls(&[go]) {
        let group = file.operand_text(inner);
        let Some(function) = file.declaration_around(inner) else {
            continue;
        };
        let is_nested = file.syntax.ancestors(inner).any(|outer| {
            outer.kind() == "call_expression"
                && file.called(outer) == Some(go)
                && file.operand_text(outer) == group
        });
        let is_limited = limits
            .iter()
            .any(|limit| file.operand_text(*limit) == group && contains(function, *limit));
        if let Some(name) = inner.child_by_field_name("function")
            && is_nested
            && is_limited
        {
            file.mark(
                    findings,
                    name,
                    "With a limit, this waits for a slot while it holds one: when all tasks do so, they wait for each other.",
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

    #[test]
    fn the_context_of_a_group_ends_with_it() {
        expect(
            "go/errgroup-context-after-wait",
            &[
                "package p\nimport (\"context\"; \"golang.org/x/sync/errgroup\")\nfunc h(context.Context) {}\nfunc f(c context.Context) { g, d := errgroup.WithContext(c); g.Wait(); h(«d») }\n",
                "package p\nimport (\"context\"; \"golang.org/x/sync/errgroup\")\nfunc h(context.Context) {}\nfunc f(c context.Context) { g, d := errgroup.WithContext(c); h(d); g.Wait(); h(c) }\n",
                "package p\nimport (\"context\"; \"golang.org/x/sync/errgroup\")\nfunc h(context.Context) {}\nfunc f(c context.Context) { g, d := errgroup.WithContext(c); g.Wait(); d = c; h(d) }\n",
            ],
        );
        expect(
            "go/errgroup-nested-go",
            &[
                "package p\nimport \"golang.org/x/sync/errgroup\"\nfunc f() { var g errgroup.Group; g.SetLimit(1); g.Go(func() error { «g.Go»(nil); return nil }) }\n",
                "package p\nimport \"golang.org/x/sync/errgroup\"\nfunc f() { var g errgroup.Group; g.Go(func() error { g.Go(nil); return nil }) }\n",
                "package p\nimport \"golang.org/x/sync/errgroup\"\nfunc f() { var g, h errgroup.Group; g.SetLimit(1); g.Go(func() error { h.Go(nil); return nil }) }\n",
            ],
        );
    }
}
