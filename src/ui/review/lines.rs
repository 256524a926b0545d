//! What a review says, what matters most first.

use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthChar;

use super::Shown;
use crate::form::Plan;
use crate::model::write::Write;
use crate::text::safe;
use crate::ui::notice::wrap;
use crate::vocabulary::role::Role;

/// Lines around a change that show with it.
const CONTEXT: usize = 2;

/// A line; safe to show.
#[derive(Clone, Debug)]
pub(super) struct Said {
    text: String,
    role: Role,
    edge: Edge,
}

/// What becomes of a line that is wider than the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// A sentence goes on between two words.
    Wrap,
    /// Code is cut, because a broken line of it misleads.
    Cut,
    /// What is written to goes on wherever the edge is: nobody may send to an address that cannot be read whole.
    Break,
}

/// Every line of a review.
pub(super) fn of(plan: &Plan, shown: &Shown, concerns: &[String]) -> Vec<Said> {
    let mut said = vec![address(&format!("{} {}", shown.method, shown.url))];
    others(plan, &mut said);
    let section = |title: &str, said: &mut Vec<Said>| {
        said.push(prose("", Role::Text));
        said.push(prose(title, Role::Header));
    };
    if !concerns.is_empty() {
        section("warnings", &mut said);
        said.extend(concerns.iter().map(|text| prose(text, Role::Warn)));
    }
    section("what it does", &mut said);
    said.extend(plan.affects.iter().map(|text| prose(text, Role::Text)));
    said.push(prose(&plan.undo, Role::Text));
    if steps(plan).is_empty() && plan.writes().len() > 1 {
        section("to what", &mut said);
        // Every one of them: nobody may send to what could not be looked at.
        let named = plan.writes().iter();
        said.extend(named.map(|write| code(&format!("  {}", write.subject), Role::Text)));
    }
    let body = shown.body.as_deref().map(pretty);
    if let (Some(before), Some(body)) = (&plan.before, &body) {
        section("what changes", &mut said);
        said.extend(diff(&pretty(before), body));
    }
    section("request", &mut said);
    for (name, value) in &shown.headers {
        said.push(code(&format!("{name}: {value}"), Role::Dim));
    }
    if let Some(body) = &body {
        said.push(prose("", Role::Text));
        said.extend(body.lines().map(|line| code(line, Role::Text)));
    }
    for step in steps(plan) {
        said.push(prose("", Role::Text));
        said.push(address(&request(step)));
        let body = step.shown_body().map(|body| pretty(&body));
        let body = body.as_deref().unwrap_or_default();
        said.extend(body.lines().map(|line| code(line, Role::Text)));
    }
    said
}

/// The further writes where they are not more of the same but the next steps of one thing.
fn steps(plan: &Plan) -> &[Write] {
    match plan.writes().split_first() {
        Some((first, others)) if others.iter().all(|other| other.subject == first.subject) => {
            others
        }
        _ => &[],
    }
}

fn request(write: &Write) -> String {
    format!("then {} /{}", write.method.word(), write.path.join("/"))
}

/// The lines at a width.
pub(super) fn wrapped(said: &[Said], width: usize) -> Vec<(String, Role)> {
    let each = said.iter().flat_map(|line| {
        let lines = match line.edge {
            Edge::Wrap => wrap(&line.text, width),
            Edge::Cut => vec![line.text.clone()],
            Edge::Break => broken(&line.text, width),
        };
        lines.into_iter().map(|text| (text, line.role))
    });
    each.collect()
}

/// The further writes of a bulk, by what they are done to.
fn others(plan: &Plan, said: &mut Vec<Said>) {
    let Some((_, others)) = plan.writes().split_first() else {
        return;
    };
    if others.is_empty() {
        return;
    }
    let steps = steps(plan);
    if !steps.is_empty() {
        said.extend(steps.iter().map(|step| address(&request(step))));
        return;
    }
    let text = format!(
        "and {} more like it, {} in all",
        others.len(),
        plan.writes().len()
    );
    said.push(prose(&text, Role::Accent));
}

