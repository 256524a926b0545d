//! The columns of both halves: headings, widths, cells and looks.

use jiff::tz::TimeZone;

use super::row;
use crate::config::theme::Role;
use crate::model::interaction::{Interaction, Standing};
use crate::model::transfer::made::{Callback, Made, Phase};
use crate::text::safe;
use crate::time::Millis;
use crate::ui::table::Wish;

/// A column with its heading.
#[derive(Clone, Copy, Debug)]
pub struct Column<Of> {
    /// The heading, and in lower case the name in exports.
    pub title: &'static str,
    /// How wide it wants to be.
    pub wish: Wish,
    /// What stands in it; safe to show.
    pub cell: fn(&Of, &TimeZone, Millis) -> String,
    /// How that looks.
    pub role: fn(&Of) -> Role,
}

const fn wish(least: u16, ideal: u16) -> Wish {
    Wish {
        least,
        ideal,
        right: false,
    }
}

const fn number(least: u16, ideal: u16) -> Wish {
    Wish {
        right: true,
        ..wish(least, ideal)
    }
}

/// Interactions that can be moved.
pub const INTERACTIONS: &[Column<Interaction>] = &[
    Column {
        title: "STATE",
        wish: wish(7, 11),
        cell: |one, _, _| safe(one.standing.word()).into_owned(),
        role: |one| match one.standing {
            Standing::Active => Role::Text,
            Standing::Queued => Role::Warn,
            _ => Role::Unknown,
        },
    },
    Column {
        title: "INTERACTION",
        wish: wish(23, 28),
        cell: |one, _, _| one.id.to_string(),
        role: |_| Role::Text,
    },
    Column {
        title: "MEDIA",
        wish: wish(5, 8),
        cell: |one, _, _| or_dash(one.media.to_string()),
        role: |_| Role::Dim,
    },
    Column {
        title: "QUEUE",
        wish: wish(8, 20),
        cell: |one, _, _| or_dash(row::queue(one).to_string()),
        role: |_| Role::Dim,
    },
    Column {
        title: "SINCE",
        wish: number(8, 8),
        cell: |one, zone, now| or_dash(one.started.map_or(String::new(), |at| at.clock(zone, now))),
        role: |_| Role::Dim,
    },
    Column {
        title: "WHO",
        wish: wish(12, 40),
        cell: |one, _, _| or_dash(safe(&row::people(one)).into_owned()),
        role: |_| Role::Text,
    },
];

/// Transfers that were made.
pub const MADE: &[Column<Made>] = &[
    Column {
        title: "STATE",
        wish: wish(11, 11),
        cell: |one, _, _| one.phase.word().to_owned(),
        role: |one| role(one.phase),
    },
    Column {
        title: "INTERACTION",
        wish: wish(23, 28),
        cell: |one, _, _| one.interaction.to_string(),
        role: |_| Role::Text,
    },
    Column {
        title: "TO",
        wish: wish(16, 36),
        cell: |one, _, _| place(one),
        role: |_| Role::Text,
    },
    Column {
        title: "CODEC",
        wish: wish(9, 13),
        cell: |one, _, _| or_dash(codec(one)),
        role: |one| match &one.settled {
            Some(settled)
                if !settled
                    .raw()
                    .eq_ignore_ascii_case(one.request.codec().unwrap_or_default()) =>
            {
                Role::Warn
            }
            Some(_) => Role::Text,
            None => Role::Dim,
        },
    },
    Column {
        title: "LATENCY",
        wish: number(8, 8),
        cell: |one, _, _| or_dash(one.latency_us.map_or(String::new(), milliseconds)),
        role: |_| Role::Dim,
    },
    Column {
        title: "AT",
        wish: number(8, 8),
        cell: |one, zone, now| one.began.clock(zone, now),
        role: |_| Role::Dim,
    },
    Column {
        title: "RETRIES",
        wish: number(7, 7),
        cell: |one, _, _| one.retries.to_string(),
        role: |one| {
            if one.retries > 0 {
                Role::Warn
            } else {
                Role::Dim
            }
        },
    },
    Column {
        title: "BY",
        wish: wish(6, 12),
        cell: |one, _, _| one.operator.to_string(),
        role: |_| Role::Dim,
    },
    Column {
        title: "NOTE",
        wish: wish(12, 60),
        cell: |one, _, _| note(one),
        role: |one| match one.callback {
            Callback::Failed(_) => Role::Warn,
            _ => Role::Dim,
        },
    },
];

fn or_dash(text: String) -> String {
    if text.is_empty() {
        "-".to_owned()
    } else {
        text
    }
}

/// Where it goes; of places of the organisation what tells them apart, and of a number its last digits.
fn place(made: &Made) -> String {
    let to = made.destination.masked();
    match to.strip_prefix("genesys://") {
        Some(place) => place.to_owned(),
        None => to,
    }
}

/// The settled codec, with the asked one before it when that was another.
fn codec(made: &Made) -> String {
    let asked = made.request.codec().unwrap_or_default();
    match &made.settled {
        Some(settled) if !settled.raw().eq_ignore_ascii_case(asked) => {
            format!("{}→{settled}", safe(asked))
        }
        _ => safe(row::codec(made)).into_owned(),
    }
}

/// What else there is to say: why it is not done, or that the media server does not know.
fn note(made: &Made) -> String {
    match &made.callback {
        Callback::Failed(why) => format!("media server not told: {why}"),
        _ if !made.why.is_empty() => made.why.to_string(),
        _ => String::new(),
    }
}

/// A latency with as many digits as mean something.
pub fn milliseconds(us: u64) -> String {
    match us {
        0..10_000 => format!("{:.1} ms", us as f64 / 1_000.0),
        _ => format!("{} ms", us / 1_000),
    }
}

/// How a phase looks: quiet when it is well.
pub const fn role(phase: Phase) -> Role {
    match phase {
        Phase::Queued | Phase::Checking => Role::Dim,
        Phase::Sent | Phase::Accepted | Phase::Negotiating => Role::Accent,
        Phase::Retrying => Role::Warn,
        Phase::Transferred => Role::Text,
        Phase::Rejected | Phase::Stopped => Role::Bad,
        Phase::TimedOut | Phase::Unknown => Role::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn small_latencies_keep_a_tenth() {
        assert_eq!([1_540, 25_000].map(milliseconds), ["1.5 ms", "25 ms"]);
    }
}
