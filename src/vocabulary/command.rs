//! What the palette runs: an action, or a verb with words after it.

mod silence;

use std::path::PathBuf;

use super::action::Action;
use super::chart::ChartSpan;
use crate::model::bookmark::Bookmark;
use crate::model::digest::Place;
use crate::model::number;
use crate::model::sip::LadderWish;
use crate::time::Millis;

/// The titles of the panes, in the order of the tabs: what the palette opens by name. The first nine have digits too.
pub const TITLES: [&str; 21] = [
    "Registrations",
    "Carriers",
    "Transfers",
    "Routes",
    "Callbacks",
    "Jobs",
    "Alerts",
    "Audit",
    "Pulse",
    "Users",
    "Sites",
    "Edges",
    "Trunks",
    "Probes",
    "Queues",
    "Endpoints",
    "Webhooks",
    "Contradictions",
    "Numbers",
    "Quality",
    "Changes",
];

/// Which half of the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What was typed and not sent.
    Drafts,
    /// What was sent.
    Sent,
}

/// Something to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// An action without words.
    Act(Action),
    /// Open the pane of this title.
    Open(&'static str),
    /// Filter the pane by this expression; empty shows everything.
    Filter(String),
    /// Sort the pane by a column, by its name.
    Sort {
        /// The column's name, as filters spell it.
        column: String,
        /// Largest first; none is the column's own way.
        descending: Option<bool>,
    },
    /// Show these columns, in this order.
    Columns(Vec<String>),
    /// Use a theme.
    Theme(String),
    /// Show a moment of the past, as somebody has written it.
    At(String),
    /// Tell what happened in so long: `8h`; empty is since somebody was last here.
    Digest(String),
    /// Tell whoever takes over what happened in so long, and what is to be gone on with.
    HandOver(String),
    /// The same, posted to where the profile says.
    PostHandOver(String),
    /// Put on record who takes over, and what.
    TakeOver(String),
    /// Copy the digest that was told last.
    CopyDigest,
    /// Go where a line of a digest leads.
    Visit(Place),
    /// Pin this moment, with a note.
    Bookmark(String),
    /// Keep a bookmark.
    KeepBookmark(Box<Bookmark>),
    /// Go to the bookmark of that number.
    GoToBookmark(u32),
    /// Delete it.
    DropBookmark(u32),
    /// Write a packet, as somebody has said of what and where to.
    Packet(String),
    /// Show so much of the past in the chart of Pulse.
    Chart(ChartSpan),
    /// Copy one thing of the row: `id`, `json`, `csv`, `curl`, `link` or what else the list has.
    Copy(String),
    /// Take notice of the alert under the cursor, with a note.
    Acknowledge(String),
    /// Show alerts and do not tell of them for a while.
    Silence {
        /// For how long, in milliseconds.
        ms: i64,
        /// Which.
        span: Span,
        /// Why; never empty.
        reason: String,
        /// The silence that it takes the place of, by when that was made.
        instead: Option<Millis>,
        /// A person has been told how much that is.
        sure: bool,
    },
    /// List what was sent, to undo one of it.
    Sent,
    /// Undo the write of that number, or what was done to the row under the cursor.
    UndoWrite(String),
    /// Change a silence, by its record: its line is put before the person.
    Resilence(String),
    /// End a silence before its time, by its record.
    Lift(String),
    /// Go on with a draft, or fill in what was sent once.
    Reopen(Half, String),
    /// Throw a draft away.
    Discard(String),
    /// Go on with the consult transfer under the cursor: who speaks, or how it ends.
    Consult(String),
    /// Show the SIP ladder of a conversation, by its id.
    Sip(String),
    /// Put what is marked right, or what is under the cursor.
    Repair(RepairWish),
    /// Read any path of the API: the method and the path as they were typed.
    Api(String),
    /// Do something with the ladder that is shown.
    Ladder(LadderWish),
    /// Open a pane with a filter: what has to do with a row.
    Go {
        /// The pane's title.
        pane: String,
        /// The filter.
        filter: String,
    },
    /// Show the view of this name.
    View(String),
    /// Go on with the profile of this name; none offers all of them.
    Profile(Option<String>),
    /// Keep the list on screen as the view of this name.
    SaveView(String),
    /// Delete the view of this name.
    DropView(String),
    /// Fill in a new form, by its name.
    Fill(String),
    /// Write what is shown.
    Export {
        /// `csv`, `csv-raw`, `json` or `md`.
        ending: String,
        /// Where; none picks a name.
        path: Option<PathBuf>,
    },
}

