//! The panel under the rows: who is in an interaction, or the whole course of a transfer with its frames.

use ratatui::text::{Line, Span};

use crate::kind::interactions::{queue, reached, who as names};
use crate::kind::transfers::{milliseconds, role};
use crate::model::interaction::Interaction;
use crate::model::transfer::MediaMatrix;
use crate::model::transfer::made::{self, Callback, Made, Mark};
use crate::pane::Scene;
use crate::text::Text;
use crate::ui::detail::{Panel, moment, pairs};
use crate::vocabulary::role::Role;

/// Columns before the text of a step.
const STEP: usize = 16;

/// Fills the panel of a transfer: its facts, and its course as far as there is room.
pub(super) fn fill(panel: &mut Panel<'_>, made: &Made, scene: &Scene<'_>) {
    panel.put(&facts(made, scene));
    let whole: Vec<_> = made.course.iter().map(|line| step(line, scene)).collect();
    if made.forgotten == 0 && panel.takes(&whole) {
        panel.put(&whole);
    } else {
        panel.put(&end_of_course(made, scene, panel));
        panel.shorten();
    }
}

/// The lines of an interaction.
pub(super) fn interaction(one: &Interaction, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let told = |text: &Text| {
        if text.is_empty() {
            "not available".to_owned()
        } else {
            text.to_string()
        }
    };
    let began = one
        .started
        .map_or("not available".to_owned(), |at| moment(at, scene.zone));
    let mut lines = vec![
        pairs(
            theme,
            &[
                ("interaction", one.id.to_string()),
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

pub(super) fn facts(made: &Made, scene: &Scene<'_>) -> Vec<Line<'static>> {
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
                ("interaction", made.interaction.to_string()),
                ("to", made.destination.masked()),
                ("by", made.operator.to_string()),
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
            let settled = settled.map_or("-".to_owned(), Text::to_string);
            let settled = ("codec settled", settled);
            lines.push(pairs(theme, &[settled, latency, retries, asked]));
            let [audio, video] = heard_and_seen(media);
            lines.push(pairs(theme, &[("audio", audio), ("video", video), server]));
        }
        // What nobody could ask for is not said to be missing.
        None => lines.push(pairs(theme, &[latency, retries, asked, server])),
    }
    if let Some(before) = &made.before {
        let who = crate::text::shown(&names(before)).into_owned();
        lines.push(pairs(theme, &[("participants", who)]));
    }
    lines
}

/// The media that were asked for.
fn heard_and_seen(media: &MediaMatrix) -> [String; 2] {
    let audio = format!(
        "{} {} kbit/s {} bit",
        crate::text::shown(&media.audio.codec),
        media.audio.bandwidth_kbps,
        media.audio.bit_depth
    );
    let video = media.video.as_ref().map_or("none".to_owned(), |video| {
        let (codec, size) = (
            crate::text::shown(&video.codec),
            crate::text::shown(&video.resolution),
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
        Callback::Failed(_) => "not notified; R tries again".to_owned(),
    }
}

/// The end of the course, each step on one line, as many as there is room for.
fn end_of_course(made: &Made, scene: &Scene<'_>, panel: &Panel<'_>) -> Vec<Line<'static>> {
    let shown = panel.room().saturating_sub(1).min(made.course.len());
    let hidden = made.course.len() - shown;
    let earlier = made.forgotten + hidden as u64;
    let text = format!("{earlier} earlier lines; o opens all of them");
    let mut lines = vec![Line::styled(text, scene.theme.style(Role::Dim))];
    let last = made.course.iter().skip(hidden);
    lines.extend(last.map(|line| {
        let mut line = step(line, scene);
        let room = panel.columns().saturating_sub(STEP);
        if let Some(text) = line.spans.last_mut() {
            text.content = crate::text::fit(&text.content, room).into_owned().into();
        }
        line
    }));
    lines
}

/// One step of the course, whole.
fn step(line: &made::Line, scene: &Scene<'_>) -> Line<'static> {
    let theme = scene.theme;
    let (mark, role) = match line.mark {
        Mark::Step => (" ", Role::Text),
        Mark::Out => ("→", Role::Dim),
        Mark::In => ("←", Role::Dim),
    };
    let at = line.at.timestamp().to_zoned(scene.zone.clone());
    let at = at.strftime("%H:%M:%S%.3f").to_string();
    Line::from(vec![
        Span::styled(format!("{at} {mark} "), theme.style(Role::Dim)),
        Span::styled(line.text.to_string(), theme.style(role)),
    ])
}
