//! Rules about clients and servers.

use tree_sitter::Node;

use super::file::{Checked, File, HINT, operand};
use crate::features::hints::rule::{Findings, Level, Rule};

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
        title: "a response whose body is not closed",
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
        let target = assignment
            .and_then(|assignment| assignment.child_by_field_name("left"))
            .and_then(|left| file.syntax.children(left).next());
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
        .into_iter()
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

pub(super) const PPROF_ON_PUBLIC_MUX: Checked = Checked {
    rule: Rule {
        id: "go/pprof-on-public-mux",
        title: "`net/http/pprof` on the mux of a server for all interfaces",
        why: "The import registers its pages on `http.DefaultServeMux`: anybody can read memory and goroutines, and start a profile.",
        topic: "go-runtime/pprof",
        before: "\
package main

import (
	\"net/http\"
	_ \"net/http/pprof\"
)

func main() {
	http.ListenAndServe(\":8080\", nil)
}
",
        after: "\
package main

import (
	\"net/http\"
	_ \"net/http/pprof\"
)

func main() {
	http.ListenAndServe(\"localhost:6060\", nil)
}
",
        level: Level::Information,
        ..HINT
    },
    check: pprof_on_public_mux,
};

fn pprof_on_public_mux(file: &File<'_>, findings: &mut Findings) {
    let Some(import) = file.import("net/http/pprof") else {
        return;
    };
    let is_public = file
        .calls(&["net/http.ListenAndServe"])
        .into_iter()
        .any(|call| {
            let arguments = file.arguments(call);
            let &[address, handler] = arguments.as_slice() else {
                return false;
            };
            let address = file.text_of(address);
            file.text_of(handler) == "nil"
                && (address.starts_with("\":") || address.starts_with("\"0.0.0.0:"))
        });
    if is_public {
        file.mark(
            findings,
            import,
            "This registers on `http.DefaultServeMux`, which the server below shows to everybody: use an internal port.",
        );
    }
}

pub(super) const REVERSEPROXY_DIRECTOR: Checked = Checked {
    rule: Rule {
        id: "go/reverseproxy-director",
        title: "`ReverseProxy` with `Director`, or `NewSingleHostReverseProxy`",
        why: "`X-Forwarded-For` from the client is kept, and a client can remove headers that `Director` sets; `Rewrite` has neither fault.",
        topic: "microservices/api-gateway",
        before: "\
package gateway

import (
	\"net/http\"
	\"net/http/httputil\"
	\"net/url\"
)

func gateway(target *url.URL) http.Handler {
	return httputil.NewSingleHostReverseProxy(target)
}
",
        after: "\
package gateway

import (
	\"net/http\"
	\"net/http/httputil\"
	\"net/url\"
)

func gateway(target *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
		},
	}
}
",
        ..HINT
    },
    check: reverseproxy_director,
};

fn reverseproxy_director(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() || file.is_before(20) {
        return;
    }
    let message = "Headers such as `X-Forwarded-For` are taken over from the client here: use `ReverseProxy` with `Rewrite`.";
    for call in file.calls(&["net/http/httputil.NewSingleHostReverseProxy"]) {
        file.mark(findings, call, message);
    }
    for element in file.nodes(&["keyed_element"]) {
        let Some(key) = element
            .child_by_field_name("key")
            .filter(|key| file.text_of(*key) == "Director")
        else {
            continue;
        };
        let literal = file.syntax.ancestors(element).nth(1);
        let type_ = literal.and_then(|literal| literal.child_by_field_name("type"));
        if type_.and_then(|type_| file.name_of(type_)) == Some("net/http/httputil.ReverseProxy") {
            file.mark(findings, key, message);
        }
    }
}

pub(super) const GRPC_DIAL: Checked = Checked {
    rule: Rule {
        id: "go/grpc-dial",
        title: "`grpc.Dial` with `WithBlock`",
        why: "The service cannot start while its neighbour is down; `grpc.NewClient` connects when it is needed, and each call has a deadline.",
        topic: "microservices/grpc-load-balancing",
        before: "\
package client

import \"google.golang.org/grpc\"

func connect(address string) (*grpc.ClientConn, error) {
	return grpc.Dial(address, grpc.WithBlock())
}
",
        after: "\
package client

import \"google.golang.org/grpc\"

func connect(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(address)
}
",
        ..HINT
    },
    check: grpc_dial,
};

