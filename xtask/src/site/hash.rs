//! Names by content.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub(crate) fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As a Content-Security-Policy writes it: `sha256-…`.
pub(super) fn integrity(content: &[u8]) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(content)))
}

/// `app.js` with content → `app-0123456789ab.js`: a changed file has a new name, so a host may cache it for ever.
pub(super) fn hashed_name(name: &str, content: &[u8]) -> String {
    let digest = digest(content);
    let short = &digest[..12];
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{short}.{extension}"),
        None => format!("{name}-{short}"),
    }
}

#[cfg(test)]
mod tests {
    use super::hashed_name;

    #[test]
    fn the_name_follows_the_content() {
        assert_eq!(hashed_name("app.js", b""), "app-e3b0c44298fc.js");
        assert_ne!(hashed_name("app.js", b"1"), hashed_name("app.js", b"2"));
    }
}
