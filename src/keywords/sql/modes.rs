//! The SQL modes that change what a string is, as `SET sql_mode = …` sets them above.

use super::token::Kind;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mode {
    /// In double quotes stands a name.
    has_ansi_quotes: bool,
    /// A backslash in a string is a backslash.
    has_no_escapes: bool,
}

impl Mode {
    /// Whether a backslash has no meaning between quotes of this kind.
    pub(super) fn is_plain(self, quote: u8) -> bool {
        match quote {
            b'\'' => self.has_no_escapes,
            b'"' => self.has_no_escapes || self.has_ansi_quotes,
            _ => true,
        }
    }

    /// The modes that a value names. Of one that is not written out, such as a variable that kept what
    /// there was, the server's own are the likeliest: neither of the two.
    fn of(value: &[u8]) -> Mode {
        let is_quote = |byte: &u8| matches!(byte, b'\'' | b'"');
        let mut mode = Mode::default();
        for name in value.split(|byte| *byte == b',' || is_quote(byte)) {
            let is = |other: &&[u8]| name.trim_ascii().eq_ignore_ascii_case(other);
            mode.has_ansi_quotes |= ANSI_QUOTES.iter().any(&is);
            mode.has_no_escapes |= is(&b"NO_BACKSLASH_ESCAPES".as_slice());
        }
        mode
    }
}

/// The modes that include `ANSI_QUOTES`; MySQL 8.0 and later have the first two only
/// (`expand_sql_mode` in `sql/sys_vars.cc`).
const ANSI_QUOTES: [&[u8]; 7] = [
    b"ANSI",
    b"ANSI_QUOTES",
    b"DB2",
    b"MAXDB",
    b"MSSQL",
    b"ORACLE",
    b"POSTGRESQL",
];

/// How much of `SET sql_mode = …` was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Setting {
    /// At the beginning of a statement.
    #[default]
    Start,
    /// Not in `SET`.
    Other,
    /// Behind `SET` or a comma.
    Set,
    /// Behind the name of something else, or of what this session does not get.
    Skipped,
    /// Behind the variable.
    Variable,
    /// Behind the equals sign.
    Equals,
}

impl Setting {
    /// What follows a token; a mode that it sets is taken over.
    pub(super) fn after(self, kind: Kind, text: &[u8], mode: &mut Mode) -> Setting {
        match (self, kind) {
            (_, Kind::End) => Setting::Start,
            (Setting::Start, _) if text.eq_ignore_ascii_case(b"SET") => Setting::Set,
            (Setting::Start | Setting::Other, _) => Setting::Other,
            (Setting::Set, Kind::Word | Kind::SystemVariable) => {
                let is = |names: &[&str]| {
                    names
                        .iter()
                        .any(|name| text.eq_ignore_ascii_case(name.as_bytes()))
                };
                if is(&[
                    "sql_mode",
                    "@@sql_mode",
                    "@@session.sql_mode",
                    "@@local.sql_mode",
                ]) {
                    Setting::Variable
                } else if is(&["SESSION", "LOCAL"]) {
                    Setting::Set
                } else {
                    Setting::Skipped
                }
            }
            (Setting::Variable, Kind::Operator) => Setting::Equals,
            (Setting::Equals, Kind::Value | Kind::Word) => {
                *mode = Mode::of(text);
                Setting::Skipped
            }
            (_, Kind::Comma) => Setting::Set,
            _ => Setting::Skipped,
        }
    }
}
