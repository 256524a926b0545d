//! A story as lines: what matters most first, what leads to its row with it, and at the end how much of it was known.

use std::collections::BTreeMap;

use super::devices::{Course, is_sure};
use super::movers::Moved;
use super::{Beside, Story};
use crate::kind::Kind;
use crate::kind::alerts::lasted;
use crate::kind::pointer::is_exactly;
use crate::kind::view::Lists;
use crate::model::alert::Alert;
use crate::model::audit::{LineStatus, Record};
use crate::model::digest::{Digest, DigestFor, DigestLine, Place, Section};
use crate::model::registration::State;
use crate::text::Text;
use crate::time::Millis;

/// Lines of one sort that are listed.
const MOST: usize = 20;

/// Changes from which on a phone has flapped.
const FLAPS: u32 = 3;

/// Statuses of a write whose end somebody has to look at, what is least known first.
const WEIGHED: [LineStatus; 4] = [
    LineStatus::Unknown,
    LineStatus::Intent,
    LineStatus::Failed,
    LineStatus::Refused,
];

/// Tells a story.
#[must_use]
pub fn tell(story: &Story, whom: DigestFor, beside: &Beside) -> Digest {
    let courses = story.devices.end(&story.end, story.to);
    let mut sections = vec![story.writes(beside), story.alerts(whom)];
    if whom == DigestFor::Successor {
        sections.extend([story.silences(), story.jobs(beside)]);
    }
    sections.extend([
        lost(story, &courses),
        back(&courses),
        flapped(&courses),
        moved::<crate::kind::carriers::Carriers>("carriers", &story.carriers.moved()),
        moved::<crate::kind::trunks::Trunks>("trunks", &story.trunks.moved()),
        moved::<crate::kind::edges::Edges>("edges", &story.edges.moved()),
        sites(story, &courses),
        story.bookmarks(beside),
    ]);
    let coverage = story.coverage(&courses);
    let whole = coverage.lines.is_empty();
    sections.push(coverage);
    sections.retain(|section| section.count > 0);
    let title = match whom {
        DigestFor::Returned => "while you were away",
        DigestFor::Successor => "hand-over",
    };
    Digest {
        title: title.to_owned(),
        profile: beside.profile.clone(),
        from: story.from,
        to: story.to,
        whole,
        sections,
    }
}

impl Story {
    fn within(&self, at: Millis) -> bool {
        self.from < at && at <= self.to
    }

    /// Writes by anyone, each with the last that is known of it: what is not known first.
    fn writes(&self, beside: &Beside) -> Section {
        let mut writes: BTreeMap<&str, &Record> = BTreeMap::new();
        for line in beside
            .audit
            .iter()
            .filter(|line| self.within(line.timestamp))
        {
            if line.status != LineStatus::Note {
                writes.insert(line.id.raw(), line);
            }
        }
        let mut writes: Vec<&Record> = writes.into_values().collect();
        let weight = |status| WEIGHED.iter().position(|weighed| *weighed == status);
        let weight = |status| weight(status).unwrap_or(WEIGHED.len());
        writes.sort_by_key(|line| (weight(line.status), std::cmp::Reverse(line.line)));
        let meddled = self.meddled(beside);
        let lines = meddled.chain(writes.into_iter().map(written));
        Section::new("writes", "writes", lines.collect(), MOST)
    }

    /// Lines of the audit that are not those that the record refers to.
    fn meddled<'a>(&'a self, beside: &'a Beside) -> impl Iterator<Item = DigestLine> + 'a {
        let lines: BTreeMap<u64, &Record> =
            beside.audit.iter().map(|line| (line.line, line)).collect();
        let wrote = self.wrote.iter().filter(move |(_, known)| {
            let line = lines.get(&known.line);
            line.is_none_or(|line| line.prev != known.prev)
        });
        wrote.map(|(at, known)| DigestLine {
            at: Some(*at),
            what: format!("line {} of the audit", known.line).into(),
            said: "is not the one that was recorded: trunkline audit verify".into(),
            place: None,
        })
    }

