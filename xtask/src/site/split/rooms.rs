//! Which rooms of the sources a page can begin without. This file is the one place that says so.

use super::graph::Graph;
use anyhow::{Result, bail};

/// The beginning of paths: of modules, types or functions. What is below one of them is in the second module, with everything
/// that only they use.
///
/// None of it may be needed to show the page, to let the clock go or to answer `kubectl get nodes`: that would work, but wait for
/// the second module (`tests/browser/rest.test.mjs` sees it). A room that is not found has another name now, or the compiler has
/// put it into its callers: then its door wants `#[inline(never)]`.
const COLD: &[&str] = &[
    "core::fmt::Debug",
    "core::num::dec2flt",
    "core::num::flt2dec",
    "k8s_openapi::v1_36::api::core::v1::container",
    "k8s_openapi::v1_36::api::core::v1::pod_spec",
    "k8s_openapi::v1_36::api::core::v1::pod_status",
    "k8s_openapi::v1_36::api::core::v1::volume",
    "playground::api::date",
    "playground::api::decode",
    "playground::api::defaults::pod_spec",
    "playground::api::lint",
    "playground::api::validate::container",
    "playground::api::validate::daemon_set",
    "playground::api::validate::pod_spec",
    "playground::api::validate::volume",
    "playground::api::validate::warnings",
    "playground::api::wire",
    "playground::controllers::daemon::Controller>::dismiss_ended",
    "playground::controllers::daemon::Controller>::sync_nodes",
    "playground::controllers::daemon::history",
    "playground::controllers::daemon::manage",
    "playground::controllers::daemon::rolling_update",
    "playground::controllers::daemon::status",
    "playground::controllers::garbage_collector",
    "playground::controllers::kubelet::agent",
    "playground::controllers::kubelet::image",
    "playground::controllers::kubelet::status",
    "playground::controllers::scheduler::explain",
    "playground::controllers::scheduler::filters",
    "playground::kubectl::apply",
    "playground::kubectl::columns::pod_health",
    "playground::kubectl::cordon",
    "playground::kubectl::delete",
    "playground::kubectl::describe",
    "playground::kubectl::events",
    "playground::kubectl::help",
    "playground::kubectl::jsonpath",
    "playground::kubectl::label",
    "playground::kubectl::manifests",
    "playground::kubectl::misc",
    "playground::kubectl::patch",
    "playground::kubectl::patch_verb",
    "playground::kubectl::print::objects",
    "playground::kubectl::process",
    "playground::kubectl::rollout",
    "playground::kubectl::run_verb",
    "playground::kubectl::set",
    "playground::kubectl::taint",
    "playground::kubectl::wire",
    "playground::lessons::goal::describe",
    "playground::lessons::goal::difference",
    "playground::lessons::goal::leaves",
    "playground::share::decode",
    "playground::share::encode",
    "playground::shell::complete",
    "playground::shell::pattern",
    "playground::shell::tools",
    "playground::timeline::Timeline>::at",
    "playground::timeline::Timeline>::fork",
    "playground::ui::components::pod_chip",
    "playground::ui::components::share",
    "serde_json::de",
    "serde_json::read",
];

/// Which functions of the graph belong to those rooms.
///
/// # Errors
/// A room that has none.
pub(super) fn cold(graph: &Graph) -> Result<Vec<bool>> {
    cold_of(graph, COLD)
}

fn cold_of(graph: &Graph, rooms: &[&str]) -> Result<Vec<bool>> {
    let mut found = vec![false; rooms.len()];
    let mut cold = vec![false; graph.functions.len()];
    for (function, cold) in graph.functions.iter().zip(&mut cold) {
        let path = path(&function.name);
        for (room, found) in rooms.iter().zip(&mut found) {
            if is_below(&path, room) {
                (*cold, *found) = (true, true);
            }
        }
    }
    let missing: Vec<&str> = rooms.iter().zip(found).filter(|(_, found)| !found).map(|(room, _)| *room).collect();
    if !missing.is_empty() {
        bail!(
            "no function's path begins with {} (xtask/src/site/split/rooms.rs): it has another name now, or the compiler has put \
             it into its callers; then its door wants `#[inline(never)]`",
            missing.join(", ")
        );
    }
    Ok(cold)
}

/// A function's path in the sources: of a method the path of its type.
fn path(mangled: &str) -> String {
    let path = format!("{:#}", rustc_demangle::demangle(mangled));
    path.trim_start_matches(['<', '&', '(', '[']).trim_start_matches("mut ").trim_start_matches("dyn ").to_owned()
}

/// `a::b` is below `a` and `a::b`, but `a::bc` is not below `a::b`.
fn is_below(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}
