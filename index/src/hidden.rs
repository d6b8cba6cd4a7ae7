//! Characters that make a text look like another: control characters, and those that turn the direction of
//! writing (U+202A to U+202E, U+2066 to U+2069). Topics of the program have none; what others wrote may.

/// Whether a character of a line is one of these.
pub fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || letter.is_control() && letter != '\t'
}

/// The first of these in a text of several lines.
pub fn first_in(text: &str) -> Option<char> {
    text.chars()
        .find(|letter| *letter != '\n' && is_hidden(*letter))
}

/// What is said about one.
pub(crate) fn complaint(letter: char) -> String {
    format!(
        "has the invisible character U+{:04X}; remove it",
        u32::from(letter)
    )
}
