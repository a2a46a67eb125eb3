//! The columns of each kind's table, as the API server's printers fill them (`pkg/printers/internalversion/printers.go`).

use std::iter;
use std::time::Duration;

use jiff::Timestamp;

use crate::api::kind::{Custom, PrinterColumn};
use crate::api::{
    Container, ContainerState, ContainerStateTerminated, ContainerStatus, ControllerRevision, DaemonSet, Event, Kind,
    LabelSelector, Node, Object, Pod, PodStatus, StringMap, Time, duration, selector::Selector,
};

mod source;

/// A column.
pub(crate) struct Column {
    /// Its head.
    pub(crate) head: String,
    /// When it is shown.
    pub(crate) shown: Shown,
    source: Source,
}

/// Where a column's cells come from.
#[derive(Clone, Copy)]
enum Source {
    /// A word of the table ([`source::cell`]); `row` where the kind's rows are made in one piece ([`row`]).
    Table(&'static str),
    /// What a definition of people's own says.
    Custom(&'static PrinterColumn),
}

/// When a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// In every table.
    Always,
    /// With `-o wide`.
    Wide,
}

/// The columns of a kind, in the order of its [`cells`]. A line of the table is a kind: `HEAD=source`, `*` for [`Shown::Wide`].
pub(crate) fn columns(kind: Kind) -> Vec<Column> {
    if let Kind::Custom(custom) = kind {
        return iter::once(column("NAME")).chain(custom_columns(custom)).collect();
    }
    let mut lines = include_str!("columns/table.txt").lines();
    let line = lines.find_map(|line| line.strip_prefix(kind.name())?.strip_prefix(' ')).unwrap_or("NAME AGE");
    line.split(' ').map(column).collect()
}

/// The columns that a definition asks for; the age where it asks for none.
fn custom_columns(custom: &'static Custom) -> Vec<Column> {
    let columns = &custom.definition.columns;
    if columns.is_empty() {
        return vec![column("AGE")];
    }
    let column = |it: &'static PrinterColumn| Column {
        head: it.head.to_ascii_uppercase(),
        shown: if it.is_wide { Shown::Wide } else { Shown::Always },
        source: Source::Custom(it),
    };
    columns.iter().map(column).collect()
}

fn column(word: &'static str) -> Column {
    let (head, source) = match word.split_once('=') {
        None if word == "NAME" => (word, "metadata.name"),
        None => (word, "age:metadata.creationTimestamp|<unknown>"),
        Some(column) => column,
    };
    let (head, shown) = head.strip_suffix('*').map_or((head, Shown::Always), |head| (head, Shown::Wide));
    Column { head: head.replace('_', " "), shown, source: Source::Table(source) }
}

/// The cells of an object's row, one for every column of its kind.
pub(crate) fn cells(object: &Object, now: Timestamp) -> Vec<String> {
    let cells = row(object, now);
    if !cells.is_empty() {
        return cells;
    }
    let it = object.to_value();
    let cell = |column: &Column| match column.source {
        Source::Table(source) => source::cell(&it, source, now),
        Source::Custom(column) => source::custom(&it, column, now),
    };
    columns(object.kind()).iter().map(cell).collect()
}

/// The cells of the kinds whose rows are made in one piece.
fn row(object: &Object, now: Timestamp) -> Vec<String> {
    match object {
        Object::ControllerRevision(it) => controller_revision(it, now),
        Object::DaemonSet(it) => daemon_set(it, now),
        Object::Event(it) => event(it, now),
        Object::Node(it) => node(it, now),
        Object::Pod(it) => pod(it, now),
        _ => vec![],
    }
}

fn controller_revision(it: &ControllerRevision, now: Timestamp) -> Vec<String> {
    let owners = it.metadata.owner_references.iter().flatten();
    let mut controller = owners.filter(|owner| owner.controller == Some(true)).map(|owner| {
        let group = owner.api_version.split_once('/').map(|(group, _)| format!(".{group}")).unwrap_or_default();
        format!("{}{group}/{}", owner.kind.to_ascii_lowercase(), owner.name)
    });
    vec![
        text(it.metadata.name.as_deref()),
        controller.next().unwrap_or_else(none),
        it.revision.to_string(),
        age(it.metadata.creation_timestamp.as_ref(), now),
    ]
}

