//! Guides of one's own over a small built-in one: what they add and replace, how changes are followed, in
//! memory and in a cache folder alike.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::Language;
use crate::folder::Contents;
use crate::store;

const BUILT_IN: &str = "---\ntitle: Locks\nlevel: middle\nkeywords:\n  go: [sync.Mutex]\nrelated: []\nsources:\n  - sync: https://pkg.go.dev/sync\nchecked: 2026-11\n---\n\nA lock lets one goroutine in.\n\n## Questions\n\n### What is it?\n\nA lock.\n\nFollow-up: Why?\n";

fn built_in() -> Files {
    let topic = crate::parse::parse("locks.md", "go/locks", BUILT_IN).expect("a valid topic");
    let contents = Contents {
        topics: vec![topic.topic],
        cards: Vec::new(),
    };
    let files = store::files(&contents).expect("an index");
    let files: Vec<(&'static str, &'static [u8])> = files
        .into_iter()
        .map(|(name, bytes)| (&*name.leak(), &*bytes.leak()))
        .collect();
    files.leak()
}

/// A topic of one's own.
fn topic(title: &str, names: &str, summary: &str) -> String {
    format!("---\ntitle: {title}\nkeywords:\n  go: [{names}]\n---\n\n{summary}\n")
}

struct Place {
    home: TempDir,
    library: Library,
    guide: Guide,
    built_in: Files,
}

impl Place {
    /// Two folders, `team` before `mine`, and a cache where `cached`.
    fn new(files: &[(&str, String)], minimum: usize) -> Place {
        let home = tempfile::tempdir().expect("a temporary folder");
        for number in 0..minimum {
            let text = topic(
                &format!("Filler {number}"),
                &format!("filler.N{number}"),
                "It fills.",
            );
            write(home.path(), &format!("mine/filler/n{number}.md"), &text);
        }
        for (path, text) in files {
            write(home.path(), path, text);
        }
        let built_in = built_in();
        let mut library = library(home.path(), built_in);
        let guide = library.update(None, &|_, _| ()).expect("an index").guide;
        Place {
            guide: guide.unwrap_or_else(|| Guide::open(built_in).expect("a guide")),
            home,
            library,
            built_in,
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// Where the index is, if it is not in memory.
    fn shelf(&self) -> PathBuf {
        let shelves = in_folder(&self.path("cache/guides"));
        assert_eq!(shelves.len(), 1);
        shelves[0].clone()
    }

    /// Says that these files may have changed; whether the guide is another.
    fn changed(&mut self, paths: &[&str]) -> bool {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path(path)).collect();
        let updated = self
            .library
            .update(Some(&paths), &|_, _| ())
            .expect("an index");
        let is_new = updated.guide.is_some();
        self.guide = updated
            .guide
            .unwrap_or_else(|| Guide::open(self.built_in).expect("a guide"));
        is_new
    }

    fn explained(&self, name: &str) -> Option<Topic> {
        self.guide.explain(Language::Go, [name])?.topic
    }

    fn headline(&self, name: &str) -> Option<String> {
        Some(self.explained(name)?.headline().to_owned())
    }
}

use crate::topic::Topic;

fn library(home: &Path, built_in: Files) -> Library {
    let root = |place, name: &str| Root {
        place,
        folder: home.join(name),
        shown: name.to_owned(),
        within: None,
    };
    let roots = vec![
        root(super::Place::Workspace, "team"),
        root(super::Place::User, "mine"),
    ];
    Library::new(roots, built_in, "test", Some(&home.join("cache")))
}

fn write(home: &Path, path: &str, text: &str) {
    let path = home.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.path()).collect()
}

/// In memory, and in the cache folder.
const SIZES: [usize; 2] = [0, 2 * SMALL + 1];

#[test]
fn which_file_was_written_last_does_not_matter() {
    let files = [
        (
            "mine/go/note.md",
            "---\nextends: go/locks\n---\n\nOurs.\n".to_owned(),
        ),
        (
            "mine/go/own.md",
            topic("Own", "sync.Mutex", "My own words."),
        ),
    ];
    for size in SIZES {
        for (last, text) in &files {
            let mut place = Place::new(&files, size);
            write(place.home.path(), last, &format!("{text}\nMore.\n"));
            assert!(place.changed(&[last]), "{last}");
            assert_eq!(
                place.headline("sync.Mutex").as_deref(),
                Some("My own words."),
                "{last} was written last"
            );
        }
    }
}

