//! The types of what the file declares outside of functions, worked out when a name is used.

use std::rc::Rc;

use tree_sitter::Node;

use super::declarations::Declaration;
use super::resolver::{Meaning, Once, Resolver};
use super::syntax::{children_by_field, field};
use super::types::{Signature, Type};

/// How many declarations may wait for each other: `var a = b`, `var b = c`, …
const LONGEST_CHAIN: usize = 30;

impl<'a> Resolver<'a> {
    pub(super) fn declared(&mut self, declaration: Declaration<'a>) -> Meaning<'a> {
        match declaration {
            Declaration::Type(index) => Meaning::Type(self.own_type(index)),
            Declaration::Function(node) => {
                Meaning::Value(Type::Function(self.declared_signature(node)))
            }
            Declaration::Value(index) => Meaning::Value(self.declared_value(index)),
        }
    }

    /// A type by its name; an alias is what it stands for.
    pub(super) fn own_type(&mut self, index: usize) -> Type<'a> {
        if self
            .types
            .get(index)
            .is_some_and(|own| own.spec.node.kind() == "type_alias")
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
        let Some(own) = self.types.get_mut(index) else {
            return Type::Unknown;
        };
        match &own.underlying {
            Once::Done(type_) => return type_.clone(),
            Once::Running => return Type::Unknown,
            Once::NotYet => own.underlying = Once::Running,
        }
        let node = own.spec.node;
        let (bounds, underlying) = self.outside(|resolver| {
            let bounds = resolver.type_parameters(node);
            (
                bounds,
                field(node, "type").map_or(Type::Unknown, |type_| resolver.type_of(type_)),
            )
        });
        if let Some(own) = self.types.get_mut(index) {
            own.bounds = bounds.into();
            own.underlying = Once::Done(underlying.clone());
        }
        underlying
    }

    /// The signature of a function or method that the file declares.
    pub(super) fn declared_signature(&mut self, node: Node<'a>) -> Rc<Signature<'a>> {
        if let Some(signature) = self.signatures.get(&node.id()) {
            return Rc::clone(signature);
        }
        let signature = Rc::new(self.outside(|resolver| resolver.signature(node)));
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
        let type_ = self.outside(|resolver| {
            let count = children_by_field(spec.node, "name").count();
            let values = resolver.types_of_values(spec.node, count);
            values.into_iter().nth(spec.position).unwrap_or_default()
        });
        let is_constant = spec.node.kind() == "const_spec";
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

    /// Looks at a declaration outside of functions without saying anything.
    fn outside<T: Default>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        if self.quiet >= LONGEST_CHAIN {
            return T::default();
        }
        let scopes = std::mem::take(&mut self.scopes);
        self.quiet += 1;
        let result = self.in_scope(look);
        self.quiet -= 1;
        self.scopes = scopes;
        result
    }
}
