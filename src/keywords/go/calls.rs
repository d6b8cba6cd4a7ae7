//! Calls: their results, conversions, and the predeclared functions.

use tree_sitter::Node;

use super::resolver::{Meaning, Origin, Resolver};
use super::senses;
use super::syntax::{children, field, kind_of};
use super::type_syntax::instantiate;
use super::types::{Signature, Type, of_both};

impl<'a> Resolver<'a> {
    pub(super) fn call(&mut self, node: Node<'a>) -> Type<'a> {
        let Some(function) = field(node, "function") else {
            return Type::Unknown;
        };
        let arguments: Vec<Node<'a>> =
            field(node, "arguments").map_or_else(Vec::new, |list| children(list).collect());
        if kind_of(function) == "identifier"
            && let (Meaning::Builtin(name), origin) = self.look_up(self.text_of(function))
        {
            return self.builtin_call(function, name, origin, &arguments);
        }
        self.selected = None;
        let meaning = self.expression(function, &Type::Unknown);
        self.look_at_call(&arguments);
        let written =
            field(node, "type_arguments").map_or_else(Vec::new, |list| self.types_of(list));
        match meaning {
            Meaning::Type(type_) => {
                self.look_at_all(&arguments);
                instantiate_if_given(type_, written)
            }
            Meaning::Value(type_) => match self.underlying(&type_) {
                Type::Function(signature) if signature.bounds.is_empty() => {
                    self.look_at_all(&arguments);
                    signature.result()
                }
                Type::Function(signature) => {
                    let given = self.types_of_arguments(&arguments);
                    let inferred = infer(&signature, written, &given);
                    signature.substitute(&inferred).result()
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
            let sense = senses::of_make(&underlying, sizes, self.part.text);
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
        match kind_of(node) {
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
pub(super) fn infer<'a>(
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
                of.infer(argument, &mut types);
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
