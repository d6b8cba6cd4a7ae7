//! Rules about memory that the garbage collector does not see.

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

pub(super) const POINTER_AS_UINTPTR: Checked = Checked {
    rule: Rule {
        id: "go/pointer-as-uintptr",
        title: "A pointer kept as `uintptr` and turned back",
        why: "The collector does not see a `uintptr`: the object may be freed, or moved with its stack, before it is turned back.",
        topic: "go-runtime/write-barrier",
        before: "\
package raw

import \"unsafe\"

func second(items []int64) int64 {
	address := uintptr(unsafe.Pointer(&items[0]))
	return *(*int64)(unsafe.Pointer(address + 8))
}
",
        after: "\
package raw

import \"unsafe\"

func second(items []int64) int64 {
	return *(*int64)(unsafe.Add(unsafe.Pointer(&items[0]), 8))
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "unsafeptr",
        }],
        ..HINT
    },
    check: pointer_as_uintptr,
};

fn pointer_as_uintptr(file: &File<'_>, findings: &mut Findings) {
    for back in file.calls(&["unsafe.Pointer"]) {
        let Some(value) = file.arguments(back).into_iter().next() else {
            continue;
        };
        let first = match value.kind() {
            "binary_expression" => value.child_by_field_name("left"),
            _ => Some(value),
        };
        let (Some(name), Some(function)) = (
            first.filter(|first| first.kind() == "identifier"),
            file.declaration_around(back),
        ) else {
            continue;
        };
        let kept = file
            .only_declaration(function, file.text_of(name))
            .and_then(|declared| file.value_of(declared));
        let is_address = kept.is_some_and(|kept| {
            file.called(kept) == Some("builtin.uintptr")
                && file
                    .arguments(kept)
                    .first()
                    .is_some_and(|inner| file.called(*inner) == Some("unsafe.Pointer"))
        });
        if is_address {
            file.mark(
                findings,
                back,
                "Between the two conversions only a number is left, and the object may be freed or moved: use `unsafe.Add`.",
            );
        }
    }
}

pub(super) const CSTRING_WITHOUT_FREE: Checked = Checked {
    rule: Rule {
        id: "go/cstring-without-free",
        title: "`C.CString` without `C.free`",
        why: "The copy is in C's memory: the collector does not free it, and no Go profile shows the leak.",
        topic: "go-runtime/cgo",
        before: "\
package say

// #include <stdio.h>
import \"C\"

func say(text string) {
	c := C.CString(text)
	C.puts(c)
}
",
        after: "\
package say

// #include <stdio.h>
// #include <stdlib.h>
import \"C\"

import \"unsafe\"

func say(text string) {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	C.puts(c)
}
",
        ..HINT
    },
    check: cstring_without_free,
};

fn cstring_without_free(file: &File<'_>, findings: &mut Findings) {
    if file.import("C").is_none() {
        return;
    }
    for call in file.nodes(&["call_expression"]) {
        let is_made = call
            .child_by_field_name("function")
            .is_some_and(|function| file.text_of(function) == "C.CString");
        if !is_made {
            continue;
        }
        let Some(function) = file.function_around(call) else {
            continue;
        };
        let Some(variable) = file.variable_of(call) else {
            continue;
        };
        // It is given to C functions, none of which is one that frees.
        let stays = file
            .uses(function, file.text_of(variable))
            .filter(|node| *node != variable)
            .all(|node| is_given_to_c(file, node));
        if stays {
            file.mark(
                findings,
                call,
                "Nobody frees this copy in C's memory: `defer C.free(unsafe.Pointer(…))` after it.",
            );
        }
    }
}

fn is_given_to_c<'a>(file: &File<'a>, node: Node<'a>) -> bool {
    let list = file
        .syntax
        .parent(node)
        .filter(|list| list.kind() == "argument_list");
    let call = list.and_then(|list| file.syntax.parent(list));
    let function = call.and_then(|call| call.child_by_field_name("function"));
    function.is_some_and(|function| {
        let name = file.text_of(function);
        name.starts_with("C.") && !name.to_ascii_lowercase().contains("free")
    })
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn what_the_collector_does_not_see_is_careful() {
        expect(
            "go/pointer-as-uintptr",
            &[
                "package p\nimport \"unsafe\"\nfunc f(x *int) { n := uintptr(unsafe.Pointer(x)); _ = «unsafe.Pointer(n)» }\n",
                "package p\nimport \"unsafe\"\nfunc f(x *int) { _ = unsafe.Pointer(uintptr(unsafe.Pointer(x)) + 8) }\n",
                "package p\nimport \"unsafe\"\nfunc f(x *int) { n := uintptr(unsafe.Pointer(x)); println(n) }\n",
            ],
        );
        expect(
            "go/cstring-without-free",
            &[
                "package p\nimport \"C\"\nfunc f() *C.char { c := C.CString(\"\"); return c }\n",
                "package p\nimport \"C\"\nfunc f() { c := C.CString(\"\"); defer C.my_free(c); C.puts(c) }\n",
            ],
        );
    }
}
