//! How the console shows itself: the `[ui]` table.

use jiff::tz::TimeZone;

use super::near;
use super::reader::{Notes, Section};

/// What the clock in the header shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockStyle {
    /// Hours, minutes and seconds.
    #[default]
    Seconds,
    /// Hours and minutes: a quiet console then writes once a minute.
    Minutes,
    /// No clock: a quiet console then writes nothing.
    Off,
}

impl ClockStyle {
    pub(super) const NAMES: [(&'static str, Self); 3] = [
        ("seconds", Self::Seconds),
        ("minutes", Self::Minutes),
        ("off", Self::Off),
    ];
}

/// The settings of the screen.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting that a person turns off by itself"
)]
pub struct Ui {
    /// The name of the theme in use.
    pub theme: String,
    /// The clock in the header.
    pub clock: ClockStyle,
    /// Whether clicks and the wheel reach the console; without, the terminal's own selection works as ever.
    pub mouse: bool,
    /// Whether copying may use OSC 52, which also works through SSH.
    pub osc52: bool,
    /// Whether frames are bracketed in DEC mode 2026, so that they never show half drawn.
    pub synchronized_output: bool,
    /// Whether what leads to a page of the vendor is a link of the terminal (OSC 8).
    pub hyperlinks: bool,
    /// Whether the screen is drawn in ASCII alone; where nobody says, the locale decides.
    pub ascii: Option<bool>,
    /// The zone of the second clock where the profile names none; none is UTC only.
    pub time_zone: Option<TimeZone>,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            theme: "terminal".to_owned(),
            clock: ClockStyle::default(),
            mouse: true,
            osc52: true,
            synchronized_output: true,
            hyperlinks: true,
            ascii: None,
            time_zone: None,
        }
    }
}

impl Ui {
    pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Self {
        let default = Self::default();
        let clock = |word: String| near::choose(&word, &ClockStyle::NAMES);
        let ui = Self {
            theme: from.take("theme", notes).unwrap_or(default.theme),
            clock: from.take_as("clock", notes, clock).unwrap_or_default(),
            mouse: from.take("mouse", notes).unwrap_or(default.mouse),
            osc52: from.take("osc52", notes).unwrap_or(default.osc52),
            synchronized_output: from
                .take("synchronized_output", notes)
                .unwrap_or(default.synchronized_output),
            hyperlinks: from.take("hyperlinks", notes).unwrap_or(default.hyperlinks),
            ascii: from.take("ascii", notes),
            time_zone: from.take_as("time_zone", notes, |name: String| time_zone(&name)),
        };
        from.finish(notes);
        ui
    }
}

/// A zone by its IANA name.
pub(super) fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|n| n.to_string()).collect();
        let hint = near::hint(name, known.iter().map(String::as_str));
        format!("{name:?} is not a time zone (an IANA name such as \"Europe/Berlin\"){hint}")
    })
}
