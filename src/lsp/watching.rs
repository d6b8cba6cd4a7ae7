//! Who says that files of a guide have changed: the client where it can watch them, else the system.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tower_lsp::gen_lsp_types as lsp;
use viva_guide::own::{Place, Root};

use super::client::Client;
use super::guides::Task;
use super::open::file_uri;
use crate::own_guide::{IN_WORKSPACE, VIVA_TOML};

/// The ids of registrations with the client begin so.
const ID: &str = "viva.guide";

/// How the folders of topics are watched.
pub(super) struct Watching {
    tasks: Sender<Task>,
    /// The client is ready to be asked.
    may_ask: bool,
    /// What the client was asked to watch.
    asked: Option<Vec<Value>>,
    /// How often it was asked.
    registrations: usize,
    /// The system's watcher, made when it is first needed.
    watcher: Option<RecommendedWatcher>,
    /// What it watches.
    watched: Vec<(PathBuf, RecursiveMode)>,
}

impl Watching {
    pub(super) fn new(tasks: Sender<Task>) -> Watching {
        Watching {
            tasks,
            may_ask: false,
            asked: None,
            registrations: 0,
            watcher: None,
            watched: Vec::new(),
        }
    }

    pub(super) fn may_ask(&mut self) {
        self.may_ask = true;
    }

    /// Watches these folders from now on, and no others; does not wait for the client. What has changed
    /// may be a folder that was there before, and is another one now. Returns whether the system watches
    /// other folders than before.
    pub(super) fn watch(
        &mut self,
        changed: &[PathBuf],
        roots: &[Root],
        client: &Client,
        connection: &tower_lsp::Client,
        handle: &Handle,
    ) -> bool {
        if !self.may_ask {
            return false;
        }
        self.watched.retain(|(path, _)| !changed.contains(path));
        let by_client = |root: &Root| {
            client.watches && (client.watches_outside || root.place == Place::Workspace)
        };
        if client.watches {
            self.ask(
                &patterns(roots.iter().filter(|root| by_client(root)), client),
                connection,
                handle,
            );
        }
        let mut places: Vec<(PathBuf, RecursiveMode)> = Vec::new();
        for root in roots.iter().filter(|root| !by_client(root)) {
            places.push(nearest(&root.folder));
        }
        if !client.watches {
            // For `viva.toml`, and for a `.viva` to come.
            let folders = client.roots.iter().filter(|folder| folder.is_dir());
            places.extend(folders.map(|folder| (folder.clone(), RecursiveMode::NonRecursive)));
        }
        self.watch_system(places)
    }

    fn ask(&mut self, patterns: &[Value], connection: &tower_lsp::Client, handle: &Handle) {
        if self.asked.as_deref() == Some(patterns) {
            return;
        }
        self.asked = Some(patterns.to_vec());
        self.registrations += 1;
        let id = |number| format!("{ID}.{number}");
        let method = "workspace/didChangeWatchedFiles";
        let new = lsp::Registration {
            id: id(self.registrations),
            method: method.to_owned(),
            register_options: Some(json!({ "watchers": patterns })),
        };
        let old = lsp::Unregistration {
            id: id(self.registrations - 1),
            method: method.to_owned(),
        };
        let is_again = self.registrations > 1;
        let connection = connection.clone();
        handle.spawn(async move {
            // Each has an id of its own, so that it does not matter which a client hears of first.
            let _ = connection.register_capability(vec![new]).await;
            if is_again {
                // Best effort: a change is then told twice.
                let _ = connection.unregister_capability(vec![old]).await;
            }
        });
    }

    fn watch_system(&mut self, mut places: Vec<(PathBuf, RecursiveMode)>) -> bool {
        places.sort_by_key(|(path, mode)| (path.clone(), *mode == RecursiveMode::NonRecursive));
        places.dedup_by(|(a, _), (b, _)| a == b);
        if places == self.watched {
            return false;
        }
        if self.watcher.is_none() {
            let tasks = self.tasks.clone();
            let told = move |event: notify::Result<notify::Event>| {
                // Reading a file is an event too.
                if let Ok(event) = event
                    && !event.kind.is_access()
                {
                    let _ = tasks.send(Task::Changed(event.paths));
                }
            };
            // Without a watcher the guide is as it was at the start.
            self.watcher = notify::recommended_watcher(told).ok();
        }
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        for (path, mode) in self.watched.drain(..) {
            if !places.contains(&(path.clone(), mode)) {
                // It may be gone.
                let _ = watcher.unwatch(&path);
            }
        }
        for (path, mode) in &places {
            let _ = watcher.watch(path, *mode);
        }
        self.watched = places;
        true
    }
}

/// What the client is to watch.
fn patterns<'a>(roots: impl Iterator<Item = &'a Root>, client: &Client) -> Vec<Value> {
    let mut patterns = vec![json!({ "globPattern": format!("**/{VIVA_TOML}") })];
    if !client.watches_outside {
        patterns.push(json!({ "globPattern": format!("**/{IN_WORKSPACE}/**") }));
    }
    for root in roots {
        patterns.push(if client.watches_outside {
            let base = file_uri(&root.folder);
            json!({ "globPattern": { "baseUri": base, "pattern": "**/*" } })
        } else {
            json!({ "globPattern": format!("**/{}/**", root.shown) })
        });
    }
    patterns.dedup();
    patterns
}

/// The folder itself, or the nearest above it that is there already.
fn nearest(folder: &Path) -> (PathBuf, RecursiveMode) {
    if folder.is_dir() {
        return (folder.to_owned(), RecursiveMode::Recursive);
    }
    let above = folder.ancestors().find(|folder| folder.is_dir());
    let above = above.unwrap_or(folder).to_owned();
    (above, RecursiveMode::NonRecursive)
}
