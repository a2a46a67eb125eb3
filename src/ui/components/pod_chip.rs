//! A pod.

use yew::{Callback, Html, html};

use super::Icon;
use super::controls::{class, hue, say, when};
use crate::ui::state::{Ask, Message};
use crate::ui::view::{PodTone, PodView};
use crate::ui::words::{fill, t};

/// Name, state as word and shape, and the mark of its revision.
pub(crate) fn pod_chip(pod: &PodView, send: &Callback<Message>) -> Html {
    let ask = Ask::Pod { namespace: pod.namespace.clone(), name: pod.name.clone() };
    let why = say(send, Message::Why(Some(ask)));
    let namespace = pod.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let mut title =
        fill("{0}: {1}, ready {2}, restarts {3}", &[&(namespace + &pod.name), &pod.status, &pod.ready, &pod.restarts]);
    if pod.outdated {
        title = format!("{title}, {}", t("of an older revision"));
    }
    let (stem, end) = pod.name.rsplit_once('-').map_or(("", &*pod.name), |(stem, _)| pod.name.split_at(stem.len()));
    html! {
        <li key={pod.name.to_string()} class={class(&["pod", tone_class(pod.tone)])} data-testid="pod" data-name={pod.name.clone()} data-phase={pod.status.clone()} {title}>
            <span class="pod-icon">{ tone_icon(pod.tone).draw() }</span>
            <button type="button" class="pod-name" title={t("Why is it here, and how is it?")} onclick={why}><span class="pod-stem">{ stem.to_owned() }</span><span class="pod-end">{ end.to_owned() }</span></button>
            <span class="pod-status">{ &pod.status }</span>
            if pod.restarts > 0 {
                <span class="pod-restarts">{ format!("↻{}", pod.restarts) }<span class="sr-only">{ t("restarts") }</span></span>
            }
            if let Some(revision) = &pod.revision {
                <span class={class(&["revision", hue(revision.hue), when(pod.outdated, "is-outdated")])}>
                    { &revision.label }
                </span>
            }
        </li>
    }
}

/// The class of a state's colours.
pub(super) const fn tone_class(tone: PodTone) -> &'static str {
    match tone {
        PodTone::Waiting => "is-waiting",
        PodTone::Starting => "is-starting",
        PodTone::Unready => "is-unready",
        PodTone::Running => "is-running",
        PodTone::Stopping => "is-stopping",
        PodTone::Failing => "is-failing",
        PodTone::Done => "is-done",
    }
}

const fn tone_icon(tone: PodTone) -> Icon {
    match tone {
        PodTone::Waiting => Icon::Hourglass,
        PodTone::Starting => Icon::Half,
        PodTone::Unready => Icon::Circle,
        PodTone::Running => Icon::Dot,
        PodTone::Stopping => Icon::Leave,
        PodTone::Failing => Icon::Warning,
        PodTone::Done => Icon::Check,
    }
}
