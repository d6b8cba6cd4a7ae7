//! Operators, commas and parentheses: what they mean for the words after them.

use super::{Assigning, DEPTH_MAX, Expected, Paren, Reader, Scope};
use crate::keywords::sql::places::{self, Kind};
use crate::keywords::sql::token::Token;

impl Reader<'_> {
    pub(super) fn operator(&mut self, token: Token) {
        let operator = token.text(self.text);
        // In definitions an equals sign only joins an option to its value.
        if self.scope.kind == Kind::Query && places::is_operator(operator) {
            let assigns = self.scope.assigning == Assigning::Target && operator == "=";
            let name = if assigns { "=(assignment)" } else { operator };
            self.add(token.range(), || vec![name.to_owned()]);
        }
        if matches!(operator, "=" | ":=") && self.scope.assigning == Assigning::Target {
            self.scope.assigning = Assigning::Value;
        }
        let next = match operator {
            // All columns, not a product.
            "*" if self.expected != Expected::Keyword => Expected::Keyword,
            // After a label.
            ":" => Expected::Statement,
            "=" if self.scope.kind != Kind::Query => Expected::Keyword,
            _ => Expected::Name,
        };
        self.go_on(next);
    }

    pub(super) fn comma(&mut self) {
        self.pending.unit = false;
        if self.scope.assigning == Assigning::Value {
            self.scope.assigning = Assigning::Target;
        }
        if self.scope.paren == Paren::Convert && self.scope.kind == Kind::Query {
            self.scope.kind = Kind::Definition;
            return self.go_on(Expected::Keyword);
        }
        let lists_keywords = self.outer.is_empty()
            && match self.scope.kind {
                Kind::Definition => self.first == "ALTER",
                Kind::Administration => {
                    matches!(self.first, "GRANT" | "REVOKE")
                        && self
                            .last
                            .is_none_or(|(word, _)| word != "ON" && word != "TO")
                }
                Kind::Query => false,
            };
        self.go_on(if lists_keywords {
            Expected::Keyword
        } else {
            Expected::Name
        });
    }

    pub(super) fn open(&mut self) {
        if self.begins_statement() {
            (self.first, self.scope.kind) = ("", Kind::Query);
        }
        let before = self.directly_after();
        let follows_json = before == "COLUMNS" && self.scope.kind == Kind::Query;
        let is_columns =
            self.pending.columns && self.scope.kind == Kind::Definition || follows_json;
        let lists_partitions = ["PARTITION", "SUBPARTITION"]
            .iter()
            .any(|word| self.is_text(1, word));
        let is_definition = is_columns || lists_partitions && !self.is_text(2, "BY");
        let paren = match before {
            "CAST" => Paren::Cast,
            "CONVERT" => Paren::Convert,
            function if places::takes_unit(function) => Paren::Unit,
            _ => Paren::Plain,
        };
        if self.outer.len() == DEPTH_MAX {
            self.too_deep += 1;
            return self.go_on(Expected::Name);
        }
        self.outer.push(self.scope);
        let kind = if is_definition {
            Kind::Definition
        } else {
            Kind::Query
        };
        self.scope = Scope {
            kind,
            is_columns,
            paren,
            open_cases: 0,
            assigning: Assigning::Nothing,
        };
        self.pending.columns = false;
        self.go_on(Expected::Name);
    }

    pub(super) fn close(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(outer) = self.outer.pop() {
            self.scope = outer;
        }
        self.go_on(Expected::Keyword);
    }
}