/// How what is there is to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairWish {
    /// Phones belong to the site of this name.
    Move(String),
    /// The phone is called this.
    Rename(String),
    /// Phones are deleted.
    Delete,
    /// Conversations are over for everybody.
    Disconnect,
}

/// Which alerts a silence is to cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Every one.
    All,
    /// The one under the cursor.
    This,
    /// Those that pass this filter.
    Matching(String),
}

/// A verb that takes words, for the palette's list.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The word.
    pub name: &'static str,
    /// What follows it.
    pub words: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// Every verb.
pub const VERBS: &[Verb] = &[
    Verb {
        name: "filter",
        words: "EXPRESSION",
        doc: "Filter what is shown; nothing after it shows everything",
    },
    Verb {
        name: "sort",
        words: "COLUMN [asc|desc]",
        doc: "Sort by a column",
    },
    Verb {
        name: "columns",
        words: "NAME,NAME…",
        doc: "Show these columns, in this order",
    },
    Verb {
        name: "theme",
        words: "NAME",
        doc: "Use a theme",
    },
    Verb {
        name: "at",
        words: "TIME",
        doc: "Show the past: 03:10, 2026-06-15T03:10+02:00, -25m; live returns",
    },
    Verb {
        name: "digest",
        words: "[DURATION]",
        doc: "What happened in so long: 2h; nothing after it is since you were last here",
    },
    Verb {
        name: "handover",
        words: "[DURATION] [post]",
        doc: "What the next shift has to know of the last 8h, or so long; post sends it",
    },
    Verb {
        name: "takeover",
        words: "[DURATION]",
        doc: "Take over what the hand-over of the last 8h tells; the audit has a line of it",
    },
    Verb {
        name: "bookmark",
        words: "[NOTE]",
        doc: "Pin this moment, with this list, this row and a note",
    },
    Verb {
        name: "bookmarks",
        words: "[NUMBER]",
        doc: "Go to the bookmark of that number; without one list them",
    },
    Verb {
        name: "drop-bookmark",
        words: "NUMBER",
        doc: "Delete a bookmark",
    },
    Verb {
        name: "packet",
        words: "NUMBER|DURATION [FILE]",
        doc: "Write one file of a bookmark, or of so long until now: records, notes, audit lines, summary",
    },
    Verb {
        name: "chart",
        words: "15m|1h|8h|24h",
        doc: "Show so much of the past in the chart of Pulse",
    },
    Verb {
        name: "copy",
        words: "json|csv|curl|link|id",
        doc: "Copy the row, the request that reads it, its page or its id",
    },
    Verb {
        name: "ack",
        words: "[NOTE]",
        doc: "Acknowledge the marked alerts, or this one, with a note",
    },
    Verb {
        name: "silence",
        words: "DURATION [this|FILTER] REASON",
        doc: "Silence notifications for matching alerts: 30m site:Accra power work",
    },
    Verb {
        name: "whois",
        words: "NUMBER|EXTENSION|NAME",
        doc: "Whose a number or an extension is, or which numbers somebody has",
    },
    Verb {
        name: "sip",
        words: "[CONVERSATION]",
        doc: "The SIP ladder of a call, by its id; without one, of the call under the cursor",
    },
    Verb {
        name: "move",
        words: "SITE",
        doc: "Move the marked phones, or this one, to another site (Platform API)",
    },
    Verb {
        name: "rename",
        words: "NAME",
        doc: "Rename the phone (Platform API)",
    },
    Verb {
        name: "disconnect",
        words: "",
        doc: "End the marked conversations, or this one, for everybody (Platform API)",
    },
    Verb {
        name: "api",
        words: "GET PATH",
        doc: "Read any path of the API: GET users?pageSize=1; what changes something is for trunkline api",
    },
    Verb {
        name: "view",
        words: "NAME",
        doc: "Open a view that has this name",
    },
    Verb {
        name: "save-view",
        words: "NAME",
        doc: "Keep this list as a view",
    },
    Verb {
        name: "drop-view",
        words: "NAME",
        doc: "Delete a view that was kept",
    },
    Verb {
        name: "profile",
        words: "NAME",
        doc: "Switch to another profile; drafts of this one are kept",
    },
    Verb {
        name: "export",
        words: "csv|csv-raw|json|md [FILE]",
        doc: "Write what is shown to a file",
    },
];

