//! Rules about errors and the results of `append`.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, Memory};
use crate::features::hints::rule::{Edit, Findings, Fix, Rule};

pub(super) const ERR_COMPARED_WITH_EQ: Checked = Checked {
    rule: Rule {
        id: "go/err-compared-with-eq",
        title: "An error compared with `==` although it comes wrapped",
        why: "Once somebody adds context with `%w` the comparison is false; `errors.Is` looks through the wrapping.",
        topic: "go-basics/sentinel-errors",
        before: "\
package config

import (
	\"errors\"
	\"os\"
)

var errBroken = errors.New(\"broken\")

func read(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err == os.ErrNotExist {
		return nil, nil
	}
	return text, err
}
",
        after: "\
package config

import (
	\"errors\"
	\"os\"
)

var errBroken = errors.New(\"broken\")

func read(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text, err
}
",
        ..HINT
    },
    check: err_compared_with_eq,
};

/// Errors that the standard library returns wrapped (in `*fs.PathError`, `*net.OpError`,
/// `*exec.Error`, …), and those that other layers usually wrap.
const WRAPPED: [&str; 14] = [
    "os.ErrNotExist",
    "os.ErrExist",
    "os.ErrPermission",
    "os.ErrClosed",
    "os.ErrDeadlineExceeded",
    "io/fs.ErrNotExist",
    "io/fs.ErrExist",
    "io/fs.ErrPermission",
    "io/fs.ErrClosed",
    "net.ErrClosed",
    "os/exec.ErrNotFound",
    "strconv.ErrSyntax",
    "strconv.ErrRange",
    "database/sql.ErrNoRows",
];

/// Errors of a context: what `ctx.Err()` returns is never wrapped, what a call returns often is.
const OF_CONTEXT: [&str; 2] = ["context.Canceled", "context.DeadlineExceeded"];

fn err_compared_with_eq(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    let own = wrapped_here(file);
    let unwrapping = Memory::default();
    for comparison in file.nodes(&["binary_expression"]) {
        let Some(operator) = comparison
            .child_by_field_name("operator")
            .map(|operator| operator.kind())
            .filter(|operator| matches!(*operator, "==" | "!="))
        else {
            continue;
        };
        let sides = comparison
            .child_by_field_name("left")
            .zip(comparison.child_by_field_name("right"));
        let Some((error, sentinel)) = sides else {
            continue;
        };
        let is_variable = error.kind() == "identifier" && file.name_of(error).is_none();
        let is_wrapped = match file.name_of(sentinel) {
            Some(name) => {
                WRAPPED.contains(&name)
                    || (OF_CONTEXT.contains(&name) && !is_from_context(file, error))
            }
            None => sentinel.kind() == "identifier" && own.contains(&file.text_of(sentinel)),
        };
        let Some(function) = file.function_around(comparison) else {
            continue;
        };
        if !is_variable
            || !is_wrapped
            || unwrapping.ask(function.id(), || is_unwrapping(file, function))
        {
            continue;
        }
        let (error, sentinel) = (file.text_of(error), file.text_of(sentinel));
        let message = format!(
            "`{sentinel}` often comes wrapped in another error, and then `{operator}` does not see it: use `errors.Is`."
        );
        if file.import("errors").is_some() && file.uses(comparison, "errors").next().is_none() {
            let not = if operator == "!=" { "!" } else { "" };
            let fix = Fix {
                title: "Use `errors.Is`".to_owned(),
                edits: vec![Edit {
                    range: comparison.byte_range(),
                    text: format!("{not}errors.Is({error}, {sentinel})"),
                }],
            };
            file.mark_with_fix(findings, comparison, message, fix);
        } else {
            file.mark(findings, comparison, message);
        }
    }
}

/// The file's own errors that it wraps with `%w` itself.
fn wrapped_here<'a>(file: &File<'a>) -> Vec<&'a str> {
    file.calls(&["fmt.Errorf"])
        .into_iter()
        .filter(|call| {
            let format = file.arguments(*call).first().copied();
            format.is_some_and(|format| file.text_of(format).contains("%w"))
        })
        .flat_map(|call| file.arguments(call))
        .filter(|argument| argument.kind() == "identifier")
        .map(|argument| file.text_of(argument))
        .filter(|name| name.starts_with("Err") || name.starts_with("err") && name.len() > 3)
        .collect()
}

