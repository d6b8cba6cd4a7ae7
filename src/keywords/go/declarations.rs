//! What a package declares outside of functions, and what the file at hand imports. Only names and
//! syntax nodes are collected; types are worked out when a name is used.

use std::collections::HashMap;
use std::rc::Rc;

use tree_sitter::Node;

use super::contents::Table;
use super::outline::PackageFile;
use super::syntax::{children_by_field, field, text_of};
use super::top_level::{Found, each_declared, method_names};
use super::types::Type;

/// A text of the package that nodes come from: what their names mean depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// The other file of the package that the text is a piece of; `None` for the file at hand.
    pub(super) file: Option<&'a PackageFile>,
}

/// A node of the file at hand, or of another file of its package.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    pub(super) node: Node<'a>,
    pub(super) part: Part<'a>,
}

/// A name that a package declares outside of functions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Declaration<'a> {
    /// Its place in [`Declarations::types`].
    Type(usize),
    Function(Declared<'a>),
    /// Its place in [`Declarations::values`].
    Value(usize),
}

/// A declared type.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeSpec<'a> {
    pub(super) name: &'a str,
    pub(super) declared: Declared<'a>,
}

/// One variable or constant of a declaration.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueSpec<'a> {
    /// The specification that tells the type: for a constant without a value, the one before.
    pub(super) declared: Declared<'a>,
    /// Which of the names it is.
    pub(super) position: usize,
}

/// Work that is done once, and must not ask for itself.
#[derive(Clone, Debug)]
pub(super) enum Once<T> {
    NotYet,
    Running,
    Done(T),
}

/// A type that the package declares, in a function or outside.
#[derive(Debug)]
pub(super) struct OwnType<'a> {
    pub(super) spec: TypeSpec<'a>,
    /// Methods belong to types outside of functions only.
    pub(super) is_local: bool,
    pub(super) bounds: Rc<[Type<'a>]>,
    pub(super) underlying: Once<Type<'a>>,
}

impl<'a> OwnType<'a> {
    pub(super) fn new(spec: TypeSpec<'a>, is_local: bool) -> OwnType<'a> {
        OwnType {
            spec,
            is_local,
            bounds: Rc::from([]),
            underlying: Once::NotYet,
        }
    }
}

/// What a package declares, as far as somebody asked for it.
#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    pub(super) names: HashMap<&'a str, Declaration<'a>>,
    pub(super) types: Vec<OwnType<'a>>,
    pub(super) values: Vec<ValueSpec<'a>>,
    /// Receiver's type and method → the method's node.
    pub(super) methods: HashMap<(&'a str, &'a str), Declared<'a>>,
}

impl<'a> Declarations<'a> {
    /// Adds what a child of a root declares; of two with one name, the first. `number` is that of the
    /// child in the table of contents of the file at hand; none for a child of another file's root. What
    /// the file at hand declares elsewhere is left out, whatever is asked for first.
    pub(super) fn collect(
        &mut self,
        part: Part<'a>,
        node: Node<'a>,
        table: &Table,
        number: Option<usize>,
    ) {
        let text = part.text;
        each_declared(node, |found| match found {
            Found::Package(_) | Found::Import(_) => {}
            Found::Values { spec, telling } => {
                for (position, name) in children_by_field(spec, "name").enumerate() {
                    let declaration = Declaration::Value(self.values.len());
                    self.values.push(ValueSpec {
                        declared: Declared {
                            node: telling,
                            part,
                        },
                        position,
                    });
                    let name = text_of(name, text);
                    if table.declaration(name) == number {
                        self.names.entry(name).or_insert(declaration);
                    }
                }
            }
            Found::Type(spec) => {
                let Some(name) = field(spec, "name") else {
                    return;
                };
                let name = text_of(name, text);
                if table.declaration(name) == number {
                    self.names
                        .entry(name)
                        .or_insert(Declaration::Type(self.types.len()));
                }
                let spec = TypeSpec {
                    name,
                    declared: Declared { node: spec, part },
                };
                self.types.push(OwnType::new(spec, false));
            }
            Found::Function(node) => {
                if let Some(name) = field(node, "name") {
                    let name = text_of(name, text);
                    if table.declaration(name) == number {
                        self.names
                            .entry(name)
                            .or_insert(Declaration::Function(Declared { node, part }));
                    }
                }
            }
            Found::Method(node) => {
                if let Some((receiver, name)) = method_names(node, text)
                    && table.method(receiver, name) == number
                {
                    self.methods
                        .entry((receiver, name))
                        .or_insert(Declared { node, part });
                }
            }
        });
    }
}
