//! Rules about signals and the end of a server.

use super::channels::is_unbuffered;
use super::file::{Checked, File, HINT, contains};
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

pub(super) const UNBUFFERED_SIGNAL_CHANNEL: Checked = Checked {
    rule: Rule {
        id: "go/unbuffered-signal-channel",
        title: "`signal.Notify` with an unbuffered channel",
        why: "The runtime does not wait for a receiver: a signal that comes while nobody receives is dropped.",
        topic: "go-concurrency/graceful-shutdown",
        before: "\
package main

import (
	\"os\"
	\"os/signal\"
)

func main() {
	stop := make(chan os.Signal)
	signal.Notify(stop, os.Interrupt)
	<-stop
}
",
        after: "\
package main

import (
	\"os\"
	\"os/signal\"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "sigchanyzer",
        }],
        ..HINT
    },
    check: unbuffered_signal_channel,
};

fn unbuffered_signal_channel(file: &File<'_>, findings: &mut Findings) {
    for notify in file.calls(&["os/signal.Notify"]) {
        let Some((function, channel)) = file
            .declaration_around(notify)
            .zip(file.arguments(notify).into_iter().next())
        else {
            continue;
        };
        let made = file
            .only_declaration(function, file.text_of(channel))
            .and_then(|declared| file.value_of(declared));
        if channel.kind() == "identifier" && made.is_some_and(|made| is_unbuffered(file, made)) {
            file.mark(
                findings,
                notify,
                "A signal that comes while nobody receives is dropped: give the channel capacity 1.",
            );
        }
    }
}

pub(super) const NOTIFY_ALL_SIGNALS: Checked = Checked {
    rule: Rule {
        id: "go/notify-all-signals",
        title: "`signal.Notify` without a list of signals",
        why: "It delivers every signal, also `SIGURG`, with which the runtime interrupts its own goroutines again and again.",
        topic: "go-runtime/async-preemption",
        before: "\
package main

import (
	\"os\"
	\"os/signal\"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop)
	<-stop
}
",
        after: "\
package main

import (
	\"os\"
	\"os/signal\"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
}
",
        ..HINT
    },
    check: notify_all_signals,
};

fn notify_all_signals(file: &File<'_>, findings: &mut Findings) {
    for notify in file.calls(&["os/signal.Notify"]) {
        if file.arguments(notify).len() == 1 && !file.is_test() {
            file.mark(
                findings,
                notify,
                "Without a list it delivers every signal, also the `SIGURG` that the runtime sends itself: name the signals.",
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
                    .is_some_and(|literal| file.starter_of(literal).is_some())
        });
        let waits = file
            .syntax
            .inside(main)
            .filter(|node| node.start_byte() > serve.end_byte() || node.kind() == "defer_statement")
            .any(|node| {
                matches!(
                    node.kind(),
                    "select_statement" | "range_clause" | "defer_statement"
                ) || file.is_receive(node)
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
        let name = file.text_of(context);
        // The wait, or a new value after it, whichever is nearer.
        let last = file
            .syntax
            .before(statement)
            .find(|other| file.text_of(*other) == wait || file.sets(*other, name));
        let is_case = file.syntax.ancestors(statement).nth(1).is_some_and(|case| {
            case.child_by_field_name("communication")
                .is_some_and(|communication| file.text_of(communication) == wait)
        });
        let has_ended = last.map_or(is_case, |last| file.text_of(last) == wait);
        if context.kind() == "identifier" && has_ended && !file.sets(statement, name) {
            file.mark(
                findings,
                context,
                "This context has ended just now, so `Shutdown` gives up at once: give it a fresh one with a timeout.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn signals_want_a_buffer_and_a_list() {
        expect(
            "go/unbuffered-signal-channel",
            &[
                "package p\nimport (\"os\"; \"os/signal\")\nfunc f() { c := make(chan os.Signal); «signal.Notify(c, os.Interrupt)» }\n",
                "package p\nimport (\"os\"; \"os/signal\")\nfunc f() { c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt) }\n",
                "package p\nimport (\"os\"; \"os/signal\")\nfunc f(c chan os.Signal) { signal.Notify(c, os.Interrupt) }\n",
            ],
        );
        expect(
            "go/notify-all-signals",
            &[
                "package p\nimport (\"os\"; \"os/signal\")\nfunc f(c chan os.Signal) { «signal.Notify(c)» }\n",
                "package p\nimport (\"os\"; \"os/signal\")\nfunc f(c chan os.Signal, s []os.Signal) { signal.Notify(c, s...) }\n",
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
