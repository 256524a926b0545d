//! Draws a ladder.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::{Known, LadderView, Shows, message};
use crate::config::theme::Theme;
use crate::model::sip::{Ladder, SipMessage};
use crate::text::lanes::Lanes;
use crate::text::{fit, more_lines, safe, width};
use crate::time::Millis;
use crate::ui::popup::popup;
use crate::ui::table;
use crate::ui::wrap::wrapped;
use crate::vocabulary::role::Role;

/// From so many columns on the message stands beside the ladder, with this share of them.
const BESIDE: u16 = 112;
const ASIDE: (u16, u16) = (2, 5);

/// From so many lines on parties have their addresses below their names.
const HIGH: u16 = 28;

/// Columns before the lanes: the cursor and the mark, the time, a gap.
const GUTTER: usize = 16;

/// What Enter and Esc do depends on what is shown.
const KEYS: &str = "Space mark  = compare  y copy  x file  r re-read";

impl LadderView {
    /// Draws it over the whole of a screen but for the header, which says how the connection is meanwhile.
    pub fn render(&self, screen: Rect, buf: &mut Buffer, theme: &Theme, now: Millis) {
        let area = Rect {
            y: screen.y + 1.min(screen.height),
            height: screen.height.saturating_sub(1),
            ..screen
        };
        let wanted = (area.width.saturating_sub(4), area.height.saturating_sub(2));
        let room = usize::from(area.width).saturating_sub(6);
        let title = match &self.known {
            Some(known) => known.ladder.title(),
            None => self.asked.id.raw().to_owned(),
        };
        let title = format!("SIP ladder: {title}");
        let inner = popup(area, buf, theme, &fit(&title, room), wanted);
        if inner.height < 3 {
            return;
        }
        let line = |y| Rect {
            y,
            height: 1,
            ..inner
        };
        self.status(line(inner.y), buf, theme, now);
        let foot = self.foot();
        put(line(inner.bottom() - 1), buf, &foot, theme.style(Role::Dim));
        let body = Rect {
            y: inner.y + 1,
            height: inner.height - 2,
            ..inner
        };
        match &self.known {
            Some(known) if !known.ladder.messages.is_empty() => self.body(body, buf, theme, known),
            _ => self.nothing(body, buf, theme),
        }
    }

    /// The keys that do something here.
    fn foot(&self) -> String {
        let enter = if self.alone { "ladder" } else { "message" };
        let leads_back = self.alone || self.shows == Shows::Difference;
        let esc = if leads_back { "back" } else { "close" };
        format!("Enter {enter}  {KEYS}  Esc {esc}")
    }

    /// How much there is, when it was read, and whether that is all of it.
    fn status(&self, line: Rect, buf: &mut Buffer, theme: &Theme, now: Millis) {
        let mut parts: Vec<(String, Role)> = Vec::new();
        if let Some(hint) = self.hint {
            parts.push((hint.to_owned(), Role::Accent));
        } else if let Some(known) = &self.known {
            let refused = known.ladder.refusals() > 0;
            let partial = known.ladder.left_out > 0;
            let role = match (refused, partial) {
                (true, _) => Role::Bad,
                (_, true) => Role::Warn,
                _ => Role::Text,
            };
            let read = known.read.clock(&self.zone, now);
            parts.push(match (&self.failed, self.reading) {
                (_, true) => (format!("read {read}, reading again …"), Role::Dim),
                (Some(_), _) => (format!("read {read}, and not since"), Role::Stale),
                _ => (format!("read {read}"), Role::Dim),
            });
            parts.push((known.ladder.figures(), role));
            if !known.faults.is_empty() {
                parts.push((format!("{} not readable", known.faults.len()), Role::Warn));
            }
        }
        let mut x = line.x;
        for (text, role) in parts {
            let left = usize::from(line.right().saturating_sub(x));
            let text = fit(&text, left).into_owned();
            buf.set_stringn(x, line.y, &text, left, theme.style(role));
            let used = u16::try_from(width(&text)).unwrap_or(u16::MAX);
            x = x.saturating_add(used).saturating_add(2).min(line.right());
        }
    }

