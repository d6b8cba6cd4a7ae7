//! `viva doctor`: what Viva knows and uses, and how to set up an editor.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use viva_guide::Language;

use super::{Outcome, Output, own, render, write_json};
use crate::{built_in, own_guide};

/// The shape of `doctor --json`.
#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    program: Option<PathBuf>,
    topics: usize,
    cards: usize,
    names: usize,
    /// The size of the built-in index, in bytes.
    index_bytes: usize,
    languages: Vec<&'static str>,
    folders: Vec<Folder>,
}

#[derive(Debug, Serialize)]
struct Folder {
    what: &'static str,
    path: Option<PathBuf>,
    state: String,
}

/// Prints the report.
pub(super) fn doctor(out: &mut Output, json: bool) -> Outcome {
    let guide = own::guide();
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        program: std::env::current_exe().ok(),
        topics: guide.topic_count(),
        cards: guide.card_count(),
        names: guide.vocabulary().len(),
        index_bytes: built_in::size(),
        languages: Language::ALL.map(Language::name).to_vec(),
        folders: folders(),
    };
    if json {
        return write_json(out, &report);
    }
    let path = |path: &Option<PathBuf>| {
        path.as_ref()
            .map_or_else(|| "unknown".to_owned(), |path| path.display().to_string())
    };
    writeln!(out, "viva {}", report.version)?;
    writeln!(out, "program    {}", path(&report.program))?;
    let size = report.index_bytes / 1024;
    writeln!(
        out,
        "guide      {} topics, {} cards, {} names ({size} KiB of it in the program)",
        report.topics, report.cards, report.names
    )?;
    writeln!(out, "languages  {}", report.languages.join(", "))?;
    for folder in &report.folders {
        writeln!(
            out,
            "{:<10} {} ({})",
            folder.what,
            path(&folder.path),
            folder.state
        )?;
    }
    write!(out, "\n{}", render::markdown(SNIPPETS, render::width()))?;
    Ok(())
}

/// Every folder that Viva reads or writes.
fn folders() -> Vec<Folder> {
    let mut folders = vec![cache_folder()];
    if let Some(cache) = own_guide::cache_folder() {
        let size = viva_guide::own::cache_size(&cache);
        folders.push(Folder {
            what: "indexes",
            path: Some(size.folder),
            state: format!("{} KiB", size.bytes.div_ceil(1024)),
        });
    }
    let here = std::env::current_dir().ok();
    let workspace = here.and_then(|folder| own_guide::workspace(&folder));
    let (roots, _) = own_guide::roots(workspace.as_slice(), &[]);
    folders.extend(roots.into_iter().map(|root| {
        let state = if root.folder.is_dir() {
            root.place.name()
        } else {
            "not there; `viva guide new ID` makes it"
        };
        Folder {
            what: "guide",
            state: state.to_owned(),
            path: Some(root.folder),
        }
    }));
    folders
}

/// Where topics' pages are written for editors without virtual documents.
fn cache_folder() -> Folder {
    let path = own_guide::cache_folder();
    let state = match path.as_ref().map(fs::metadata) {
        None => "there is no home folder; pages are shown as messages".to_owned(),
        Some(Err(_)) => {
            "not there yet; made when a page is opened in an editor without virtual documents"
                .to_owned()
        }
        Some(Ok(data)) if data.permissions().readonly() => {
            "cannot be written; pages are shown as messages".to_owned()
        }
        Some(Ok(_)) => "there".to_owned(),
    };
    Folder {
        what: "cache",
        path,
        state,
    }
}

const SNIPPETS: &str = r#"**Neovim 0.11**, in `init.lua`:

```lua
vim.lsp.config('viva', {
  cmd = { 'viva', 'lsp' },
  filetypes = { 'go', 'dockerfile', 'sql', 'mysql', 'conf', 'redis', 'yaml', 'yaml.docker-compose' },
})
vim.lsp.enable('viva')
```

**Helix**, in `languages.toml`:

```toml
[language-server.viva]
command = "viva"
args = ["lsp"]

[[language]]
name = "go"
language-servers = ["gopls", "viva"]
```
"#;
