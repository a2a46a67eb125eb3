//! What the probes of a running container find, and when (`pkg/kubelet/prober`).
//!
//! The virtual prober is simpler than the real one, which starts at a random moment of its period: a container that is well
//! passes one second after the probe's initial delay (`recordings/README.md`); one that is not fails at the end of every period.

use std::time::Duration;

use k8s_openapi::api::core::v1::Probe;

use crate::api::{Container, IntOrString};
use crate::sim::SimTime;

/// What the first passing probe takes.
const PASS: Duration = Duration::from_secs(1);

/// Which question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Has it started? Until it has, nothing else is asked.
    Startup,
    /// Does it live? If not, it is killed.
    Liveness,
    /// Is it ready?
    Readiness,
}

impl Question {
    /// The probe of a container that asks it.
    pub(super) fn of(self, container: &Container) -> Option<&Probe> {
        match self {
            Question::Startup => &container.startup_probe,
            Question::Liveness => &container.liveness_probe,
            Question::Readiness => &container.readiness_probe,
        }
        .as_ref()
    }

    /// As events spell it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Question::Startup => "Startup",
            Question::Liveness => "Liveness",
            Question::Readiness => "Readiness",
        }
    }
}

/// When a container that began at `begun` and is well from `well` on passes a probe.
pub(super) fn passes(probe: Option<&Probe>, well: SimTime) -> SimTime {
    probe.map_or(well, |probe| well + seconds(probe.initial_delay_seconds, 0) + PASS)
}

/// When a container that began at `begun`, and has failed the probe `failures` times, fails it again, if it is not well by then.
pub(super) fn fails(probe: &Probe, begun: SimTime, failures: u32, well: Option<SimTime>) -> Option<SimTime> {
    let at = begun + seconds(probe.initial_delay_seconds, 0) + seconds(probe.period_seconds, 10) * (failures + 1);
    well.is_none_or(|well| at < well).then_some(at)
}

/// How many failures in a row count.
pub(super) fn threshold(probe: &Probe) -> u32 {
    probe.failure_threshold.and_then(|threshold| u32::try_from(threshold).ok()).unwrap_or(3).max(1)
}

/// What a failed probe of a container with this address says. Its process runs but is not well.
pub(super) fn failure(probe: &Probe, container: &Container, address: &str) -> String {
    if probe.http_get.is_some() {
        return "HTTP probe failed with statuscode: 503".to_owned();
    }
    if let Some(socket) = &probe.tcp_socket {
        let host = socket.host.as_deref().filter(|host| !host.is_empty()).unwrap_or(address);
        return format!("dial tcp {host}:{}: connect: connection refused", port(&socket.port, container));
    }
    if probe.grpc.is_some() {
        return "service unhealthy (responded with \"NOT_SERVING\")".to_owned();
    }
    match probe.exec.as_ref().and_then(|exec| exec.command.as_deref()) {
        Some([cat, file]) if cat == "cat" => format!("cat: can't open '{file}': No such file or directory"),
        _ => String::new(),
    }
}

fn port(port: &IntOrString, container: &Container) -> i32 {
    match port {
        IntOrString::Int(number) => *number,
        IntOrString::String(name) => {
            let mut ports = container.ports.iter().flatten();
            ports.find(|port| port.name.as_ref() == Some(name)).map_or(0, |port| port.container_port)
        }
    }
}

fn seconds(seconds: Option<i32>, default: u32) -> Duration {
    Duration::from_secs(seconds.map_or(default, |seconds| seconds.max(0).unsigned_abs()).into())
}
