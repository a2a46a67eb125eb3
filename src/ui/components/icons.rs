//! One family of icons: 16 × 16, drawn with round strokes of 1.5.

use yew::{Html, html};

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Logo,
    Play,
    Pause,
    Step,
    Settle,
    Share,
    Sun,
    Moon,
    Auto,
    Check,
    Cross,
    Circle,
    Hourglass,
    Half,
    Dot,
    Warning,
    Leave,
    Power,
    Lock,
    Unlock,
    Plus,
    More,
    Trash,
    File,
    Terminal,
    Book,
    Cluster,
    Left,
    Right,
    Down,
    Copy,
    Type,
    Clock,
    Bulb,
    Fork,
    Restart,
    Undo,
    Redo,
    StepBack,
    Settings,
    Keys,
    Language,
    Columns,
    Cells,
    Rows,
    Filter,
    Minus,
    Fit,
    Save,
}

impl Icon {
    /// Draws it. It says nothing to a screen reader: the control it stands in has words.
    pub(crate) fn draw(self) -> Html {
        html! {
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5"
                stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
                <path d={self.path()} />
            </svg>
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Icon::Logo => "M8 1.5 13.8 4.8v6.4L8 14.5 2.2 11.2V4.8ZM8 5.2v5.6M5.6 6.6l4.8 2.8M10.4 6.6 5.6 9.4",
            Icon::Play => "M5 3.2v9.6l7.6-4.8Z",
            Icon::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Icon::Step => "M4 3.5v9L10 8ZM12.5 3.5v9",
            Icon::Settle => "M2.5 3.8v8.4L8 8ZM8 3.8v8.4L13.5 8Z",
            Icon::Share => {
                "M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9"
            }
            Icon::Sun => {
                "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7"
            }
            Icon::Moon => "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
            Icon::Auto => "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2ZM8 2.2v11.6M10 3v10M12 4.5v7",
            Icon::Check => "M3.2 8.6 6.4 11.6 12.8 4.6",
            Icon::Cross => "M4 4l8 8M12 4l-8 8",
            Icon::Circle => "M8 2.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8Z",
            Icon::Hourglass => "M4 2.2h8M4 13.8h8M5 2.2c0 3.4 3 4 3 5.8s-3 2.4-3 5.8M11 2.2c0 3.4-3 4-3 5.8s3 2.4 3 5.8",
            Icon::Half => "M8 2.8a5.2 5.2 0 1 1-5.2 5.2",
            Icon::Dot => "M8 2.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8ZM5.6 8.2 7.3 9.8 10.5 6.2",
            Icon::Warning => "M8 2.4 14 13H2ZM8 6.6v3M8 11.3v.1",
            Icon::Leave => "M8 2.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8ZM5.6 8h4.8",
            Icon::Power => "M8 2v5.5M4.6 4.2a5 5 0 1 0 6.8 0",
            Icon::Lock => "M4 7.2h8v6H4ZM5.6 7.2V5.1a2.4 2.4 0 0 1 4.8 0v2.1",
            Icon::Unlock => "M4 7.2h8v6H4ZM5.6 7.2V4.6A2.4 2.4 0 0 1 10 3.6",
            Icon::Plus => "M8 3v10M3 8h10",
            Icon::More => "M3.2 8h.1M8 8h.1M12.8 8h.1",
            Icon::Trash => "M3 4.5h10M6.5 4.2V2.6h3v1.6M4.4 4.5l.6 9h6l.6-9",
            Icon::File => "M4 1.8h5l3 3v9.4H4ZM9 1.8v3h3",
            Icon::Terminal => "M2.5 4.2 6 8l-3.5 3.8M8 12.2h5.5",
            Icon::Book => {
                "M8 4C6.6 3 4.6 2.7 2.4 3v9.6c2.2-.3 4.2 0 5.6 1 1.4-1 3.4-1.3 5.6-1V3C11.4 2.7 9.4 3 8 4ZM8 4v9.4"
            }
            Icon::Cluster => "M2.5 2.5h4.4v4.4H2.5ZM9.1 2.5h4.4v4.4H9.1ZM2.5 9.1h4.4v4.4H2.5ZM9.1 9.1h4.4v4.4H9.1Z",
            Icon::Left => "M9.8 3.5 5.2 8l4.6 4.5",
            Icon::Right => "M6.2 3.5 10.8 8l-4.6 4.5",
            Icon::Down => "M3.5 6 8 10.6 12.5 6",
            Icon::Copy => "M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3",
            Icon::Type => "M13.5 3.5v4.2H3.4M6.2 4.8 3.2 7.7l3 3",
            Icon::Clock => "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2ZM8 4.8V8l2.2 1.6",
            Icon::Bulb => "M6 11.2c0-1.4-2-2.3-2-5a4 4 0 0 1 8 0c0 2.7-2 3.6-2 5ZM6.4 13.8h3.2",
            Icon::Restart => "M3 3v3.8h3.8M3.3 6.6A5.3 5.3 0 1 1 2.8 9.4",
            Icon::Undo => "M5.6 2.8 2.6 5.8l3 3M2.9 5.8h6.4a3.7 3.7 0 0 1 0 7.4H6",
            Icon::Redo => "M10.4 2.8l3 3-3 3M13.1 5.8H6.7a3.7 3.7 0 0 0 0 7.4H10",
            Icon::Settings => {
                "M2 5h5.2M10.8 5H14M2 11h3.2M8.8 11H14M9 3.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6ZM7 9.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6Z"
            }
            Icon::Keys => "M1.8 4h12.4v8H1.8ZM4.4 6.6h.1M7 6.6h.1M9.6 6.6h.1M12 6.6h.1M5 9.6h6",
            Icon::Language => {
                "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2ZM2.2 8h11.6M8 2.2c2.8 3 2.8 8.6 0 11.6M8 2.2c-2.8 3-2.8 8.6 0 11.6"
            }
            Icon::Columns => "M2.2 3h11.6v10H2.2ZM8 3v10",
            Icon::StepBack => "M12 3.5v9L6 8ZM3.5 3.5v9",
            Icon::Cells => {
                "M2.5 2.5h2v2h-2ZM7 2.5h2v2H7ZM11.5 2.5h2v2h-2ZM2.5 7h2v2h-2ZM7 7h2v2H7ZM11.5 7h2v2h-2ZM2.5 11.5h2v2h-2ZM7 11.5h2v2H7ZM11.5 11.5h2v2h-2Z"
            }
            Icon::Rows => "M2.5 3h11v10h-11ZM2.5 6.3h11M2.5 9.6h11M6 3v10",
            Icon::Filter => "M2.5 3.5h11M4.5 8h7M6.5 12.5h3",
            Icon::Minus => "M3 8h10",
            Icon::Fit => "M6 2.5H2.5V6M10 2.5h3.5V6M6 13.5H2.5V10M10 13.5h3.5V10",
            Icon::Save => "M8 2.5v7.2M4.9 6.8 8 9.9l3.1-3.1M3 13.2h10",
            Icon::Fork => {
                "M4.5 5.5v5M4.5 5.5a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2ZM4.5 13.7a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2ZM11.5 5.5a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2ZM11.5 5.5c0 3-7 1.5-7 5"
            }
        }
    }
}
