//! What comes from elsewhere and goes there: the dialogs.

use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::{AttrValue, Callback, Html, Properties, function_component, html, use_effect_with, use_node_ref, use_state};

use super::Icon;
use super::controls::{all, class, say, says};
use super::dialog::Dialog;
use crate::import::Imported;
use crate::ui::browser;
use crate::ui::shelf::{self, Work};
use crate::ui::state::{AboutLinks, Message, Own, OwnView};
use crate::ui::words::{count, fill, t};
use crate::whatif::{Effect, What, WhatIf};

/// The command that prints what is read best.
const COMMAND: &str = "kubectl get nodes,daemonsets -A -o yaml";

/// The dialog that is open.
#[inline(never)]
pub(crate) fn own_dialog(view: &OwnView, send: &Callback<Message>) -> Html {
    let (title, name, content) = match view {
        OwnView::Import(error) => (
            t("Open a cluster or a file").to_owned(),
            "import",
            html! { <Import error={error.clone()} send={send.clone()} /> },
        ),
        OwnView::Imported(imported) => (t("Your cluster").to_owned(), "imported", found(imported, send)),
        OwnView::Export(texts) => (t("Export for a real cluster").to_owned(), "export", export(texts, send)),
        OwnView::WhatIf(file, answer) => (fill("What would applying {0} do?", &[file]), "whatif", whatif(answer, send)),
        OwnView::Works => (t("Your other work").to_owned(), "works", html! { <Works send={send.clone()} /> }),
        OwnView::Aside(kept) => (t("Set aside").to_owned(), "aside", aside(kept, send)),
    };
    // A key of its own for each: a dialog's content is read anew when it becomes another.
    html! { <Dialog key={name} {title} {name} wide=true onclose={says(send, Message::Own(Own::Close))}>{ content }</Dialog> }
}

/// What the form is made of.
#[derive(Debug, PartialEq, Properties)]
struct ImportProps {
    /// Why the last thing could not be read.
    error: Option<AttrValue>,
    /// Where to say what the person wants.
    send: Callback<Message>,
}

#[function_component]
fn Import(props: &ImportProps) -> Html {
    let area = use_node_ref();
    let send = &props.send;
    let read = {
        let (area, send) = (area.clone(), send.clone());
        Callback::from(move |_| {
            let text = area.cast::<HtmlTextAreaElement>().map(|area| area.value()).unwrap_or_default();
            send.emit(Message::Own(Own::Take(vec![(t("pasted text").into(), Some(text.into()))])));
        })
    };
    html! {
        <div class="own">
            <p>{ t("Paste what this prints in your own terminal, or drop it here as a file. Nothing of it leaves this browser, and secrets are left out.") }</p>
            <p class="own-command"><code>{ COMMAND }</code></p>
            <textarea ref={area} class="input is-code own-text" data-testid="import-text" aria-label={t("What kubectl printed, or the text of a file")} autofocus=true
                spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off" rows="9" aria-describedby="import-error" />
            <p id="import-error" class="own-error" role="alert">{ props.error.clone().unwrap_or_default() }</p>
            <div class="own-row">
                <button type="button" class="button is-primary" onclick={read}>{ t("Read it") }</button>
                <label class="button">{ Icon::File.draw() }{ t("Choose files") }
                    <input type="file" multiple=true class="sr-only" data-testid="import-files" onchange={browser::on_file(send)} /></label>
            </div>
            <p class="dialog-note">{ t("Manifests, scenario files, lessons, links and saved progress are read too. Files can be dropped anywhere on the page.") }</p>
        </div>
    }
}