    /// Alerts that were opened or closed, and for a successor all that hold: nobody's first.
    fn alerts(&self, whom: DigestFor) -> Section {
        let told = |(alert, _): &&(Alert, Millis)| {
            let acknowledged = alert
                .acknowledged
                .as_ref()
                .is_some_and(|ack| self.within(ack.at));
            let ended = alert.ended.is_some_and(|at| self.within(at));
            let holds = alert.is_open() && whom == DigestFor::Successor;
            holds || ended || acknowledged || self.within(alert.began)
        };
        let mut alerts: Vec<&(Alert, Millis)> = self.alerts.known.values().filter(told).collect();
        alerts.sort_by_key(|(alert, _)| {
            let rank = (alert.ended.is_some(), alert.acknowledged.is_some());
            (rank, std::cmp::Reverse(alert.id))
        });
        let line = |(alert, seen): &(Alert, Millis)| {
            let at = alert.ended.unwrap_or(*seen).max(*seen);
            DigestLine {
                at: Some(alert.began),
                what: format!("{} {}", alert.kind.title(), alert.what()).into(),
                said: self.alert(alert).into(),
                place: Some(place::<crate::kind::alerts::Alerts>(
                    at,
                    format!("id={}", alert.id.0),
                )),
            }
        };
        let lines = alerts.into_iter().map(line).collect();
        Section::new("alerts", "alerts", lines, MOST)
    }

    fn alert(&self, alert: &Alert) -> String {
        let mut said = match alert.ended {
            Some(end) => format!("over after {}", lasted(end.since(alert.began))),
            None => format!("open for {}", lasted(self.to.since(alert.began))),
        };
        said = match &alert.acknowledged {
            Some(ack) if ack.note.is_empty() => format!("{said}, acknowledged by {}", ack.by),
            Some(ack) => format!("{said}, acknowledged by {}: {}", ack.by, ack.note),
            None => format!("{said}, not acknowledged"),
        };
        if let Some(until) = alert.silenced_until.filter(|_| alert.is_open()) {
            said = format!("{said}, silenced for {} more", lasted(until.since(self.to)));
        }
        said
    }

    /// Silences that end within a stretch as long as this one: what they cover is told of then.
    fn silences(&self) -> Section {
        let next = self.to.since(self.from);
        let silences = self.end.alerts.silences().iter();
        let mut ending: Vec<_> = silences
            .filter(|silence| silence.until > self.to && silence.until.since(self.to) <= next)
            .collect();
        ending.sort_by_key(|silence| silence.until);
        let line = |silence: &crate::model::alert::Silence| DigestLine {
            at: Some(silence.until),
            what: silence.scope.what().into(),
            said: format!(
                "ends in {}; made by {}: {}",
                lasted(silence.until.since(self.to)),
                silence.by,
                silence.reason
            )
            .into(),
            place: None,
        };
        let lines = ending.into_iter().map(line).collect();
        Section::new("silences", "silences that end soon", lines, MOST)
    }

    /// Jobs that are not over.
    fn jobs(&self, beside: &Beside) -> Section {
        let pending = beside.jobs.iter().filter(|job| !job.phase().ended());
        let line = |job: &crate::model::job::Job| DigestLine {
            at: Some(job.began()),
            what: job.name.clone(),
            said: format!(
                "{} for {}",
                job.state().word(),
                lasted(self.to.since(job.began()))
            )
            .into(),
            place: job.id.as_ref().map(|id| Place {
                at: None,
                pane: Lists::of::<crate::kind::jobs::Jobs>(),
                filter: is_exactly("id", id.raw()),
            }),
        };
        Section::new(
            "jobs",
            "jobs that are not over",
            pending.map(line).collect(),
            MOST,
        )
    }

