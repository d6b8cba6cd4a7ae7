//! Rules about error groups.

use tree_sitter::Node;

use super::contexts::outlives;
use super::file::{Checked, File, HINT, contains};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const ERRGROUP_CONTEXT_AFTER_WAIT: Checked = Checked {
    rule: Rule {
        id: "go/errgroup-context-after-wait",
        title: "The context of an error group used after `Wait`",
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
        let Some(declaration) = file.statement(made) else {
            continue;
        };
        let &[group, ctx] = file.targets(declaration).as_slice() else {
            continue;
        };
        let (group, ctx) = (file.text_of(group), file.text_of(ctx));
        let after: Vec<Node<'_>> = file.syntax.after(declaration).collect();
        let Some(wait) = after
            .iter()
            .position(|statement| waits_for(file, *statement, group))
        else {
            continue;
        };
        let used = after[wait + 1..]
            .iter()
            .take_while(|statement| !file.sets(**statement, ctx))
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
    use crate::features::hints::tests::expect;

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
