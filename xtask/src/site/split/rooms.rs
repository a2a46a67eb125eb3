//! Which rooms of the sources the page can begin without. This file is the one place that says so.

use super::graph::Graph;
use anyhow::{Result, bail};

/// The beginnings of paths: of modules, types or functions; a method of a trait is found under its type's path and under its
/// trait's. What begins so is in the second module, with everything that only it uses.
///
/// None of it may be needed to show the page, to let the clock go or to answer `kubectl get nodes`: that would work, but wait for
/// the second module, and `tests/browser/rest.test.mjs` fails. To see who opens a door too early, put `target/site/engine.wasm` and
/// `engine-rest.wasm` in the place of those in `dist`, block the second in the browser and load the page: they have names, and the
/// console shows the stack.
const COLD: &[&str] = &[
    "core::fmt::Debug",
    "core::num::dec2flt::lemire",
    "core::num::dec2flt::slow",
    "core::num::flt2dec",
    "core::unicode",
    "k8s_openapi::v1_36::api",
    "playground::api::date::parse",
    "playground::api::decode",
    "playground::api::defaults::pod_spec",
    "playground::api::defaults::workload",
    "playground::api::event::written_out",
    "playground::api::lint",
    "playground::api::pod",
    "playground::api::pod_status::Report::write_out",
    "playground::api::validate",
    "playground::api::wire",
    "playground::cluster::custom",
    "playground::cluster::events::memory::Subject::go_on",
    "playground::cluster::pod_security",
    "playground::cluster::server::Cluster::delete",
    "playground::cluster::server::Cluster::look_closely",
    "playground::cluster::server::Cluster::prepare_pod",
    "playground::cluster::server::begin_status",
    "playground::cluster::server::copy_status_of",
    "playground::cluster::server::select_own_pods",
    "playground::cluster::services::allocate_among",
    "playground::controllers",
    "playground::controllers::Controllers::work_on_workloads",
    "playground::controllers::node_lifecycle::give_old_labels",
    "playground::editor",
    "playground::export",
    "playground::import",
    "playground::kubectl",
    "playground::kubectl::config::KubeConfig::check",
    "playground::kubectl::get::sort",
    "playground::lessons::Progress::observe",
    "playground::lessons::Progress::replay",
    "playground::lessons::challenge",
    "playground::lessons::course::Course::from_json",
    "playground::lessons::course::Course::merge",
    "playground::lessons::course::Course::to_json",
    "playground::lessons::course::Done::from_value",
    "playground::lessons::format::Reader::deeds",
    "playground::lessons::format::Reader::simulation_block",
    "playground::lessons::format::Reader::solution_block",
    "playground::lessons::format::Reader::wrong_block",
    "playground::lessons::format::deed",
    "playground::lessons::goal::Pods::check",
    "playground::lessons::goal::check_any_object",
    "playground::lessons::goal::check_file",
    "playground::lessons::goal::check_object",
    "playground::lessons::goal::check_rollout",
    "playground::lessons::goal::describe",
    "playground::lessons::goal::difference",
    "playground::lessons::goal::leaves",
    "playground::lessons::library::Library::unpack",
    "playground::lessons::simulation",
    "playground::lessons::vary::Vary::read",
    "playground::map",
    "playground::scenario::typed",
    "playground::session::Session::clone",
    "playground::scenario::Scenario::to_text",
    "playground::scenario::Scenario::with_history",
    "playground::share::decode",
    "playground::share::encode",
    "playground::share::in_sight",
    "playground::share::qr",
    "playground::share::record::write_beside",
    "playground::shell::Shell::chips",
    "playground::shell::Shell::complete",
    "playground::shell::Shell::is_unfinished",
    "playground::shell::Shell::suggest",
    "playground::shell::Shell::whatif",
    "playground::shell::complete",
    "playground::shell::hint",
    "playground::shell::job::Job::run_line",
    "playground::shell::job::Job::run_machine",
    "playground::shell::machine",
    "playground::shell::parse",
    "playground::shell::suggest",
    "playground::shell::tools",
    "playground::session::Action::in_words",
    "playground::sim::simulation::Simulation::fetch",
    "playground::timeline::Timeline::at",
    "playground::timeline::Timeline::catch_up",
    "playground::timeline::Timeline::checkpoint",
    "playground::timeline::Timeline::follow",
    "playground::timeline::Timeline::fork",
    "playground::timeline::Timeline::give_up_undone",
    "playground::timeline::Timeline::redo",
    "playground::timeline::Timeline::relive",
    "playground::timeline::Timeline::rewind",
    "playground::timeline::Timeline::switch",
    "playground::timeline::Timeline::undo",
    "playground::timeline::sentence",
    "playground::ui::app::course",
    "playground::ui::app::App::arrive",
    "playground::ui::app::App::go_back",
    "playground::ui::app::fetch_aside",
    "playground::ui::app::keep",
    "playground::ui::app::kept",
    "playground::ui::app::library",
    "playground::ui::app::set_aside",
    "playground::ui::asked",
    "playground::ui::browser::address_with",
    "playground::ui::browser::dragged",
    "playground::ui::browser::drop_parameters",
    "playground::ui::browser::dropped",
    "playground::ui::browser::read",
    "playground::ui::browser::save_file",
    "playground::ui::components::banner",
    "playground::ui::components::board",
    "playground::ui::components::catalogue",
    "playground::ui::components::dialog",
    "playground::ui::components::editor::code_mirror",
    "playground::ui::components::editor::problems",
    "playground::ui::components::editor::tabs",
    "playground::ui::components::lesson::challenge_bar",
    "playground::ui::components::lesson::free_play",
    "playground::ui::components::lesson::question_card",
    "playground::ui::components::lesson::term_card",
    "playground::ui::components::map::set",
    "playground::ui::components::menu::place",
    "playground::ui::components::node_card::choices",
    "playground::ui::components::map::tray",
    "playground::ui::components::node_card::empty_places",
    "playground::ui::components::pod_chip",
    "playground::ui::components::own",
    "playground::ui::components::palette",
    "playground::ui::components::share",
    "playground::ui::components::side_by_side",
    "playground::ui::components::simulation",
    "playground::ui::components::terminal::copy",
    "playground::ui::components::terminal::entry::error",
    "playground::ui::components::terminal::entry::hint_row",
    "playground::ui::components::terminal::entry::linked",
    "playground::ui::components::terminal::line::chips",
    "playground::ui::components::terminal::line::recalled",
    "playground::ui::components::terminal::offer::offered",
    "playground::ui::components::terminal::offer::tab",
    "playground::ui::components::timeline::looking_back",
    "playground::ui::components::timeline::others",
    "playground::ui::components::timeline::told",
    "playground::ui::components::top_bar::places",
    "playground::ui::components::top_bar::settings",
    "playground::ui::components::why",
    "playground::ui::keys",
    "playground::ui::outside",
    "playground::ui::paper",
    "playground::ui::shelf::change",
    "playground::ui::shelf::put_aside",
    "playground::ui::shelf::works",
    "playground::ui::state::State::about_pods",
    "playground::ui::state::State::answer_to",
    "playground::ui::state::State::ask",
    "playground::ui::state::State::ask_the_past",
    "playground::ui::state::State::beside",
    "playground::ui::state::State::challenge_view",
    "playground::ui::state::State::deeds",
    "playground::ui::state::State::do_at_desk",
    "playground::ui::state::State::end_opening",
    "playground::ui::state::State::fall_behind",
    "playground::ui::state::State::film_frame",
    "playground::ui::state::State::end_film",
    "playground::ui::state::State::go_on_opening",
    "playground::ui::state::State::keep_others",
    "playground::ui::state::State::names",
    "playground::ui::state::State::note_copied",
    "playground::ui::state::State::opened",
    "playground::ui::state::State::opening",
    "playground::ui::state::State::place_of",
    "playground::ui::state::State::play_file",
    "playground::ui::state::State::recalled",
    "playground::ui::state::State::relive",
    "playground::ui::state::State::describe",
    "playground::ui::state::State::settle_on",
    "playground::ui::state::State::start_over",
    "playground::ui::state::State::stop_opening",
    "playground::ui::state::State::study",
    "playground::ui::state::State::take_file",
    "playground::ui::state::State::take_over",
    "playground::ui::state::State::transcript",
    "playground::ui::state::State::try_aside",
    "playground::ui::state::State::update_course",
    "playground::ui::state::State::update_links",
    "playground::ui::state::State::update_own",
    "playground::ui::state::State::update_time",
    "playground::ui::state::State::visited",
    "playground::ui::state::State::wait",
    "playground::ui::state::say",
    "playground::ui::view::news",
    "playground::ui::words::speak",
    "playground::ui::state::State::reveal",
    "playground::ui::state::State::wish",
    "playground::ui::state::map",
    "playground::ui::view::board",
    "playground::whatif",
    "playground::why",
    "serde_json::de",
    "serde_json::error",
    "serde_json::read",
    "serde_json::ser",
    "std::io::error",
    "zmij",
];

