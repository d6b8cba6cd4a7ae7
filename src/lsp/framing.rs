//! The base protocol: header lines, an empty line, and a body of `Content-Length` bytes.
//!
//! A broken header or a wrong length loses one message, not the connection: reading resumes at the
//! next header that can be found.

use std::io::{self, BufRead, Cursor, Read as _};

/// The longest body that is read, in bytes.
const BODY_MAX: usize = 256 << 20;

/// The longest header line, in bytes.
const LINE_MAX: u64 = 64 << 10;

const LENGTH: &[u8] = b"content-length:";

const TYPE: &[u8] = b"content-type:";

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A body, in the caller's buffer.
    Body,
    /// Header lines without a usable length, or whose body is in an encoding that is none of LSP's; they
    /// are skipped.
    BadHeader,
    /// The input is at its end.
    End,
}

/// Reads frames; bytes that were taken for a body by mistake can be read again.
#[derive(Debug)]
pub(crate) struct Frames<R> {
    input: R,
    again: Cursor<Vec<u8>>,
    /// The header line that was read last.
    line: Vec<u8>,
}

impl<R: BufRead> Frames<R> {
    pub(crate) fn new(input: R) -> Frames<R> {
        Frames {
            input,
            again: Cursor::default(),
            line: Vec::new(),
        }
    }

    /// Reads one frame, its body into `body`.
    pub(crate) fn read(&mut self, body: &mut Vec<u8>) -> io::Result<Frame> {
        let mut length = None;
        let mut is_broken = false;
        let mut is_foreign = false;
        loop {
            if self.read_line()? == 0 {
                return Ok(Frame::End);
            }
            let text = self.line.trim_ascii();
            if text.is_empty() {
                match length {
                    Some(length) if is_foreign => {
                        let frame = self.read_body(length, body)?;
                        return Ok(match frame {
                            Frame::Body => Frame::BadHeader,
                            other => other,
                        });
                    }
                    Some(length) => return self.read_body(length, body),
                    None if is_broken => return Ok(Frame::BadHeader),
                    None => continue,
                }
            }
            let Some(at) = find_length(text) else {
                // Other headers say nothing that matters here.
                is_broken = length.is_none();
                is_foreign |= is_foreign_type(text);
                continue;
            };
            match parse_length(&text[at + LENGTH.len()..]) {
                Some(found) => length = Some(found),
                None => is_broken = true,
            }
        }
    }

    /// The body was not what its header said. If another header hides in it, reading goes on there.
    pub(crate) fn resume_within(&mut self, body: &[u8]) {
        if let Some(at) = find_length(body) {
            let mut bytes = body[at..].to_vec();
            let read = usize::try_from(self.again.position()).unwrap_or(usize::MAX);
            bytes.extend_from_slice(self.again.get_ref().get(read..).unwrap_or_default());
            self.again = Cursor::new(bytes);
        }
    }

    fn read_line(&mut self) -> io::Result<usize> {
        let line = &mut self.line;
        line.clear();
        let count = self.again.read_until(b'\n', line)?;
        if line.ends_with(b"\n") {
            return Ok(count);
        }
        Ok(count + (&mut self.input).take(LINE_MAX).read_until(b'\n', line)?)
    }

    fn read_body(&mut self, length: usize, body: &mut Vec<u8>) -> io::Result<Frame> {
        body.clear();
        // `take` and `read_to_end` grow the buffer with what arrives, not with what was announced.
        let wanted = u64::try_from(length).unwrap_or(u64::MAX);
        let first = (&mut self.again).take(wanted).read_to_end(body)?;
        let rest = wanted - u64::try_from(first).unwrap_or(wanted);
        (&mut self.input).take(rest).read_to_end(body)?;
        Ok(if body.len() == length {
            Frame::Body
        } else {
            Frame::End
        })
    }
}

fn find_length(text: &[u8]) -> Option<usize> {
    text.windows(LENGTH.len())
        .rposition(|window| window.eq_ignore_ascii_case(LENGTH))
}

/// Whether a header says that the body is not in UTF-8: "it should respond with an error" (LSP 3.17,
/// "Header Part", which also wants `utf8` to be taken for `utf-8`).
fn is_foreign_type(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let Some(value) = text.strip_prefix(TYPE) else {
        return false;
    };
    let value = String::from_utf8_lossy(value);
    let charset = value
        .split(';')
        .find_map(|part| part.trim().strip_prefix("charset="));
    charset.is_some_and(|name| !["utf-8", "utf8"].contains(&name.trim_matches('"')))
}

fn parse_length(text: &[u8]) -> Option<usize> {
    let length = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    (length <= BODY_MAX).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads everything; bodies that are not JSON are searched for a header.
    fn frames(input: &[u8]) -> Vec<String> {
        let mut frames = Frames::new(io::BufReader::with_capacity(3, input));
        let (mut body, mut found) = (Vec::new(), Vec::new());
        loop {
            match frames.read(&mut body).expect("reading from memory") {
                Frame::End => return found,
                Frame::BadHeader => found.push("bad header".to_owned()),
                Frame::Body => {
                    let text = String::from_utf8_lossy(&body).into_owned();
                    if !text.ends_with('}') || text.matches('{').count() > 1 {
                        frames.resume_within(&body);
                        found.push("bad body".to_owned());
                    } else {
                        found.push(text);
                    }
                }
            }
        }
    }

    #[test]
    fn frames_are_read_and_broken_ones_lose_only_themselves() {
        let cases: [(&str, &[&str]); 11] = [
            (
                "Content-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n{}",
                &["{}", "{}"],
            ),
            ("content-length:2\r\n\r\n{}", &["{}"]),
            (
                "Content-Type: application/vscode-jsonrpc\r\nContent-Length: 2\r\n\r\n{}",
                &["{}"],
            ),
            (
                "Content-Length: abc\r\n\r\nContent-Length: 2\r\n\r\n{}",
                &["bad header", "{}"],
            ),
            (
                "Content-Length: -1\r\n\r\nContent-Length: 2\r\n\r\n{}",
                &["bad header", "{}"],
            ),
            (
                "Content-Length: 99999999999\r\n\r\nContent-Length: 2\r\n\r\n{}",
                &["bad header", "{}"],
            ),
            (
                "X: y\r\n\r\nContent-Length: 2\r\n\r\n{}",
                &["bad header", "{}"],
            ),
            (
                "Content-Length: 30\r\n\r\n{}Content-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n{}",
                &["bad body", "{}", "{}"],
            ),
            (
                "Content-Type: a/b; charset=latin1\r\nContent-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n{}",
                &["bad header", "{}"],
            ),
            (
                "Content-Length: 2\r\nContent-Type: a/b; x=y; Charset=\"UTF8\"\r\n\r\n{}",
                &["{}"],
            ),
            ("Content-Length: 5\r\n\r\n{", &[]),
        ];
        for (input, expected) in cases {
            assert_eq!(frames(input.as_bytes()), expected, "{input:?}");
        }
    }
}
