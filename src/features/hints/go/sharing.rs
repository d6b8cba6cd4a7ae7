//! Rules about `sync.Once` and `sync.Pool`.

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const NESTED_ONCE: Checked = Checked {
    rule: Rule {
        id: "go/nested-once",
        title: "`Do` on a `Once` inside its own function",
        why: "The inner `Do` waits until the function has returned, and the function waits for it.",
        topic: "go-concurrency/once",
        before: "\
package setup

import \"sync\"

var once sync.Once

func setup(open func()) {
	once.Do(func() {
		once.Do(open)
	})
}
",
        after: "\
package setup

import \"sync\"

var once sync.Once

func setup(open func()) {
	once.Do(open)
}
",
        ..HINT
    },
    check: nested_once,
};

fn nested_once(file: &File<'_>, findings: &mut Findings) {
    let calls = file.calls(&["sync.Once.Do"]);
    for inner in &calls {
        let is_nested = file.syntax.ancestors(*inner).any(|above| {
            above.kind() == "call_expression"
                && file.called(above) == Some("sync.Once.Do")
                && file.operand_text(above) == file.operand_text(*inner)
        });
        let is_later = file
            .syntax
            .ancestors(*inner)
            .any(|above| above.kind() == "go_statement");
        if is_nested && !is_later {
            file.mark(
                findings,
                *inner,
                "This `Do` waits for the function that it stands in: the goroutine waits for itself.",
            );
        }
    }
}

pub(super) const ONCE_VALUE_CALLED_INLINE: Checked = Checked {
    rule: Rule {
        id: "go/once-value-called-inline",
        title: "The result of `sync.OnceValue` called where it is made",
        why: "Each call makes a new wrapper, so nothing is shared and the function runs each time.",
        topic: "go-concurrency/once-value",
        before: "\
package config

import \"sync\"

func config(read func() string) string {
	return sync.OnceValue(read)()
}
",
        after: "\
package config

import \"sync\"

var config = sync.OnceValue(read)

func read() string { return \"\" }
",
        ..HINT
    },
    check: once_value_called_inline,
};

fn once_value_called_inline(file: &File<'_>, findings: &mut Findings) {
    for made in file.calls(&["sync.OnceFunc", "sync.OnceValue", "sync.OnceValues"]) {
        let called = file
            .syntax
            .parent(made)
            .filter(|call| call.child_by_field_name("function") == Some(made));
        if let Some(call) = called.filter(|call| file.function_around(*call).is_some()) {
            file.mark(
                findings,
                call,
                "Each call makes a new wrapper, so the function runs each time: keep the wrapper in a package variable or a field.",
            );
        }
    }
}

pub(super) const POOL_NON_POINTER: Checked = Checked {
    rule: Rule {
        id: "go/pool-non-pointer",
        title: "A `sync.Pool` of slices or structs instead of pointers",
        why: "A value that is no pointer is copied to the heap on its way into `any`: each `Put` allocates, which the pool should avoid.",
        topic: "go-concurrency/pool",
        before: "\
package buffers

import \"sync\"

var buffers = sync.Pool{
	New: func() any { return make([]byte, 0, 1024) },
}
",
        after: "\
package buffers

import \"sync\"

var buffers = sync.Pool{
	New: func() any {
		buffer := make([]byte, 0, 1024)
		return &buffer
	},
}
",
        ..HINT
    },
    check: pool_non_pointer,
};

fn pool_non_pointer(file: &File<'_>, findings: &mut Findings) {
    for pool in file.nodes(&["composite_literal"]) {
        let is_pool = pool
            .child_by_field_name("type")
            .is_some_and(|type_| file.name_of(type_) == Some("sync.Pool"));
        if !is_pool {
            continue;
        }
        for leave in file.syntax.inside(pool) {
            if leave.kind() != "return_statement" {
                continue;
            }
            let value = file
                .syntax
                .children(leave)
                .next()
                .and_then(|list| file.syntax.children(list).next());
            if let Some(value) = value.filter(|value| is_no_pointer(file, *value)) {
                file.mark(
                    findings,
                    value,
                    "Each `Put` of this value allocates, because it is no pointer: return a pointer to it.",
                );
            }
        }
    }
    for put in file.calls(&["sync.Pool.Put"]) {
        if let Some(value) = file
            .arguments(put)
            .into_iter()
            .next()
            .filter(|value| value.kind() == "slice_expression")
        {
            file.mark(
                findings,
                value,
                "This `Put` allocates, because a slice is no pointer: keep pointers to slices in the pool.",
            );
        }
    }
}

/// Whether an expression is a slice or a struct for certain.
fn is_no_pointer<'a>(file: &File<'a>, value: Node<'a>) -> bool {
    match value.kind() {
        "call_expression" => {
            file.called(value) == Some("builtin.make")
                && file
                    .arguments(value)
                    .first()
                    .is_some_and(|made| made.kind() == "slice_type")
        }
        "composite_literal" => value.child_by_field_name("type").is_some_and(|type_| {
            matches!(type_.kind(), "slice_type" | "array_type" | "struct_type")
                || (type_.kind() == "type_identifier" && is_own_struct(file, file.text_of(type_)))
        }),
        _ => false,
    }
}

