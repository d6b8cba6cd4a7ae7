//! What statements declare, in the order of the text. Error recovery leaves any kind of node in any
//! place, so a statement is taken for whatever it looks like.

use std::collections::HashMap;

use tree_sitter::Node;

use super::declarations::{Declared, Once, OwnType, TypeSpec};
use super::resolver::{Meaning, Resolver};
use super::senses;
use super::syntax::{children, children_by_field, field, has_token, kind_of, tokens};
use super::types::Type;

/// How many `else if` with variables of their own are followed: each is a scope to look through.
const LONGEST_CHAIN: usize = 500;

impl<'a> Resolver<'a> {
    /// Walks any node that may stand among statements or at the top of a file.
    pub(super) fn statement(&mut self, node: Node<'a>) {
        self.deeper((), |resolver| resolver.statement_at_depth(node));
    }

    pub(super) fn block(&mut self, node: Node<'a>) {
        if !self.is_elsewhere(node) {
            self.in_scope(|resolver| resolver.statements(node));
        }
    }

    pub(super) fn statements(&mut self, node: Node<'a>) {
        for child in children(node) {
            if self.is_behind(child) {
                break;
            }
            self.statement(child);
        }
    }

    fn statement_at_depth(&mut self, node: Node<'a>) {
        match kind_of(node) {
            "short_var_declaration" | "receive_statement" => self.short_declaration(node),
            "range_clause" => self.range(node),
            "var_spec" => self.var_spec(node),
            "const_declaration" => self.const_declaration(node),
            "type_spec" | "type_alias" => self.type_spec(node),
            "parameter_list" => self.loose_parameters(node),
            "statement_list" | "var_declaration" | "var_spec_list" | "type_declaration"
            | "labeled_statement" | "for_clause" => self.statements(node),
            "ERROR" => self.error(node),
            // Imports are told by `tokens`; the other words are the file's own.
            "import_declaration" | "import_spec" | "import_spec_list" | "package_clause"
            | "label_name" | "field_identifier" | "package_identifier" | "break_statement"
            | "continue_statement" | "goto_statement" => {}
            // What is left of a function whose body error recovery has put behind it.
            "function_declaration" | "method_declaration" if field(node, "body").is_none() => {
                self.signature(node);
            }
            // Nothing behind the following sees what it declares.
            _ if self.is_elsewhere(node) => {}
            "function_declaration" | "method_declaration" => self.function(node),
            "if_statement" => self.in_scope(|resolver| resolver.if_statement(node)),
            "type_switch_statement" => self.in_scope(|resolver| resolver.type_switch(node)),
            kind if is_expression(kind) => {
                self.expression(node, &Type::Unknown);
            }
            kind if kind.ends_with("_type") || kind == "type_identifier" => {
                self.type_of(node);
            }
            // Blocks, clauses, statements that are made of expressions, and remains of anything.
            _ => self.in_scope(|resolver| resolver.statements(node)),
        }
    }

    fn function(&mut self, node: Node<'a>) {
        self.in_scope(|resolver| {
            resolver.signature(node);
            if let Some(body) = field(node, "body") {
                resolver.block(body);
            }
        });
    }

    // Declarations.

    /// `a, b := …`, and the clause of a select that receives.
    fn short_declaration(&mut self, node: Node<'a>) {
        let types = field(node, "right").map_or_else(Vec::new, |right| self.values(right));
        let left = field(node, "left").map_or_else(Vec::new, |left| children(left).collect());
        if has_token(node, ":=") {
            self.declare_all(&left, types);
        } else {
            self.look_at_left(&left);
        }
    }

