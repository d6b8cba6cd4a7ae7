//! Rules about the process: processors, build directives, benchmarks and the way it ends.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, contains};
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
            matches!(
                statement.kind(),
                "short_var_declaration" | "assignment_statement"
            ) && statement
                .child_by_field_name("left")
                .is_some_and(|left| file.text_of(left).to_ascii_lowercase().contains("worker"))
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

pub(super) const GODEBUG_OUTSIDE_MAIN: Checked = Checked {
    rule: Rule {
        id: "go/godebug-outside-main",
        title: "a `//go:debug` line outside of package main",
        why: "Settings belong to the program: the build takes these lines from package main (or a test) and ignores all others.",
        topic: "go-runtime/godebug",
        before: "\
//go:debug panicnil=1
package config
",
        after: "\
//go:debug panicnil=1
package main
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "directive",
        }],
        ..HINT
    },
    check: godebug_outside_main,
};

fn godebug_outside_main(file: &File<'_>, findings: &mut Findings) {
    if file.package() == "main" || file.is_test() {
        return;
    }
    for comment in &file.syntax.comments {
        if file.text_of(*comment).starts_with("//go:debug ") {
            findings.add(
                comment.start_byte(),
                comment.byte_range(),
                "The build takes `//go:debug` lines from package main only, and ignores this one.",
            );
        }
    }
}

pub(super) const ASYNCPREEMPT_OFF: Checked = Checked {
    rule: Rule {
        id: "go/asyncpreempt-off",
        title: "`asyncpreemptoff=1`",
        why: "Without asynchronous preemption a tight loop holds up the collector, and with it everybody else; it was made to find bugs.",
        topic: "go-runtime/async-preemption",
        before: "\
//go:debug asyncpreemptoff=1
package main
",
        after: "\
package main
",
        ..HINT
    },
    check: asyncpreempt_off,
};

fn asyncpreempt_off(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    let message = "Tight loops hold up the collector now, and everybody waits for it: find the call that does not retry on `EINTR`.";
    for comment in &file.syntax.comments {
        let text = file.text_of(*comment);
        if text.starts_with("//go:debug ") && text.contains("asyncpreemptoff=1") {
            findings.add(comment.start_byte(), comment.byte_range(), message);
        }
    }
    for call in file.calls(&["os.Setenv"]) {
        let text = file.text_of(call);
        if text.contains("\"GODEBUG\"") && text.contains("asyncpreemptoff=1") {
            file.mark(findings, call, message);
        }
    }
}

pub(super) const LINKNAME_PROCPIN: Checked = Checked {
    rule: Rule {
        id: "go/linkname-procpin",
        title: "`runtime_procPin` through `//go:linkname`",
        why: "It is internal to the runtime, may go with any release, and nothing can preempt the goroutine while it is pinned.",
        topic: "go-runtime/work-stealing",
        before: "\
package shard

import _ \"unsafe\"

//go:linkname procPin runtime.procPin
func procPin() int
",
        after: "\
package shard

import \"math/rand/v2\"

func shard(count int) int { return rand.IntN(count) }
",
        ..HINT
    },
    check: linkname_procpin,
};

fn linkname_procpin(file: &File<'_>, findings: &mut Findings) {
    if file.package() == "runtime" {
        return;
    }
    for comment in &file.syntax.comments {
        let text = file.text_of(*comment);
        if text.starts_with("//go:linkname ")
            && (text.ends_with("runtime.procPin") || text.contains("runtime_procPin"))
        {
            findings.add(
                comment.start_byte(),
                comment.byte_range(),
                "This is internal to the runtime, and nothing can preempt the goroutine while it is pinned: any release may break it.",
            );
        }
    }
}

