//! Go's types, as far as syntax and the library's signatures tell them.

use std::rc::Rc;

/// A type. Names borrow from the file or from the built-in signatures.
#[derive(Clone, Debug, Default)]
pub(super) enum Type<'a> {
    /// Nothing is known, so nothing is said about it.
    #[default]
    Unknown,
    /// A predeclared type.
    Basic(&'static str),
    /// A number without a type: it takes the type of the other operand.
    Untyped,
    /// A type of an imported package.
    Library {
        package: &'a str,
        name: &'a str,
        arguments: Rc<[Type<'a>]>,
    },
    /// A type that the file declares: its place in the list of the file's types.
    Own {
        index: usize,
        arguments: Rc<[Type<'a>]>,
    },
    /// A type parameter: its place in the list, and its constraint.
    Parameter {
        index: usize,
        bound: Rc<Type<'a>>,
    },
    Pointer(Rc<Type<'a>>),
    Slice(Rc<Type<'a>>),
    Array(Rc<Type<'a>>),
    Map(Rc<Type<'a>>, Rc<Type<'a>>),
    Channel(Rc<Type<'a>>),
    Function(Rc<Signature<'a>>),
    /// The results of a call.
    Tuple(Rc<[Type<'a>]>),
    Struct(Rc<[Field<'a>]>),
    Interface(Rc<Interface<'a>>),
}

#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) type_: Type<'a>,
    pub(super) embedded: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Interface<'a> {
    pub(super) methods: Vec<(&'a str, Rc<Signature<'a>>)>,
    pub(super) embedded: Vec<Type<'a>>,
}

/// What a call needs to know of a function.
#[derive(Clone, Debug, Default)]
pub(super) struct Signature<'a> {
    /// The constraints of its own type parameters; their number is that of the parameters.
    pub(super) bounds: Vec<Type<'a>>,
    /// Left out for library functions whose results do not depend on them.
    pub(super) parameters: Vec<Type<'a>>,
    /// The last parameter, a slice, takes any number of arguments.
    pub(super) variadic: bool,
    pub(super) results: Vec<Type<'a>>,
}

/// How many parts of a type are looked at to find that it has not grown without bounds.
const LARGEST: usize = 2000;

impl<'a> Type<'a> {
    pub(super) fn pointer(to: Type<'a>) -> Type<'a> {
        Type::Pointer(Rc::new(to))
    }

    /// A type of another package, without type arguments.
    pub(super) fn library(package: &'a str, name: &'a str) -> Type<'a> {
        Type::Library {
            package,
            name,
            arguments: Rc::from([]),
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Type::Unknown)
    }

    /// A type that values of no other type can be mixed with.
    pub(super) fn is_named(&self) -> bool {
        matches!(
            self,
            Type::Library { .. } | Type::Own { .. } | Type::Parameter { .. }
        )
    }

    /// Itself, or what it points to.
    pub(super) fn pointed_to(&self) -> &Type<'a> {
        match self {
            Type::Pointer(to) => to,
            other => other,
        }
    }

    /// The type of a variable that gets this value. Ever-growing types, as in `b := &a; c := &b; …`,
    /// end as unknown, because dropping a deeply nested one would overflow the stack.
    pub(super) fn of_variable(self) -> Type<'a> {
        let mut parts_left = LARGEST;
        match self {
            Type::Untyped => Type::Basic("int"),
            Type::Tuple(_) => Type::Unknown,
            other if other.fits(&mut parts_left) => other,
            _ => Type::Unknown,
        }
    }

    fn fits(&self, parts_left: &mut usize) -> bool {
        if *parts_left == 0 {
            return false;
        }
        *parts_left -= 1;
        match self {
            Type::Unknown | Type::Basic(_) | Type::Untyped => true,
            Type::Library { arguments, .. }
            | Type::Own { arguments, .. }
            | Type::Tuple(arguments) => arguments.iter().all(|part| part.fits(parts_left)),
            Type::Parameter { bound: part, .. }
            | Type::Pointer(part)
            | Type::Slice(part)
            | Type::Array(part)
            | Type::Channel(part) => part.fits(parts_left),
            Type::Map(key, value) => key.fits(parts_left) && value.fits(parts_left),
            Type::Function(signature) => signature.fits(parts_left),
            Type::Struct(fields) => fields.iter().all(|field| field.type_.fits(parts_left)),
            Type::Interface(interface) => {
                interface.embedded.iter().all(|part| part.fits(parts_left))
                    && interface
                        .methods
                        .iter()
                        .all(|(_, method)| method.fits(parts_left))
            }
        }
    }

    /// Puts `arguments` in the place of type parameters; one without an argument becomes unknown.
    pub(super) fn substitute(&self, arguments: &[Type<'a>]) -> Type<'a> {
        let rc = |part: &Rc<Type<'a>>| Rc::new(part.substitute(arguments));
        match self {
            Type::Unknown | Type::Basic(_) | Type::Untyped => self.clone(),
            Type::Parameter { index, .. } => {
                arguments.get(*index).cloned().unwrap_or(Type::Unknown)
            }
            Type::Library {
                package,
                name,
                arguments: inner,
            } => Type::Library {
                package,
                name,
                arguments: inner
                    .iter()
                    .map(|part| part.substitute(arguments))
                    .collect(),
            },
            Type::Own {
                index,
                arguments: inner,
            } => Type::Own {
                index: *index,
                arguments: inner
                    .iter()
                    .map(|part| part.substitute(arguments))
                    .collect(),
            },
            Type::Tuple(parts) => Type::Tuple(
                parts
                    .iter()
                    .map(|part| part.substitute(arguments))
                    .collect(),
            ),
            Type::Pointer(part) => Type::Pointer(rc(part)),
            Type::Slice(part) => Type::Slice(rc(part)),
            Type::Array(part) => Type::Array(rc(part)),
            Type::Channel(part) => Type::Channel(rc(part)),
            Type::Map(key, value) => Type::Map(rc(key), rc(value)),
            Type::Function(signature) => Type::Function(Rc::new(signature.substitute(arguments))),
            Type::Struct(fields) => Type::Struct(
                fields
                    .iter()
                    .map(|field| Field {
                        type_: field.type_.substitute(arguments),
                        ..field.clone()
                    })
                    .collect(),
            ),
            Type::Interface(interface) => Type::Interface(Rc::new(Interface {
                methods: interface
                    .methods
                    .iter()
                    .map(|(name, method)| (*name, Rc::new(method.substitute(arguments))))
                    .collect(),
                embedded: interface
                    .embedded
                    .iter()
                    .map(|part| part.substitute(arguments))
                    .collect(),
            })),
        }
    }

    /// Finds type arguments by laying a parameter's type over that of the argument given for it.
    pub(super) fn infer(&self, given: &Type<'a>, arguments: &mut [Type<'a>]) {
        match (self, given) {
            (Type::Parameter { index, .. }, _) => {
                if let Some(argument) = arguments.get_mut(*index)
                    && argument.is_unknown()
                {
                    *argument = given.clone().of_variable();
                }
            }
            (Type::Pointer(part), Type::Pointer(from))
            | (Type::Slice(part), Type::Slice(from))
            | (Type::Array(part), Type::Array(from))
            | (Type::Channel(part), Type::Channel(from)) => part.infer(from, arguments),
            (Type::Map(key, value), Type::Map(from_key, from_value)) => {
                key.infer(from_key, arguments);
                value.infer(from_value, arguments);
            }
            (Type::Function(part), Type::Function(from)) => {
                let parts = part.parameters.iter().chain(&part.results);
                // A library function's parameters may be left out; then only its results tell.
                if part.parameters.len() == from.parameters.len() {
                    for (part, from) in parts.zip(from.parameters.iter().chain(&from.results)) {
                        part.infer(from, arguments);
                    }
                } else {
                    for (part, from) in part.results.iter().zip(&from.results) {
                        part.infer(from, arguments);
                    }
                }
            }
            (
                Type::Library {
                    package,
                    name,
                    arguments: parts,
                },
                Type::Library {
                    package: from_package,
                    name: from_name,
                    arguments: from,
                },
            ) if package == from_package && name == from_name => {
                for (part, from) in parts.iter().zip(from.iter()) {
                    part.infer(from, arguments);
                }
            }
            (
                Type::Own {
                    index,
                    arguments: parts,
                },
                Type::Own {
                    index: from_index,
                    arguments: from,
                },
            ) if index == from_index => {
                for (part, from) in parts.iter().zip(from.iter()) {
                    part.infer(from, arguments);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Signature<'a> {
    fn fits(&self, parts_left: &mut usize) -> bool {
        let mut parts = self
            .bounds
            .iter()
            .chain(&self.parameters)
            .chain(&self.results);
        parts.all(|part| part.fits(parts_left))
    }

    pub(super) fn substitute(&self, arguments: &[Type<'a>]) -> Signature<'a> {
        let all = |parts: &[Type<'a>]| {
            parts
                .iter()
                .map(|part| part.substitute(arguments))
                .collect()
        };
        Signature {
            bounds: self.bounds.clone(),
            parameters: all(&self.parameters),
            variadic: self.variadic,
            results: all(&self.results),
        }
    }

    /// What a call gives: nothing, one type or several.
    pub(super) fn result(&self) -> Type<'a> {
        match self.results.as_slice() {
            [] => Type::Unknown,
            [one] => one.clone(),
            several => Type::Tuple(several.into()),
        }
    }
}

/// The type of `a + b`: both are of one type, unless one is a number without a type.
pub(super) fn of_both<'a>(left: Type<'a>, right: Type<'a>) -> Type<'a> {
    match (&left, &right) {
        (Type::Unknown | Type::Untyped | Type::Basic("string" | "rune"), _) if right.is_named() => {
            right
        }
        (Type::Untyped, Type::Basic(_)) => right,
        (_, _) => left,
    }
}