/// A cluster that was read, before it is opened.
fn found(imported: &Imported, send: &Callback<Message>) -> Html {
    let nodes = count(imported.scenario.config.nodes.len(), "1 node", "{0} nodes");
    let sets = count(imported.daemon_sets, "1 DaemonSet", "{0} DaemonSets");
    html! {
        <div class="own">
            <p class="own-verdict" role="status">{ fill("{0} and {1} were read.", &[&nodes, &sets]) }</p>
            if !imported.left_out.is_empty() {
                <h3>{ t("What is not as in your cluster") }</h3>
                <ul class="own-list" lang="en" tabindex="0" aria-label={t("What is not as in your cluster")}>{ all(&mut imported.left_out.iter().map(|said| html! { <li>{ said }</li> })) }</ul>
            }
            <div class="own-row">
                <button type="button" class="button is-primary" onclick={say(send, Message::Own(Own::Open))}>{ t("Open this cluster") }</button>
                <button type="button" class="button" onclick={say(send, Message::Own(Own::Import))}>{ t("Read something else") }</button>
            </div>
            <p class="dialog-note">{ t("It opens beside your work, which is kept.") }</p>
        </div>
    }
}

fn export(texts: &[AttrValue; 3], send: &Callback<Message>) -> Html {
    let files = [
        (
            "replay.sh",
            t(
                "A shell script that does all of this on a real control plane with fake nodes (kwok), alone or within kind. It makes a cluster of its own and touches no other. Read it before you run it.",
            ),
        ),
        ("manifests.yaml", t("The nodes, and what was applied, as plain manifests.")),
        ("scenario.yaml", t("All that was done, as a scenario file: drop it onto this page, or run it without the page.")),
    ];
    html! {
        <div class="own">
            <ul class="own-files">
                { all(&mut files.into_iter().zip(texts).map(|((name, words), text)| html! {
                    <li>
                        <p><b><code>{ name }</code></b>{ " " }{ words }</p>
                        <button type="button" class="button" aria-label={fill("Save {0}", &[&name])}
                            onclick={say(send, Message::Own(Own::Save(name.into(), text.clone())))}>{ Icon::Save.draw() }{ t("Save") }</button>
                    </li>
                })) }
            </ul>
            <p class="dialog-note">{ t("kwok plays nodes and pods without a kubelet: no image is pulled and nothing runs, crashes or logs. The script says what else is different.") }</p>
        </div>
    }
}

fn whatif(answer: &WhatIf, send: &Callback<Message>) -> Html {
    html! {
        <div class="own">
            <p class="own-verdict" role="status" lang="en">{ &answer.verdict }</p>
            { all(&mut answer.sets.iter().map(|set| effect(set, answer.sets.len() > 1))) }
            { all(&mut answer.notes.iter().map(|note| html! { <p lang="en">{ note }</p> })) }
            if !answer.printed.is_empty() { <pre class="code own-printed" lang="en" tabindex="0" aria-label={t("What kubectl printed")}>{ &answer.printed }</pre> }
            <div class="own-row">
                <button type="button" class="button is-primary" onclick={apply(send)}>{ t("Apply") }</button>
                <button type="button" class="button" onclick={say(send, Message::Own(Own::Close))}>{ t("Leave it") }</button>
            </div>
            <p class="dialog-note">{ t("It was tried on a copy of the cluster: nothing has happened.") }</p>
        </div>
    }
}

fn apply(send: &Callback<Message>) -> Callback<yew::MouseEvent> {
    let send = send.clone();
    Callback::from(move |_| {
        send.emit(Message::Own(Own::Close));
        send.emit(Message::Apply);
    })
}

/// What becomes of one DaemonSet.
fn effect(effect: &Effect, is_one_of_many: bool) -> Html {
    html! {
        <section>
            if is_one_of_many { <p class="own-set" lang="en">{ &effect.verdict }</p> }
            <ul class="own-groups" lang="en">
                { all(&mut effect.groups.iter().map(|group| {
                    let (tone, icon, word) = look(group.what);
                    html! {
                        <li class={class(&["own-group", tone])}>
                            <span class="own-mark" role="img" aria-label={word}>{ icon.draw() }</span>
                            <div><b>{ group.names() }</b>{ " " }{ group.words() }</div>
                        </li>
                    }
                })) }
            </ul>
            { all(&mut effect.rollout.iter().map(|said| html! { <p lang="en">{ said }</p> })) }
        </section>
    }
}

fn look(what: What) -> (&'static str, Icon, &'static str) {
    match what {
        What::Gains => ("is-gained", Icon::Plus, t("Gains a pod")),
        What::Loses => ("is-lost", Icon::Minus, t("Loses its pod")),
        What::Replaces => ("is-replaced", Icon::Restart, t("Gets a new pod")),
        What::Keeps => ("is-kept", Icon::Warning, t("Keeps its pod")),
    }
}

