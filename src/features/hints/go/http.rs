//! Rules about HTTP clients and servers.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, operand};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const HTTP_WITHOUT_TIMEOUT: Checked = Checked {
    rule: Rule {
        id: "go/http-without-timeout",
        title: "`http.Get`, `http.DefaultClient` or `http.ListenAndServe`: no timeout",
        why: "The default client and the server behind `ListenAndServe` wait for ever, so one slow peer takes goroutines and connections.",
        topic: "microservices/http-timeouts",
        before: "\
package fetch

import \"net/http\"

func fetch(url string) (*http.Response, error) {
	return http.Get(url)
}
",
        after: "\
package fetch

import (
	\"net/http\"
	\"time\"
)

var client = http.Client{Timeout: 10 * time.Second}

func fetch(url string) (*http.Response, error) {
	return client.Get(url)
}
",
        ..HINT
    },
    check: http_without_timeout,
};

fn http_without_timeout(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    let clients = [
        "net/http.Get",
        "net/http.Post",
        "net/http.Head",
        "net/http.PostForm",
    ];
    for call in file.calls(&clients) {
        file.mark(
            findings,
            call,
            "This uses `http.DefaultClient`, which waits for ever: make an `http.Client` with a `Timeout`.",
        );
    }
    // A request may carry a context with a deadline.
    let has_context = file.calls(&["net/http.NewRequestWithContext"]).len()
        + file.calls(&["net/http.Request.WithContext"]).len()
        > 0;
    let by_default = [
        "net/http.Client.Do",
        "net/http.Client.Get",
        "net/http.Client.Post",
    ];
    for call in file.calls(&by_default) {
        let is_default = operand(call)
            .is_some_and(|client| file.name_of(client) == Some("net/http.DefaultClient"));
        if is_default && !has_context {
            file.mark(
                findings,
                call,
                "`http.DefaultClient` waits for ever: make an `http.Client` with a `Timeout`.",
            );
        }
    }
    for call in file.calls(&[
        "net/http.ListenAndServe",
        "net/http.ListenAndServeTLS",
        "github.com/gin-gonic/gin.Engine.Run",
    ]) {
        if !is_local(file, call) {
            file.mark(
                findings,
                call,
                "This server has no timeouts, so slow clients keep their connections for ever: configure an `http.Server`.",
            );
        }
    }
}

/// Whether a server listens on this machine only.
fn is_local<'a>(file: &File<'a>, call: Node<'a>) -> bool {
    file.arguments(call).first().is_some_and(|address| {
        let address = file.text_of(*address).trim_matches(['"', '`']);
        ["localhost:", "127.0.0.1:", "[::1]:"]
            .iter()
            .any(|host| address.starts_with(host))
    })
}