fn daemon_set(it: &DaemonSet, now: Timestamp) -> Vec<String> {
    let status = it.status.as_ref();
    let count = |of: fn(&crate::api::DaemonSetStatus) -> i32| status.map_or(0, of).to_string();
    let spec = it.spec.as_ref();
    let pod = spec.and_then(|spec| spec.template.spec.as_ref());
    let containers: &[Container] = pod.map_or(&[], |pod| &pod.containers);
    let join = |of: fn(&Container) -> &str| containers.iter().map(of).collect::<Vec<_>>().join(",");
    vec![
        text(it.metadata.name.as_deref()),
        count(|s| s.desired_number_scheduled),
        count(|s| s.current_number_scheduled),
        count(|s| s.number_ready),
        count(|s| s.updated_number_scheduled.unwrap_or(0)),
        count(|s| s.number_available.unwrap_or(0)),
        labels(pod.and_then(|pod| pod.node_selector.as_ref())),
        age(it.metadata.creation_timestamp.as_ref(), now),
        join(|container| &container.name),
        join(|container| text_ref(container.image.as_deref())),
        spec.map_or_else(none, |spec| label_selector(&spec.selector)),
    ]
}

/// When an event was last seen.
pub(crate) fn event_last_seen(it: &Event) -> Option<Timestamp> {
    let series = it.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    series.map(|time| time.0).or_else(|| it.last_timestamp.as_ref().map(|time| time.0)).or_else(|| event_first_seen(it))
}

/// When an event was first seen.
pub(crate) fn event_first_seen(it: &Event) -> Option<Timestamp> {
    it.first_timestamp.as_ref().map(|time| time.0).or_else(|| it.event_time.as_ref().map(|time| time.0))
}

/// How often it was seen.
pub(crate) fn event_count(it: &Event) -> i32 {
    match (&it.series, it.count) {
        (Some(series), _) => series.count.unwrap_or(0),
        (None, None | Some(0)) => 1,
        (None, Some(count)) => count,
    }
}

fn event(it: &Event, now: Timestamp) -> Vec<String> {
    let about = &it.involved_object;
    let kind = text(about.kind.as_deref()).to_ascii_lowercase();
    let object = about.name.as_deref().map_or_else(|| kind.clone(), |name| format!("{kind}/{name}"));
    let source = it.source.as_ref();
    let component = source.and_then(|source| source.component.as_deref()).filter(|c| !c.is_empty());
    let component = component.or(it.reporting_component.as_deref()).unwrap_or_default();
    let host = source.and_then(|source| source.host.as_deref()).filter(|h| !h.is_empty());
    let host = host.or(it.reporting_instance.as_deref()).filter(|h| !h.is_empty());
    vec![
        since(event_last_seen(it), now),
        text(it.type_.as_deref()),
        text(it.reason.as_deref()),
        object,
        text(about.field_path.as_deref()),
        host.map_or_else(|| component.to_owned(), |host| format!("{component}, {host}")),
        text(it.message.as_deref()).trim().to_owned(),
        since(event_first_seen(it), now),
        event_count(it).to_string(),
        text(it.metadata.name.as_deref()),
    ]
}

/// The row of a node, with the columns of `-o wide`.
pub fn node(it: &Node, now: Timestamp) -> Vec<String> {
    let status = it.status.as_ref();
    let ready = status.and_then(|s| s.conditions.iter().flatten().rfind(|c| c.type_ == "Ready"));
    let mut state = match ready {
        None => "Unknown",
        Some(ready) if ready.status == "True" => "Ready",
        Some(_) => "NotReady",
    }
    .to_owned();
    if it.spec.as_ref().is_some_and(|spec| spec.unschedulable == Some(true)) {
        state.push_str(",SchedulingDisabled");
    }
    let roles = node_roles(it).join(",");
    let info = status.and_then(|s| s.node_info.as_ref());
    let address = |type_: &str| {
        let addresses = status.and_then(|s| s.addresses.as_ref()).into_iter().flatten();
        addresses.filter(|a| a.type_ == type_).map(|a| a.address.clone()).next().unwrap_or_else(none)
    };
    let known = |text: Option<&String>| text.filter(|text| !text.is_empty()).map_or("<unknown>", String::as_str).to_owned();
    let architecture = info.map(|info| info.architecture.as_str()).filter(|a| !a.is_empty());
    let kernel = known(info.map(|info| &info.kernel_version));
    vec![
        text(it.metadata.name.as_deref()),
        state,
        if roles.is_empty() { none() } else { roles },
        age(it.metadata.creation_timestamp.as_ref(), now),
        info.map(|info| info.kubelet_version.clone()).unwrap_or_default(),
        address("InternalIP"),
        address("ExternalIP"),
        known(info.map(|info| &info.os_image)),
        architecture.map_or_else(|| kernel.clone(), |architecture| format!("{kernel} ({architecture})")),
        known(info.map(|info| &info.container_runtime_version)),
    ]
}

