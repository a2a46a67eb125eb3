//! Amounts of cpu, memory and the like: exact fixed-point numbers with a unit.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::Quantity;

/// An amount, exact to 10⁻⁹ (upstream: `Quantity` in `apimachinery/pkg/api/resource/quantity.go`).
///
/// Compares and adds by its value; `Display` gives the canonical form, in the kind of unit it was written with.
///
/// # Examples
/// ```
/// use playground::api::quantity::Amount;
/// let cpu: Amount = "0.1".parse()?;
/// assert_eq!(cpu.to_string(), "100m");
/// assert_eq!("1024Mi".parse::<Amount>()?.to_string(), "1Gi");
/// assert!(cpu < "1".parse()?);
/// # Ok::<(), playground::api::quantity::QuantityError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    /// In units of 10⁻⁹.
    nano: i128,
    /// What to print it with.
    format: Format,
}

/// Why a text is no quantity. `Display` gives the API server's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// Not a number and a suffix.
    Format,
    /// A suffix that is none.
    Suffix,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Decimal,
    Binary,
    Exponent,
}

/// Units in one.
const NANO: i128 = 1_000_000_000;
/// No quantity is larger (upstream: `maxAllowed`).
const MAX: i128 = i64::MAX as i128 * NANO;
/// The decimal suffixes with their exponents of ten.
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
/// The binary suffixes, the power of 1024 being the place in the list.
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount { nano: 0, format: Format::Decimal };

    /// So many thousandths: `Amount::from_millis(1500)` is `1500m`.
    pub const fn from_millis(millis: i64) -> Amount {
        Amount { nano: millis as i128 * 1_000_000, format: Format::Decimal }
    }

    /// So many: `Amount::from_units(110)` is `110`.
    pub const fn from_units(units: i64) -> Amount {
        Amount { nano: units as i128 * NANO, format: Format::Decimal }
    }

    /// The amount that an object holds, nothing where it is malformed (validation has refused it before).
    pub fn of(quantity: &Quantity) -> Amount {
        quantity.0.parse().unwrap_or_default()
    }

    /// The amount of a JSON value, a string or a number.
    ///
    /// # Errors
    /// The server's words for what is not a quantity.
    pub fn from_value(value: &Value) -> Result<Amount, QuantityError> {
        match value {
            Value::Null => Ok(Amount::ZERO),
            Value::String(text) => text.trim().parse(),
            other => other.to_string().parse(),
        }
    }

    /// The sum, in this one's unit unless this one is nothing.
    #[must_use]
    pub fn plus(self, other: Amount) -> Amount {
        let format = if self.nano == 0 { other.format } else { self.format };
        Amount { nano: (self.nano + other.nano).clamp(-MAX, MAX), format }
    }

    /// The difference, in this one's unit unless this one is nothing.
    #[must_use]
    pub fn minus(self, other: Amount) -> Amount {
        self.plus(Amount { nano: -other.nano, ..other })
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.nano < 0
    }

    /// In thousandths, rounded away from nought (upstream: `MilliValue`); capped at the largest 64-bit number.
    pub fn as_millis(self) -> i64 {
        scaled(self.nano, 1_000_000)
    }

    /// In whole units, rounded away from nought (upstream: `Value`): bytes of memory, numbers of pods.
    pub fn as_units(self) -> i64 {
        scaled(self.nano, NANO)
    }

    /// The amount rounded up to thousandths, as the server keeps cpu, memory and the like
    /// (upstream: `SetDefaults_ResourceList`).
    #[must_use]
    pub fn rounded_to_millis(self) -> Amount {
        Amount { nano: divide_up(self.nano, 1_000_000) * 1_000_000, ..self }
    }
}

fn divide_up(nano: i128, unit: i128) -> i128 {
    let whole = nano / unit;
    if nano % unit == 0 { whole } else { whole + nano.signum() }
}

fn scaled(nano: i128, unit: i128) -> i64 {
    i64::try_from(divide_up(nano, unit)).unwrap_or(if nano < 0 { i64::MIN } else { i64::MAX })
}

