//! A second console, attached to the first over a link that breaks, is silent and loses what was told.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use tempfile::TempDir;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::record::frame::{FrameSort, LARGE, framed, opened, packed};
use trunkline::record::{ENTRY_BYTES, Entry, Moment, Told};
use trunkline::share::Said;
use trunkline::time::Millis;
use trunkline::vocabulary::news::{Broken, News, ShareNews, Sharing, Status};

use crate::case::{Fault, Struck};
use crate::common::ground::written;
use crate::dice::{Dice, story};
use crate::known::{self, Alerted, Told as Row};
use crate::world::CONFIG;

const SILENCE: i64 = 3_000;
const BEAT: i64 = 1_000;

struct OnTheWire {
    at: i64,
    bytes: Vec<u8>,
    status: Option<Status>,
    /// The alerts that the reader has told with it, where it has.
    alerts: Option<Alerted>,
}

pub struct Viewer {
    pub app: App,
    _folder: TempDir,
    dice: Dice,
    wire: VecDeque<OnTheWire>,
    arrives: i64,
    /// What the reader has told, and what it knew after that.
    number: u64,
    knew: BTreeMap<u64, Vec<Row>>,
    attached: bool,
    follows: bool,
    asks: bool,
    silent: bool,
    hole: bool,
    beat: i64,
    again: i64,
    // This side.
    heard: Option<u64>,
    heard_at: i64,
    all_read: bool,
    partial: bool,
    pub compared: usize,
    pub keyframes: usize,
}

impl Viewer {
    pub fn new(seed: u64) -> Self {
        let (loaded, folder) = written(Some(CONFIG), "mono");
        let mut app = App::new(loaded).seeded(seed ^ 1);
        app.attach("ben".into());
        Self {
            app,
            _folder: folder,
            dice: Dice::of(seed, 5),
            wire: VecDeque::new(),
            arrives: 0,
            number: 0,
            knew: BTreeMap::new(),
            attached: false,
            follows: false,
            asks: false,
            silent: false,
            hole: false,
            beat: 0,
            again: 500,
            heard: None,
            heard_at: 0,
            all_read: false,
            partial: false,
            compared: 0,
            keyframes: 0,
        }
    }

    pub fn strike(&mut self, fault: Fault, t: i64, now: Millis) -> bool {
        if !self.attached || self.silent {
            return false;
        }
        match fault {
            Fault::LinkBroken => self.part("the reader on lab-1 is gone", t, now),
            Fault::LinkSilent => self.silent = true,
            _ => self.hole = true,
        }
        true
    }

    /// The reader is another one now.
    pub fn reader_ended(&mut self, t: i64, now: Millis) {
        (self.number, self.knew) = (0, BTreeMap::new());
        if self.attached {
            self.part("the reader on lab-1 is gone", t, now);
        }
    }

    fn part(&mut self, why: &str, t: i64, now: Millis) {
        story(|| format!("{t} viewer: {why}"));
        self.wire.clear();
        (self.attached, self.follows, self.asks, self.silent) = (false, false, false, false);
        (self.heard, self.hole, self.partial) = (None, false, false);
        self.again = t + self.dice.between(250, 5_000);
        let broken = Broken {
            link: why.into(),
            since: now,
        };
        self.tell(vec![ShareNews::Broken(broken)], Vec::new(), now);
    }

    fn tell(&mut self, share: Vec<ShareNews>, mut news: Vec<News>, now: Millis) {
        let share = share.into_iter().map(|told| News::Share(Box::new(told)));
        news.splice(0..0, share);
        let event = Event::Feed {
            news,
            overflowed: Vec::new(),
            dropped: 0,
        };
        self.app.update(event, now);
        self.app.take_effects();
    }

    fn send(&mut self, t: i64, bytes: Vec<u8>, says: (Option<Status>, Option<Alerted>)) {
        let (status, alerts) = says;
        let at = self.arrives.max(t + self.dice.between(0, 60));
        self.arrives = at;
        if !self.silent {
            self.wire.push_back(OnTheWire {
                at,
                bytes,
                status,
                alerts,
            });
        }
    }

