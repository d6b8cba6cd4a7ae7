//! Tables with a header (CSV, TSV): a row is a topic; and Anki's text export, which is a table of HTML.

use std::ops::RangeInclusive;

use csv::{ReaderBuilder, StringRecord};

use super::draft::{Draft, Page, field};
use super::escape::with_stars;
use super::html;
use super::text::{has_words, shown};
use crate::Level;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Title,
    Ask,
    Text,
    FollowUp,
    Section,
    Tags,
    Names,
    Level,
    Source,
    /// Something of the program that wrote the file: an identifier.
    Internal,
    /// Kept in the text under its name.
    Other,
}

/// How a table is written.
struct Dialect {
    delimiter: u8,
    is_html: bool,
    /// The columns' names and meanings; None: in the first row, or by place.
    columns: Option<Vec<(String, Column)>>,
    /// Of all rows.
    tags: Vec<String>,
    section: Option<String>,
    /// The line on which the rows begin.
    first_line: usize,
}

/// What a name in a header means.
fn meaning(name: &str, has_question: bool) -> Column {
    let name = name.trim().to_lowercase().replace(['_', '-'], " ");
    match name.as_str() {
        "topic" if has_question => Column::Section,
        "term" | "title" | "name" | "word" | "concept" | "topic" | "heading" | "expression" => {
            Column::Title
        }
        "question" | "q" | "ask" | "front" | "prompt" => Column::Ask,
        "answer" | "a" | "explanation" | "definition" | "description" | "meaning" | "text"
        | "summary" | "body" | "back" | "details" | "content" | "response" => Column::Text,
        "follow up" | "followup" => Column::FollowUp,
        "section" | "category" | "chapter" | "group" | "deck" | "subject" | "area" => {
            Column::Section
        }
        "tags" | "tag" | "labels" | "also" | "synonyms" | "aliases" => Column::Tags,
        "keywords" | "keyword" | "identifiers" | "identifier" | "names" => Column::Names,
        "level" | "difficulty" => Column::Level,
        "source" | "sources" | "url" | "link" | "reference" => Column::Source,
        "guid" | "notetype" | "note type" => Column::Internal,
        _ => Column::Other,
    }
}

fn meanings(names: &[&str]) -> Vec<(String, Column)> {
    let is_question = |name: &&str| matches!(meaning(name, false), Column::Ask);
    let has_question = names.iter().any(is_question);
    let mut columns: Vec<(String, Column)> = Vec::with_capacity(names.len());
    for name in names {
        let mut column = meaning(name, has_question);
        // The first of two is meant.
        let is_single = !matches!(
            column,
            Column::Tags | Column::Names | Column::Source | Column::Other | Column::Internal
        );
        if is_single && columns.iter().any(|(_, other)| *other == column) {
            column = Column::Other;
        }
        columns.push((name.trim().to_owned(), column));
    }
    columns
}

/// Reads comma- or semicolon-separated values.
pub(super) fn csv(text: &str, page: &mut Page<'_>) {
    let first = text
        .lines()
        .find(|line| has_words(line))
        .unwrap_or_default();
    let count = |mark: char| first.matches(mark).count();
    let delimiter = [',', ';', '\t', '|']
        .into_iter()
        .rev()
        .max_by_key(|mark| count(*mark))
        .unwrap_or(',');
    rows(text, &with(delimiter as u8), page);
}

/// Reads tab-separated values.
pub(super) fn tsv(text: &str, page: &mut Page<'_>) {
    rows(text, &with(b'\t'), page);
}

fn with(delimiter: u8) -> Dialect {
    Dialect {
        delimiter,
        is_html: false,
        columns: None,
        tags: Vec::new(),
        section: None,
        first_line: 1,
    }
}