pub(super) const BODY_NOT_CLOSED: Checked = Checked {
    rule: Rule {
        id: "go/body-not-closed",
        title: "A response whose body is not closed",
        why: "The connection and its two goroutines stay until somebody closes the body, and the connection is not used again.",
        topic: "microservices/http-connection-reuse",
        before: "\
package fetch

import \"net/http\"

func isUp(client *http.Client, url string) bool {
	resp, err := client.Get(url)
	return err == nil && resp.StatusCode == http.StatusOK
}
",
        after: "\
package fetch

import \"net/http\"

func isUp(client *http.Client, url string) bool {
	resp, err := client.Get(url)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
",
        ..HINT
    },
    check: body_not_closed,
};

const REQUESTS: [&str; 9] = [
    "net/http.Get",
    "net/http.Post",
    "net/http.Head",
    "net/http.PostForm",
    "net/http.Client.Do",
    "net/http.Client.Get",
    "net/http.Client.Post",
    "net/http.Client.Head",
    "net/http.Client.PostForm",
];

/// Functions that read a body and leave it open.
const READERS: [&str; 7] = [
    "io.ReadAll",
    "io/ioutil.ReadAll",
    "io.Copy",
    "io.LimitReader",
    "encoding/json.NewDecoder",
    "encoding/xml.NewDecoder",
    "bufio.NewReader",
];

fn body_not_closed(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for call in file.calls(&REQUESTS) {
        let Some(statement) = file.statement(call) else {
            continue;
        };
        let assignment = std::iter::once(statement)
            .chain(file.syntax.inside_own(statement))
            .find(|node| {
                matches!(
                    node.kind(),
                    "short_var_declaration" | "assignment_statement"
                ) && node
                    .child_by_field_name("right")
                    .is_some_and(|right| right.byte_range() == call.byte_range())
            });
        let target = assignment.and_then(|assignment| file.targets(assignment).into_iter().next());
        let is_lost = match target {
            None => file.call_of(statement) == Some(call),
            Some(target) => {
                file.text_of(target) == "_"
                    || file
                        .function_around(call)
                        .is_some_and(|function| stays_open(file, function, target))
            }
        };
        // The answer to HEAD has no body.
        let is_head = file.called(call).is_some_and(|name| name.ends_with("Head"));
        if is_lost && !is_head {
            file.mark(
                findings,
                call,
                "Nobody closes the body of this response: its connection and two goroutines stay; `defer resp.Body.Close()`.",
            );
        }
    }
}

/// Whether all that happens to a response in a function leaves its body open for certain.
fn stays_open<'a>(file: &File<'a>, function: Node<'a>, response: Node<'a>) -> bool {
    let name = file.text_of(response);
    if response.kind() != "identifier" || file.only_declaration(function, name) != Some(response) {
        return false;
    }
    file.uses(function, name)
        .filter(|node| *node != response)
        .all(|node| {
            let mut above = file.syntax.ancestors(node);
            let Some(selector) = above
                .next()
                .filter(|selector| selector.kind() == "selector_expression")
            else {
                return false;
            };
            let field = selector
                .child_by_field_name("field")
                .map_or("", |field| file.text_of(field));
            match field {
                "StatusCode" | "Status" | "Header" | "ContentLength" | "Proto" => true,
                "Body" => {
                    let list = above.next().filter(|list| list.kind() == "argument_list");
                    let reader = list.and_then(|_| above.next());
                    reader.is_some_and(|call| {
                        file.called(call)
                            .is_some_and(|name| READERS.contains(&name))
                    })
                }
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn clients_and_servers_have_timeouts() {
        expect(
            "go/http-without-timeout",
            &[
                "package p\nimport \"net/http\"\nfunc f(r *http.Request) { «http.DefaultClient.Do(r)» }\n",
                "package p\nimport \"net/http\"\nfunc f() { «http.ListenAndServe(\":80\", nil)» }\n",
                "package p\nimport \"github.com/gin-gonic/gin\"\nfunc f() { r := gin.Default(); «r.Run()» }\n",
                "package p\nimport \"net/http\"\nfunc f() { http.ListenAndServe(\"localhost:80\", nil) }\n",
                "package p\nimport (\"context\"; \"net/http\")\nfunc f(c context.Context) { r, _ := http.NewRequestWithContext(c, \"GET\", \"\", nil); http.DefaultClient.Do(r) }\n",
                "package p\nimport \"net/http\"\nfunc f(c *http.Client) { c.Get(\"\") }\n",
                "package p\nimport (\"net/http\"; \"testing\")\nfunc f(*testing.T) { http.Get(\"\") }\n",
                "package p_test\nimport \"net/http\"\nfunc Example() { http.Get(\"\") }\n",
                "package p\ntype h struct{}\nfunc (h) Get(string) {}\nfunc f(http h) { http.Get(\"\") }\n",
            ],
        );
    }

    #[test]
    fn bodies_are_closed() {
        expect(
            "go/body-not-closed",
            &[
                "package p\nimport (\"io\"; \"net/http\")\nfunc f() { r, _ := «http.Get(\"\")»; io.ReadAll(r.Body) }\n",
                "package p\nimport \"net/http\"\nfunc f() { _, err := «http.Get(\"\")»; _ = err }\n",
                "package p\nimport \"net/http\"\nfunc f() { if r, err := «http.Get(\"\")»; err == nil { println(r.Status) } }\n",
                "package p\nimport \"net/http\"\nfunc f() { r, _ := http.Get(\"\"); defer r.Body.Close() }\n",
                "package p\nimport \"net/http\"\nfunc f(g func(*http.Response)) { r, _ := http.Get(\"\"); g(r) }\n",
                "package p\nimport \"net/http\"\nfunc f() *http.Response { r, _ := http.Get(\"\"); return r }\n",
                "package p\nimport (\"io\"; \"net/http\")\nfunc f() io.Reader { r, _ := http.Get(\"\"); return r.Body }\n",
                "package p\nimport \"net/http\"\nfunc f() (*http.Response, error) { return http.Get(\"\") }\n",
                "package p\nimport \"net/http\"\nfunc f() { r, _ := http.Head(\"\"); println(r.Status) }\n",
            ],
        );
    }
}
