//! Viva in Zed: tells Zed which program the server is, and hands it the user's settings.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree, serde_json};

struct Viva;

impl zed::Extension for Viva {
    fn new() -> Self {
        Viva
    }

    /// The program of the setting `lsp.viva.binary.path`, else `viva` on the PATH.
    fn language_server_command(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree)
            .ok()
            .and_then(|settings| settings.binary);
        let (path, arguments) =
            binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = path.or_else(|| worktree.which("viva")).ok_or(
            "there is no `viva` on the PATH: install Viva, or set lsp.viva.binary.path to its full path",
        )?;
        Ok(Command {
            command,
            args: arguments.unwrap_or_else(|| vec!["lsp".to_owned()]),
            env: worktree.shell_env(),
        })
    }

    /// What stands under `lsp.viva.settings`, where Viva looks for it.
    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?.settings;
        Ok(settings.map(|settings| serde_json::json!({ "viva": settings })))
    }
}

zed::register_extension!(Viva);