impl std::str::FromStr for Amount {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Amount, QuantityError> {
        let (negative, rest) = match text.as_bytes() {
            [] => return Err(QuantityError::Format),
            [b'-', ..] => (true, &text[1..]),
            [b'+', ..] => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, rest) = split(rest, |c| c.is_ascii_digit());
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(after) => split(after, |c| c.is_ascii_digit()),
            None => ("", rest),
        };
        let (letters, after) = split(rest, |c| "eEinumkKMGTP".contains(c));
        let signed = after.strip_prefix(['-', '+']).unwrap_or(after);
        if !split(signed, |c| c.is_ascii_digit()).1.is_empty() {
            return Err(QuantityError::Format);
        }
        let suffix = &rest[..letters.len() + after.len()];
        // No digits at all are nought, as upstream has it.
        let (multiplier, exponent, format) = unit(suffix)?;
        let nano = fixed_point(whole, fraction, multiplier, exponent);
        let small = format == Format::Binary && nano > 0 && nano < NANO;
        Ok(Amount { nano: if negative { -nano } else { nano }, format: if small { Format::Decimal } else { format } })
    }
}

/// The longest start of `text` whose characters pass, and the rest.
fn split(text: &str, pass: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !pass(c)).unwrap_or(text.len()))
}

/// What a suffix multiplies by: a factor, a power of ten, and the format it makes.
fn unit(suffix: &str) -> Result<(i128, i32, Format), QuantityError> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Ok((1, *exponent, Format::Decimal));
    }
    if let Some(power) = BINARY.iter().position(|name| *name == suffix) {
        return Ok((1 << (10 * power), 0, Format::Binary));
    }
    let exponent = suffix.strip_prefix(['e', 'E']).and_then(|digits| digits.parse::<i64>().ok());
    let exponent = exponent.ok_or(QuantityError::Suffix)?;
    Ok((1, exponent.clamp(-1_000_000, 1_000_000) as i32, Format::Exponent))
}

/// `whole.fraction × multiplier × 10^exponent` in units of 10⁻⁹, rounded up, capped.
fn fixed_point(whole: &str, fraction: &str, multiplier: i128, exponent: i32) -> i128 {
    let whole = whole.trim_start_matches('0');
    // 38 digits fit. Of a fraction 18 are enough to know the 9 that count, whatever it is multiplied by.
    let (kept, dropped) = fraction.split_at(fraction.len().min(18).min(38usize.saturating_sub(whole.len())));
    let mut value = mantissa(whole, kept);
    if multiplier != 1 {
        value = value.saturating_mul(multiplier);
    }
    let mut left_over = dropped.bytes().any(|digit| digit != b'0');
    // As many steps at once as a small number holds: large ones are slow in a browser.
    let mut up = 9 - kept.len() as i32 + exponent;
    while up > 0 && value > 0 && value <= MAX {
        let step = up.min(18);
        value = value.saturating_mul(i128::from(10i64.pow(step as u32)));
        up -= step;
    }
    for _ in up..0 {
        if value == 0 {
            break;
        }
        left_over |= value % 10 != 0;
        value /= 10;
    }
    value.saturating_add(i128::from(left_over)).min(MAX)
}

/// The number of these digits, of which there may be 38.
fn mantissa(whole: &str, kept: &str) -> i128 {
    let digits = || whole.bytes().chain(kept.bytes()).map(|digit| digit - b'0');
    if whole.len() + kept.len() <= 18 {
        return digits().fold(0i64, |value, digit| value * 10 + i64::from(digit)).into();
    }
    digits().fold(0i128, |value, digit| value.saturating_mul(10).saturating_add(digit.into()))
}

