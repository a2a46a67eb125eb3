//! What could come next: the grey rest of a line, and words to tap on a phone.

use super::{Completion, Shell};
use crate::sim::Simulation;

/// How many words are offered to tap.
const MOST_CHIPS: usize = 8;

/// What a beginner types most, the likeliest first; each is what may stand behind the words before the colon.
const LIKELY: [(&str, &str); 22] = [
    ("", "kubectl ls cat grep echo history clear help"),
    ("|", "grep head wc sort awk less"),
    ("kubectl", "get describe apply delete rollout logs set label"),
    ("kubectl get", "pods daemonsets nodes events all deployments services namespaces"),
    ("kubectl describe", "pod daemonset node deployment"),
    ("kubectl delete", "pod daemonset -f"),
    ("kubectl apply", "-f"),
    ("kubectl create", "-f namespace deployment"),
    ("kubectl replace", "-f"),
    ("kubectl diff", "-f"),
    ("kubectl rollout", "status history undo restart"),
    ("kubectl rollout status", "ds/"),
    ("kubectl set", "image env resources"),
    ("kubectl set image", "ds/"),
    ("kubectl label", "nodes pods daemonsets"),
    ("kubectl annotate", "daemonsets nodes pods"),
    ("kubectl taint", "nodes"),
    ("kubectl explain", "daemonset pod daemonset.spec daemonset.spec.updateStrategy"),
    ("kubectl config", "current-context get-contexts set-context use-context"),
    ("kubectl drain", "--ignore-daemonsets"),
    ("node", "add poweroff poweron remove notready ready"),
    ("kubectl top", "nodes pods"),
];

/// What is likely once an object is named.
const ENDINGS: [(&str, &str); 5] = [
    ("kubectl get", "-o wide -w --show-labels -A -o yaml"),
    ("kubectl rollout", "--timeout=60s"),
    ("kubectl drain", "--ignore-daemonsets --delete-emptydir-data"),
    ("kubectl logs", "-f --previous --tail=10"),
    ("kubectl label", "--overwrite"),
];

/// The rest of a line.
#[inline(never)]
pub(super) fn suggest(shell: &Shell, line: &str, sim: &Simulation) -> Option<String> {
    if line.trim().is_empty() || line.contains('\n') {
        return None;
    }
    let from_history = shell.history.iter().rev().find_map(|before| {
        let rest = before.strip_prefix(line)?;
        (!rest.is_empty() && !before.contains('\n')).then(|| rest.to_owned())
    });
    from_history.or_else(|| {
        let completion = shell.complete(line, line.len(), sim);
        let [only] = completion.candidates.as_slice() else { return None };
        let rest = only.strip_prefix(line.get(completion.start..)?)?;
        (!rest.is_empty() && line.len() > completion.start).then(|| rest.to_owned())
    })
}

/// Words to tap.
pub(super) fn chips(shell: &Shell, line: &str, sim: &Simulation) -> Completion {
    let completion = shell.complete(line, line.len(), sim);
    let typed = line.get(completion.start..).unwrap_or_default();
    let before = line.get(..completion.start).unwrap_or_default();
    let piped = before.trim_end().ends_with('|');
    let start = super::complete::command_start(before);
    let mut words: Vec<&str> =
        before[start.min(before.len())..].split_whitespace().filter(|word| !word.starts_with('-')).collect();
    if let Some(first) = words.first_mut()
        && let Some(value) = shell.aliases.get(*first)
    {
        *first = value;
    }
    let context = if words.is_empty() && piped { "|".to_owned() } else { words.join(" ") };
    let likely = LIKELY.iter().find(|(before, _)| *before == context).map_or("", |(_, words)| words);
    let mut chips: Vec<String> = likely.split_whitespace().map(str::to_owned).collect();
    if matches!(context.as_str(), "kubectl rollout status" | "kubectl set image") {
        chips.clear();
    }
    let behind: Vec<String> = completion.candidates.into_iter().filter(|word| !word.starts_with('-')).collect();
    // Names of objects and files are known only here; lists of everything are too long to help.
    if chips.is_empty() || behind.len() <= MOST_CHIPS {
        chips.extend(behind);
    }
    if words.len() >= 3
        && let Some((_, endings)) = ENDINGS.iter().find(|(before, _)| context.starts_with(before))
        && typed.is_empty()
    {
        let endings = endings.replace("-o ", "-o\u{a0}");
        chips.extend(endings.split(' ').map(|ending| ending.replace('\u{a0}', " ")));
    }
    let mut seen = std::collections::BTreeSet::new();
    chips.retain(|chip| {
        chip.starts_with(typed)
            && chip != typed
            && !before.split_whitespace().any(|word| word == chip)
            && seen.insert(chip.clone())
    });
    chips.truncate(MOST_CHIPS);
    Completion { start: completion.start, candidates: chips }
}
