//! The first line: whose organisation this is, how the connection is, what it costs, what time it is.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::bar::Bar;
use crate::config::theme::Theme;
use crate::text::{Text, grouped};
use crate::time::Millis;
use crate::ui::reading::{Reading, SharedLink};
use crate::vocabulary::news::{Link, Rivalry, Status};
use crate::vocabulary::role::Role;

/// How much of the time of day is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Down to the second.
    Seconds,
    /// Down to the minute: nothing moves, so nothing needs drawing.
    Minutes,
    /// No clock.
    Off,
}

/// What is said of a moment of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastFace {
    /// When.
    pub at: Millis,
    /// How fast it is played; none is not at all.
    pub speed: Option<u32>,
    /// Nothing is recorded of it since this moment.
    pub nothing_since: Option<Millis>,
}

impl PastFace {
    /// `PAST 03:10:22 UTC x60`, with the day where it is another one.
    #[must_use]
    pub fn words(&self, now: Millis) -> String {
        let day = |at: Millis| at.timestamp().strftime("%Y-%m-%d").to_string();
        let day = Some(day(self.at)).filter(|at| *at != day(now));
        let day = day.map_or_else(String::new, |day| format!("{day} "));
        let at = self.at.timestamp().strftime("%H:%M:%S");
        let speed = self
            .speed
            .map_or_else(|| "paused".to_owned(), |speed| format!("x{speed}"));
        format!(" PAST {day}{at} UTC {speed} ")
    }
}

/// What the header is drawn from.
#[derive(Debug)]
pub struct Header<'a> {
    /// The profile's name; none when there is no profile, and so no connection to speak of.
    pub profile: Option<&'a str>,
    /// Whether it is production, which reads red.
    pub production: bool,
    /// The profile's own colour; a theme without colour ignores it.
    pub colour: Option<Color>,
    /// Whether nothing may be written.
    pub read_only: bool,
    /// The vitals on screen.
    pub reading: &'a Reading,
    /// The moment it is.
    pub now: Millis,
    /// The moment of the past that is on the screen; none shows the present.
    pub past: Option<PastFace>,
    /// How much clock.
    pub face: Face,
    /// The profile's zone, beside UTC.
    pub zone: Option<&'a TimeZone>,
    /// The rows are held as they were.
    pub frozen: bool,
    /// Why what happens is recorded no more, where it should be.
    pub unrecorded: Option<&'a str>,
}

