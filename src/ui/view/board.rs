//! The map with all that is on it, in the ways in which somebody wants to see it.

use std::fmt::Write as _;
use std::rc::Rc;

use yew::AttrValue;

use super::{Card, MANY, MapView, NodeView, PodTone, PodView, Revision, SetView, next_name, node_view, text};
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{DaemonSet, Kind, Pod, Resource};
use crate::cluster::Store;
use crate::kubectl::{node_cells, pod_health};
use crate::map::{self, Chart, Grouping, Kinds, Look, Order, Place, Revisions, Seat};
use crate::sim::SimTime;
use crate::ui::words::{fill, later, t};

/// So many cards are drawn at first, and that many more each time somebody wants more.
const CARDS: usize = 120;
/// So many rows of the table stand on a page.
const ROWS: usize = 50;
/// So many pods without a node are shown.
const WAITING: usize = 24;
/// So many nodes are remembered as they were drawn.
const MOST_VIEWS: usize = 2_000;
/// With so many DaemonSets the places that they leave empty are not shown any more.
const MANY_SETS: usize = 3;

/// How the nodes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Mode {
    /// A card for each.
    Cards,
    /// A cell for each.
    Cells,
    /// A row for each.
    Table,
}

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Column {
    Name,
    Status,
    Roles,
    Age,
    Version,
    Pods,
}

impl Column {
    /// All of them, with their heads: those of `kubectl get nodes`, and the pods as far in front that a phone shows them.
    pub(in crate::ui) const ALL: [(Column, &'static str); 6] = [
        (Column::Name, later("Name")),
        (Column::Status, later("Status")),
        (Column::Pods, later("Pods")),
        (Column::Roles, later("Roles")),
        (Column::Age, later("Age")),
        (Column::Version, later("Version")),
    ];
}

/// What a person can want of the map.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum Wish {
    /// The nodes drawn so.
    Mode(Mode),
    /// In groups: empty for none, `state`, or a label's key.
    Group(AttrValue),
    /// Those alone that this selector selects.
    Filter(AttrValue),
    /// About this DaemonSet; empty for all.
    Set(AttrValue),
    /// The bar with all this shown, or not.
    Bar(bool),
    /// The legend shown, or not.
    Legend(bool),
    /// The card of the node with this number beside the cells, or none.
    Open(Option<u32>),
    /// The table sorted by this column; the other way round if it is already.
    Sort(Column),
    /// This page of the table, from 0.
    Page(usize),
    /// More cards.
    More,
    /// The size of cells; 0 for what fits.
    Zoom(u32),
}

/// What a person chose.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct Choices {
    /// With few nodes, and with many.
    modes: [Option<Mode>; 2],
    /// See [`Wish::Group`].
    pub(in crate::ui) group: AttrValue,
    /// See [`Wish::Filter`].
    pub(in crate::ui) filter: AttrValue,
    /// See [`Wish::Set`].
    pub(in crate::ui) set: AttrValue,
    /// Whether the bar is shown.
    pub(in crate::ui) bar: bool,
    /// Whether the legend is.
    pub(in crate::ui) legend: bool,
    /// See [`Wish::Zoom`].
    pub(in crate::ui) zoom: u32,
    /// See [`Wish::Sort`]; whether it is upside down.
    pub(in crate::ui) sort: (Column, bool),
    page: usize,
    most: usize,
    open: Option<u32>,
}

/// What is remembered from one drawing to the next.
#[derive(Debug)]
pub(in crate::ui) struct Memory {
    chart: Chart,
    order: Order,
    choices: Choices,
    /// The nodes that were looked at, by number, as of their last change.
    views: SortedMap<u32, (u64, Rc<NodeView>)>,
    /// What the next node would be called, and since when.
    next: (u64, AttrValue),
}

