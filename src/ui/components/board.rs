//! The ways to look at the map: how nodes are drawn, in which groups, which of them; the cells, their legend, and the table.

use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, InputEvent, KeyboardEvent};
use yew::{
    AttrValue, Callback, Html, Properties, TargetCast, function_component, html, use_effect_with, use_mut_ref, use_node_ref,
    use_state,
};

use super::Icon;
use super::controls::{all, class, hue, say, when};
use super::map::{MapPanelProps, names};
use super::node_card::NodeCard;
use crate::map::ZONE;
use crate::ui::browser;
use crate::ui::state::Message;
use crate::ui::view::{Board, Column, GroupView, LegendView, MapView, Mode, NodeView, PodView, RowView, Wish};
use crate::ui::words::{count, fill, t};

/// In the head of the panel: cards, cells or table, and whether the bar is shown.
#[inline(never)]
pub(super) fn tools(board: &Rc<Board>, send: &Callback<Message>) -> Html {
    let modes = [
        (Mode::Cards, Icon::Cluster, t("Cards")),
        (Mode::Cells, Icon::Cells, t("Cells")),
        (Mode::Table, Icon::Rows, t("Table")),
    ];
    let bar = board.choices.bar;
    html! {
        <>
            <div class="switch" role="group" aria-label={t("How nodes are drawn")}>
                { all(&mut modes.into_iter().map(|(mode, icon, name)| {
                    let on = board.mode == mode;
                    html! {
                        <button type="button" class={class(&["switch-button", when(on, "is-on")])} aria-pressed={on.to_string()} aria-label={name}
                            title={name} onclick={wish(send, Wish::Mode(mode))}>{ icon.draw() }</button>
                    }
                })) }
            </div>
            <button type="button" class={class(&["button", "is-small", "is-icon", when(bar, "is-on")])} aria-expanded={bar.to_string()}
                aria-label={t("Group and filter")} title={t("Group and filter")} onclick={wish(send, Wish::Bar(!bar))}>{ Icon::Filter.draw() }</button>
        </>
    }
}

/// Groups, the DaemonSet, the filter.
#[inline(never)]
pub(super) fn bar(board: &Rc<Board>, map: &MapView, send: &Callback<Message>) -> Html {
    if !board.choices.bar {
        return html! {};
    }
    let choices = &board.choices;
    let group_options = [("", t("No groups")), (ZONE, t("Zone")), ("state", t("State"))]
        .map(|(key, name)| (AttrValue::from(key), AttrValue::from(name)));
    let labels = board.keys.iter().filter(|key| **key != ZONE).map(|key| (key.clone(), key.clone()));
    let sets = map.sets.iter().map(|set| (set.name.clone(), AttrValue::from(format!("ds/{}", set.name))));
    let sets: Vec<_> = std::iter::once((AttrValue::default(), t("All DaemonSets").into())).chain(sets).collect();
    let oninput = {
        let send = send.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                send.emit(Message::Map(Wish::Filter(input.value().into())));
            }
        })
    };
    let invalid = board.error.is_some();
    html! {
        <div class="map-bar" role="group" aria-label={t("Group and filter")}>
            { select(t("Group by"), &choices.group, &group_options.into_iter().chain(labels).collect::<Vec<_>>(), send, Wish::Group) }
            if sets.len() > 2 { { select(t("About"), &choices.set, &sets, send, Wish::Set) } }
            <label class="map-field is-wide"><span>{ t("Filter") }</span>
                <input class="input is-code" type="search" placeholder={t("label selector: zone=a,!gpu")} autocapitalize="off" spellcheck="false" autocomplete="off"
                    value={choices.filter.clone()} aria-invalid={invalid.to_string()} aria-describedby="map-filter-note" data-testid="map-filter" {oninput} />
            </label>
            <p id="map-filter-note" class={class(&["map-bar-note", when(invalid, "is-bad")])} role="status">
                { match &board.error {
                    Some(error) => error.clone(),
                    None if board.shown < map.nodes => fill("{0} of {1}", &[&board.shown, &count(map.nodes, "1 node", "{0} nodes")]).into(),
                    None => AttrValue::default(),
                } }
            </p>
        </div>
    }
}

fn select(
    label: &'static str,
    chosen: &AttrValue,
    options: &[(AttrValue, AttrValue)],
    send: &Callback<Message>,
    make: fn(AttrValue) -> Wish,
) -> Html {
    let onchange = {
        let send = send.clone();
        Callback::from(move |event: Event| {
            // What the browser calls a select; its value is read as that of any field.
            let value = event.target().and_then(|target| Reflect::get(&target, &"value".into()).ok());
            if let Some(value) = value.and_then(|value| value.as_string()) {
                send.emit(Message::Map(make(value.into())));
            }
        })
    };
    html! {
        <label class="map-field"><span>{ label }</span>
            <select class="input" {onchange}>
                { all(&mut options.iter().map(|(value, name)| html! { <option value={value.clone()} selected={value == chosen}>{ name }</option> })) }
            </select>
        </label>
    }
}