impl Header<'_> {
    /// Draws the line.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let mut bar = Bar::default();
        bar.left(7, theme.style(Role::Dim), " trunkline");
        let name = format!(
            " {}",
            crate::text::fit(self.profile.unwrap_or("no profile"), 24)
        );
        bar.left(0, self.name_style(theme), name);
        if let Some(past) = &self.past {
            bar.left(0, theme.style(Role::Past), past.words(self.now));
            if let Some(since) = past.nothing_since {
                let since = since.timestamp().strftime("%H:%M:%S");
                let text = format!("nothing recorded since {since}");
                bar.left(0, theme.style(Role::Warn), text);
            }
            bar.left(1, theme.style(Role::Accent), "RO");
        } else if self.profile.is_some() {
            self.connection(&mut bar, theme);
        }
        self.clock(&mut bar, theme);
        bar.render(area, buf);
    }

    fn connection(&self, bar: &mut Bar, theme: &Theme) {
        let status = &self.reading.status;
        let share = self.reading.share.as_ref();
        // Which link is broken, by name: the reader's to the organisation, or the reader's to this console.
        let silence = share.and_then(silence);
        let silence = silence.filter(|_| status.link != Link::Paused);
        let silent = silence.is_some();
        let reader = share.and_then(|share| share.host.as_ref());
        let (role, words) = match silence {
            Some(words) => (Role::Bad, words),
            None => link(status, reader, self.now),
        };
        bar.left(0, theme.style(role), words);
        if status.link == Link::Live {
            if let Some(polled) = polled(status) {
                bar.left(1, theme.style(Role::Text), polled);
            }
            if let Some(sweep) = sweep(status) {
                bar.left(8, theme.style(Role::Dim), sweep);
            }
        }
        if let Some(words) = share.and_then(shared) {
            bar.left(1, theme.style(Role::Text), words);
        }
        // It is the reader's as well, as it was when it was heard last.
        if let Some(cloud) = self.reading.cloud.as_ref().filter(|_| !silent) {
            bar.left(1, theme.style(cloud.role), cloud.words.as_str());
            bar.left(2, theme.style(cloud.role), cloud.details.as_str());
        }
        if self.frozen {
            bar.left(0, theme.style(Role::Warn), "FROZEN");
        }
        if self.reading.rate > 0.0 {
            bar.left(6, theme.style(Role::Text), rate(self.reading.rate));
        }
        // They are the reader's, as it was when it was heard last.
        if !silent {
            self.losses(bar, theme);
            self.budget(bar, theme);
            if let Some(until) = status.token_until {
                bar.left(5, theme.style(Role::Dim), token(until, self.now));
            }
        }
        let (role, word) = if self.read_only {
            (Role::Accent, "RO")
        } else {
            (Role::Text, "RW")
        };
        bar.left(1, theme.style(role), word);
    }

    fn name_style(&self, theme: &Theme) -> Style {
        let role = if self.production {
            Role::Production
        } else {
            Role::Header
        };
        let style = theme.style(role);
        let coloured = theme.style(Role::Bad).fg.is_some();
        match self.colour.filter(|_| coloured && !self.production) {
            Some(colour) => style.fg(colour),
            None => style,
        }
    }

    fn losses(&self, bar: &mut Bar, theme: &Theme) {
        let warn = theme.style(Role::Warn);
        if self.unrecorded.is_some() {
            bar.left(1, warn, "not recorded");
        }
        if let Some(Rivalry { taken, of }) = self.reading.status.rivalry {
            bar.left(
                1,
                warn,
                format!("another reader took {taken} of {of} channels"),
            );
        }
        if self.reading.dropped > 0 {
            bar.left(2, warn, format!("dropped {}", self.reading.dropped));
        }
        if self.reading.status.undecodable > 0 {
            bar.left(
                3,
                warn,
                format!("undecodable {}", self.reading.status.undecodable),
            );
        }
    }

    fn budget(&self, bar: &mut Bar, theme: &Theme) {
        let status = &self.reading.status;
        let held = status.held_until.filter(|until| *until > self.now);
        let (role, text) = match (status.budget_allowed, held) {
            (_, Some(until)) => (
                Role::Warn,
                format!("budget held {} s", until.since(self.now).div_ceil(1_000)),
            ),
            (Some(allowed), None) => {
                let spent = self.reading.spent;
                if status.budget_used >= allowed {
                    (Role::Warn, format!("budget {allowed}/{allowed}"))
                } else {
                    (Role::Text, format!("budget ≤{spent}/{allowed}"))
                }
            }
            (None, None) => (Role::Dim, "budget unlimited".to_owned()),
        };
        bar.left(4, theme.style(role), text);
    }

    fn clock(&self, bar: &mut Bar, theme: &Theme) {
        let (long, short) = match self.face {
            Face::Seconds => ("%Y-%m-%d %H:%M:%S", "%H:%M:%S"),
            Face::Minutes => ("%Y-%m-%d %H:%M", "%H:%M"),
            Face::Off => return,
        };
        let at = self.now.timestamp();
        let style = theme.style(Role::Dim);
        if let Some(zone) = self.zone {
            bar.right(
                2,
                style,
                format!(
                    "{} ",
                    at.to_zoned(zone.clone()).strftime(&format!("{short} %Z"))
                ),
            );
            bar.right(3, style, format!("{} UTC ", at.strftime(short)));
        } else {
            bar.right(2, style, format!("{} UTC ", at.strftime(long)));
        }
    }
}

