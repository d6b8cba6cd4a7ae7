//! A Go file as the rules see it: its syntax, what names mean, and questions that many rules ask.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;

use tree_sitter::{Node, Tree};
use viva_guide::Language;

use super::sections::{self, Section};
use super::syntax::Syntax;
use crate::features::hints::rule::{self, Findings, Fix, Rule};
use crate::keywords::go::GoVersion;

/// How a rule looks at a file.
type Check = fn(&File<'_>, &mut Findings);
pub(super) type Checked = rule::Checked<Check>;

/// What most rules have in common.
pub(super) const HINT: Rule = Rule::hint(Language::Go);

/// A file as the rules see it.
#[derive(Debug)]
pub(in crate::features::hints) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) syntax: Syntax<'a>,
    /// The most specific name of each keyword, by the byte where it starts: `sync.Cond.Wait` at the
    /// `Wait` of a call.
    names: &'a HashMap<usize, String>,
    /// The calls of each name, in the order of the text.
    calls: HashMap<&'a str, Vec<Node<'a>>>,
    /// The identifiers of each name, in the order of the text.
    identifiers: HashMap<&'a str, Vec<Node<'a>>>,
    /// The paths of the packages that are imported, with their `import_spec`.
    imports: Vec<(&'a str, Node<'a>)>,
    /// The version of the language that the module asks for, where it is known.
    version: Option<GoVersion>,
    /// By the function and the name.
    declarations: Memory<(usize, &'a str), Option<Node<'a>>>,
    /// By the method.
    receivers: Memory<usize, Option<Receiver<'a>>>,
    /// Whether a function takes a lock.
    locking: Memory<usize, bool>,
    sections: OnceCell<Vec<Section<'a>>>,
}

/// What a method is called on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receiver<'a> {
    pub(super) name: &'a str,
    /// The type without pointer and type arguments.
    pub(super) type_: &'a str,
}

