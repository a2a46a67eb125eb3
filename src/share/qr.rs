//! A link as a QR code.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

/// The longest text that a phone still reads from a screen: beyond it the modules become too small.
pub const MAX_LENGTH: usize = 1200;
/// The quiet zone that the standard asks for around the code, in modules (ISO/IEC 18004, 5.3.8).
const QUIET: i32 = 4;

/// A QR code, to be drawn dark on light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    /// How wide and high it is in modules, its quiet zone counted in.
    pub size: i32,
    /// The dark modules as an SVG path.
    pub path: String,
}

/// The QR code of a text; nothing where that is too long for one.
#[inline(never)]
pub fn qr(text: &str) -> Option<Qr> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            // A row's neighbours are drawn at once: it is shorter, and no seam shows between them.
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if length > 0 {
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += length.max(1);
        }
    }
    Some(Qr { size: code.size() + 2 * QUIET, path })
}