#[test]
fn topics_are_added_extended_and_replaced_in_the_order_of_the_folders() {
    for size in SIZES {
        let note = "---\nextends: go/locks\nkeywords:\n  go: [ours.Lock]\n---\n\nWe never copy one.\n\n## Questions\n\n### What do we do?\n\nNot copy.\n\nFollow-up: Why?\n";
        let place = Place::new(
            &[
                ("team/go/note.md", note.to_owned()),
                (
                    "mine/go/own.md",
                    topic("Own", "sync.Mutex, own.T", "My own words."),
                ),
                ("team/x/both.md", topic("Both", "both.T", "The team's.")),
                ("mine/x/both.md", topic("Both", "both.T", "Mine.")),
            ],
            size,
        );
        assert_eq!(matches!(place.library.kept, Kept::Shelf(_)), size > 0);
        let locks = place
            .explained("ours.Lock")
            .expect("the note's name leads there");
        assert_eq!(locks.id, "go/locks");
        assert_eq!(locks.notes[0].text, "We never copy one.");
        assert_eq!(locks.notes[0].from, "team notes, team/go/note.md");
        assert_eq!(locks.questions[0].ask, "What do we do?");
        assert_eq!((locks.questions.len(), locks.from), (2, None));
        // Both lead there; what the team says comes first, and mine is not lost.
        let found = place
            .guide
            .explain(Language::Go, ["sync.Mutex"])
            .expect("it is known");
        assert_eq!(
            place.guide.others(&found)[0].from.as_deref(),
            Some("your notes, mine/go/own.md")
        );
        assert_eq!(found.topic.expect("a topic").id, "go/locks");
        assert_eq!(place.headline("both.T").as_deref(), Some("The team's."));
        assert_eq!(place.guide.topic_count(), 3 + size);
    }
}

#[test]
fn changes_are_followed() {
    for size in SIZES {
        let mut place = Place::new(&[("mine/x/a.md", topic("A", "a.T", "One."))], size);
        let mine = |text: &str| topic("Mine", "sync.Mutex", text);
        let locks = "team/go/locks.md";
        assert_eq!(
            place.headline("sync.Mutex").as_deref(),
            Some("A lock lets one goroutine in.")
        );
        // Replaced by its id, changed, wrong, right again, gone.
        write(place.home.path(), locks, &mine("Replaced."));
        assert!(place.changed(&[locks]));
        assert_eq!(place.headline("sync.Mutex").as_deref(), Some("Replaced."));
        assert_eq!(place.headline("a.T").as_deref(), Some("One."));
        write(place.home.path(), locks, &mine("Changed."));
        assert!(place.changed(&[locks]));
        assert_eq!(place.headline("sync.Mutex").as_deref(), Some("Changed."));
        write(place.home.path(), locks, "---\ntitle: [\n---\n");
        assert!(place.changed(&[locks]));
        assert_eq!(
            place.headline("sync.Mutex").as_deref(),
            Some("A lock lets one goroutine in.")
        );
        write(place.home.path(), locks, &mine("Right."));
        assert!(place.changed(&[locks]));
        fs::remove_file(place.path(locks)).expect("it is there");
        assert!(place.changed(&[locks]));
        assert_eq!(
            place.headline("sync.Mutex").as_deref(),
            Some("A lock lets one goroutine in.")
        );
        // A whole folder, under another name.
        fs::rename(place.path("mine/x"), place.path("mine/y")).expect("it is there");
        assert!(place.changed(&["mine/x", "mine/y"]));
        assert_eq!(place.explained("a.T").expect("still there").id, "y/a");
        assert_eq!(place.guide.topic_count(), 2 + size);
        // Cards come and go with their file.
        let cards = "mine/cards/go.toml";
        write(
            place.home.path(),
            cards,
            "[[card]]\nkeyword = \"c.T\"\nmeaning = \"Ours\"\n",
        );
        assert!(place.changed(&[cards]));
        assert!(place.guide.explain(Language::Go, ["c.T"]).is_some());
        fs::remove_file(place.path(cards)).expect("it is there");
        assert!(place.changed(&[cards]));
        assert!(place.guide.explain(Language::Go, ["c.T"]).is_none());
    }
}