/// Whether a variable was set from a context itself: `ctx.Err()` or `context.Cause(ctx)`.
fn is_from_context<'a>(file: &File<'a>, error: Node<'a>) -> bool {
    let Some(function) = file.function_around(error) else {
        return true;
    };
    let name = file.text_of(error);
    file.uses(function, name).any(|node| {
        let statement = file.syntax.ancestors(node).nth(1);
        let right = statement.and_then(|statement| statement.child_by_field_name("right"));
        right.is_some_and(|right| {
            file.text_of(right).contains(".Err()") || file.text_of(right).contains("Cause(")
        })
    })
}

/// Whether a function looks through the wrapping itself: a method `Is`, or a loop that unwraps.
fn is_unwrapping<'a>(file: &File<'a>, function: Node<'a>) -> bool {
    const WORDS: [&str; 8] = [
        "Unwrap",
        "PathError",
        "OpError",
        "NumError",
        "LinkError",
        "SyscallError",
        "underlyingError",
        "Err",
    ];
    let declaration = std::iter::once(function)
        .chain(file.functions_around(function))
        .find(|above| above.kind() != "func_literal");
    let name = declaration.and_then(|declaration| declaration.child_by_field_name("name"));
    name.is_some_and(|name| file.text_of(name) == "Is")
        || file.syntax.inside(function).any(|node| {
            matches!(
                node.kind(),
                "field_identifier" | "type_identifier" | "identifier"
            ) && WORDS.contains(&file.text_of(node))
        })
}

