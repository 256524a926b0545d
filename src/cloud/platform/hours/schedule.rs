//! A schedule: a stretch of wall time, and how it recurs (RFC 5545 §3.3.10).
//!
//! Its times have no offset, so it is expanded by the wall alone, as if the wall showed UTC; what a wall time means on a
//! day on which the clock is changed, [`Calendar`](crate::model::hours::Calendar) knows.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rrule::RRuleSet;
use serde::Deserialize;

use crate::cloud::entities::id;
use crate::text::{self, Text};

/// Characters of a rule; one with every part that there is has some 300.
const LONGEST: usize = 1_024;

/// Occurrences that are gone through: more than fifty years of days.
const STEPS: usize = 20_000;

/// The longest rhythm that makes sense to anybody.
const INTERVAL: i64 = 1_000;

/// How often a schedule may recur: what recurs within a day is none that opens or closes anything.
const FREQUENCIES: [&str; 4] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

#[derive(Deserialize)]
pub(super) struct Entity {
    id: String,
    name: Option<String>,
    start: String,
    end: String,
    rrule: Option<String>,
    state: Option<String>,
}

/// One schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub id: Text,
    pub name: Text,
    start: DateTime,
    end: DateTime,
    rule: Option<String>,
    /// Whether it counts: one that is switched off or deleted does not.
    pub active: bool,
}

impl TryFrom<Entity> for Schedule {
    type Error = String;

    fn try_from(entity: Entity) -> Result<Self, String> {
        let wall = |text: &str, field: &str| {
            let shown = || format!("{field}: {} is no wall time", text::fit(text, 40));
            text.parse::<DateTime>().map_err(|_| shown())
        };
        let (start, end) = (wall(&entity.start, "start")?, wall(&entity.end, "end")?);
        if end <= start {
            return Err("it ends before it starts, or at once".to_owned());
        }
        Ok(Self {
            id: id(entity.id, "id")?,
            name: Text::from(entity.name.unwrap_or_default()),
            start,
            end,
            rule: entity.rrule.filter(|rule| !rule.trim().is_empty()),
            active: entity.state.is_none_or(|state| state == "active"),
        })
    }
}

impl Schedule {
    /// When it holds, as far as that touches the time between two wall times of a zone.
    pub fn between(
        &self,
        (from, to): (DateTime, DateTime),
        zone: &TimeZone,
    ) -> Result<Vec<(DateTime, DateTime)>, String> {
        let lasts = self.end.duration_since(self.start);
        let touches = |start: &DateTime| {
            let end = start.saturating_add(lasts);
            end > from && *start < to
        };
        let starts = match &self.rule {
            None => vec![self.start],
            Some(rule) => {
                Rule::read(rule, zone)?.starts(self.start, from.saturating_sub(lasts), to)?
            }
        };
        let held = starts.into_iter().filter(touches);
        Ok(held
            .map(|start| (start, start.saturating_add(lasts)))
            .collect())
    }
}

/// A rule taken apart, as far as that is needed to bound what it costs.
struct Rule {
    parts: Vec<(String, String)>,
    interval: i64,
    until: Option<DateTime>,
}

impl Rule {
    fn read(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_prefix("RRULE:").unwrap_or(text);
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err("its rule is no recurrence rule".to_owned());
        }
        let mut rule = Self {
            parts: Vec::new(),
            interval: 1,
            until: None,
        };
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| format!("{} in its rule is no NAME=VALUE", text::fit(part, 40)))?;
            let (key, value) = (key.to_ascii_uppercase(), value.to_ascii_uppercase());
            if key == "UNTIL" {
                rule.until = Some(until(&value, zone)?);
            } else {
                rule.parts.push((key, value));
            }
        }
        if let Some(every) = rule.part("INTERVAL") {
            let fits = every.parse().ok().filter(|n| (1..=INTERVAL).contains(n));
            let every = text::fit(every, 20);
            let wrong = || format!("INTERVAL={every} in its rule is not from 1 to {INTERVAL}");
            rule.interval = fits.ok_or_else(wrong)?;
        }
        let often = rule.part("FREQ").unwrap_or_default();
        if FREQUENCIES.contains(&often) {
            Ok(rule)
        } else {
            let shown = text::fit(often, 20);
            Err(format!(
                "its rule recurs {shown:?}, not by days, weeks, months or years"
            ))
        }
    }

    fn part(&self, key: &str) -> Option<&str> {
        let part = self.parts.iter().find(|(known, _)| known == key)?;
        Some(&part.1)
    }

    /// When it begins, from its first time on, between two wall times.
    fn starts(
        &self,
        first: DateTime,
        from: DateTime,
        to: DateTime,
    ) -> Result<Vec<DateTime>, String> {
        let last = self.until.map_or(to, |until| until.min(to));
        let first = self.nearer(first, from.min(last));
        if first > last {
            return Ok(Vec::new());
        }
        let wrong = |error: rrule::RRuleError| {
            format!(
                "its rule cannot be read: {}",
                text::fit(&error.to_string(), 120)
            )
        };
        let set: RRuleSet = self.spelled(first).parse().map_err(wrong)?;
        let mut starts = Vec::new();
        for (step, start) in set.limit().into_iter().enumerate() {
            let Some(start) = wall(start.timestamp()).filter(|start| *start <= last) else {
                break;
            };
            if step == STEPS {
                return Err("it began too long ago to be reckoned".to_owned());
            }
            if start >= from {
                starts.push(start);
            }
        }
        Ok(starts)
    }

    /// A first time as near to `from` as its rhythm allows: days and weeks of many years need not be gone through. What
    /// is counted has to be, and months and years are few.
    fn nearer(&self, first: DateTime, from: DateTime) -> DateTime {
        let days = match self.part("FREQ") {
            Some("DAILY") => 1,
            Some("WEEKLY") => 7,
            _ => return first,
        };
        // Twice the rhythm stays in hand: a week has days before and after the one that it began on.
        let step = self.interval * days;
        let behind = from.duration_since(first).as_hours() / 24;
        let steps = behind / step - 2;
        if steps <= 0 || self.part("COUNT").is_some() {
            return first;
        }
        first.saturating_add((steps * step).days())
    }

    /// As the crate reads it, with the wall as UTC.
    fn spelled(&self, first: DateTime) -> String {
        let parts = self
            .parts
            .iter()
            .map(|(key, value)| format!("{key}={value}"));
        let until = self.until.map(|until| format!("UNTIL={}", stamp(until)));
        let rule: Vec<String> = parts.chain(until).collect();
        format!("DTSTART:{}\nRRULE:{}", stamp(first), rule.join(";"))
    }
}

/// The last wall time of a rule: written as one, as a moment, or as a day that is part of it.
fn until(text: &str, zone: &TimeZone) -> Result<DateTime, String> {
    let wrong = || format!("UNTIL={} in its rule is no time", text::fit(text, 40));
    let (text, moment) = match text.strip_suffix('Z') {
        Some(text) => (text, true),
        None => (text, false),
    };
    if let Ok(day) = jiff::civil::Date::strptime("%Y%m%d", text) {
        return Ok(day.at(23, 59, 59, 0));
    }
    let wall = DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| wrong())?;
    if !moment {
        return Ok(wall);
    }
    let at = wall.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
    Ok(at.with_time_zone(zone.clone()).datetime())
}

fn stamp(wall: DateTime) -> String {
    wall.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn wall(second: i64) -> Option<DateTime> {
    let at = Timestamp::from_second(second).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}

#[cfg(test)]
mod tests;
