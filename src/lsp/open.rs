//! How a topic's page is shown: as a virtual document where the client knows those, else as a
//! read-only file in the cache folder, else as a message.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use viva_guide::{Guide, Topic};

use crate::features::page::{Page, page};
use crate::lock::lock;
use crate::{built_in, own_guide};

/// The scheme of virtual documents: `viva:/redis/persistence.md`.
pub(crate) const SCHEME: &str = "viva";

/// The URI of a topic's virtual document.
pub(crate) fn virtual_uri(id: &str) -> String {
    format!("{SCHEME}:/{id}.md")
}

/// The address of a link that opens a topic's page by the command of a name, as VS Code reads it: the
/// arguments are JSON, percent-encoded.
pub(crate) fn command_uri(command: &str, id: &str) -> String {
    let arguments = serde_json::json!([id]).to_string();
    format!("command:{command}?{}", percent_encoded(&arguments))
}

/// The topic's id in the URI of a virtual document, however many slashes the client put.
pub(crate) fn topic_id(uri: &str) -> Option<&str> {
    let path = uri
        .strip_prefix(SCHEME)?
        .strip_prefix(':')?
        .trim_start_matches('/');
    path.split(['?', '#']).next()?.strip_suffix(".md")
}

/// A topic as a document; links lead to the other topics' documents beside it, be they files or
/// virtual.
pub(crate) fn topic_page(guide: &Guide, topic: &Topic) -> Page {
    page(guide, topic, |id| format!("../{id}.md"))
}

/// The folder with a file for each topic, `section/name.md`, made when it is first needed.
///
/// # Errors
/// There is no cache folder, or it cannot be written.
pub(crate) fn pages_folder(guide: &Guide) -> io::Result<PathBuf> {
    let base = own_guide::cache_folder().ok_or_else(|| io::Error::other("no home folder"))?;
    let folder = base.join(format!("pages-{}", built_in::FINGERPRINT));
    let _turn = turn();
    if folder.is_dir() {
        return Ok(folder);
    }
    // Written aside and renamed, so that no other process sees half of it.
    let aside = base.join(format!(
        "pages-{}-{}",
        built_in::FINGERPRINT,
        std::process::id()
    ));
    let written = write_pages(guide, &aside).and_then(|()| fs::rename(&aside, &folder));
    if let Err(error) = written {
        // Best effort: what is left is a folder of a few files in a cache.
        let _ = fs::remove_dir_all(&aside);
        if !folder.is_dir() {
            return Err(error);
        }
    }
    remove_older(&base, &folder);
    Ok(folder)
}

/// Pages are written one after the other: two requests would write the same files, and those are
/// read-only.
fn turn() -> MutexGuard<'static, ()> {
    static WRITING: Mutex<()> = Mutex::new(());
    lock(&WRITING)
}

fn write_pages(guide: &Guide, folder: &Path) -> io::Result<()> {
    for topic in guide.topics() {
        let file = file_in(folder, &topic.id);
        if let Some(section) = file.parent() {
            fs::create_dir_all(section)?;
        }
        fs::write(&file, topic_page(guide, &topic).markdown)?;
        // Editors then open it as what it is: something to read.
        let mut permissions = fs::metadata(&file)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions)?;
    }
    Ok(())
}

/// The folder with the pages of these topics and of those that they lead to. Guides of one's own change, and
/// may have any number of topics, so that only the pages that are asked for are written; `key` tells the
/// folders of different guides apart.
///
/// # Errors
/// There is no cache folder, or it cannot be written.
pub(crate) fn own_pages_folder(guide: &Guide, key: u64, ids: &[String]) -> io::Result<PathBuf> {
    let base = own_guide::cache_folder().ok_or_else(|| io::Error::other("no home folder"))?;
    let folder = base.join(format!("{OWN_PAGES}{key:016x}"));
    let _turn = turn();
    let mut linked: Vec<String> = Vec::new();
    for id in ids {
        let Some(topic) = guide.topic(id) else {
            continue;
        };
        let links = RefCell::new(Vec::new());
        let page = page(guide, &topic, |id| {
            links.borrow_mut().push(id.to_owned());
            format!("../{id}.md")
        });
        write_page(&folder, id, &page.markdown)?;
        linked.append(&mut links.into_inner());
    }
    linked.sort();
    linked.dedup();
    for id in linked.iter().filter(|id| !ids.contains(id)) {
        if let Some(topic) = guide.topic(id) {
            write_page(&folder, id, &topic_page(guide, &topic).markdown)?;
        }
    }
    Ok(folder)
}

/// Pages of guides of one's own lie in folders with names that begin so.
const OWN_PAGES: &str = "own-pages-";

/// Writes a page, unless it is there already.
fn write_page(folder: &Path, id: &str, markdown: &str) -> io::Result<()> {
    let file = file_in(folder, id);
    if fs::read_to_string(&file).is_ok_and(|written| written == markdown) {
        return Ok(());
    }
    if let Some(section) = file.parent() {
        fs::create_dir_all(section)?;
    }
    // Written aside and renamed: an editor may have the old one open, and it is read-only.
    let aside = file.with_extension(format!("{}.new", std::process::id()));
    let write = || {
        fs::write(&aside, markdown)?;
        let mut permissions = fs::metadata(&aside)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&aside, permissions)?;
        fs::rename(&aside, &file)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&aside);
    })
}

/// Removes the pages of earlier versions of the guide; failing to does no harm.
fn remove_older(base: &Path, current: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_pages = entry.file_name().to_string_lossy().starts_with("pages-");
        if is_pages && path != current {
            let _ = fs::remove_dir_all(path);
        }
    }
}

/// The file of a topic in the pages folder.
pub(crate) fn file_in(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.md"))
}

/// A path as a `file:` URI (RFC 8089).
pub(crate) fn file_uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let root = if text.starts_with('/') { "" } else { "/" };
    format!("file://{root}{}", percent_encoded(&text))
}

/// A text as a part of a URI (RFC 3986); slashes and colons stay.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes any text");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_uris_lead_back_to_their_topic() {
        assert_eq!(
            topic_id(&virtual_uri("redis/persistence")),
            Some("redis/persistence")
        );
        assert_eq!(
            topic_id("viva:///redis/persistence.md#x"),
            Some("redis/persistence")
        );
        for other in [
            "",
            "viva",
            "viva:",
            "viva:/x",
            "file:///x.md",
            "vivat:/a.md",
        ] {
            assert_eq!(topic_id(other), None, "{other}");
        }
    }

    #[test]
    fn arguments_of_a_command_are_encoded() {
        assert_eq!(
            command_uri("viva.open", "redis/rdb"),
            "command:viva.open?%5B%22redis/rdb%22%5D"
        );
        assert_eq!(
            command_uri("viva.open", "\")](x)"),
            "command:viva.open?%5B%22%5C%22%29%5D%28x%29%22%5D"
        );
    }

    #[test]
    fn paths_become_file_uris() {
        assert_eq!(
            file_uri(Path::new("/home/a b/ß.md")),
            "file:///home/a%20b/%C3%9F.md"
        );
        assert_eq!(file_uri(Path::new("C:/x/y.md")), "file:///C:/x/y.md");
    }
}
