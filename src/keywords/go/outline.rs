//! What a file declares outside of functions, found by a lexer that skips the bodies of functions: a
//! package's other files are thus known for a fraction of what parsing them would cost.
//!
//! Declarations are kept as pieces of Go without bodies, composite literals and comments, and are
//! parsed when somebody asks for a name in them.

use std::collections::HashMap;
use std::sync::OnceLock;

use tree_sitter::Tree;

use super::lexer::{Kind, Lexer, Token};
use super::names;

/// One file of a package.
#[derive(Debug, Default)]
pub struct PackageFile {
    /// The name in the package clause; empty if there is none.
    pub(super) package: String,
    /// Local package name → import path.
    pub(super) imports: HashMap<String, String>,
    /// Paths imported with a dot.
    pub(super) dot_imports: Vec<String>,
    pieces: Vec<Piece>,
    /// Name → its place in `pieces`.
    names: HashMap<String, usize>,
    /// `Type.Method` → its place in `pieces`.
    methods: HashMap<String, usize>,
}

/// A declaration or a group of them.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    tree: OnceLock<Option<Tree>>,
}

impl Piece {
    pub(super) fn tree(&self) -> Option<&Tree> {
        self.tree
            .get_or_init(|| super::parse(&self.text, None))
            .as_ref()
    }
}

impl PackageFile {
    /// Reads the text of a file, which need not be finished.
    pub fn new(text: &str) -> PackageFile {
        let mut reader = Reader {
            lexer: Lexer::new(text),
            text,
            file: PackageFile::default(),
        };
        reader.read();
        reader.file
    }

    pub(super) fn declaration(&self, name: &str) -> Option<&Piece> {
        self.pieces.get(*self.names.get(name)?)
    }

    /// The method of a name such as `Type.Method`.
    pub(super) fn method(&self, name: &str) -> Option<&Piece> {
        self.pieces.get(*self.methods.get(name)?)
    }
}

struct Reader<'t> {
    lexer: Lexer<'t>,
    text: &'t str,
    file: PackageFile,
}

/// What of a declaration is read so far.
#[derive(Default)]
struct Copy {
    text: String,
    /// Where the last copied token ends, and what it was.
    end: usize,
    last: String,
}

impl<'t> Reader<'t> {
    fn read(&mut self) {
        while let Some(token) = self.lexer.next() {
            let word = self.word(token);
            match (token.kind, word) {
                (Kind::Word, "package") => self.package(),
                (Kind::Word, "import") => self.imports(),
                (Kind::Word, "func") => self.function(token),
                (Kind::Word, "type" | "var" | "const") => self.group(token, word == "type"),
                (Kind::Mark, "{") => self.lexer.skip_braces(),
                _ => {}
            }
        }
    }

