//! Questions and answers inside of Markdown: `**Q:** … **A:** …`, `Q: … A: …`, and
//! `<details><summary>question</summary> answer </details>`.

/// A question with its answer, both Markdown.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) line: usize,
    pub(super) ask: String,
    pub(super) answer: String,
    pub(super) answer_line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Lead,
    /// In a question; `blank` after its first empty line.
    Ask {
        blank: bool,
    },
    Answer,
    /// Between `<summary>` and `</summary>`.
    Summary,
}

/// The text before the first question, and the questions. `first` is the line of the text.
pub(super) fn split(text: &str, first: usize) -> (String, Vec<Pair>) {
    let mut lead: Vec<&str> = Vec::new();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut state = State::Lead;
    let mut fence = None;
    for (at, line) in text.split('\n').enumerate() {
        let number = first + at;
        let bare = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| bare.starts_with(mark));
        if fence.is_some() || mark.is_some() {
            // Code is no question.
            match (fence, mark) {
                (None, _) => fence = mark,
                (Some(open), Some(mark)) if open == mark => fence = None,
                _ => {}
            }
            if matches!(state, State::Ask { .. }) {
                state = State::Answer;
            }
            push(state, line, number, &mut lead, &mut pairs);
        } else if let Some((ask, rest)) = summary(bare) {
            pairs.push(Pair {
                line: number,
                answer_line: number,
                ask: ask.trim().to_owned(),
                ..Pair::default()
            });
            state = match rest {
                Some(rest) => {
                    push(
                        State::Answer,
                        without_details(rest),
                        number,
                        &mut lead,
                        &mut pairs,
                    );
                    State::Answer
                }
                None => State::Summary,
            };
        } else if state == State::Summary {
            let (ask, rest) = line.split_once("</summary>").unwrap_or((line, ""));
            push(state, ask, number, &mut lead, &mut pairs);
            if line.contains("</summary>") {
                state = State::Answer;
                push(state, without_details(rest), number, &mut lead, &mut pairs);
            }
        } else if is_details(bare) {
            push(state, "", number, &mut lead, &mut pairs);
        } else if let Some(ask) = marked(bare, &["question", "q"]) {
            let (ask, answer) = inline_answer(ask);
            pairs.push(Pair {
                line: number,
                answer_line: number,
                ask: ask.trim().to_owned(),
                ..Pair::default()
            });
            state = match answer {
                Some(answer) => {
                    push(State::Answer, answer, number, &mut lead, &mut pairs);
                    State::Answer
                }
                None => State::Ask { blank: false },
            };
        } else if let (State::Ask { .. }, Some(answer)) = (state, marked(bare, &["answer", "a"])) {
            state = State::Answer;
            push(state, answer, number, &mut lead, &mut pairs);
        } else {
            if let State::Ask { blank } = state {
                let is_blank = bare.is_empty();
                state = if blank && !is_blank {
                    State::Answer
                } else {
                    State::Ask {
                        blank: blank || is_blank,
                    }
                };
            }
            push(state, without_details(line), number, &mut lead, &mut pairs);
        }
    }
    (lead.join("\n"), pairs)
}

fn push<'a>(
    state: State,
    line: &'a str,
    number: usize,
    lead: &mut Vec<&'a str>,
    pairs: &mut [Pair],
) {
    let Some(pair) = pairs.last_mut() else {
        lead.push(line);
        return;
    };
    match state {
        State::Answer | State::Lead => {
            if pair.answer.trim().is_empty() {
                line.clone_into(&mut pair.answer);
                pair.answer_line = number;
            } else {
                pair.answer.push('\n');
                pair.answer.push_str(line);
            }
        }
        State::Ask { .. } | State::Summary => {
            // Lines stay, to be named if no answer follows.
            pair.ask.push('\n');
            pair.ask.push_str(line.trim());
        }
    }
}

fn is_details(bare: &str) -> bool {
    matches!(
        bare.trim_end(),
        "<details>" | "</details>" | "<details open>"
    )
}

fn without_details(line: &str) -> &str {
    let before = line.trim_end().strip_suffix("</details>");
    // Behind an unfinished tag it keeps what follows from becoming a part of that.
    let before = before.filter(|before| before.rfind('<') <= before.rfind('>'));
    before.unwrap_or(line)
}

/// The text after `<summary>`, and what follows `</summary>` if it is on the same line.
fn summary(bare: &str) -> Option<(&str, Option<&str>)> {
    let rest = bare
        .strip_prefix("<details>")
        .or_else(|| bare.strip_prefix("<details open>"))
        .unwrap_or(bare)
        .trim_start();
    let rest = rest.strip_prefix("<summary>")?;
    Some(match rest.split_once("</summary>") {
        Some((ask, rest)) => (ask, Some(rest)),
        None => (rest, None),
    })
}

/// The text after a mark such as `**Q:**`, `Q3.` or `- Question:`.
fn marked<'a>(bare: &'a str, words: &[&str]) -> Option<&'a str> {
    let bare = ["- ", "* ", "+ "]
        .iter()
        .find_map(|item| bare.strip_prefix(item))
        .unwrap_or(bare)
        .trim_start();
    let bare = super::article::unnumbered(bare).unwrap_or(bare);
    let (bold, rest) = match bare.strip_prefix("**").or_else(|| bare.strip_prefix("__")) {
        Some(rest) => (true, rest),
        None => (false, bare),
    };
    let word = words.iter().find(|word| {
        rest.get(..word.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    })?;
    let rest = &rest[word.len()..];
    let rest = rest
        .strip_prefix(' ')
        .filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
        .unwrap_or(rest);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest[digits..];
    let closed = |text: &'a str| text.strip_prefix("**").or_else(|| text.strip_prefix("__"));
    // `**Q:** …`, `**Q**: …`, `**Q: all bold?**`
    let text = if let (true, Some(after)) = (bold, closed(after)) {
        after.strip_prefix(':')?
    } else {
        let after = after
            .strip_prefix(':')
            .or_else(|| after.strip_prefix(['.', ')']).filter(|_| digits > 0))?;
        match (bold, closed(after)) {
            (true, Some(after)) => after,
            (true, None) => {
                return Some(after.trim().trim_end_matches("**").trim_end_matches("__"));
            }
            _ => after,
        }
    };
    (text.is_empty() || text.starts_with([' ', '\t'])).then(|| text.trim())
}

/// A question and the answer that follows it on the same line.
fn inline_answer(text: &str) -> (&str, Option<&str>) {
    for mark in [
        "**A:**",
        "**A**:",
        "**Answer:**",
        "**Answer**:",
        " A: ",
        " Answer: ",
    ] {
        if let Some((ask, answer)) = text.split_once(mark) {
            return (ask.trim(), Some(answer.trim()));
        }
    }
    (text, None)
}

/// The question in a heading: `Q: What is …`, `3. Why …?`; None for a name.
pub(super) fn asked(title: &str) -> Option<String> {
    if let Some(ask) = marked(title, &["question", "q"]) {
        return Some(ask.to_owned());
    }
    let ask = super::article::unnumbered(title).unwrap_or(title);
    ask.trim_end_matches(['*', '_'])
        .ends_with('?')
        .then(|| ask.to_owned())
}

/// The answer under such a heading, without its mark; lines keep their places.
pub(super) fn answer(text: &str) -> String {
    let begin = text.len() - text.trim_start().len();
    let (blank, rest) = text.split_at(begin);
    let (first, others) = rest.split_once('\n').unwrap_or((rest, ""));
    match marked(first, &["answer", "a"]) {
        Some(answer) => format!("{blank}{answer}\n{others}"),
        None => text.to_owned(),
    }
}