#[test]
fn notes_in_other_formats_are_topics_as_they_are() {
    for size in SIZES {
        let article = "Locks we use\n\nsync.Mutex – ours is never copied.\nours.Lock – a lock of ours.\nPadding – nothing of code.\n";
        let (notes, vault) = ("team/deep/er/Our Notes.txt", "mine/vault.md");
        let mut place = Place::new(
            &[
                (notes, article.to_owned()),
                (
                    vault,
                    "---\ntags: [redis]\n---\n\n# Locks\n\n## Redlock\n\n`vault.Red` is a lock in Redis.\n".to_owned(),
                ),
                ("mine/words.csv", "term,explanation\ntable.Word,A word of a table.\n".to_owned()),
                ("mine/README.md", "# Not a topic\n\nWords.\n".to_owned()),
            ],
            size,
        );
        assert_eq!(place.guide.topic_count(), 6 + size);
        let lock = place.explained("ours.Lock").expect("the article has it");
        assert_eq!(lock.id, "deep.er.our-notes.txt/ours-lock");
        assert_eq!(
            lock.from.as_deref(),
            Some("team notes, team/deep/er/Our Notes.txt:4")
        );
        assert_eq!(lock.headline(), "a lock of ours.");
        assert_eq!(place.guide.topic(&lock.id), Some(lock));
        // The team's words come first, and the built-in topic is not lost.
        let found = place.guide.explain(Language::Go, ["sync.Mutex"]);
        let found = found.expect("it is known");
        let headline = |topic: &Topic| topic.headline().to_owned();
        assert_eq!(
            found.topic.as_ref().map(headline).as_deref(),
            Some("ours is never copied.")
        );
        assert_eq!(place.guide.others(&found)[0].id, "go/locks");
        let red = place
            .explained("vault.Red")
            .expect("front matter of others is no matter");
        assert_eq!(red.id, "vault.md/redlock");
        assert!(place.explained("table.Word").is_some());
        // A line goes, another changes, and one comes: each file is followed as a whole.
        let changed = "Locks we use\n\nours.Lock – another lock.\nours.New – a new one.\n";
        write(place.home.path(), notes, changed);
        assert!(place.changed(&[notes]));
        assert_eq!(
            place.headline("ours.Lock").as_deref(),
            Some("another lock.")
        );
        assert!(place.explained("ours.New").is_some());
        let locks = place
            .explained("sync.Mutex")
            .expect("the built-in one is back");
        assert_eq!(locks.id, "go/locks");
        assert_eq!(place.guide.topic_count(), 5 + size);
        // Front matter of ours makes a topic of it, and back.
        write(
            place.home.path(),
            vault,
            &topic("V", "vault.Red", "A topic."),
        );
        assert!(place.changed(&[vault]));
        assert_eq!(place.explained("vault.Red").expect("a topic").id, "vault");
        write(place.home.path(), vault, "# vault.Red\n\nNotes again.\n");
        assert!(place.changed(&[vault]));
        assert_eq!(place.headline("vault.Red").as_deref(), Some("Notes again."));
        fs::remove_file(place.path(notes)).expect("it is there");
        assert!(place.changed(&[notes]));
        assert!(place.explained("ours.Lock").is_none());
        assert_eq!(place.guide.topic_count(), 3 + size);
    }
}

#[test]
fn questions_of_ones_own_are_asked_where_the_built_in_topic_explains() {
    let place = Place::new(
        &[(
            "team/we-ask.md",
            "Q: Why do we not copy a sync.Mutex?\nA: Two copies lock nothing.\n".to_owned(),
        )],
        0,
    );
    let explained = place.guide.explain(Language::Go, ["sync.Mutex"]);
    let explained = explained.expect("it is known");
    assert_eq!(explained.topic.as_ref().expect("a topic").id, "go/locks");
    let asked = place.guide.related(&explained, &[], 2);
    let asked: Vec<&str> = asked.iter().map(|question| question.ask.as_str()).collect();
    assert_eq!(asked, ["What is it?", "Why do we not copy a sync.Mutex?"]);
}

#[test]
fn a_name_of_very_many_topics_has_the_most_important() {
    let mut files: Vec<(String, String)> = Vec::new();
    for number in 0..2 * SMALL {
        let text = topic(&format!("Many {number}"), "many.Name", "One of many.");
        files.push((format!("mine/many/n{number}.md"), text));
    }
    files.push((
        "team/zz.md".to_owned(),
        topic("First", "many.Name", "The team's."),
    ));
    let files: Vec<(&str, String)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.clone()))
        .collect();
    let place = Place::new(&files, 0);
    let found = place.guide.explain(Language::Go, ["many.Name"]);
    let found = found.expect("it is known");
    let others = place.guide.others(&found).len();
    assert_eq!(found.topic.expect("a topic").headline(), "The team's.");
    assert!(others < 100, "nobody reads {others}");
}

