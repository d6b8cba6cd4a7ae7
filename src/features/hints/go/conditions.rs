//! Rules about waiting for a condition.

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const COND_WAIT_WITHOUT_LOOP: Checked = Checked {
    rule: Rule {
        id: "go/cond-wait-without-loop",
        title: "`Cond.Wait` outside a loop that tests the condition",
        why: "`Wait` returns when it was signalled, not when the condition holds: another goroutine may have run in between.",
        topic: "go-concurrency/sync-cond",
        before: "\
package queue

import \"sync\"

func take(c *sync.Cond, items *[]int) int {
	c.L.Lock()
	defer c.L.Unlock()
	if len(*items) == 0 {
		c.Wait()
	}
	return (*items)[0]
}
",
        after: "\
package queue

import \"sync\"

func take(c *sync.Cond, items *[]int) int {
	c.L.Lock()
	defer c.L.Unlock()
	for len(*items) == 0 {
		c.Wait()
	}
	return (*items)[0]
}
",
        ..HINT
    },
    check: cond_wait_without_loop,
};

fn cond_wait_without_loop(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for call in file.calls(&["sync.Cond.Wait"]) {
        // A method `Wait` that only passes it on leaves the loop to its callers.
        let is_passed_on = file
            .declaration_around(call)
            .and_then(|function| function.child_by_field_name("name"))
            .is_some_and(|name| file.text_of(name) == "Wait");
        if file.loop_around(call).is_none() && !is_passed_on {
            file.mark(
                findings,
                call,
                "`Wait` may return although the condition is false again: test it in a `for` loop.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_wait_outside_a_loop_is_marked() {
        expect(
            "go/cond-wait-without-loop",
            &[
                "package p\nimport \"sync\"\nfunc f(c *sync.Cond) { «c.Wait()» }\n",
                "package p\nimport \"sync\"\nfunc f(c *sync.Cond) { for { c.Wait() } }\n",
                "package p\nimport \"sync\"\nfunc f(c *sync.Cond) { for { func() { «c.Wait()» }() } }\n",
                "package p\nimport \"sync\"\nfunc f(c *sync.WaitGroup) { c.Wait() }\n",
                "package p\nimport \"sync\"\ntype t struct{ c *sync.Cond }\nfunc (t *t) Wait() { t.c.Wait() }\n",
            ],
        );
    }
}
