//! A Dockerfile as a whole: its instructions taken apart, and its stages.

use std::ops::Range;
use std::rc::Rc;

use super::lines::{Joined, Line, Lines, State};
use super::words::{Instruction as Parsed, is_exec_form, variables, words};

/// A file's instructions in their order, and the stages that they make.
#[derive(Debug)]
pub struct File<'a> {
    pub instructions: Vec<Instruction<'a>>,
    pub stages: Vec<Stage>,
    /// What continues a line: `\` or, after `# escape`, a backtick.
    pub escape: char,
}

/// What begins with a `FROM`.
#[derive(Debug)]
pub struct Stage {
    /// Behind `AS`, in small letters: names are compared without regard to case.
    pub name: Option<String>,
    /// What it is based on, as it is written.
    pub image: Word,
    /// The stage of this file that `image` names.
    pub base: Option<usize>,
    /// Numbers of its instructions, of which the first is the `FROM`.
    pub instructions: Range<usize>,
}

/// An instruction that BuildKit knows.
#[derive(Clone, Debug)]
pub struct Instruction<'a> {
    line: Rc<Joined<'a>>,
    /// In capitals.
    pub name: &'static str,
    /// The word that names it, in the source.
    pub keyword: Range<usize>,
    /// `--from=build`.
    pub flags: Vec<Flag>,
    /// In the joined line.
    arguments: Range<usize>,
    pub heredocs: Vec<Heredoc>,
    /// What `ONBUILD` is followed by.
    pub trigger: Option<Box<Instruction<'a>>>,
}

/// A flag of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// With its dashes: `--from`.
    pub name: String,
    /// Behind the equals sign.
    pub value: String,
    /// In the source.
    pub range: Range<usize>,
}

/// A word of an instruction: with continuations joined, in the exec form without quotes and escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// In the source; in the exec form with the quotes.
    pub range: Range<usize>,
}

/// `NAME=value`, or a name without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub name: Word,
    /// As written, with quotes.
    pub value: Option<Word>,
}

/// A here-document of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// `<<EOF`, in the source.
    pub marker: Range<usize>,
    /// What stands in it, in the source.
    pub body: Range<usize>,
}

/// How the command of `RUN`, `CMD` and `ENTRYPOINT` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON array.
    Exec,
    Shell,
}

impl<'a> File<'a> {
    /// Reads a file. Lines that are no instructions are left out.
    pub fn read(text: &'a str) -> File<'a> {
        let mut instructions = Vec::new();
        let mut lines = Lines::resume(text, 0, State::default());
        while let Some(line) = lines.next() {
            let Line::Instruction(line) = line else {
                continue;
            };
            let bodies: Vec<Range<usize>> = std::iter::from_fn(|| lines.body()).collect();
            instructions.extend(Instruction::read(&Rc::new(line), 0, &bodies));
        }
        let stages = stages(&instructions);
        File {
            instructions,
            stages,
            escape: char::from(lines.escape()),
        }
    }

    /// What stands before the first `FROM`.
    pub fn before_stages(&self) -> &[Instruction<'a>] {
        let end = self
            .stages
            .first()
            .map_or(self.instructions.len(), |stage| stage.instructions.start);
        &self.instructions[..end]
    }

    /// The instructions of a stage behind its `FROM`.
    pub fn of_stage(&self, stage: &Stage) -> &[Instruction<'a>] {
        &self.instructions[stage.instructions.start + 1..stage.instructions.end]
    }

    /// The numbers of a stage and those that it derives from, from the last one to the first.
    pub fn lineage(&self, stage: usize) -> Vec<usize> {
        // A base is always an earlier stage, so this ends.
        std::iter::successors(Some(stage), |stage| self.stages.get(*stage)?.base).collect()
    }

    /// All that makes a stage, from the first instruction of its first ancestor on, without `FROM`.
    pub fn making(&self, stage: usize) -> Vec<&Instruction<'a>> {
        let mut lineage = self.lineage(stage);
        lineage.reverse();
        lineage
            .into_iter()
            .filter_map(|stage| self.stages.get(stage))
            .flat_map(|stage| self.of_stage(stage))
            .collect()
    }

    /// The image that the lineage of a stage begins with.
    pub fn root_image(&self, stage: usize) -> Option<&Word> {
        let root = *self.lineage(stage).last()?;
        Some(&self.stages.get(root)?.image)
    }

