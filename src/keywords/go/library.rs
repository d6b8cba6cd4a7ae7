//! What is known of imported packages: names and result types of the standard library and of a few
//! packages that interviews ask about.
//!
//! The texts are sorted, so a lookup is a binary search in them; nothing is read before it is asked for.
//! `standard_library.txt` says at its top what the lines mean.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use super::names;
use super::types::{Signature, Type};

const STANDARD_LIBRARY: &str = include_str!("standard_library.txt");
const OTHER_PACKAGES: &str = include_str!("other_packages.txt");

/// What a name of a package, or of a type, stands for.
#[derive(Clone, Debug)]
pub(super) enum Member<'a> {
    Type,
    Alias(Type<'a>),
    Function(Rc<Signature<'a>>),
    /// A variable, a constant or a field.
    Value(Type<'a>),
}

/// What a type is made of.
#[derive(Clone, Debug)]
pub(super) enum Definition<'a> {
    /// Its fields are members of it; these are the embedded ones.
    Struct(Vec<Type<'a>>),
    /// Its methods are members of it; these are the embedded interfaces.
    Interface(Vec<Type<'a>>),
    Other(Type<'a>),
}

/// Whether all names of the package are known, so that an unknown one does not exist.
pub(super) fn is_complete(package: &str) -> bool {
    packages().get(package).is_some_and(|known| known.complete)
}

/// What `package.name` is.
pub(super) fn member<'a>(package: &'a str, name: &str) -> Option<Member<'a>> {
    let line = packages().get(package)?.find(name, "")?;
    Some(read_member(package, line))
}

/// What the method or field `package.type_name.name` is; not one that comes from an embedded type.
pub(super) fn type_member<'a>(package: &'a str, type_name: &str, name: &str) -> Option<Member<'a>> {
    let line = packages().get(package)?.find(type_name, name)?;
    Some(read_member(package, line))
}

pub(super) fn definition<'a>(package: &'a str, type_name: &str) -> Option<Definition<'a>> {
    let line = packages()
        .get(package)?
        .find(type_name, "")?
        .strip_prefix('=')?;
    let embedded = |list: &'static str| {
        let list = list
            .strip_prefix('{')
            .and_then(|list| list.strip_suffix('}'));
        list.map_or_else(Vec::new, |list| {
            Reader {
                package,
                rest: list,
            }
            .types()
        })
    };
    Some(if let Some(list) = line.strip_prefix("struct") {
        Definition::Struct(embedded(list))
    } else if let Some(list) = line.strip_prefix("interface") {
        Definition::Interface(embedded(list))
    } else {
        Definition::Other(
            Reader {
                package,
                rest: line,
            }
            .type_(),
        )
    })
}

/// The lines of one package.
#[derive(Clone, Copy, Debug)]
struct Package {
    lines: &'static str,
    complete: bool,
}

fn packages() -> &'static HashMap<&'static str, Package> {
    static PACKAGES: OnceLock<HashMap<&'static str, Package>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let mut packages = HashMap::new();
        for (text, complete) in [(STANDARD_LIBRARY, true), (OTHER_PACKAGES, false)] {
            for block in text.trim_end().split("\n@").skip(1) {
                let (paths, lines) = block.split_once('\n').unwrap_or((block, ""));
                for path in paths.split_whitespace() {
                    packages.insert(path, Package { lines, complete });
                }
            }
        }
        packages
    })
}

