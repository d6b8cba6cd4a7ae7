//! Keeps the guide up to date with the folders of topics that people keep themselves.
//!
//! One thread reads folders and makes the index; answers come from the guide that was there before until
//! it is done. Nothing here waits for the client.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::mpsc as async_mpsc;
use tower_lsp::gen_lsp_types as lsp;
use viva_guide::Guide;
use viva_guide::own::{self, Library, Root, Updated};

use super::fault;
use super::packages::file_path;
use super::server::State;
use super::watching::Watching;
use crate::lock::lock;
use crate::own_guide;

/// How long is waited for more changes after one: editors and `git` change many files at once.
const SETTLED: Duration = Duration::from_millis(20);

/// Changes that do not end are looked at after this.
const SETTLED_MOST: Duration = Duration::from_millis(200);

/// After this the folders are looked at once more, where something may have changed before it was watched.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// An update that takes longer is shown to the user.
const SHOWN_AFTER: Duration = Duration::from_millis(500);

/// How many mistakes go to the log at once.
const LOGGED: usize = 10;

/// What the thread is to do.
#[derive(Debug)]
pub(super) enum Task {
    /// The workspace or the settings are others.
    Folders,
    /// The client can be asked to watch files.
    Watch,
    /// These may have changed.
    Changed(Vec<PathBuf>),
}

/// The guide of a connection, and how it is kept up to date. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(super) connection: tower_lsp::Client,
    pub(super) state: Arc<Mutex<State>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    built_in: Arc<Guide>,
    guide: Mutex<Arc<Guide>>,
    roots: Mutex<Arc<[Root]>>,
    tasks: OnceLock<Sender<Task>>,
    outbox: OnceLock<async_mpsc::UnboundedSender<Say>>,
    /// Open files for which the client shows mistakes: of which version, and which.
    shown: Mutex<HashMap<String, (i32, Vec<lsp::Diagnostic>)>>,
}

/// What the client is told, in this order.
#[derive(Debug)]
pub(super) enum Say {
    Log(lsp::MessageType, String),
    Diagnostics(String, Vec<lsp::Diagnostic>, Option<i32>),
}

impl Keeper {
    pub(super) fn new(
        built_in: Guide,
        connection: tower_lsp::Client,
        state: Arc<Mutex<State>>,
    ) -> Keeper {
        let built_in = Arc::new(built_in);
        Keeper {
            connection,
            state,
            shared: Arc::new(Shared {
                guide: Mutex::new(Arc::clone(&built_in)),
                built_in,
                roots: Mutex::new(Arc::new([])),
                tasks: OnceLock::new(),
                outbox: OnceLock::new(),
                shown: Mutex::default(),
            }),
        }
    }

    pub(super) fn guide(&self) -> Arc<Guide> {
        Arc::clone(&lock(&self.shared.guide))
    }

    pub(super) fn roots(&self) -> Arc<[Root]> {
        Arc::clone(&lock(&self.shared.roots))
    }

    pub(super) fn shown(&self) -> MutexGuard<'_, HashMap<String, (i32, Vec<lsp::Diagnostic>)>> {
        lock(&self.shared.shown)
    }

    /// A number that tells guides apart that are made of different folders.
    pub(super) fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for root in self.roots().iter() {
            root.folder.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether the guide is more than the built-in one.
    pub(super) fn is_own(&self) -> bool {
        !Arc::ptr_eq(&self.guide(), &self.shared.built_in)
    }

    /// Uses the folders that the workspace and the settings name now. Called where tasks can be spawned.
    pub(super) fn use_folders(&self) {
        self.task(Task::Folders);
    }

    /// Has the folders watched; the client may be asked from here on.
    pub(super) fn watch(&self) {
        self.task(Task::Watch);
    }

    /// Takes over `workspace/didChangeWatchedFiles`.
    pub(super) fn changed(&self, params: &Value) {
        let changes = params.get("changes").and_then(Value::as_array);
        let uris = changes.into_iter().flatten();
        let uris = uris.filter_map(|change| change.get("uri")?.as_str());
        self.task(Task::Changed(uris.filter_map(file_path).collect()));
    }

    fn task(&self, task: Task) {
        let tasks = self.shared.tasks.get_or_init(|| {
            let (sender, receiver) = channel();
            let worker = Worker {
                keeper: self.clone(),
                handle: Handle::current(),
                library: own_guide::library(Vec::new()),
                watching: Watching::new(sender.clone()),
                complaints: Vec::new(),
            };
            let named = thread::Builder::new().name("guide".to_owned());
            // Without a thread the built-in guide answers.
            let _ = named.spawn(move || worker.run(&receiver));
            sender
        });
        // The thread ends with the process only.
        let _ = tasks.send(task);
    }

    /// Tells the client something, after what it was told before.
    pub(super) fn say(&self, say: Say) {
        let outbox = self.shared.outbox.get_or_init(|| {
            let (sender, mut receiver) = async_mpsc::unbounded_channel();
            let connection = self.connection.clone();
            tokio::spawn(async move {
                while let Some(say) = receiver.recv().await {
                    match say {
                        Say::Log(kind, text) => connection.log_message(kind, text).await,
                        Say::Diagnostics(uri, found, version) => {
                            connection
                                .publish_diagnostics(uri.into(), found, version)
                                .await;
                        }
                    }
                }
            });
            sender
        });
        // Nobody listens after the end.
        let _ = outbox.send(say);
    }
}

