//! Rules about what services show, forward and limit.

use tree_sitter::Node;

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Findings, Level, Rule};

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
        title: "A rate limiter made anew for each request",
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
        let Some(variable) = file.variable_of(made) else {
            continue;
        };
        // Asked only, and not kept.
        let is_own = file
            .uses(function, file.text_of(variable))
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