/// The ways to look at the map, and what is seen in the present one.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct Board {
    /// How the nodes are drawn.
    pub(in crate::ui) mode: Mode,
    /// What the person chose.
    pub(in crate::ui) choices: Choices,
    /// What is wrong with the filter.
    pub(in crate::ui) error: Option<AttrValue>,
    /// The keys of labels.
    pub(in crate::ui) keys: Rc<[AttrValue]>,
    /// How many nodes the filter lets through.
    pub(in crate::ui) shown: usize,
    /// How many of them have no card yet.
    pub(in crate::ui) hidden: usize,
    /// The groups of cells.
    pub(in crate::ui) groups: Vec<GroupView>,
    /// The numbers of the nodes, in the order of the cells.
    pub(in crate::ui) ids: Vec<u32>,
    /// Two bytes for each: the seat; then the hue, and whether the node is not ready (8), cordoned (16).
    pub(in crate::ui) cells: Vec<u8>,
    /// What the cells mean.
    pub(in crate::ui) legend: Vec<LegendView>,
    /// A page of the table.
    pub(in crate::ui) rows: Vec<Rc<RowView>>,
    /// The place of its first row, from 0.
    pub(in crate::ui) first_row: usize,
    /// The page, from 0, and how many there are.
    pub(in crate::ui) page: (usize, usize),
    /// The node whose card is open beside the cells.
    pub(in crate::ui) open: Option<Rc<NodeView>>,
}

/// A group of nodes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct GroupView {
    /// What they have in common; empty for all nodes.
    pub(in crate::ui) title: AttrValue,
    /// How many are ready, of how many.
    pub(in crate::ui) note: AttrValue,
    /// How many there are.
    pub(in crate::ui) count: usize,
}

/// A line of the legend.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct LegendView {
    /// As in [`Board::cells`].
    pub(in crate::ui) cell: [u8; 2],
    /// What it means.
    pub(in crate::ui) words: AttrValue,
    /// How many there are.
    pub(in crate::ui) count: usize,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct RowView {
    /// What `kubectl get nodes` prints of it.
    pub(in crate::ui) cells: Vec<AttrValue>,
    /// The rest.
    pub(in crate::ui) node: Rc<NodeView>,
}

/// Everything on the map, without a choice: the first cards.
#[inline(never)]
pub(in crate::ui) fn whole(store: &Store) -> MapView {
    Memory::new("").view(store, SimTime::default(), false)
}

impl Memory {
    /// With the choices that [`Memory::kept`] wrote down.
    pub(in crate::ui) fn new(kept: &str) -> Memory {
        Memory {
            chart: Chart::default(),
            order: Order::default(),
            choices: Choices::read(kept),
            views: SortedMap::new(),
            next: (u64::MAX, AttrValue::default()),
        }
    }

    /// The choices that are to be remembered. A filter is not: it would hide nodes of another cluster.
    pub(in crate::ui) fn kept(&self) -> String {
        self.choices.kept()
    }

    /// Takes a wish in. Says whether it is one to be remembered.
    pub(in crate::ui) fn wish(&mut self, wish: Wish) -> bool {
        let choices = &mut self.choices;
        let is_kept = !matches!(wish, Wish::Filter(_) | Wish::Sort(_) | Wish::Page(_) | Wish::More | Wish::Open(_));
        match wish {
            Wish::Mode(mode) => choices.modes[usize::from(self.chart.places().len() >= MANY)] = Some(mode),
            Wish::Group(group) => choices.group = group,
            Wish::Set(set) => choices.set = set,
            Wish::Bar(bar) => {
                choices.bar = bar;
                if !bar {
                    // What cannot be seen must not hide anything.
                    choices.filter = AttrValue::default();
                }
            }
            Wish::Legend(legend) => choices.legend = legend,
            Wish::Zoom(zoom) => choices.zoom = zoom,
            Wish::Filter(filter) => (choices.filter, choices.page) = (filter, 0),
            Wish::Sort(column) => choices.sort = (column, choices.sort == (column, false)),
            Wish::Page(page) => choices.page = page,
            Wish::More => choices.most += CARDS,
            Wish::Open(open) => choices.open = open,
        }
        is_kept
    }