#[test]
fn of_notes_with_one_name_those_of_the_most_important_folder_count() {
    for size in SIZES {
        let (team, mine) = ("team/a.txt", "mine/a.txt");
        let text = |whose: &str| format!("Locks\n\nboth.Lock – {whose}.\n{whose}.Lock – more.\n");
        let mut place = Place::new(&[(team, text("team")), (mine, text("mine"))], size);
        assert_eq!(place.headline("both.Lock").as_deref(), Some("team."));
        assert!(place.explained("mine.Lock").is_none());
        // The other changes meanwhile, and is seen once the first is gone.
        write(
            place.home.path(),
            mine,
            &text("mine").replace("more", "more of it"),
        );
        assert!(place.changed(&[mine]));
        assert_eq!(place.headline("both.Lock").as_deref(), Some("team."));
        assert_eq!(place.guide.topic_count(), 3 + size);
        fs::remove_file(place.path(team)).expect("it is there");
        assert!(place.changed(&[team]));
        assert_eq!(place.headline("mine.Lock").as_deref(), Some("more of it."));
        write(place.home.path(), team, &text("team"));
        assert!(place.changed(&[team]));
        assert_eq!(place.headline("both.Lock").as_deref(), Some("team."));
        assert_eq!(place.guide.topic_count(), 3 + size);
    }
}

/// What people keep in folders of notes is read as the import reads it.
#[test]
fn a_folder_used_as_a_guide_says_what_its_import_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/import");
    let home = tempfile::tempdir().expect("a temporary folder");
    let root = Root {
        place: super::Place::Workspace,
        folder: folder.clone(),
        shown: "notes".to_owned(),
        within: None,
    };
    let mut library = Library::new(vec![root], built_in(), "test", Some(home.path()));
    let updated = library.update(None, &|_, _| ()).expect("an index");
    assert_eq!(updated.skipped, 0, "{:?}", updated.mistakes);
    let mut used = updated.guide.expect("a guide").topics();
    used.retain(|topic| topic.from.is_some());
    let mut converted = crate::import::path(&folder, None, &crate::import::Known::default()).topics;
    assert!(converted.len() > 175);
    used.sort_by_key(|topic| topic.from.clone());
    let from = |placed: &crate::import::Placed| {
        let name = Path::new(&placed.file).file_name().expect("a name");
        format!(
            "team notes, notes/{}:{}",
            name.to_string_lossy(),
            placed.line
        )
    };
    converted.sort_by_key(from);
    let said = |topic: &Topic| {
        let topic = topic.clone();
        (topic.title, topic.summary, topic.body, topic.questions)
    };
    let used: Vec<_> = used
        .iter()
        .map(|topic| (topic.from.clone(), said(topic)))
        .collect();
    let converted: Vec<_> = converted
        .iter()
        .map(|placed| (Some(from(placed)), said(&placed.topic)))
        .collect();
    assert_eq!(used, converted);
}

/// What was deleted still counts in the statistics of words until its segment is merged.
#[test]
fn searches_work_after_many_edits() {
    let mut place = Place::new(&[("team/x/a.md", topic("Locks", "a.T", "A lock."))], 0);
    for number in 0..5 {
        let text = topic("Locks", "a.T", &format!("A lock of edit {number}."));
        write(place.home.path(), "team/x/a.md", &text);
        assert!(place.changed(&["team/x/a.md"]));
        for query in ["lock", "a lock of", "edit"] {
            let found = place.guide.search(query, 5);
            assert!(!found.is_empty(), "{query} {number}");
        }
    }
}

#[test]
fn many_edits_leave_few_segments_and_no_files_of_others() {
    for size in SIZES {
        let mut place = Place::new(&[], size);
        for number in 0..30 {
            let file = format!("team/x/n{number}.md");
            let name = format!("a.N{number}");
            write(place.home.path(), &file, &topic("A", &name, "One."));
            assert!(place.changed(&[&file]));
            assert_eq!(place.headline(&name).as_deref(), Some("One."));
            let segments = place.guide.searcher.segment_readers().len();
            assert!(segments <= 8, "after edit {number}");
            if let Kept::Shelf(name) = &place.library.kept {
                let files = in_folder(&place.shelf().join(name)).into_iter();
                let stores =
                    files.filter(|file| file.extension().is_some_and(|kind| kind == "store"));
                // The built-in one is part of the program.
                assert_eq!(stores.count(), segments - 1, "after edit {number}");
            }
        }
        assert_eq!(place.guide.topic_count(), 31 + size);
    }
}

