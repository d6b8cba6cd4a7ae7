//! The commands in the shell form: words where the grammar of the POSIX shell has a command (the
//! standard's "Shell Command Language", 2.10). Arguments, strings and comments are silent, but not the
//! commands in a substitution.

use std::ops::Range;

/// Reads a script line by line; this is what is known between two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Script {
    /// What the place is in, the innermost last.
    contexts: Vec<Context>,
    expects: Expects,
    word: Word,
    /// The next word belongs to a redirection or an option.
    skips_word: bool,
    /// The lines that end here-documents in the script, and whether tabs before them are ignored.
    bodies: Vec<(String, bool)>,
    is_continued: bool,
}

/// A command and what it is told to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// The name without its path.
    pub(super) name: Range<usize>,
    /// Its first argument that is a plain word: `install`.
    pub(super) argument: Option<Range<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    SingleQuotes,
    DoubleQuotes,
    /// `$(…)`, and what was around it.
    Substitution(Expects, Word),
    Backquotes(Expects, Word),
    /// `${…}`
    Braces,
    /// `$((…))`
    Arithmetic,
    /// `(…)`
    Group,
    Case,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expects {
    #[default]
    Command,
    /// A command that another one starts: `exec nginx`.
    Started,
    /// The first argument.
    First,
    Argument,
    /// `case WORD in`
    Subject,
    /// A pattern of `case`.
    Pattern,
}

/// The word that the place is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Word {
    #[default]
    None,
    /// All of it so far stands in the line as it is, from this offset on.
    Plain(usize),
    /// `NAME=…` with quotes and the like.
    Assignment,
    Other,
}

/// Deeper ones are not looked into, so that a file cannot make the list of contexts very long.
const DEEPEST: usize = 50;

/// Commands that start another one.
const STARTERS: [&str; 7] = ["command", "env", "exec", "nice", "nohup", "sudo", "time"];

/// Words behind which a command is expected.
const BEFORE_COMMAND: [&str; 9] = [
    "!", "{", "do", "elif", "else", "if", "then", "until", "while",
];

/// Words that are no commands, and have none behind them.
const OTHER_RESERVED: [&str; 9] = [
    "}", "[", "[[", "done", "fi", "for", "function", "in", "select",
];

impl Script {
    /// Reads a line without its end. The offsets of the commands are those in the line.
    pub(super) fn line(&mut self, line: &str) -> Vec<Command> {
        let mut found = Vec::new();
        if let Some((end, strips_tabs)) = self.bodies.first() {
            let inside = if *strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if inside == end {
                self.bodies.remove(0);
            }
            return found;
        }
        if !std::mem::take(&mut self.is_continued) && self.is_code() {
            self.newline();
        }
        // A word of the line before goes on only in quotes.
        if let Word::Plain(_) = self.word {
            self.word = Word::Other;
        }
        let mut at = 0;
        while at < line.len() {
            at = self.step(line, at, &mut found).max(at + 1);
        }
        if self.is_code() {
            self.end_word(line, line.len(), &mut found);
        }
        found
    }

    /// Whether the place is not in quotes or the like.
    fn is_code(&self) -> bool {
        !matches!(
            self.contexts.last(),
            Some(
                Context::SingleQuotes
                    | Context::DoubleQuotes
                    | Context::Braces
                    | Context::Arithmetic
            )
        )
    }

    fn newline(&mut self) {
        self.skips_word = false;
        if !matches!(self.expects, Expects::Subject | Expects::Pattern) {
            self.expects = Expects::Command;
        }
    }