    /// Opens the card of the node that this is the name of, or of a pod on it.
    pub(in crate::ui) fn reveal(&mut self, name: &str) {
        let is_it = |place: &&Place| place.node.name() == name || place.pods.iter().any(|pod| pod.name() == name);
        self.choices.open = self.chart.places().iter().find(is_it).map(|place| place.id);
    }

    /// The map as it is now; `with_board` once it can be drawn.
    pub(in crate::ui) fn view(&mut self, store: &Store, now: SimTime, with_board: bool) -> MapView {
        self.chart.update(store);
        let (look, error) = self.look(with_board);
        self.order = self.chart.arrange(&look);
        let few = self.chart.places().len() < MANY;
        let mode = if with_board { self.choices.modes[usize::from(!few)] } else { Some(Mode::Cards) };
        let mode = mode.unwrap_or(if few { Mode::Cards } else { Mode::Cells });
        let most = if with_board { self.choices.most } else { MANY };
        let cards = if mode == Mode::Cards { self.cards(most) } else { vec![] };
        // Counting goes through all of them: once.
        let pods = store.count(Kind::Pod);
        let (waiting, count) = self.chart.waiting(store, pods, WAITING);
        let revisions = self.chart.revisions();
        let view = MapView {
            nodes: self.chart.places().len(),
            pods,
            waiting_more: count - waiting.len(),
            waiting: waiting.into_iter().map(|pod| Rc::new(pod_view(pod, revisions))).collect(),
            sets: store.list::<DaemonSet>().map(|ds| set_view(ds, revisions)).collect(),
            next_node: self.next_node(),
            board: None,
            cards,
        };
        if !with_board {
            return view;
        }
        let board = self.board(mode, error, now, &view.cards);
        MapView { board: Some(Rc::new(board)), ..view }
    }

    /// What a cell tells: the node, its labels, its pods with their states; a line each.
    pub(in crate::ui) fn describe(&self, id: u32) -> String {
        let Some(place) = self.chart.find(id) else { return String::new() };
        let node = self.node(place);
        let mut words = node.name.to_string();
        let status = node_cells(&place.node, SimTime::default().timestamp());
        let _ = write!(words, "\n{}", status.get(1).map_or("", String::as_str));
        for pod in &node.pods {
            let revision = pod.revision.as_ref().map(|revision| format!(", {}", revision.label)).unwrap_or_default();
            let _ = write!(words, "\n{}: {}{revision}", pod.name, pod.status);
        }
        for set in &node.empty {
            let _ = write!(words, "\n{}", fill("no {0}", &[set]));
        }
        for label in
            node.taints.iter().map(|taint| format!("taint {taint}")).chain(node.labels.iter().map(AttrValue::to_string))
        {
            let _ = write!(words, "\n{label}");
        }
        words
    }

    /// The node with this number, and the DaemonSet that has no pod there, if it is one that is looked at.
    pub(in crate::ui) fn empty_place(&self, id: u32) -> Option<(AttrValue, AttrValue)> {
        let place = self.chart.find(id)?;
        let mut sets = self.chart.sets();
        let set = if self.choices.set.is_empty() {
            sets.next().filter(|_| sets.next().is_none())
        } else {
            Some(&*self.choices.set)
        };
        let set = set?;
        let seat = place.seat_of(self.chart.set(set)?)?;
        (!seat.has_pod()).then(|| (text(place.node.name()), text(set)))
    }

    fn look(&self, with_board: bool) -> (Look, Option<AttrValue>) {
        if !with_board {
            return (Look::default(), None);
        }
        let choices = &self.choices;
        let (filter, error) = match Selector::parse(&choices.filter) {
            _ if choices.filter.trim().is_empty() => (None, None),
            Ok(filter) => (Some(filter), None),
            Err(error) => (None, Some(error.into())),
        };
        let grouping = match &*choices.group {
            "" => Grouping::None,
            "state" => Grouping::State,
            key => Grouping::Label(key.to_owned()),
        };
        (Look { grouping, filter, set: Some(choices.set.to_string()).filter(|set| !set.is_empty()) }, error)
    }