#[test]
fn a_shelf_is_opened_without_a_look_at_the_files_and_repaired_where_it_is_damaged() {
    let place = Place::new(&[("team/x/a.md", topic("A", "a.T", "One."))], SIZES[1]);
    let open = || {
        let mut library = library(place.home.path(), place.built_in);
        let guide = library.open();
        (library, guide)
    };
    let (mut other, guide) = open();
    assert!(
        guide
            .expect("it is there")
            .explain(Language::Go, ["a.T"])
            .is_some()
    );
    // Written more than the time ago in which a file may change unseen, or read once more.
    let again = other.update(None, &|_, _| ()).expect("an index");
    assert_eq!((again.files, again.guide.is_some()), (SIZES[1] + 1, false));
    let Kept::Shelf(name) = &other.kept else {
        panic!("it is on the shelf")
    };
    let shelf = place.shelf();
    let files = |kind: &str| -> Vec<PathBuf> {
        let mut found = in_folder(&shelf.join(name));
        found.retain(|path| {
            path.ends_with(kind) || path.extension().is_some_and(|extension| extension == kind)
        });
        found
    };
    for kind in [
        "idx",
        "term",
        "pos",
        "store",
        "fast",
        "fieldnorm",
        "meta.json",
        "manifest",
        "current",
    ] {
        for cut in [2, 0] {
            let mut damaged = files(kind);
            if kind == "current" {
                damaged.push(shelf.join(kind));
            }
            for file in &damaged {
                let bytes = fs::read(file).expect("it is there");
                // Not in place: other generations share it.
                fs::remove_file(file).expect("it is there");
                let length = bytes.len().checked_div(cut).unwrap_or(0);
                fs::write(file, &bytes[..length]).expect("it is written");
            }
            assert!(!damaged.is_empty(), "{kind}");
            let (mut library, opened) = open();
            let updated = library.update(None, &|_, _| ()).expect("an index");
            let guide = updated.guide.or(opened).expect("it was repaired");
            assert!(
                guide.explain(Language::Go, ["a.T"]).is_some(),
                "{kind} cut to {cut}"
            );
            let (_, guide) = open();
            let guide = guide.unwrap_or_else(|| panic!("{kind} cut to {cut}: not repaired"));
            assert!(
                guide.explain(Language::Go, ["filler.N7"]).is_some(),
                "{kind} cut to {cut}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn what_nobody_uses_any_more_is_removed() {
    use std::time::{Duration, SystemTime};
    let age = |path: &Path, age: Duration| {
        let file = fs::File::open(path).expect("it is there");
        file.set_modified(SystemTime::now() - age).expect("a time");
    };
    let day = Duration::from_hours(24);
    // Other shelves, whether this guide has one or not.
    for size in SIZES {
        let mut place = Place::new(&[("team/x/a.md", topic("A", "a.T", "One."))], size);
        let guides = place.path("cache/guides");
        for (name, days) in [("v1-old", 31), ("v1-used", 29)] {
            let shelf = guides.join(name);
            fs::create_dir_all(&shelf).expect("a folder");
            fs::write(shelf.join("current"), "0123456789abcdef").expect("a file");
            age(&shelf.join("current"), days * day);
            age(&shelf, days * day);
        }
        place.library.update(None, &|_, _| ()).expect("an index");
        assert!(!guides.join("v1-old").exists() && guides.join("v1-used").exists());
    }
    // Generations of this one: those before stay a moment, for who is about to open them.
    let mut place = Place::new(&[], SIZES[1]);
    let shelf = fs::read_dir(place.path("cache/guides"))
        .expect("shelves")
        .flatten();
    let shelf = shelf.map(|entry| entry.path()).next().expect("a shelf");
    let generations = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&shelf).expect("a shelf").flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect()
    };
    fs::create_dir(shelf.join("new-12345")).expect("what one who was killed leaves");
    write(place.home.path(), "team/x/a.md", &topic("A", "a.T", "One."));
    assert!(place.changed(&["team/x/a.md"]));
    assert_eq!(generations().len(), 2);
    for generation in generations() {
        age(&generation, Duration::from_mins(2));
    }
    write(place.home.path(), "team/x/a.md", &topic("A", "a.T", "Two."));
    assert!(place.changed(&["team/x/a.md"]));
    assert_eq!(generations().len(), 1, "{:?}", generations());
    assert_eq!(place.headline("a.T").as_deref(), Some("Two."));
}

/// Files that must not be read, and two that may.
fn write_hostile(home: &Path) {
    write(
        home,
        "secret/s.md",
        &topic("Secret", "s.T", "It is secret."),
    );
    write(
        home,
        "team/x/large.md",
        &topic(
            "L",
            "l.T",
            &"x".repeat(usize::try_from(FILE_MAX).expect("small")),
        ),
    );
    write(home, "team/x/latin.md", "");
    fs::write(home.join("team/x/latin.md"), b"---\n\xff").expect("a file");
    write(
        home,
        "team/x/zero.md",
        "---\ntitle: \0\n---\n\n\u{202e}x.\n",
    );
    write(home, "team/x/deep/d.md", &topic("Deep", "d.T", "Too deep."));
    write(
        home,
        "team/1/2/3/4/5/6/7/8/9/n.txt",
        "Locks\n\nnine.T – too deep.\n",
    );
    let notes = "A – b.\n".repeat(usize::try_from(NOTES_MAX).expect("small") / 9 + 2);
    write(home, "team/huge.txt", &notes);
    write(
        home,
        "team/x/extends.md",
        "---\nextends: n.txt/t\n---\n\nMore.\n",
    );
    write(
        home,
        "team/n.txt",
        "Locks\n\nt – fine.\n\u{202e}hidden – no.\n",
    );
    write(home, "team/x/a.md", &topic("A", "a.T", "One."));
    write(home, "team/x/A b.md", &topic("AB", "ab.T", "Two."));
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(home.join("secret"), home.join("team/linked")).expect("a link");
        symlink(home.join("secret/s.md"), home.join("team/x/s.md")).expect("a link");
        symlink(home.join("secret"), home.join("mine")).expect("a link");
    }
}