/// How a share does, while its reader is heard.
fn shared(share: &SharedLink) -> Option<String> {
    let host = share.host.as_ref().filter(|_| share.silent_since.is_none());
    host.map(|host| format!("shared by {host}, {} attached", share.attached))
}

/// The reader is not heard any more, or was never.
fn silence(share: &SharedLink) -> Option<String> {
    let since = share.silent_since?.timestamp().strftime("%H:%M:%S");
    let host = share.host.as_ref().map(ToString::to_string);
    let host = host.unwrap_or_else(|| "a reader".to_owned());
    Some(format!("× no word of {host} since {since} UTC"))
}

/// The connection in a word or two; a glyph, so that it does not hang on colour. It is that of the `reader` where somebody else
/// reads.
fn link(status: &Status, reader: Option<&Text>, now: Millis) -> (Role, String) {
    let of = reader.map_or_else(String::new, |host| format!("{host} "));
    let progress = || match status.users {
        0 => "connecting".to_owned(),
        users => format!(
            "connecting {}/{}",
            grouped(status.read as usize),
            grouped(users as usize)
        ),
    };
    match status.link {
        Link::Connecting => (Role::Accent, format!("◌ {}", progress())),
        Link::Live => live(status),
        Link::Reconnecting { at, attempt } => {
            let wait = at.since(now).div_ceil(1_000);
            (
                Role::Warn,
                format!("◌ {of}reconnecting in {wait} s (attempt {attempt})"),
            )
        }
        Link::Paused => (Role::Warn, "‖ paused".to_owned()),
        Link::PollingOnly => (
            Role::Warn,
            format!("○ polling only, every {}", seconds(status.poll_round_ms)),
        ),
        Link::Offline { since } => (
            Role::Bad,
            format!(
                "× {of}offline since {} UTC",
                since.timestamp().strftime("%H:%M")
            ),
        ),
    }
}

/// How many of the users are live. While they are read for the first time there is nothing wrong with the others.
fn live(status: &Status) -> (Role, String) {
    let users = status.streams_wanted.saturating_add(status.polled);
    if status.streams_live >= users {
        return (Role::Text, "● live".to_owned());
    }
    let role = match status {
        status if status.read < status.users || !status.enumerated => Role::Accent,
        status if status.streams_live < status.streams_wanted => Role::Warn,
        _ => Role::Text,
    };
    let of = |count: u32| grouped(count as usize);
    let text = format!("● live {} of {}", of(status.streams_live), of(users));
    (role, text)
}

/// Who is polled, and how old what is known of them can be.
fn polled(status: &Status) -> Option<String> {
    let every = seconds(status.poll_round_ms);
    (status.polled > 0).then(|| format!("{} polled every {every}", grouped(status.polled as usize)))
}

/// How often everyone who is live is read again.
fn sweep(status: &Status) -> Option<String> {
    let swept = status.sweep_round_ms > 0 && status.streams_live > 0;
    swept.then(|| format!("re-read every {}", seconds(status.sweep_round_ms)))
}

fn seconds(ms: u64) -> String {
    match ms.div_ceil(1_000) {
        s @ 0..=119 => format!("{s} s"),
        s => format!("{} min", s.div_ceil(60)),
    }
}

fn rate(rate: f32) -> String {
    if rate < 10.0 {
        format!("{rate:.1} ev/s")
    } else {
        format!("{rate:.0} ev/s")
    }
}