    /// Reads what stands at an offset; returns where it ends.
    fn step(&mut self, line: &str, at: usize, found: &mut Vec<Command>) -> usize {
        let bytes = line.as_bytes();
        let (byte, next) = (bytes[at], bytes.get(at + 1).copied());
        match self.contexts.last() {
            Some(Context::SingleQuotes) => {
                if byte == b'\'' {
                    self.contexts.pop();
                }
                return at + 1;
            }
            Some(Context::DoubleQuotes | Context::Braces | Context::Arithmetic) => {
                return self.quoted(byte, next, bytes.get(at + 2).copied(), at);
            }
            _ => {}
        }
        match byte {
            b' ' | b'\t' | b'\r' => self.end_word(line, at, found),
            b'#' if self.word == Word::None => return line.len(),
            b'\\' if next.is_none() => {
                self.end_word(line, at, found);
                self.is_continued = true;
            }
            b'\\' => {
                self.spoil(line, at);
                return at + 2;
            }
            b'\'' | b'"' => {
                self.spoil(line, at);
                self.enter(if byte == b'"' {
                    Context::DoubleQuotes
                } else {
                    Context::SingleQuotes
                });
            }
            b'$' => {
                self.spoil(line, at);
                return self.dollar(next, bytes.get(at + 2).copied(), at);
            }
            b'`' => self.backquote(line, at, found),
            b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => {
                return self.operator(line, at, found);
            }
            _ if self.word == Word::None => self.word = Word::Plain(at),
            _ => {}
        }
        at + 1
    }

    /// In double quotes, braces and arithmetic.
    fn quoted(&mut self, byte: u8, next: Option<u8>, third: Option<u8>, at: usize) -> usize {
        let context = self.contexts.last().copied();
        match (byte, context) {
            (b'\\', _) => return at + 2,
            (b'"', Some(Context::DoubleQuotes)) | (b'}', Some(Context::Braces)) => {
                self.contexts.pop();
            }
            (b')', Some(Context::Arithmetic)) if next == Some(b')') => {
                self.contexts.pop();
                return at + 2;
            }
            (b'"', Some(Context::Braces)) => self.enter(Context::DoubleQuotes),
            (b'\'', Some(Context::Braces)) => self.enter(Context::SingleQuotes),
            (b'`', _) => self.enter_code(Context::Backquotes(self.expects, self.word)),
            (b'$', _) => return self.dollar(next, third, at),
            _ => {}
        }
        at + 1
    }

    fn dollar(&mut self, next: Option<u8>, third: Option<u8>, at: usize) -> usize {
        match (next, third) {
            (Some(b'('), Some(b'(')) => {
                self.enter(Context::Arithmetic);
                at + 3
            }
            (Some(b'('), _) => {
                self.enter_code(Context::Substitution(self.expects, self.word));
                at + 2
            }
            (Some(b'{'), _) => {
                self.enter(Context::Braces);
                at + 2
            }
            _ => at + 1,
        }
    }

    fn enter(&mut self, context: Context) {
        if self.contexts.len() < DEEPEST {
            self.contexts.push(context);
        }
    }

    /// Goes into a substitution, which is a part of a word.
    fn enter_code(&mut self, context: Context) {
        if self.contexts.len() < DEEPEST {
            self.contexts.push(context);
            self.expects = Expects::Command;
            self.word = Word::None;
        }
    }

    /// Leaves a substitution: the word around it goes on.
    fn leave_code(&mut self, expects: Expects, word: Word) {
        self.contexts.pop();
        self.expects = expects;
        self.word = if word == Word::Assignment {
            word
        } else {
            Word::Other
        };
        self.skips_word = false;
    }

    fn backquote(&mut self, line: &str, at: usize, found: &mut Vec<Command>) {
        let outer = self
            .contexts
            .iter()
            .rposition(|context| matches!(context, Context::Backquotes(..)));
        if let Some(outer) = outer {
            self.end_word(line, at, found);
            self.contexts.truncate(outer + 1);
            if let Some(Context::Backquotes(expects, word)) = self.contexts.last().copied() {
                self.leave_code(expects, word);
            }
        } else {
            self.spoil(line, at);
            self.enter_code(Context::Backquotes(self.expects, self.word));
        }
    }

    /// The word goes on with something that does not stand in the line as it is.
    fn spoil(&mut self, line: &str, at: usize) {
        self.word = match self.word {
            Word::Plain(start) if is_assignment(&line[start..at]) => Word::Assignment,
            Word::Assignment => Word::Assignment,
            _ => Word::Other,
        };
    }

