//! The panel under the rows: who is in an interaction, or the whole course of a transfer with its frames.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::kind::interactions::{queue, reached, who as names};
use crate::kind::transfers::{milliseconds, role};
use crate::model::interaction::Interaction;
use crate::model::transfer::MediaMatrix;
use crate::model::transfer::made::{Callback, Made, Mark};
use crate::pane::Scene;
use crate::text::Text;
use crate::ui::detail::{self, moment, pairs};

/// Columns of one participant.
const PARTICIPANT: usize = 60;

/// Draws the panel of a transfer: its facts, and as much of the end of its course as there is room for.
pub(super) fn made(inner: Rect, buf: &mut Buffer, made: &Made, scene: &Scene<'_>) {
    let mut lines = facts(made, scene);
    let room = usize::from(inner.height).saturating_sub(lines.len());
    lines.extend(course(made, scene, usize::from(inner.width), room));
    detail::lines(inner, buf, &lines);
}

/// The lines of an interaction.
pub(super) fn interaction(one: &Interaction, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let told = |text: &Text| {
        if text.is_empty() {
            "not told".to_owned()
        } else {
            text.fit(40).into_owned()
        }
    };
    let began = one
        .started
        .map_or("not told".to_owned(), |at| moment(at, scene.zone));
    let mut lines = vec![
        pairs(
            theme,
            &[
                ("interaction", one.id.0.fit(60).into_owned()),
                ("state", crate::text::safe(one.standing.word()).into_owned()),
            ],
        ),
        pairs(
            theme,
            &[
                ("media", told(&one.media)),
                ("queue", told(queue(one))),
                ("began", began),
            ],
        ),
    ];
    if let Some(consult) = one.consult() {
        lines.push(pairs(theme, &[("announced", consult.words())]));
    }
    // Who is in it stands before who was.
    let (here, gone): (Vec<_>, Vec<_>) = one.participants.iter().partition(|who| who.here());
    for who in here.into_iter().chain(gone) {
        let address = reached(who.address.raw());
        let mut words = vec![
            ("as", told(&who.purpose)),
            ("name", told(&who.name)),
            ("at", told(&Text::from(address))),
        ];
        if let Some(leg) = &who.leg {
            words.push(("is", told(&Text::from(leg.words()))));
        }
        lines.push(pairs(theme, &words));
    }
    if one.more_participants > 0 {
        let text = format!(
            "and {} more participants, which are not kept",
            one.more_participants
        );
        lines.push(Line::styled(text, theme.style(Role::Dim)));
    }
    lines
}

fn facts(made: &Made, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let latency = made.latency_us.map_or("-".to_owned(), milliseconds);
    let state = Line::from(vec![
        Span::styled("state ", theme.style(Role::Dim)),
        Span::styled(made.phase.word(), theme.style(role(made.phase))),
        Span::styled(format!("   {}", made.why), theme.style(Role::Text)),
    ]);
    let mut lines = vec![
        state,
        pairs(
            theme,
            &[
                ("interaction", made.interaction.0.fit(40).into_owned()),
                ("to", made.destination.masked()),
                ("by", made.operator.fit(24).into_owned()),
            ],
        ),
    ];
    let latency = ("latency", latency);
    let retries = ("retries", made.retries.to_string());
    let asked = ("asked for", moment(made.began, scene.zone));
    let server = ("media server", callback(&made.callback));
    match made.request.media() {
        Some(media) => {
            let settled = made.settled.as_ref();
            let settled = settled.map_or("-".to_owned(), |codec| codec.fit(16).into_owned());
            let settled = ("codec settled", settled);
            lines.push(pairs(theme, &[settled, latency, retries, asked]));
            let [audio, video] = heard_and_seen(media);
            lines.push(pairs(theme, &[("audio", audio), ("video", video), server]));
        }
        // What nobody could ask for is not said to be missing.
        None => lines.push(pairs(theme, &[latency, retries, asked, server])),
    }
    if let Some(before) = &made.before {
        let who = crate::text::fit(&names(before), PARTICIPANT).into_owned();
        lines.push(pairs(theme, &[("participants", who)]));
    }
    lines
}

/// The media that were asked for.
fn heard_and_seen(media: &MediaMatrix) -> [String; 2] {
    let audio = format!(
        "{} {} kbit/s {} bit",
        crate::text::fit(&media.audio.codec, 16),
        media.audio.bandwidth_kbps,
        media.audio.bit_depth
    );
    let video = media.video.as_ref().map_or("none".to_owned(), |video| {
        let (codec, size) = (
            crate::text::fit(&video.codec, 16),
            crate::text::fit(&video.resolution, 16),
        );
        format!("{codec} {size} {} fps", video.fps)
    });
    [audio, video]
}

fn callback(callback: &Callback) -> String {
    match callback {
        Callback::None => "-".to_owned(),
        Callback::Telling => "being told".to_owned(),
        Callback::Told => "knows".to_owned(),
        Callback::Failed(_) => "not told; R tries again".to_owned(),
    }
}

/// The course, as much of its end as there is room for.
fn course(made: &Made, scene: &Scene<'_>, width: usize, room: usize) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let hidden = made.course.len().saturating_sub(room);
    let shown = made
        .course
        .iter()
        .skip(if hidden > 0 { hidden + 1 } else { 0 });
    let mut lines: Vec<Line<'static>> = Vec::new();
    if hidden > 0 && room > 0 {
        let earlier = made.forgotten + hidden as u64 + 1;
        let text = format!("{earlier} earlier lines; o opens all of them");
        lines.push(Line::styled(text, theme.style(Role::Dim)));
    }
    lines.extend(shown.map(|line| {
        let (mark, role) = match line.mark {
            Mark::Step => (" ", Role::Text),
            Mark::Out => ("→", Role::Dim),
            Mark::In => ("←", Role::Dim),
        };
        let at = line.at.timestamp().to_zoned(scene.zone.clone());
        let at = at.strftime("%H:%M:%S%.3f").to_string();
        let text = line.text.fit(width.saturating_sub(16)).into_owned();
        Line::from(vec![
            Span::styled(format!("{at} {mark} "), theme.style(Role::Dim)),
            Span::styled(text, theme.style(role)),
        ])
    }));
    lines
}
