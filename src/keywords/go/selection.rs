//! Whose field or method a selector means: Go's search through embedded fields
//! (<https://go.dev/ref/spec#Selectors>).

use std::rc::Rc;

use tree_sitter::Node;

use super::library::{self, Definition, Member};
use super::names;
use super::resolver::Resolver;
use super::types::{Signature, Type};

/// How far embedded fields are followed.
const DEEPEST_EMBEDDING: usize = 8;

/// A field or method that was found.
#[derive(Clone, Debug)]
pub(super) struct Selection<'a> {
    /// Package and name of the type that declares it; `None` for a type of the package itself.
    pub(super) owner: Option<(&'a str, &'a str)>,
    pub(super) type_: Type<'a>,
}

/// What the search finds in one type.
enum Step<'a> {
    Found(Selection<'a>),
    /// Not here, but perhaps in these, one level deeper.
    Embedded(Vec<Type<'a>>),
    /// It cannot be told what this type has.
    Opaque,
}

impl<'a> Resolver<'a> {
    /// The type of `operand.member`; a keyword if the type that declares it is another package's.
    pub(super) fn member(&mut self, operand: &Type<'a>, member: Node<'a>) -> Type<'a> {
        let name = self.text_of(member);
        let Some(selection) = self.select(operand, name) else {
            return Type::Unknown;
        };
        if let Some((package, type_name)) = selection.owner {
            self.selected = Some((package, name));
            self.say(member, || {
                names::type_member_names(package, type_name, name)
            });
        }
        selection.type_
    }

    /// Finds a field or method. What belongs to an embedded field is found at its own type.
    pub(super) fn select(&mut self, operand: &Type<'a>, name: &'a str) -> Option<Selection<'a>> {
        let mut level = vec![operand.pointed_to().clone()];
        for depth in 0..DEEPEST_EMBEDDING {
            let mut next = Vec::new();
            let mut is_certain = true;
            // Whether a type of the package itself is unknown.
            let mut is_own_unknown = false;
            let mut found = None;
            for type_ in &level {
                match self.step(type_, name) {
                    Step::Found(selection) => found = found.or(Some(selection)),
                    Step::Embedded(types) => next.extend(types),
                    Step::Opaque => {
                        is_certain = false;
                        is_own_unknown |= !matches!(type_, Type::Library { .. });
                    }
                }
            }
            // Two of the same depth would be an error in Go, so an unknown type beside does not matter here.
            if found.is_some() {
                return found;
            }
            // An embedded one has what nothing else has, if all is known that the package declares.
            if (depth == 0 || self.is_package_known && !is_own_unknown)
                && let Some(selection) = assumed(&level, name)
                && (!is_certain || self.select_embedded(&next, name).is_none())
            {
                return Some(selection);
            }
            if !is_certain || next.is_empty() || next.len() > 100 {
                return None;
            }
            level = next
                .iter()
                .map(|type_| type_.pointed_to().clone())
                .collect();
        }
        None
    }

    /// Looks only one level down: enough for the types of packages that are known in part.
    fn select_embedded(&mut self, embedded: &[Type<'a>], name: &'a str) -> Option<Selection<'a>> {
        embedded
            .iter()
            .find_map(|type_| match self.step(type_.pointed_to(), name) {
                Step::Found(selection) => Some(selection),
                Step::Embedded(_) | Step::Opaque => None,
            })
    }

    fn step(&mut self, type_: &Type<'a>, name: &'a str) -> Step<'a> {
        match type_ {
            Type::Library {
                package,
                name: type_name,
                arguments,
            } => step_library(package, type_name, arguments, name),
            Type::Own { index, arguments } => self.step_own(*index, arguments, name),
            Type::Struct(_) | Type::Interface(_) => step_literal(type_, name),
            Type::Parameter { bound, .. } => match **bound {
                // The methods of a type parameter are those of its constraint.
                Type::Library { .. } | Type::Interface(_) => self.step(bound, name),
                Type::Own { index, .. }
                    if matches!(self.own_underlying(index), Type::Interface(_)) =>
                {
                    self.step(bound, name)
                }
                Type::Basic(_) => Step::Embedded(Vec::new()),
                _ => Step::Opaque,
            },
            Type::Basic("error") if name == "Error" => {
                let signature = Signature {
                    results: vec![Type::Basic("string")],
                    ..Signature::default()
                };
                Step::Found(Selection {
                    owner: Some(("builtin", "error")),
                    type_: Type::Function(Rc::new(signature)),
                })
            }
            Type::Unknown => Step::Opaque,
            _ => Step::Embedded(Vec::new()),
        }
    }

    fn step_own(&mut self, index: usize, arguments: &[Type<'a>], name: &'a str) -> Step<'a> {
        let type_name = self
            .declarations
            .types
            .get(index)
            .filter(|own| !own.is_local)
            .map(|own| own.spec.name);
        if let Some(method) = type_name.and_then(|owner| self.declared_method(owner, name)) {
            let signature = self.declared_signature(method).substitute(arguments);
            return Step::Found(Selection {
                owner: None,
                type_: Type::Function(Rc::new(signature)),
            });
        }
        let mut underlying = self.own_underlying(index);
        // In `type A B`, A has the fields of B but not its methods.
        for _ in 0..DEEPEST_EMBEDDING {
            match underlying {
                Type::Own { index, .. } => underlying = self.own_underlying(index),
                Type::Library {
                    package,
                    name: type_name,
                    ref arguments,
                } => {
                    return match library::definition(package, type_name) {
                        Some(Definition::Struct(_)) => {
                            match step_library(package, type_name, arguments, name) {
                                Step::Found(Selection {
                                    type_: Type::Function(_),
                                    ..
                                }) => Step::Opaque,
                                step => step,
                            }
                        }
                        Some(Definition::Interface(_)) => {
                            step_library(package, type_name, arguments, name)
                        }
                        Some(Definition::Other(_)) => Step::Embedded(Vec::new()),
                        None => Step::Opaque,
                    };
                }
                _ => break,
            }
        }
        if !arguments.is_empty() {
            underlying = underlying.substitute(arguments);
        }
        match underlying {
            Type::Struct(_) | Type::Interface(_) => step_literal(&underlying, name),
            Type::Unknown => Step::Opaque,
            _ => Step::Embedded(Vec::new()),
        }
    }

    /// What a named type is made of: the type that decides about ranges, indexes, calls and literals.
    pub(super) fn underlying(&mut self, type_: &Type<'a>) -> Type<'a> {
        let mut type_ = type_.clone();
        for _ in 0..DEEPEST_EMBEDDING {
            type_ = match type_ {
                Type::Own { index, arguments } => {
                    let underlying = self.own_underlying(index);
                    if arguments.is_empty() {
                        underlying
                    } else {
                        underlying.substitute(&arguments)
                    }
                }
                Type::Library {
                    package,
                    name,
                    ref arguments,
                } => match library::definition(package, name) {
                    Some(Definition::Other(underlying)) => underlying.substitute(arguments),
                    Some(Definition::Struct(_) | Definition::Interface(_)) => return type_,
                    None => return Type::Unknown,
                },
                Type::Parameter { bound, .. } => (*bound).clone(),
                known => return known,
            };
        }
        Type::Unknown
    }
}