    fn operator(&mut self, line: &str, at: usize, found: &mut Vec<Command>) -> usize {
        let bytes = line.as_bytes();
        let next = bytes.get(at + 1).copied();
        let is_file = matches!(bytes[at], b'<' | b'>');
        match self.word {
            // The number of a file in `2>x`.
            Word::Plain(start)
                if is_file && line[start..at].bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                self.word = Word::None;
            }
            // `name() { …; }`
            Word::Plain(_) if self.expects == Expects::Command && line[at..].starts_with("()") => {
                self.word = Word::None;
            }
            _ => self.end_word(line, at, found),
        }
        match (bytes[at], next) {
            (b'<' | b'>', Some(b'(')) => {
                self.enter_code(Context::Substitution(self.expects, self.word));
                return at + 2;
            }
            (b'<', Some(b'<')) if bytes.get(at + 2) != Some(&b'<') => {
                return self.here_document(line, at + 2);
            }
            (b'<' | b'>', _) | (b'&', Some(b'>')) => {
                self.skips_word = true;
                let marks = bytes[at..]
                    .iter()
                    .take_while(|byte| b"<>&|".contains(byte))
                    .count();
                return at + marks;
            }
            (b';', Some(b';')) if self.contexts.last() == Some(&Context::Case) => {
                self.expects = Expects::Pattern;
                return at + 2;
            }
            (b';' | b'&', _) => self.expects = Expects::Command,
            (b'|', _) if self.expects != Expects::Pattern => self.expects = Expects::Command,
            (b'(', Some(b')')) => {
                self.expects = Expects::Command;
                return at + 2;
            }
            (b'(', _) if self.expects != Expects::Pattern => {
                self.enter(Context::Group);
                self.expects = Expects::Command;
            }
            (b')', _) if self.expects == Expects::Pattern => self.expects = Expects::Command,
            (b')', _) => match self.contexts.last().copied() {
                Some(Context::Group) => {
                    self.contexts.pop();
                    self.expects = Expects::Argument;
                }
                Some(Context::Substitution(expects, word)) => self.leave_code(expects, word),
                _ => {}
            },
            _ => {}
        }
        at + 1
    }

    /// Notes the line that ends a here-document in a script.
    fn here_document(&mut self, line: &str, at: usize) -> usize {
        let rest = &line[at..];
        let (strips_tabs, rest) = rest
            .strip_prefix('-')
            .map_or((false, rest), |rest| (true, rest));
        let rest = rest.trim_start_matches([' ', '\t']);
        let length = rest.find([' ', '\t', ';', '&', '|', '<', '>', ')']);
        let name = &rest[..length.unwrap_or(rest.len())];
        if !name.is_empty() {
            let end = name.replace(['\'', '"', '\\'], "");
            self.bodies.push((end, strips_tabs));
        }
        line.len() - rest.len() + name.len()
    }

    fn end_word(&mut self, line: &str, at: usize, found: &mut Vec<Command>) {
        let word = std::mem::take(&mut self.word);
        let plain = match word {
            Word::None => return,
            Word::Plain(start) => Some(start..at),
            Word::Assignment | Word::Other => None,
        };
        if std::mem::take(&mut self.skips_word) {
            return;
        }
        let text = plain.clone().map_or("", |range| &line[range]);
        let is_assignment = word == Word::Assignment || is_assignment(text);
        match self.expects {
            Expects::Command | Expects::Started if is_assignment => {}
            Expects::Command if BEFORE_COMMAND.contains(&text) => {}
            Expects::Command if text == "case" => {
                self.enter(Context::Case);
                self.expects = Expects::Subject;
            }
            Expects::Command | Expects::Pattern if text == "esac" => {
                if self.contexts.last() == Some(&Context::Case) {
                    self.contexts.pop();
                }
                self.expects = Expects::Argument;
            }
            Expects::Command if OTHER_RESERVED.contains(&text) => self.expects = Expects::Argument,
            Expects::Started if text.starts_with('-') => {
                // `sudo -u USER`
                self.skips_word = matches!(text, "-u" | "-g" | "-n");
            }
            Expects::Command | Expects::Started => {
                self.expects = Expects::Argument;
                let name = plain.map(|range| {
                    let path = line[range.clone()].rfind('/').map_or(0, |slash| slash + 1);
                    range.start + path..range.end
                });
                if let Some(name) = name.filter(|name| is_name(&line[name.clone()])) {
                    self.expects = if STARTERS.contains(&&line[name.clone()]) {
                        Expects::Started
                    } else {
                        Expects::First
                    };
                    found.push(Command {
                        name,
                        argument: None,
                    });
                }
            }
            Expects::First if text.starts_with('-') => {}
            Expects::First => {
                self.expects = Expects::Argument;
                if let (Some(command), Some(range)) = (found.last_mut(), plain)
                    && is_name(text)
                {
                    command.argument = Some(range);
                }
            }
            Expects::Subject if text == "in" => self.expects = Expects::Pattern,
            Expects::Argument | Expects::Subject | Expects::Pattern => {}
        }
    }
}

