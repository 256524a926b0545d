//! What is read while somebody looks at it: when each is asked for, and what was answered.

use std::collections::BTreeMap;

use super::App;
use super::duty::Duty;
use crate::cloud::Fault;
use crate::cloud::platform::quality::CallListing;
use crate::config::Profile;
use crate::effect::Effect;
use crate::model::QueueId;
use crate::model::capacity::CallCapacity;
use crate::model::change::Change;
use crate::model::inquiry::Inquiry;
use crate::model::number::NumberLists;
use crate::model::queue::load::QueueLoad;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::command::TITLES;
use crate::vocabulary::news::Link;

/// An answer that is awaited longer than this is asked for once more, in milliseconds: whoever was to bring it is gone.
const PATIENCE_MS: i64 = 30 * 60_000;

/// What was answered; an error says what was tried, why it failed and what to do.
#[derive(Debug)]
pub enum InquiryAnswer {
    /// Whose the numbers are, and what could not be read of it.
    Numbers(Result<(NumberLists, Vec<Fault>), Text>),
    /// How the calls of the last hour sounded.
    Quality(Result<CallListing, Text>),
    /// How busy the queues are.
    Load(Result<BTreeMap<QueueId, QueueLoad>, Text>),
    /// How full the trunks are, at each place.
    Capacity(Result<Vec<(&'static str, CallCapacity)>, Text>),
    /// What others changed, and what could not be read of it.
    Changes(Result<(Vec<Change>, Vec<Fault>), Text>),
}

impl InquiryAnswer {
    /// What it answers.
    #[must_use]
    pub const fn of(&self) -> Inquiry {
        match self {
            Self::Numbers(_) => Inquiry::Numbers,
            Self::Quality(_) => Inquiry::Quality,
            Self::Load(_) => Inquiry::Load,
            Self::Capacity(_) => Inquiry::Capacity,
            Self::Changes(_) => Inquiry::Changes,
        }
    }
}

/// How far one is.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// When it was last asked for.
    at: Option<Millis>,
    /// Whether the answer is outstanding.
    awaited: bool,
}

/// When each is asked for.
#[derive(Debug, Default)]
pub(super) struct InquiryWatch {
    connected: bool,
    asked: [Asked; Inquiry::ALL.len()],
}

impl InquiryWatch {
    fn of(&mut self, inquiry: Inquiry) -> &mut Asked {
        &mut self.asked[inquiry as usize]
    }
}

/// What is looked at is read.
pub(super) const DUTY: Duty = Duty {
    due: App::inquiries_deadline,
    tick: App::watch_inquiries,
};

impl App {
    /// There is somebody to ask.
    pub(super) fn open_inquiries(&mut self) {
        self.inquiries = InquiryWatch {
            connected: true,
            ..InquiryWatch::default()
        };
    }

    fn inquiry_due(&self, inquiry: Inquiry) -> Option<Millis> {
        let watch = &self.inquiries;
        let quiet = self.is_past() || self.heard.status.link == Link::Paused;
        if !watch.connected || quiet || !self.is_inquired(inquiry) {
            return None;
        }
        let asked = watch
            .asked
            .get(inquiry as usize)
            .copied()
            .unwrap_or_default();
        let wait = if asked.awaited {
            PATIENCE_MS
        } else {
            inquiry.every_ms()
        };
        Some(asked.at.map_or(Millis(i64::MIN), |at| at.plus(wait)))
    }

    /// Whether somebody looks at it, and the organisation has it.
    fn is_inquired(&self, inquiry: Inquiry) -> bool {
        let can = self.can();
        let has = match inquiry {
            Inquiry::Numbers => can.numbers,
            Inquiry::Quality | Inquiry::Capacity | Inquiry::Changes => can.quality,
            // Which queues there are comes first.
            Inquiry::Load => can.quality && !self.store.queues.is_empty(),
        };
        let shown = TITLES.get(self.active) == Some(&inquiry.pane());
        has && (shown || self.is_wanted(inquiry))
    }

