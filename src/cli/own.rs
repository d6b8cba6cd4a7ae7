//! The guide as the commands read it: the built-in one with the topics of the workspace and of the user.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use viva_guide::Guide;

use super::import::counted;
use crate::{built_in, own_guide};

/// What takes longer shows how far it is, where somebody looks.
const SHOWN_AFTER: Duration = Duration::from_millis(500);

/// Opens the guide, after a look at all files of one's own. What is wrong with these is said on stderr, and
/// never keeps the rest from being read.
pub(super) fn guide() -> Guide {
    let workspace = std::env::current_dir()
        .ok()
        .and_then(|folder| own_guide::workspace(&folder));
    let (roots, mut said) = own_guide::roots(workspace.as_slice(), &[]);
    let mut guide = None;
    if roots.iter().any(|root| root.folder.exists()) {
        let start = Instant::now();
        let bar = OnceLock::new();
        let mut library = own_guide::library(roots);
        let cached = library.open();
        let updated = library.update(None, &|done, total| {
            if start.elapsed() > SHOWN_AFTER && stderr().is_terminal() {
                show(bar.get_or_init(|| new_bar(total)), done);
            }
        });
        if let Some(bar) = bar.get() {
            bar.finish_and_clear();
        }
        match updated {
            Ok(updated) => {
                if updated.skipped > 0 {
                    let files = counted(updated.skipped, "file");
                    let are = if updated.skipped == 1 { "is" } else { "are" };
                    said.push(format!(
                        "{files} of your own {are} left out; `viva guide check DIR` tells why"
                    ));
                }
                guide = updated.guide.or(cached.filter(|_| updated.files > 0));
            }
            Err(error) => said.push(format!("the topics of your own are left out: {error}")),
        }
    }
    for line in said {
        // If stderr is closed, nobody wants to know.
        let _ = writeln!(anstream::stderr(), "viva: {line}");
    }
    guide.unwrap_or_else(built_in::guide)
}

fn new_bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message("Viva reads your guide");
    bar
}

fn show(bar: &ProgressBar, done: usize) {
    bar.set_position(done as u64);
}
