//! The floor: a server that answers every request with a constant. Its figures are what processes
//! and pipes take, which no server can go below.

use std::io;

use serde::Deserialize;

use crate::frames;

/// The line that the answer's text repeats.
const LINE: &str = "A line of an answer that is always the same, about as long as others are.";

/// How many lines the answer's text has; as many as an answer of Viva may have.
const LINES: usize = 25;

/// What of a message an answer needs.
#[derive(Deserialize)]
struct Envelope {
    /// None: a notification.
    id: Option<u64>,
}

/// Serves over stdin and stdout until stdin ends.
pub(crate) fn serve() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let text = answer().replace('\n', "\\n");
    let mut body = Vec::new();
    while frames::read(&mut input, &mut body)? {
        let Some(id) = serde_json::from_slice::<Envelope>(&body)?.id else {
            continue;
        };
        // The line end makes stdout, which is buffered by lines, give the frame away in one piece.
        let message = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"contents\":{{\"kind\":\"markdown\",\"value\":\"{text}\"}}}}}}\n"
        );
        frames::write(&mut output, &message)?;
    }
    Ok(())
}

/// The text of every answer.
pub(crate) fn answer() -> String {
    [LINE; LINES].join("\n")
}