/// The same for what is in the first module all the same: the longer beginning counts.
const BUT_FOR: &[&str] = &[
    "k8s_openapi::v1_36::api::core::v1::daemon_endpoint",
    "k8s_openapi::v1_36::api::core::v1::event*",
    "k8s_openapi::v1_36::api::core::v1::namespace*",
    "k8s_openapi::v1_36::api::core::v1::node*",
    "k8s_openapi::v1_36::api::core::v1::object_reference",
    "k8s_openapi::v1_36::api::core::v1::taint",
    "k8s_openapi::v1_36::api::scheduling",
    "k8s_openapi::v1_36::apimachinery",
    "playground::api::pod::Pod::is_ready",
    "playground::api::validate::names",
    "playground::api::wire::Wire::write",
    "playground::api::wire::scalars::List",
    "playground::api::wire::scalars::write_list",
    "playground::api::wire::to_value",
    "playground::api::wire::write_fields",
    "playground::cluster::pod_security::wrong_labels",
    "playground::controllers::Controllers",
    "playground::controllers::Work",
    "playground::controllers::daemon::ledger::is_alike",
    "playground::controllers::endpoints::Endpoints::concerns",
    "playground::controllers::kubelet::Kubelets",
    "playground::controllers::kubelet::machine",
    "playground::controllers::kubelet::named",
    "playground::controllers::namespace::fill",
    "playground::controllers::node_lifecycle",
    "playground::controllers::owner",
    "playground::controllers::pod_gc::is_out_of_service",
    "playground::controllers::scheduler::Scheduler",
    "playground::controllers::scheduler::nodes::Nodes",
    "playground::controllers::taint_eviction::no_execute",
    "playground::controllers::workloads::Workloads::observe",
    "playground::kubectl::config::KubeConfig",
    "playground::kubectl::args",
    "playground::kubectl::columns::age",
    "playground::kubectl::columns::column*",
    "playground::kubectl::columns::node*",
    "playground::kubectl::columns::none",
    "playground::kubectl::columns::since",
    "playground::kubectl::columns::text",
    "playground::kubectl::error",
    "playground::kubectl::get",
    "playground::kubectl::in_order",
    "playground::kubectl::output",
    "playground::kubectl::print::Format",
    "playground::kubectl::resource",
    "playground::kubectl::run",
    "playground::kubectl::sort_places",
    "playground::kubectl::table",
    "playground::map::natural",
];