impl Package {
    /// What stands behind `name`, or behind `name.member` if there is a member.
    fn find(&self, name: &str, member: &str) -> Option<&'static str> {
        let dot = if member.is_empty() { "" } else { "." };
        let wanted = || name.bytes().chain(dot.bytes()).chain(member.bytes());
        let lines = self.lines;
        let (mut low, mut high) = (0, lines.len());
        while low < high {
            let middle = low.midpoint(high);
            // The line around the middle, which may begin before `low` only if the middle is in that line.
            let start = lines.as_bytes()[..middle]
                .iter()
                .rposition(|&byte| byte == b'\n')
                .map_or(0, |at| at + 1);
            let end = lines.as_bytes()[middle..]
                .iter()
                .position(|&byte| byte == b'\n')
                .map_or(lines.len(), |at| middle + at);
            let (key, value) = lines[start..end].split_once(' ')?;
            match key.bytes().cmp(wanted()) {
                std::cmp::Ordering::Equal => return Some(value),
                std::cmp::Ordering::Less => low = end + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

fn read_member<'a>(package: &'a str, line: &'static str) -> Member<'a> {
    let mut reader = Reader {
        package,
        rest: line,
    };
    if reader.eat("==") {
        Member::Alias(reader.type_())
    } else if reader.eat("=") {
        Member::Type
    } else if reader.eat(":") {
        Member::Value(reader.type_())
    } else {
        Member::Function(Rc::new(reader.signature()))
    }
}

/// Reads types; the texts are ours and no type in them is deep, so it may recurse.
struct Reader<'a> {
    package: &'a str,
    rest: &'static str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'static str {
        let is_name = |letter: char| letter.is_alphanumeric() || "_/.-".contains(letter);
        let end = self
            .rest
            .find(|letter| !is_name(letter))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn number(&mut self) -> usize {
        self.word().parse().unwrap_or(0)
    }

    /// Types up to the end or a closing bracket, which is left.
    fn types(&mut self) -> Vec<Type<'a>> {
        let mut types = Vec::new();
        while !self.is_at_end() {
            types.push(self.type_());
            if !self.eat(",") {
                break;
            }
        }
        types
    }

    fn is_at_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with([',', ')', ']', '}'])
    }

    fn type_(&mut self) -> Type<'a> {
        if self.eat("*") {
            return Type::Pointer(Rc::new(self.type_()));
        }
        if self.eat("[]") || self.eat("...") {
            return Type::Slice(Rc::new(self.type_()));
        }
        if self.eat("[") {
            self.number();
            self.eat("]");
            return Type::Array(Rc::new(self.type_()));
        }
        if self.eat("map[") {
            let key = self.type_();
            self.eat("]");
            return Type::Map(Rc::new(key), Rc::new(self.type_()));
        }
        if self.eat("chan ") {
            return Type::Channel(Rc::new(self.type_()));
        }
        if self.eat("$") {
            return Type::Parameter {
                index: self.number(),
                bound: Rc::new(Type::Unknown),
            };
        }
        if self.eat("?") {
            return Type::Unknown;
        }
        if self.rest.starts_with("func(") {
            self.eat("func");
            return Type::Function(Rc::new(self.signature()));
        }
        let word = self.word();
        if let Some((name, _)) = names::predeclared(word) {
            return Type::Basic(name);
        }
        let (package, name) = word
            .rsplit_once('.')
            .map_or((self.package, word), |found| found);
        let mut arguments = Vec::new();
        if self.eat("[") {
            arguments = self.types();
            self.eat("]");
        }
        Type::Library {
            package,
            name,
            arguments: arguments.into(),
        }
    }

    fn signature(&mut self) -> Signature<'a> {
        let mut signature = Signature::default();
        if self.eat("[") {
            signature.bounds = self.types();
            self.eat("]");
        }
        if self.eat("(") {
            while !self.is_at_end() {
                signature.variadic = self.rest.starts_with("...");
                signature.parameters.push(self.type_());
                self.eat(",");
            }
            self.eat(")");
        }
        if self.eat("(") {
            signature.results = self.types();
            self.eat(")");
        } else if !self.is_at_end() {
            signature.results.push(self.type_());
        }
        signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_sorted_and_can_be_found() {
        for (path, package) in packages() {
            let keys: Vec<&str> = package
                .lines
                .lines()
                .filter_map(|line| Some(line.split_once(' ')?.0))
                .collect();
            assert!(
                keys.is_sorted_by(|a, b| a < b),
                "{path}: {:?}",
                keys.windows(2).find(|pair| pair[0] >= pair[1])
            );
            for key in keys {
                let (name, member) = key.split_once('.').unwrap_or((key, ""));
                assert!(package.find(name, member).is_some(), "{path}: {key}");
            }
        }
    }

    #[test]
    fn every_line_is_read_to_its_end() {
        for (path, package) in packages() {
            for line in package.lines.lines() {
                let (_, value) = line.split_once(' ').expect("a line has two words");
                let value = value
                    .strip_prefix("==")
                    .or(value.strip_prefix([':', '=']))
                    .unwrap_or(value);
                if value.starts_with("struct") || value.starts_with("interface") {
                    continue;
                }
                let mut reader = Reader {
                    package: path,
                    rest: value,
                };
                if value.starts_with(['(', '[']) && line.contains(" (") | line.contains(" [") {
                    reader.signature();
                } else {
                    reader.type_();
                }
                assert_eq!(reader.rest, "", "{path}: {line}");
            }
        }
    }

    #[test]
    fn the_data_says_which_go_it_was_made_from() {
        assert!(
            STANDARD_LIBRARY
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("# Facts of go1."))
        );
    }
}
