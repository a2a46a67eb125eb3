//! A Rust toolchain that can compile to WebAssembly: the machine's own with the wasm target, or else Debian's.

use super::debian;
use crate::{process, project};
use anyhow::{Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compilation target of the page.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Who compiles the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WasmToolchain {
    /// The default `cargo`, with the wasm target's standard library installed.
    Default,
    /// Debian's `rustc-web`, which carries the standard library as source and builds it for wasm.
    Debian,
}

/// The standard library a build links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// As the toolchain gives it: soon there, and panics say where and why.
    Given,
    /// Built for size, with panics that trap without words: a fifteenth less to load (`www/crash.js` shows the page then).
    Small,
}

/// What makes panics small. Not yet stable in rustc, which [`Library::Small`] is allowed to use; nor is what `quick` stands for: some
/// ninety functions of the engine are compiled for speed, which takes an eighth off its time and weighs 8 kB.
const SMALL_FLAGS: [&str; 5] =
    ["--cfg=quick", "-Zlocation-detail=none", "-Zunstable-options", "-Cpanic=immediate-abort", "-Zmerge-functions=disabled"];

/// What may go into its callers where code is to be small: next to nothing, if nobody says otherwise. rustc leaves its own inlining
/// out then, and LLVM has a threshold of 5 (225 where code is to be quick).
///
/// LLVM's threshold of 30 took a fifth off the engine's time, for 12 kB before the page is usable. rustc's inlining, of what is marked
/// `#[inline]` and of the smallest functions, takes another eighth, for 1 kB; LLVM's 20 is as good as 30 since, and gives that back.
/// Measured and not better: rustc's own 50 and 100 in the place of 15 and 100 (4 kB for nothing), 25 and 50 (as slow as without),
/// LLVM's 10 (a little slower) and, without rustc's, 70 (11 kB for nothing). `opt-level = 3` took a third off the time, for 51 kB.
const INLINE: [&str; 4] =
    ["-Zinline-mir=yes", "-Zinline-mir-threshold=15", "-Zinline-mir-hint-threshold=100", "-Cllvm-args=-inline-threshold=20"];

/// Debian's compiler, package manager, library source, linter and linker.
const DEBIAN_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "lld-19"];

impl WasmToolchain {
    /// Takes what is there, else installs: first rustup's wasm target, then Debian's toolchain.
    ///
    /// `WASM_TOOLCHAIN=default` or `=debian` chooses.
    pub(crate) fn find_or_install() -> Result<Self> {
        match env::var("WASM_TOOLCHAIN").ok().as_deref() {
            None | Some("") => Self::any(),
            Some("default") if target_installed() || add_target() => Ok(Self::Default),
            Some("default") => bail!("rustup could not install the target {TARGET}"),
            Some("debian") => Self::debian(),
            Some(other) => bail!("WASM_TOOLCHAIN is `{other}`; it may be `default` or `debian`"),
        }
    }

    /// `cargo <subcommand>` for the page's target and its own target folder, ready for more arguments.
    pub(crate) fn cargo(self, subcommand: &str, library: Library) -> Command {
        let mut command = match self {
            Self::Default => Command::new("cargo"),
            // By full path: cargo would take the `cargo-clippy` of ~/.cargo/bin.
            Self::Debian if subcommand == "clippy" => Command::new("/usr/bin/cargo-clippy"),
            Self::Debian => Command::new("/usr/bin/cargo"),
        };
        command.arg(subcommand).args(["--target", TARGET]);
        command.arg("--target-dir").arg(self.target_dir(library));
        let mut flags = self.remapped_paths();
        if library == Library::Small {
            flags.extend(SMALL_FLAGS.into_iter().chain(INLINE).map(str::to_owned));
            command.args(["-Z", "build-std-features=optimize_for_size"]);
        }
        if library == Library::Small || self == Self::Debian {
            // Building the standard library is not yet stable in cargo.
            command.args(["-Z", "build-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        command.env_remove("RUSTFLAGS");
        if self == Self::Debian {
            self.enter_debian(&mut command);
        }
        command
    }

    /// Makes sure that the sources of the standard library are there, which [`Library::Small`] needs.
    pub(crate) fn library_sources(self) -> Result<()> {
        if self.library_folder().is_some_and(|folder| folder.join("std").is_dir()) {
            return Ok(());
        }
        println!("The sources of Rust's standard library are missing");
        let added = process::find("rustup").is_some()
            && process::run(Command::new("rustup").args(["component", "add", "rust-src"])).is_ok();
        if added {
            return Ok(());
        }
        bail!("a release builds Rust's standard library for size: install its sources (`rustup component add rust-src`)")
    }

    /// Where its compiler puts things; two compilers, or two libraries, would spoil each other's folder.
    pub(crate) fn target_dir(self, library: Library) -> PathBuf {
        project::path(match (self, library) {
            (Self::Default, Library::Given) => "target/wasm",
            (Self::Default, Library::Small) => "target/wasm-small",
            (Self::Debian, Library::Given) => "target/wasm-debian",
            (Self::Debian, Library::Small) => "target/wasm-debian-small",
        })
    }

    fn any() -> Result<Self> {
        if target_installed() {
            return Ok(Self::Default);
        }
        if debian::installed(&DEBIAN_PACKAGES) {
            return Ok(Self::Debian);
        }
        println!("The compilation target {TARGET} is missing");
        if add_target() {
            return Ok(Self::Default);
        }
        if debian::is_debian() {
            return Self::debian();
        }
        bail!(
            "nothing here compiles to WebAssembly. With rustup: `rustup target add {TARGET}`; \
             without it, install your system's Rust standard library for {TARGET}"
        );
    }

    fn debian() -> Result<Self> {
        if !debian::installed(&DEBIAN_PACKAGES) {
            debian::install(&DEBIAN_PACKAGES)?;
        }
        Ok(Self::Debian)
    }

    /// Debian's programs only, whatever rustup has put into the environment.
    fn enter_debian(self, command: &mut Command) {
        for name in ["RUSTUP_TOOLCHAIN", "RUSTDOC", "LD_LIBRARY_PATH", "RUSTC_WRAPPER"] {
            command.env_remove(name);
        }
        let path = env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("/usr/bin:/bin:{path}"))
            .env("CARGO", "/usr/bin/cargo")
            .env("RUSTC", "/usr/bin/rustc")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
    }

    /// Panic messages carry paths: without this the page would depend on the folder it was built in.
    fn remapped_paths(self) -> Vec<String> {
        let cargo_home = env::var_os("CARGO_HOME")
            .map_or_else(|| Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cargo"), PathBuf::from);
        let mut pairs = vec![(cargo_home.join("registry/src"), "crates"), (project::root(), "playground")];
        pairs.extend(self.library_folder().map(|folder| (folder, "library")));
        pairs.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect()
    }

    /// Where the sources of the standard library lie, if they are installed.
    fn library_folder(self) -> Option<PathBuf> {
        let rustc = if self == Self::Debian { "/usr/bin/rustc" } else { "rustc" };
        let sysroot = process::ask(Command::new(rustc).args(["--print", "sysroot"]))?;
        Path::new(&sysroot).join("lib/rustlib/src/rust/library").canonicalize().ok()
    }
}

fn target_installed() -> bool {
    process::ask(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .is_some_and(|mut files| files.next().is_some())
}

fn add_target() -> bool {
    process::find("rustup").is_some()
        && process::run(Command::new("rustup").args(["target", "add", TARGET])).is_ok()
        && target_installed()
}
