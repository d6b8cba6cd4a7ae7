//! The build script of the root package: reads the guide, fails with file and line where it is
//! malformed, and writes its index to be embedded.

#![expect(
    clippy::print_stdout,
    reason = "cargo reads the output of a build script"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

const TOPICS: &str = "index/guide";
const CARDS: &str = "index/cards";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={TOPICS}");
    println!("cargo::rerun-if-changed={CARDS}");
    println!("cargo::rerun-if-changed=index/embed.rs");
    let contents = match viva_guide::folder::read(Path::new(TOPICS), Path::new(CARDS), &[]) {
        Ok(contents) => contents,
        Err(mistakes) => {
            for mistake in mistakes {
                println!("cargo::error={mistake}");
            }
            return ExitCode::FAILURE;
        }
    };
    let files = viva_guide::store::files(&contents).expect("the index fits in memory");
    println!(
        "cargo::rustc-env=VIVA_GUIDE_FINGERPRINT={:016x}",
        fingerprint(files.values())
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut table = String::from("&[\n");
    for (name, bytes) in &files {
        fs::write(out.join(name), bytes).expect("OUT_DIR can be written");
        writeln!(
            table,
            "    ({name:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))),"
        )
        .expect("a String takes any text");
    }
    table.push(']');
    fs::write(out.join("guide.rs"), table).expect("OUT_DIR can be written");
    ExitCode::SUCCESS
}

/// FNV-1a (64 bit): short, stable between compilers, and no secret depends on it.
fn fingerprint<'a>(files: impl Iterator<Item = &'a Vec<u8>>) -> u64 {
    files.flatten().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
