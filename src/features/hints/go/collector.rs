//! Rules about the garbage collector and memory that it does not see.

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use super::http::is_handler;
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

pub(super) const SET_FINALIZER: Checked = Checked {
    rule: Rule {
        id: "go/set-finalizer",
        title: "`runtime.SetFinalizer`, in a module from Go 1.24 on",
        why: "A finalizer brings the object back to life and keeps cycles for ever; `runtime.AddCleanup` does neither.",
        topic: "go-runtime/cleanups-and-weak-pointers",
        before: "\
// go.mod: go 1.24
package handle

import \"runtime\"

type Handle struct{ number int }

func open(number int, release func(int)) *Handle {
	h := &Handle{number}
	runtime.SetFinalizer(h, func(h *Handle) { release(h.number) })
	return h
}
",
        after: "\
// go.mod: go 1.24
package handle

import \"runtime\"

type Handle struct{ number int }

func open(number int, release func(int)) *Handle {
	h := &Handle{number}
	runtime.AddCleanup(h, release, number)
	return h
}
",
        ..HINT
    },
    check: set_finalizer,
};

fn set_finalizer(file: &File<'_>, findings: &mut Findings) {
    if !file.is_at_least(24) || file.is_test() {
        return;
    }
    for call in file.calls(&["runtime.SetFinalizer"]) {
        // A method of the object needs the object: to take it apart is more than a hint can ask.
        let is_literal = file
            .arguments(call)
            .get(1)
            .is_some_and(|function| function.kind() == "func_literal");
        if is_literal {
            file.mark(
                findings,
                call,
                "A finalizer brings its object back to life and keeps cycles for ever: `runtime.AddCleanup` (Go 1.24) does neither.",
            );
        }
    }
}

pub(super) const CLEANUP_CAPTURES_OBJECT: Checked = Checked {
    rule: Rule {
        id: "go/cleanup-captures-object",
        title: "a cleanup that refers to its own object",
        why: "The cleanup keeps the object reachable, so it is never freed and the cleanup never runs.",
        topic: "go-runtime/cleanups-and-weak-pointers",
        before: "\
package handle

import \"runtime\"

type Handle struct{ number int }

func open(number int, release func(int)) *Handle {
	h := &Handle{number}
	runtime.AddCleanup(h, func(int) { release(h.number) }, 0)
	return h
}
",
        after: "\
package handle

import \"runtime\"

type Handle struct{ number int }

func open(number int, release func(int)) *Handle {
	h := &Handle{number}
	runtime.AddCleanup(h, release, number)
	return h
}
",
        ..HINT
    },
    check: cleanup_captures_object,
};

fn cleanup_captures_object(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for call in file.calls(&["runtime.AddCleanup"]) {
        let arguments = file.arguments(call);
        let &[object, cleanup, argument] = arguments.as_slice() else {
            continue;
        };
        let name = file.text_of(object);
        let captured = file.uses(cleanup, name).into_iter().next();
        let is_hidden = file
            .uses(cleanup, name)
            .into_iter()
            .any(|node| file.is_declaration(node));
        let place = match captured.filter(|_| cleanup.kind() == "func_literal" && !is_hidden) {
            Some(captured) => captured,
            None if file.text_of(argument) == name => argument,
            None => continue,
        };
        if object.kind() == "identifier" {
            file.mark(
                findings,
                place,
                format!("The cleanup keeps `{name}` reachable, so it never runs: give it only what it needs."),
            );
        }
    }
}

pub(super) const EXPLICIT_GC: Checked = Checked {
    rule: Rule {
        id: "go/explicit-gc",
        title: "`runtime.GC()` in a loop or a request",
        why: "It waits for a complete cycle, each time; the collector starts by itself when the heap has grown.",
        topic: "go-runtime/gc-trigger",
        before: "\
package work

import \"runtime\"

func run(tasks []func()) {
	for _, task := range tasks {
		task()
		runtime.GC()
	}
}
",
        after: "\
package work

func run(tasks []func()) {
	for _, task := range tasks {
		task()
	}
}
",
        ..HINT
    },
    check: explicit_gc,
};

fn explicit_gc(file: &File<'_>, findings: &mut Findings) {
    // A page for those who look for faults may ask for it.
    if file.is_test() || file.import("net/http/pprof").is_some() {
        return;
    }
    for call in file.calls(&["runtime.GC", "runtime/debug.FreeOSMemory"]) {
        let is_request = file
            .function_around(call)
            .is_some_and(|function| is_handler(file, function));
        if is_request || file.loop_around(call).is_some() {
            file.mark(
                findings,
                call,
                "This waits for a complete cycle of the collector, each time: leave it to the collector.",
            );
        }
    }
}

pub(super) const GC_OFF_WITHOUT_LIMIT: Checked = Checked {
    rule: Rule {
        id: "go/gc-off-without-limit",
        title: "the collector switched off without a memory limit",
        why: "The heap grows until the system kills the process; with `SetMemoryLimit` the collector works only when memory gets short.",
        topic: "go-runtime/gc-tuning",
        before: "\
package main

import \"runtime/debug\"

func main() {
	debug.SetGCPercent(-1)
}
",
        after: "\
package main

import \"runtime/debug\"

func main() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(1 << 30)
}
",
        ..HINT
    },
    check: gc_off_without_limit,
};