    /// The stage before number `before` that has a name or, as `COPY --from` has it, a number.
    pub fn stage(&self, name: &str, before: usize) -> Option<usize> {
        let name = name.to_lowercase();
        let earlier = &self.stages[..before.min(self.stages.len())];
        let named = earlier
            .iter()
            .rposition(|stage| stage.name.as_ref() == Some(&name));
        named.or_else(|| name.parse().ok().filter(|number| *number < earlier.len()))
    }
}

fn stages(instructions: &[Instruction<'_>]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for (number, instruction) in instructions.iter().enumerate() {
        if let Some(last) = stages.last_mut() {
            last.instructions.end = number + 1;
        }
        if instruction.name != "FROM" {
            continue;
        }
        if let Some(last) = stages.last_mut() {
            last.instructions.end = number;
        }
        let mut words = instruction.words().into_iter();
        let image = words.next().unwrap_or_else(|| Word {
            text: String::new(),
            range: instruction.keyword.clone(),
        });
        let name = words
            .next()
            .filter(|word| word.text.eq_ignore_ascii_case("as"))
            .and_then(|_| words.next())
            .map(|word| word.text.to_lowercase());
        let wanted = image.text.to_lowercase();
        let base = stages
            .iter()
            .rposition(|stage| stage.name.as_ref() == Some(&wanted));
        stages.push(Stage {
            name,
            image,
            base,
            instructions: number..number + 1,
        });
    }
    stages
}

impl<'a> Instruction<'a> {
    fn read(line: &Rc<Joined<'a>>, start: usize, bodies: &[Range<usize>]) -> Option<Self> {
        let parsed = Parsed::parse(&line.text, start, line.escape)?;
        let name = parsed.name?;
        // One `ONBUILD` after another is not allowed, and any number would be as deep a value.
        let trigger = (name == "ONBUILD" && start == 0)
            .then(|| Instruction::read(line, parsed.arguments.start, bodies))
            .flatten()
            .map(Box::new);
        let flags = parsed
            .flags
            .iter()
            .map(|range| {
                let written = &line.text[range.clone()];
                let (name, value) = written.split_once('=').unwrap_or((written, ""));
                Flag {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    range: line.in_source(range),
                }
            })
            .collect();
        let heredocs = line
            .heredocs
            .iter()
            .zip(bodies)
            .map(|(marker, body)| Heredoc {
                marker: line.in_source(marker),
                body: body.clone(),
            })
            .collect();
        Some(Instruction {
            name,
            keyword: line.in_source(&parsed.keyword),
            flags,
            arguments: parsed.arguments,
            heredocs,
            trigger,
            line: Rc::clone(line),
        })
    }

    /// From its name to the end of its last argument, in the source, without here-documents.
    pub fn range(&self) -> Range<usize> {
        let end = match (self.arguments.is_empty(), self.flags.last()) {
            (false, _) => self.source(0..self.arguments.len()).end,
            (true, Some(flag)) => flag.range.end,
            (true, None) => self.keyword.end,
        };
        self.keyword.start..end
    }

    /// What follows the flags, with continuations joined.
    pub fn arguments(&self) -> &str {
        &self.line.text[self.arguments.clone()]
    }

