//! Composite literals, whose keys may be fields.

use tree_sitter::Node;

use super::resolver::Resolver;
use super::syntax::{children, field, kind_of};
use super::types::Type;

impl<'a> Resolver<'a> {
    /// Walks the part in braces.
    pub(super) fn literal(&mut self, body: Node<'a>, type_: &Type<'a>) {
        if self.is_elsewhere(body) {
            return;
        }
        let type_ = type_.pointed_to();
        let underlying = self.underlying(type_);
        for element in children(body) {
            if self.is_elsewhere(element) {
                continue;
            }
            if kind_of(element) != "keyed_element" {
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
                Some(name) if kind_of(name) == "identifier" => self.field_key(name, type_),
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