    /// The reader hands over what it is about to take in.
    pub fn hand_over(
        &mut self,
        (told, alerts): (Vec<Told>, Option<Alerted>),
        (now, t): (Millis, i64),
        struck: &mut Struck,
    ) {
        if told.is_empty() {
            return;
        }
        self.number += 1;
        if !self.follows {
            return;
        }
        let said = Said::Told(Moment { at: now, told });
        let block = packed(&said).unwrap();
        if std::mem::take(&mut self.hole) {
            return struck.add(Fault::LinkHole);
        }
        let frame = framed(FrameSort::News, now, self.number, &block);
        self.send(t, frame, (None, alerts));
    }

    /// The reader's loop has turned.
    pub fn look(&mut self, reader: &App, now: Millis, t: i64) {
        let number = self.number;
        self.knew
            .entry(number)
            .or_insert_with(|| known::shown(&reader.store));
        let status = *reader.status();
        if !self.attached && t >= self.again {
            (self.attached, self.heard_at, self.arrives) = (true, t, t);
        }
        if self.attached && (self.asks || !self.follows) {
            self.beat_now(status, now, t);
            let block = packed(&reader.store.still(now)).unwrap();
            let frame = framed(FrameSort::Still, now, self.number, &block);
            let alerts = known::alerted(&reader.store.alerts);
            self.send(t, frame, (None, Some(alerts)));
            self.beat_now(status, now, t);
            (self.follows, self.asks) = (true, false);
        }
        if self.attached && t >= self.beat + BEAT {
            self.beat = t;
            self.beat_now(status, now, t);
        }
    }

    fn beat_now(&mut self, status: Status, now: Millis, t: i64) {
        let bytes = framed(FrameSort::Figures, now, self.number, &[]);
        self.send(t, bytes, (Some(status), None));
    }

    pub fn due(&self) -> Option<i64> {
        let next = self.wire.front().map(|frame| frame.at);
        let silent = self.attached.then_some(self.heard_at + SILENCE);
        next.into_iter().chain(silent).min()
    }

    /// Takes in what has come by now.
    pub fn pass(&mut self, t: i64, now: Millis, struck: &mut Struck) -> Result<(), String> {
        let mut heard = false;
        while self.wire.front().is_some_and(|frame| frame.at <= t)
            && let Some(frame) = self.wire.pop_front()
        {
            self.heard_at = t;
            self.hear(&frame, t, now)?;
            // A beat says nothing of the organisation; the first one after a break is looked at with what follows it.
            heard |= frame.status.is_none() || self.heard.is_none();
            if frame.status.is_none() {
                self.holds()?;
            }
            if let Some(told) = frame.alerts.filter(|_| self.heard.is_some()) {
                let here = known::alerted(&self.app.store.alerts);
                if self.app.store.alerts.is_unsure() || here != told {
                    return Err(format!(
                        "the reader told {told:?}, and the viewer has {here:?}"
                    ));
                }
            }
        }
        if self.attached && t >= self.heard_at + SILENCE {
            if self.silent {
                struck.add(Fault::LinkSilent);
            }
            self.part("the reader on lab-1 has said nothing for 3 s", t, now);
            heard = true;
        }
        if self.app.deadline().is_some_and(|due| due <= now) {
            self.app.update(Event::Tick, now);
            self.app.take_effects();
        }
        if heard { self.holds() } else { Ok(()) }
    }