fn diff(before: &str, after: &str) -> Vec<Said> {
    let diff = TextDiff::from_lines(before, after);
    let mut said = Vec::new();
    for (n, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if n > 0 {
            said.push(code("  …", Role::Dim));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (mark, role) = match change.tag() {
                ChangeTag::Delete => ("-", Role::Bad),
                ChangeTag::Insert => ("+", Role::Ok),
                ChangeTag::Equal => (" ", Role::Dim),
            };
            let text = change.value().trim_end_matches('\n');
            said.push(code(&format!("{mark} {text}"), role));
        }
    }
    if said.is_empty() {
        said.push(prose("Nothing: it is as it would be sent.", Role::Dim));
    }
    said
}

/// JSON on lines of its own; what is none stays as it is.
fn pretty(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}

fn prose(text: &str, role: Role) -> Said {
    Said {
        text: safe(text).into_owned(),
        role,
        edge: Edge::Wrap,
    }
}

fn code(text: &str, role: Role) -> Said {
    Said {
        edge: Edge::Cut,
        ..prose(text, role)
    }
}

/// A method and where it goes to.
fn address(text: &str) -> Said {
    Said {
        edge: Edge::Break,
        ..prose(text, Role::Accent)
    }
}

/// An address in pieces of a width, broken after a slash where that can be; all pieces but the first are set in.
fn broken(text: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "  ";
    let room = width.saturating_sub(INDENT.len()).max(2);
    let mut lines = vec![String::new()];
    let mut left = width;
    for piece in text.split_inclusive('/') {
        for part in cut(piece, room) {
            let wide = crate::text::width(part);
            if wide > left {
                lines.push(INDENT.to_owned());
                left = room;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(part);
            }
            left = left.saturating_sub(wide);
        }
    }
    lines
}

/// A text cut into parts that are at most so wide.
fn cut(text: &str, width: usize) -> Vec<&str> {
    let (mut parts, mut from, mut used) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        let wide = c.width().unwrap_or(0);
        if used + wide > width && at > from {
            parts.push(&text[from..at]);
            (from, used) = (at, 0);
        }
        used += wide;
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_one_thing_are_shown_whole_and_in_order() {
        let bus = r#"{"kind":"eventbridge","name":"b","awsAccountId":"1","awsAccountRegion":"r","eventSourceSuffix":"s","eventFilter":["v2.a"]}"#;
        let plan = crate::form::route::plans::create(crate::model::route::read(bus).unwrap(), None)
            .unwrap();
        let shown = Shown {
            method: "POST",
            url: "https://h/api/v2/integrations".to_owned(),
            headers: Vec::new(),
            body: plan.writes()[0].shown_body(),
            curl: String::new(),
        };
        let lines: Vec<_> = of(&plan, &shown, &[]).into_iter().map(|s| s.text).collect();
        assert_eq!(
            lines[..3],
            [
                "POST https://h/api/v2/integrations",
                "then PUT /api/v2/integrations/NEW-ID/config/current",
                "then PATCH /api/v2/integrations/NEW-ID",
            ]
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains(r#""eventSourceSuffix": "s""#))
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains(r#""intendedState": "ENABLED""#))
        );
    }

    #[test]
    fn an_address_goes_on_at_the_edge_and_nothing_of_it_is_lost() {
        let text = "POST https://h.example/api/v2/phones/webrtc-4403/reboot";
        let lines = broken(text, 20);
        assert!(
            lines.iter().all(|line| crate::text::width(line) <= 20),
            "{lines:?}"
        );
        let whole: String = lines.iter().map(|line| line.trim_start()).collect();
        assert_eq!(whole, text);
        assert_eq!(broken("GET /a", 20), ["GET /a"]);
        assert!(!broken(text, 0).is_empty());
    }

    #[test]
    fn a_difference_shows_what_goes_and_what_comes() {
        let before = pretty(r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#);
        let after = pretty(r#"{"a":1,"b":2,"c":9,"d":4,"e":5,"f":6}"#);
        let shown: Vec<_> = diff(&before, &after).into_iter().map(|s| s.text).collect();
        assert_eq!(
            shown,
            [
                "    \"a\": 1,",
                "    \"b\": 2,",
                "-   \"c\": 3,",
                "+   \"c\": 9,",
                "    \"d\": 4,",
                "    \"e\": 5,"
            ]
        );
        assert!(diff(&after, &after)[0].text.starts_with("Nothing"));
    }
}
