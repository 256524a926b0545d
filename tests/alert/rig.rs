//! An engine with its book and a clock that the test moves.

use trunkline::alert::engine::Engine;
use trunkline::alert::{
    Addressee, AlertSettings, Key, LedgerRecord, Mode, Orders, Parcel, PostOutcome, Sign,
};
use trunkline::model::alert::{Alert, AlertBook, AlertId, AlertKind, Details, Leg, Subject};
use trunkline::model::{DeviceId, UserId};
use trunkline::text::Text;
use trunkline::time::Millis;

pub const SETTLE: i64 = 10_000;
pub const START: Millis = Millis(1_750_000_000_000);

pub struct Rig {
    pub engine: Engine,
    pub book: AlertBook,
    pub now: Millis,
    /// Every POST that was ordered.
    pub posts: Vec<Parcel>,
    /// Every record that was ordered.
    pub saved: Vec<LedgerRecord>,
    /// Whether the webhook takes what is posted.
    pub answers: bool,
    /// Targets that take nothing.
    pub away: Vec<&'static str>,
}

impl Rig {
    pub fn new() -> Self {
        Self::with(Mode::Here)
    }

    pub fn with(delivery: Mode) -> Self {
        let settings = AlertSettings {
            settle_ms: SETTLE,
            fold_at: 20,
            delivery,
        };
        Self {
            engine: Engine::new(settings),
            book: AlertBook::default(),
            now: START,
            posts: Vec::new(),
            saved: Vec::new(),
            answers: true,
            away: Vec::new(),
        }
    }

    /// One that tells these targets as well: names with their filters, of which an empty one is none.
    pub fn telling(delivery: Mode, targets: &[(&str, &str)]) -> Self {
        let mut rig = Self::with(delivery);
        let addressee = |(name, when): &(&str, &str)| Addressee {
            name: (*name).into(),
            when: (!when.is_empty()).then(|| (*when).to_owned()),
        };
        rig.engine = rig.engine.telling(targets.iter().map(addressee).collect());
        rig
    }

    /// What was posted to a target, or to the webhook, which has no name.
    pub fn to(&self, target: &str) -> Vec<Leg> {
        let named = |parcel: &&Parcel| parcel.to().as_ref().map_or("", Text::raw) == target;
        self.posts.iter().filter(named).map(|p| p.leg).collect()
    }

    pub fn say(&mut self, device: u32, site: Option<&str>, sign: Sign) {
        self.say_on(None, device, site, sign);
    }

    /// The same of a device that this edge serves.
    pub fn say_on(&mut self, edge: Option<&str>, device: u32, site: Option<&str>, sign: Sign) {
        let details = || Details {
            edge: edge.map(Text::from),
            name: Text::from(format!("User {device}")),
            site: site.map(Text::from),
            codec: Some(Text::from("opus")),
            registered: Some(false),
            ..Details::default()
        };
        self.engine
            .report(&mut self.book, &device_key(device), sign, self.now, details);
        self.carry_out();
    }

    pub fn bad(&mut self, device: u32) {
        self.say(device, None, Sign::Bad);
    }

    pub fn good(&mut self, device: u32) {
        self.say(device, None, Sign::Good);
    }

    /// Lets time pass, stopping at every deadline as the loop does.
    pub fn pass(&mut self, ms: i64) {
        let end = self.now.plus(ms);
        while let Some(due) = self.engine.deadline(&self.book).filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.engine.tick(&mut self.book, self.now);
            self.carry_out();
        }
        self.now = end;
    }

    pub fn told(&mut self, id: AlertId, leg: Leg, outcome: PostOutcome) {
        self.engine
            .told(&mut self.book, (id, leg, None), outcome, self.now);
        self.carry_out();
    }

    pub fn carry_out(&mut self) {
        loop {
            let Orders { save, post, .. } = self.engine.take_orders(&self.book);
            if save.is_empty() && post.is_empty() {
                return;
            }
            self.saved.extend(save);
            for parcel in post {
                let to = parcel.to();
                let away = to.as_ref().is_some_and(|to| self.away.contains(&to.raw()));
                let outcome = if self.answers && !away {
                    PostOutcome::Sent
                } else {
                    PostOutcome::Failed {
                        why: "refused".into(),
                    }
                };
                let of = (parcel.id, parcel.leg, to.as_ref());
                self.engine.told(&mut self.book, of, outcome, self.now);
                self.posts.push(parcel);
            }
        }
    }

    pub fn count(&self, leg: Leg) -> usize {
        self.posts.iter().filter(|parcel| parcel.leg == leg).count()
    }

    pub fn only(&self) -> &Alert {
        assert_eq!(self.book.len(), 1, "{:?}", self.book);
        self.book.iter().next().unwrap()
    }
}

pub fn device_key(device: u32) -> Key {
    Key {
        kind: AlertKind::RegistrationFailure,
        subject: Subject::Device {
            user: UserId::from(format!("u-{device}").as_str()),
            device: DeviceId::from(format!("d-{device}").as_str()),
        },
    }
}
