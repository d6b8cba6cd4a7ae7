//! What is read of a folder, and what is not.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use viva_guide::Language;

use super::{Folder, LARGEST_FILE};
use crate::document::Document;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("the folder can be written");
}

/// The names of the keywords in a file of the folder, Go's own words left out.
fn names(folder: &Folder, own_name: &str, text: &str) -> Vec<String> {
    let mut document = Document::new(0, Some(Language::Go), text);
    document.package = Some(Arc::new(folder.package(own_name, Vec::new())));
    let keywords = document.keywords().into_iter();
    keywords
        .filter_map(|keyword| keyword.names.into_iter().next())
        .filter(|name| name.contains('.'))
        .collect()
}

const QUEUE: &str = "package q\nimport \"sync\"\ntype Queue struct {\n\tsync.Mutex\n\tready *sync.Cond\n}\nfunc (q *Queue) Unlock() {}\nfunc min(a, b int) int {\n\treturn a\n}\nvar once sync.Once\n";
const USER: &str = "package q\nfunc f(q *Queue) {\n\tq.Lock()\n\tq.Unlock()\n\tq.ready.Wait()\n\tonce.Do(nil)\n\tmin(1, max(2, 3))\n}\n";

#[test]
fn names_of_other_files_are_known() {
    let path = folder();
    write(path.path(), "user.go", USER);
    write(path.path(), "queue.go", QUEUE);
    let folder = Folder::read(path.path(), &[], None);
    assert_eq!(
        names(&folder, "user.go", USER),
        [
            "sync.Mutex.Lock",
            "sync.Cond.Wait",
            "sync.Once.Do",
            "builtin.nil",
            "builtin.max"
        ]
    );
}

#[test]
fn other_packages_and_tests_do_not_belong_to_it() {
    let path = folder();
    let queue = QUEUE.replacen("package q", "package other", 1);
    write(path.path(), "queue.go", &queue);
    write(path.path(), "queue_test.go", QUEUE);
    write(path.path(), "_queue.go", QUEUE);
    write(path.path(), ".queue.go", QUEUE);
    let folder = Folder::read(path.path(), &[], None);
    assert_eq!(
        names(&folder, "user.go", USER),
        ["builtin.nil", "builtin.min", "builtin.max"]
    );
    let of_a_test = names(&folder, "user_test.go", USER);
    assert_eq!(of_a_test.len(), 5, "{of_a_test:?}");
}

#[test]
fn what_an_editor_has_open_counts_more_than_the_disk() {
    let path = folder();
    write(path.path(), "queue.go", "package q\n");
    let folder = Folder::read(path.path(), &[], None);
    let open = Document::new(0, Some(Language::Go), QUEUE);
    let mut document = Document::new(0, Some(Language::Go), USER);
    let open = vec![("queue.go".to_owned(), open.outline())];
    document.package = Some(Arc::new(folder.package("user.go", open)));
    let lock = USER.find("Lock").expect("it locks");
    let keyword = document.keyword_at(lock).expect("it is known");
    assert_eq!(keyword.names[0], "sync.Mutex.Lock");
}

#[test]
fn a_file_is_read_again_only_if_it_changed() {
    let path = folder();
    write(path.path(), "a.go", "package q\n");
    write(path.path(), "b.go", "package q\n");
    let first = Folder::read(path.path(), &[], None);
    write(path.path(), "b.go", "package q\n\nvar x int\n");
    fs::remove_file(path.path().join("a.go")).expect("it is there");
    write(path.path(), "c.go", "package q\n");
    let second = Folder::read(path.path(), &[], Some(&first));
    let third = Folder::read(path.path(), &[], Some(&second));
    assert_eq!(second.files.keys().collect::<Vec<_>>(), ["b.go", "c.go"]);
    assert!(!Arc::ptr_eq(
        &first.files["b.go"].file,
        &second.files["b.go"].file
    ));
    assert!(Arc::ptr_eq(
        &second.files["b.go"].file,
        &third.files["b.go"].file
    ));
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed() {
    let (path, outside) = (folder(), folder());
    write(outside.path(), "queue.go", QUEUE);
    write(outside.path(), "go.mod", "module m\n\ngo 1.20\n");
    for name in ["queue.go", "go.mod"] {
        std::os::unix::fs::symlink(outside.path().join(name), path.path().join(name))
            .expect("links can be made");
    }
    std::os::unix::fs::symlink("loop.go", path.path().join("loop.go")).expect("links can be made");
    let folder = Folder::read(path.path(), &[], None);
    assert!(folder.files.is_empty());
    assert_eq!(folder.version, None);
}

#[test]
fn large_files_are_left_out() {
    let path = folder();
    let length = usize::try_from(LARGEST_FILE).expect("it fits in memory");
    write(path.path(), "large.go", &" ".repeat(length + 1));
    write(path.path(), "small.go", "package q\n");
    fs::create_dir(path.path().join("folder.go")).expect("the folder can be written");
    let folder = Folder::read(path.path(), &[], None);
    assert_eq!(folder.files.keys().collect::<Vec<_>>(), ["small.go"]);
}

#[test]
fn the_module_is_looked_for_only_within_the_workspace() {
    let path = folder();
    let inner = path.path().join("a/b");
    fs::create_dir_all(&inner).expect("folders can be made");
    write(
        path.path(),
        "go.mod",
        "module m // go 1.1\n\ngo 1.21.3 // old\n",
    );
    let version = |roots: &[&Path]| {
        let roots: Vec<_> = roots.iter().map(|root| root.to_path_buf()).collect();
        Folder::read(&inner, &roots, None).version
    };
    assert_eq!(version(&[]), None);
    assert_eq!(version(&[&path.path().join("a")]), None);
    let found = version(&[&inner, path.path()]).expect("it is in the workspace");
    assert_eq!((found.major, found.minor), (1, 21));
}

#[test]
fn a_folder_that_is_not_there_has_no_files() {
    let path = folder();
    let folder = Folder::read(&path.path().join("missing"), &[], None);
    assert!(folder.files.is_empty());
}