/// Reads the text export of Anki: lines `#key:value`, then rows.
pub(super) fn anki(text: &str, page: &mut Page<'_>) {
    let mut dialect = with(b'\t');
    // Front and back, as most notes have them.
    let mut names: Vec<String> = Vec::new();
    let mut placed: Vec<(usize, &str)> = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = rest
        .split_once('\n')
        .or(Some((rest, "")))
        .filter(|(line, _)| line.starts_with('#'))
    {
        let (key, value) = line[1..].split_once(':').unwrap_or((&line[1..], ""));
        let number = value.trim().parse::<usize>().unwrap_or(0);
        match key.trim().to_lowercase().as_str() {
            "separator" => dialect.delimiter = separator(value),
            "html" => dialect.is_html = value.trim().eq_ignore_ascii_case("true"),
            "columns" => {
                names = value
                    .split(char::from(dialect.delimiter))
                    .map(str::to_owned)
                    .collect();
            }
            "tags" => dialect.tags = value.split_whitespace().map(str::to_owned).collect(),
            "deck" => dialect.section = Some(value.trim().to_owned()),
            "deck column" => placed.push((number, "deck")),
            "tags column" => placed.push((number, "tags")),
            "guid column" => placed.push((number, "guid")),
            "notetype column" => placed.push((number, "notetype")),
            _ => {}
        }
        page.structure(
            dialect.first_line,
            format!("how the cards are written: {}", shown(line)),
        );
        dialect.first_line += 1;
        rest = after;
        if after.is_empty() {
            break;
        }
    }
    for (number, name) in placed {
        // Wide tables are no cards.
        if (1..=100).contains(&number) {
            if names.len() < number {
                names.resize(number, String::new());
            }
            name.clone_into(&mut names[number - 1]);
        }
    }
    let mut columns = meanings(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut spare = [Column::Ask, Column::Text].into_iter();
    let is_known =
        |columns: &[(String, Column)], column| columns.iter().any(|(_, known)| *known == column);
    if !is_known(&columns, Column::Ask) && !is_known(&columns, Column::Title) {
        for (_, column) in columns
            .iter_mut()
            .filter(|(_, column)| *column == Column::Other)
        {
            *column = spare.next().unwrap_or(Column::Other);
        }
        columns.extend(spare.map(|column| (String::new(), column)));
    }
    dialect.columns = Some(columns);
    rows(rest, &dialect, page);
}

fn separator(value: &str) -> u8 {
    match value.trim().to_lowercase().as_str() {
        "comma" | "," => b',',
        "semicolon" | ";" => b';',
        "space" => b' ',
        "pipe" | "|" => b'|',
        "colon" | ":" => b':',
        _ => b'\t',
    }
}

fn rows(text: &str, dialect: &Dialect, page: &mut Page<'_>) {
    let mut reader = ReaderBuilder::new()
        .delimiter(dialect.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut columns = dialect.columns.clone();
    let mut record = StringRecord::new();
    loop {
        let begin = reader.position().clone();
        let read = reader.read_record(&mut record);
        let end = usize::try_from(reader.position().byte())
            .unwrap_or(text.len())
            .min(text.len());
        let start = usize::try_from(begin.byte()).unwrap_or(end).min(end);
        let source = text.get(start..end).unwrap_or_default();
        // Blank lines before a row belong to it.
        let skipped = source.len() - source.trim_start_matches('\n').len();
        let line = dialect.first_line + usize::try_from(begin.line()).unwrap_or(1) - 1 + skipped;
        let source = &source[skipped..];
        match read {
            Ok(false) => break,
            Err(error) => {
                page.leave_out_lines(line, source, &format!("cannot be read ({error})"));
                if start == end {
                    break;
                }
                continue;
            }
            Ok(true) => {}
        }
        if end == text.len()
            && source.matches('"').count() % 2 == 1
            && record.iter().any(|field| field.contains('\n'))
        {
            page.leave_out_lines(line, source, "the quotation mark before it is not closed");
            break;
        }
        let Some(columns) = &columns else {
            let names: Vec<&str> = record.iter().collect();
            let found = meanings(&names);
            let is_header = found
                .iter()
                .any(|(_, column)| matches!(column, Column::Title | Column::Ask));
            if is_header {
                page.structure(line, format!("the header: {}", shown(source.trim_end())));
                columns = Some(found);
                continue;
            }
            columns = Some(by_place());
            push_row(&record, &by_place(), dialect, line, source, page);
            continue;
        };
        push_row(&record, columns, dialect, line, source, page);
    }
}

fn by_place() -> Vec<(String, Column)> {
    vec![
        (String::new(), Column::Title),
        (String::new(), Column::Text),
    ]
}

/// Values that make up a text, and the lines that they stand on.
#[derive(Debug, Default)]
struct Text {
    parts: Vec<(String, RangeInclusive<usize>)>,
}

impl Text {
    fn add(&mut self, part: String, lines: RangeInclusive<usize>) {
        self.parts.push((part, lines));
    }

    /// The values with an empty line between two, and the line of the file for each of their lines.
    fn joined(self) -> (String, Vec<usize>) {
        let mut lines = Vec::new();
        let mut texts = Vec::new();
        for (part, own) in self.parts {
            if !texts.is_empty() {
                lines.push(*own.start());
            }
            // HTML may have more lines as Markdown.
            let numbers = (*own.start()..).map(|line| line.min(*own.end()));
            lines.extend(numbers.take(1 + part.matches('\n').count()));
            texts.push(part);
        }
        (texts.join("\n\n"), lines)
    }
}

fn push_row(
    record: &StringRecord,
    columns: &[(String, Column)],
    dialect: &Dialect,
    line: usize,
    source: &str,
    page: &mut Page<'_>,
) {
    let mut draft = Draft {
        line,
        text_line: line,
        section: dialect.section.clone().map(|deck| deck.replace("::", " ")),
        tags: dialect.tags.clone(),
        ..Draft::default()
    };
    let mut title = String::new();
    let mut ask = String::new();
    let mut text = Text::default();
    let mut more = Text::default();
    let mut next_line = line;
    for (at, value) in record.iter().enumerate() {
        let first = next_line;
        let blank = value.len() - value.trim_start().len();
        next_line += value.matches('\n').count();
        let lines = first + value[..blank].matches('\n').count()..=next_line;
        let (name, column) = columns
            .get(at)
            .map_or(("", Column::Other), |(name, column)| (name, *column));
        let value = if dialect.is_html {
            let converted = html::to_markdown(&without_clozes(value));
            for (below, what) in converted.left_out {
                page.leave_out(first + below - 1, what);
            }
            converted.markdown
        } else {
            with_stars(without_clozes(value).trim())
        };
        if value.is_empty() {
            continue;
        }
        let words = |value: &str| -> Vec<String> {
            let marks: &[char] = if value.contains([',', ';']) {
                &[',', ';']
            } else {
                &[' ']
            };
            value
                .split(marks)
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect()
        };
        match column {
            Column::Title => title = value,
            Column::Ask => ask = value,
            Column::Text => text.add(value, lines),
            Column::FollowUp => draft.follow_up = value,
            Column::Section => draft.section = Some(value.replace("::", " ")),
            Column::Tags => draft.tags.extend(words(&value)),
            Column::Names => draft
                .names
                .extend(value.split([',', ';']).map(|name| name.trim().to_owned())),
            Column::Level => match level(&value) {
                Some(level) => draft.level = Some(level),
                None => more.add(field(name, &value), lines),
            },
            Column::Source => draft
                .sources
                .extend(value.split_whitespace().map(str::to_owned)),
            Column::Internal => {}
            Column::Other if name.is_empty() => more.add(value, lines),
            Column::Other => more.add(field(name, &value), lines),
        }
    }
    // A card without a question on its front explains a term.
    let is_question = columns
        .iter()
        .any(|(name, column)| *column == Column::Ask && !name.is_empty() && !is_front(name));
    draft.asks = !ask.is_empty() && (is_question || ask.ends_with('?'));
    draft.title = match (title.is_empty(), ask.is_empty()) {
        (false, false) => {
            // Both: the question is asked, its topic's name is kept.
            draft.tags.push(title);
            ask
        }
        (false, true) => {
            draft.asks = title.ends_with('?');
            title
        }
        (true, _) => ask,
    };
    text.parts.append(&mut more.parts);
    (draft.text, draft.text_lines) = text.joined();
    if has_any(&draft.title) && has_words(&draft.text) {
        page.drafts.push(draft);
    } else {
        page.leave_out_lines(line, source, "a row needs a term or question and a text");
    }
}

fn has_any(title: &str) -> bool {
    !title.trim().is_empty()
}

fn is_front(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("front")
}

/// The names that people give to levels.
fn level(value: &str) -> Option<Level> {
    match value.trim().to_lowercase().as_str() {
        "easy" | "beginner" | "basic" | "1" => Some(Level::Junior),
        "medium" | "intermediate" | "mid" | "2" => Some(Level::Middle),
        "hard" | "advanced" | "expert" | "3" => Some(Level::Senior),
        name => Level::from_name(name),
    }
}

/// `{{c1::answer::hint}}` → `answer (hint)`.
fn without_clozes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{c") {
        out.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let body = after[digits..].strip_prefix("::").filter(|_| digits > 0);
        let Some((inner, next)) = body.and_then(|body| body.split_once("}}")) else {
            out.push_str("{{c");
            rest = after;
            if !after.contains("}}") {
                break;
            }
            continue;
        };
        match inner.split_once("::") {
            Some((answer, hint)) => out.extend([answer, " (", hint, ")"]),
            None => out.push_str(inner),
        }
        rest = next;
    }
    out.push_str(rest);
    out
}
