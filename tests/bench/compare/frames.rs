//! Frames of the base protocol: a `Content-Length` header, an empty line, and the body.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _, Write};

/// So much may be written to a pipe that nobody reads, in bytes: Linux keeps 64 KiB.
pub(crate) const FITS: usize = 32 << 10;

/// Reads one body into `body`; false at the end of the input.
pub(crate) fn read(input: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        match (line.trim_end(), length) {
            ("", Some(length)) => {
                body.clear();
                input.by_ref().take(length).read_to_end(body)?;
                return Ok(true);
            }
            (header, _) => {
                if let Some(text) = header.strip_prefix("Content-Length:") {
                    length = Some(text.trim().parse().map_err(io::Error::other)?);
                }
            }
        }
    }
}

/// Writes one body in one piece.
pub(crate) fn write(output: &mut impl Write, body: &str) -> io::Result<()> {
    let mut frame = String::new();
    add(&mut frame, body);
    output.write_all(frame.as_bytes())?;
    output.flush()
}

/// Adds a frame with this body to others.
pub(crate) fn add(frames: &mut String, body: &str) {
    let _ = write!(frames, "Content-Length: {}\r\n\r\n{body}", body.len());
}