    /// Why there is nothing to see.
    fn nothing(&self, body: Rect, buf: &mut Buffer, theme: &Theme) {
        let (text, role) = match (&self.failed, self.reading) {
            (_, true) => (
                "Reading the SIP messages of this call …".to_owned(),
                Role::Dim,
            ),
            (Some(why), _) => (
                format!("The SIP messages cannot be read: {why}"),
                Role::Bad,
            ),
            (None, _) => (
                "No SIP messages are known of this call. The organisation keeps them for a while, and of calls alone; r reads again.".to_owned(),
                Role::Text,
            ),
        };
        let line = Line::styled(text, theme.style(role));
        page(body, buf, &wrapped(&line, usize::from(body.width)));
    }

    fn body(&self, body: Rect, buf: &mut Buffer, theme: &Theme, known: &Known) {
        let ladder = &known.ladder;
        if self.alone {
            return self.panel(body, buf, theme, ladder);
        }
        let (ladder_part, rule, panel) = split(body, ladder.messages.len());
        self.rungs(ladder_part, buf, theme, ladder);
        for at in rule.positions() {
            let sign = if rule.width == 1 { "│" } else { "─" };
            if let Some(cell) = buf.cell_mut(at) {
                cell.set_symbol(sign).set_style(theme.style(Role::Border));
            }
        }
        self.panel(panel, buf, theme, ladder);
    }

    /// The parties, and a row a message.
    fn rungs(&self, area: Rect, buf: &mut Buffer, theme: &Theme, ladder: &Ladder) {
        let room = usize::from(area.width).saturating_sub(GUTTER);
        let lanes = Lanes::within(ladder.parties.len(), room);
        let mut rows = area;
        if let Some(lanes) = lanes {
            let mut head = |words: String, role| {
                if rows.height > 1 {
                    let text = format!("{:GUTTER$}{words}", "");
                    put(Rect { height: 1, ..rows }, buf, &text, theme.style(role));
                    rows.y += 1;
                    rows.height -= 1;
                }
            };
            let parties = || ladder.parties.iter();
            head(
                lanes.heads(parties().map(|party| party.name.raw())),
                Role::Header,
            );
            if area.height >= HIGH && parties().any(|party| !party.address.is_empty()) {
                let addresses = parties().map(|party| party.address.raw());
                head(lanes.heads(addresses), Role::Dim);
            }
        }
        let height = usize::from(rows.height);
        let count = ladder.messages.len();
        // The cursor is in the middle where there is more above and below.
        let top = self.at.saturating_sub(height / 2);
        let top = top.min(count.saturating_sub(height));
        for ((n, message), y) in ladder
            .messages
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .zip(rows.y..)
        {
            let line = Rect {
                y,
                height: 1,
                ..rows
            };
            self.rung(line, buf, theme, (ladder, n, message), lanes);
        }
    }

    fn rung(
        &self,
        line: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        (ladder, n, message): (&Ladder, usize, &SipMessage),
        lanes: Option<Lanes>,
    ) {
        let here = n == self.at;
        if here {
            table::stripe(buf, line, line.y, theme.style(Role::Selection));
        }
        let cursor = if here { "▌" } else { " " };
        let mark = if self.marked == Some(n) { "*" } else { " " };
        let gutter = format!("{cursor}{mark}{}  ", message.clock(&self.zone));
        let look = theme.style(message::role(message));
        let bars = theme.style(Role::Border);
        let label = message.label();
        let parts = if let Some(lanes) = lanes {
            let again = message.resent.is_some();
            let row = lanes.row((message.from, message.to), &label, again);
            vec![(row.before, bars), (row.arrow, look), (row.after, bars)]
        } else {
            let [from, to] = ladder.ends(message).map(safe);
            vec![(format!("{from} → {to}: {}", safe(&label)), look)]
        };
        let gutter = [(gutter, theme.style(Role::Dim))];
        let mut x = line.x;
        for (text, style) in gutter.into_iter().chain(parts) {
            let left = usize::from(line.right().saturating_sub(x));
            let text = fit(&text, left);
            buf.set_stringn(x, line.y, &text, left, style);
            let used = u16::try_from(width(&text)).unwrap_or(u16::MAX);
            x = x.saturating_add(used).min(line.right());
        }
        if here {
            buf.set_style(line, theme.style(Role::Selection));
        }
    }

