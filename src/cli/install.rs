//! `viva completions` and `viva man`: what packages install beside the program.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::Shell as Known;
use clap_complete_nushell::Nushell;
use clap_mangen::Man;

use super::{Arguments, Failure, Outcome, Output};

/// What the exit codes mean, as it stands in the manual page.
const EXIT_STATUS: &str = r#".SH "EXIT STATUS"
.TP
.B 0
Something was found.
.TP
.B 1
Nothing was.
.TP
.B 2
The question could not be understood or its input not read.
"#;

/// A shell that completions can be printed for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    #[value(name = "powershell")]
    Pwsh,
    Zsh,
}

/// Prints the completions of a shell.
pub(super) fn completions(out: &mut Output, shell: Shell) -> Outcome {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    let known = match shell {
        Shell::Bash => Known::Bash,
        Shell::Elvish => Known::Elvish,
        Shell::Fish => Known::Fish,
        Shell::Pwsh => Known::PowerShell,
        Shell::Zsh => Known::Zsh,
        Shell::Nushell => {
            clap_complete::generate(Nushell, &mut command, "viva", &mut script);
            return Ok(out.write_all(&script)?);
        }
    };
    clap_complete::generate(known, &mut command, "viva", &mut script);
    Ok(out.write_all(&script)?)
}

/// Prints the manual page of the program.
pub(super) fn manual(out: &mut Output) -> Outcome {
    Ok(out.write_all(&page(built())?)?)
}

/// Writes the manual pages of the program and of each command into a folder: `viva.1`,
/// `viva-explain.1`, `viva-guide-check.1`.
pub(super) fn manual_pages(folder: &Path) -> Outcome {
    let written = fs::create_dir_all(folder).and_then(|()| write_pages(folder, built()));
    written.map_err(|error| {
        Failure::Unusable(format!(
            "{}: the manual pages cannot be written: {error}",
            folder.display()
        ))
    })
}

fn write_pages(folder: &Path, command: Command) -> io::Result<()> {
    for below in command.get_subcommands() {
        write_pages(folder, below.clone())?;
    }
    let name = command.get_display_name().unwrap_or("viva");
    let file = folder.join(format!("{name}.1"));
    fs::write(file, page(command)?)
}

/// The commands with their full names; what `help` does, `--help` does too.
fn built() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command)
        .source(concat!("viva ", env!("CARGO_PKG_VERSION")))
        .manual("Viva");
    let mut page = Vec::new();
    man.render(&mut page)?;
    page.extend_from_slice(EXIT_STATUS.as_bytes());
    Ok(page)
}