impl PartialEq for Amount {
    fn eq(&self, other: &Amount) -> bool {
        self.nano == other.nano
    }
}
impl Eq for Amount {}
impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Amount) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Amount {
    fn cmp(&self, other: &Amount) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nano = self.nano;
        if nano == 0 {
            return f.write_str("0");
        }
        if self.format == Format::Binary && nano % NANO == 0 && nano.abs() >= 1024 * NANO {
            let (mut value, mut power) = (nano / NANO, 0);
            while value % 1024 == 0 && power + 1 < BINARY.len() {
                (value, power) = (value / 1024, power + 1);
            }
            return write!(f, "{value}{}", BINARY[power]);
        }
        let (mut value, mut exponent) = (nano, -9);
        while value % 1000 == 0 && exponent < 18 {
            (value, exponent) = (value / 1000, exponent + 3);
        }
        match DECIMAL.iter().find(|(_, power)| *power == exponent) {
            Some((suffix, _)) if self.format != Format::Exponent => write!(f, "{value}{suffix}"),
            _ if exponent == 0 => write!(f, "{value}"),
            _ => write!(f, "{value}e{exponent}"),
        }
    }
}

impl From<Amount> for Quantity {
    fn from(amount: Amount) -> Quantity {
        Quantity(amount.to_string())
    }
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            QuantityError::Format => {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            QuantityError::Suffix => "unable to parse quantity's suffix",
        })
    }
}
impl std::error::Error for QuantityError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        for (text, expected) in [
            ("0", "0"),
            ("0.1", "100m"),
            ("100m", "100m"),
            ("1500m", "1500m"),
            ("1000m", "1"),
            ("1.5", "1500m"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("200Mi", "200Mi"),
            ("1023Ki", "1023Ki"),
            ("512", "512"),
            ("0.5Ki", "512"),
            ("1000k", "1M"),
            ("1e3", "1e3"),
            ("12e2", "1200"),
            ("1E", "1E"),
            ("1E3", "1e3"),
            ("-1", "-1"),
            ("+5", "5"),
            ("1n", "1n"),
            ("0.1n", "1n"),
            (".5", "500m"),
            ("5.", "5"),
            ("0.0001Ki", "102400u"),
            ("8145684Ki", "8145684Ki"),
            ("100E", "9223372036854775807"),
            ("1e1000000000", "9223372036854775807"),
            ("9999999999999999999999999999999999999999", "9223372036854775807"),
            ("00012", "12"),
            ("61255492Ki", "61255492Ki"),
            ("7Ei", "7Ei"),
            ("1.123456789012345678Ki", "1150419751949n"),
            ("1e-1000000000", "1e-9"),
            ("0e1000000000", "0"),
            ("Mi", "0"),
            ("-", "0"),
        ] {
            assert_eq!(text.parse::<Amount>().map(|it| it.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity() {
        for (text, expected) in [
            ("", QuantityError::Format),
            ("lots", QuantityError::Format),
            ("200MB", QuantityError::Format),
            ("1 Gi", QuantityError::Format),
            ("1mm", QuantityError::Suffix),
            ("1ei", QuantityError::Suffix),
            ("1.2.3", QuantityError::Format),
            ("ü", QuantityError::Format),
            ("5ü", QuantityError::Format),
        ] {
            assert_eq!(text.parse::<Amount>(), Err(expected), "{text}");
        }
    }

    #[test]
    fn arithmetic() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        assert_eq!(amount("1").plus(amount("500m")).to_string(), "1500m");
        assert_eq!(Amount::ZERO.plus(amount("1Gi")).to_string(), "1Gi");
        assert_eq!(amount("1Gi").minus(amount("1Mi")).to_string(), "1023Mi");
        assert_eq!(amount("1").cmp(&amount("1000m")), Ordering::Equal);
        assert!(amount("1G") < amount("1Gi"));
        assert_eq!(amount("1500u").as_millis(), 2);
        assert_eq!(amount("1500u").rounded_to_millis().to_string(), "2m");
        assert_eq!(amount("-1500u").as_millis(), -2);
        assert_eq!(amount("1Ki").as_units(), 1024);
        assert_eq!(Amount::from_value(&serde_json::json!(1.5)).map(|it| it.to_string()), Ok("1500m".into()));
    }
}