/// Which functions of the graph belong to the cold rooms.
///
/// # Errors
/// A room that has none: it has another name now, or the compiler has put it into its callers.
pub(super) fn cold(graph: &Graph) -> Result<Vec<bool>> {
    cold_of(graph.functions.iter().map(|function| function.name.as_str()), COLD, BUT_FOR)
}

fn cold_of<'a>(functions: impl Iterator<Item = &'a str>, cold: &[&str], but_for: &[&str]) -> Result<Vec<bool>> {
    let mut found = vec![false; cold.len()];
    let is_cold = functions.map(|name| {
        let paths = paths(name);
        let longest = |rooms: &[&str]| {
            let found = rooms.iter().enumerate().filter(|(_, room)| paths.iter().any(|path| begins_with(path, room)));
            found.max_by_key(|(_, room)| room.len()).map(|(index, room)| (room.len(), index))
        };
        let Some((length, index)) = longest(cold) else { return false };
        found[index] = true;
        longest(but_for).is_none_or(|(other, _)| other < length)
    });
    let is_cold = is_cold.collect();
    let missing: Vec<&str> = cold.iter().zip(found).filter(|(_, found)| !found).map(|(room, _)| *room).collect();
    if !missing.is_empty() {
        bail!(
            "no function's path begins with {} (xtask/src/site/split/rooms.rs): it has another name now, or the compiler has put \
             it into its callers; then its door wants `#[inline(never)]`",
            missing.join(", ")
        );
    }
    Ok(is_cold)
}