/// What could not be read at some time, to be saved or deleted.
fn aside(kept: &[(AttrValue, AttrValue)], send: &Callback<Message>) -> Html {
    if kept.is_empty() {
        return html! { <p role="status">{ t("Nothing is set aside: all that this browser has kept could be read.") }</p> };
    }
    html! {
        <div class="own">
            <p>{ t("This browser holds what the playground could not read: another version wrote it, or it is damaged. Save it, or delete it for ever.") }</p>
            <ul class="own-files">
                { all(&mut kept.iter().map(|(key, text)| {
                    let name = key.rsplit('.').next().unwrap_or_default();
                    let file = format!("playground-set-aside-{name}.txt");
                    html! {
                        <li key={key.to_string()}>
                            <p>{ fill("Number {0}, {1} characters", &[&name, &text.chars().count()]) }</p>
                            <span class="own-row">
                                <button type="button" class="button" aria-label={fill("Save {0}", &[&file])}
                                    onclick={say(send, Message::Own(Own::Save(file.clone().into(), text.clone())))}>{ Icon::Save.draw() }{ t("Save") }</button>
                                <button type="button" class="button" aria-label={fill("Delete number {0}", &[&name])}
                                    onclick={say(send, Message::Own(Own::Delete(key.clone())))}>{ Icon::Trash.draw() }{ t("Delete") }</button>
                            </span>
                        </li>
                    }
                })) }
            </ul>
        </div>
    }
}

/// What the list is made of.
#[derive(Debug, PartialEq, Properties)]
struct WorksProps {
    /// Where to say what the person wants.
    send: Callback<Message>,
}

/// All works that wait. One that is deleted can be brought back for as long as the list is shown.
#[function_component]
fn Works(props: &WorksProps) -> Html {
    let works = use_state(shelf::works);
    let deleted = use_state(|| None::<(Work, String)>);
    let back = use_node_ref();
    {
        let back = back.clone();
        use_effect_with(deleted.is_some(), move |_| {
            if let Some(back) = back.cast::<HtmlElement>() {
                _ = back.focus();
            }
        });
    }
    let delete = |work: &Work| {
        let (work, works, deleted) = (work.clone(), works.clone(), deleted.clone());
        Callback::from(move |_| {
            if let Some(text) = shelf::delete(work.place) {
                deleted.set(Some((work.clone(), text)));
                works.set(shelf::works());
            }
        })
    };
    let bring_back = {
        let (works, deleted) = (works.clone(), deleted.clone());
        Callback::from(move |_| {
            if let Some((work, text)) = &*deleted {
                shelf::bring_back(work.place, text);
            }
            deleted.set(None);
            works.set(shelf::works());
        })
    };
    html! {
        <div class="own">
            <p>{ t("You left this to look at something else. Going to one keeps what is here now.") }</p>
            if works.is_empty() { <p role="status">{ t("There is no other work.") }</p> }
            <ul class="own-files">
                { all(&mut works.iter().map(|work| html! {
                    <li key={work.place}>
                        <p><b>{ &work.title }</b>{ " " }{ count(work.commands, "1 command", "{0} commands") }</p>
                        <span class="own-row">
                            <button type="button" class="button" aria-label={fill("Go to “{0}”", &[&work.title])}
                                onclick={say(&props.send, Message::Links(AboutLinks::Back(work.place)))}>{ Icon::Left.draw() }{ t("Go there") }</button>
                            <button type="button" class="button" aria-label={fill("Delete “{0}”", &[&work.title])} onclick={delete(work)}>
                                { Icon::Trash.draw() }{ t("Delete") }</button>
                        </span>
                    </li>
                })) }
            </ul>
            if let Some((work, _)) = &*deleted {
                <p class="own-row" role="status"><span>{ fill("“{0}” is deleted.", &[&work.title]) }</span>
                    <button type="button" class="button" ref={back} onclick={bring_back}>{ Icon::Undo.draw() }{ t("Bring it back") }</button></p>
            }
        </div>
    }
}
