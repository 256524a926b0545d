//! A reading that is shared: what the loop hands over when it reads for others, and what it takes in when somebody else reads.

use super::App;
use super::event::{Done, Event};
use crate::config::ShareSettings;
use crate::effect::Effect;
use crate::model::alert::AlertBook;
use crate::model::audit::Record;
use crate::record::Told;
use crate::share::{self, Desk, Said, ShareAsk};
use crate::shelf::ShelfNews;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::reading::SharedLink;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::{Broken, Link, News, ShareNews, Sharing, WriteLine};

/// Whose reading is on the screen.
#[derive(Debug, Default)]
pub(super) enum Whose {
    /// This console's own.
    #[default]
    Own,
    /// This console's own, which others may share.
    Shared,
    /// Somebody else's, as far as that is known.
    Other {
        /// Who is at this console.
        operator: Text,
        /// Who reads, once that was heard.
        sharing: Option<Sharing>,
        /// What is broken, while it is.
        broken: Option<Broken>,
    },
}

impl App {
    /// Somebody else reads: nothing is read in the background here, and no alerts are made.
    pub fn attach(&mut self, operator: Text) {
        self.reader = Whose::Other {
            operator,
            sharing: None,
            broken: None,
        };
        // Until the reader has told them all.
        self.store.alerts.doubt();
        let of_reader = |effect: &Effect| matches!(effect, Effect::OpenAlerts);
        self.effects.retain(|effect| !of_reader(effect));
    }

    /// How a reading is shared here.
    #[must_use]
    pub fn share_settings(&self) -> &ShareSettings {
        &self.config.share
    }