    /// The place in the source of a non-empty range of the arguments.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let start = self.arguments.start;
        self.line
            .in_source(&(start + range.start..start + range.end))
    }

    /// Whether it has no continuation lines.
    pub fn is_on_one_line(&self) -> bool {
        self.line.is_on_one_line()
    }

    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    pub fn form(&self) -> Form {
        if is_exec_form(self.arguments()) {
            Form::Exec
        } else {
            Form::Shell
        }
    }

    /// The arguments: the strings of the exec form, or else what blanks separate.
    pub fn words(&self) -> Vec<Word> {
        match self.form() {
            Form::Exec => self.strings(),
            Form::Shell => words(&self.line.text, self.arguments.clone())
                .map(|range| Word {
                    text: self.line.text[range.clone()].to_owned(),
                    range: self.line.in_source(&range),
                })
                .collect(),
        }
    }

    /// The strings of the exec form.
    fn strings(&self) -> Vec<Word> {
        let text = self.arguments();
        let mut found = Vec::new();
        let mut open = None;
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            match (character, &mut open) {
                ('"', None) => open = Some((at, String::new())),
                ('"', Some(_)) => {
                    let Some((start, text)) = open.take() else {
                        continue;
                    };
                    let range = self.source(start..at + 1);
                    found.push(Word { text, range });
                }
                ('\\', Some((_, said))) => match characters.next() {
                    Some((_, 'n')) => said.push('\n'),
                    Some((_, 't')) => said.push('\t'),
                    Some((_, 'u')) => {
                        let digits: String = characters.by_ref().take(4).map(|(_, c)| c).collect();
                        let code = u32::from_str_radix(&digits, 16).ok();
                        said.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
                    }
                    Some((_, other)) => said.push(other),
                    None => {}
                },
                (other, Some((_, said))) => said.push(other),
                (_, None) => {}
            }
        }
        found
    }

    /// The names and values of `ENV`, `ARG` and `LABEL`. The old form of `ENV`, a name and the rest of
    /// the line, is one pair.
    pub fn pairs(&self) -> Vec<Pair> {
        let quoted = quoted_words(&self.line.text, self.arguments.clone(), self.line.escape);
        let word = |range: Range<usize>| Word {
            text: self.line.text[range.clone()].to_owned(),
            range: self.line.in_source(&range),
        };
        if self.is_legacy() {
            let value = quoted
                .get(1)
                .map(|next| word(next.start..self.arguments.end));
            let name = quoted.first().map(|first| word(first.clone()));
            return name.map(|name| Pair { name, value }).into_iter().collect();
        }
        quoted
            .into_iter()
            .map(|range| match self.line.text[range.clone()].find('=') {
                Some(length) => {
                    let equals = range.start + length;
                    Pair {
                        name: word(range.start..equals.max(range.start + 1)),
                        value: Some(Word {
                            text: self.line.text[equals + 1..range.end].to_owned(),
                            range: self.line.in_source(&(equals..range.end)),
                        }),
                    }
                }
                None => Pair {
                    name: word(range),
                    value: None,
                },
            })
            .collect()
    }

    /// Whether it is `ENV NAME value` or `LABEL name value`, without an equals sign.
    pub fn is_legacy(&self) -> bool {
        matches!(self.name, "ENV" | "LABEL")
            && quoted_words(&self.line.text, self.arguments.clone(), self.line.escape)
                .first()
                .is_some_and(|first| !self.line.text[first.clone()].contains('='))
    }

    /// The names of the variables that BuildKit or the shell replaces, with their flags': `$NAME`,
    /// `${NAME:-…}`.
    pub fn variables(&self) -> Vec<Word> {
        let text = &self.line.text;
        // Flags stand between the keyword and the arguments.
        let start = self
            .flags
            .first()
            .and_then(|_| text.get(..self.arguments.start)?.find("--"))
            .unwrap_or(self.arguments.start);
        variables(text, start..self.arguments.end, self.line.escape)
            .into_iter()
            .map(|range| Word {
                text: text[range.clone()].to_owned(),
                range: self.line.in_source(&range),
            })
            .collect()
    }
}

/// The words of a range, split at blanks that are neither quoted nor escaped.
fn quoted_words(line: &str, range: Range<usize>, escape: u8) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut characters = line[range.clone()].char_indices();
    while let Some((at, character)) = characters.next() {
        let at = range.start + at;
        if quote.is_none() && character.is_whitespace() {
            found.extend(start.take().map(|start| start..at));
            continue;
        }
        start.get_or_insert(at);
        match quote {
            Some('\'') if character != '\'' => {}
            _ if character == char::from(escape) => drop(characters.next()),
            Some(open) if open == character => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            _ => {}
        }
    }
    found.extend(start.map(|start| start..range.end));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# escape=\\
ARG BASE=alpine
FROM --platform=$BUILDPLATFORM ${BASE}:3 AS Build
RUN --mount=type=cache,target=/x make \\
    # between
    all
ADD <<EOF <<-TWO /etc/
one
EOF
\ttwo
\tTWO
ENV A=1 B=\"x y\" \\
    C='z'
