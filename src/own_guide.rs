//! Where guides of one's own lie: in the workspace, in the user's configuration, and where the settings say;
//! and where their index is kept.
//!
//! A workspace may hold `viva.toml`, whose `[guide] paths` name folders inside of the workspace. It is
//! written by anybody, as the topics themselves are: nothing in it leads out of the workspace.

use std::fs;
use std::path::{Component, Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde::Deserialize;
use viva_guide::own::{Library, Place, Root};

use crate::built_in;

/// The folder of topics in a workspace.
pub const IN_WORKSPACE: &str = ".viva/guide";

/// The file with a workspace's own settings.
pub const VIVA_TOML: &str = "viva.toml";

/// The largest `viva.toml` that is read, in bytes.
const TOML_MAX: u64 = 64 << 10;

#[derive(Debug, Default, Deserialize)]
struct VivaToml {
    #[serde(default)]
    guide: Guide,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Guide {
    #[serde(default)]
    paths: Vec<String>,
}

/// The folders of topics, the most important first, and what is wrong with what names them.
/// `workspaces` are the folders open in the editor, `named` the paths of the settings.
pub fn roots(workspaces: &[PathBuf], named: &[String]) -> (Vec<Root>, Vec<String>) {
    let mut roots: Vec<Root> = Vec::new();
    let mut complaints = Vec::new();
    for workspace in workspaces {
        roots.push(in_workspace(workspace, IN_WORKSPACE));
        let file = workspace.join(VIVA_TOML);
        match toml(&file) {
            Ok(paths) => {
                for path in paths {
                    if is_below(&path) {
                        roots.push(in_workspace(workspace, &path));
                    } else {
                        complaints.push(format!(
                            "{}: `{path}` leads out of the workspace; name folders inside of it",
                            file.display()
                        ));
                    }
                }
            }
            Err(problem) => complaints.push(format!("{}: {problem}", file.display())),
        }
    }
    if let Some(folder) = user_folder() {
        roots.push(Root {
            place: Place::User,
            shown: shown(&folder),
            folder,
            within: None,
        });
    }
    for path in named {
        match absolute(path, workspaces.first()) {
            Some(folder) => roots.push(Root {
                place: Place::Settings,
                shown: shown(&folder),
                folder,
                within: None,
            }),
            None => complaints.push(format!(
                "`viva.guide.paths`: `{path}` is relative, and there is no workspace; write the whole path"
            )),
        }
    }
    let mut seen = Vec::new();
    roots.retain(|root| {
        let is_new = !seen.contains(&root.folder);
        seen.push(root.folder.clone());
        is_new
    });
    // Far more than anybody has.
    roots.truncate(usize::from(u16::MAX));
    (roots, complaints)
}

/// The workspace of a command: the nearest folder above with a guide, a `viva.toml` or a repository.
pub fn workspace(folder: &Path) -> Option<PathBuf> {
    let home = etcetera::home_dir().ok();
    let is_workspace = |folder: &&Path| {
        [IN_WORKSPACE, VIVA_TOML, ".git"]
            .iter()
            .any(|name| folder.join(name).exists())
    };
    folder
        .ancestors()
        // A home folder is nobody's workspace.
        .take_while(|folder| home.as_deref() != Some(*folder))
        .find(is_workspace)
        .map(Path::to_owned)
}

/// The library of these folders, with its index in the cache folder.
pub fn library(roots: Vec<Root>) -> Library {
    let cache = cache_folder();
    Library::new(
        roots,
        built_in::FILES,
        built_in::FINGERPRINT,
        cache.as_deref(),
    )
}

/// Where Viva keeps what it can make again.
pub fn cache_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.cache_dir().join("viva"))
}

/// The user's own topics.
pub fn user_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("viva").join("guide"))
}

fn in_workspace(workspace: &Path, path: &str) -> Root {
    Root {
        place: Place::Workspace,
        // Component by component, so that no `./` and no second slash remain.
        folder: workspace.join(path).components().collect(),
        shown: path
            .trim_start_matches("./")
            .trim_end_matches('/')
            .to_owned(),
        within: Some(workspace.to_owned()),
    }
}

/// Whether a path stays inside of the folder that it is relative to.
fn is_below(path: &str) -> bool {
    let mut components = Path::new(path).components();
    !path.is_empty()
        && components.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// The paths in a `viva.toml`; none where there is no such file.
fn toml(file: &Path) -> Result<Vec<String>, String> {
    match fs::metadata(file) {
        Err(_) => return Ok(Vec::new()),
        Ok(data) if data.len() > TOML_MAX => {
            return Err(format!(
                "has {} bytes; at most {TOML_MAX} are read",
                data.len()
            ));
        }
        Ok(_) => {}
    }
    let text = fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    let file: VivaToml = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = viva_guide::mistake::line_at(text.as_bytes(), at);
        format!(
            "line {line}: {}",
            error.message().trim().replace('\n', "; ")
        )
    })?;
    Ok(file.guide.paths)
}

/// A path of the settings: absolute, below the home folder (`~/`), or in the workspace.
fn absolute(path: &str, workspace: Option<&PathBuf>) -> Option<PathBuf> {
    if let Some(rest) = path.strip_prefix("~/") {
        return Some(etcetera::home_dir().ok()?.join(rest));
    }
    if Path::new(path).is_absolute() {
        return Some(PathBuf::from(path));
    }
    Some(workspace?.join(path).components().collect())
}

/// A folder as answers name it.
fn shown(folder: &Path) -> String {
    let below_home = etcetera::home_dir()
        .ok()
        .and_then(|home| Some(folder.strip_prefix(home).ok()?.to_owned()));
    let text = match below_home {
        Some(rest) => format!("~/{}", rest.display()),
        None => folder.display().to_string(),
    };
    text.replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_in_their_order_and_a_workspace_cannot_name_others() {
        let workspace = tempfile::tempdir().expect("a temporary folder");
        let text = "[guide]\npaths = [\"docs/notes\", \"./more/\", \"../out\", \"/etc\", \"a/../../b\"]\n[else]\nx = 1\n";
        fs::write(workspace.path().join(VIVA_TOML), text).expect("it is written");
        let folders = [workspace.path().to_owned()];
        let (roots, complaints) = roots(
            &folders,
            &[
                "/srv/guide".to_owned(),
                "docs/notes".to_owned(),
                "rel".to_owned(),
            ],
        );
        let shown: Vec<(Place, &str)> = roots
            .iter()
            .filter(|root| root.place != Place::User)
            .map(|root| (root.place, root.shown.as_str()))
            .collect();
        let rel = shown.last().expect("some").1;
        assert_eq!(
            shown,
            [
                (Place::Workspace, ".viva/guide"),
                (Place::Workspace, "docs/notes"),
                (Place::Workspace, "more"),
                (Place::Settings, "/srv/guide"),
                (Place::Settings, rel),
            ]
        );
        assert!(rel.ends_with("/rel"), "{rel}");
        assert_eq!(complaints.len(), 3, "{complaints:?}");
        assert!(
            complaints[0]
                .ends_with("`../out` leads out of the workspace; name folders inside of it")
        );
    }

    #[test]
    fn mistakes_in_viva_toml_have_a_line() {
        let workspace = tempfile::tempdir().expect("a temporary folder");
        fs::write(workspace.path().join(VIVA_TOML), "\n[guide]\npath = 1\n")
            .expect("it is written");
        let (_, complaints) = roots(&[workspace.path().to_owned()], &[]);
        assert!(
            complaints[0].contains("viva.toml: line 3: unknown field `path`, expected `paths`"),
            "{complaints:?}"
        );
    }
}
