//! The forms of a callback: a booking, and other slots for one that is booked (contract §10).

mod appoint;
mod book;
mod known;
mod moved;
mod retime;

use super::{Check, CheckVerdict, Field, FieldKind, Spec, item};
use crate::model::phone::Phone;

pub use self::appoint::{SPEC as APPOINTMENT_SPEC, open as open_appointment};
pub use self::book::open;
pub use self::known::Known;
pub use self::moved::open as open_moved;
pub use self::retime::{SPEC as RETIME_SPEC, open as open_retime};

/// Slots that one booking may have.
const MOST_SLOTS: usize = 96;

/// Numbers of one callback that are looked at.
const MOST_NUMBERS: usize = 10;

const CHANNELS: [&str; 4] = ["voice", "sms", "email", "chat"];

/// The table of slots, the same in both forms.
const SLOTS: Field = Field::new(
    "time_slot_matrix",
    "Slots",
    FieldKind::List {
        item: &item::SLOT,
        most: MOST_SLOTS,
    },
)
.group("When")
.help("By the queue's clock, the most wanted first: 2030-06-15 14:00 to 14:15.");

static BOOKING: [Field; 9] = [
    Field::new("callback_number", "Number", FieldKind::Text)
        .group("Caller")
        .help("A plus sign, the country code and the number: +14155550199."),
    Field::new("reason", "Reason", FieldKind::Text)
        .group("Caller")
        .help("What it is about, for whoever calls back."),
    Field::new("queue_id", "Queue", FieldKind::Choice(&[]))
        .group("When")
        .help("Who calls back. Its clock is the one that slots are written by."),
    SLOTS,
    Field::new(
        "channel_preferences.primary",
        "Reach by",
        FieldKind::Choice(&CHANNELS),
    )
    .group("How")
    .help("How the caller is reached first."),
    Field::new(
        "channel_preferences.fallback",
        "Else by",
        FieldKind::Choice(&CHANNELS),
    )
    .group("How")
    .help("How, when that fails; another than the first.")
    .optional(),
    Field::new(
        "channel_preferences.allow_sms",
        "Short messages",
        FieldKind::Toggle,
    )
    .group("How")
    .help("Whether the caller has agreed to short messages."),
    Field::new(
        "concurrency_limit",
        "At a time",
        FieldKind::Number {
            least: 1.0,
            most: 50.0,
            whole: true,
            unit: "",
        },
    )
    .group("How")
    .help("Callbacks that may run at once in the slot."),
    Field::new("callback_id", "Our name for it", FieldKind::Text)
        .group("How")
        .help("Finds the reservation again should the answer be lost."),
];

static MOVED: [Field; 1] = [SLOTS];

/// What there is to fill in for a booking.
pub static SPEC: Spec = Spec {
    name: "callback",
    title: "book a callback",
    subject: "callback_id",
    fields: &BOOKING,
};

/// What there is to fill in to move one.
pub static MOVED_SPEC: Spec = Spec {
    name: "callback-move",
    title: "move a callback to other slots",
    subject: "",
    fields: &MOVED,
};

/// Whose number it is, once it is one.
fn number_check(path: impl Into<String>, number: &Phone) -> Option<Check> {
    let country = number.country().ok()?;
    let (verdict, sentence) = if country.assigned {
        (CheckVerdict::Good, country.to_string())
    } else {
        let doubt = format!("{country}: not a number of its plan, as far as is known");
        (CheckVerdict::Warning, doubt)
    };
    Some(Check::known(path, "number", verdict, sentence))
}