    /// A node as its card shows it; made anew only if something of it changed.
    fn view_of(&mut self, number: u32) -> Rc<NodeView> {
        let place = &self.chart.places()[number as usize];
        match self.views.get(&place.id) {
            Some((changed, view)) if *changed == place.changed => view.clone(),
            _ => {
                let (id, changed, view) = (place.id, place.changed, Rc::new(self.node(place)));
                if self.views.len() > MOST_VIEWS {
                    self.views = SortedMap::new();
                }
                self.views.insert(id, (changed, view.clone()));
                view
            }
        }
    }

    fn node(&self, place: &Place) -> NodeView {
        let bound = || place.pods.iter().filter(|pod| pod.is_bound());
        let pods: Vec<Rc<PodView>> = bound().map(|pod| Rc::new(pod_view(pod, self.chart.revisions()))).collect();
        let running: Vec<&Pod> =
            bound().zip(&pods).filter(|(_, view)| view.tone != PodTone::Done).map(|(pod, _)| &**pod).collect();
        let sets: Vec<&str> = self.chart.sets().collect();
        let is_empty = |set: &usize| place.seat_of(*set).is_some_and(|seat| !seat.has_pod());
        let empty = if sets.len() < MANY_SETS {
            (0..sets.len()).filter(is_empty).map(|set| text(sets[set])).collect()
        } else {
            vec![]
        };
        NodeView { empty, ..node_view(&place.node, &running, pods) }
    }

    fn cards(&mut self, most: usize) -> Vec<Card> {
        let mut cards = vec![];
        let mut at = 0;
        let groups: Vec<GroupView> = self.groups();
        for group in groups {
            if at >= most {
                break;
            }
            let end = at + group.count;
            if !group.title.is_empty() {
                cards.push(Card::Group(group));
            }
            for at in at..end.min(most) {
                let view = self.view_of(self.order.places[at]);
                cards.push(Card::Node(view));
            }
            at = end;
        }
        cards
    }

    fn groups(&self) -> Vec<GroupView> {
        let key = self.choices.group.as_str();
        self.order
            .groups
            .iter()
            .map(|group| GroupView {
                title: match &group.kind {
                    Kinds::All => AttrValue::default(),
                    Kinds::Value(value) if key == map::ZONE && value.contains("zone") => text(value),
                    Kinds::Value(value) if key == map::ZONE => fill("zone {0}", &[value]).into(),
                    Kinds::Value(value) => format!("{key}={value}").into(),
                    Kinds::Without if key == map::ZONE => t("no zone").into(),
                    Kinds::Without => fill("no {0}", &[&key]).into(),
                    Kinds::NotReady => t("Node not ready").into(),
                    Kinds::Seat(seat) => seat_words(*seat).into(),
                },
                note: match &group.kind {
                    Kinds::Seat(_) | Kinds::NotReady => group.count.to_string().into(),
                    _ => fill("{0} of {1} ready", &[&group.ready, &group.wanted]).into(),
                },
                count: group.count,
            })
            .collect()
    }

    fn board(&mut self, mode: Mode, error: Option<AttrValue>, now: SimTime, cards: &[Card]) -> Board {
        let shown = self.order.places.len();
        let drawn = cards.iter().filter_map(Card::node).count();
        let cells = mode == Mode::Cells;
        let (rows, first_row, page) = if mode == Mode::Cards { (vec![], 0, (0, 1)) } else { self.rows(now) };
        let number_of = |id: u32| self.chart.places().iter().position(|place| place.id == id);
        let open = self.choices.open.filter(|_| cells).and_then(number_of);
        Board {
            mode,
            error,
            keys: self.chart.label_keys().iter().map(|key| AttrValue::from(key.clone())).collect(),
            shown,
            hidden: if mode == Mode::Cards { shown - drawn } else { 0 },
            groups: if cells { self.groups() } else { vec![] },
            ids: if cells {
                self.order.places.iter().map(|&number| self.chart.places()[number as usize].id).collect()
            } else {
                vec![]
            },
            cells: if cells { self.order.cells.iter().flat_map(|cell| code(*cell)).collect() } else { vec![] },
            legend: if cells { self.legend() } else { vec![] },
            open: open.map(|number| self.view_of(number as u32)),
            rows,
            first_row,
            page,
            choices: self.choices.clone(),
        }
    }