/// `a::b` begins with `a` and with `a::b`; `a::bc` does not begin with `a::b`, but with `a::b*`.
fn begins_with(path: &str, room: &str) -> bool {
    let in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    match room.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path.strip_prefix(room).is_some_and(|rest| !rest.starts_with(in_word)),
    }
}

/// The paths under which a function may be looked for: its own, with its type's in place of `<type>`; and its trait's. What is
/// done to an optional thing is done to the thing.
fn paths(mangled: &str) -> Vec<String> {
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    let Some((of, method)) = name.strip_prefix('<').and_then(end_of_brackets) else { return vec![name] };
    let bare = |kind: &str| {
        let kind = kind.trim_start_matches(['&', '(', '[']).trim_start_matches("mut ").trim_start_matches("dyn ");
        kind.strip_prefix("core::option::Option<").unwrap_or(kind).to_owned()
    };
    match of.split_once(" as ") {
        Some((of, its)) => vec![bare(of) + method, its.to_owned() + method],
        None => vec![bare(of) + method],
    }
}

/// Takes `a<b>>::c` apart: `a<b>` and `::c`.
fn end_of_brackets(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' if text[..at].ends_with('-') => {}
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::cold_of;

    #[test]
    fn the_longest_beginning_counts() {
        let check = |name: &str, expected: bool| {
            let (cold, but_for) = (["a", "wire::Fields", "a::b::c::Type::late"], ["a::b", "other::node*"]);
            let found = ["a", "wire::Fields", "a::b::c::Type::late"];
            let is_cold = cold_of(found.into_iter().chain([name]), &cold, &but_for).unwrap();
            assert_eq!(*is_cold.last().unwrap(), expected, "{name}");
        };
        check("a::x", true);
        check("ab::x", false);
        check("a::b", false);
        check("a::b::{closure#0}", false);
        check("a::bc", true);
        check("<a::Type>::new", true);
        check("<a::Type as core::clone::Clone>::clone", true);
        check("<&mut a::Type as core::clone::Clone>::clone", true);
        check("<core::option::Option<a::Type> as core::clone::Clone>::clone", true);
        check("core::ptr::drop_in_place::<a::Type>", false);
        check("<a::b::c::Type>::early", false);
        check("<a::b::c::Type>::late", true);
        check("<a::b::Type as wire::Fields>::each", true);
        check("<fn(a::Type) -> u8 as core::clone::Clone>::clone", false);
        check("<other::node_status::NodeStatus as core::clone::Clone>::clone", false);
    }

    #[test]
    fn a_room_that_is_gone_is_an_error() {
        let error = cold_of(["a::x", "b::y"].into_iter(), &["a", "c", "d"], &["a::z"]).unwrap_err().to_string();
        assert!(error.contains("with c, d (xtask/src/site/split/rooms.rs)"), "{error}");
    }
}