/// Whether the program that runs commands, written with its path and options, is a shell of this grammar.
pub(super) fn is_posix(program: &str) -> bool {
    let mut words = program.split_ascii_whitespace();
    let mut name = words.next().unwrap_or_default();
    if name.ends_with("/env") {
        name = words
            .find(|word| !word.starts_with('-'))
            .unwrap_or_default();
    }
    let name = name.rsplit('/').next().unwrap_or_default();
    matches!(name, "ash" | "bash" | "dash" | "ksh" | "sh" | "zsh")
}

/// `NAME=…`
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    let name = name.strip_suffix('+').unwrap_or(name);
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a word can be the name of a command that somebody would explain.
fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_+.".contains(&byte)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands stand in guillemets, with their first argument after a `~`.
    #[track_caller]
    fn check(fixture: &str) {
        let script = fixture.replace(['«', '»', '~'], "");
        let mut marked = String::new();
        let mut state = Script::default();
        for line in script.split('\n') {
            let mut line_marked = line.to_owned();
            for command in state.line(line).into_iter().rev() {
                if let Some(argument) = command.argument {
                    line_marked.insert(argument.start, '~');
                }
                line_marked.insert(command.name.end, '»');
                line_marked.insert(command.name.start, '«');
            }
            marked.push_str(&line_marked);
            marked.push('\n');
        }
        assert_eq!(marked, format!("{fixture}\n"));
    }

    #[test]
    fn commands_stand_where_the_grammar_has_them() {
        check(
            "«apt-get» ~update && «apt-get» -y ~install apt-get || «exit»; «rm» -rf /x | «tee» ~x &",
        );
        check("A=1 B=\"$(«date» +%s)\" «make» ~all");
        check(
            "/usr/bin/«apt-get» -q ~install; \"apt-get\" x; ap't'-get x; $cmd apt-get; APT x; : apt-get",
        );
        check("if ! «id» ~app; then «useradd» ~app; elif [ -n x ]; then «true»; else «false»; fi");
        check("for x in apt-get exec; do «echo» $x; done; while «read» ~line; do «wait»; done");
        check("«echo» \"a $(«trap» ~x) `«exec» «sh»`\" 'trap' # trap\n«trap» 'exec x' TERM");
        check("(«cd» /x; «set» -e); { «wait»; }\nf() { «exec» \"$@\"; }\n«sudo» -u apt-get «trap»");
        check("«sudo» -E «apt-get» ~update; «env» A=1 «sh» -c 'trap x'; «exec» «tini» -- ~trap");
        check("2>/dev/null «cat» <trap >exec 2>&1; >x «exec» >&2; «wait» &>trap");
    }

    #[test]
    fn cases_have_patterns() {
        check("case $1 in trap|exec) «exec» «redis-server»;; (a) ;; *) «trap» ~x;; esac; «wait»");
        check("case x\nin\ntrap)\n«wait»\n;;\nesac\n«wait»");
    }

    #[test]
    fn lines_go_on_in_quotes_and_behind_backslashes() {
        check("«echo» 'trap\ntrap' trap\n«trap» \"\n$(«wait»)\ntrap\" x");
        check("A='\n' «exec» «sh» \\\n trap\n«trap» $((1<<2)) ${a:-trap}");
        check("«cat» <<-'E' <<F; «wait»\ntrap\n\tE\nexec\nF\n«trap»");
    }

    #[test]
    fn any_text_has_an_end() {
        let text = "a $(b `c \"${d:-$((1))}\" <<E 'x' case y in (z) w;; esac) \\";
        for start in 0..text.len() {
            for end in start..=text.len() {
                Script::default().line(&text[start..end]);
            }
        }
        let mut script = Script::default();
        script.line(&"$(".repeat(100_000));
        script.line(&"case x in y) ".repeat(10_000));
        script.line("é 💣 'é");
        assert!(script.contexts.len() <= DEEPEST);
    }
}
