//! The types of expressions. Every name in an expression is said on the way.

use std::rc::Rc;

use tree_sitter::Node;

use super::calls::infer;
use super::embedded::{is_text, joined};
use super::resolver::{Meaning, Resolver};
use super::syntax::{children, field, kind_of};
use super::type_syntax::instantiate;
use super::types::{Signature, Type, of_both};

pub(super) const UNKNOWN: Meaning<'static> = Meaning::Value(Type::Unknown);

impl<'a> Resolver<'a> {
    /// What an expression stands for. `expected` is the type that a literal without one (`{1, 2}`) has here.
    pub(super) fn expression(&mut self, node: Node<'a>, expected: &Type<'a>) -> Meaning<'a> {
        self.deeper(UNKNOWN, |resolver| {
            resolver.expression_at_depth(node, expected)
        })
    }

    /// The type of an expression that is one value.
    pub(super) fn value(&mut self, node: Node<'a>) -> Type<'a> {
        self.expression(node, &Type::Unknown).into_value()
    }

    fn value_of_field(&mut self, node: Node<'a>, name: &str) -> Type<'a> {
        field(node, name).map_or(Type::Unknown, |child| self.value(child))
    }

    fn expression_at_depth(&mut self, node: Node<'a>, expected: &Type<'a>) -> Meaning<'a> {
        let type_ = match kind_of(node) {
            "identifier" | "type_identifier" | "nil" | "true" | "false" | "iota" => {
                return self.name(node);
            }
            "selector_expression" => return self.selector(node),
            "call_expression" => self.call(node),
            "parenthesized_expression" | "literal_element" | "variadic_argument" => {
                return children(node)
                    .next()
                    .map_or(UNKNOWN, |child| self.expression(child, expected));
            }
            "unary_expression" => return self.unary(node),
            "binary_expression" => self.binary(node),
            "index_expression" => return self.index(node),
            "type_instantiation_expression" => {
                let mut parts = self.types_of(node).into_iter();
                let generic = parts.next().unwrap_or(Type::Unknown);
                return Meaning::Type(instantiate(generic, parts.collect()));
            }
            "slice_expression" => self.slice(node),
            "type_assertion_expression" => {
                self.value_of_field(node, "operand");
                field(node, "type").map_or(Type::Unknown, |type_| self.type_of(type_))
            }
            "type_conversion_expression" => {
                let type_ = field(node, "type").map_or(Type::Unknown, |type_| self.type_of(type_));
                self.value_of_field(node, "operand");
                type_
            }
            "composite_literal" => {
                let type_ = field(node, "type").map_or(Type::Unknown, |type_| self.type_of(type_));
                if let Some(body) = field(node, "body") {
                    self.literal(body, &type_);
                }
                type_
            }
            "literal_value" => {
                self.literal(node, expected);
                expected.clone()
            }
            "func_literal" => self.function_literal(node),
            _ if is_text(node) => {
                self.text(node, &[node]);
                Type::Basic("string")
            }
            "int_literal" | "float_literal" | "imaginary_literal" => Type::Untyped,
            "rune_literal" => Type::Basic("rune"),
            "expression_list" => {
                let types: Vec<Type<'a>> = self.values(node);
                Type::Tuple(types.into())
            }
            kind if kind.ends_with("_type") => return Meaning::Type(self.type_of(node)),
            // Unfinished code may declare names here, but nothing behind the expression sees them.
            _ => {
                self.in_scope(|resolver| resolver.statement(node));
                Type::Unknown
            }
        };
        Meaning::Value(type_)
    }

    /// The types of a list of expressions, as many as variables could be declared with them.
    pub(super) fn values(&mut self, list: Node<'a>) -> Vec<Type<'a>> {
        if kind_of(list) != "expression_list" {
            return vec![self.value(list)];
        }
        let mut expressions = children(list);
        if expressions.len() == 1
            && let Some(only) = expressions.next()
        {
            return match self.expression(only, &Type::Unknown) {
                Meaning::Value(Type::Tuple(types)) => types.to_vec(),
                Meaning::Value(type_) if may_tell_success(only) => vec![type_, Type::Basic("bool")],
                meaning => vec![meaning.into_value()],
            };
        }
        expressions
            .map(|expression| self.value(expression))
            .collect()
    }

    fn selector(&mut self, node: Node<'a>) -> Meaning<'a> {
        let (Some(operand), Some(member)) = (field(node, "operand"), field(node, "field")) else {
            return UNKNOWN;
        };
        if kind_of(operand) == "identifier"
            && let (Meaning::Package(path), _) = self.look_up(self.text_of(operand))
        {
            return self.qualified(operand, path, member).unwrap_or(UNKNOWN);
        }
        let operand = match self.expression(operand, &Type::Unknown) {
            // A method expression, `sync.Mutex.Lock`.
            Meaning::Type(type_) => type_,
            meaning => meaning.into_value(),
        };
        Meaning::Value(self.member(&operand, member))
    }

    fn unary(&mut self, node: Node<'a>) -> Meaning<'a> {
        let Some(operand) = field(node, "operand") else {
            return UNKNOWN;
        };
        let meaning = self.expression(operand, &Type::Unknown);
        let type_ = match (
            field(node, "operator").map_or("", |operator| kind_of(operator)),
            meaning,
        ) {
            ("*", Meaning::Type(type_)) => return Meaning::Type(Type::pointer(type_)),
            ("*", meaning) => {
                let type_ = meaning.into_value();
                match self.underlying(&type_) {
                    Type::Pointer(to) => (*to).clone(),
                    _ => Type::Unknown,
                }
            }
            ("&", meaning) => match meaning.into_value() {
                Type::Unknown => Type::Unknown,
                type_ => Type::pointer(type_),
            },
            ("<-", meaning) => {
                let type_ = meaning.into_value();
                match self.underlying(&type_) {
                    Type::Channel(of) => (*of).clone(),
                    _ => Type::Unknown,
                }
            }
            ("!", _) => Type::Basic("bool"),
            (_, meaning) => meaning.into_value(),
        };
        Meaning::Value(type_)
    }

    /// `a + b + c + …` nests to the left as deep as it is long, so its left sides are a loop.
    fn binary(&mut self, node: Node<'a>) -> Type<'a> {
        // The literals of one text are looked at together.
        let texts = joined(node);
        if let Some(parts) = &texts {
            self.text(node, parts);
        }
        let mut operations = vec![node];
        let mut first = field(node, "left");
        while let Some(left) = first.filter(|left| kind_of(*left) == "binary_expression") {
            operations.push(left);
            first = field(left, "left");
        }
        let mut type_ = first.map_or(Type::Unknown, |first| self.operand(first, texts.is_some()));
        for operation in operations.into_iter().rev() {
            let right = field(operation, "right")
                .map_or(Type::Unknown, |right| self.operand(right, texts.is_some()));
            type_ = match field(operation, "operator").map_or("", |operator| kind_of(operator)) {
                "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" => Type::Basic("bool"),
                "<<" | ">>" => type_,
                _ => of_both(type_, right),
            };
        }
        type_
    }

    /// An operand; one that is a literal and was looked at with others is not looked at again.
    fn operand(&mut self, node: Node<'a>, are_texts_done: bool) -> Type<'a> {
        if are_texts_done && is_text(node) {
            Type::Basic("string")
        } else {
            self.value(node)
        }
    }

    fn index(&mut self, node: Node<'a>) -> Meaning<'a> {
        let (Some(operand), Some(index)) = (field(node, "operand"), field(node, "index")) else {
            return UNKNOWN;
        };
        match self.expression(operand, &Type::Unknown) {
            Meaning::Type(type_) => {
                let argument = self.expression(index, &Type::Unknown).into_type();
                Meaning::Type(instantiate(type_, vec![argument]))
            }
            Meaning::Value(Type::Function(signature)) if !signature.bounds.is_empty() => {
                let argument = self.expression(index, &Type::Unknown).into_type();
                let arguments = infer(&signature, vec![argument], &[]);
                Meaning::Value(Type::Function(Rc::new(Signature {
                    bounds: Vec::new(),
                    ..signature.substitute(&arguments)
                })))
            }
            meaning => {
                self.expression(index, &Type::Unknown);
                let operand = meaning.into_value();
                let operand = match self.underlying(&operand) {
                    Type::Pointer(to) => self.underlying(&to),
                    other => other,
                };
                Meaning::Value(match operand {
                    Type::Slice(of) | Type::Array(of) | Type::Map(_, of) => (*of).clone(),
                    Type::Basic("string") => Type::Basic("byte"),
                    _ => Type::Unknown,
                })
            }
        }
    }

    fn slice(&mut self, node: Node<'a>) -> Type<'a> {
        let operand = self.value_of_field(node, "operand");
        for bound in ["start", "end", "capacity"] {
            self.value_of_field(node, bound);
        }
        match operand.pointed_to() {
            Type::Array(of) => Type::Slice(Rc::clone(of)),
            _ => operand,
        }
    }

    fn function_literal(&mut self, node: Node<'a>) -> Type<'a> {
        let signature = self.in_scope(|resolver| {
            let signature = resolver.signature(node);
            if let Some(body) = field(node, "body") {
                resolver.block(body);
            }
            signature
        });
        Type::Function(Rc::new(signature))
    }
}

/// Expressions that also tell whether they succeeded, if two variables take their values.
fn may_tell_success(node: Node<'_>) -> bool {
    match kind_of(node) {
        "index_expression" | "type_assertion_expression" => true,
        "unary_expression" => {
            field(node, "operator").is_some_and(|operator| kind_of(operator) == "<-")
        }
        _ => false,
    }
}
