//! What a client sends: frames do not depend on how their bytes arrive, broken ones lose only
//! themselves, halves of characters are mended, and parameters are read or refused.

use std::io::BufReader;

use serde::de::DeserializeOwned;
use serde_json::Value;
use viva::document::Encoding;
use viva::documents::{Change, Documents};
use viva::lsp::client::Client;
use viva::lsp::settings::Settings;

use crate::effort::bounded;
use crate::framing::{Frame, Frames};
use crate::message::{self, Message};
use crate::params::{
    At, CodeActionParams, DidChange, DidChangeConfiguration, DidClose, DidOpen, DocumentDiagnostic,
    ExecuteCommand, InlayHints, SymbolQuery, VirtualDocument,
};
use crate::repair;

/// The longest body that garbage may announce for [`check_recovery`], in bytes.
const ANNOUNCED_MAX: usize = 99;

/// The bytes as all of a client's input.
pub fn check(data: &[u8]) {
    let read = bounded("frames", || frames(data, 64 << 10));
    assert_eq!(read, frames(data, 3), "frames depend on how they arrive");
    for body in read.iter().flatten() {
        check_body(body);
    }
    // Without a frame, too: most of what is tried has no good header.
    check_body(data);
    check_recovery(data);
}

/// All frames of an input; None for a bad header. What is no JSON is searched for a header, as the
/// server does.
fn frames(data: &[u8], capacity: usize) -> Vec<Option<Vec<u8>>> {
    let mut frames = Frames::new(BufReader::with_capacity(capacity, data));
    let (mut body, mut found) = (Vec::new(), Vec::new());
    loop {
        assert!(found.len() <= data.len(), "more frames than bytes");
        match frames.read(&mut body).expect("memory can be read") {
            Frame::End => return found,
            Frame::BadHeader => found.push(None),
            Frame::Body => {
                if is_no_json(&body) {
                    frames.resume_within(&body);
                }
                found.push(Some(body.clone()));
            }
        }
    }
}

fn is_no_json(body: &[u8]) -> bool {
    matches!(message::parse(body), Message::Malformed(error) if error.code.code() == -32700)
}

/// After garbage that announces only short bodies, a message of a few is understood.
fn check_recovery(data: &[u8]) {
    let digits = data.split(|byte| !byte.is_ascii_digit() && *byte != b'+');
    if digits.map(<[u8]>::len).max() > Some(ANNOUNCED_MAX.to_string().len()) {
        return;
    }
    let good = br#"{"jsonrpc":"2.0","method":"good"}"#;
    let mut input = data.to_vec();
    let frame = format!("Content-Length: {}\r\n\r\n", good.len());
    for _ in 0..3 * ANNOUNCED_MAX / good.len() {
        input.extend_from_slice(frame.as_bytes());
        input.extend_from_slice(good);
    }
    let read = frames(&input, 64 << 10);
    let last = read.last().and_then(Option::as_deref);
    assert_eq!(
        last.map(String::from_utf8_lossy),
        Some(String::from_utf8_lossy(good)),
        "the last message after {:?}",
        String::from_utf8_lossy(data)
    );
}

fn check_body(body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    check_repair(&text);
    if let Message::Request(request) = bounded("a message", || message::parse(body)) {
        let params = request.params().cloned().unwrap_or_default();
        check_params(&params);
    }
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        check_params(&value);
    }
}

/// Texts without halves stay as they are; others have none any more, and each was replaced in place.
fn check_repair(text: &str) {
    let mended = bounded("a repair", || repair::lone_surrogates(text));
    let Some(mended) = mended else {
        if let Err(error) = serde_json::from_str::<Value>(text) {
            assert!(!is_about_halves(&error), "{error} in {text:?}");
        }
        return;
    };
    assert_eq!(mended.len(), text.len(), "{text:?} became {mended:?}");
    assert_eq!(repair::lone_surrogates(&mended), None, "{mended:?}");
    assert!(
        serde_json::from_str::<Value>(text).is_err(),
        "{text:?} was right"
    );
    if let Err(error) = serde_json::from_str::<Value>(&mended) {
        assert!(!is_about_halves(&error), "{error} in {mended:?}");
    }
}

/// What `serde_json` says where half a surrogate pair stands.
fn is_about_halves(error: &serde_json::Error) -> bool {
    let message = error.to_string();
    message.contains("surrogate") || message.contains("unexpected end of hex escape")
}

/// As the parameters of everything, one after another.
fn check_params(params: &Value) {
    let mut documents = Documents::default();
    if let Some(open) = read::<DidOpen>(params) {
        let item = open.text_document;
        let version = item.version.unwrap_or_default();
        documents
            .open(&item.uri, &item.language_id, version, &item.text)
            .expect("a short text");
    }
    if let Some(change) = read::<DidChange>(params) {
        let uri = change.text_document.uri;
        let changes: Vec<Change> = change
            .content_changes
            .into_iter()
            .map(Change::from)
            .collect();
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            documents
                .open(&uri, "", 1, "a💣b\r\nc\n")
                .expect("a short text");
            documents
                .change(&uri, change.text_document.version, &changes, encoding)
                .expect("a short text");
            assert!(documents.get(&uri).is_some());
        }
        documents.close(&uri);
    }
    if let Some(at) = read::<At>(params) {
        let _ = (at.text_document.uri, at.position);
    }
    read::<CodeActionParams>(params);
    read::<DidClose>(params);
    read::<DocumentDiagnostic>(params);
    read::<InlayHints>(params);
    read::<SymbolQuery>(params);
    read::<ExecuteCommand>(params);
    read::<VirtualDocument>(params);
    if let Some(changed) = read::<DidChangeConfiguration>(params) {
        bounded("settings", || Settings::read(&changed.settings));
    }
    let (settings, complaints) = bounded("settings", || Settings::read(params));
    if complaints.is_empty() {
        assert_eq!(Settings::read(params).0, settings);
    }
    let mut client = bounded("a client", || Client::from_initialize(params));
    client.change_roots(params);
}

fn read<T: DeserializeOwned>(params: &Value) -> Option<T> {
    T::deserialize(params).ok()
}