    fn word(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn package(&mut self) {
        if let Some(name) = self.lexer.next().filter(|name| name.kind == Kind::Word) {
            self.file.package = self.word(name).to_owned();
        }
    }

    fn imports(&mut self) {
        let mut name: Option<String> = None;
        let mut is_group = false;
        while let Some(token) = self.lexer.peek() {
            let word = self.word(token);
            if matches!(word, "import" | "type" | "var" | "const" | "func") {
                return;
            }
            self.lexer.next();
            match (token.kind, word) {
                (Kind::Mark, "(") => is_group = true,
                (Kind::Mark, ")") => return,
                (Kind::Newline, _) if !is_group => return,
                (Kind::Word, word) => name = Some(word.to_owned()),
                (Kind::Mark, ".") => name = Some(".".to_owned()),
                (Kind::Text, literal) => {
                    let path = literal.trim_matches(['"', '`']).to_owned();
                    match name.take().as_deref() {
                        Some("_") => {}
                        Some(".") => self.file.dot_imports.push(path),
                        Some(name) => {
                            self.file.imports.insert(name.to_owned(), path);
                        }
                        None => {
                            let name = names::assumed_package_name(&path).to_owned();
                            self.file.imports.insert(name, path);
                        }
                    }
                }
                _ => name = None,
            }
        }
    }

    /// A function or method, without its body.
    fn function(&mut self, func: Token) {
        let mut copy = Copy::default();
        self.copy(&mut copy, func);
        let mut depth = 0_usize;
        let mut receiver: Option<String> = None;
        let mut name: Option<String> = None;
        let mut is_type_argument = false;
        while let Some(token) = self.lexer.peek() {
            let word = self.word(token);
            match (token.kind, word) {
                (Kind::Newline, _) if depth == 0 && !continues(&copy.last) => break,
                (Kind::Mark, "{")
                    if depth == 0 && !matches!(&*copy.last, "interface" | "struct") =>
                {
                    self.lexer.next();
                    self.lexer.skip_braces();
                    break;
                }
                (Kind::Mark, "(" | "[" | "{") => depth += 1,
                (Kind::Mark, ")" | "]" | "}") => depth = depth.saturating_sub(1),
                _ if self.starts_function(token) => break,
                (Kind::Word, word) if name.is_none() && depth == 0 => name = Some(word.to_owned()),
                // The last word of the receiver that is not in brackets.
                (Kind::Word, word) if name.is_none() && !is_type_argument => {
                    receiver = Some(word.to_owned());
                }
                _ => {}
            }
            is_type_argument = depth > 1 && (is_type_argument || word == "[");
            self.lexer.next();
            self.copy(&mut copy, token);
        }
        let Some(name) = name.filter(|name| name != "_") else {
            return;
        };
        let place = self.file.pieces.len();
        match receiver {
            Some(receiver) => self
                .file
                .methods
                .entry(format!("{receiver}.{name}"))
                .or_insert(place),
            None if name == "init" => return,
            None => self.file.names.entry(name).or_insert(place),
        };
        self.push(copy);
    }

    /// Types, variables or constants: one, or several in parentheses.
    fn group(&mut self, keyword: Token, is_type: bool) {
        let mut copy = Copy::default();
        self.copy(&mut copy, keyword);
        let place = self.file.pieces.len();
        let (mut depth, mut group) = (0_usize, 0_usize);
        // Whether the next word at the depth of the group is a name that is declared.
        let mut is_name = true;
        let mut is_after_name = false;
        while let Some(token) = self.lexer.peek() {
            let word = self.word(token);
            if self.starts_function(token) {
                break;
            }
            let is_end = token.kind == Kind::Newline || word == ";";
            match (token.kind, word) {
                _ if is_end && depth == group && !continues(&copy.last) => {
                    if group == 0 {
                        break;
                    }
                    is_name = true;
                    is_after_name = false;
                    self.lexer.next();
                    self.copy(&mut copy, token);
                    continue;
                }
                (Kind::Mark, "(") if copy.last == self.word(keyword) && depth == 0 => {
                    (depth, group) = (1, 1);
                }
                (Kind::Mark, "{") if !matches!(&*copy.last, "interface" | "struct") => {
                    self.lexer.next();
                    self.lexer.skip_braces();
                    copy.text.push_str("{}");
                    "}".clone_into(&mut copy.last);
                    copy.end = self.lexer.place();
                    continue;
                }
                (Kind::Mark, "(" | "[" | "{") => depth += 1,
                (Kind::Mark, ")" | "]" | "}") if depth == 0 => break,
                (Kind::Mark, ")" | "]" | "}") => depth -= 1,
                (Kind::Word, name) if is_name && depth == group => {
                    if name != "_" {
                        self.file.names.entry(name.to_owned()).or_insert(place);
                    }
                    is_name = false;
                    is_after_name = !is_type;
                    self.lexer.next();
                    self.copy(&mut copy, token);
                    continue;
                }
                (Kind::Mark, ",") if is_after_name && depth == group => is_name = true,
                _ => {}
            }
            is_after_name = false;
            self.lexer.next();
            self.copy(&mut copy, token);
            if depth == 0 && group == 1 {
                break;
            }
        }
        self.push(copy);
    }

    /// Whether a line begins with a function: only at the top of a file, so what is before is unfinished.
    fn starts_function(&self, token: Token) -> bool {
        token.kind == Kind::Word
            && self.lexer.is_line_start(token.start)
            && self.text[token.start..].starts_with("func ")
    }

    /// Adds a token. Texts are emptied: what they say matters to nobody.
    fn copy(&self, copy: &mut Copy, token: Token) {
        if copy.end < token.start && !copy.text.is_empty() {
            copy.text.push(' ');
        }
        match token.kind {
            Kind::Newline => copy.text.push('\n'),
            Kind::Text => copy.text.push_str("\"\""),
            Kind::Word | Kind::Other | Kind::Mark => copy.text.push_str(self.word(token)),
        }
        if token.kind != Kind::Newline {
            self.word(token).clone_into(&mut copy.last);
        }
        copy.end = token.end;
    }

    fn push(&mut self, copy: Copy) {
        self.file.pieces.push(Piece {
            text: copy.text,
            tree: OnceLock::new(),
        });
    }
}

/// Whether a line that ends with this token goes on in the next one.
fn continues(token: &str) -> bool {
    token.ends_with([
        '=', ',', '+', '-', '*', '/', '%', '&', '|', '^', '<', '>', '!', ':', '.', '(', '[', '{',
        '~',
    ]) || matches!(token, "type" | "var" | "const" | "func")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let file = PackageFile::new(text);
        file.pieces.into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn bodies_literals_texts_and_comments_are_left_out() {
        let text = r#"// Package q.
package q

import (
	"sync" // one
	r "github.com/redis/go-redis/v9"
	. "time"
	_ "embed"
)

/* before */
type Queue[T any] struct {
	sync.Mutex `json:"-"` // locks
	items []T
	done  chan struct{}
}

func (q *Queue[T]) Pop(wait func() interface{}) (T, error) {
	if s := "}"; s == `}` || '}' == '{' { /* } */ return }
}

var a, b = map[string]int{"x": 1}, func() struct{} { return struct{}{} }
const (
	One = iota
	Two; Three
)
type Alias = interface {
	Do()
}
func init() {}
func assembly(x int) bool
var last =
	One
"#;
        let file = PackageFile::new(text);
        assert_eq!(file.package, "q");
        assert_eq!(file.imports["sync"], "sync");
        assert_eq!(file.imports["r"], "github.com/redis/go-redis/v9");
        assert_eq!(file.dot_imports, ["time"]);
        assert_eq!(
            pieces(text),
            [
                "type Queue[T any] struct {\n sync.Mutex \"\" \n items []T\n done chan struct{}\n}",
                "func (q *Queue[T]) Pop(wait func() interface{}) (T, error)",
                "var a, b = map[string]int{}, func() struct{}{}",
                "const (\n One = iota\n Two; Three\n)",
                "type Alias = interface {\n Do()\n}",
                "func assembly(x int) bool",
                "var last =\n One",
            ]
        );
        for name in [
            "Queue", "a", "b", "One", "Two", "Three", "Alias", "assembly", "last",
        ] {
            assert!(file.declaration(name).is_some(), "{name}");
        }
        assert!(file.method("Queue.Pop").is_some());
        assert_eq!(file.names.len(), 9);
    }

    #[test]
    fn an_unfinished_function_ends_where_the_next_begins() {
        let text = "package p\nfunc a() {\n\tif x {\nfunc b() int { return 1 }\ntype T struct {\n\tx int\nfunc (t T) M() {}\nvar s = \"abc\nvar t int\n";
        let file = PackageFile::new(text);
        for name in ["a", "b", "T", "s", "t"] {
            assert!(file.declaration(name).is_some(), "{name}");
        }
        assert!(file.method("T.M").is_some());
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        let text = "package p; import x \"a\"; type ( A [3]int; B = struct{} ); var ( a, b = 1, `\n` ); func (t *T[K, V]) M(x ...int) (y map[K]struct{}) { return '\\'' } //";
        for start in 0..text.len() {
            for end in start..=text.len() {
                PackageFile::new(&text[start..end]);
            }
        }
        PackageFile::new(&"{".repeat(1 << 20));
        PackageFile::new(&"var x = (".repeat(1 << 16));
    }
}
