//! Rules about the garbage collector.

use super::file::{Checked, File, HINT};
use super::services::is_handler;
use crate::features::hints::rule::{Findings, Rule};

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
        title: "A cleanup that refers to its own object",
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
        let captured = file.uses(cleanup, name).next();
        let is_hidden = file
            .uses(cleanup, name)
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
        title: "The collector switched off without a memory limit",
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
}