    /// The message under the cursor, or what makes it differ from the marked one.
    fn panel(&self, area: Rect, buf: &mut Buffer, theme: &Theme, ladder: &Ladder) {
        let Some(said) = ladder.messages.get(self.at).filter(|_| area.height > 1) else {
            return;
        };
        let marked = self.marked.filter(|_| self.shows == Shows::Difference);
        let other = marked.and_then(|marked| Some((marked, ladder.messages.get(marked)?)));
        let (title, lines) = match other {
            Some((marked, other)) => (
                format!("- message {}  + message {}", marked + 1, self.at + 1),
                message::difference(other, said, theme),
            ),
            None => (message::title(ladder, self.at), message::lines(said, theme)),
        };
        put(
            Rect { height: 1, ..area },
            buf,
            &title,
            theme.style(Role::Header),
        );
        let rows = Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        };
        let columns = usize::from(rows.width);
        let lines: Vec<Line<'static>> = lines
            .iter()
            .flat_map(|line| wrapped(line, columns))
            .collect();
        let height = usize::from(rows.height);
        self.last.set(lines.len().saturating_sub(height));
        let top = self.top.min(self.last.get());
        page(rows, buf, lines.get(top..).unwrap_or_default());
        let below = lines.len().saturating_sub(top + height);
        if below > 0 {
            let more = format!(" {}: J ", more_lines(below));
            let used = u16::try_from(width(&more)).unwrap_or(0).min(area.width);
            let at = Rect {
                x: area.right() - used,
                width: used,
                height: 1,
                ..area
            };
            put(at, buf, &more, theme.style(Role::Dim));
        }
    }
}

/// Where the ladder is, what is between it and the message, and where that is.
fn split(body: Rect, messages: usize) -> (Rect, Rect, Rect) {
    if body.width >= BESIDE {
        let aside = body.width / ASIDE.1 * ASIDE.0;
        let ladder = Rect {
            width: body.width - aside - 2,
            ..body
        };
        let rule = Rect {
            x: ladder.right(),
            width: 1,
            ..body
        };
        let panel = Rect {
            x: rule.right() + 1,
            width: aside,
            ..body
        };
        return (ladder, rule, panel);
    }
    // No more than the ladder needs, and no more than half.
    let wanted = u16::try_from(messages)
        .unwrap_or(u16::MAX)
        .saturating_add(1);
    let height = wanted.min(body.height.div_ceil(2));
    let ladder = Rect { height, ..body };
    let rule = Rect {
        y: ladder.bottom(),
        height: 1.min(body.height - height),
        ..body
    };
    let panel = Rect {
        y: rule.bottom(),
        height: body.bottom().saturating_sub(rule.bottom()),
        ..body
    };
    (ladder, rule, panel)
}

fn page(area: Rect, buf: &mut Buffer, lines: &[Line<'static>]) {
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        let at = Rect {
            y,
            height: 1,
            ..area
        };
        line.render(at, buf);
    }
}

fn put(line: Rect, buf: &mut Buffer, text: &str, style: Style) {
    let columns = usize::from(line.width);
    buf.set_stringn(line.x, line.y, fit(text, columns), columns, style);
}