/// The pane that says whose a number is.
const NUMBERS: &str = "Numbers";

/// The verb of a silence whose reach a person has been told.
pub const SURE: &str = "silence!";

/// Short names that people bring from other consoles.
const ALIASES: &[(&str, Action)] = &[
    ("q", Action::Quit),
    ("q!", Action::Quit),
    ("msg", Action::Messages),
    ("resume", Action::Pause),
    ("unack", Action::Unacknowledge),
];

/// Panes that go by another name as well.
const PANE_ALIASES: &[(&str, &str)] = &[
    ("reg", "registrations"),
    ("cb", "callbacks"),
    ("contra", "contradictions"),
];

impl Command {
    /// Reads a typed line; the error says what would have worked.
    pub fn parse(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        if let Some((_, action)) = ALIASES.iter().find(|(name, _)| *name == verb) {
            return Ok(Self::Act(*action));
        }
        if rest.is_empty()
            && let Some(pane) = pane(verb)
        {
            return Ok(Self::Open(pane));
        }
        match (verb, rest) {
            ("filter", _) if rest.is_empty() && line.len() == verb.len() => {
                Ok(Self::Act(Action::Filter))
            }
            ("filter", _) => Ok(Self::Filter(rest.to_owned())),
            ("ack", _) => Ok(Self::Acknowledge(rest.to_owned())),
            ("silence", _) => silence::parse(rest, false),
            (SURE, _) => silence::parse(rest, true),
            ("handover", _) => Ok(match rest.strip_suffix("post") {
                Some(span) => Self::PostHandOver(span.trim().to_owned()),
                None => Self::HandOver(rest.to_owned()),
            }),
            ("packet", "") => Err(
                "packet NUMBER|DURATION [FILE]: of a bookmark, or of so long until now".to_owned(),
            ),
            ("packet", _) => Ok(Self::Packet(rest.to_owned())),
            ("whois", "") => Ok(Self::Open(NUMBERS)),
            ("whois", _) => Ok(Self::Go {
                pane: NUMBERS.to_owned(),
                filter: number::finder(rest),
            }),
            ("move", "") => {
                Err("move SITE: where the marked phones belong, or this one".to_owned())
            }
            ("move", site) => Ok(Self::Repair(RepairWish::Move(site.to_owned()))),
            ("rename", "") => Err("rename NAME: what the phone is to be called".to_owned()),
            ("rename", name) => Ok(Self::Repair(RepairWish::Rename(name.to_owned()))),
            ("disconnect", "") => Ok(Self::Repair(RepairWish::Disconnect)),
            ("disconnect", _) => Err("disconnect has no arguments".to_owned()),
            ("view", "") => Ok(Self::Act(Action::Views)),
            ("undo", "") => Ok(Self::Sent),
            ("profile", "") => Ok(Self::Profile(None)),
            ("profile", name) => Ok(Self::Profile(Some(name.to_owned()))),
            (_, "") => Action::named(verb)
                .map(Self::Act)
                .ok_or_else(|| unknown(verb)),
            ("sip", _) => Ok(Self::Sip(rest.to_owned())),
            ("api", _) => Ok(Self::Api(rest.to_owned())),
            ("sort", _) => sort(rest),
            ("columns", _) => Ok(Self::Columns(
                rest.split(|c: char| c == ',' || c.is_whitespace())
                    .filter(|w| !w.is_empty())
                    .map(str::to_owned)
                    .collect(),
            )),
            ("theme", _) => Ok(Self::Theme(rest.to_owned())),
            ("at", _) => Ok(Self::At(rest.to_owned())),
            ("digest", _) => Ok(Self::Digest(rest.to_owned())),
            ("takeover", _) => Ok(Self::TakeOver(rest.to_owned())),
            ("bookmark", _) => Ok(Self::Bookmark(rest.to_owned())),
            ("bookmarks", _) => number(rest).map(Self::GoToBookmark),
            ("drop-bookmark", _) => number(rest).map(Self::DropBookmark),
            ("chart", _) => ChartSpan::named(rest).map(Self::Chart),
            ("view", _) => Ok(Self::View(rest.to_owned())),
            ("save-view", _) => Ok(Self::SaveView(rest.to_owned())),
            ("drop-view", _) => Ok(Self::DropView(rest.to_owned())),
            ("copy", _) => Ok(Self::Copy(rest.to_owned())),
            ("export", _) => {
                let (ending, path) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                let path = Some(path.trim())
                    .filter(|p| !p.is_empty())
                    .map(PathBuf::from);
                Ok(Self::Export {
                    ending: ending.to_owned(),
                    path,
                })
            }
            _ if Action::named(verb).is_none() && pane(verb).is_some() => Ok(Self::Go {
                pane: pane(verb).unwrap_or_default().to_owned(),
                filter: rest.to_owned(),
            }),
            _ if Action::named(verb).is_some() => Err(format!("{verb} has no arguments")),
            _ => Err(unknown(verb)),
        }
    }
}

