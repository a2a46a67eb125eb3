//! The indexes of a Job whose pods each have one (`indexed_job_utils.go`).

use std::rc::Rc;

use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, ObjectFieldSelector};

use super::Look;
use super::{Outcome, is_tracked};
use crate::api::sorted::SortedSet;
use crate::api::{Head, Pod, PodTemplateSpec};

/// The annotation and the label with the index of a pod.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// The variable with the index of a pod.
const VARIABLE: &str = "JOB_COMPLETION_INDEX";

/// Indexes, in order; written as `0,2-4`.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes(pub(super) SortedSet<i32>);

impl Indexes {
    /// Reads what [`Indexes::text`] writes, as far as there are indexes below `end`.
    fn parse(text: &str, end: i32) -> Indexes {
        let mut indexes = SortedSet::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            if let (Ok(first), Ok(last)) = (first.parse::<i32>(), last.parse::<i32>()) {
                for index in first..=last.min(end - 1) {
                    indexes.insert(index);
                }
            }
        }
        Indexes(indexes)
    }

    pub(super) fn text(&self) -> String {
        let all: Vec<i32> = self.0.iter().copied().collect();
        let parts: Vec<String> = all
            .chunk_by(|a, b| a + 1 == *b)
            .map(|run| match run {
                [one] => one.to_string(),
                [first, last] => format!("{first},{last}"),
                run => format!("{}-{}", run[0], run[run.len() - 1]),
            })
            .collect();
        parts.join(",")
    }
}

/// The index of a pod.
pub(super) fn of(pod: &Pod) -> Option<i32> {
    pod.metadata.common().annotations.as_ref()?.get(INDEX)?.parse().ok().filter(|index| *index >= 0)
}

/// Gives the pods of a template an index.
pub(super) fn give(template: &mut PodTemplateSpec, index: i32, job: &str) {
    let metadata = template.metadata.get_or_insert_default();
    for map in [&mut metadata.annotations, &mut metadata.labels] {
        map.get_or_insert_default().insert(INDEX.to_owned(), index.to_string());
    }
    let spec = template.spec.get_or_insert_default();
    spec.hostname = Some(format!("{job}-{index}"));
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        let variables = container.env.get_or_insert_default();
        if variables.iter().all(|variable| variable.name != VARIABLE) {
            let field = ObjectFieldSelector { api_version: None, field_path: format!("metadata.labels['{INDEX}']") };
            let source = EnvVarSource { field_ref: Some(field), ..EnvVarSource::default() };
            variables.push(EnvVar { name: VARIABLE.to_owned(), value: None, value_from: Some(source) });
        }
    }
}

impl Look<'_, '_> {
    /// Finds out which indexes have succeeded (`calculateSucceededIndexes`).
    pub(super) fn count_indexes(&mut self) {
        let Some(end) = self.indexed() else { return };
        let counted = Indexes::parse(self.status().completed_indexes.as_deref().unwrap_or_default(), end);
        let mut all = counted.clone();
        let succeeded = self.pods.iter().filter(|pod| is_tracked(pod) && self.outcome(pod) == Some(Outcome::Succeeded));
        for index in succeeded.filter_map(|pod| of(pod)).filter(|index| *index < end) {
            all.0.insert(index);
        }
        self.succeeded = super::count(all.0.len());
        self.indexes = (counted, all);
    }

    /// The first indexes that have neither succeeded nor a pod (`firstPendingIndexes`).
    pub(super) fn pending_indexes(&self, most: usize) -> Vec<i32> {
        let replaces_failed_only = super::spec(&self.job).pod_replacement_policy.as_deref() == Some("Failed");
        let holds = |pod: &&Rc<Pod>| super::owner::is_active(pod) || replaces_failed_only && !super::is_terminal(pod);
        let taken: SortedSet<i32> = self.pods.iter().filter(holds).filter_map(|pod| of(pod)).collect();
        let is_free = |index: &i32| !taken.contains(index) && !self.indexes.1.0.contains(index);
        (0..self.indexed().unwrap_or(0)).filter(is_free).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_read_as_they_are_written() {
        for (text, end, expect) in
            [("", 5, ""), ("0", 5, "0"), ("0,1", 5, "0,1"), ("0-2,4", 5, "0-2,4"), ("0-4", 3, "0-2"), ("x,1", 3, "1")]
        {
            assert_eq!(Indexes::parse(text, end).text(), expect, "{text}");
        }
    }
}
