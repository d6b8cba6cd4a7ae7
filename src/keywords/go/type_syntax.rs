//! The types that a file spells out, and the parameters of its functions.

use std::rc::Rc;

use tree_sitter::Node;

use super::resolver::{Meaning, Resolver};
use super::syntax::{children, children_by_field, field, kind_of, tokens};
use super::types::{Field, Interface, Signature, Type};

impl<'a> Resolver<'a> {
    /// The type that a node spells out.
    pub(super) fn type_of(&mut self, node: Node<'a>) -> Type<'a> {
        self.deeper(Type::Unknown, |resolver| resolver.type_at_depth(node))
    }

    fn type_at_depth(&mut self, node: Node<'a>) -> Type<'a> {
        match kind_of(node) {
            "type_identifier" | "identifier" => self.name(node).into_type(),
            "qualified_type" => self.qualified_type(node),
            "pointer_type" => Type::pointer(self.type_of_first(node)),
            "parenthesized_type" | "negated_type" => self.type_of_first(node),
            "type_elem" | "type_constraint" => self.type_of_union(node),
            "array_type" | "implicit_length_array_type" => {
                if let Some(length) = field(node, "length") {
                    self.expression(length, &Type::Unknown);
                }
                Type::Array(Rc::new(self.type_of_field(node, "element")))
            }
            "slice_type" => Type::Slice(Rc::new(self.type_of_field(node, "element"))),
            "map_type" => {
                let key = self.type_of_field(node, "key");
                Type::Map(Rc::new(key), Rc::new(self.type_of_field(node, "value")))
            }
            "channel_type" => Type::Channel(Rc::new(self.type_of_field(node, "value"))),
            "function_type" => {
                let signature = self.in_scope(|resolver| resolver.signature(node));
                Type::Function(Rc::new(signature))
            }
            "generic_type" => self.generic_type(node),
            "struct_type" => self.struct_type(node),
            "interface_type" => self.interface_type(node),
            // Where a type is expected, error recovery may have found an expression.
            "selector_expression"
            | "index_expression"
            | "parenthesized_expression"
            | "unary_expression" => self.expression(node, &Type::Unknown).into_type(),
            _ => {
                self.in_scope(|resolver| resolver.statements(node));
                Type::Unknown
            }
        }
    }

    fn type_of_first(&mut self, node: Node<'a>) -> Type<'a> {
        children(node)
            .next()
            .map_or(Type::Unknown, |child| self.type_of(child))
    }

    fn type_of_field(&mut self, node: Node<'a>, name: &str) -> Type<'a> {
        field(node, name).map_or(Type::Unknown, |child| self.type_of(child))
    }

    /// `A | B` is no type that a value has; `~[]T` alone is.
    fn type_of_union(&mut self, node: Node<'a>) -> Type<'a> {
        let mut types: Vec<Type<'a>> = children(node).map(|child| self.type_of(child)).collect();
        if types.len() == 1 {
            types.pop().unwrap_or(Type::Unknown)
        } else {
            Type::Unknown
        }
    }

    fn qualified_type(&mut self, node: Node<'a>) -> Type<'a> {
        let (Some(qualifier), Some(name)) = (field(node, "package"), field(node, "name")) else {
            return Type::Unknown;
        };
        match self.look_up(self.text_of(qualifier)).0 {
            Meaning::Package(path) => match self.qualified(qualifier, path, name) {
                Some(meaning) => meaning.into_type(),
                // The package is not known, but this must be a type.
                None => Type::library(path, self.text_of(name)),
            },
            // `x.y` where a type is expected is a field in Go that is not finished.
            meaning => {
                let operand = meaning.into_value();
                self.member(&operand, name);
                Type::Unknown
            }
        }
    }

    fn generic_type(&mut self, node: Node<'a>) -> Type<'a> {
        let type_ = self.type_of_field(node, "type");
        let arguments =
            field(node, "type_arguments").map_or_else(Vec::new, |list| self.types_of(list));
        instantiate(type_, arguments)
    }

    pub(super) fn types_of(&mut self, list: Node<'a>) -> Vec<Type<'a>> {
        children(list).map(|node| self.type_of(node)).collect()
    }

    fn struct_type(&mut self, node: Node<'a>) -> Type<'a> {
        let mut fields = Vec::new();
        for declaration in children(node).flat_map(children) {
            if kind_of(declaration) != "field_declaration" {
                self.statement(declaration);
                continue;
            }
            let type_node = field(declaration, "type");
            let type_ = type_node.map_or(Type::Unknown, |type_| self.type_of(type_));
            let names = children_by_field(declaration, "name");
            if names.len() > 0 {
                fields.extend(names.map(|name| Field {
                    name: self.text_of(name),
                    type_: type_.clone(),
                    embedded: false,
                }));
            } else if let Some(name) = type_node.and_then(embedded_name) {
                let is_pointer = tokens(declaration)
                    .next()
                    .is_some_and(|token| kind_of(token) == "*");
                let type_ = if is_pointer {
                    Type::pointer(type_)
                } else {
                    type_
                };
                fields.push(Field {
                    name: self.text_of(name),
                    type_,
                    embedded: true,
                });
            }
        }
        Type::Struct(fields.into())
    }

    fn interface_type(&mut self, node: Node<'a>) -> Type<'a> {
        let mut interface = Interface::default();
        for element in children(node) {
            match kind_of(element) {
                "method_elem" => {
                    let signature = self.in_scope(|resolver| resolver.signature(element));
                    if let Some(name) = field(element, "name") {
                        interface
                            .methods
                            .push((self.text_of(name), Rc::new(signature)));
                    }
                }
                "type_elem" => {
                    let count = children(element).len();
                    let type_ = self.type_of(element);
                    // A union has no methods, and is not an embedded type that may have some.
                    if count == 1 {
                        interface.embedded.push(type_);
                    }
                }
                _ => self.statement(element),
            }
        }
        Type::Interface(Rc::new(interface))
    }

    /// Reads the signature of a function, method, function type or literal, and declares its receiver,
    /// parameters and results in the innermost scope.
    pub(super) fn signature(&mut self, node: Node<'a>) -> Signature<'a> {
        let mut named = Vec::new();
        if let Some(receiver) = field(node, "receiver") {
            self.receiver(receiver, &mut named);
        }
        let bounds = self.type_parameters(node);
        let mut signature = Signature {
            bounds,
            ..Signature::default()
        };
        if let Some(parameters) = field(node, "parameters") {
            signature.variadic = children(parameters)
                .any(|parameter| kind_of(parameter) == "variadic_parameter_declaration");
            signature.parameters = self.parameters(parameters, &mut named);
        }
        signature.results = match field(node, "result") {
            Some(list) if kind_of(list) == "parameter_list" => self.parameters(list, &mut named),
            Some(result) => vec![self.type_of(result)],
            None => Vec::new(),
        };
        // Parameters are known in the body only: in `func f(url url.URL, u url.URL)` both are of the package.
        for (name, type_) in named {
            self.declare_variable(name, type_);
        }
        signature
    }

    /// A list of parameters that stands alone, because its function is unfinished.
    pub(super) fn loose_parameters(&mut self, list: Node<'a>) {
        let mut named = Vec::new();
        self.parameters(list, &mut named);
        for (name, type_) in named {
            self.declare_variable(name, type_);
        }
    }

    /// Declares the type parameters of a function or type, and gives their constraints.
    pub(super) fn type_parameters(&mut self, node: Node<'a>) -> Vec<Type<'a>> {
        let Some(list) = field(node, "type_parameters") else {
            return Vec::new();
        };
        let parameters: Vec<(Node<'a>, Node<'a>)> = children(list)
            .flat_map(|group| children_by_field(group, "name").map(move |name| (group, name)))
            .collect();
        // A constraint may use every parameter of the list, so they are declared before it is read.
        for (index, (_, name)) in parameters.iter().enumerate() {
            self.declare_parameter(*name, index, Type::Unknown);
        }
        let mut bounds: Vec<Type<'a>> = Vec::with_capacity(parameters.len());
        let mut previous: Option<Node<'a>> = None;
        for (group, _) in &parameters {
            let bound = match bounds.last() {
                Some(bound) if previous == Some(*group) => bound.clone(),
                _ => field(*group, "type").map_or(Type::Unknown, |bound| self.type_of(bound)),
            };
            bounds.push(bound);
            previous = Some(*group);
        }
        for (index, ((_, name), bound)) in parameters.iter().zip(&bounds).enumerate() {
            self.declare_parameter(*name, index, bound.clone());
        }
        bounds
    }

    fn declare_parameter(&mut self, name: Node<'a>, index: usize, bound: Type<'a>) {
        let type_ = Type::Parameter {
            index,
            bound: Rc::new(bound),
        };
        self.declare(self.text_of(name), Meaning::Type(type_));
    }

    /// Reads a receiver, and declares the type parameters that it names.
    fn receiver(&mut self, list: Node<'a>, named: &mut Vec<(Node<'a>, Type<'a>)>) {
        for declaration in children(list) {
            let Some(type_node) = field(declaration, "type") else {
                continue;
            };
            if let Some((generic, arguments)) = generic_receiver(type_node) {
                let bounds = match self.look_up(self.text_of(generic)).0 {
                    Meaning::Type(Type::Own { index, .. }) => {
                        self.own_underlying(index);
                        self.declarations
                            .types
                            .get(index)
                            .map(|own| Rc::clone(&own.bounds))
                    }
                    _ => None,
                };
                for (index, argument) in children(arguments).enumerate() {
                    let bound = bounds
                        .as_ref()
                        .and_then(|bounds| bounds.get(index))
                        .cloned();
                    self.declare_parameter(argument, index, bound.unwrap_or(Type::Unknown));
                }
            }
            let type_ = self.type_of(type_node);
            named.extend(children_by_field(declaration, "name").map(|name| (name, type_.clone())));
        }
    }

    /// Reads parameters or results: their types, and those that have names.
    fn parameters(
        &mut self,
        list: Node<'a>,
        named: &mut Vec<(Node<'a>, Type<'a>)>,
    ) -> Vec<Type<'a>> {
        let mut parameters = Vec::new();
        for declaration in children(list) {
            if !kind_of(declaration).ends_with("parameter_declaration") {
                self.statement(declaration);
                continue;
            }
            let mut type_ = self.type_of_field(declaration, "type");
            if kind_of(declaration) == "variadic_parameter_declaration" {
                type_ = Type::Slice(Rc::new(type_));
            }
            let declared = children_by_field(declaration, "name");
            parameters.resize(parameters.len() + declared.len().max(1), type_.clone());
            named.extend(declared.map(|name| (name, type_.clone())));
        }
        parameters
    }
}

/// A generic type with its arguments.
pub(super) fn instantiate<'a>(type_: Type<'a>, arguments: Vec<Type<'a>>) -> Type<'a> {
    match type_ {
        Type::Library { package, name, .. } => Type::Library {
            package,
            name,
            arguments: arguments.into(),
        },
        Type::Own { index, .. } => Type::Own {
            index,
            arguments: arguments.into(),
        },
        other => other,
    }
}

/// An embedded field has the name of its type.
fn embedded_name(type_: Node<'_>) -> Option<Node<'_>> {
    match kind_of(type_) {
        "qualified_type" => field(type_, "name"),
        "generic_type" => field(type_, "type").and_then(embedded_name),
        _ => Some(type_),
    }
}

/// Name and arguments of the generic type in a receiver, `*Stack[T]`.
fn generic_receiver(type_: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let mut node = type_;
    // A receiver is at most `(*(T[A]))`; more layers are not Go.
    for _ in 0..8 {
        if kind_of(node) == "generic_type" {
            return Some((field(node, "type")?, field(node, "type_arguments")?));
        }
        node = children(node).next()?;
    }
    None
}