fn is_own_struct(file: &File<'_>, name: &str) -> bool {
    file.nodes(&["type_spec"]).into_iter().any(|spec| {
        let is_named = spec
            .child_by_field_name("name")
            .is_some_and(|own| file.text_of(own) == name);
        let is_struct = spec
            .child_by_field_name("type")
            .is_some_and(|type_| type_.kind() == "struct_type");
        is_named && is_struct
    })
}

pub(super) const POOL_USE_AFTER_PUT: Checked = Checked {
    rule: Rule {
        id: "go/pool-use-after-put",
        title: "Using an object after `Put`",
        why: "Another goroutine may have got it already, and both work on the same object.",
        topic: "go-concurrency/pool",
        before: "\
package buffers

import (
	\"bytes\"
	\"sync\"
)

var buffers sync.Pool

func render(write func(*bytes.Buffer)) string {
	buffer := buffers.Get().(*bytes.Buffer)
	write(buffer)
	buffers.Put(buffer)
	return buffer.String()
}
",
        after: "\
package buffers

import (
	\"bytes\"
	\"sync\"
)

var buffers sync.Pool

func render(write func(*bytes.Buffer)) string {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	write(buffer)
	return buffer.String()
}
",
        ..HINT
    },
    check: pool_use_after_put,
};

fn pool_use_after_put(file: &File<'_>, findings: &mut Findings) {
    for put in file.calls(&["sync.Pool.Put"]) {
        let Some(statement) = file
            .statement(put)
            .filter(|statement| file.call_of(*statement) == Some(put))
        else {
            continue;
        };
        let Some(object) = file
            .arguments(put)
            .into_iter()
            .next()
            .filter(|object| object.kind() == "identifier")
        else {
            continue;
        };
        let name = file.text_of(object);
        let list = file.syntax.parent(statement);
        let used = list.and_then(|list| {
            file.uses(list, name)
                .find(|used| used.start_byte() > statement.end_byte())
        });
        if let Some(used) =
            used.filter(|used| !file.is_target(*used) && !file.is_declaration(*used))
        {
            file.mark(
                findings,
                used,
                format!("After `Put` another goroutine may have `{name}` already: put it back when you are done, for example with `defer`."),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_once_does_not_wait_for_itself() {
        expect(
            "go/nested-once",
            &[
                "package p\nimport \"sync\"\nfunc f(o *sync.Once) { o.Do(func() { if true { «o.Do(nil)» } }) }\n",
                "package p\nimport \"sync\"\nfunc f(o, p *sync.Once) { o.Do(func() { p.Do(nil) }); o.Do(nil) }\n",
                "package p\nimport \"sync\"\nfunc f(o *sync.Once) { o.Do(func() { go o.Do(nil) }) }\n",
            ],
        );
        expect(
            "go/once-value-called-inline",
            &[
                "package p\nimport \"sync\"\nfunc f() { «sync.OnceFunc(g)()» }\nfunc g() {}\n",
                "package p\nimport \"sync\"\nvar x = sync.OnceValue(func() int { return 1 })\nvar y = sync.OnceValue(func() int { return 1 })()\n",
                "package p\nimport \"sync\"\nfunc f() { g := sync.OnceFunc(f); g() }\n",
            ],
        );
    }

    #[test]
    fn pools_hold_pointers() {
        expect(
            "go/pool-non-pointer",
            &[
                "package p\nimport \"sync\"\ntype t struct{}\nvar a = &sync.Pool{New: func() any { return «t{}» }}\n",
                "package p\nimport \"sync\"\nfunc f(p *sync.Pool, b []byte) { p.Put(«b[:0]»); p.Put(&b); p.Put(b) }\n",
                "package p\nimport \"sync\"\ntype t struct{}\ntype m map[int]int\nvar a = sync.Pool{New: func() any { return &t{} }}\nvar b = sync.Pool{New: func() any { return m{} }}\nvar c = sync.Pool{New: func() any { return make(map[int]int) }}\n",
            ],
        );
        expect(
            "go/pool-use-after-put",
            &[
                "package p\nimport \"sync\"\nfunc f(p *sync.Pool, b *int) { p.Put(b); if true { println(«b») } }\n",
                "package p\nimport \"sync\"\nfunc f(p *sync.Pool, b *int) { p.Put(b); b = nil; println(b) }\n",
                "package p\nimport \"sync\"\nfunc f(p *sync.Pool, b *int) { if true { p.Put(b); return }; println(b) }\n",
                "package p\nimport \"sync\"\nfunc f(p *sync.Pool, b *int) { defer p.Put(b); println(b) }\n",
            ],
        );
    }
}