pub(super) const TYPED_NIL_ERROR: Checked = Checked {
    rule: Rule {
        id: "go/typed-nil-error",
        title: "A nil pointer of an own error type returned as `error`",
        why: "An interface that holds a nil pointer is not nil itself, so the caller's `err != nil` is true.",
        topic: "go-runtime/interface-internals",
        before: "\
package check

type MyErr struct{}

func (e *MyErr) Error() string { return \"bad\" }

func check(n int) error {
	var err *MyErr
	if n < 0 {
		err = &MyErr{}
	}
	return err
}
",
        after: "\
package check

type MyErr struct{}

func (e *MyErr) Error() string { return \"bad\" }

func check(n int) error {
	if n < 0 {
		return &MyErr{}
	}
	return nil
}
",
        ..HINT
    },
    check: typed_nil_error,
};

fn typed_nil_error(file: &File<'_>, findings: &mut Findings) {
    for spec in file.nodes(&["var_spec"]) {
        let is_nil_pointer = spec.child_by_field_name("value").is_none()
            && spec
                .child_by_field_name("type")
                .is_some_and(|type_| type_.kind() == "pointer_type");
        let (Some(name), Some(function), true) = (
            spec.child_by_field_name("name"),
            file.function_around(spec),
            is_nil_pointer,
        ) else {
            continue;
        };
        let returns_error = function
            .child_by_field_name("result")
            .is_some_and(|result| file.name_of(result) == Some("builtin.error"));
        let text = file.text_of(name);
        let statements = file.statements(function);
        let last = statements
            .last()
            .filter(|last| last.kind() == "return_statement");
        let returned = last.filter(|last| {
            let values = file.syntax.children(**last).next();
            values.is_some_and(|values| file.text_of(values) == text)
        });
        // Set for certain, or by somebody else, before it is returned.
        let is_certain = statements.iter().any(|statement| {
            matches!(
                statement.kind(),
                "assignment_statement"
                    | "for_statement"
                    | "expression_statement"
                    | "defer_statement"
            ) && file.uses(*statement, text).next().is_some()
        });
        // `if err == nil { return nil }` before it.
        let is_tested = statements.iter().any(|statement| {
            statement.kind() == "if_statement"
                && statement
                    .child_by_field_name("condition")
                    .is_some_and(|condition| {
                        let condition: String =
                            file.text_of(condition).split_whitespace().collect();
                        condition.contains(&format!("{text}==nil"))
                    })
        });
        let has_branch = statements.iter().any(|statement| {
            matches!(
                statement.kind(),
                "if_statement" | "expression_switch_statement"
            ) && file.uses(*statement, text).next().is_some()
        });
        let has_else = statements
            .iter()
            .any(|statement| statement.child_by_field_name("alternative").is_some());
        if let Some(returned) = returned
            && returns_error
            && has_branch
            && !is_certain
            && !is_tested
            && !has_else
            && file.only_declaration(function, text) == Some(name)
        {
            file.mark(
                findings,
                *returned,
                format!("If `{text}` is nil here, the caller gets an error that is not nil: return `nil` itself."),
            );
        }
    }
}

pub(super) const APPEND_RESULT_DROPPED: Checked = Checked {
    rule: Rule {
        id: "go/append-result-dropped",
        title: "`append` to a slice parameter whose result nobody gets",
        why: "The caller keeps its own length, and perhaps another array: it does not see the new elements. Return the slice.",
        topic: "go-basics/slice-passing",
        before: "\
package list

func add(items []int, item int) {
	items = append(items, item)
}
",
        after: "\
package list

func add(items []int, item int) []int {
	items = append(items, item)
	return items
}
",
        ..HINT
    },
    check: append_result_dropped,
};

fn append_result_dropped(file: &File<'_>, findings: &mut Findings) {
    let reads = Memory::default();
    for append in file.calls(&["builtin.append"]) {
        let Some((statement, function)) = file.statement(append).zip(file.function_around(append))
        else {
            continue;
        };
        let Some(slice) = own_append(file, statement, append) else {
            continue;
        };
        let name = file.text_of(slice);
        let is_parameter = file
            .parameter_type(function, name)
            .is_some_and(|type_| type_.kind() == "slice_type");
        if !is_parameter || file.only_declaration(function, name).is_none() {
            continue;
        }
        // Whatever reads it afterwards, in the next round, or in another function, gets the result.
        let outermost = file
            .syntax
            .ancestors(append)
            .take_while(|above| *above != function)
            .filter(|above| above.kind() == "for_statement")
            .last();
        let from = outermost.unwrap_or(statement).start_byte();
        let last_read = reads.ask((function.id(), name), || last_read(file, function, name));
        if last_read.is_none_or(|last| last < from) {
            file.mark(
                findings,
                append,
                format!("Nobody gets this result: the caller's `{name}` keeps its length and does not see the new element, so return the slice."),
            );
        }
    }
}

/// Where a variable of a function is read for the last time, in bytes, other than to append to it; behind
/// everything if another function reads it, whenever that runs.
fn last_read<'a>(file: &File<'a>, function: Node<'a>, name: &str) -> Option<usize> {
    file.uses(function, name)
        .filter(|node| !file.is_declaration(*node) && !is_appended_to(file, *node))
        .map(|node| {
            let is_here = file.function_around(node) == Some(function);
            if is_here {
                node.start_byte()
            } else {
                usize::MAX
            }
        })
        .max()
}

/// Whether a variable is one of the two `a` in `a = append(a, …)`.
fn is_appended_to<'a>(file: &File<'a>, node: Node<'a>) -> bool {
    let append = file.statement(node).and_then(|statement| {
        let right = statement.child_by_field_name("right")?;
        let append = file.syntax.children(right).next()?;
        let slice = own_append(file, statement, append)?;
        (file.called(append) == Some("builtin.append")).then_some((append, slice))
    });
    append.is_some_and(|(append, slice)| {
        node == slice || file.arguments(append).first() == Some(&node)
    })
}