    /// Bookmarks of a moment in it, or that were made in it.
    fn bookmarks(&self, beside: &Beside) -> Section {
        let ours = beside
            .bookmarks
            .iter()
            .filter(|one| self.within(one.at) || self.within(one.made));
        let line = |one: &crate::model::bookmark::Bookmark| DigestLine {
            at: Some(one.at),
            what: format!("{} {}", one.number, one.words()).into(),
            said: format!("{} ({})", one.note, one.by).into(),
            place: Some(one.place()),
        };
        Section::new("bookmarks", "bookmarks", ours.map(line).collect(), MOST)
    }

    /// What was not known, and for how long.
    fn coverage(&self, courses: &[Course]) -> Section {
        let mut lines = Vec::new();
        let mut say = |at: Option<Millis>, said: String, place| {
            lines.push(DigestLine {
                at,
                said: said.into(),
                place,
                ..DigestLine::default()
            });
        };
        if let Some(begins) = self.begins {
            let said = "the record begins here: nothing is known of before";
            say(Some(begins), said.to_owned(), None);
        }
        for (from, to) in &self.gaps {
            let long = lasted(to.since(*from));
            say(
                Some(*from),
                format!("nothing was recorded for {long}"),
                None,
            );
        }
        for damage in &self.damage {
            say(None, format!("the record is damaged, {damage}"), None);
        }
        let unsure = courses.iter().filter(|course| course.unsure_ms > 0);
        let (phones, ms) =
            unsure.fold((0, 0), |(phones, ms), one| (phones + 1, ms + one.unsure_ms));
        if phones > 0 {
            let still = courses.iter().filter(|course| course.is_unsure()).count();
            let said = format!(
                "{phones} phones were not known for {} together, {still} are not now",
                lasted(ms)
            );
            let states = State::ALL.into_iter().filter(|state| !is_sure(*state));
            let filter: Vec<String> = states
                .map(|state| format!("state={}", state.word()))
                .collect();
            let filter = filter.join(" | ");
            let place = place::<crate::kind::registrations::Registrations>(self.to, filter);
            say(None, said, Some(place).filter(|_| still > 0));
        }
        Section::new("coverage", "what was not known", lines, MOST)
    }
}

/// A place in a list of the past.
fn place<K: Kind>(at: Millis, filter: String) -> Place {
    Place {
        at: Some(at),
        pane: Lists::of::<K>(),
        filter,
    }
}

fn written(line: &Record) -> DigestLine {
    let status = match line.status {
        LineStatus::Intent => "begun, and no end of it is on record",
        status => status.word(),
    };
    let mut said = format!("{status}, by {}", line.operator);
    if let Some(error) = &line.error {
        said = format!("{said}: {error}");
    }
    DigestLine {
        at: Some(line.timestamp),
        what: format!("{} {}", line.action, line.subject).into(),
        said: said.into(),
        place: Some(place::<crate::kind::audit::Audit>(
            line.timestamp,
            is_exactly("id", line.id.raw()),
        )),
    }
}

/// Phones, the last first.
fn phones(
    (name, title): (&str, &str),
    mut courses: Vec<&Course>,
    at: impl Fn(&Course) -> Option<Millis>,
    said: impl Fn(&Course) -> String,
) -> Section {
    courses.sort_by(|a, b| (at(b), &a.what.raw()).cmp(&(at(a), &b.what.raw())));
    let line = |course: &Course| {
        let site = course
            .site
            .as_ref()
            .map_or(String::new(), |site| format!(", {site}"));
        DigestLine {
            at: at(course),
            what: course.what.clone(),
            said: format!("{}{site}", said(course)).into(),
            place: at(course).map(|at| {
                place::<crate::kind::registrations::Registrations>(at, course.filter.clone())
            }),
        }
    };
    let lines = courses.into_iter().map(line).collect();
    Section::new(name, title, lines, MOST)
}

