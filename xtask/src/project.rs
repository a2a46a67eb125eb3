//! Where things are in the repository.

use std::env;
use std::path::PathBuf;

/// The root of the working copy that xtask was called in.
pub(crate) fn root() -> PathBuf {
    // At run time, not compile time: two working copies may share a target folder.
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(xtask);
    root.pop();
    root
}

/// A path below the root.
pub(crate) fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// The released page: any static host can serve this folder.
pub(crate) fn dist() -> PathBuf {
    path("dist")
}

/// The page's sources and its npm packages.
pub(crate) fn www() -> PathBuf {
    path("www")
}

/// The browser tests and their npm packages.
pub(crate) fn browser_tests() -> PathBuf {
    path("tests/browser")
}