    fn legend(&self) -> Vec<LegendView> {
        let mut legend: Vec<LegendView> = vec![];
        for (seat, revision, count) in self.order.kinds() {
            let cell = code(map::Cell { seat, revision, is_ready: true, is_cordoned: false });
            let words = match revision {
                Some(revision) => format!("{}, r{revision}", seat_words(seat)).into(),
                None => seat_words(seat).into(),
            };
            legend.push(LegendView { cell, words, count });
        }
        let nodes = [
            (self.order.cells.iter().filter(|cell| !cell.is_ready).count(), 8, t("Node not ready")),
            (self.order.cells.iter().filter(|cell| cell.is_cordoned).count(), 16, t("Cordoned")),
        ];
        for (count, flag, words) in nodes.into_iter().filter(|(count, ..)| *count > 0) {
            legend.push(LegendView { cell: [Seat::Free as u8, NO_HUE | flag], words: words.into(), count });
        }
        legend
    }

    /// The page of the table: its rows, the place of the first, which page of how many.
    fn rows(&mut self, now: SimTime) -> (Vec<Rc<RowView>>, usize, (usize, usize)) {
        let sorted = self.sorted();
        let pages = sorted.len().div_ceil(ROWS).max(1);
        let page = self.choices.page.min(pages - 1);
        let first = page * ROWS;
        let rows = sorted.into_iter().skip(first).take(ROWS).map(|number| {
            let node = self.view_of(number);
            let cells = node_cells(&self.chart.places()[number as usize].node, now.timestamp())
                .into_iter()
                .take(5)
                .map(AttrValue::from)
                .collect();
            Rc::new(RowView { cells, node })
        });
        (rows.collect(), first, (page, pages))
    }

    fn sorted(&self) -> Vec<u32> {
        let (column, upside_down) = self.choices.sort;
        let mut sorted: Vec<(u32, u32)> = (0..).zip(self.order.places.iter().copied()).collect();
        let place = |number: u32| &self.chart.places()[number as usize];
        let cell = |at: u32| self.order.cells[at as usize];
        match column {
            Column::Name if self.choices.group.is_empty() => {}
            Column::Name => sorted.sort_by(|one, other| map::natural(place(one.1).node.name(), place(other.1).node.name())),
            Column::Status => sorted.sort_by_key(|&(at, _)| (cell(at).is_ready, !cell(at).is_cordoned)),
            Column::Roles => sorted.sort_by_cached_key(|&(_, number)| {
                node_cells(&place(number).node, SimTime::default().timestamp()).swap_remove(2)
            }),
            // The youngest first, as the numbers say.
            Column::Age => sorted.sort_by_key(|&(_, number)| {
                std::cmp::Reverse(place(number).node.metadata.creation_timestamp.as_ref().map(|time| time.0))
            }),
            Column::Version => sorted.sort_by(|one, other| version(place(one.1)).cmp(version(place(other.1)))),
            Column::Pods => sorted.sort_by_key(|&(at, number)| (cell(at).seat, place(number).pods.len())),
        }
        if upside_down {
            sorted.reverse();
        }
        sorted.into_iter().map(|(_, number)| number).collect()
    }

    /// Looked for again only if there are more or fewer nodes.
    fn next_node(&mut self) -> AttrValue {
        if self.next.0 != self.chart.moved_at() {
            self.next = (self.chart.moved_at(), next_name(self.chart.places().iter().map(|place| place.node.name())));
        }
        self.next.1.clone()
    }
}