fn gc_off_without_limit(file: &File<'_>, findings: &mut Findings) {
    let has_limit = !file.calls(&["runtime/debug.SetMemoryLimit"]).is_empty();
    let calls = file.calls(&["runtime/debug.SetGCPercent"]);
    // Who sets it twice sets it back.
    if let &[call] = calls.as_slice()
        && !has_limit
        && !file.is_test()
        && file
            .statement(call)
            .is_some_and(|statement| file.call_of(statement) == Some(call))
        && file
            .arguments(call)
            .first()
            .is_some_and(|percent| file.text_of(*percent) == "-1")
    {
        file.mark(
            findings,
            call,
            "Without a memory limit the heap now grows until the system kills the process: set one with `debug.SetMemoryLimit`.",
        );
    }
}

pub(super) const READ_MEM_STATS_IN_HOT_PATH: Checked = Checked {
    rule: Rule {
        id: "go/read-mem-stats-in-hot-path",
        title: "`runtime.ReadMemStats` in a request",
        why: "It stops all goroutines each time; the package `runtime/metrics` reads the same figures without a stop.",
        topic: "go-runtime/runtime-metrics",
        before: "\
package status

import (
	\"fmt\"
	\"net/http\"
	\"runtime\"
)

func serve(w http.ResponseWriter, r *http.Request) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Fprintln(w, stats.HeapAlloc)
}
",
        after: "\
package status

import (
	\"fmt\"
	\"net/http\"
	\"runtime/metrics\"
)

func serve(w http.ResponseWriter, r *http.Request) {
	sample := []metrics.Sample{{Name: \"/memory/classes/heap/objects:bytes\"}}
	metrics.Read(sample)
	fmt.Fprintln(w, sample[0].Value.Uint64())
}
",
        ..HINT
    },
    check: read_mem_stats_in_hot_path,
};

fn read_mem_stats_in_hot_path(file: &File<'_>, findings: &mut Findings) {
    for call in file.calls(&["runtime.ReadMemStats"]) {
        let is_request = file
            .function_around(call)
            .is_some_and(|function| is_handler(file, function));
        if is_request && !file.is_test() {
            file.mark(
                findings,
                call,
                "This stops all goroutines on each request: read the figures from `runtime/metrics`.",
            );
        }
    }
}

pub(super) const POINTER_AS_UINTPTR: Checked = Checked {
    rule: Rule {
        id: "go/pointer-as-uintptr",
        title: "a pointer kept as `uintptr` and turned back",
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
        let Some(variable) = file
            .statement(call)
            .filter(|statement| statement.kind() == "short_var_declaration")
            .and_then(|statement| statement.child_by_field_name("left"))
            .and_then(|left| file.syntax.children(left).next())
            .filter(|variable| file.value_of(*variable) == Some(call))
        else {
            continue;
        };
        // It is given to C functions, none of which is one that frees.
        let stays = file
            .uses(function, file.text_of(variable))
            .into_iter()
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
    fn cleanups_let_their_object_go() {
        expect(
            "go/set-finalizer",
            &[
                "// go.mod: go 1.24\npackage p\nimport \"runtime\"\nfunc f(x *int) { runtime.SetFinalizer(x, nil) }\n",
                "// go.mod: go 1.24\npackage p\nimport \"runtime\"\ntype t struct{}\nfunc (*t) free() {}\nfunc f(x *t) { runtime.SetFinalizer(x, (*t).free) }\n",
                "// go.mod: go 1.23\npackage p\nimport \"runtime\"\nfunc f(x *int) { runtime.SetFinalizer(x, func(*int) {}) }\n",
            ],
        );
        expect(
            "go/cleanup-captures-object",
            &[
                "package p\nimport \"runtime\"\nfunc f(x *int, g func(*int)) { runtime.AddCleanup(x, g, «x») }\n",
                "package p\nimport \"runtime\"\nfunc f(x *int, n int) { runtime.AddCleanup(x, func(x int) { println(x) }, n) }\n",
            ],
        );
    }

    #[test]
    fn the_collector_works_by_itself() {
        expect(
            "go/explicit-gc",
            &[
                "package p\nimport (\"net/http\"; \"runtime\")\nfunc f(w http.ResponseWriter, r *http.Request) { «runtime.GC()» }\n",
                "package p\nimport \"runtime\"\nfunc f() { runtime.GC() }\n",
                "package p\nimport (\"runtime\"; \"testing\")\nfunc f(t *testing.T) { for range 3 { runtime.GC() } }\n",
            ],
        );
        expect(
            "go/gc-off-without-limit",
            &[
                "package p\nimport \"runtime/debug\"\nfunc f() { defer debug.SetGCPercent(debug.SetGCPercent(-1)) }\n",
                "package p\nimport \"runtime/debug\"\nfunc f() { debug.SetGCPercent(200) }\n",
            ],
        );
        expect(
            "go/read-mem-stats-in-hot-path",
            &[
                "package p\nimport \"runtime\"\nfunc f(s *runtime.MemStats) { runtime.ReadMemStats(s) }\n",
            ],
        );
    }

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