/// The head of a group among the cards.
#[inline(never)]
pub(super) fn group_head(group: &GroupView) -> Html {
    html! { <li class="group-head" key={format!("group {}", group.title)}><h3>{ &group.title }</h3><span>{ &group.note }</span></li> }
}

/// In the scrolling part: more cards, the cells, the table.
#[inline(never)]
pub(super) fn inside(board: &Rc<Board>, map: &MapView, props: &MapPanelProps) -> Html {
    let send = &props.send;
    html! {
        <>
            if board.shown == 0 && map.nodes > 0 { <p class="empty">{ t("No node has such labels.") }</p> }
            if board.hidden > 0 {
                <p class="map-more"><span>{ count(board.hidden, "1 more node", "{0} more nodes") }</span>
                    <button type="button" class="button is-small" onclick={wish(send, Wish::More)}>{ t("Show more") }</button></p>
            }
            if board.mode == Mode::Cells { <Cells board={board.clone()} dark={props.dark} describe={props.describe.clone()} send={send.clone()} /> }
            if board.mode != Mode::Cards { { table(board, send) } }
        </>
    }
}

/// Over the scrolling part and below it: zoom, the open node's card, the legend.
#[inline(never)]
pub(super) fn beside(board: &Rc<Board>, props: &MapPanelProps) -> Html {
    if board.mode != Mode::Cells {
        return html! {};
    }
    html! {
        <>
            if let Some(node) = &board.open { <OpenNode key={node.name.to_string()} node={node.clone()} sets={names(&props.map)} send={props.send.clone()} /> }
            <Legend lines={board.legend.clone()} open={board.choices.legend} send={props.send.clone()} />
        </>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct CellsProps {
    board: Rc<Board>,
    dark: bool,
    describe: Callback<u32, AttrValue>,
    send: Callback<Message>,
}

/// The cells, which www/map.js draws. For screen readers there is the table.
#[function_component]
fn Cells(props: &CellsProps) -> Html {
    let host = use_node_ref();
    let drawn = use_state(|| None::<Rc<Drawn>>);
    {
        let (host, drawn, props) = (host.clone(), drawn.clone(), props.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                let script = browser::map_script().await;
                if let (Some(script), Some(host)) = (script, host.cast::<Element>()) {
                    drawn.set(Drawn::new(&script, &host, &props).map(Rc::new));
                }
            });
        });
    }
    {
        let drawn = drawn.clone();
        use_effect_with((props.board.clone(), props.dark, drawn.is_some()), move |(board, dark, _)| {
            if let Some(drawn) = &*drawn {
                drawn.show(board, *dark);
            }
        });
    }
    let zoom = |by: i32, name: &'static str, face: Html| {
        let drawn = drawn.clone();
        let onclick = Callback::from(move |_| {
            if let Some(drawn) = &*drawn {
                drawn.call("zoom", &by.into());
            }
        });
        html! { <button type="button" class="button is-icon is-small" aria-label={name} title={name} {onclick}>{ face }</button> }
    };
    html! {
        <>
            <div class="cells" ref={host} data-testid="cells" tabindex="0" role="application" aria-label={t("Nodes as cells")}
                aria-description={t("Arrow keys go from node to node, Enter opens one; plus, minus and 0 change the size. The table below has the same.")} />
            <div class="zoom" role="group" aria-label={t("Size of cells")}>
                { zoom(1, t("Larger (+)"), Icon::Plus.draw()) }
                { zoom(-1, t("Smaller (−)"), Icon::Minus.draw()) }
                { zoom(0, t("What fits (0)"), Icon::Fit.draw()) }
            </div>
        </>
    }
}

/// What www/map.js has made.
struct Drawn {
    handle: JsValue,
    /// Called from JavaScript for as long as the cells are there.
    _describe: Closure<dyn Fn(u32) -> String>,
    _open: Closure<dyn Fn(u32)>,
    _zoomed: Closure<dyn Fn(u32)>,
}

