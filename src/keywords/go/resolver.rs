//! What a name means at its place. A resolver walks the regions of a file with a stack of scopes and
//! keeps the keywords that are asked for.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use tree_sitter::{Node, Tree};

use super::contents::Table;
use super::declarations::{Declaration, Declarations, Once, Part};
use super::library::{self, Member};
use super::names::{self, Predeclared};
use super::outline::PackageFile;
use super::package::Package;
use super::syntax::text_of;
use super::types::{Signature, Type};
use super::{Keyword, Sense, touches};

/// How deep syntax may nest before its types stay unknown: the walk recurses, and stacks are finite.
const DEEPEST: usize = 300;

/// What an expression stands for.
#[derive(Clone, Debug)]
pub(super) enum Meaning<'a> {
    Value(Type<'a>),
    Type(Type<'a>),
    /// An imported package, by its path.
    Package(&'a str),
    /// A predeclared function.
    Builtin(&'static str),
}

/// Where the meaning of a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// The package itself, or unknown: nothing to say.
    Own,
    Predeclared(&'static str),
    Import(&'a str),
    /// A package imported with a dot.
    DotImport(&'a str),
}

#[derive(Debug)]
pub(super) struct Resolver<'a> {
    /// What is looked at: the file at hand, or a piece of another one.
    pub(super) part: Part<'a>,
    /// The other files of the package.
    pub(super) others: Vec<&'a PackageFile>,
    /// Whether those are known, if only that there are none.
    pub(super) is_package_known: bool,
    /// Names and methods that the other files were asked for; a method's type stands first.
    pub(super) asked: HashSet<(&'a str, &'a str)>,
    pub(super) table: &'a Table,
    root: Node<'a>,
    /// The file at hand.
    own: Part<'a>,
    /// The numbers of the nodes whose declarations are taken up.
    taken_up: HashSet<usize>,
    pub(super) declarations: Declarations<'a>,
    pub(super) values: Vec<Once<Type<'a>>>,
    pub(super) signatures: HashMap<usize, Rc<Signature<'a>>>,
    pub(super) scopes: Vec<HashMap<&'a str, Meaning<'a>>>,
    depth: usize,
    /// The bytes whose keywords are asked for.
    pub(super) wanted: Range<usize>,
    /// More than zero while declarations are looked up for their types only.
    pub(super) quiet: usize,
    /// Package and name of the function or method that was selected last.
    pub(super) selected: Option<(&'a str, &'a str)>,
    /// Arguments that are SQL, by the ids of their nodes.
    pub(super) queries: HashSet<usize>,
    found: Vec<Keyword>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        text: &'a str,
        tree: &'a Tree,
        table: &'a Table,
        package: Option<&'a Package>,
        wanted: Range<usize>,
    ) -> Resolver<'a> {
        let own = Part { text, file: None };
        Resolver {
            part: own,
            others: package.map_or_else(Vec::new, |package| package.files(&table.package)),
            is_package_known: package.is_some(),
            asked: HashSet::new(),
            table,
            root: tree.root_node(),
            own,
            taken_up: HashSet::new(),
            declarations: Declarations::default(),
            values: Vec::new(),
            signatures: HashMap::new(),
            scopes: Vec::new(),
            depth: 0,
            wanted,
            quiet: 0,
            selected: None,
            queries: HashSet::new(),
            found: Vec::new(),
        }
    }

    /// The keywords that touch the bytes that are asked for.
    pub(super) fn resolve(mut self) -> Vec<Keyword> {
        let regions = self.table.regions(&self.wanted);
        let first = regions.first().map_or(0, |region| region.start);
        // One walk for all: looking for each node from the root would take long in a large file.
        let mut nodes = self.table.nodes(self.root, first);
        for region in regions {
            self.in_scope(|resolver| {
                for number in region {
                    if let Some(node) = nodes.node(number) {
                        resolver.statement(node);
                    }
                }
            });
        }
        self.found
    }

    /// The declaration of a name outside of the file's functions.
    fn declared_here(&mut self, name: &'a str) -> Option<Declaration<'a>> {
        self.take_up(self.table.declaration(name)?);
        self.declarations.names.get(name).copied()
    }

    /// Adds the declarations in a node at the top of the file, once.
    pub(super) fn take_up(&mut self, number: usize) {
        if self.taken_up.insert(number)
            && let Some(node) = self.table.node(self.root, number)
        {
            self.declarations
                .collect(self.own, node, self.table, Some(number));
            self.values
                .resize(self.declarations.values.len(), Once::NotYet);
        }
    }

    // What is asked for.

    /// Whether nothing that is asked for can be in the node.
    pub(super) fn is_elsewhere(&self, node: Node<'a>) -> bool {
        self.quiet > 0 || !touches(&node.byte_range(), &self.wanted)
    }

    /// Whether all that is asked for is before the node.
    pub(super) fn is_behind(&self, node: Node<'a>) -> bool {
        self.quiet == 0 && node.start_byte() >= self.wanted.end
    }

    pub(super) fn say(&mut self, node: Node<'a>, names: impl FnOnce() -> Vec<String>) {
        self.say_with_sense(node, names, None);
    }

    pub(super) fn say_with_sense(
        &mut self,
        node: Node<'a>,
        names: impl FnOnce() -> Vec<String>,
        sense: Option<Sense>,
    ) {
        if !self.is_elsewhere(node) && !node.byte_range().is_empty() {
            self.found.push(Keyword {
                language: None,
                names: names(),
                sense,
                range: node.byte_range(),
            });
        }
    }

    /// Says a word of another language.
    pub(super) fn say_embedded(&mut self, keyword: Keyword) {
        if self.quiet == 0 && touches(&keyword.range, &self.wanted) {
            self.found.push(keyword);
        }
    }

    // The walk.

    /// Goes one level down, unless that is too deep.
    pub(super) fn deeper<T>(&mut self, otherwise: T, walk: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= DEEPEST {
            return otherwise;
        }
        self.depth += 1;
        let result = walk(self);
        self.depth -= 1;
        result
    }

    pub(super) fn in_scope<T>(&mut self, walk: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(HashMap::new());
        let result = walk(self);
        self.scopes.pop();
        result
    }

    pub(super) fn text_of(&self, node: Node<'a>) -> &'a str {
        text_of(node, self.part.text)
    }

    // Names.

    pub(super) fn declare(&mut self, name: &'a str, meaning: Meaning<'a>) {
        if name != "_"
            && let Some(scope) = self.scopes.last_mut()
        {
            scope.insert(name, meaning);
        }
    }

    pub(super) fn declare_variable(&mut self, name: Node<'a>, type_: Type<'a>) {
        self.declare(self.text_of(name), Meaning::Value(type_.of_variable()));
    }

    /// The meaning of a name without a qualifier.
    pub(super) fn look_up(&mut self, name: &'a str) -> (Meaning<'a>, Origin<'a>) {
        if name == "_" {
            return (Meaning::Value(Type::Unknown), Origin::Own);
        }
        if let Some(meaning) = self.scopes.iter().rev().find_map(|scope| scope.get(name)) {
            return (meaning.clone(), Origin::Own);
        }
        if let Some(declaration) = self.declared_here(name) {
            return (self.declared(declaration), Origin::Own);
        }
        if let Some(path) = self.imported(name) {
            return (Meaning::Package(path), Origin::Import(path));
        }
        if let Some(declaration) = self.declared_elsewhere(name) {
            return (self.declared(declaration), Origin::Own);
        }
        for path in self.dot_imports() {
            if let Some(member) = library::member(path, name) {
                return (
                    meaning_of_member(path, name, member),
                    Origin::DotImport(path),
                );
            }
        }
        if let Some((name, kind)) = names::predeclared(name) {
            let meaning = match kind {
                Predeclared::Type => Meaning::Type(Type::Basic(name)),
                Predeclared::Function => Meaning::Builtin(name),
                Predeclared::Value => Meaning::Value(match name {
                    "true" | "false" => Type::Basic("bool"),
                    "iota" => Type::Untyped,
                    _ => Type::Unknown,
                }),
            };
            return (meaning, Origin::Predeclared(name));
        }
        (Meaning::Value(Type::Unknown), Origin::Own)
    }

    /// The path of the package that the looked at file imports by this name.
    fn imported(&self, name: &str) -> Option<&'a str> {
        match self.part.file {
            None => self.table.imports.get(name).map(String::as_str),
            Some(file) => file.imports.get(name).map(String::as_str),
        }
    }

    fn dot_imports(&self) -> Vec<&'a str> {
        let paths = match self.part.file {
            None => &self.table.dot_imports,
            Some(file) => &file.dot_imports,
        };
        paths.iter().map(String::as_str).collect()
    }

    /// The meaning of a name, which is said if it is a keyword.
    pub(super) fn name(&mut self, node: Node<'a>) -> Meaning<'a> {
        let (meaning, origin) = self.look_up(self.text_of(node));
        self.say_origin(node, origin, None);
        meaning
    }

    pub(super) fn say_origin(&mut self, node: Node<'a>, origin: Origin<'a>, sense: Option<Sense>) {
        let name = self.text_of(node);
        match origin {
            Origin::Own => {}
            Origin::Predeclared(name) => {
                self.say_with_sense(node, || vec![format!("builtin.{name}")], sense);
            }
            Origin::Import(path) => self.say(node, || names::package_names(path)),
            Origin::DotImport(path) => self.say(node, || names::member_names(path, name)),
        }
    }

    /// What `package.member` means; both halves are said.
    pub(super) fn qualified(
        &mut self,
        qualifier: Node<'a>,
        path: &'a str,
        member: Node<'a>,
    ) -> Option<Meaning<'a>> {
        let name = self.text_of(member);
        // What is not exported is a word of the next line, behind a selector that is being typed.
        if !names::is_exported(name) {
            self.say(qualifier, || names::package_names(path));
            return None;
        }
        self.say(qualifier, || {
            let mut names = names::package_names(path);
            names.push(format!("{path}.{name}"));
            names
        });
        self.say(member, || names::member_names(path, name));
        self.selected = Some((path, name));
        let known = library::member(path, name)?;
        Some(meaning_of_member(path, name, known))
    }
}

impl<'a> Meaning<'a> {
    /// The type of a value; of several, the first.
    pub(super) fn into_value(self) -> Type<'a> {
        match self {
            Meaning::Value(Type::Tuple(types)) => types.first().cloned().unwrap_or(Type::Unknown),
            Meaning::Value(type_) => type_,
            Meaning::Type(_) | Meaning::Package(_) | Meaning::Builtin(_) => Type::Unknown,
        }
    }

    pub(super) fn into_type(self) -> Type<'a> {
        match self {
            Meaning::Type(type_) => type_,
            Meaning::Value(_) | Meaning::Package(_) | Meaning::Builtin(_) => Type::Unknown,
        }
    }
}

fn meaning_of_member<'a>(package: &'a str, name: &'a str, member: Member<'a>) -> Meaning<'a> {
    match member {
        Member::Type => Meaning::Type(Type::library(package, name)),
        Member::Alias(type_) => Meaning::Type(type_),
        Member::Function(signature) => Meaning::Value(Type::Function(signature)),
        Member::Value(type_) => Meaning::Value(type_),
    }
}
