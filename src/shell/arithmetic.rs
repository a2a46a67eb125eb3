//! `$(( … ))`: whole numbers, as bash counts.

use super::code::is_name;
use super::text::Cursor;

/// Reads and writes variables.
pub(super) trait Numbers {
    /// The text of a variable.
    fn get(&self, name: &str) -> String;
    /// Gives a variable a number.
    fn set(&mut self, name: &str, value: i64);
}

/// How deep parentheses and variables that name variables may go.
const DEPTH: usize = 16;

/// Works an expression out; the error is bash's.
pub(super) fn evaluate(text: &str, numbers: &mut dyn Numbers) -> Result<i64, String> {
    evaluate_at(text, numbers, 0)
}

fn evaluate_at(text: &str, numbers: &mut dyn Numbers, depth: usize) -> Result<i64, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(0);
    }
    if depth > DEPTH {
        return Err(format!("{trimmed}: expression recursion level exceeded (error token is \"{trimmed}\")"));
    }
    let mut reader = Reader { code: Cursor::new(text), numbers, depth, skipping: 0 };
    let value = reader.comma()?;
    reader.code.blanks();
    match reader.code.rest() {
        "" => Ok(value),
        rest => Err(format!("{}: syntax error in expression (error token is \"{rest}\")", text.trim_start())),
    }
}

struct Reader<'a> {
    code: Cursor<'a>,
    numbers: &'a mut dyn Numbers,
    depth: usize,
    /// How many branches around this are not taken: nothing is written in them.
    skipping: usize,
}

