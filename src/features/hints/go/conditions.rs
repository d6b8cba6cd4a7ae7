//! Rules about waiting for a condition.

use super::{File, HINT};
use crate::features::hints::rule::{Check, Findings, Rule};

pub(super) const COND_WAIT_WITHOUT_LOOP: Rule = Rule {
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
    check: Check::Go(cond_wait_without_loop),
    ..HINT
};

fn cond_wait_without_loop(file: &File<'_>, findings: &mut Findings) {
    for call in file.calls(&["sync.Cond.Wait"]) {
        if file.loop_around(call).is_none() {
            file.mark(
                findings,
                call,
                "`Wait` returns without the condition being true again: test it in a `for` loop.",
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
            ],
        );
    }
}