/// Runs in its own thread.
struct Worker {
    keeper: Keeper,
    handle: Handle,
    library: Library,
    watching: Watching,
    /// What was last said about the folders.
    complaints: Vec<String>,
}

/// Tasks that came together.
#[derive(Default)]
struct Batch {
    folders: bool,
    watch: bool,
    changed: Vec<PathBuf>,
    looks_again: bool,
}

impl Batch {
    fn add(&mut self, task: Task) {
        match task {
            Task::Folders => self.folders = true,
            Task::Watch => self.watch = true,
            Task::Changed(paths) => self.changed.extend(paths),
        }
    }
}

impl Worker {
    fn run(mut self, tasks: &Receiver<Task>) {
        // For what is said from here.
        let handle = self.handle.clone();
        let _runtime = handle.enter();
        let mut looks_again = false;
        loop {
            let first = if looks_again {
                tasks.recv_timeout(LOOK_AGAIN)
            } else {
                tasks.recv().map_err(RecvTimeoutError::from)
            };
            let mut batch = Batch::default();
            let start = Instant::now();
            match first {
                Ok(first) => batch.add(first),
                Err(RecvTimeoutError::Timeout) => batch.looks_again = true,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while !batch.changed.is_empty() && start.elapsed() < SETTLED_MOST {
                match tasks.recv_timeout(SETTLED) {
                    Ok(task) => batch.add(task),
                    Err(_) => break,
                }
            }
            let work = AssertUnwindSafe(|| self.work(&batch));
            looks_again = panic::catch_unwind(work).unwrap_or_else(|_| {
                // Nobody knows what it did to the library: the next change finds a new one, and until
                // then the guide that was there before answers.
                self.library = own_guide::library(Vec::new());
                false
            });
        }
    }

    /// Whether something may have changed before it was watched.
    fn work(&mut self, batch: &Batch) -> bool {
        if batch.watch {
            self.watching.may_ask();
        }
        for path in &batch.changed {
            fault::at(&path.to_string_lossy());
        }
        let names_folders = |path: &PathBuf| path.ends_with(own_guide::VIVA_TOML);
        // After a failure there are none.
        let has_none = self.library.roots().is_empty();
        let may_have_new_folders =
            has_none || batch.folders || batch.changed.iter().any(names_folders);
        let has_new_folders = may_have_new_folders && self.use_folders();
        if has_new_folders {
            if let Some(guide) = self.library.open() {
                self.put(guide);
            }
            self.update(None);
        } else if batch.looks_again {
            self.update(None);
        } else {
            // Folders are watched around those of topics too, which change all day.
            let roots = self.library.roots();
            let near = batch
                .changed
                .iter()
                .filter(|path| own::is_near(roots, path));
            let near: Vec<PathBuf> = near.cloned().collect();
            if !near.is_empty() {
                self.update(Some(&near));
            }
        }
        let is_other = has_new_folders || batch.watch || !batch.changed.is_empty();
        if is_other || batch.looks_again {
            let client = lock(&self.keeper.state).client.clone();
            let roots = self.library.roots();
            let is_new = self.watching.watch(
                &batch.changed,
                roots,
                &client,
                &self.keeper.connection,
                &self.handle,
            );
            self.keeper.check_all();
            // In a folder that is new, files may have come before anybody watched it.
            return is_new || batch.changed.iter().any(|path| path.is_dir());
        }
        false
    }

    /// Finds out which folders there are; whether they are others than before.
    fn use_folders(&mut self) -> bool {
        let (workspaces, named) = {
            let state = lock(&self.keeper.state);
            (
                state.client.roots.clone(),
                state.settings.guide_paths.clone(),
            )
        };
        let (roots, complaints) = own_guide::roots(&workspaces, &named);
        if complaints != self.complaints {
            for complaint in &complaints {
                self.log(lsp::MessageType::Warning, complaint.clone());
            }
            self.complaints = complaints;
        }
        if roots == self.library.roots() {
            return false;
        }
        *lock(&self.keeper.shared.roots) = Arc::from(roots.as_slice());
        self.library = own_guide::library(roots);
        true
    }

    fn update(&mut self, changed: Option<&[PathBuf]>) {
        let start = Instant::now();
        let shown = Shown::new(&self.keeper, &self.handle);
        let updated = self.library.update(changed, &|done, total| {
            if start.elapsed() > SHOWN_AFTER {
                shown.report(done, total);
            }
        });
        drop(shown);
        match updated {
            Ok(updated) => self.take(updated),
            Err(error) => self.log(
                lsp::MessageType::Error,
                format!("the topics of your own could not be indexed: {error}"),
            ),
        }
    }

    fn take(&mut self, mut updated: Updated) {
        let guide = updated.guide.take();
        let is_new = guide.is_some();
        if let Some(guide) = guide {
            self.put(guide);
        } else if updated.files == 0 && self.keeper.is_own() {
            *lock(&self.keeper.shared.guide) = Arc::clone(&self.keeper.shared.built_in);
        }
        for mistake in updated.mistakes.iter().take(LOGGED) {
            self.log(lsp::MessageType::Warning, mistake.to_string());
        }
        if is_new {
            let files = updated.files;
            let skipped = match updated.skipped {
                0 => String::new(),
                skipped => format!("; {skipped} left out, `viva guide check DIR` tells why"),
            };
            let text = format!("guide: {files} files of your own{skipped}");
            self.log(lsp::MessageType::Info, text);
        }
    }

    fn put(&self, guide: Guide) {
        *lock(&self.keeper.shared.guide) = Arc::new(guide);
    }

    fn log(&self, kind: lsp::MessageType, text: String) {
        self.keeper.say(Say::Log(kind, text));
    }
}

/// Shows how far an update is, where the client can; gone when it is dropped.
struct Shown<'a> {
    keeper: &'a Keeper,
    handle: &'a Handle,
    can: bool,
    reports: OnceLock<async_mpsc::UnboundedSender<u32>>,
}

