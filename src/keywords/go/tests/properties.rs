//! What must hold for any text: the two questions agree, and nothing is too deep.

use super::super::{keywords, keywords_in, parse};
use crate::keywords::{Keyword, Source};

const SAMPLE: &str = r#"// Package p is a sample.
package p

import (
	"context"
	"fmt"
	mu "sync"
	. "time"
	_ "embed"
)

type queue[T any] struct {
	mu.Mutex
	ready *mu.Cond
	items []T `json:"items"`
}

var limit, names = 3 * Second, map[string]*queue[int]{"a": {items: make([]int, 0, 8)}}

func (q *queue[T]) pop(ctx context.Context) (item T, err error) {
	q.Lock()
	defer q.Unlock()
	for len(q.items) == 0 {
		q.ready.Wait()
	}
outer:
	for i, x := range q.items {
		switch y := any(x).(type) {
		case error:
			return x, fmt.Errorf("%d 😀: %w", i, y)
		case nil:
			break outer
		}
	}
	select {
	case <-ctx.Done():
		return item, ctx.Err()
	case t := <-After(limit):
		fmt.Println(t.Unix(), Now().Sub(t).Seconds())
		fmt.Println("SELECT a \"b\" FROM "+name+` WHERE a = 1
			UNION`+" ALL SELECT", "not SQL")
	default:
		go func(done chan<- struct{}) { done <- struct{}{} }(make(chan struct{}, 1))
	}
	return q.items[0], nil
}
"#;

/// Asks for every offset of a text and compares with the list of all keywords.
#[track_caller]
fn check_agreement(text: &str) {
    let tree = parse(text, None);
    let source = Source {
        tree: tree.as_ref(),
        ..Source::new(text)
    };
    let all = keywords(source);
    assert!(
        all.is_sorted_by(|a, b| a.range.end <= b.range.start),
        "{text}"
    );
    let mut rest = all.iter().peekable();
    for offset in 0..=text.len() {
        while rest
            .next_if(|keyword| keyword.range.end <= offset)
            .is_some()
        {}
        let expected = rest
            .peek()
            .filter(|keyword| keyword.range.contains(&offset));
        assert_eq!(
            keywords_in(source, offset..offset + 1).first(),
            expected.copied(),
            "at {offset} of:\n{text}"
        );
    }
    for (start, end) in [(3, 2), (2, 3), (40, 41)].map(|(n, m)| (text.len() / n, text.len() / m)) {
        let (start, end) = (start.min(end), start.max(end));
        let expected: Vec<Keyword> = all
            .iter()
            .filter(|keyword| keyword.range.start < end && start < keyword.range.end)
            .cloned()
            .collect();
        let found = keywords_in(source, start..end);
        assert_eq!(found, expected, "in {start}..{end} of:\n{text}");
    }
}

#[test]
fn the_keyword_at_an_offset_is_one_of_all_keywords() {
    check_agreement(SAMPLE);
    check_agreement(&SAMPLE.replace('\n', "\r\n"));
}

#[test]
fn unfinished_texts_agree_too() {
    let ends = SAMPLE.char_indices().map(|(end, _)| end);
    for end in ends.step_by(7) {
        check_agreement(&SAMPLE[..end]);
    }
}

#[test]
fn texts_with_a_piece_missing_agree_too() {
    let starts: Vec<usize> = SAMPLE.char_indices().map(|(start, _)| start).collect();
    for window in starts.windows(6).step_by(11) {
        let (start, end) = (window[0], window[5]);
        check_agreement(&format!("{}{}", &SAMPLE[..start], &SAMPLE[end..]));
    }
}

/// Neither the walk nor the types that it builds may use the stack as deep as the text nests.
#[track_caller]
fn check_deep(text: &str) {
    let small_stack = std::thread::Builder::new().stack_size(2 << 20);
    let text = text.to_owned();
    let walk = small_stack.spawn(move || {
        let tree = parse(&text, None);
        if tree.is_some() {
            let source = Source {
                tree: tree.as_ref(),
                ..Source::new(&text)
            };
            let all = keywords(source);
            let middle = all.get(all.len() / 2);
            let is_found = |at: usize| !keywords_in(source, at..at + 1).is_empty();
            assert!(middle.is_none_or(|keyword| is_found(keyword.range.start)));
            is_found(text.len() / 2);
            is_found(text.len().saturating_sub(1));
        }
    });
    walk.expect("a thread starts")
        .join()
        .expect("the walk ends");
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    for (open, close) in [("(", ")"), ("{", "}")] {
        let (open, close) = (open.repeat(100_000), close.repeat(100_000));
        check_deep(&open);
        check_deep(&format!("package p\nfunc f() {{ x := {open}len{close} }}"));
    }
    // The walk is no deeper here, but the parser is slower.
    let many = 10_000;
    for (open, close) in [
        ("f(", ")"),
        ("[", "]"),
        ("<-", ""),
        ("[]", ""),
        ("if x {", "}"),
        ("func() {", "}()"),
    ] {
        let (open, close) = (open.repeat(many), close.repeat(many));
        check_deep(&open);
        check_deep(&format!("package p\nfunc f() {{ x := {open}len{close} }}"));
    }
    for (start, part, end) in [
        ("var x ", "*", "int"),
        ("var x ", "chan ", "int"),
        ("var x = len", ".a()", ""),
        ("var x = 1", " + len(y)", ""),
        ("func f() { if a {} ", "else if len(a) {}", "}"),
        ("func f() { if a {} ", "else if a := len(a); a > 1 {}", "}"),
    ] {
        check_deep(&format!("package p\n{start}{}{end}", part.repeat(many)));
    }
}

#[test]
fn types_that_grow_without_end_do_not_overflow_the_stack() {
    let grow = |first: &str, step: fn(usize) -> String| {
        let steps: String = (1..20_000).map(step).collect();
        format!("package p\nfunc two[T any](x T) map[T]T\nfunc f() {{\n{first}\n{steps}\n}}")
    };
    check_deep(&grow("a0 := 1", |n| format!("a{n} := &a{}\n", n - 1)));
    check_deep(&grow("a0 := 1", |n| format!("a{n} := two(a{})\n", n - 1)));
    let chain: Vec<String> = (1..20_000)
        .map(|n| format!("var a{n} = a{}\ntype t{n} = t{}\n", n + 1, n + 1))
        .collect();
    check_deep(&format!("package p\n{}", chain.concat()));
}