ENV OLD value of it
FROM build
FROM scratch AS last
copy --from=BUILD [\"/a b\", \"/c\\\"\"]
ONBUILD RUN echo $NAME
WHAT is this
CMD
";

    #[test]
    fn instructions_are_taken_apart_with_their_places() {
        let file = File::read(TEXT);
        let names: Vec<&str> = file.instructions.iter().map(|i| i.name).collect();
        let expected = [
            "ARG", "FROM", "RUN", "ADD", "ENV", "ENV", "FROM", "FROM", "COPY", "ONBUILD", "CMD",
        ];
        assert_eq!(names, expected);
        let shown: Vec<&str> = file.instructions.iter().map(|i| &TEXT[i.range()]).collect();
        assert_eq!(
            shown[1],
            "FROM --platform=$BUILDPLATFORM ${BASE}:3 AS Build"
        );
        assert!(shown[2].starts_with("RUN --mount") && shown[2].ends_with("all"));
        assert_eq!(shown[10], "CMD");
        let run = &file.instructions[2];
        assert_eq!(run.flags[0].name, "--mount");
        assert_eq!(run.flags[0].value, "type=cache,target=/x");
        assert!(!run.is_on_one_line());
        let texts = |words: Vec<Word>| -> Vec<String> {
            for word in &words {
                assert!(!TEXT[word.range.clone()].is_empty());
            }
            words.into_iter().map(|word| word.text).collect()
        };
        assert_eq!(texts(run.words()), ["make", "all"]);
        assert_eq!(&TEXT[run.words()[1].range.clone()], "all");
        assert_eq!(texts(file.instructions[8].words()), ["/a b", "/c\""]);
        assert_eq!(
            texts(file.instructions[1].variables()),
            ["BUILDPLATFORM", "BASE"]
        );
        let trigger = file.instructions[9].trigger.as_ref().expect("a trigger");
        assert_eq!(trigger.name, "RUN");
        assert_eq!(texts(trigger.variables()), ["NAME"]);
    }

    #[test]
    fn here_documents_have_their_bodies() {
        let file = File::read(TEXT);
        let bodies: Vec<&str> = file.instructions[3]
            .heredocs
            .iter()
            .map(|heredoc| &TEXT[heredoc.body.clone()])
            .collect();
        assert_eq!(bodies, ["one\n", "\ttwo\n"]);
        let open = "RUN <<EOF\necho\n";
        let file = File::read(open);
        assert_eq!(
            &open[file.instructions[0].heredocs[0].body.clone()],
            "echo\n"
        );
    }

    #[test]
    fn pairs_are_read_in_both_forms() {
        let file = File::read(TEXT);
        let shown = |number: usize| -> Vec<String> {
            let pairs = file.instructions[number].pairs().into_iter();
            pairs
                .map(|pair| {
                    let value = pair.value.map(|value| value.text);
                    format!("{}:{}", pair.name.text, value.unwrap_or_default())
                })
                .collect()
        };
        assert_eq!(shown(4), ["A:1", "B:\"x y\"", "C:'z'"]);
        assert_eq!(shown(5), ["OLD:value of it"]);
        assert!(file.instructions[5].is_legacy() && !file.instructions[4].is_legacy());
    }

    #[test]
    fn stages_know_what_they_derive_from() {
        let file = File::read(TEXT);
        let bases: Vec<Option<usize>> = file.stages.iter().map(|stage| stage.base).collect();
        assert_eq!(bases, [None, Some(0), None]);
        assert_eq!(file.stages[0].name.as_deref(), Some("build"));
        assert_eq!(file.lineage(1), [1, 0]);
        assert_eq!(
            file.root_image(1).map(|word| word.text.as_str()),
            Some("${BASE}:3")
        );
        assert_eq!(file.making(1).len(), 4);
        assert_eq!(file.before_stages().len(), 1);
        assert_eq!(file.stage("BUILD", 2), Some(0));
        assert_eq!(file.stage("1", 2), Some(1));
        assert_eq!(file.stage("2", 2), None);
        assert_eq!(file.stage("last", 2), None);
    }

    #[test]
    fn whatever_is_typed_is_read_without_a_panic() {
        for end in (0..=TEXT.len()).filter(|end| TEXT.is_char_boundary(*end)) {
            for text in [&TEXT[..end], &TEXT[end..]] {
                let file = File::read(text);
                for instruction in &file.instructions {
                    assert!(text.get(instruction.range()).is_some());
                    for word in instruction.words() {
                        assert!(text.get(word.range).is_some());
                    }
                    instruction.pairs();
                    instruction.variables();
                }
            }
        }
        for text in [
            "ENV =", "ENV = =x", "ARG =v", "FROM", "ONBUILD", "ENV \"", "FROM --", "RUN <<",
        ] {
            for instruction in &File::read(text).instructions {
                instruction.pairs();
                instruction.words();
            }
        }
    }
}
