//! Bytes → a text and edits of it. A byte that no UTF-8 has parts them, so that any file is a text
//! without edits.

/// Parts a text from its edits, and edits from each other.
const SEPARATOR: u8 = 0xFF;

/// More edits of one text are left out.
const EDITS_MAX: usize = 12;

/// A text, and what is done to it.
#[derive(Debug)]
pub struct Script {
    pub text: String,
    pub edits: Vec<Edit>,
}

/// Replaces some bytes by a text.
#[derive(Debug)]
pub struct Edit {
    /// Where, as a share of the text's length: 0 is its beginning, 65,535 nearly its end.
    place: u16,
    /// How many bytes are replaced; at most 127.
    length: u8,
    /// Whether questions are asked after it, or only after a later one.
    pub is_asked_after: bool,
    pub text: String,
}

impl Script {
    pub fn new(data: &[u8]) -> Script {
        let mut pieces = data.split(|byte| *byte == SEPARATOR);
        let text = lossy(pieces.next().unwrap_or_default());
        let edits = pieces.take(EDITS_MAX).filter_map(Edit::new).collect();
        Script { text, edits }
    }
}

impl Edit {
    fn new(piece: &[u8]) -> Option<Edit> {
        let (&[high, low, length], text) = piece.split_first_chunk()?;
        Some(Edit {
            place: u16::from_be_bytes([high, low]),
            length: length & 0x7F,
            is_asked_after: length & 0x80 == 0,
            text: lossy(text),
        })
    }

    /// The bytes of a text that it replaces, on boundaries of characters.
    pub fn range(&self, text: &str) -> std::ops::Range<usize> {
        let at = usize::from(self.place) * (text.len() + 1) / 65_536;
        let start = text.floor_char_boundary(at);
        let end = text.floor_char_boundary(start.saturating_add(self.length.into()));
        start..end.max(start)
    }
}

/// As UTF-8, with a sign for what is not.
pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