/// The roles that a node's labels give it, sorted.
pub(crate) fn node_roles(it: &Node) -> Vec<String> {
    let labels = it.metadata.labels.iter().flatten();
    let mut roles: Vec<String> = labels
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => (key == "kubernetes.io/role").then_some(value.as_str()),
        })
        .filter(|role| !role.is_empty())
        .map(str::to_owned)
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

fn pod(it: &Pod, now: Timestamp) -> Vec<String> {
    let empty = PodStatus::default();
    let status = it.status.as_deref().unwrap_or(&empty);
    let spec = it.spec.as_ref();
    let health = pod_health(it);
    let or_none = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned().unwrap_or_else(none);
    let gates = spec.and_then(|spec| spec.readiness_gates.as_ref()).filter(|gates| !gates.is_empty());
    let gates = gates.map_or_else(none, |gates| {
        let holds = |type_: &str| status.conditions.iter().flatten().any(|c| c.type_ == type_ && c.status == "True");
        format!("{}/{}", gates.iter().filter(|gate| holds(&gate.condition_type)).count(), gates.len())
    });
    let restarts = match health.last_restart.filter(|_| health.restarts != 0) {
        Some(last) => format!("{} ({} ago)", health.restarts, since(Some(last), now)),
        None => health.restarts.to_string(),
    };
    vec![
        text(it.metadata.name.as_deref()),
        format!("{}/{}", health.ready, health.containers),
        health.reason,
        restarts,
        age(it.metadata.creation_timestamp.as_ref(), now),
        or_none(status.pod_ips.iter().flatten().map(|ip| &ip.ip).next()),
        or_none(spec.and_then(|spec| spec.node_name.as_ref())),
        or_none(status.nominated_node_name.as_ref()),
        gates,
    ]
}

/// What the columns READY, STATUS and RESTARTS of a pod say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodHealth {
    /// Containers that are ready.
    pub ready: usize,
    /// Containers that should be.
    pub containers: usize,
    /// The STATUS column: `Running`, `Terminating`, `CrashLoopBackOff`, `Init:0/1`.
    pub reason: String,
    /// How often containers were restarted.
    pub restarts: i32,
    /// When that last happened.
    pub last_restart: Option<Timestamp>,
}

