//! What a close look at the phone found, in the detail of its row.

use ratatui::text::{Line, Span};

use crate::model::registration::closeup::{Closeup, LineView, Side};
use crate::model::softphone::found::Station;
use crate::pane::Scene;
use crate::store::Row;
use crate::store::closeups::Look;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::detail;
use crate::vocabulary::role::Role;

/// What is said of a thing that the organisation leaves out.
const NOT_TOLD: &str = "not available";

/// The lines about a phone; none where the API has nothing to look at.
pub fn lines(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    if !scene.can.closeups {
        return Vec::new();
    }
    let look = scene.store.closeups.of(row.device());
    let browser = row.edge_reach().is_some();
    match look.and_then(|look| look.answer.as_ref()) {
        None => vec![dim("reading the phone and its station …", scene)],
        Some((at, Ok(Some(closeup)))) => found(closeup, browser, &age(look, *at, scene), scene),
        Some((at, Ok(None))) => {
            let age = age(look, *at, scene);
            vec![dim(
                &format!("The organisation has this phone no more ({age})."),
                scene,
            )]
        }
        Some((at, Err(why))) => {
            let age = age(look, *at, scene);
            let text = format!("Not known, {age}: {why}");
            vec![Line::styled(text, scene.theme.style(Role::Warn))]
        }
    }
}

/// How old it is, and whether it is being read again.
fn age(look: Option<&Look>, at: Millis, scene: &Scene<'_>) -> String {
    let at = at.timestamp().to_zoned(scene.zone.clone());
    let again = if look.is_some_and(|look| look.reading) {
        ", reading again …"
    } else {
        ""
    };
    format!("read {}{again}", at.strftime("%H:%M:%S"))
}

fn found(closeup: &Closeup, browser: bool, age: &str, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = sides(closeup, scene);
    lines.extend(faults(closeup, scene));
    lines.extend(line(closeup, browser, scene));
    if closeup.stations.is_empty() {
        let none = [("station", "none".to_owned())];
        lines.push(detail::pairs(scene.theme, &none));
    }
    let stations = closeup.stations.iter();
    lines.extend(stations.flat_map(|it| station(it, closeup, scene)));
    if let Some(first) = lines.first_mut() {
        let style = scene.theme.style(Role::Dim);
        first.push_span(Span::styled(age.to_owned(), style));
    }
    lines
}

/// The edges, each on a line of its own.
fn sides(closeup: &Closeup, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let pairs: Vec<_> = closeup.sides().map(|(name, it)| (name, side(it))).collect();
    if pairs.is_empty() {
        return vec![detail::pairs(
            scene.theme,
            &[("edges", NOT_TOLD.to_owned())],
        )];
    }
    let lines = pairs.iter();
    lines
        .map(|pair| detail::pairs(scene.theme, std::slice::from_ref(pair)))
        .collect()
}

/// The edge and what it says, in the organisation's words.
fn side(side: &Side) -> String {
    let words = [&side.service, &side.operational].into_iter().flatten();
    let words: Vec<String> = words.map(plain).collect();
    let edge = or_not_told(side.edge.as_ref());
    match words.as_slice() {
        [] => edge,
        words => format!("{edge} ({})", words.join(", ")),
    }
}

/// Why the phone could not be provisioned, by each edge that says so.
fn faults(closeup: &Closeup, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let style = scene.theme.style(Role::Bad);
    let faults = closeup.sides().filter_map(|(name, side)| {
        let fault = side.fault.as_ref()?;
        let text = format!("{name}: not provisioned: {fault}");
        Some(Line::styled(text, style))
    });
    faults.collect()
}

/// The line that an edge tells of: whether it is reached, and where. Of a browser that is the edge's sign, and there is no place to tell.
fn line(closeup: &Closeup, browser: bool, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let none = LineView::default();
    let line = closeup.line().unwrap_or(&none);
    let reached = match (line.reachable, line.since) {
        (Some(true), None) => "reachable".to_owned(),
        (Some(false), None) => "unreachable".to_owned(),
        (Some(true), Some(at)) => format!("reachable since {}", detail::moment(at, scene.zone)),
        (Some(false), Some(at)) => format!("unreachable since {}", detail::moment(at, scene.zone)),
        (None, _) => NOT_TOLD.to_owned(),
    };
    let contact = match line.contacts.as_slice() {
        [] if line.reachable == Some(false) => "none".to_owned(),
        contacts => or_not_told(contacts.first()),
    };
    let served = [
        (if browser { "edge reach" } else { "line" }, reached),
        ("phone", or_not_told(closeup.agent.as_ref())),
    ];
    let places = [
        ("address", or_not_told(line.address.as_ref())),
        ("contact", contact),
    ];
    let mut lines = vec![detail::pairs(scene.theme, &served)];
    if !browser {
        lines.push(detail::pairs(scene.theme, &places));
    }
    lines
}

/// Who sits at a station, and how its browser keeps in touch.
fn station(station: &Station, closeup: &Closeup, scene: &Scene<'_>) -> [Line<'static>; 2] {
    let user = match &station.user {
        Some(user) => user.to_string(),
        None if station.taken() => "somebody".to_owned(),
        None => "nobody".to_owned(),
    };
    let status = station.status.as_ref().map_or(NOT_TOLD.to_owned(), plain);
    let seat = [
        ("station", station.name.to_string()),
        ("status", status),
        ("assigned to", user),
    ];
    [
        detail::pairs(scene.theme, &seat),
        detail::pairs(scene.theme, &media(station, closeup)),
    ]
}

/// What is set for the browser at a station; of a desk phone nothing is.
fn media(station: &Station, closeup: &Closeup) -> Vec<(&'static str, String)> {
    let set = [station.persistent, station.force_turn, station.media_helper];
    if set == [None; 3] && closeup.keeps_s.is_none() {
        let what = "persistent connection, forced TURN and media helper";
        return vec![(what, NOT_TOLD.to_owned())];
    }
    let idle = closeup.keeps_s.map(|seconds| format!("{seconds} s"));
    vec![
        ("persistent", yes(station.persistent)),
        ("time-out", idle.unwrap_or_else(|| NOT_TOLD.to_owned())),
        ("forced TURN", yes(station.force_turn)),
        ("media helper", yes(station.media_helper)),
    ]
}

fn yes(is: Option<bool>) -> String {
    let word = match is {
        Some(true) => "yes",
        Some(false) => "no",
        None => NOT_TOLD,
    };
    word.to_owned()
}

fn or_not_told(text: Option<&Text>) -> String {
    text.map_or(NOT_TOLD.to_owned(), Text::to_string)
}

/// A word of the organisation as people write it: `IN_SERVICE` is `in service`.
fn plain(word: &Text) -> String {
    word.to_string().to_lowercase().replace('_', " ")
}

fn dim(text: &str, scene: &Scene<'_>) -> Line<'static> {
    Line::styled(text.to_owned(), scene.theme.style(Role::Dim))
}
