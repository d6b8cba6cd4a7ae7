//! Commands of a shell script, as far as rules need them: simple commands with their words, and what
//! separates them. No expansion, no functions; what is within `$( … )` belongs to its word.

use std::ops::Range;

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Without assignments before it and the shell's own words (`if`, `then`, `{`); never empty.
    pub(super) words: Vec<Word>,
    /// What follows it.
    pub(super) end: End,
    /// How many parentheses it is in.
    pub(super) depth: usize,
}

/// A word without quotes and escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// In the script, with quotes.
    pub(super) range: Range<usize>,
}

/// What follows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
    /// `;`, `&`, a line end or a parenthesis
    Other,
    /// The end of the script.
    Script,
}

impl Command {
    /// What is run, without its path: `/usr/bin/apt-get` is `apt-get`.
    pub(super) fn program(&self) -> &str {
        let program = self.words.first().map_or("", |word| word.text.as_str());
        program.rsplit('/').next().unwrap_or(program)
    }

    /// Its arguments as texts.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(|word| word.text.as_str())
    }

    /// Whether an argument is exactly this.
    pub(super) fn has(&self, argument: &str) -> bool {
        self.arguments().any(|other| other == argument)
    }

    /// The arguments that are no options.
    pub(super) fn operands(&self) -> impl Iterator<Item = &Word> {
        self.words
            .iter()
            .skip(1)
            .filter(|word| !word.text.starts_with('-') && !word.text.contains(['>', '<']))
    }
}

/// Words before a command that are the shell's.
const RESERVED: [&str; 12] = [
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "command",
];

/// The commands of a script in their order.
pub(super) fn commands(script: &str) -> Vec<Command> {
    let mut reader = Reader::default();
    let mut characters = script.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match character {
            '\\' => {
                let escaped = characters.next();
                if let Some((_, escaped)) = escaped.filter(|(_, escaped)| *escaped != '\n') {
                    reader.push(at, escaped);
                }
            }
            '\'' | '"' => {
                reader.open(at);
                while let Some((_, inside)) = characters.next() {
                    match inside {
                        inside if inside == character => break,
                        '\\' if character == '"' => {
                            reader
                                .word
                                .extend(characters.next().map(|(_, escaped)| escaped));
                        }
                        inside => reader.word.push(inside),
                    }
                }
            }
            '$' if next == Some('(') => {
                reader.push(at, '$');
                let mut depth = 0_usize;
                for (_, inside) in characters.by_ref() {
                    reader.word.push(inside);
                    match inside {
                        '(' => depth += 1,
                        ')' if depth <= 1 => break,
                        ')' => depth -= 1,
                        _ => {}
                    }
                }
            }
            '`' => {
                reader.push(at, '`');
                for (_, inside) in characters.by_ref() {
                    reader.word.push(inside);
                    if inside == '`' {
                        break;
                    }
                }
            }
            '#' if reader.start.is_none() => {
                while characters.next_if(|(_, inside)| *inside != '\n').is_some() {}
            }
            '(' => {
                reader.end_command(at, End::Other);
                reader.depth += 1;
            }
            ')' => {
                reader.end_command(at, End::Other);
                reader.depth = reader.depth.saturating_sub(1);
            }
            '&' if next == Some('&') => {
                characters.next();
                reader.end_command(at, End::And);
            }
            // `>&2` and `&>log` redirect.
            '&' if reader.word.ends_with(['>', '<']) || next == Some('>') => reader.push(at, '&'),
            '&' | '\n' | ';' => reader.end_command(at, End::Other),
            '|' if next == Some('|') => {
                characters.next();
                reader.end_command(at, End::Or);
            }
            '|' if reader.word.ends_with('>') => reader.push(at, '|'),
            '|' => reader.end_command(at, End::Pipe),
            blank if blank.is_whitespace() => reader.end_word(at),
            other => reader.push(at, other),
        }
    }
    reader.end_command(script.len(), End::Script);
    reader.commands
}

#[derive(Default)]
struct Reader {
    commands: Vec<Command>,
    words: Vec<Word>,
    word: String,
    /// Where the word began that is being read.
    start: Option<usize>,
    depth: usize,
}

impl Reader {
    fn open(&mut self, at: usize) {
        self.start.get_or_insert(at);
    }

    fn push(&mut self, at: usize, character: char) {
        self.open(at);
        self.word.push(character);
    }

    fn end_word(&mut self, at: usize) {
        let Some(start) = self.start.take() else {
            return;
        };
        let text = std::mem::take(&mut self.word);
        let is_before = self.words.is_empty();
        if is_before && (RESERVED.contains(&text.as_str()) || is_assignment(&text)) {
            return;
        }
        self.words.push(Word {
            text,
            range: start..at,
        });
    }

    fn end_command(&mut self, at: usize, end: End) {
        self.end_word(at);
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            self.commands.push(Command {
                words,
                end,
                depth: self.depth,
            });
        } else if let (End::Script, Some(last)) = (end, self.commands.last_mut()) {
            // A last `;` separates nothing.
            last.end = End::Script;
        }
    }
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found() {
        let shown = |script: &str| -> Vec<String> {
            commands(script)
                .into_iter()
                .map(|command| {
                    for word in &command.words {
                        assert!(script.get(word.range.clone()).is_some(), "{script}");
                    }
                    let words: Vec<String> =
                        command.words.into_iter().map(|word| word.text).collect();
                    format!("{} {:?}", words.join("_"), command.end)
                })
                .collect()
        };
        let cases: [(&str, &[&str]); 9] = [
            ("a b && c", &["a_b And", "c Script"]),
            (
                "set -ex; A=1 b || c | d;",
                &["set_-ex Other", "b Or", "c Pipe", "d Script"],
            ),
            ("if a; then b; fi", &["a Other", "b Other", "fi Script"]),
            (
                "echo 'a && b' \"c | $(d)\" e\\ f",
                &["echo_a && b_c | $(d)_e f Script"],
            ),
            ("x=$(a | b && c) && d $(e)", &["d_$(e) Script"]),
            (
                "(cd /x && make) >&2 2>&1 &",
                &["cd_/x And", "make Other", ">&2_2>&1 Script"],
            ),
            ("a # b && c\nd \\\n e", &["a Other", "d_e Script"]),
            ("echo 'open", &["echo_open Script"]),
            ("", &[]),
        ];
        for (script, expected) in cases {
            assert_eq!(shown(script), expected, "{script}");
        }
    }
}
