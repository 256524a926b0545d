//! Everything a person can ask for, as data: the keymap, the palette, the help and the footer read this one table.

use serde::{Deserialize, Deserializer};

use crate::model::api::Capabilities;

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $short:literal;)+) => {
        /// What is asked, by a key, a click or a command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[doc = $doc])+ $variant,)+ }

        impl Action {
            /// Every action, in the order that help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in the keymap file and in the palette.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// One or two words for the footer.
            #[must_use]
            pub const fn short(self) -> &'static str {
                match self { $(Self::$variant => $short,)+ }
            }

            /// The sentence that help and the palette show.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

actions! {
    /// Open the detail of the row under the cursor
    Detail = "detail", "detail";
    /// Filter what is shown
    Filter = "filter", "filter";
    /// Choose the column to sort by
    Sort = "sort", "sort";
    /// Reverse the sort order
    Reverse = "reverse", "reverse";
    /// Choose the columns
    Columns = "columns", "columns";
    /// Mark or unmark the row
    Mark = "mark", "mark";
    /// Mark every row that passes the filter; once more unmarks them
    MarkAll = "mark-all", "mark all";
    /// Mark the rows from the last one that was marked to this one
    MarkRange = "mark-range", "mark range";
    /// Mark what is not marked, and unmark what is
    MarkInvert = "mark-invert", "invert marks";
    /// Acknowledge the marked alerts, or this one, under your name
    Acknowledge = "acknowledge", "acknowledge";
    /// Remove the acknowledgement of the alert
    Unacknowledge = "unacknowledge", "un-ack";
    /// Silences in force: what they cover, until when, who made them; lift one
    Silences = "silences", "silences";
    /// Fold the alerts by site, edge and carrier, or show them one by one again
    Fold = "fold", "fold";
    /// Send again what of the alert could not be delivered
    Redeliver = "redeliver", "send again";
    /// Show the day of the queues, or the table again
    Day = "day", "day";
    /// Show whole numbers for a minute; the audit tells it
    Unmask = "unmask", "unmask";
    /// Compare two marked rows, or the marked one with this one
    Compare = "compare", "compare";
    /// Freeze the rows as they are; ingest goes on
    Freeze = "freeze", "freeze";
    /// Read the marked rows, or this one, again now
    Reread = "reread", "re-read";
    /// Open the form for a new one
    New = "new", "new";
    /// Open the form with what this row has, for a new one
    Clone = "clone", "edit as new";
    /// Change it
    Edit = "edit", "edit";
    /// Delete it; asks for its name
    Delete = "delete", "delete";
    /// Undo the last write, where it can be
    Undo = "undo", "undo";
    /// Transfer the marked interactions, or this one
    Transfer = "transfer", "transfer";
    /// Consult (warm) transfer: announce the call, or go on
    Consult = "consult", "consult";
    /// SIP ladder of the call: who said what to whom, and what was sent again (Platform API)
    Sip = "sip", "SIP ladder";
    /// Reboot the marked phones, this one, or this edge (ends active calls)
    Reboot = "reboot", "reboot";
    /// Assign or release the phone's station
    Station = "station", "station";
    /// Stop what is under way, or stop following it
    Cancel = "cancel", "cancel";
    /// Register a webhook to this console
    Webhook = "webhook", "webhook";
    /// Deliver a test event to it, from here; it is reviewed first
    Test = "test", "test";
    /// Probe what is under the cursor now
    Probe = "probe", "probe";
    /// Copy the row: id, JSON
    Copy = "copy", "copy";
    /// Export what is shown as CSV, JSON or Markdown
    Export = "export", "export";
    /// Go to what has to do with the row: its user, its site's alerts, its carrier
    Related = "related", "go to";
    /// The views that have a name: open or delete one
    Views = "views", "views";
    /// Go back to the view before this one
    Earlier = "earlier", "view before";
    /// Go forward to the view after this one
    Later = "later", "view after";
    /// Show more of the past in the chart: 15 min, 1 h, 8 h, 24 h, and from there again
    Zoom = "zoom", "zoom";
    /// Go back to the change before, of what the list shows
    Rewind = "rewind", "rewind";
    /// In the past: go on to the change after, of what the list shows
    Forward = "forward", "next change";
    /// Go back a minute
    MinuteBack = "minute-back", "-1 min";
    /// In the past: go on a minute
    MinuteOn = "minute-on", "+1 min";
    /// In the past: play what happened from here on, or pause
    Play = "play", "play";
    /// In the past: play it faster
    Faster = "faster", "faster";
    /// In the past: play it slower
    Slower = "slower", "slower";
    /// Return from the past to now
    Live = "live", "now";
    /// What happened while you were away, or in the last hour; with a time after it, in that: 8h
    Digest = "digest", "while away";
    /// What whoever takes over has to know, of the last 8 hours
    HandOver = "handover", "hand over";
    /// Take over: the audit tells it
    TakeOver = "takeover", "take over";
    /// Pin this moment, with this list, this row and a note
    Bookmark = "bookmark", "bookmark";
    /// The bookmarks: go to one or delete it
    Bookmarks = "bookmarks", "bookmarks";
    /// Open the row in $PAGER
    OpenPager = "open-pager", "pager";
    /// Stop following the organisation, or follow it again
    Pause = "pause", "pause";
    /// Read the organisation from this console, whoever else does
    Direct = "direct", "read directly";
    /// Choose the theme
    Theme = "theme", "theme";
    /// Find and run any action by name
    Palette = "palette", "command";
    /// The keys and words that work here
    Help = "help", "help";
    /// Messages of this session, newest first
    Messages = "messages", "messages";
    /// The log of the program, newest first; off unless `TRUNKLINE_LOG` asks for it
    Log = "log", "log";
    /// Undecodable messages, as they came
    Frames = "frames", "frames";
    /// Who spends the request budget, and what is left of it
    Budget = "budget", "budget";
    /// Sign in as a person, for what only people may do
    Login = "login", "sign in";
    /// Sign the person out and revoke the token
    Logout = "logout", "sign out";
    /// Drafts of forms that were not sent
    Drafts = "drafts", "drafts";
    /// Payloads that were sent, to be filled in again
    History = "history", "history";
    /// One row up
    Up = "up", "up";
    /// One row down
    Down = "down", "down";
    /// One page up
    PageUp = "page-up", "page up";
    /// One page down
    PageDown = "page-down", "page down";
    /// First row; the view follows what arrives there
    Top = "top", "top";
    /// Last row
    Bottom = "bottom", "bottom";
    /// Columns to the left
    Left = "left", "left";
    /// Columns to the right
    Right = "right", "right";
    /// Next pane
    NextPane = "next-pane", "next";
    /// Previous pane
    PreviousPane = "previous-pane", "previous";
    /// Open the pane of tab 1
    Pane1 = "pane-1", "pane 1";
    /// Open the pane of tab 2
    Pane2 = "pane-2", "pane 2";
    /// Open the pane of tab 3
    Pane3 = "pane-3", "pane 3";
    /// Open the pane of tab 4
    Pane4 = "pane-4", "pane 4";
    /// Open the pane of tab 5
    Pane5 = "pane-5", "pane 5";
    /// Open the pane of tab 6
    Pane6 = "pane-6", "pane 6";
    /// Open the pane of tab 7
    Pane7 = "pane-7", "pane 7";
    /// Open the pane of tab 8
    Pane8 = "pane-8", "pane 8";
    /// Open the pane of tab 9
    Pane9 = "pane-9", "pane 9";
    /// Back one layer
    Back = "back", "back";
    /// Back, and at the top quit
    Quit = "quit", "quit";
    /// Draw the whole screen again
    Redraw = "redraw", "redraw";
    /// Suspend to the shell
    Suspend = "suspend", "suspend";
}

impl Action {
    /// Whether it only moves about: everybody finds those keys, so the footer has no room for them.
    #[must_use]
    pub const fn moves(self) -> bool {
        matches!(
            self,
            Self::Up
                | Self::Down
                | Self::PageUp
                | Self::PageDown
                | Self::Top
                | Self::Bottom
                | Self::Left
                | Self::Right
                | Self::NextPane
                | Self::PreviousPane
                | Self::Earlier
                | Self::Later
        )
    }

    /// Whether it works on the past alone: then its keys may be those of something else that the past has no use for.
    #[must_use]
    pub const fn is_of_the_past(self) -> bool {
        matches!(
            self,
            Self::Forward | Self::Play | Self::Faster | Self::Slower
        )
    }

    /// Whether it leads to something that is sent, or that others see: nothing of that is done from the past.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Acknowledge
                | Self::Unacknowledge
                | Self::Redeliver
                | Self::Unmask
                | Self::New
                | Self::Clone
                | Self::Edit
                | Self::Delete
                | Self::Undo
                | Self::Transfer
                | Self::Consult
                | Self::Reboot
                | Self::Station
                | Self::Cancel
                | Self::Webhook
                | Self::Test
                | Self::Probe
                | Self::TakeOver
        )
    }

    /// Whether it changes or ends something outside of the console, or the console itself: it is never guessed at.
    #[must_use]
    pub const fn destroys(self) -> bool {
        matches!(
            self,
            Self::Delete
                | Self::Cancel
                | Self::Reboot
                | Self::Station
                | Self::Transfer
                | Self::Consult
                | Self::Undo
                | Self::Unmask
                | Self::Logout
                | Self::Webhook
                | Self::Test
                | Self::Redeliver
                | Self::Pause
                | Self::Quit
        )
    }

    /// Whether there is anything that it could do with an organisation's API: what never works is not among the keys.
    #[must_use]
    pub const fn offered(self, can: &Capabilities) -> bool {
        match self {
            Self::Consult => can.consult,
            Self::Sip => can.sip,
            Self::Reboot | Self::Station => can.stations,
            // What is delivered to a listener is jobs of the organisation's own, and callbacks.
            Self::Webhook => can.callback_webhooks || can.job_webhooks,
            _ => true,
        }
    }

    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.name() == name)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(de)?;
        Self::named(&name).ok_or_else(|| {
            let near = Self::ALL.iter().map(|a| a.name()).max_by(|a, b| {
                strsim::jaro_winkler(a, &name).total_cmp(&strsim::jaro_winkler(b, &name))
            });
            serde::de::Error::custom(format!(
                "no action named {name:?}; did you mean {:?}?",
                near.unwrap_or_default()
            ))
        })
    }
}