#[test]
fn what_leads_out_of_a_folder_or_is_too_large_is_left_out_with_a_message() {
    let home = tempfile::tempdir().expect("a temporary folder");
    write_hostile(home.path());
    let mut library = library(home.path(), built_in());
    for root in &mut library.roots {
        root.within = Some(home.path().join("team"));
    }
    let updated = library.update(None, &|_, _| ()).expect("an index");
    let guide = updated.guide.expect("a guide");
    assert_eq!(guide.topic_count(), 4);
    assert!(
        guide
            .explain(Language::Go, ["s.T", "d.T", "nine.T"])
            .is_none()
    );
    assert!(guide.has("n.txt/t"), "nothing took it out");
    assert_eq!(
        guide
            .explain(Language::Go, ["ab.T"])
            .and_then(|found| found.topic)
            .expect("a topic")
            .id,
        "x/a-b"
    );
    let mut said: Vec<String> = updated.mistakes.iter().map(ToString::to_string).collect();
    said.sort();
    let expected = [
        "team/x/deep/d.md:1: a topic lies in the guide's folder or in one of its folders, not deeper; move it up",
        "team/1/2/3/4/5/6/7/8/9:1: folders are read 8 deep; move it up",
        "team/huge.txt:1: has more than 1048576 bytes, which is the most that is read; split it, or make topics of it with `viva guide import`",
        "team/x/extends.md:2: `n.txt/t` stands in notes; add to it there",
        "team/x/large.md:1: has more than 262144 bytes, which is the most that a topic has; split it",
        "team/x/latin.md:2: is not UTF-8 here; save the file as UTF-8",
        "team/x/zero.md:2: has the invisible character U+0000; remove it",
        "team/x/zero.md:5: has the invisible character U+202E; remove it",
    ];
    for line in expected {
        assert!(said.iter().any(|said| said == line), "{line}: {said:#?}");
    }
    if cfg!(unix) {
        assert!(
            said.contains(
                &"mine:1: leads out of the workspace by a link and is left out".to_owned()
            ),
            "{said:#?}"
        );
        assert!(
            said.contains(
                &"team/x/s.md:1: is a link, which is not followed; copy the file".to_owned()
            ),
            "{said:#?}"
        );
    }
}
