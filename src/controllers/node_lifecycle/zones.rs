//! How fast the nodes of a zone are given the NoExecute taints that empty them: one after the other while few are ill, slower or
//! not at all when many are, for then it is rather the network that is (`handleDisruption`,
//! `pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go`).

use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};

use crate::api::sorted::SortedMap;
use crate::api::table::Table;
use crate::api::{Key, Node};
use crate::sim::SimTime;

/// Between two nodes of a zone (`--node-eviction-rate` 0.1 a second).
const RATE: Duration = Duration::from_secs(10);
/// Between two nodes of a large zone of which most are ill (`--secondary-node-eviction-rate` 0.01 a second).
const REDUCED_RATE: Duration = Duration::from_secs(100);
/// Zones of up to so many nodes are not emptied at all then (`--large-cluster-size-threshold`).
const LARGE: usize = 50;
/// Most of a zone is ill from this percentage on (`--unhealthy-zone-threshold` 0.55), and when it is more than two nodes.
const UNHEALTHY_PERCENT: usize = 55;

/// The zones, with the nodes that wait for their taint.
#[derive(Clone, Debug, Default)]
pub(super) struct Zones {
    /// Every node known.
    nodes: Table<Key, Known>,
    zones: SortedMap<SmolStr, Zone>,
}

/// A node as it was noted last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    zone: SmolStr,
    is_ready: bool,
}

#[derive(Clone, Debug, Default)]
struct Zone {
    ready: usize,
    unready: usize,
    health: Health,
    /// When the next node may be tainted.
    free_at: SimTime,
    waiting: Vec<Key>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Health {
    /// Nothing is known yet.
    #[default]
    Initial,
    Normal,
    /// Most nodes are not ready.
    Partial,
    /// No node is ready.
    Dark,
}

/// What has become of all zones together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// As before.
    Same,
    /// Not one node is ready any more.
    Nightfall,
    /// Some are again.
    Daybreak,
}

impl Zones {
    /// A node as it is now; says whether it was not known.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn note(&mut self, key: &Key, node: &Node, is_ready: bool) -> bool {
        let [region, zone] = node.topology().map(Option::unwrap_or_default);
        let zone = format_smolstr!("{region}/{zone}");
        let known = Known { zone, is_ready };
        let before = self.nodes.get(&key.wanted()).cloned();
        if before.as_ref() == Some(&known) {
            return false;
        }
        let is_new = before.is_none();
        self.count_out(before);
        let zone = self.zones.entry(known.zone.clone(), Zone::default);
        *(if is_ready { &mut zone.ready } else { &mut zone.unready }) += 1;
        *self.nodes.entry(&key.wanted(), || (key.clone(), Known::default())).1 = known;
        is_new
    }

    /// A node is gone; says whether it was known.
    pub(super) fn forget(&mut self, node: &Key) -> bool {
        self.leave(node);
        let before = self.nodes.remove(&node.wanted());
        let was_known = before.is_some();
        self.count_out(before);
        was_known
    }

    fn count_out(&mut self, before: Option<Known>) {
        let Some(Known { zone, is_ready }) = before else { return };
        let Some(zone) = self.zones.get_mut(&zone) else { return };
        *(if is_ready { &mut zone.ready } else { &mut zone.unready }) -= 1;
    }

    /// A node waits for its taint.
    pub(super) fn wait(&mut self, node: &Key) {
        let known = self.nodes.get(&node.wanted());
        let zone = known.and_then(|known| self.zones.get_mut(&known.zone));
        if let Some(zone) = zone.filter(|zone| !zone.waiting.contains(node)) {
            zone.waiting.push(node.clone());
        }
    }

    /// A node needs no taint any more.
    pub(super) fn leave(&mut self, node: &Key) {
        self.zones.values_mut().for_each(|zone| zone.waiting.retain(|other| other != node));
    }

    /// Judges every zone anew.
    pub(super) fn judge(&mut self, now: SimTime) -> Weather {
        self.zones = std::mem::take(&mut self.zones).into_iter().filter(|(_, zone)| zone.size() > 0).collect();
        let was_dark = self.is_dark();
        let is_dark = !self.zones.is_empty() && self.zones.values().all(|zone| zone.diagnosis() == Health::Dark);
        for zone in self.zones.values_mut() {
            let before = if was_dark { None } else { zone.interval() };
            zone.health = zone.diagnosis();
            let after = if is_dark { None } else { zone.interval() };
            if before != after {
                // A new pace begins with a wait where the old one was waiting.
                let waits = before.is_none() || now < zone.free_at;
                zone.free_at = if waits { now + after.unwrap_or_default() } else { now };
            }
        }
        match (was_dark, is_dark) {
            (false, true) => Weather::Nightfall,
            (true, false) => Weather::Daybreak,
            _ => Weather::Same,
        }
    }

    /// The next node that may have its taint now.
    pub(super) fn take(&mut self, now: SimTime) -> Option<Key> {
        if self.is_dark() {
            return None;
        }
        for zone in self.zones.values_mut().filter(|zone| !zone.waiting.is_empty() && zone.free_at <= now) {
            if let Some(interval) = zone.interval() {
                zone.free_at = now + interval;
                return Some(zone.waiting.remove(0));
            }
        }
        None
    }

    /// When a node that waits may have its taint.
    pub(super) fn next_at(&self) -> Option<SimTime> {
        let moves = self.zones.values().filter(|zone| !zone.waiting.is_empty() && zone.interval().is_some());
        if self.is_dark() { None } else { moves.map(|zone| zone.free_at).min() }
    }

    fn is_dark(&self) -> bool {
        !self.zones.is_empty() && self.zones.values().all(|zone| zone.health == Health::Dark)
    }
}

impl Zone {
    fn size(&self) -> usize {
        self.ready + self.unready
    }

    /// `ComputeZoneState`.
    fn diagnosis(&self) -> Health {
        if self.ready == 0 && self.unready > 0 {
            Health::Dark
        } else if self.unready > 2 && self.unready * 100 >= self.size() * UNHEALTHY_PERCENT {
            Health::Partial
        } else {
            Health::Normal
        }
    }

    /// Between two taints; nothing where there is none (`setLimiterInZone`).
    fn interval(&self) -> Option<Duration> {
        match self.health {
            Health::Partial if self.size() > LARGE => Some(REDUCED_RATE),
            Health::Partial => None,
            _ => Some(RATE),
        }
    }
}
