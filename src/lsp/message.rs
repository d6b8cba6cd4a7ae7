//! A body of the base protocol as JSON-RPC: a request, a reply, or something else.

use tower_lsp::jsonrpc::{Error, Request, Response};

use super::repair;

/// What a body may be.
#[derive(Debug)]
pub(crate) enum Message {
    Request(Request),
    Reply(Response),
    /// JSON of another kind, or no JSON.
    Malformed(Error),
}

/// Reads a body. What is not UTF-8 or half a surrogate pair is mended: an edit with something odd in it
/// is better than one that is lost.
pub(crate) fn parse(body: &[u8]) -> Message {
    let text = String::from_utf8_lossy(body);
    match parse_text(&text) {
        Message::Malformed(error) => match repair::lone_surrogates(&text) {
            Some(repaired) => parse_text(&repaired),
            None => Message::Malformed(error),
        },
        message => message,
    }
}

fn parse_text(text: &str) -> Message {
    // Without a method, the framework reads a request all the same.
    match serde_json::from_str::<Request>(text) {
        Ok(request) if !request.method().is_empty() => return Message::Request(request),
        _ => {}
    }
    if let Ok(reply) = serde_json::from_str(text) {
        return Message::Reply(reply);
    }
    // JSON that is no message, such as a batch, is told from what is no JSON.
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    Message::Malformed(if is_json {
        Error::invalid_request()
    } else {
        Error::parse_error()
    })
}