impl<'a> Shown<'a> {
    fn new(keeper: &'a Keeper, handle: &'a Handle) -> Shown<'a> {
        Shown {
            keeper,
            handle,
            can: lock(&keeper.state).client.progress,
            reports: OnceLock::new(),
        }
    }

    fn report(&self, done: usize, total: usize) {
        if !self.can {
            return;
        }
        let percentage = u32::try_from(done * 100 / total.max(1)).unwrap_or(100);
        let reports = self.reports.get_or_init(|| {
            let (sender, receiver) = async_mpsc::unbounded_channel();
            let connection = self.keeper.connection.clone();
            self.handle.spawn(show(connection, receiver));
            sender
        });
        let _ = reports.send(percentage);
    }
}

/// Tells the client percentages, each once, until there are no more.
async fn show(connection: tower_lsp::Client, mut reports: async_mpsc::UnboundedReceiver<u32>) {
    let token = lsp::ProgressToken::String("viva/guide".to_owned());
    if connection
        .create_work_done_progress(token.clone())
        .await
        .is_err()
    {
        return;
    }
    let progress = connection
        .progress(token, "Viva reads your guide")
        .with_percentage(0)
        .begin()
        .await;
    let mut shown = 0;
    while let Some(percentage) = reports.recv().await {
        if percentage > shown {
            shown = percentage;
            progress.report(percentage).await;
        }
    }
    progress.finish().await;
}
