//! The columns of the alerts table: headings, widths and what stands in them.

use jiff::tz::TimeZone;

use crate::config::theme::Role;
use crate::model::alert::{Alert, Delivery, Standing};
use crate::time::Millis;
use crate::ui::table::Wish;

/// A column of the alerts table, in the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// What the alert is now.
    State,
    /// The contract's `alertType`, or a rule.
    Kind,
    /// What it is about.
    What,
    /// When it began.
    Since,
    /// How long it lasted; empty while it holds, because an age would have to be drawn again as it grows.
    Lasted,
    /// Who has taken notice.
    By,
    /// How far its newest POST has come; last, because a reason takes what room there is.
    Delivery,
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 7] = [
        Self::State,
        Self::Kind,
        Self::What,
        Self::Since,
        Self::Lasted,
        Self::By,
        Self::Delivery,
    ];

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::State => "STATE",
            Self::Kind => "KIND",
            Self::What => "WHAT",
            Self::Since => "SINCE",
            Self::Lasted => "LASTED",
            Self::Delivery => "DELIVERY",
            Self::By => "ACK BY",
        }
    }

    /// How wide it wants to be.
    #[must_use]
    pub const fn wish(self) -> Wish {
        let (least, ideal) = match self {
            Self::State => (11, 12),
            Self::Kind => (14, 20),
            Self::What => (16, 30),
            Self::Since | Self::Lasted => (8, 9),
            Self::Delivery => (11, 40),
            Self::By => (6, 12),
        };
        Wish {
            least,
            ideal,
            right: matches!(self, Self::Since | Self::Lasted),
        }
    }

    /// What stands in the column; safe to show.
    #[must_use]
    pub fn cell(self, alert: &Alert, zone: &TimeZone, now: Millis) -> String {
        match self {
            Self::State if alert.flapping => format!("~{}", alert.standing().word()),
            Self::State => alert.standing().word().to_owned(),
            Self::Kind => crate::text::safe(alert.kind.wire()).into_owned(),
            Self::What => alert.what(),
            Self::Since => alert.began.clock(zone, now),
            Self::Lasted => alert
                .ended
                .map_or_else(String::new, |end| lasted(end.since(alert.began))),
            Self::Delivery => delivery(&alert.current().delivery, zone, now),
            Self::By => alert
                .acknowledged
                .as_ref()
                .map_or_else(String::new, |ack| ack.by.to_string()),
        }
    }

    /// How the cell looks: what is over is quiet.
    #[must_use]
    pub fn role(self, alert: &Alert) -> Role {
        let standing = alert.standing();
        match self {
            Self::State => role(standing),
            Self::Delivery if standing == Standing::Undelivered => Role::Bad,
            Self::Kind | Self::What if alert.is_open() => Role::Text,
            _ => Role::Dim,
        }
    }
}

/// How a standing looks.
#[must_use]
pub fn role(standing: Standing) -> Role {
    match standing {
        Standing::Undelivered | Standing::Open => Role::Bad,
        Standing::Acknowledged => Role::Warn,
        Standing::Silenced | Standing::Resolved => Role::Dim,
    }
}

/// How far a POST has come, in words that are safe to show.
#[must_use]
pub fn delivery(delivery: &Delivery, zone: &TimeZone, now: Millis) -> String {
    match delivery {
        Delivery::NoWebhook => "no webhook".to_owned(),
        Delivery::Elsewhere => "by another console".to_owned(),
        Delivery::Withheld => "withheld".to_owned(),
        Delivery::Queued => "queued".to_owned(),
        Delivery::Retrying { failed, why } => format!("retrying {failed}: {why}"),
        Delivery::Sent { at } => format!("sent {}", at.clock(zone, now)),
        Delivery::Undelivered { why, .. } => format!("undelivered: {why}"),
    }
}

/// A length of time in the two largest units that it has.
#[must_use]
pub fn lasted(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::lasted;

    #[test]
    fn a_length_has_its_two_largest_units() {
        let seconds = [9, 75, 3_600, 90_061].map(|s| lasted(s * 1_000));
        assert_eq!(seconds, ["9s", "1m15s", "1h00m", "1d01h"]);
    }
}