    /// What stands on the left of `=`.
    fn look_at_left(&mut self, left: &[Node<'a>]) {
        for node in left {
            self.statement(*node);
        }
    }

    /// Variables on the left of `:=`. One that the same scope has already keeps its type.
    fn declare_all(&mut self, left: &[Node<'a>], types: Vec<Type<'a>>) {
        let unknown = std::iter::repeat(Type::Unknown);
        for (name, type_) in left.iter().zip(types.into_iter().chain(unknown)) {
            // tree-sitter takes `nil` and `iota` for literals even where they are declared anew.
            if !matches!(
                kind_of(*name),
                "identifier" | "nil" | "true" | "false" | "iota"
            ) {
                self.statement(*name);
            } else if !self
                .scopes
                .last()
                .is_some_and(|scope| scope.contains_key(self.text_of(*name)))
            {
                self.declare_variable(*name, type_);
            }
        }
    }

    fn range(&mut self, node: Node<'a>) {
        let over = field(node, "right").map_or(Type::Unknown, |right| self.value(right));
        let underlying = match self.underlying(&over) {
            Type::Pointer(to) => Type::pointer(self.underlying(&to)),
            other => other,
        };
        if let Some(word) = tokens(node).find(|token| kind_of(*token) == "range") {
            self.say_with_sense(
                word,
                || vec!["range".to_owned()],
                senses::of_range(&underlying),
            );
        }
        let left = field(node, "left").map_or_else(Vec::new, |left| children(left).collect());
        if !has_token(node, ":=") {
            return self.look_at_left(&left);
        }
        let types = match underlying.pointed_to() {
            Type::Slice(of) | Type::Array(of) => vec![Type::Basic("int"), (**of).clone()],
            Type::Map(key, value) => vec![(**key).clone(), (**value).clone()],
            Type::Channel(of) => vec![(**of).clone()],
            Type::Basic("string") => vec![Type::Basic("int"), Type::Basic("rune")],
            Type::Function(iterator) => match iterator
                .parameters
                .first()
                .map(|yield_| self.underlying(yield_))
            {
                Some(Type::Function(yield_)) => yield_.parameters.clone(),
                _ => Vec::new(),
            },
            Type::Basic(_) | Type::Untyped => vec![over],
            _ => Vec::new(),
        };
        self.declare_all(&left, types);
    }

    /// The types of the names in a specification of variables or constants.
    pub(super) fn types_of_values(&mut self, spec: Node<'a>, count: usize) -> Vec<Type<'a>> {
        let type_ = field(spec, "type").map(|type_| self.type_of(type_));
        let values = match field(spec, "value") {
            Some(value) if type_.is_none() || !self.is_elsewhere(value) => self.values(value),
            _ => Vec::new(),
        };
        match type_ {
            Some(type_) => vec![type_; count],
            None => values,
        }
    }

    fn var_spec(&mut self, node: Node<'a>) {
        let names: Vec<Node<'a>> = children_by_field(node, "name").collect();
        let types = self.types_of_values(node, names.len());
        let unknown = std::iter::repeat(Type::Unknown);
        for (name, type_) in names.into_iter().zip(types.into_iter().chain(unknown)) {
            self.declare_variable(name, type_);
        }
    }

    fn const_declaration(&mut self, node: Node<'a>) {
        // A constant without a value repeats the one before.
        let mut last: Vec<Type<'a>> = Vec::new();
        for spec in children(node) {
            if kind_of(spec) != "const_spec" {
                self.statement(spec);
                continue;
            }
            let names: Vec<Node<'a>> = children_by_field(spec, "name").collect();
            if field(spec, "type").or(field(spec, "value")).is_some() {
                last = self.types_of_values(spec, names.len());
            }
            let unknown = std::iter::repeat(&Type::Unknown);
            for (name, type_) in names.into_iter().zip(last.iter().chain(unknown)) {
                let name = self.text_of(name);
                self.declare(name, Meaning::Value(type_.clone()));
            }
        }
    }

    fn type_spec(&mut self, node: Node<'a>) {
        let Some(name) = field(node, "name") else {
            return;
        };
        let name = self.text_of(name);
        if self.scopes.len() == 1 && self.table.declaration(name).is_some() {
            // It is known already, with its methods; only its words are to be said.
            return self.in_scope(|resolver| {
                resolver.type_parameters(node);
                field(node, "type").map(|type_| resolver.type_of(type_));
            });
        }
        let index = self.declarations.types.len();
        let declared = Declared {
            node,
            part: self.part,
        };
        let mut own = OwnType::new(TypeSpec { name, declared }, true);
        own.underlying = Once::Running;
        self.declarations.types.push(own);
        let is_alias = kind_of(node) == "type_alias";
        if !is_alias {
            self.declare(
                name,
                Meaning::Type(Type::Own {
                    index,
                    arguments: [].into(),
                }),
            );
        }
        let (bounds, underlying) = self.in_scope(|resolver| {
            let bounds = resolver.type_parameters(node);
            (
                bounds,
                field(node, "type").map_or(Type::Unknown, |type_| resolver.type_of(type_)),
            )
        });
        if is_alias {
            self.declare(name, Meaning::Type(underlying.clone()));
        }
        if let Some(own) = self.declarations.types.get_mut(index) {
            own.bounds = bounds.into();
            own.underlying = Once::Done(underlying);
        }
    }

    // Statements with scopes of their own.

    /// `else if` nests as deep as the chain is long, so it is a loop.
    fn if_statement(&mut self, node: Node<'a>) {
        let scopes = self.scopes.len();
        let mut next = Some(node);
        while let Some(node) = next.take() {
            if kind_of(node) != "if_statement" {
                self.statement(node);
                break;
            }
            if field(node, "initializer").is_some() {
                self.scopes.push(HashMap::new());
            }
            if self.scopes.len() > scopes + LONGEST_CHAIN {
                break;
            }
            let alternative = field(node, "alternative");
            for child in children(node) {
                if Some(child) != alternative {
                    self.statement(child);
                }
            }
            next = alternative;
        }
        self.scopes.truncate(scopes);
    }

    fn type_switch(&mut self, node: Node<'a>) {
        if let Some(initializer) = field(node, "initializer") {
            self.statement(initializer);
        }
        let value = field(node, "value").map_or(Type::Unknown, |value| self.value(value));
        let alias = field(node, "alias").and_then(|alias| children(alias).next());
        for clause in children(node) {
            if !matches!(kind_of(clause), "type_case" | "default_case") || self.is_elsewhere(clause)
            {
                continue;
            }
            self.in_scope(|resolver| {
                let cases: Vec<Node<'a>> = children_by_field(clause, "type").collect();
                let narrowed: Vec<Type<'a>> =
                    cases.iter().map(|case| resolver.type_of(*case)).collect();
                if let Some(alias) = alias {
                    let is_nil = |case: &Node<'a>| resolver.text_of(*case) == "nil";
                    let type_ = match narrowed.as_slice() {
                        [one] if !cases.iter().any(is_nil) => one,
                        _ => &value,
                    };
                    resolver.declare_variable(alias, type_.clone());
                }
                for child in children(clause).skip(cases.len()) {
                    resolver.statement(child);
                }
            });
        }
    }

    // Unfinished code.

    /// Its parts are taken in their order; what they declare is seen by what follows.
    fn error(&mut self, node: Node<'a>) {
        let mut before = "";
        let mut operand: Option<Meaning<'a>> = None;
        for part in tokens(node) {
            let kind = kind_of(part);
            match before {
                // `x.name` that did not become an expression.
                "." if matches!(kind, "identifier" | "field_identifier" | "type_identifier") => {
                    let meaning = match operand.take() {
                        Some(Meaning::Value(type_) | Meaning::Type(type_)) => {
                            self.member(&type_, part)
                        }
                        _ => Type::Unknown,
                    };
                    operand = Some(Meaning::Value(meaning));
                }
                // The name of a declaration.
                "func" | "type" | "var" | "const" | "package" | "goto" if kind == "identifier" => {
                    operand = None;
                }
                _ if is_expression(kind) => operand = Some(self.expression(part, &Type::Unknown)),
                _ if kind == "." => {}
                _ => {
                    operand = None;
                    if part.is_named() && kind != "comment" {
                        self.statement(part);
                    }
                }
            }
            before = kind;
        }
    }
}

fn is_expression(kind: &str) -> bool {
    kind.ends_with("_expression")
        || kind.ends_with("_literal")
        || matches!(
            kind,
            "identifier" | "literal_value" | "literal_element" | "nil" | "true" | "false" | "iota"
        )
}
