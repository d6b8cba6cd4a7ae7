//! The rule about copies of locks.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Elsewhere, Findings, Rule, Tool};

pub(super) const MUTEX_BY_VALUE: Checked = Checked {
    rule: Rule {
        id: "go/mutex-by-value",
        title: "A lock, or a struct with one, passed by value",
        why: "The copy locks for itself and guards nothing; a copied `WaitGroup` never reaches zero.",
        topic: "go-concurrency/mutex",
        before: "\
package count

import \"sync\"

type Counter struct {
	mu sync.Mutex
	n  int
}

func (c Counter) Add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}
",
        after: "\
package count

import \"sync\"

type Counter struct {
	mu sync.Mutex
	n  int
}

func (c *Counter) Add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}
",
        elsewhere: &[Elsewhere {
            tool: Tool::Gopls,
            code: "copylocks",
        }],
        ..HINT
    },
    check: mutex_by_value,
};

const NEVER_COPIED: [&str; 7] = [
    "sync.Mutex",
    "sync.RWMutex",
    "sync.WaitGroup",
    "sync.Once",
    "sync.Cond",
    "sync.Map",
    "sync.Pool",
];

fn mutex_by_value(file: &File<'_>, findings: &mut Findings) {
    let locks = own_locks(file);
    for parameter in file.nodes(&["parameter_declaration"]) {
        let Some(type_) = parameter.child_by_field_name("type") else {
            continue;
        };
        // Types of functions and methods of interfaces are copied by whoever has a body.
        let has_body = file
            .syntax
            .ancestors(parameter)
            .nth(1)
            .is_some_and(|function| function.child_by_field_name("body").is_some());
        let is_result = file.syntax.parent(parameter).is_some_and(|list| {
            file.syntax
                .parent(list)
                .is_some_and(|function| function.child_by_field_name("result") == Some(list))
        });
        if has_body && !is_result && is_lock(file, type_, &locks) {
            file.mark(
                findings,
                type_,
                format!(
                    "The function gets a copy of `{}`, whose lock guards nothing: pass a pointer.",
                    file.text_of(type_)
                ),
            );
        }
    }
}

/// The types of the file that have a lock in them, also through each other.
fn own_locks<'a>(file: &File<'a>) -> HashSet<&'a str> {
    // The types that have a field of a type, by the name of that.
    let mut users: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
    let mut found: Vec<&'a str> = Vec::new();
    for spec in file.nodes(&["type_spec"]) {
        let (Some(name), Some(type_)) = (
            spec.child_by_field_name("name"),
            spec.child_by_field_name("type"),
        ) else {
            continue;
        };
        let is_generic = spec.child_by_field_name("type_parameters").is_some();
        if type_.kind() != "struct_type" || is_generic || file.function_around(spec).is_some() {
            continue;
        }
        let name = file.text_of(name);
        let lists = file.syntax.children(type_);
        for field in lists.flat_map(|list| file.syntax.children(list)) {
            // An embedded pointer's star is a token of the field.
            let is_pointer =
                field.child_by_field_name("name").is_none() && file.text_of(field).starts_with('*');
            let Some(of) = field.child_by_field_name("type").filter(|_| !is_pointer) else {
                continue;
            };
            if is_lock(file, of, &HashSet::new()) {
                found.push(name);
            } else if of.kind() == "type_identifier" {
                users.entry(file.text_of(of)).or_default().push(name);
            }
        }
    }
    let mut locks = HashSet::new();
    while let Some(name) = found.pop() {
        if locks.insert(name) {
            found.extend(users.get(name).into_iter().flatten());
        }
    }
    locks
}

fn is_lock<'a>(file: &File<'a>, type_: Node<'a>, own: &HashSet<&str>) -> bool {
    match type_.kind() {
        "qualified_type" => file
            .name_of(type_)
            .is_some_and(|name| NEVER_COPIED.contains(&name)),
        "type_identifier" => own.contains(file.text_of(type_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn locks_are_not_copied() {
        expect(
            "go/mutex-by-value",
            &[
                "package p\nimport \"sync\"\nfunc f(wg «sync.WaitGroup», m *sync.Mutex) { }\n",
                "package p\nimport \"sync\"\ntype a struct { b }\ntype b struct { sync.Mutex }\nfunc (a «a») f(b *b) { }\n",
                "package p\nimport \"sync\"\ntype a struct { *b }\ntype b struct { m *sync.Mutex }\nfunc (a a) f(b b) { }\n",
                "package p\nimport \"sync\"\nvar f func(sync.Mutex)\nfunc g() (m sync.Mutex) { return }\n",
                "package p\nimport \"sync\"\nfunc f(l sync.Locker) { }\n",
            ],
        );
    }
}