/// The title of the pane of that name.
fn pane(word: &str) -> Option<&'static str> {
    let alias = PANE_ALIASES.iter().find(|(alias, _)| *alias == word);
    let word = alias.map_or(word, |(_, name)| name);
    let whole = |title: &&str| title.eq_ignore_ascii_case(word);
    // One of them is as good a name, where no action has it.
    let one = |title: &&str| {
        let one = title.strip_suffix('s');
        one.is_some_and(|one| one.eq_ignore_ascii_case(word)) && Action::named(word).is_none()
    };
    let mut titles = TITLES.into_iter();
    titles.find(whole).or_else(|| TITLES.into_iter().find(one))
}

/// Other names of a pane.
#[must_use]
pub fn pane_aliases(title: &str) -> Vec<&'static str> {
    let aliases = PANE_ALIASES.iter();
    let of = aliases.filter(|(_, name)| title.eq_ignore_ascii_case(name));
    of.map(|(alias, _)| *alias).collect()
}

/// Other names of an action.
#[must_use]
pub fn aliases(action: Action) -> Vec<&'static str> {
    let of = ALIASES.iter().filter(|(_, of)| *of == action);
    of.map(|(alias, _)| *alias).collect()
}

fn number(rest: &str) -> Result<u32, String> {
    let text = rest.strip_prefix('#').unwrap_or(rest);
    text.parse()
        .map_err(|_| format!("{rest:?} is no number of a bookmark: bookmarks lists them"))
}

fn sort(rest: &str) -> Result<Command, String> {
    let (column, order) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let descending = match order.trim() {
        "" => None,
        "asc" => Some(false),
        "desc" => Some(true),
        other => return Err(format!("sort order {other:?}: asc or desc")),
    };
    Ok(Command::Sort {
        column: column.to_owned(),
        descending,
    })
}

fn unknown(verb: &str) -> String {
    let names = Action::ALL
        .iter()
        .map(|a| a.name())
        .chain(VERBS.iter().map(|v| v.name));
    let near = names
        .max_by(|a, b| strsim::jaro_winkler(a, verb).total_cmp(&strsim::jaro_winkler(b, verb)));
    format!(
        "no command {verb:?}; did you mean {:?}?",
        near.unwrap_or("help")
    )
}

#[cfg(test)]
mod tests;