fn lost(story: &Story, courses: &[Course]) -> Section {
    let lost = courses.iter().filter(|course| course.is_lost()).collect();
    let at = |course: &Course| course.lost_at;
    phones(("lost", "lost"), lost, at, |course| {
        let since = course.lost_at.map_or(0, |at| story.to.since(at));
        format!("lost for {}", lasted(since))
    })
}

fn back(courses: &[Course]) -> Section {
    let back = courses.iter().filter(|course| course.is_back()).collect();
    let at = |course: &Course| course.back_at;
    phones(("back", "back"), back, at, |course| {
        match (course.lost_at, course.back_at) {
            (Some(lost), Some(back)) if lost < back => {
                format!("back after {}", lasted(back.since(lost)))
            }
            _ => "back, was lost before".to_owned(),
        }
    })
}

fn flapped(courses: &[Course]) -> Section {
    let mut flapped: Vec<&Course> = courses.iter().filter(|one| one.turns >= FLAPS).collect();
    flapped.sort_by_key(|course| std::cmp::Reverse(course.turns));
    let count = flapped.len();
    flapped.truncate(MOST);
    let at = |course: &Course| course.lost_at.max(course.back_at);
    let mut section = phones(("flapped", "flapped most"), flapped.clone(), at, |course| {
        format!("{} changes, now {}", course.turns, course.word())
    });
    let rank = |line: &DigestLine| flapped.iter().position(|one| one.what == line.what);
    section.lines.sort_by_key(rank);
    section.count = count;
    section
}

fn moved<K: Kind>(name: &str, moved: &[&Moved]) -> Section {
    let line = |one: &&Moved| {
        let times = match one.times {
            1 => String::new(),
            times => format!(", {times} changes"),
        };
        DigestLine {
            at: Some(one.at),
            what: Text::from(one.what.as_str()),
            said: format!("{} -> {}{times}", one.from, one.to).into(),
            place: Some(place::<K>(one.at, one.filter.clone())),
        }
    };
    let title = format!("{name} that moved");
    Section::new(name, &title, moved.iter().map(line).collect(), MOST)
}

/// What one site comes to.
#[derive(Default)]
struct Site {
    lost: u32,
    back: u32,
    flapped: u32,
    unsure: u32,
    unsure_ms: u64,
}

fn sites(story: &Story, courses: &[Course]) -> Section {
    let mut sites: BTreeMap<Option<&str>, Site> = BTreeMap::new();
    for course in courses {
        let site = sites
            .entry(course.site.as_ref().map(Text::raw))
            .or_default();
        site.lost += u32::from(course.is_lost());
        site.back += u32::from(course.is_back());
        site.flapped += u32::from(course.turns >= FLAPS);
        site.unsure += u32::from(course.unsure_ms > 0);
        site.unsure_ms += course.unsure_ms;
    }
    let mut sites: Vec<(Option<&str>, Site)> = sites.into_iter().collect();
    sites.retain(|(_, site)| site.lost + site.back + site.flapped + site.unsure > 0);
    sites.sort_by_key(|(_, site)| std::cmp::Reverse((site.lost, site.flapped, site.unsure_ms)));
    let line = |(name, site): (Option<&str>, Site)| {
        let told = [
            (site.lost, "lost"),
            (site.back, "back"),
            (site.flapped, "flapped"),
        ];
        let told = told.into_iter().filter(|(count, _)| *count > 0);
        let mut told: Vec<String> = told
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if site.unsure > 0 {
            let long = lasted(site.unsure_ms);
            told.push(format!("{} not known, for {long} together", site.unsure));
        }
        DigestLine {
            at: None,
            what: name.unwrap_or("no known site").into(),
            said: told.join(", ").into(),
            place: name.map(|name| {
                place::<crate::kind::registrations::Registrations>(
                    story.to,
                    is_exactly("site", name),
                )
            }),
        }
    };
    Section::new(
        "sites",
        "by site",
        sites.into_iter().map(line).collect(),
        MOST,
    )
}