pub(super) const BENCHMARK_WITHOUT_LOOP: Checked = Checked {
    rule: Rule {
        id: "go/benchmark-without-loop",
        title: "a benchmark with `b.N` whose result nobody uses, in a module from Go 1.24 on",
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

pub(super) const SHUTDOWN_NOT_AWAITED: Checked = Checked {
    rule: Rule {
        id: "go/shutdown-not-awaited",
        title: "`main` that ends as soon as `ListenAndServe` returns",
        why: "`ListenAndServe` returns when `Shutdown` begins, not when it is done: the requests that still run are cut off.",
        topic: "go-concurrency/graceful-shutdown",
        before: "\
package main

import (
	\"context\"
	\"net/http\"
	\"os\"
	\"os/signal\"
)

func main() {
	server := &http.Server{Addr: \":8080\"}
	go func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, os.Interrupt)
		<-stop
		server.Shutdown(context.Background())
	}()
	server.ListenAndServe()
}
",
        after: "\
package main

import (
	\"context\"
	\"net/http\"
	\"os\"
	\"os/signal\"
)

func main() {
	server := &http.Server{Addr: \":8080\"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, os.Interrupt)
		<-stop
		server.Shutdown(context.Background())
	}()
	server.ListenAndServe()
	<-done
}
",
        ..HINT
    },
    check: shutdown_not_awaited,
};

fn shutdown_not_awaited(file: &File<'_>, findings: &mut Findings) {
    if file.package() != "main" {
        return;
    }
    let shutdowns = file.calls(&["net/http.Server.Shutdown"]);
    for serve in file.calls(&[
        "net/http.Server.ListenAndServe",
        "net/http.Server.ListenAndServeTLS",
    ]) {
        let Some(main) = file.function_around(serve).filter(|function| {
            function
                .child_by_field_name("name")
                .is_some_and(|name| file.text_of(name) == "main")
        }) else {
            continue;
        };
        let in_background = shutdowns.iter().any(|shutdown| {
            contains(main, *shutdown)
                && file
                    .function_around(*shutdown)
                    .and_then(|literal| file.statement(literal))
                    .is_some_and(|go| go.kind() == "go_statement")
        });
        let waits = file
            .syntax
            .inside(main)
            .filter(|node| node.start_byte() > serve.end_byte() || node.kind() == "defer_statement")
            .any(|node| {
                matches!(
                    node.kind(),
                    "select_statement" | "range_clause" | "defer_statement"
                ) || (node.kind() == "unary_expression" && file.text_of(node).starts_with("<-"))
                    || (node.kind() == "field_identifier"
                        && matches!(file.text_of(node), "Wait" | "Shutdown" | "Sleep"))
            });
        if in_background && !waits {
            file.mark(
                findings,
                serve,
                "This returns when `Shutdown` begins, and then `main` ends: wait until `Shutdown` has returned.",
            );
        }
    }
}

pub(super) const SHUTDOWN_WITH_CANCELLED_CONTEXT: Checked = Checked {
    rule: Rule {
        id: "go/shutdown-with-cancelled-context",
        title: "`Shutdown` with the context that has just ended",
        why: "`Shutdown` gives up as soon as its context has ended, and this one has: give it a fresh one with a timeout.",
        topic: "go-concurrency/graceful-shutdown",
        before: "\
package server

import (
	\"context\"
	\"net/http\"
)

func stop(ctx context.Context, server *http.Server) error {
	<-ctx.Done()
	return server.Shutdown(ctx)
}
",
        after: "\
package server

import (
	\"context\"
	\"net/http\"
	\"time\"
)

func stop(ctx context.Context, server *http.Server) error {
	<-ctx.Done()
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(fresh)
}
",
        ..HINT
    },
    check: shutdown_with_cancelled_context,
};

fn shutdown_with_cancelled_context(file: &File<'_>, findings: &mut Findings) {
    for shutdown in file.calls(&["net/http.Server.Shutdown"]) {
        let (Some(statement), Some(context)) = (
            file.statement(shutdown),
            file.arguments(shutdown).into_iter().next(),
        ) else {
            continue;
        };
        let wait = format!("<-{}.Done()", file.text_of(context));
        let before = file.statements_before(statement);
        let waited = before
            .iter()
            .rposition(|other| file.text_of(*other) == wait);
        let is_case = file.syntax.ancestors(statement).nth(1).is_some_and(|case| {
            case.child_by_field_name("communication")
                .is_some_and(|communication| file.text_of(communication) == wait)
        });
        let since = match (waited, is_case) {
            (Some(at), _) => &before[at + 1..],
            (None, true) => &before[..],
            (None, false) => continue,
        };
        let is_replaced = since
            .iter()
            .any(|other| is_set(file, *other, file.text_of(context)));
        let is_replaced = is_replaced || is_set(file, statement, file.text_of(context));
        if context.kind() == "identifier" && !is_replaced {
            file.mark(
                findings,
                context,
                "This context has ended just now, so `Shutdown` gives up at once: give it a fresh one with a timeout.",
            );
        }
    }
}

/// Whether a statement gives a variable a new value.
fn is_set<'a>(file: &File<'a>, statement: Node<'a>, name: &str) -> bool {
    matches!(
        statement.kind(),
        "short_var_declaration" | "assignment_statement"
    ) && statement.child_by_field_name("left").is_some_and(|left| {
        file.syntax
            .children(left)
            .any(|target| file.text_of(target) == name)
    })
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
    fn directives_are_where_they_count() {
        expect(
            "go/godebug-outside-main",
            &[
                "//go:debug a=1\npackage p_test\n",
                "// go:debug a=1\npackage p\n",
            ],
        );
        expect(
            "go/asyncpreempt-off",
            &[
                "package p\nimport \"os\"\nfunc f() { «os.Setenv(\"GODEBUG\", \"asyncpreemptoff=1\")» }\n",
                "package p\n// asyncpreemptoff=1\n",
            ],
        );
        expect(
            "go/linkname-procpin",
            &["package p\n//go:linkname a runtime.nanotime\nfunc a() int64\n"],
        );
        expect(
            "go/benchmark-without-loop",
            &[
                "// go.mod: go 1.24\npackage p\nimport \"testing\"\nvar s int\nfunc BenchmarkA(b *testing.B) { for range b.N { s = len(b.Name()) } }\n",
                "// go.mod: go 1.24\npackage p\nimport \"testing\"\nfunc BenchmarkA(b *testing.B) { «for» range b.N { _ = len(b.Name()) } }\n",
            ],
        );
    }

    #[test]
    fn a_server_ends_in_peace() {
        expect(
            "go/shutdown-not-awaited",
            &[
                "package main\nimport \"net/http\"\nfunc main() { s := &http.Server{}; s.ListenAndServe() }\n",
                "package main\nimport \"net/http\"\nfunc main() { s := &http.Server{}; go s.ListenAndServe(); s.Shutdown(nil) }\n",
            ],
        );
        expect(
            "go/shutdown-with-cancelled-context",
            &[
                "package p\nimport (\"context\"; \"net/http\")\nfunc f(c context.Context, s *http.Server) { select { case <-c.Done(): s.Shutdown(«c») } }\n",
                "package p\nimport (\"context\"; \"net/http\")\nfunc f(c, d context.Context, s *http.Server) { <-c.Done(); s.Shutdown(d) }\n",
                "package p\nimport (\"context\"; \"net/http\")\nfunc f(c context.Context, s *http.Server) { <-c.Done(); c = context.Background(); s.Shutdown(c) }\n",
            ],
        );
    }
}