    fn hear(&mut self, frame: &OnTheWire, t: i64, now: Millis) -> Result<(), String> {
        let head = frame.bytes.first_chunk::<ENTRY_BYTES>();
        let entry = head.and_then(Entry::read).ok_or("no frame of a share")?;
        let block = &frame.bytes[ENTRY_BYTES..];
        if !entry.is_of(block) {
            return Err("a frame is not as it was sent".to_owned());
        }
        let number = entry.offset;
        let what = frame.status.map_or(format!("{:?}", entry.sort), |status| {
            format!("beat {}/{}", status.read, status.users)
        });
        story(|| format!("{t} viewer hears {number} {what} after {:?}", self.heard));
        if let Some(status) = frame.status {
            self.all_read = status.enumerated && status.read >= status.users;
            match self.heard {
                None => {}
                Some(heard) if heard != number => {
                    self.part("the reader's beat says otherwise", t, now);
                }
                Some(_) => {
                    let sharing = Sharing {
                        host: "lab-1".into(),
                        attached: 1,
                    };
                    let news = vec![News::Status(status)];
                    self.tell(vec![ShareNews::Attached(sharing)], news, now);
                    if self.partial && self.all_read {
                        (self.partial, self.asks) = (false, true);
                    }
                }
            }
            return Ok(());
        }
        if entry.sort == FrameSort::Still {
            if self.heard.is_some_and(|heard| heard != number) {
                self.part("all that is known does not follow", t, now);
                return Ok(());
            }
            (self.heard, self.partial) = (Some(number), !self.all_read);
            self.keyframes += 1;
            let told = ShareNews::Keyframe {
                at: entry.at,
                whole: self.all_read,
                packed: Bytes::copy_from_slice(block),
            };
            self.tell(vec![told], Vec::new(), now);
            return Ok(());
        }
        match self.heard {
            None => return Ok(()),
            Some(heard) if number != heard + 1 => {
                self.part("something does not follow", t, now);
                return Ok(());
            }
            Some(_) => self.heard = Some(number),
        }
        let said: Said = opened(block, LARGE).map_err(|error| error.to_string())?;
        let Said::Told(moment) = said else {
            return Err("what was told is something else".to_owned());
        };
        let (mut share, mut news) = (Vec::new(), Vec::new());
        for told in moment.told {
            story(|| format!("    {told:?}"));
            match told {
                Told::News(told) => news.push(told),
                Told::Alerts(book) => share.push(ShareNews::Alerts(book)),
                Told::AlertsSince(news) => share.push(ShareNews::AlertsSince(news)),
                _ => {}
            }
        }
        self.tell(share, news, now);
        Ok(())
    }

    /// Nothing is sure here that the reader did not know then, and where all was told it is all here.
    fn holds(&mut self) -> Result<(), String> {
        let here = known::shown(&self.app.store);
        let sure = |row: &&Row| matches!(row.2, "ok" | "lost");
        if self.heard.is_none() && !self.app.store.alerts.is_unsure() {
            return Err("the link is broken, and the viewer is sure of alerts".to_owned());
        }
        let Some(number) = self.heard else {
            return match here.iter().find(sure) {
                Some(row) => Err(format!(
                    "the link is broken, and the viewer is sure of {row:?}"
                )),
                None => Ok(()),
            };
        };
        self.knew.retain(|known, _| *known >= number);
        let Some(there) = self.knew.get(&number) else {
            return Ok(());
        };
        self.compared += 1;
        // Codecs apart: who has followed for longer may know one that a reader which has just begun was not told yet.
        let among = |row: &&Row, rows: &[Row]| {
            let mut rows = rows.iter();
            rows.any(|one| (&one.0, &one.1, one.2) == (&row.0, &row.1, row.2))
        };
        if let Some(row) = here.iter().filter(sure).find(|row| !among(row, there)) {
            let known = there
                .iter()
                .find(|known| (&known.0, &known.1) == (&row.0, &row.1));
            return Err(format!(
                "the viewer is sure of {row:?}, and the reader had {known:?}"
            ));
        }
        if let Some(row) = there.iter().filter(sure).find(|row| !among(row, &here)) {
            let known = here
                .iter()
                .find(|known| (&known.0, &known.1) == (&row.0, &row.1));
            return Err(format!(
                "the reader knew {row:?}, and the viewer has {known:?}"
            ));
        }
        Ok(())
    }
}