/// What `kubectl get pods` makes of a pod.
pub fn pod_health(it: &Pod) -> PodHealth {
    let empty = PodStatus::default();
    let status = it.status.as_deref().unwrap_or(&empty);
    // How many containers there are, and of what kind, its template says.
    let spec = it.spec.as_ref().map(|spec| spec.common());
    let phase = text_ref(status.phase.as_deref());
    let mut reason = status.reason.as_deref().filter(|r| !r.is_empty()).unwrap_or(phase).to_owned();
    let conditions = || status.conditions.iter().flatten();
    if conditions().any(|c| c.type_ == "PodScheduled" && c.reason.as_deref() == Some("SchedulingGated")) {
        "SchedulingGated".clone_into(&mut reason);
    }
    let init: &[Container] = spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
    let is_sidecar = |name: &str| init.iter().any(|c| c.name == name && c.restart_policy.as_deref() == Some("Always"));
    let sidecars = init.iter().filter(|c| c.restart_policy.as_deref() == Some("Always")).count();
    let mut health = PodHealth {
        ready: 0,
        containers: spec.map_or(0, |spec| spec.containers.len()) + sidecars,
        reason: String::new(),
        restarts: 0,
        last_restart: None,
    };
    let mut sidecar_restarts = (0, None);
    let mut initializing = false;
    for (i, container) in status.init_container_statuses.iter().flatten().enumerate() {
        health.restarts += container.restart_count;
        health.last_restart = health.last_restart.max(last_end(container));
        let sidecar = is_sidecar(&container.name);
        if sidecar {
            sidecar_restarts = (sidecar_restarts.0 + container.restart_count, sidecar_restarts.1.max(last_end(container)));
        }
        let state = container.state.as_ref();
        if terminated(state).is_some_and(|t| t.exit_code == 0) {
            continue;
        }
        if sidecar && container.started == Some(true) {
            health.ready += usize::from(container.ready);
            continue;
        }
        let waiting = state.and_then(|s| s.waiting.as_ref()).and_then(|w| w.reason.as_deref());
        reason = match (terminated(state), waiting) {
            (Some(ended), _) => format!("Init:{}", ended_because(ended)),
            (None, Some(waiting)) if !waiting.is_empty() && waiting != "PodInitializing" => format!("Init:{waiting}"),
            _ => format!("Init:{i}/{}", init.len()),
        };
        initializing = true;
        break;
    }
    if !initializing || conditions().any(|c| c.type_ == "Initialized" && c.status == "True") {
        (health.restarts, health.last_restart) = sidecar_restarts;
        let mut has_running = false;
        let mut error = None;
        for container in status.container_statuses.iter().flatten().rev() {
            health.restarts += container.restart_count;
            health.last_restart = health.last_restart.max(last_end(container));
            let state = container.state.as_ref();
            let waiting = state.and_then(|s| s.waiting.as_ref()).and_then(|w| w.reason.as_deref()).filter(|w| !w.is_empty());
            if let Some(waiting) = waiting {
                waiting.clone_into(&mut reason);
            } else if let Some(ended) = terminated(state) {
                reason = ended_because(ended);
                if ended.exit_code != 0 {
                    error = Some(reason.clone());
                }
            } else if container.ready && state.is_some_and(|s| s.running.is_some()) {
                has_running = true;
                health.ready += 1;
            }
        }
        if reason == "Completed" {
            let is_ready = conditions().any(|c| c.type_ == "Ready" && c.status == "True");
            match error {
                _ if has_running && is_ready => "Running".clone_into(&mut reason),
                Some(error) => reason = error,
                None if has_running => "NotReady".clone_into(&mut reason),
                None => {}
            }
        }
    }
    if it.metadata.deletion_timestamp.is_some() {
        if status.reason.as_deref() == Some("NodeLost") {
            "Unknown".clone_into(&mut reason);
        } else if !matches!(phase, "Succeeded" | "Failed") {
            "Terminating".clone_into(&mut reason);
        }
    }
    health.reason = reason;
    health
}

fn terminated(state: Option<&ContainerState>) -> Option<&ContainerStateTerminated> {
    state.and_then(|state| state.terminated.as_ref())
}

fn last_end(container: &ContainerStatus) -> Option<Timestamp> {
    terminated(container.last_state.as_ref()).and_then(|ended| ended.finished_at.as_ref()).map(|time| time.0)
}

fn ended_because(ended: &ContainerStateTerminated) -> String {
    match (ended.reason.as_deref().filter(|r| !r.is_empty()), ended.signal.filter(|&s| s != 0)) {
        (Some(reason), _) => reason.to_owned(),
        (None, Some(signal)) => format!("Signal:{signal}"),
        (None, None) => format!("ExitCode:{}", ended.exit_code),
    }
}

/// Labels as a column shows them: `a=b,c=d`, `<none>`.
pub(crate) fn labels(labels: Option<&StringMap>) -> String {
    let joined = labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
    if joined.is_empty() { none() } else { joined }
}

/// A selector as a column shows it.
pub(crate) fn label_selector(selector: &LabelSelector) -> String {
    let shown = Selector::from_label_selector(selector).map(|s| s.to_string()).unwrap_or_else(|_| "<error>".to_owned());
    if shown.is_empty() { none() } else { shown }
}

/// How long ago: `5s`, `<unknown>`. What lies ahead is `<invalid>`, but for two seconds by which clocks may differ (upstream:
/// `HumanDuration`).
pub(crate) fn since(then: Option<Timestamp>, now: Timestamp) -> String {
    match then.map(|then| now.duration_since(then)) {
        None => "<unknown>".to_owned(),
        Some(passed) if passed.as_secs() < -1 => "<invalid>".to_owned(),
        Some(passed) => duration::human(Duration::try_from(passed).unwrap_or_default()),
    }
}

/// How long ago an object was made.
pub(crate) fn age(time: Option<&Time>, now: Timestamp) -> String {
    since(time.map(|time| time.0), now)
}

fn none() -> String {
    "<none>".to_owned()
}

fn text(text: Option<&str>) -> String {
    text_ref(text).to_owned()
}

fn text_ref(text: Option<&str>) -> &str {
    text.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::api::kind;

    #[test]
    fn every_kind_has_its_columns() {
        let table: Vec<&str> = include_str!("columns/table.txt").lines().filter_map(|line| line.split(' ').next()).collect();
        let names: Vec<&str> = kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(table, names);
    }
}
