//! The program `viva`; everything is in the library.

use std::process::ExitCode;

/// A server runs all day, and what its threads took is to be given back.
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    viva::cli::main()
}
