//! Rules about how many goroutines run at a time, and about measuring them.

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Default, Elsewhere, Findings, Rule, Tool};

pub(super) const MANUAL_GOMAXPROCS: Checked = Checked {
    rule: Rule {
        id: "go/manual-gomaxprocs",
        title: "`GOMAXPROCS` set to all processors, or by automaxprocs, in a module from Go 1.25 on",
        why: "Since Go 1.25 the runtime follows the container's limit, also when it changes; setting the number switches that off.",
        topic: "go-runtime/gomaxprocs-containers",
        before: "\
// go.mod: go 1.25
package main

import \"runtime\"

func main() {
	runtime.GOMAXPROCS(runtime.NumCPU())
}
",
        after: "\
// go.mod: go 1.25
package main

func main() {
}
",
        ..HINT
    },
    check: manual_gomaxprocs,
};

fn manual_gomaxprocs(file: &File<'_>, findings: &mut Findings) {
    if !file.is_at_least(25) || file.is_test() {
        return;
    }
    let message = "Since Go 1.25 the runtime follows the container's limit by itself, and this switches that off: leave it out.";
    if let Some(import) = file.import("go.uber.org/automaxprocs") {
        file.mark(findings, import, message);
    }
    for call in file.calls(&["runtime.GOMAXPROCS"]) {
        // Another number may be what a benchmark wants.
        let is_all = file
            .arguments(call)
            .first()
            .is_some_and(|number| file.called(*number) == Some("runtime.NumCPU"));
        if is_all {
            file.mark(findings, call, message);
        }
    }
}

pub(super) const NUMCPU_FOR_WORKERS: Checked = Checked {
    rule: Rule {
        id: "go/numcpu-for-workers",
        title: "`runtime.NumCPU()` as the number of workers",
        why: "It counts the machine's processors and ignores the container's limit; `runtime.GOMAXPROCS(0)` is what runs at a time.",
        topic: "go-runtime/gomaxprocs-containers",
        before: "\
package work

import \"runtime\"

func start(worker func()) {
	for range runtime.NumCPU() {
		go worker()
	}
}
",
        after: "\
package work

import \"runtime\"

func start(worker func()) {
	for range runtime.GOMAXPROCS(0) {
		go worker()
	}
}
",
        ..HINT
    },
    check: numcpu_for_workers,
};

fn numcpu_for_workers(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for call in file.calls(&["runtime.NumCPU"]) {
        let starts_goroutines = file
            .syntax
            .ancestors(call)
            .take_while(|above| above.kind() != "block")
            .find(|above| above.kind() == "for_statement")
            .is_some_and(|around| {
                file.syntax
                    .inside(around)
                    .any(|node| node.kind() == "go_statement")
            });
        let is_limit = file.syntax.ancestors(call).nth(1).is_some_and(|outer| {
            file.called(outer) == Some("golang.org/x/sync/errgroup.Group.SetLimit")
        });
        let is_named = file.statement(call).is_some_and(|statement| {
            file.targets(statement)
                .into_iter()
                .any(|target| file.text_of(target).to_ascii_lowercase().contains("worker"))
        });
        if starts_goroutines || is_limit || is_named {
            file.mark(
                findings,
                call,
                "`NumCPU` ignores the container's limit: `runtime.GOMAXPROCS(0)` says how many goroutines run at a time.",
            );
        }
    }
}

pub(super) const BENCHMARK_WITHOUT_LOOP: Checked = Checked {
    rule: Rule {
        id: "go/benchmark-without-loop",
        title: "A benchmark with `b.N` whose result nobody uses, in a module from Go 1.24 on",
        why: "The compiler may remove a call whose result is not used, and the benchmark measures nothing; `b.Loop` prevents that.",
        topic: "go-runtime/inlining",
        before: "\
// go.mod: go 1.24
package sum

import \"testing\"

func BenchmarkSum(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sum(1, 2)
	}
}

func sum(a, b int) int { return a + b }
",
        after: "\
// go.mod: go 1.24
package sum

import \"testing\"

func BenchmarkSum(b *testing.B) {
	for b.Loop() {
		sum(1, 2)
	}
}

func sum(a, b int) int { return a + b }
",
        default: Default::Off,
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "bloop",
        }],
        ..HINT
    },
    check: benchmark_without_loop,
};

fn benchmark_without_loop(file: &File<'_>, findings: &mut Findings) {
    if !file.is_at_least(24) || !file.is_test() {
        return;
    }
    for around in file.nodes(&["for_statement"]) {
        let counts = file.syntax.children(around).next().is_some_and(|head| {
            file.syntax
                .inside(head)
                .any(|node| file.name_of(node) == Some("testing.B.N"))
        });
        let drops = file.statements(around).last().is_some_and(|last| {
            file.call_of(*last).is_some() || file.text_of(*last).starts_with("_ = ")
        });
        if counts && drops {
            file.mark_keyword(
                findings,
                around,
                "The compiler may remove the work, because nobody uses its result: `for b.Loop()` keeps it.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn the_runtime_counts_processors() {
        expect(
            "go/manual-gomaxprocs",
            &[
                "// go.mod: go 1.25\npackage p\nimport «_ \"go.uber.org/automaxprocs\"»\n",
                "// go.mod: go 1.24\npackage p\nimport _ \"go.uber.org/automaxprocs\"\n",
                "// go.mod: go 1.25\npackage p\nimport \"runtime\"\nfunc f(n int) int { runtime.GOMAXPROCS(n); return runtime.GOMAXPROCS(0) }\n",
            ],
        );
        expect(
            "go/numcpu-for-workers",
            &[
                "package p\nimport \"runtime\"\nfunc f() { workers := «runtime.NumCPU()»; _ = workers }\n",
                "package p\nimport \"runtime\"\nfunc f() { for i := 0; i < «runtime.NumCPU()»; i++ { go f() } }\n",
                "package p\nimport \"runtime\"\nfunc f() { println(runtime.NumCPU()) }\n",
            ],
        );
    }

    #[test]
    fn a_benchmark_uses_its_result() {
        expect(
            "go/benchmark-without-loop",
            &[
                "// go.mod: go 1.24\npackage p\nimport \"testing\"\nvar s int\nfunc BenchmarkA(b *testing.B) { for range b.N { s = len(b.Name()) } }\n",
                "// go.mod: go 1.24\npackage p\nimport \"testing\"\nfunc BenchmarkA(b *testing.B) { «for» range b.N { _ = len(b.Name()) } }\n",
            ],
        );
    }
}