fn grpc_dial(file: &File<'_>, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    let dials = [
        "google.golang.org/grpc.Dial",
        "google.golang.org/grpc.DialContext",
    ];
    for dial in file.calls(&dials) {
        let blocks = file
            .arguments(dial)
            .into_iter()
            .any(|option| file.called(option) == Some("google.golang.org/grpc.WithBlock"));
        if blocks {
            file.mark(
                findings,
                dial,
                "With `WithBlock` this service cannot start while the other is down: use `grpc.NewClient` and deadlines on calls.",
            );
        }
    }
}

pub(super) const LIMITER_PER_REQUEST: Checked = Checked {
    rule: Rule {
        id: "go/limiter-per-request",
        title: "a rate limiter made anew for each request",
        why: "A new limiter has all its tokens, so it never limits; it must live longer than the request.",
        topic: "go-concurrency/rate-limiting",
        before: "\
package api

import (
	\"net/http\"

	\"golang.org/x/time/rate\"
)

func serve(w http.ResponseWriter, r *http.Request) {
	limiter := rate.NewLimiter(10, 20)
	if !limiter.Allow() {
		http.Error(w, \"too many requests\", http.StatusTooManyRequests)
	}
}
",
        after: "\
package api

import (
	\"net/http\"

	\"golang.org/x/time/rate\"
)

var limiter = rate.NewLimiter(10, 20)

func serve(w http.ResponseWriter, r *http.Request) {
	if !limiter.Allow() {
		http.Error(w, \"too many requests\", http.StatusTooManyRequests)
	}
}
",
        ..HINT
    },
    check: limiter_per_request,
};

fn limiter_per_request(file: &File<'_>, findings: &mut Findings) {
    for made in file.calls(&["golang.org/x/time/rate.NewLimiter"]) {
        let Some(function) = file
            .function_around(made)
            .filter(|function| is_handler(file, *function))
        else {
            continue;
        };
        let Some(variable) = file
            .statement(made)
            .filter(|statement| statement.kind() == "short_var_declaration")
            .and_then(|statement| statement.child_by_field_name("left"))
            .and_then(|left| file.syntax.children(left).next())
            .filter(|variable| file.value_of(*variable) == Some(made))
        else {
            continue;
        };
        // Asked only, and not kept.
        let is_own = file
            .uses(function, file.text_of(variable))
            .into_iter()
            .filter(|node| *node != variable)
            .all(|node| {
                file.syntax
                    .parent(node)
                    .is_some_and(|selector| selector.kind() == "selector_expression")
            });
        if is_own {
            file.mark(
                findings,
                made,
                "Each request gets a limiter of its own with all its tokens, so nothing is limited: make it once.",
            );
        }
    }
}

/// Whether a function serves HTTP requests.
pub(super) fn is_handler<'a>(file: &File<'a>, function: Node<'a>) -> bool {
    file.parameters(function).into_iter().any(|parameter| {
        parameter
            .child_by_field_name("type")
            .is_some_and(|type_| file.name_of(type_) == Some("net/http.ResponseWriter"))
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

    #[test]
    fn services_are_careful() {
        expect(
            "go/pprof-on-public-mux",
            &[
                "package p\nimport \"net/http\"\nimport «_ \"net/http/pprof\"»\nfunc f() { http.ListenAndServe(\"0.0.0.0:1\", nil) }\n",
                "package p\nimport \"net/http\"\nimport _ \"net/http/pprof\"\nfunc f(h http.Handler) { http.ListenAndServe(\":1\", h) }\n",
            ],
        );
        expect(
            "go/reverseproxy-director",
            &[
                "package p\nimport \"net/http/httputil\"\nvar p = &httputil.ReverseProxy{«Director»: nil}\n",
                "package p\nimport \"net/http/httputil\"\nvar p = &httputil.ReverseProxy{Rewrite: nil}\n",
                "package p\ntype t struct { Director int }\nvar p = t{Director: 1}\n",
            ],
        );
        expect(
            "go/grpc-dial",
            &[
                "package p\nimport \"google.golang.org/grpc\"\nfunc f() { «grpc.Dial(\"\", grpc.WithBlock())» }\n",
                "package p\nimport \"google.golang.org/grpc\"\nfunc f() { grpc.Dial(\"\") }\n",
            ],
        );
        expect(
            "go/limiter-per-request",
            &[
                "package p\nimport (\"net/http\"; \"golang.org/x/time/rate\")\nvar m = map[string]*rate.Limiter{}\nfunc f(w http.ResponseWriter, r *http.Request) { l := rate.NewLimiter(1, 1); m[r.Host] = l }\n",
                "package p\nimport \"golang.org/x/time/rate\"\nfunc f() { l := rate.NewLimiter(1, 1); l.Allow() }\n",
            ],
        );
    }
}
