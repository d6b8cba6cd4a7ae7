//! The program `viva`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    viva::cli::main()
}