impl Choices {
    fn read(kept: &str) -> Choices {
        let mut choices = Choices {
            modes: [None, None],
            group: AttrValue::default(),
            filter: AttrValue::default(),
            set: AttrValue::default(),
            bar: false,
            legend: true,
            zoom: 0,
            sort: (Column::Name, false),
            page: 0,
            most: CARDS,
            open: None,
        };
        for (name, value) in kept.lines().filter_map(|line| line.split_once(' ')) {
            match name {
                "few" => choices.modes[0] = mode(value),
                "many" => choices.modes[1] = mode(value),
                "group" => choices.group = text(value),
                "set" => choices.set = text(value),
                "bar" => choices.bar = value == "on",
                "legend" => choices.legend = value == "on",
                "zoom" => choices.zoom = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        choices
    }

    /// A line for each: its name and its value.
    fn kept(&self) -> String {
        let on = |on: bool| if on { "on" } else { "off" };
        let mut kept = format!(
            "bar {}\nlegend {}\nzoom {}\ngroup {}\nset {}\n",
            on(self.bar),
            on(self.legend),
            self.zoom,
            self.group,
            self.set
        );
        for (name, mode) in ["few", "many"].into_iter().zip(self.modes) {
            if let Some(mode) = mode {
                let _ = writeln!(kept, "{name} {}", mode_name(mode));
            }
        }
        kept
    }
}

const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Cards => "cards",
        Mode::Cells => "cells",
        Mode::Table => "table",
    }
}

fn mode(name: &str) -> Option<Mode> {
    [Mode::Cards, Mode::Cells, Mode::Table].into_iter().find(|mode| mode_name(*mode) == name)
}

fn seat_words(seat: Seat) -> &'static str {
    match seat {
        Seat::Failing => t("Failing"),
        Seat::Missing => t("Missing"),
        Seat::Waiting => t("Waiting for the scheduler"),
        Seat::Misscheduled => t("Misscheduled"),
        Seat::Unready => t("Runs, not ready"),
        Seat::Stopping => t("Stopping"),
        Seat::Starting => t("Starting"),
        Seat::Ready => t("Ready"),
        Seat::Free => t("No pod wanted"),
    }
}

/// Of a cell that has no revision's colour.
const NO_HUE: u8 = 6;

/// See [`Board::cells`].
fn code(cell: map::Cell) -> [u8; 2] {
    let hue = cell.revision.map_or(NO_HUE, hue);
    [cell.seat as u8, hue | if cell.is_ready { 0 } else { 8 } | if cell.is_cordoned { 16 } else { 0 }]
}

/// Which of the six colours.
fn hue(revision: i64) -> u8 {
    (revision.max(1) - 1).rem_euclid(6) as u8
}

fn version(place: &Place) -> &str {
    let info = place.node.status.as_ref().and_then(|status| status.node_info.as_ref());
    info.map_or("", |info| &info.kubelet_version)
}

fn pod_view(pod: &Pod, revisions: &Revisions) -> PodView {
    let health = pod_health(pod);
    let template = revisions.of_pod(pod);
    let known = template.and_then(|(_, known)| known);
    PodView {
        name: text(pod.name()),
        namespace: Some(pod.namespace()).filter(|&namespace| namespace != "default").map(text),
        tone: map::tone(pod, &health.reason),
        status: health.reason.into(),
        ready: format!("{}/{}", health.ready, health.containers).into(),
        restarts: health.restarts,
        revision: template.map(|(hash, known)| match known {
            Some(known) => Revision { label: format!("r{}", known.number).into(), hue: hue(known.number) },
            None => Revision {
                label: text(&hash[..hash.len().min(4)]),
                hue: hash.bytes().fold(0, |sum, byte| (sum + byte % 6) % 6),
            },
        }),
        outdated: known.is_some_and(|known| !known.newest),
    }
}

fn set_view(ds: &DaemonSet, revisions: &Revisions) -> SetView {
    let status = ds.status.as_ref();
    SetView {
        name: map::name_of(ds).into(),
        desired: status.map_or(0, |status| status.desired_number_scheduled),
        ready: status.map_or(0, |status| status.number_ready),
        updated: status.and_then(|status| status.updated_number_scheduled).unwrap_or(0),
        misscheduled: status.map_or(0, |status| status.number_misscheduled),
        revision: revisions.newest(ds.uid()),
    }
}
