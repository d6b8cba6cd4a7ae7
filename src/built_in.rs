//! The guide that is part of the program; its index is made by the build script (`index/embed.rs`).

use viva_guide::Guide;
use viva_guide::store::Files;

/// The files of its index.
pub static FILES: Files = include!(concat!(env!("OUT_DIR"), "/guide.rs"));

/// Differs between guides that differ; part of the names of what is derived from the guide.
pub const FINGERPRINT: &str = env!("VIVA_GUIDE_FINGERPRINT");

/// Opens the built-in guide; costs well under a millisecond and reads no file.
pub fn guide() -> Guide {
    Guide::open(FILES).expect("the build script made this index with the same crate")
}

/// The size of its index in bytes.
pub fn size() -> usize {
    FILES.iter().map(|(_, bytes)| bytes.len()).sum()
}