impl Drawn {
    fn new(script: &JsValue, host: &Element, props: &CellsProps) -> Option<Drawn> {
        let (describe, send, zoomed) = (props.describe.clone(), props.send.clone(), props.send.clone());
        let describe = Closure::<dyn Fn(u32) -> String>::new(move |id| describe.emit(id).to_string());
        let open = Closure::<dyn Fn(u32)>::new(move |id| send.emit(Message::Map(Wish::Open(Some(id)))));
        let zoomed = Closure::<dyn Fn(u32)>::new(move |size| zoomed.emit(Message::Map(Wish::Zoom(size))));
        let options = object(&[
            ("describe", describe.as_ref().clone()),
            ("open", open.as_ref().clone()),
            ("zoomed", zoomed.as_ref().clone()),
            ("zoom", props.board.choices.zoom.into()),
        ]);
        let mount: Function = Reflect::get(script, &"mount".into()).ok()?.dyn_into().ok()?;
        let handle = mount.call2(&JsValue::UNDEFINED, host, &options).ok()?;
        Some(Drawn { handle, _describe: describe, _open: open, _zoomed: zoomed })
    }

    fn show(&self, board: &Board, dark: bool) {
        let ids: Vec<u8> = board.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        let groups: Array = board
            .groups
            .iter()
            .map(|group| {
                object(&[
                    ("title", group.title.as_str().into()),
                    ("note", group.note.as_str().into()),
                    ("count", (group.count as u32).into()),
                ])
            })
            .collect();
        self.call(
            "show",
            &object(&[
                ("ids", Uint8Array::from(&ids[..]).into()),
                ("cells", Uint8Array::from(&board.cells[..]).into()),
                ("groups", groups.into()),
                ("dark", dark.into()),
            ]),
        );
    }

