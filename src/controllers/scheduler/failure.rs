//! What a pod that fits nowhere is told (`framework/types.go` `FitError`).

/// `0/3 nodes are available: …`
pub(super) fn unavailable(total: usize, why: &str) -> String {
    format!("0/{total} nodes are available: {why}.")
}

/// `1 Insufficient cpu, 2 node(s) …`: each reason with its number, sorted as texts.
pub(super) fn counted(reasons: impl IntoIterator<Item = (String, usize)>) -> String {
    let mut sums: Vec<(String, usize)> = vec![];
    for (reason, number) in reasons {
        match sums.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, sum)) => *sum += number,
            None => sums.push((reason, number)),
        }
    }
    let mut texts: Vec<String> =
        sums.into_iter().filter(|(_, number)| *number > 0).map(|(reason, number)| format!("{number} {reason}")).collect();
    texts.sort();
    texts.join(", ")
}