fn token(until: Millis, now: Millis) -> String {
    match until.since(now) / 60_000 {
        0 => "token <1m".to_owned(),
        minutes @ 1..60 => format!("token {minutes}m"),
        minutes => format!("token {}h{:02}m", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_told_by_words_and_glyph() {
        let now = Millis(1_000_000);
        let say = |link| {
            self::link(
                &Status {
                    link,
                    ..Status::default()
                },
                None,
                now,
            )
            .1
        };
        assert_eq!(
            say(Link::Reconnecting {
                at: now.plus(3_100),
                attempt: 3
            }),
            "◌ reconnecting in 4 s (attempt 3)"
        );
        assert_eq!(
            say(Link::Offline {
                since: Millis(14 * 3_600_000 + 60_000)
            }),
            "× offline since 14:01 UTC"
        );
        assert_eq!(say(Link::Paused), "‖ paused");
    }

    #[test]
    fn the_broken_link_of_a_share_is_told_once_and_by_name() {
        let drawn = |link, silent_since| {
            let reading = Reading {
                status: Status {
                    link,
                    token_until: Some(Millis(80_000_000)),
                    ..Status::default()
                },
                share: Some(SharedLink {
                    host: Some("jump1".into()),
                    attached: 3,
                    silent_since,
                }),
                ..Reading::default()
            };
            let header = Header {
                profile: Some("org"),
                production: false,
                colour: None,
                read_only: false,
                reading: &reading,
                now: Millis(50_500_000),
                past: None,
                face: Face::Off,
                zone: None,
                frozen: false,
                unrecorded: None,
            };
            let area = Rect::new(0, 0, 80, 1);
            let mut buf = Buffer::empty(area);
            let themes = crate::config::theme::Themes::shipped();
            header.render(area, &mut buf, themes.iter().next().unwrap());
            let cells = (0..area.width).map(|x| buf[(x, 0)].symbol().to_owned());
            cells.collect::<String>().trim().to_owned()
        };
        let since = Millis(50_482_000);
        // The reader does not reach the organisation.
        let far = drawn(Link::Offline { since }, None);
        assert!(far.contains("× jump1 offline since 14:01 UTC"), "{far}");
        assert!(far.contains("shared by jump1, 3 attached"), "{far}");
        // This console does not hear the reader: what that said of itself is not known any more.
        let near = drawn(Link::Offline { since }, Some(since));
        assert_eq!(
            near,
            "trunkline   org  × no word of jump1 since 14:01:22 UTC  RW"
        );
        // It was asked to be quiet.
        let quiet = drawn(Link::Paused, Some(since));
        assert!(
            quiet.contains("‖ paused") && !quiet.contains("no word"),
            "{quiet}"
        );
    }

    #[test]
    fn live_is_said_of_no_more_than_is_live() {
        let status = Status {
            link: Link::Live,
            users: 2_000,
            read: 2_000,
            enumerated: true,
            streams_live: 1_950,
            streams_wanted: 1_950,
            polled: 50,
            poll_round_ms: 240_000,
            sweep_round_ms: 900_000,
            ..Status::default()
        };
        let said = |status: &Status| link(status, None, Millis(0));
        assert_eq!(
            said(&status),
            (Role::Text, "● live 1,950 of 2,000".to_owned())
        );
        assert_eq!(polled(&status).as_deref(), Some("50 polled every 4 min"));
        assert_eq!(sweep(&status).as_deref(), Some("re-read every 15 min"));
        let reading = Status {
            read: 340,
            streams_live: 340,
            ..status
        };
        assert_eq!(
            said(&reading),
            (Role::Accent, "● live 340 of 2,000".to_owned())
        );
        let lost = Status {
            streams_live: 1_900,
            ..status
        };
        assert_eq!(said(&lost).0, Role::Warn);
        let whole = Status {
            streams_live: 2_000,
            streams_wanted: 2_000,
            polled: 0,
            ..status
        };
        assert_eq!(said(&whole), (Role::Text, "● live".to_owned()));
        assert_eq!(polled(&whole), None);
    }

    #[test]
    fn a_token_life_is_read_in_minutes() {
        let now = Millis(0);
        assert_eq!(token(Millis(118 * 60_000), now), "token 1h58m");
        assert_eq!(token(Millis(59_000), now), "token <1m");
        assert_eq!(token(Millis(-5), now), "token <1m");
    }
}
