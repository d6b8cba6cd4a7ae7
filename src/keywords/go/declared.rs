//! The types of what the package declares outside of functions, worked out when a name is used.

use std::rc::Rc;

use super::declarations::{Declaration, Declared, Once, Part};
use super::outline::{PackageFile, Piece};
use super::resolver::{Meaning, Resolver};
use super::syntax::{children, children_by_field, field, kind_of};
use super::types::{Signature, Type};

/// How many declarations may wait for each other: `var a = b`, `var b = c`, …
const LONGEST_CHAIN: usize = 30;

impl<'a> Resolver<'a> {
    pub(super) fn declared(&mut self, declaration: Declaration<'a>) -> Meaning<'a> {
        match declaration {
            Declaration::Type(index) => Meaning::Type(self.own_type(index)),
            Declaration::Function(function) => {
                Meaning::Value(Type::Function(self.declared_signature(function)))
            }
            Declaration::Value(index) => Meaning::Value(self.declared_value(index)),
        }
    }

    /// A type by its name; an alias is what it stands for.
    pub(super) fn own_type(&mut self, index: usize) -> Type<'a> {
        if self
            .declarations
            .types
            .get(index)
            .is_some_and(|own| kind_of(own.spec.declared.node) == "type_alias")
        {
            return self.own_underlying(index);
        }
        Type::Own {
            index,
            arguments: Rc::from([]),
        }
    }

    /// The type that a declaration gives a name to.
    pub(super) fn own_underlying(&mut self, index: usize) -> Type<'a> {
        let Some(own) = self.declarations.types.get_mut(index) else {
            return Type::Unknown;
        };
        match &own.underlying {
            Once::Done(type_) => return type_.clone(),
            Once::Running => return Type::Unknown,
            Once::NotYet => own.underlying = Once::Running,
        }
        let Declared { node, part } = own.spec.declared;
        let (bounds, underlying) = self.outside(part, |resolver| {
            let bounds = resolver.type_parameters(node);
            (
                bounds,
                field(node, "type").map_or(Type::Unknown, |type_| resolver.type_of(type_)),
            )
        });
        if let Some(own) = self.declarations.types.get_mut(index) {
            own.bounds = bounds.into();
            own.underlying = Once::Done(underlying.clone());
        }
        underlying
    }

    /// The signature of a function or method that the package declares.
    pub(super) fn declared_signature(&mut self, function: Declared<'a>) -> Rc<Signature<'a>> {
        let Declared { node, part } = function;
        if let Some(signature) = self.signatures.get(&node.id()) {
            return Rc::clone(signature);
        }
        let signature = Rc::new(self.outside(part, |resolver| resolver.signature(node)));
        self.signatures.insert(node.id(), Rc::clone(&signature));
        signature
    }

    fn declared_value(&mut self, index: usize) -> Type<'a> {
        let (Some(&spec), Some(value)) = (
            self.declarations.values.get(index),
            self.values.get_mut(index),
        ) else {
            return Type::Unknown;
        };
        match value {
            Once::Done(type_) => return type_.clone(),
            Once::Running => return Type::Unknown,
            Once::NotYet => *value = Once::Running,
        }
        let Declared { node, part } = spec.declared;
        let type_ = self.outside(part, |resolver| {
            let count = children_by_field(node, "name").count();
            let values = resolver.types_of_values(node, count);
            values.into_iter().nth(spec.position).unwrap_or_default()
        });
        let is_constant = kind_of(node) == "const_spec";
        let type_ = if is_constant {
            type_
        } else {
            type_.of_variable()
        };
        if let Some(value) = self.values.get_mut(index) {
            *value = Once::Done(type_.clone());
        }
        type_
    }

    /// The declaration of a name that another file of the package has.
    pub(super) fn declared_elsewhere(&mut self, name: &'a str) -> Option<Declaration<'a>> {
        if let Some(&declaration) = self.declarations.names.get(name) {
            return Some(declaration);
        }
        if self.others.is_empty() || !self.asked.insert((name, "")) {
            return None;
        }
        let found = self
            .others
            .iter()
            .find_map(|&file| Some((file, file.declaration(name)?)));
        let (file, piece) = found?;
        self.add_piece(file, piece);
        self.declarations.names.get(name).copied()
    }

    /// A method that the package declares.
    pub(super) fn declared_method(
        &mut self,
        type_name: &'a str,
        name: &'a str,
    ) -> Option<Declared<'a>> {
        let key = (type_name, name);
        if let Some(number) = self.table.method(type_name, name) {
            self.take_up(number);
        }
        if let Some(&method) = self.declarations.methods.get(&key) {
            return Some(method);
        }
        if self.others.is_empty() || !self.asked.insert(key) {
            return None;
        }
        let qualified = [type_name, ".", name].concat();
        let found = self
            .others
            .iter()
            .find_map(|&file| Some((file, file.method(&qualified)?)));
        let (file, piece) = found?;
        self.add_piece(file, piece);
        self.declarations.methods.get(&key).copied()
    }

    /// Takes up what a piece of another file declares.
    fn add_piece(&mut self, file: &'a PackageFile, piece: &'a Piece) {
        let Some(tree) = piece.tree() else {
            return;
        };
        let part = Part {
            text: &piece.text,
            file: Some(file),
        };
        for node in children(tree.root_node()) {
            self.declarations.collect(part, node, self.table, None);
        }
        self.values
            .resize(self.declarations.values.len(), Once::NotYet);
    }

    /// Looks at a declaration outside of functions, in its own part of the package, without saying
    /// anything.
    fn outside<T: Default>(&mut self, part: Part<'a>, look: impl FnOnce(&mut Self) -> T) -> T {
        if self.quiet >= LONGEST_CHAIN {
            return T::default();
        }
        let scopes = std::mem::take(&mut self.scopes);
        let here = std::mem::replace(&mut self.part, part);
        self.quiet += 1;
        let result = self.in_scope(look);
        self.quiet -= 1;
        self.part = here;
        self.scopes = scopes;
        result
    }
}
