//! One frame: header, tabs, the pane, the newest message, the footer, and the layers above them.

use std::cell::RefCell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::term::glyphs::Glyphs;
use crate::ui::header::Header;
use crate::ui::layer::{Layer, Light};
use crate::ui::{footer, tabs};
use crate::vocabulary::role::Role;

/// Below this size nothing can be read, and the frame says so instead.
const LEAST: (u16, u16) = (60, 15);

/// Draws the state; says where the text cursor belongs, if anything is being typed.
pub fn render(app: &mut App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    buf.set_style(area, app.theme.style(Role::Text));
    app.places.screen = area;
    app.places.links.clear();
    let cursor = if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(app, area, buf);
        None
    } else {
        chrome(app, area, buf);
        pane(app, area, buf);
        layers(app, area, buf)
    };
    app.drawn();
    cursor
}

fn line(area: Rect, row: u16) -> Rect {
    Rect {
        y: area.y + row,
        height: 1,
        ..area
    }
}

/// Too small to work in, and still worth a look: the counts stay.
fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let counts = app.vitals.shown().counts;
    let text = format!(
        "needs {}x{}, has {}x{}",
        LEAST.0, LEAST.1, area.width, area.height
    );
    buf.set_stringn(
        area.x,
        area.y,
        text,
        usize::from(area.width),
        app.theme.style(Role::Warn),
    );
    if area.height > 1 {
        let text = format!(
            "{} rows, {} lost",
            crate::text::grouped(counts.total as usize),
            crate::text::grouped(counts.of(State::Lost) as usize)
        );
        buf.set_stringn(
            area.x,
            area.y + 1,
            text,
            usize::from(area.width),
            app.theme.style(Role::Text),
        );
    }
}

fn chrome(app: &mut App, area: Rect, buf: &mut Buffer) {
    let profile = app.profile.as_deref();
    let header = Header {
        profile: profile.map(|p| p.name.as_str()),
        production: profile.is_some_and(|p| p.production),
        colour: profile.and_then(|p| p.colour),
        read_only: profile.is_none_or(|p| p.read_only),
        reading: app.vitals.shown(),
        now: app.now,
        past: app.past_face(),
        unrecorded: app.unrecorded(),
        face: app.face(),
        zone: app.second.as_ref(),
        frozen: app.panes.get(app.active).is_some_and(|p| p.frozen()),
    };
    header.render(line(area, 0), buf, &app.theme);
    let tabs: Vec<_> = app.panes.iter().map(|pane| pane.tab(app.shown())).collect();
    app.places.tabs = tabs::render(line(area, 1), buf, &app.theme, &tabs, app.active);
    let bottom = area.height - 1;
    footer::render(
        line(area, bottom),
        buf,
        &app.theme,
        &app.config.keys,
        &app.actions(),
    );
}

fn pane(app: &mut App, area: Rect, buf: &mut Buffer) {
    let inner = Rect {
        y: area.y + 2,
        // Above the keys is the line of messages, which so cover no row.
        height: area.height - 4,
        ..area
    };
    let trouble = app.broken_link().or(app.problem().map(|p| &p.text));
    let trouble = trouble.map(ToString::to_string);
    let links = RefCell::default();
    // The panes step out of the state while one of them is shown the rest of it.
    let mut panes = std::mem::take(&mut app.panes);
    if let Some(pane) = panes.get_mut(app.active) {
        let scene = Scene {
            store: app.shown(),
            now: app.shown_at(),
            theme: &app.theme,
            zone: app.zone(),
            reading: app.vitals.shown(),
            trouble: trouble.as_deref(),
            connected: app.profile.is_some(),
            can: app.can(),
            region: app.profile.as_ref().and_then(|profile| profile.region),
            links: &links,
            glyphs: Glyphs::chosen(),
        };
        pane.render(inner, buf, &scene);
    }
    app.panes = panes;
    // A layer may lie over them.
    app.places.links = links.into_inner();
    app.places.links.retain(|_| app.layers.is_empty());
    messages(app, area, buf);
}

/// The line above the keys: what came of what a person did, and beside it or in its absence what has happened.
fn messages(app: &App, area: Rect, buf: &mut Buffer) {
    let at = line(area, area.height - 2);
    let told = footer::Told {
        answer: app.messages.answer(),
        event: app.messages.event(),
    };
    footer::messages(at, buf, &app.theme, &app.config.keys, told);
}

fn layers(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    let light = Light {
        theme: &app.theme,
        store: &app.store,
        now: app.now,
    };
    for layer in &app.layers {
        cursor = layer.render(area, buf, light);
        // A sheet covers the line of messages.
        if matches!(layer, Layer::Form(_) | Layer::Review(_)) {
            messages(app, area, buf);
        }
    }
    cursor
}