    /// Whether somebody else reads.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        matches!(self.reader, Whose::Other { .. })
    }

    /// The share, for the header.
    pub(super) fn shared(&self) -> Option<SharedLink> {
        let Whose::Other {
            sharing, broken, ..
        } = &self.reader
        else {
            return None;
        };
        Some(SharedLink {
            host: sharing.as_ref().map(|sharing| sharing.host.clone()),
            attached: sharing.as_ref().map_or(0, |sharing| sharing.attached),
            silent_since: broken.as_ref().map(|broken| broken.since),
        })
    }

    /// Which link of a share is broken, and why; none where none is.
    #[must_use]
    pub fn broken_link(&self) -> Option<&Text> {
        match &self.reader {
            Whose::Other { broken, .. } => broken.as_ref().map(|broken| &broken.link),
            _ => None,
        }
    }

    /// Who reads, where that is somebody else who was heard.
    pub(super) fn reader(&self) -> Option<&Text> {
        match &self.reader {
            Whose::Other { sharing, .. } => sharing.as_ref().map(|sharing| &sharing.host),
            _ => None,
        }
    }

    /// Takes in what a reader, or the link to it, tells.
    pub(super) fn share_news(&mut self, news: ShareNews) {
        let now = self.now;
        match news {
            ShareNews::Keyframe { at, whole, packed } => {
                let adopted = share::keyframe(&packed)
                    .is_ok_and(|still| self.store.adopt(still, (at, whole), &mut self.changes));
                if !adopted {
                    let text = "what the reader knows cannot be read here; it is asked again";
                    self.messages.say(Weight::Error, text, now);
                    self.effects.push(Effect::Keyframe);
                }
            }
            ShareNews::Alerts(book) => {
                self.store.alerts = *book;
                self.vitals.touch();
            }
            ShareNews::AlertsSince(news) => {
                if !self.store.alerts.hear(*news) {
                    self.effects.push(Effect::Keyframe);
                }
                self.vitals.touch();
            }
            ShareNews::Interactions {
                interactions,
                faults,
            } => self.store.transfers.listed(interactions, faults, now),
            ShareNews::Attached(with) => self.attached(with),
            ShareNews::Broken(link) => self.broken(&link),
            ShareNews::Wrote(line) => self.somebody_wrote(&line),
            ShareNews::Pins(list, said) => {
                self.bookmarks_known(&list, said.map(|said| said.to_string()));
            }
            ShareNews::Reads { shared } => self.reads(shared),
        }
    }

    fn attached(&mut self, with: Sharing) {
        let Whose::Other {
            sharing, broken, ..
        } = &mut self.reader
        else {
            return;
        };
        let mended = broken.take().is_some();
        let other = sharing.as_ref() != Some(&with);
        if mended || sharing.is_none() {
            let text = format!("attached to the reader on {}", with.host);
            self.messages.say(Weight::Note, text, self.now);
        }
        if mended {
            // That was the link to the reader. How the reader's own is, it says next.
            self.heard.status.link = Link::Connecting;
        }
        *sharing = Some(with);
        if mended || other {
            self.vitals.hurry();
            self.dirty = true;
        }
    }

    fn broken(&mut self, link: &Broken) {
        let Whose::Other { broken, .. } = &mut self.reader else {
            return;
        };
        let news = broken.as_ref().is_none_or(|known| known.link != link.link);
        let first = broken.is_none();
        *broken = Some(link.clone());
        // Also where it broke again before it was heard that it lives: all that is known may have been told in between.
        let why = format!("{}; what was known before is shown", link.link);
        self.store.unsure(why.into(), self.now, &mut self.changes);
        if first {
            self.heard.status.link = Link::Offline { since: link.since };
        }
        if first {
            let then = ". Every row is stale; :direct reads the organisation from here";
            let text = format!("{}{then}", link.link);
            self.messages.say(Weight::Error, text, self.now);
        } else if news {
            // Why it stays so.
            self.messages
                .say(Weight::Warning, link.link.to_string(), self.now);
        }
        self.vitals.hurry();
        self.dirty = true;
    }

    /// From now on this console reads itself.
    fn reads(&mut self, shared: bool) {
        let text = if shared {
            "this console reads the organisation now, and shares what it hears"
        } else {
            "this console reads the organisation directly now"
        };
        self.messages.say(Weight::Warning, text, self.now);
        self.reader = if shared { Whose::Shared } else { Whose::Own };
        // The ledger of this console tells what it knows of alerts, and those that hold are found again.
        self.store.alerts = AlertBook::default();
        self.count_by_hour();
        self.effects.push(Effect::OpenAlerts);
        self.open_routes();
        self.attend.tell_anew();
        self.vitals.hurry();
        self.dirty = true;
    }

    /// A person wants this console to read by itself.
    pub(super) fn direct(&mut self) {
        if self.is_attached() {
            self.effects.push(Effect::Direct);
        } else {
            let text = "this console reads the organisation directly already";
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    /// What a console that is attached asks of this reader.
    pub(super) fn share_asked(&mut self, asked: ShareAsk) {
        match asked {
            ShareAsk::Turn | ShareAsk::Keyframe => {}
            ShareAsk::Reread(users) => self.effects.push(Effect::Reread(users)),
            ShareAsk::Carriers => self.effects.push(Effect::RereadCarriers),
            ShareAsk::Callbacks => self.effects.push(Effect::RereadCallbacks),
            ShareAsk::Interactions => self.interactions_wanted(),
            ShareAsk::Alerts(ask) => self.alert_asked(*ask),
            ShareAsk::Wrote(line) => self.somebody_wrote(&line),
            ShareAsk::Pins(ask) => self.pin_here(ask),
        }
    }

    /// Who is at this console, where somebody else makes the alerts and hears what is asked.
    pub(super) fn asks_as(&self) -> Option<Text> {
        match &self.reader {
            Whose::Other {
                operator,
                broken: None,
                ..
            } => Some(operator.clone()),
            _ => None,
        }
    }

    /// Tells those who share the reading what is written from here.
    pub(super) fn tell_write(&mut self, record: &Record) {
        self.session = Some(record.session.clone());
        if self.is_attached() {
            self.effects.push(Effect::TellWrite(Box::new(line(record))));
        }
    }

    /// A colleague writes: that is to be seen before the same is done here too.
    fn somebody_wrote(&mut self, line: &WriteLine) {
        if self.session.as_ref() == Some(&line.session) {
            return;
        }
        let weight = if matches!(line.outcome.to_string().as_str(), "refused" | "unknown") {
            Weight::Warning
        } else {
            Weight::Note
        };
        let text = format!(
            "{}: {} {}: {}",
            line.operator, line.action, line.subject, line.outcome
        );
        self.messages.say(weight, text, self.now);
        self.dirty = true;
    }
}

/// What others see of a line of the audit.
fn line(record: &Record) -> WriteLine {
    WriteLine {
        operator: record.operator.clone(),
        action: record.action.clone(),
        subject: record.subject.clone(),
        outcome: record.status.word().into(),
        session: record.session.clone(),
        line: record.line,
        prev: record.prev.clone(),
    }
}

/// What an event tells of the organisation.
pub(super) fn told(event: &Event) -> Vec<Told> {
    told_with(event, |_| None)
}

/// The same in order with what the reader of a share, or the link to it, tells.
pub(super) fn told_here(event: &Event) -> Vec<Told> {
    told_with(event, told_by_reader)
}

fn told_with(event: &Event, by_reader: fn(&ShareNews) -> Option<Told>) -> Vec<Told> {
    match event {
        Event::Feed { news, .. } => {
            let told = news.iter().filter_map(|news| match news {
                News::Share(news) => by_reader(news),
                news => Told::concerns(news).then(|| Told::News(news.clone())),
            });
            told.collect()
        }
        Event::Done(Done::Interactions(listed)) => match listed.as_ref() {
            Ok(listing) => vec![Told::Interactions {
                interactions: listing.interactions.clone(),
                faults: listing.faults.iter().map(|fault| fault.0.clone()).collect(),
            }],
            Err(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn told_by_reader(news: &ShareNews) -> Option<Told> {
    Some(match news {
        ShareNews::Keyframe { at, whole, packed } => Told::Packed {
            at: *at,
            whole: *whole,
            packed: packed.clone(),
        },
        ShareNews::Interactions {
            interactions,
            faults,
        } => Told::Interactions {
            interactions: interactions.clone(),
            faults: faults.clone(),
        },
        ShareNews::Alerts(book) => Told::Alerts(book.clone()),
        ShareNews::AlertsSince(news) => Told::AlertsSince(news.clone()),
        ShareNews::Broken(_) => Told::Hole,
        _ => return None,
    })
}

/// Hands over to those who are attached what the loop is about to take in.
pub(super) fn hand_over(desk: &Desk, event: &Event, now: Millis) {
    if !desk.is_open() {
        return;
    }
    desk.tell(now, told(event));
    let news = match event {
        Event::Feed { news, .. } => news,
        Event::Done(Done::Audited(record)) => {
            return desk.say(now, Said::Wrote(Box::new(line(record))));
        }
        Event::Done(Done::Shelf(news)) => {
            if let ShelfNews::Bookmarks(list, said) = news.as_ref() {
                let said = said.as_deref().map(Text::from);
                desk.say(now, Said::Pins(list.clone(), said));
            }
            return;
        }
        Event::Done(Done::Share(ShareAsk::Wrote(line))) => {
            return desk.say(now, Said::Wrote(line.clone()));
        }
        _ => return,
    };
    for one in news {
        match one {
            News::Problem(problem) => desk.say(now, Said::Problem(problem.clone())),
            News::Notice(text) => desk.say(now, Said::Notice(text.clone())),
            _ => {}
        }
    }
}
