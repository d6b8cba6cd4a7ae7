//! Rules about the comments that the toolchain reads.

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

pub(super) const GODEBUG_OUTSIDE_MAIN: Checked = Checked {
    rule: Rule {
        id: "go/godebug-outside-main",
        title: "A `//go:debug` line outside of package main",
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

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

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
    }
}