/// Operators of two operands, from the loosest to the tightest; longer ones first where one begins like another.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl<'a> Reader<'a> {
    fn wrong(&self, why: &str) -> String {
        format!("{}: {why} (error token is \"{}\")", self.code.text.trim_start(), self.code.rest())
    }

    fn comma(&mut self) -> Result<i64, String> {
        let mut value = self.choice()?;
        while self.code.takes(",") {
            value = self.choice()?;
        }
        Ok(value)
    }

    fn choice(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > DEPTH * 2 {
            return Err(self.wrong("expression recursion level exceeded"));
        }
        let condition = self.level(0)?;
        let value = if self.code.takes("?") {
            let yes = self.skipped(condition == 0, Self::comma)?;
            if !self.code.takes(":") {
                return Err(self.wrong("`:' expected for conditional expression"));
            }
            let no = self.skipped(condition != 0, Self::choice)?;
            if condition != 0 { yes } else { no }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(value)
    }

    fn skipped(&mut self, skip: bool, read: fn(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        self.skipping += usize::from(skip);
        let value = read(self);
        self.skipping -= usize::from(skip);
        value
    }

    /// The operator of a level that stands here.
    fn operator(&mut self, level: usize) -> Option<&'static str> {
        self.code.blanks();
        let rest = self.code.rest();
        let found = LEVELS[level].iter().find(|operator| rest.starts_with(**operator))?;
        let after = &rest[found.len()..];
        let longer = match *found {
            "|" | "&" => after.starts_with(*found),
            "<" | ">" => after.starts_with(*found),
            "*" => after.starts_with('*'),
            _ => false,
        };
        let assigns =
            !matches!(*found, "==" | "!=" | "<=" | ">=" | "||" | "&&") && after.starts_with('=') && !after.starts_with("==");
        (!longer && !assigns).then_some(*found)
    }

    fn level(&mut self, level: usize) -> Result<i64, String> {
        if level == LEVELS.len() {
            return self.power();
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(level) {
            self.code.at += operator.len();
            let skip = (operator == "||" && left != 0) || (operator == "&&" && left == 0);
            self.skipping += usize::from(skip);
            let right = self.level(level + 1);
            self.skipping -= usize::from(skip);
            left = self.apply(operator, left, right?)?;
        }
        Ok(left)
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Result<i64, String> {
        let shift = u32::try_from(right & 63).unwrap_or(0);
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(shift),
            ">>" => left.wrapping_shr(shift),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            _ if right == 0 && self.skipping > 0 => 0,
            _ if right == 0 => {
                let token = self.code.text[..self.code.at]
                    .trim_end()
                    .rsplit(|c: char| !c.is_alphanumeric())
                    .next()
                    .unwrap_or_default();
                return Err(format!(
                    "{}: division by 0 (error token is \"{token}{}\")",
                    self.code.text.trim_start(),
                    self.code.rest()
                ));
            }
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    fn power(&mut self) -> Result<i64, String> {
        let base = self.unary()?;
        if !self.code.takes("**") {
            return Ok(base);
        }
        let exponent = self.power()?;
        match u32::try_from(exponent) {
            Ok(exponent) => Ok(base.wrapping_pow(exponent)),
            Err(_) => Err(self.wrong("exponent less than 0")),
        }
    }

    fn unary(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > DEPTH * 2 {
            return Err(self.wrong("expression recursion level exceeded"));
        }
        let value = if self.code.takes("++") || self.code.takes("--") {
            let step = if self.code.text[..self.code.at].ends_with('+') { 1 } else { -1 };
            let name = self.name().ok_or_else(|| self.wrong("syntax error: operand expected"))?;
            let value = self.variable(&name)?.wrapping_add(step);
            self.write(&name, value);
            value
        } else if self.code.takes("!") {
            i64::from(self.unary()? == 0)
        } else if self.code.takes("~") {
            !self.unary()?
        } else if self.code.takes("-") {
            self.unary()?.wrapping_neg()
        } else if self.code.takes("+") {
            self.unary()?
        } else {
            self.operand()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn operand(&mut self) -> Result<i64, String> {
        if self.code.takes("(") {
            let value = self.comma()?;
            return if self.code.takes(")") { Ok(value) } else { Err(self.wrong("missing `)'")) };
        }
        if let Some(name) = self.name() {
            return self.named(&name);
        }
        let rest = self.code.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '#').unwrap_or(rest.len());
        if end == 0 {
            return Err(self.wrong("syntax error: operand expected"));
        }
        let value = number(&rest[..end])
            .map_err(|why| format!("{}: {why} (error token is \"{rest}\")", self.code.text.trim_start()));
        self.code.at += end;
        value
    }

    /// A variable, perhaps written.
    fn named(&mut self, name: &str) -> Result<i64, String> {
        if self.code.takes("++") || self.code.takes("--") {
            let step = if self.code.text[..self.code.at].ends_with('+') { 1 } else { -1 };
            let value = self.variable(name)?;
            self.write(name, value.wrapping_add(step));
            return Ok(value);
        }
        for operator in ["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|="] {
            if self.code.takes(operator) {
                let old = self.variable(name)?;
                let right = self.choice()?;
                let value = self.apply(&operator[..operator.len() - 1], old, right)?;
                self.write(name, value);
                return Ok(value);
            }
        }
        self.code.blanks();
        if self.code.rest().starts_with('=') && !self.code.rest().starts_with("==") {
            self.code.at += 1;
            let value = self.choice()?;
            self.write(name, value);
            return Ok(value);
        }
        self.variable(name)
    }

    fn name(&mut self) -> Option<String> {
        self.code.blanks();
        let rest = self.code.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..end];
        if !is_name(name) {
            return None;
        }
        self.code.at += end;
        Some(name.to_owned())
    }

    fn variable(&mut self, name: &str) -> Result<i64, String> {
        let text = self.numbers.get(name);
        evaluate_at(&text, self.numbers, self.depth + 1)
    }

    fn write(&mut self, name: &str, value: i64) {
        if self.skipping == 0 {
            self.numbers.set(name, value);
        }
    }
}

/// `12`, `0x1f`, `017`, `2#101`.
fn number(text: &str) -> Result<i64, &'static str> {
    let parse = |digits: &str, base: u32| {
        let mut value = 0i64;
        for c in digits.chars() {
            let digit = c.to_digit(base).ok_or("value too great for base")?;
            value = value.wrapping_mul(i64::from(base)).wrapping_add(i64::from(digit));
        }
        Ok(value)
    };
    if let Some((base, digits)) = text.split_once('#') {
        return match base.parse() {
            Ok(base @ 2..=36) => parse(digits, base),
            _ => Err("invalid arithmetic base"),
        };
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => parse(digits, 16),
        None if text.len() > 1 && text.starts_with('0') => parse(text, 8),
        None => parse(text, 10),
    }
}