/// The variable in `a = append(a, …)`.
fn own_append<'a>(file: &File<'a>, statement: Node<'a>, append: Node<'a>) -> Option<Node<'a>> {
    if statement.kind() != "assignment_statement"
        || statement.child_by_field_name("right")?.byte_range() != append.byte_range()
    {
        return None;
    }
    let target = file.targets(statement).into_iter().next()?;
    let first = file.arguments(append).into_iter().next()?;
    (target.kind() == "identifier" && file.text_of(target) == file.text_of(first)).then_some(target)
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn wrapped_errors_are_found_with_is() {
        let id = "go/err-compared-with-eq";
        expect(
            id,
            &[
                "package p\nimport \"net\"\nfunc f(err error) bool { return «err != net.ErrClosed» }\n",
                "package p\nimport (\"errors\"; \"fmt\")\nvar ErrA = errors.New(\"a\")\nfunc f() error { return fmt.Errorf(\"f: %w\", ErrA) }\nfunc g(err error) bool { return «err == ErrA» }\n",
                "package p\nimport \"context\"\nfunc f(err error) bool { return «err == context.Canceled» }\n",
                // Never wrapped, by contract or in this file.
                "package p\nimport \"io\"\nfunc f(err error) bool { return err == io.EOF }\n",
                "package p\nimport \"context\"\nfunc f(c context.Context) bool { err := c.Err(); return err == context.Canceled }\n",
                "package p\nimport \"context\"\nfunc f(c context.Context) bool { return c.Err() == context.Canceled }\n",
                "package p\nimport \"errors\"\nvar ErrA = errors.New(\"a\")\nfunc g(err error) bool { return err == ErrA }\n",
                // They look through the wrapping themselves.
                "package p\nimport \"os\"\ntype e struct{}\nfunc (e) Is(err error) bool { return err == os.ErrNotExist }\n",
                "package p\nimport (\"errors\"; \"os\")\nfunc f(err error) bool { for { if err == os.ErrNotExist { return true }; err = errors.Unwrap(err) } }\n",
            ],
        );
        expect_fix(
            id,
            "package p\nimport (\"errors\"; \"os\")\nvar e = errors.New(\"\")\nfunc f(err error) bool { return err != os.ErrExist }\n",
            "package p\nimport (\"errors\"; \"os\")\nvar e = errors.New(\"\")\nfunc f(err error) bool { return !errors.Is(err, os.ErrExist) }\n",
        );
    }

    #[test]
    fn a_nil_pointer_is_no_nil_error() {
        expect(
            "go/typed-nil-error",
            &[
                "package p\ntype e struct{}\nfunc (*e) Error() string { return \"\" }\nfunc f(n int) error { var x *e; switch n { case 1: x = &e{} }; «return x» }\n",
                "package p\ntype e struct{}\nfunc (*e) Error() string { return \"\" }\nfunc f(n int) *e { var x *e; if n == 1 { x = &e{} }; return x }\n",
                "package p\ntype e struct{}\nfunc (*e) Error() string { return \"\" }\nfunc f(n int) error { var x *e; if n == 1 { x = &e{} } else { x = &e{} }; return x }\n",
                "package p\ntype e struct{}\nfunc (*e) Error() string { return \"\" }\nfunc f(n int) error { var x *e; if n == 1 { x = &e{} }; if x == nil { return nil }; return x }\n",
                "package p\nfunc f(n int) error { var x error; if n == 1 { x = nil }; return x }\n",
            ],
        );
    }

    #[test]
    fn what_append_returns_is_returned() {
        expect(
            "go/append-result-dropped",
            &[
                "package p\nfunc f(a, b []int) { for _, x := range b { a = «append(a, x)» } }\n",
                "package p\nfunc f(a []int) []int { a = append(a, 1); return a }\n",
                "package p\nfunc f(a []int, g func([]int)) { a = append(a, 1); g(a) }\n",
                "package p\nfunc f(a []int) { for range 3 { println(len(a)); a = append(a, 1) } }\n",
                "package p\nfunc f(a *[]int) { *a = append(*a, 1) }\n",
                "package p\nfunc f() (a []int) { a = append(a, 1); return }\n",
                "package p\nfunc f(a []int) { defer func() { println(len(a)) }(); a = append(a, 1) }\n",
            ],
        );
    }
}