    /// Whether something else than its own pane goes by it: a phone whose detail is open names its last calls, and rules judge them.
    fn is_wanted(&self, inquiry: Inquiry) -> bool {
        let judged = |profile: &Profile| !profile.alerts.calls.is_empty();
        match inquiry {
            Inquiry::Quality => {
                self.focus().phone.is_some() || self.profile.as_deref().is_some_and(judged)
            }
            Inquiry::Capacity => {
                let told = |profile: &Profile| profile.alerts.capacity.is_some();
                self.profile.as_deref().is_some_and(told)
            }
            // An alert names what was changed before it.
            Inquiry::Changes => self.focus().alert.is_some(),
            Inquiry::Numbers | Inquiry::Load => false,
        }
    }

    fn inquiries_deadline(&self) -> Option<Millis> {
        let all = Inquiry::ALL.into_iter();
        all.filter_map(|inquiry| self.inquiry_due(inquiry)).min()
    }

    fn watch_inquiries(&mut self) {
        for inquiry in Inquiry::ALL {
            if self.inquiry_due(inquiry).is_some_and(|due| self.now >= due) {
                self.effects.push(Effect::Inquire(inquiry, Vec::new()));
            }
        }
        // Whoever asked, by a key or by time: it is asked for once.
        let mut begun = [false; Inquiry::ALL.len()];
        let (watch, now) = (&mut self.inquiries, self.now);
        let store = &mut self.store;
        self.effects.retain_mut(|effect| {
            let Effect::Inquire(inquiry, queues) = effect else {
                return true;
            };
            if *inquiry == Inquiry::Load && queues.is_empty() {
                *queues = store
                    .queues
                    .iter()
                    .map(|row| row.queue.id.clone())
                    .collect();
            }
            let again = std::mem::replace(&mut begun[*inquiry as usize], true);
            let asked = watch.of(*inquiry);
            let waits = asked.awaited && asked.at.is_some_and(|at| now < at.plus(PATIENCE_MS));
            if again || waits {
                return false;
            }
            *asked = Asked {
                at: Some(now),
                awaited: true,
            };
            match inquiry {
                Inquiry::Numbers => store.numbers.asked(now),
                Inquiry::Quality => store.quality.asked(now),
                Inquiry::Load => store.queues.load_asked(now),
                Inquiry::Changes => store.changed.asked(now),
                Inquiry::Capacity => {}
            }
            true
        });
    }

    /// Takes in what was answered.
    pub(super) fn inquired(&mut self, answer: InquiryAnswer) {
        self.inquiries.of(answer.of()).awaited = false;
        let now = self.now;
        match answer {
            InquiryAnswer::Numbers(Ok((told, faults))) => {
                let faults = faults.into_iter().map(|fault| fault.0).collect();
                self.store.numbers.read(&told, faults, now);
            }
            InquiryAnswer::Numbers(Err(why)) => self.store.numbers.read_failed(why, now),
            InquiryAnswer::Quality(Ok(listing)) => {
                let faults = listing.faults.into_iter().map(|fault| fault.0).collect();
                let quality = &mut self.store.quality;
                quality.read(listing.calls, listing.left_out, faults, now);
                self.calls_read();
            }
            InquiryAnswer::Changes(Ok((all, faults))) => {
                let faults = faults.into_iter().map(|fault| fault.0).collect();
                self.store.changed.read(all, faults, now);
            }
            InquiryAnswer::Changes(Err(why)) => self.store.changed.read_failed(why, now),
            InquiryAnswer::Capacity(Ok(told)) => {
                self.store.capacity.read(told, now);
                self.capacity_read();
                self.redraw();
            }
            InquiryAnswer::Capacity(Err(why)) => {
                self.store.capacity.read_failed(why, now);
                self.redraw();
            }
            InquiryAnswer::Load(Ok(loads)) => {
                self.store.queues.load_read(loads, now, &mut self.changes);
                self.spread();
            }
            InquiryAnswer::Load(Err(why)) => {
                self.store.queues.load_failed(why, now, &mut self.changes);
                self.spread();
            }
            InquiryAnswer::Quality(Err(why)) => self.store.quality.read_failed(why, now),
        }
        self.vitals.touch();
    }
}
