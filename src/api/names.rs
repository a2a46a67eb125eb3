//! Lists of names in sentences.

/// The first few of several names, and how many more there are.
///
/// # Examples
/// ```
/// use playground::api::names::some;
/// let names = ["a", "b", "c"].map(str::to_owned);
/// assert_eq!(some(&names, 3), "a, b, c");
/// assert_eq!(some(&names, 2), "a, b and 1 more");
/// ```
pub fn some(names: &[String], most: usize) -> String {
    let rest = names.len().saturating_sub(most);
    let named = names[..names.len() - rest].join(", ");
    if rest > 0 { format!("{named} and {rest} more") } else { named }
}