    fn call(&self, method: &str, argument: &JsValue) {
        let function =
            Reflect::get(&self.handle, &method.into()).ok().and_then(|function| function.dyn_into::<Function>().ok());
        if let Some(function) = function {
            let _ = function.call1(&self.handle, argument);
        }
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.call("destroy", &JsValue::UNDEFINED);
    }
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct OpenNodeProps {
    node: Rc<NodeView>,
    sets: Rc<[AttrValue]>,
    send: Callback<Message>,
}

/// The card of a node over the cells. It has the focus at once, and gives it back.
#[function_component]
fn OpenNode(props: &OpenNodeProps) -> Html {
    let whole = use_node_ref();
    {
        let whole = whole.clone();
        use_effect_with((), move |()| {
            if let Some(whole) = whole.cast::<HtmlElement>() {
                let _ = whole.focus();
            }
        });
    }
    let onkeydown = {
        let send = props.send.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                send.emit(Message::Map(Wish::Open(None)));
            }
        })
    };
    html! {
        <div class="open-node" ref={whole} tabindex="-1" role="group" aria-label={fill("Node {0}", &[&props.node.name])} {onkeydown}>
            <button type="button" class="button is-icon is-small is-quiet open-node-close" aria-label={t("Close the card")} onclick={wish(&props.send, Wish::Open(None))}>
                { Icon::Cross.draw() }</button>
            <ul class="nodes"><NodeCard node={props.node.clone()} sets={props.sets.clone()} send={props.send.clone()} /></ul>
        </div>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct LegendProps {
    lines: Vec<LegendView>,
    open: bool,
    send: Callback<Message>,
}

/// What is on the map. What was there keeps its place while other things come, so that nothing jumps.
#[function_component]
fn Legend(props: &LegendProps) -> Html {
    let seen = use_mut_ref(Vec::<LegendView>::new);
    let mut seen = seen.borrow_mut();
    for old in seen.iter_mut() {
        old.count = 0;
    }
    for line in &props.lines {
        match seen.iter_mut().find(|old| old.cell == line.cell && old.words == line.words) {
            Some(old) => old.count = line.count,
            None => seen.push(line.clone()),
        }
    }
    seen.sort_by(|one, other| (one.cell[1] & !7, one.cell, &one.words).cmp(&(other.cell[1] & !7, other.cell, &other.words)));
    html! {
        <div class="legend">
            <button type="button" class="legend-button" aria-expanded={props.open.to_string()} onclick={wish(&props.send, Wish::Legend(!props.open))}>
                { if props.open { Icon::Down } else { Icon::Right }.draw() }{ t("Legend") }</button>
            if props.open {
                <ul tabindex="0" aria-label={t("Legend")}>{ all(&mut seen.iter().map(legend_line)) }</ul>
            }
        </div>
    }
}

fn legend_line(line: &LegendView) -> Html {
    let [seat, rest] = line.cell;
    let mark = [
        "is-failing",
        "is-missing",
        "is-waiting",
        "is-misscheduled",
        "is-unready",
        "is-stopping",
        "is-starting",
        "is-ready",
        "is-free",
    ];
    let own = match rest & !7 {
        8 => "is-node-ill",
        16 => "is-node-cordoned",
        _ => mark[usize::from(seat).min(8)],
    };
    let colour = if rest & 7 < 6 { hue(rest & 7) } else { "" };
    html! {
        <li class={class(&[when(line.count == 0, "is-gone")])}>
            <canvas class={class(&["legend-mark", own, colour])} width="28" height="28" data-cell={format!("{seat},{rest}")} aria-hidden="true"></canvas>
            <span>{ &line.words }</span><b>{ line.count }</b>
        </li>
    }
}

/// A page of the table.
fn table(board: &Rc<Board>, send: &Callback<Message>) -> Html {
    let (page, pages) = board.page;
    // Beside the cells nobody sees it: then the keyboard does not get lost there.
    let tab = (board.mode == Mode::Cells).then_some("-1");
    let (column, upside_down) = board.choices.sort;
    let turn = |to: usize, off: bool, name: &'static str, icon: Icon| {
        html! {
            <button type="button" class="button is-icon is-small" disabled={off} tabindex={tab} aria-label={name} onclick={wish(send, Wish::Page(to))}>{ icon.draw() }</button>
        }
    };
    html! {
        <div class={class(&["map-table", when(board.mode == Mode::Cells, "sr-only")])} data-testid="map-table">
            <table aria-label={t("Nodes")} aria-rowcount={(board.shown + 1).to_string()}>
                <thead><tr aria-rowindex="1">
                    { all(&mut Column::ALL.into_iter().map(|(own, head)| {
                        let (sorted, mark) = match (own == column, upside_down) {
                            (false, _) => (None, ""),
                            (true, false) => (Some("ascending"), "▲"),
                            (true, true) => (Some("descending"), "▼"),
                        };
                        html! {
                            <th scope="col" aria-sort={sorted}>
                                <button type="button" class="map-sort" tabindex={tab} onclick={wish(send, Wish::Sort(own))}>{ t(head) }<span aria-hidden="true">{ mark }</span></button>
                            </th>
                        }
                    })) }
                    <th scope="col">{ t("Labels and taints") }</th>
                </tr></thead>
                <tbody>
                    { all(&mut (board.first_row + 2..).zip(&board.rows).map(|(index, row)| html! {
                        <Row key={row.node.name.to_string()} row={row.clone()} {index} is_hidden={tab.is_some()} send={send.clone()} />
                    })) }
                </tbody>
            </table>
            if pages > 1 {
                <div class="map-pages">
                    { turn(page.saturating_sub(1), page == 0, t("Rows before"), Icon::Left) }
                    <span role="status">{ fill("Rows {0} to {1} of {2}", &[&(board.first_row + 1), &(board.first_row + board.rows.len()), &board.shown]) }</span>
                    { turn(page + 1, page + 1 == pages, t("Next rows"), Icon::Right) }
                </div>
            }
        </div>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct RowProps {
    row: Rc<RowView>,
    index: usize,
    is_hidden: bool,
    send: Callback<Message>,
}

#[function_component]
fn Row(props: &RowProps) -> Html {
    let node = &props.row.node;
    let cells = |from: usize, to: usize| {
        let cells = props.row.cells.iter().skip(from).take(to - from);
        cells.map(|cell| html! { <td>{ cell }</td> }).collect::<Html>()
    };
    html! {
        <tr aria-rowindex={props.index.to_string()} data-name={node.name.clone()}>
            <th scope="row">{ props.row.cells.first().cloned() }</th>
            { cells(1, 2) }
            <td><ul class="map-cell-pods">
                { all(&mut node.pods.iter().map(|pod| pod_line(pod, props))) }
                { all(&mut node.empty.iter().map(|set| html! { <li class="is-empty">{ fill("no {0}", &[set]) }</li> })) }
            </ul></td>
            { cells(2, usize::MAX) }
            <td class="map-cell-labels">{ all(&mut node.labels.iter().map(|label| html! { <span>{ label }</span> })) }
                { all(&mut node.taints.iter().map(|taint| html! { <span>{ format!("taint {taint}") }</span> })) }</td>
        </tr>
    }
}

fn pod_line(pod: &PodView, props: &RowProps) -> Html {
    let ask = crate::ui::state::Ask::Pod { namespace: pod.namespace.clone(), name: pod.name.clone() };
    html! {
        <li>
            <button type="button" class="link" tabindex={props.is_hidden.then_some("-1")} title={t("Why is it here, and how is it?")}
                onclick={say(&props.send, Message::Why(Some(ask)))}>{ &pod.name }</button>
            { " " }{ &pod.status }
            if let Some(revision) = &pod.revision { { " " }<span class={class(&["revision", hue(revision.hue), when(pod.outdated, "is-outdated")])}>{ &revision.label }</span> }
        </li>
    }
}

fn wish(send: &Callback<Message>, wish: Wish) -> Callback<yew::MouseEvent> {
    say(send, Message::Map(wish))
}