fn step_literal<'a>(type_: &Type<'a>, name: &str) -> Step<'a> {
    match type_ {
        Type::Struct(fields) => match fields.iter().find(|field| field.name == name) {
            Some(field) => Step::Found(Selection {
                owner: None,
                type_: field.type_.clone(),
            }),
            None => Step::Embedded(
                fields
                    .iter()
                    .filter(|field| field.embedded)
                    .map(|field| field.type_.clone())
                    .collect(),
            ),
        },
        Type::Interface(interface) => {
            match interface.methods.iter().find(|(method, _)| *method == name) {
                Some((_, signature)) => Step::Found(Selection {
                    owner: None,
                    type_: Type::Function(Rc::clone(signature)),
                }),
                None => Step::Embedded(interface.embedded.clone()),
            }
        }
        _ => Step::Opaque,
    }
}

fn step_library<'a>(
    package: &'a str,
    type_name: &'a str,
    arguments: &[Type<'a>],
    name: &'a str,
) -> Step<'a> {
    // A client of several kinds has the same commands.
    let member = library::type_member(package, type_name, name).or_else(|| {
        let client = names::same_commands(package, type_name)?;
        library::type_member(package, client, name)
    });
    if let Some(member) = member {
        let type_ = match member {
            Member::Function(signature) => Type::Function(Rc::new(signature.substitute(arguments))),
            Member::Value(type_) | Member::Alias(type_) => type_.substitute(arguments),
            Member::Type => Type::Unknown,
        };
        return Step::Found(Selection {
            owner: Some((package, type_name)),
            type_,
        });
    }
    match library::definition(package, type_name) {
        Some(Definition::Struct(embedded) | Definition::Interface(embedded)) => {
            Step::Embedded(embedded)
        }
        Some(Definition::Other(_)) => Step::Embedded(Vec::new()),
        None => Step::Opaque,
    }
}

/// A member of a type whose package is not known to the last name is taken to be its own.
fn assumed<'a>(level: &[Type<'a>], name: &str) -> Option<Selection<'a>> {
    let mut known_in_part = level.iter().filter_map(|type_| match type_ {
        Type::Library { package, name, .. } if !library::is_complete(package) => {
            Some((*package, *name))
        }
        _ => None,
    });
    let owner = known_in_part.next()?;
    let is_certain = known_in_part.next().is_none() && names::is_exported(name);
    is_certain.then_some(Selection {
        owner: Some(owner),
        type_: Type::Unknown,
    })
}
