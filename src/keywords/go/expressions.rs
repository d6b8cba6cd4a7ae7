//! The types of expressions. Every name in an expression is said on the way.

use std::rc::Rc;

use tree_sitter::Node;

use super::resolver::{Meaning, Origin, Resolver};
use super::senses;
use super::syntax::{children, field};
use super::type_syntax::instantiate;
use super::types::{Signature, Type};

const UNKNOWN: Meaning<'static> = Meaning::Value(Type::Unknown);

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
        let type_ = match node.kind() {
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
                let mut types = self.types_of(node).into_iter();
                let type_ = types.next().unwrap_or(Type::Unknown);
                return Meaning::Type(instantiate(type_, types.collect()));
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
            "interpreted_string_literal" | "raw_string_literal" => Type::Basic("string"),
            "int_literal" | "float_literal" | "imaginary_literal" => Type::Untyped,
            "rune_literal" => Type::Basic("rune"),
            "expression_list" => {
                let types: Vec<Type<'a>> = self.values(node);
                Type::Tuple(types.into())
            }
            kind if kind.ends_with("_type") => return Meaning::Type(self.type_of(node)),
            _ => {
                self.statement(node);
                Type::Unknown
            }
        };
        Meaning::Value(type_)
    }

    /// The types of a list of expressions, as many as variables could be declared with them.
    pub(super) fn values(&mut self, list: Node<'a>) -> Vec<Type<'a>> {
        if list.kind() != "expression_list" {
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
        if operand.kind() == "identifier"
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
            field(node, "operator").map_or("", |operator| operator.kind()),
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
        let mut operations = vec![node];
        let mut first = field(node, "left");
        while let Some(left) = first.filter(|left| left.kind() == "binary_expression") {
            operations.push(left);
            first = field(left, "left");
        }
        let mut type_ = first.map_or(Type::Unknown, |first| self.value(first));
        for operation in operations.into_iter().rev() {
            let right = self.value_of_field(operation, "right");
            type_ = match field(operation, "operator").map_or("", |operator| operator.kind()) {
                "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" => Type::Basic("bool"),
                "<<" | ">>" => type_,
                _ => of_both(type_, right),
            };
        }
        type_
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

    // Calls.

    fn call(&mut self, node: Node<'a>) -> Type<'a> {
        let Some(function) = field(node, "function") else {
            return Type::Unknown;
        };
        let arguments: Vec<Node<'a>> =
            field(node, "arguments").map_or_else(Vec::new, |list| children(list).collect());
        if function.kind() == "identifier"
            && let (Meaning::Builtin(name), origin) = self.look_up(self.text_of(function))
        {
            return self.builtin_call(function, name, origin, &arguments);
        }
        let meaning = self.expression(function, &Type::Unknown);
        let types = field(node, "type_arguments").map_or_else(Vec::new, |list| self.types_of(list));
        match meaning {
            Meaning::Type(type_) => {
                self.look_at_all(&arguments);
                instantiate_if_given(type_, types)
            }
            Meaning::Value(type_) => match self.underlying(&type_) {
                Type::Function(signature) if signature.bounds.is_empty() => {
                    self.look_at_all(&arguments);
                    signature.result()
                }
                Type::Function(signature) => {
                    let given = self.types_of_arguments(&arguments);
                    let types = infer(&signature, types, &given);
                    signature.substitute(&types).result()
                }
                _ => {
                    self.look_at_all(&arguments);
                    Type::Unknown
                }
            },
            Meaning::Package(_) | Meaning::Builtin(_) => {
                self.look_at_all(&arguments);
                Type::Unknown
            }
        }
    }

    /// Says what stands in expressions whose types do not matter.
    fn look_at_all(&mut self, nodes: &[Node<'a>]) {
        for node in nodes {
            if !self.is_elsewhere(*node) {
                self.expression(*node, &Type::Unknown);
            }
        }
    }

    fn types_of_arguments(&mut self, arguments: &[Node<'a>]) -> Vec<Type<'a>> {
        let mut types: Vec<Type<'a>> = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match self.expression(*argument, &Type::Unknown) {
                Meaning::Value(Type::Tuple(several)) if arguments.len() == 1 => {
                    return several.to_vec();
                }
                meaning => types.push(meaning.into_value()),
            }
        }
        types
    }

    fn builtin_call(
        &mut self,
        function: Node<'a>,
        name: &str,
        origin: Origin<'a>,
        arguments: &[Node<'a>],
    ) -> Type<'a> {
        if let ("make", Some((made, sizes))) = (name, arguments.split_first()) {
            // The type is looked at for the sense before the word is said, and said where it stands.
            let type_ = self.type_or_value(*made);
            let underlying = self.underlying(&type_);
            let sense = senses::of_make(&underlying, sizes, self.text);
            self.say_origin(function, origin, sense);
            self.look_at_all(sizes);
            return type_;
        }
        self.say_origin(function, origin, None);
        match (name, arguments.split_first()) {
            ("new", Some((made, _))) => match self.type_or_value(*made) {
                Type::Unknown => Type::Unknown,
                type_ => Type::pointer(type_),
            },
            ("append", Some((first, rest))) => {
                let type_ = self.value(*first);
                self.look_at_all(rest);
                type_
            }
            ("min" | "max", _) => self
                .types_of_arguments(arguments)
                .into_iter()
                .reduce(of_both)
                .unwrap_or(Type::Unknown),
            (_, _) => {
                self.look_at_all(arguments);
                match name {
                    "len" | "cap" | "copy" => Type::Basic("int"),
                    _ => Type::Unknown,
                }
            }
        }
    }

    /// The type that `make` or `new` is given; since Go 1.26 `new` takes a value, too.
    fn type_or_value(&mut self, node: Node<'a>) -> Type<'a> {
        match node.kind() {
            "type_identifier" | "identifier" => match self.name(node) {
                Meaning::Type(type_) => type_,
                meaning => meaning.into_value().of_variable(),
            },
            kind if kind.ends_with("_type") => self.type_of(node),
            _ => match self.expression(node, &Type::Unknown) {
                Meaning::Type(type_) => type_,
                meaning => meaning.into_value().of_variable(),
            },
        }
    }

    // Composite literals.

    fn literal(&mut self, body: Node<'a>, type_: &Type<'a>) {
        if self.is_elsewhere(body) {
            return;
        }
        let type_ = type_.pointed_to();
        let underlying = self.underlying(type_);
        for element in children(body) {
            if self.is_elsewhere(element) {
                continue;
            }
            if element.kind() != "keyed_element" {
                let expected = match &underlying {
                    Type::Slice(of) | Type::Array(of) => of,
                    _ => &Type::Unknown,
                };
                self.expression(element, expected);
                continue;
            }
            let (key, value) = (field(element, "key"), field(element, "value"));
            let expected = key.map_or(Type::Unknown, |key| {
                self.literal_key(key, type_, &underlying)
            });
            if let Some(value) = value {
                self.expression(value, &expected);
            }
        }
    }

    /// Says a key, and gives the type of its value.
    fn literal_key(&mut self, key: Node<'a>, type_: &Type<'a>, underlying: &Type<'a>) -> Type<'a> {
        match underlying {
            Type::Map(key_type, of) => {
                self.expression(key, key_type);
                (**of).clone()
            }
            Type::Slice(of) | Type::Array(of) => {
                self.expression(key, &Type::Unknown);
                (**of).clone()
            }
            _ => match children(key).next() {
                // A field, if this is a struct; if the type is unknown it may as well be a variable.
                Some(name) if name.kind() == "identifier" => self.field_key(name, type_),
                _ => {
                    self.expression(key, &Type::Unknown);
                    Type::Unknown
                }
            },
        }
    }

    /// A key of a struct literal is a field of the type itself, not of an embedded one.
    fn field_key(&mut self, name: Node<'a>, type_: &Type<'a>) -> Type<'a> {
        self.member(type_, name)
    }
}

/// Expressions that also tell whether they succeeded, if two variables take their values.
fn may_tell_success(node: Node<'_>) -> bool {
    match node.kind() {
        "index_expression" | "type_assertion_expression" => true,
        "unary_expression" => {
            field(node, "operator").is_some_and(|operator| operator.kind() == "<-")
        }
        _ => false,
    }
}

/// The type of `a + b`: both are of one type, unless one is a number without a type.
fn of_both<'a>(left: Type<'a>, right: Type<'a>) -> Type<'a> {
    match (&left, &right) {
        (Type::Unknown | Type::Untyped, _) if right.is_named() => right,
        (Type::Untyped, Type::Basic(_)) => right,
        (Type::Unknown, Type::Basic("string")) => Type::Unknown,
        (Type::Basic("string" | "rune"), _) if right.is_named() => right,
        (_, _) => left,
    }
}

fn instantiate_if_given<'a>(type_: Type<'a>, arguments: Vec<Type<'a>>) -> Type<'a> {
    if arguments.is_empty() {
        type_
    } else {
        instantiate(type_, arguments)
    }
}

/// The type arguments of a call: those that are written, then those that follow from the arguments, then
/// those that follow from constraints such as `~[]E`.
fn infer<'a>(
    signature: &Signature<'a>,
    written: Vec<Type<'a>>,
    given: &[Type<'a>],
) -> Vec<Type<'a>> {
    let mut types = written;
    types.resize(signature.bounds.len(), Type::Unknown);
    for (position, argument) in given.iter().enumerate() {
        let last = signature.parameters.len().saturating_sub(1);
        match signature.parameters.get(position.min(last)) {
            Some(Type::Slice(of)) if signature.variadic && position >= last => {
                of.infer(argument, &mut types)
            }
            Some(parameter) if position <= last => parameter.infer(argument, &mut types),
            _ => {}
        }
    }
    for (index, bound) in signature.bounds.iter().enumerate() {
        if let Some(known) = types.get(index).cloned() {
            bound.infer(&known, &mut types);
        }
    }
    types
}