impl<'a> File<'a> {
    pub(super) fn new(
        text: &'a str,
        tree: &'a Tree,
        names: &'a HashMap<usize, String>,
        version: Option<GoVersion>,
    ) -> File<'a> {
        let mut file = File {
            text,
            syntax: Syntax::new(tree),
            names,
            calls: HashMap::new(),
            identifiers: HashMap::new(),
            imports: Vec::new(),
            version,
            declarations: Memory::default(),
            receivers: Memory::default(),
            locking: Memory::default(),
            sections: OnceCell::new(),
        };
        for identifier in file.nodes(&["identifier"]) {
            let name = file.text_of(identifier);
            file.identifiers.entry(name).or_default().push(identifier);
        }
        for call in file.nodes(&["call_expression"]) {
            if let Some(name) = file.called(call) {
                file.calls.entry(name).or_default().push(call);
            }
        }
        for spec in file.nodes(&["import_spec"]) {
            if let Some(path) = spec.child_by_field_name("path") {
                let path = file.text_of(path).trim_matches(['"', '`']);
                file.imports.push((path, spec));
            }
        }
        file
    }

    // Names and texts.

    pub(super) fn text_of(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// What an identifier (of a selector, its last part) means: `sync.Cond.Wait`. None where nothing
    /// is known of it, or it is the file's own.
    pub(super) fn name_of(&self, node: Node<'_>) -> Option<&'a str> {
        let node = match node.kind() {
            "selector_expression" => node.child_by_field_name("field")?,
            "qualified_type" => node.child_by_field_name("name")?,
            _ => node,
        };
        self.names.get(&node.start_byte()).map(String::as_str)
    }

    /// What a call calls.
    pub(super) fn called(&self, call: Node<'_>) -> Option<&'a str> {
        self.name_of(call.child_by_field_name("function")?)
    }

    /// The calls of functions or methods, in the order of the names.
    pub(super) fn calls(&self, names: &[&str]) -> Vec<Node<'a>> {
        names
            .iter()
            .filter_map(|name| self.calls.get(name))
            .flatten()
            .copied()
            .collect()
    }

    /// Whether the module's version of Go is known to be at least 1.`minor`.
    pub(super) fn is_at_least(&self, minor: u32) -> bool {
        self.version
            .is_some_and(|version| (version.major, version.minor) >= (1, minor))
    }

    /// Whether the module's version of Go is known to be before 1.`minor`.
    pub(super) fn is_before(&self, minor: u32) -> bool {
        self.version
            .is_some_and(|version| (version.major, version.minor) < (1, minor))
    }

    /// The `import_spec` of a package.
    pub(super) fn import(&self, path: &str) -> Option<Node<'a>> {
        let found = self.imports.iter().find(|(other, _)| *other == path);
        found.map(|(_, spec)| *spec)
    }

    /// Whether the file is a test or an example beside tests, as far as it shows.
    pub(super) fn is_test(&self) -> bool {
        self.import("testing").is_some() || self.package().ends_with("_test")
    }

    pub(super) fn package(&self) -> &'a str {
        let clause = self.nodes(&["package_identifier"]).into_iter().next();
        clause.map_or("", |name| self.text_of(name))
    }

    // Places in the tree.

    /// Every node of one of these kinds, in the order of the text.
    pub(super) fn nodes(&self, kinds: &[&str]) -> Vec<Node<'a>> {
        self.syntax.nodes(kinds)
    }

    /// The innermost function that a node is in.
    pub(super) fn function_around(&self, node: Node<'a>) -> Option<Node<'a>> {
        self.functions_around(node).next()
    }

    /// The functions that a node is in, the innermost first.
    pub(super) fn functions_around(&self, node: Node<'a>) -> impl Iterator<Item = Node<'a>> {
        self.syntax
            .ancestors(node)
            .filter(|above| is_function(*above))
    }

    /// The function or method that a node is in, not a literal.
    pub(super) fn declaration_around(&self, node: Node<'a>) -> Option<Node<'a>> {
        self.functions_around(node)
            .find(|above| above.kind() != "func_literal")
    }

    /// The innermost loop of its own function that a node is in; not one whose head it is in.
    pub(super) fn loop_around(&self, node: Node<'a>) -> Option<Node<'a>> {
        self.syntax
            .ancestors(node)
            .take_while(|above| !is_function(*above))
            .find(|above| {
                above.kind() == "for_statement"
                    && above
                        .child_by_field_name("body")
                        .is_some_and(|body| contains(body, node))
            })
    }

    /// The innermost statement that a node is in or is: one that stands in a list of statements.
    pub(super) fn statement(&self, node: Node<'a>) -> Option<Node<'a>> {
        std::iter::once(node)
            .chain(self.syntax.ancestors(node))
            .find(|above| self.is_listed(*above))
    }

    fn is_listed(&self, node: Node<'_>) -> bool {
        let parent = self.syntax.parent(node);
        parent.is_some_and(|parent| parent.kind() == "statement_list")
    }

    /// The statements of a block, a case, or the body of a function or loop.
    pub(super) fn statements(&self, node: Node<'a>) -> Vec<Node<'a>> {
        let node = node.child_by_field_name("body").unwrap_or(node);
        let list = match node.kind() {
            "statement_list" => Some(node),
            _ => self
                .syntax
                .children(node)
                .find(|child| child.kind() == "statement_list"),
        };
        list.map_or_else(Vec::new, |list| self.syntax.children(list).collect())
    }

    /// Whether a node is a statement of the body itself of a function or loop, in no block or branch.
    pub(super) fn is_in_body(&self, statement: Node<'a>, of: Node<'a>) -> bool {
        let list = self.syntax.parent(statement);
        let block = list.and_then(|list| self.syntax.parent(list));
        block.is_some() && block == of.child_by_field_name("body")
    }

    // Calls and expressions.

    pub(super) fn arguments(&self, call: Node<'a>) -> Vec<Node<'a>> {
        let list = self
            .syntax
            .children(call)
            .find(|child| child.kind() == "argument_list");
        list.map_or_else(Vec::new, |list| self.syntax.children(list).collect())
    }

    /// The call that a statement is: `f()`, without `go` or `defer`.
    pub(super) fn call_of(&self, statement: Node<'a>) -> Option<Node<'a>> {
        (statement.kind() == "expression_statement")
            .then(|| self.syntax.children(statement).next())?
            .filter(|call| call.kind() == "call_expression")
    }

    /// The call that is deferred or started as a goroutine.
    pub(super) fn call_after_keyword(&self, statement: Node<'a>) -> Option<Node<'a>> {
        matches!(statement.kind(), "defer_statement" | "go_statement")
            .then(|| self.syntax.children(statement).next())?
            .filter(|call| call.kind() == "call_expression")
    }

    /// The function literal of `go func() {…}()` or `defer func() {…}()`.
    pub(super) fn literal_of(&self, statement: Node<'a>) -> Option<Node<'a>> {
        self.call_after_keyword(statement)?
            .child_by_field_name("function")
            .filter(|function| function.kind() == "func_literal")
    }

    /// The `go` statement that starts a function literal: `go func() {…}()`.
    pub(super) fn starter_of(&self, literal: Node<'a>) -> Option<Node<'a>> {
        let go = self.syntax.ancestors(literal).nth(1)?;
        (go.kind() == "go_statement" && self.literal_of(go) == Some(literal)).then_some(go)
    }

    /// The text of what a method is called on: `s.mu` of `s.mu.Lock()`.
    pub(super) fn operand_text(&self, call: Node<'a>) -> Option<&'a str> {
        Some(self.text_of(operand(call)?))
    }

    /// The name of what is called, without what it is called on: `Lock` of `s.mu.Lock()`. Empty: it has none.
    pub(super) fn callee(&self, call: Node<'a>) -> &'a str {
        let function = call.child_by_field_name("function");
        function.map_or("", |function| {
            self.text_of(function.child_by_field_name("field").unwrap_or(function))
        })
    }

    /// Whether an expression receives from a channel: `<-c`.
    pub(super) fn is_receive(&self, node: Node<'a>) -> bool {
        node.kind() == "unary_expression" && self.text_of(node).starts_with("<-")
    }

    // Variables. Scopes are not looked at: who needs certainty asks for the only declaration.

    /// Where identifiers of a name stand in a node, in the order of the text.
    pub(super) fn uses(&self, node: Node<'a>, name: &str) -> impl Iterator<Item = Node<'a>> {
        let all = self.identifiers.get(name).map_or(&[][..], Vec::as_slice);
        let start = all.partition_point(|other| other.start_byte() < node.start_byte());
        all[start..]
            .iter()
            .copied()
            .take_while(move |other| other.end_byte() <= node.end_byte())
            .filter(move |other| *other != node)
    }

    /// Whether an identifier declares a variable, a parameter or a constant.
    pub(super) fn is_declaration(&self, identifier: Node<'a>) -> bool {
        let mut above = self.syntax.ancestors(identifier);
        let Some(mut parent) = above.next() else {
            return false;
        };
        let is_list = parent.kind() == "expression_list";
        let list = parent;
        if is_list {
            match above.next() {
                Some(next) => parent = next,
                None => return false,
            }
        }
        match parent.kind() {
            "parameter_declaration"
            | "variadic_parameter_declaration"
            | "var_spec"
            | "const_spec" => !is_list && parent.child_by_field_name("type") != Some(identifier),
            "short_var_declaration" => parent.child_by_field_name("left") == Some(list),
            "range_clause" | "receive_statement" => {
                parent.child_by_field_name("left") == Some(list)
                    && self.text[parent.byte_range()].contains(":=")
            }
            "type_switch_statement" => parent.child_by_field_name("alias") == Some(list),
            _ => false,
        }
    }

    /// What a statement gives new values to: `a` and `b` of `a, b = …` and of `for a, b := range …`.
    pub(super) fn targets(&self, statement: Node<'a>) -> Vec<Node<'a>> {
        let targets = match statement.kind() {
            "assignment_statement"
            | "short_var_declaration"
            | "range_clause"
            | "receive_statement" => statement.child_by_field_name("left"),
            "inc_statement" | "dec_statement" => Some(statement),
            _ => None,
        };
        targets.map_or_else(Vec::new, |targets| self.syntax.children(targets).collect())
    }

    /// Whether an expression gets a new value where it stands.
    pub(super) fn is_target(&self, node: Node<'a>) -> bool {
        let statement = self
            .syntax
            .ancestors(node)
            .find(|above| above.kind() != "expression_list");
        statement.is_some_and(|statement| self.targets(statement).contains(&node))
    }

    /// Whether a statement gives a variable a new value.
    pub(super) fn sets(&self, statement: Node<'a>, name: &str) -> bool {
        self.targets(statement)
            .into_iter()
            .any(|target| self.text_of(target) == name)
    }

    /// The variable that a call's result is declared as: `a` of `a := f()`.
    pub(super) fn variable_of(&self, call: Node<'a>) -> Option<Node<'a>> {
        let variable = self.targets(self.statement(call)?).into_iter().next()?;
        (self.value_of(variable) == Some(call)).then_some(variable)
    }

    /// The identifier that declares a name in a function, if only one does.
    pub(super) fn only_declaration(&self, function: Node<'a>, name: &'a str) -> Option<Node<'a>> {
        self.declarations.ask((function.id(), name), || {
            let mut found = self
                .uses(function, name)
                .filter(|node| self.is_declaration(*node));
            let only = found.next()?;
            found.next().is_none().then_some(only)
        })
    }

    /// What a method is called on, if it has a name that nothing else in the method has.
    pub(super) fn receiver(&self, method: Node<'a>) -> Option<Receiver<'a>> {
        self.receivers.ask(method.id(), || {
            let list = method.child_by_field_name("receiver")?;
            let declaration = self.syntax.children(list).next()?;
            let name = self.syntax.children(declaration).next()?;
            let type_ = self.text_of(declaration.child_by_field_name("type")?);
            let type_ = type_.trim_start_matches('*');
            let is_only = self.only_declaration(method, self.text_of(name)) == Some(name);
            (name.kind() == "identifier" && is_only).then(|| Receiver {
                name: self.text_of(name),
                type_: type_.split('[').next().unwrap_or(type_),
            })
        })
    }

    /// The expression that a variable is declared with: `f()` in `a := f()`, not in `a, b := f()`.
    pub(super) fn value_of(&self, declaration: Node<'a>) -> Option<Node<'a>> {
        let statement = self
            .syntax
            .ancestors(declaration)
            .find(|above| matches!(above.kind(), "short_var_declaration" | "var_spec"))?;
        let (names, values) = if statement.kind() == "var_spec" {
            let mut cursor = statement.walk();
            let names = statement.children_by_field_name("name", &mut cursor);
            let names: Vec<Node<'a>> = names.filter(Node::is_named).collect();
            (names, statement.child_by_field_name("value")?)
        } else {
            let left = statement.child_by_field_name("left")?;
            (
                self.syntax.children(left).collect(),
                statement.child_by_field_name("right")?,
            )
        };
        let at = names.iter().position(|name| *name == declaration)?;
        let values: Vec<_> = self.syntax.children(values).collect();
        (values.len() == names.len()).then(|| values[at])
    }

    /// The parameters of a function with their types: a declaration for each group.
    pub(super) fn parameters(&self, function: Node<'a>) -> Vec<Node<'a>> {
        let list = function.child_by_field_name("parameters");
        list.map_or_else(Vec::new, |list| self.syntax.children(list).collect())
    }

    /// The type of a parameter, by its name.
    pub(super) fn parameter_type(&self, function: Node<'a>, name: &str) -> Option<Node<'a>> {
        self.parameters(function)
            .into_iter()
            .find(|parameter| {
                self.syntax
                    .children(*parameter)
                    .any(|child| child.kind() == "identifier" && self.text_of(child) == name)
            })?
            .child_by_field_name("type")
    }

    /// The name of the first parameter of a type such as `context.Context`, if it has one.
    pub(super) fn parameter_of_type(&self, function: Node<'a>, type_: &str) -> Option<Node<'a>> {
        self.parameters(function).into_iter().find_map(|parameter| {
            let mut node = parameter.child_by_field_name("type")?;
            if node.kind() == "pointer_type" {
                node = node.named_child(0)?;
            }
            let is_wanted = self.name_of(node) == Some(type_);
            let name = self.syntax.children(parameter).next()?;
            (is_wanted && name.kind() == "identifier" && self.text_of(name) != "_").then_some(name)
        })
    }

    /// Whether the function or method that a node is in takes any lock, so that what looks like a race may
    /// be guarded.
    pub(super) fn takes_lock(&self, node: Node<'a>) -> bool {
        self.declaration_around(node).is_some_and(|function| {
            self.locking.ask(function.id(), || {
                self.syntax.inside(function).any(|node| {
                    node.kind() == "field_identifier"
                        && matches!(self.text_of(node), "Lock" | "TryLock" | "Do")
                })
            })
        })
    }

    /// Every place where a lock is taken and held, in the order of the text.
    pub(super) fn sections(&self) -> &[Section<'a>] {
        self.sections.get_or_init(|| sections::sections(self))
    }

    // What is found.

    /// Adds a node.
    pub(super) fn mark(&self, findings: &mut Findings, node: Node<'a>, message: impl AsRef<str>) {
        findings.add(self.statement_start(node), node.byte_range(), message);
    }

    /// Adds a node that can be mended.
    pub(super) fn mark_with_fix(
        &self,
        findings: &mut Findings,
        node: Node<'a>,
        message: impl AsRef<str>,
        fix: Fix,
    ) {
        findings.add_with_fix(self.statement_start(node), node.byte_range(), message, fix);
    }

    /// Adds the word that a statement begins with.
    pub(super) fn mark_keyword(
        &self,
        findings: &mut Findings,
        node: Node<'a>,
        message: impl AsRef<str>,
    ) {
        let word = self.text_of(node);
        let end = word.find(|letter: char| !letter.is_ascii_lowercase());
        let range = node.start_byte()..node.start_byte() + end.unwrap_or(word.len());
        findings.add(self.statement_start(node), range, message);
    }

    fn statement_start(&self, node: Node<'a>) -> usize {
        std::iter::once(node)
            .chain(self.syntax.ancestors(node))
            .take_while(|above| above.kind() != "source_file")
            .find(|above| self.is_listed(*above))
            .or_else(|| {
                std::iter::once(node)
                    .chain(self.syntax.ancestors(node))
                    .take_while(|above| above.kind() != "source_file")
                    .last()
            })
            .map_or(node.start_byte(), |above| above.start_byte())
    }
}

/// Answers that are asked for again and again.
#[derive(Debug)]
pub(super) struct Memory<Question, Answer>(RefCell<HashMap<Question, Answer>>);

impl<Question, Answer> Default for Memory<Question, Answer> {
    fn default() -> Memory<Question, Answer> {
        Memory(RefCell::default())
    }
}

impl<Question: Eq + Hash, Answer: Copy> Memory<Question, Answer> {
    /// The answer of the first time.
    pub(super) fn ask(&self, question: Question, find: impl FnOnce() -> Answer) -> Answer {
        if let Some(known) = self.0.borrow().get(&question) {
            return *known;
        }
        // It may ask for others.
        let answer = find();
        self.0.borrow_mut().insert(question, answer);
        answer
    }
}

pub(super) fn is_function(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "func_literal" | "function_declaration" | "method_declaration"
    )
}

/// What a method is called on, or a function's package.
pub(super) fn operand(call: Node<'_>) -> Option<Node<'_>> {
    call.child_by_field_name("function")?
        .child_by_field_name("operand")
}

pub(super) fn contains(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}
