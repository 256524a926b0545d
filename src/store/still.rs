//! Everything known at one moment, as plain data: what a recording begins again with, so that a look back need not begin at
//! the first day.
//!
//! Registrations are kept column by column, since most values of one column are alike. Their timeline is not among them: of
//! what changed before a still, each row has the last change alone.

mod delta;
mod planes;

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

pub use self::delta::{Before, Delta};
use self::planes::Planes;
pub(crate) use self::planes::{folded, unfolded};
use super::callbacks::Callbacks;
use super::carriers::Carriers;
use super::edges::Edges;
use super::intern::{NameId, Names};
use super::queues::Queues;
use super::row::{Field, Flags, KeptRow};
use super::stamp::Stamp;
use super::transfers::Transfers;
use super::vendor::Vendor;
use super::{Changes, Registrations, Store};
use crate::model::alert::AlertBook;
use crate::model::registration::User;
use crate::model::registration::condition::Condition;
use crate::model::registration::obstacle::Obstacle;
use crate::model::registration::phone::PhoneTraits;
use crate::model::softphone::Premises;
use crate::model::{DeviceId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// What is known at one moment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Still<'a> {
    registrations: StillTable,
    carriers: Cow<'a, Carriers>,
    edges: Cow<'a, Edges>,
    premises: Cow<'a, Premises>,
    queues: Cow<'a, Queues>,
    callbacks: Cow<'a, Callbacks>,
    transfers: Cow<'a, Transfers>,
    alerts: Cow<'a, AlertBook>,
    /// Records of before have none.
    #[serde(default)]
    vendor: Cow<'a, Vendor>,
}

/// The registrations, column by column: a row of the user columns for each user, one of the others for each device.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct StillTable {
    /// From when it is counted [how long ago](ago) something was.
    base: Millis,
    users: Vec<UserId>,
    names: Vec<Text>,
    sites: Planes,
    site_names: Vec<Text>,
    /// When something last changed at each site, that of no name first.
    site_dates: Vec<Option<Millis>>,
    /// Whether the user was listed since the last whole list, and whether it could not be read.
    standing: Planes,
    /// How many devices each has.
    rows: Planes,
    devices: Vec<DeviceId>,
    /// The condition, and from the fifth bit on what else is so of the row.
    marks: Planes,
    /// How long [ago] that was.
    since: Planes,
    /// The same, and 0 where it is the moment of `since`.
    changed: Planes,
    /// The same, and 0 where it is that of `changed`: the change was the last that was told.
    checked: Planes,
    codecs: Planes,
    codec_names: Vec<Text>,
    /// Why a row is as it is, where that is told: its place, and the number of the reason.
    why: Vec<(u32, NameId)>,
    reason_names: Vec<Text>,
    last: Planes,
    labels: Vec<(u32, Text)>,
    /// What phones may have in common with others: the place of each, and what.
    traits: Vec<(u32, PhoneTraits)>,
    /// Changes within the last hour, oldest first: how long after the one before, the first from `base`; and of which device.
    flap_steps: Planes,
    flaps: Planes,
    /// What keeps calls from whose phone a row is: its place, and what. Records of before have none.
    #[serde(default)]
    obstacles: Vec<(u32, Obstacle)>,
}

const LISTED: i64 = 1;
const UNREAD: i64 = 2;

impl Store {
    /// What is known at this moment.
    #[must_use]
    pub fn still(&self, now: Millis) -> Still<'_> {
        Still {
            registrations: self.registrations.still(now),
            carriers: Cow::Borrowed(&self.carriers),
            edges: Cow::Borrowed(&self.edges),
            premises: Cow::Borrowed(&self.premises),
            queues: Cow::Borrowed(&self.queues),
            callbacks: Cow::Borrowed(&self.callbacks),
            transfers: Cow::Borrowed(&self.transfers),
            alerts: Cow::Borrowed(&self.alerts),
            vendor: Cow::Borrowed(&self.vendor),
        }
    }
}

impl Store {
    /// Knows from now on what another one knew at that moment; what was done here stays. Where the other one has read
    /// everything that is `whole`, and nothing else of the organisation is known; where it has not, what it says nothing of
    /// stays as it was here, and as sure. False where the columns do not fit together: then nothing has changed.
    pub fn adopt(
        &mut self,
        still: Still<'_>,
        (at, whole): (Millis, bool),
        changes: &mut Changes,
    ) -> bool {
        let table = &mut self.registrations;
        let filled = still.registrations.fill(table, (at, whole), changes);
        if filled.is_none() {
            return false;
        }
        if whole {
            table.users.know_lists();
        }
        table.tick(at, changes);
        table.metrics.registered(at, table.counts);
        if whole || !still.carriers.is_empty() {
            self.carriers = still.carriers.into_owned();
        }
        if whole || !still.edges.is_empty() {
            self.edges = still.edges.into_owned();
        }
        if whole || *still.premises != Premises::default() {
            self.premises = still.premises.into_owned();
        }
        if whole || !still.queues.is_empty() {
            self.queues = still.queues.into_owned();
        }
        if whole || !still.callbacks.is_empty() {
            self.callbacks = still.callbacks.into_owned();
        }
        if whole || still.transfers.interactions().next().is_some() {
            self.transfers.adopt(still.transfers.into_owned());
        }
        if whole || still.vendor.is_asked() {
            self.vendor = still.vendor.into_owned();
        }
        self.alerts = still.alerts.into_owned();
        (changes.carriers_shown, changes.callbacks, changes.queues) = (true, true, true);
        true
    }
}

impl Still<'_> {
    /// Everything known again, as it was at that moment; none where the columns do not fit together.
    #[must_use]
    pub fn store(self, now: Millis) -> Option<Store> {
        Some(Store {
            registrations: self.registrations.table(now)?,
            carriers: self.carriers.into_owned(),
            edges: self.edges.into_owned(),
            premises: self.premises.into_owned(),
            queues: self.queues.into_owned(),
            callbacks: self.callbacks.into_owned(),
            transfers: self.transfers.into_owned(),
            alerts: self.alerts.into_owned(),
            vendor: self.vendor.into_owned(),
            ..Store::default()
        })
    }

    /// The ids of users, each followed by those of its devices: in news they are told of together.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let table = &self.registrations;
        let mut devices = table.devices.iter();
        table
            .users
            .iter()
            .zip(table.rows.iter())
            .flat_map(move |(user, rows)| {
                let rows = usize::try_from(rows).unwrap_or(0);
                let rows = devices.by_ref().take(rows).map(DeviceId::raw);
                std::iter::once(user.raw()).chain(rows.collect::<Vec<_>>())
            })
    }

    /// The same without borrowing: it can be packed elsewhere.
    #[must_use]
    pub fn owned(self) -> Still<'static> {
        let Self { registrations, .. } = self;
        Still {
            registrations,
            carriers: Cow::Owned(self.carriers.into_owned()),
            edges: Cow::Owned(self.edges.into_owned()),
            premises: Cow::Owned(self.premises.into_owned()),
            queues: Cow::Owned(self.queues.into_owned()),
            callbacks: Cow::Owned(self.callbacks.into_owned()),
            transfers: Cow::Owned(self.transfers.into_owned()),
            alerts: Cow::Owned(self.alerts.into_owned()),
            vendor: Cow::Owned(self.vendor.into_owned()),
        }
    }
}

impl Registrations {
    fn still(&self, now: Millis) -> StillTable {
        let mut still = StillTable {
            base: now,
            site_names: self.users.sites.all().to_vec(),
            site_dates: self.sites.dates(),
            codec_names: self.codecs.all().to_vec(),
            reason_names: self.reasons.all().to_vec(),
            ..StillTable::default()
        };
        // Which place among the rows that are kept each slot has.
        let mut places = vec![u32::MAX; self.slots.len()];
        for number in self.users.numbers() {
            let Some(owner) = self.users.get(number) else {
                continue;
            };
            still.users.push(owner.id.clone());
            still.names.push(owner.name.clone());
            still.sites.push(owner.site.into());
            let unread = if owner.is_unread() { UNREAD } else { 0 };
            still.standing.push(i64::from(owner.listed) | unread);
            let rows = self.rows_of(number);
            still.rows.push(count(rows.len()).into());
            for row in rows {
                if let Some(place) = places.get_mut(row as usize) {
                    *place = count(still.devices.len());
                }
                self.still_row(row, now, &mut still);
            }
        }
        let flaps = self.flaps.all().filter_map(|(at, row)| {
            let place = places.get(row as usize).copied();
            place
                .filter(|place| *place != u32::MAX)
                .map(|place| (at, place.into()))
        });
        still.set_flaps(flaps);
        still
    }

    fn still_row(&self, row: u32, now: Millis, still: &mut StillTable) {
        let Some(slot) = self.slots.get(row as usize) else {
            return;
        };
        if let Some(label) = self.labels.get(&slot.device) {
            still
                .labels
                .push((count(still.devices.len()), label.clone()));
        }
        if let Some(traits) = self.traits.get(&slot.device) {
            still
                .traits
                .push((count(still.devices.len()), traits.clone()));
        }
        let since = ago(slot.since, None, now);
        let changed = ago(slot.changed, Some(slot.since), now);
        let checked = ago(slot.checked, Some(slot.changed), now);
        // What an earlier run knew is for this console alone: for everybody else nothing has been read of it yet.
        let told = if slot.flags.has(Flags::REMEMBERED) {
            (Condition::Unknown, Flags::default(), 0, Field::Appeared)
        } else {
            (slot.condition, slot.flags, slot.codec, slot.last)
        };
        let (condition, flags, codec, last) = told;
        if self.why(row) != 0 {
            still.why.push((count(still.devices.len()), self.why(row)));
        }
        let obstacle = self.obstacles.get(&row).cloned();
        let place = count(still.devices.len());
        still.obstacles.extend(obstacle.map(|is| (place, is)));
        still.devices.push(slot.device.clone());
        still
            .marks
            .push(i64::from(condition.code()) | i64::from(flags.code()) << 4);
        still.since.push(since);
        still.changed.push(changed);
        still.checked.push(checked);
        still.codecs.push(codec.into());
        still.last.push(last.code().cast_signed());
    }
}

impl Registrations {
    fn has_a_gap(&self, user: u32) -> bool {
        self.chain(user).any(|row| self.is_stale(row))
    }

    /// What a row became while nobody told of it here belongs into its timeline as well.
    fn recall_change(
        &mut self,
        row: u32,
        (to, codec): (Condition, NameId),
        (last, moved): (Field, Millis),
        now: Millis,
    ) {
        let Some(slot) = self.slots.get(row as usize) else {
            return;
        };
        let told = Stamp::from(moved) > slot.changed;
        let found = match last {
            Field::Registration { .. } | Field::Codec { .. } if told => Some(last),
            _ if slot.condition != to => Some(Field::Registration {
                from: slot.condition,
                to,
                reason: 0,
                missed: false,
            }),
            _ if slot.codec != codec => Some(Field::Codec {
                from: slot.codec,
                to: codec,
                missed: false,
            }),
            _ => None,
        };
        if let Some(field) = found {
            let at = Stamp::from(if told { moved } else { now });
            let trail = self.history.push(row, slot.trail, (at, field));
            if let Some(slot) = self.slots.get_mut(row as usize) {
                slot.trail = trail;
            }
        }
    }
}

impl StillTable {
    fn fits(&self) -> bool {
        let users = self.users.len();
        let devices = self.devices.len();
        let mut rows = 0_u64;
        for of_user in self.rows.iter() {
            let Ok(of_user) = u32::try_from(of_user) else {
                return false;
            };
            rows += u64::from(of_user);
        }
        let of_users = self.user_columns();
        let of_rows = self.row_columns();
        rows == devices as u64
            && self.flap_steps.len() == self.flaps.len()
            && self.names.len() == users
            && of_users.iter().all(|column| column.len() == users)
            && of_rows.iter().all(|column| column.len() == devices)
    }

    /// The columns with a number of each user.
    fn user_columns(&self) -> [&Planes; 3] {
        [&self.sites, &self.standing, &self.rows]
    }

    fn user_columns_mut(&mut self) -> [&mut Planes; 3] {
        [&mut self.sites, &mut self.standing, &mut self.rows]
    }

    /// Those with one of each row: first the three that say how long [ago] something was.
    fn row_columns(&self) -> [&Planes; 6] {
        let [since, changed, checked] = [&self.since, &self.changed, &self.checked];
        let [marks, codecs, last] = [&self.marks, &self.codecs, &self.last];
        [since, changed, checked, marks, codecs, last]
    }

    fn row_columns_mut(&mut self) -> [&mut Planes; 6] {
        let [since, changed, checked] = [&mut self.since, &mut self.changed, &mut self.checked];
        let [marks, codecs, last] = [&mut self.marks, &mut self.codecs, &mut self.last];
        [since, changed, checked, marks, codecs, last]
    }

    /// The changes within the last hour, oldest first, and the place of each one's row.
    fn flaps(&self) -> impl Iterator<Item = (Millis, i64)> {
        let mut at = self.base;
        self.flap_steps
            .iter()
            .zip(self.flaps.iter())
            .map(move |(step, place)| {
                at = at.plus(step);
                (at, place)
            })
    }

    fn set_flaps(&mut self, flaps: impl IntoIterator<Item = (Millis, i64)>) {
        let mut before = self.base;
        (self.flap_steps, self.flaps) = Default::default();
        for (at, place) in flaps {
            self.flap_steps.push(at.0.saturating_sub(before.0));
            self.flaps.push(place);
            before = at;
        }
    }

    fn table(self, now: Millis) -> Option<Registrations> {
        let (mut table, mut changes) = (Registrations::default(), Changes::default());
        // Nothing is there that has to go.
        self.fill(&mut table, (now, false), &mut changes)?;
        table.tick(now, &mut changes);
        let counts = table.counts;
        table.metrics.registered(now, counts);
        Some(table)
    }

    /// Makes a table what it is here: rows that it has keep their numbers, and those that are not here go, where this is the
    /// `whole` of them.
    fn fill(
        mut self,
        table: &mut Registrations,
        (now, whole): (Millis, bool),
        changes: &mut Changes,
    ) -> Option<()> {
        if !self.fits() {
            return None;
        }
        if whole {
            self.remove_others(table, changes);
        }
        table.users.reserve(self.users.len());
        table.reserve(self.devices.len());
        let known = Renumbered {
            sites: renumbered(&self.site_names, &mut table.users.sites),
            codecs: renumbered(&self.codec_names, &mut table.codecs),
            reasons: renumbered(&self.reason_names, &mut table.reasons),
            obstacles: std::mem::take(&mut self.obstacles).into_iter().collect(),
        };
        for (place, label) in std::mem::take(&mut self.labels) {
            if let Some(device) = self.devices.get(place as usize) {
                table.labels.insert(device.clone(), label);
            }
        }
        for (place, traits) in std::mem::take(&mut self.traits) {
            if let Some(device) = self.devices.get(place as usize) {
                table.traits.insert(device.clone(), traits);
            }
        }
        let flaps: Vec<_> = self.flaps().collect();
        let mut rows = vec![None; self.devices.len()];
        let mut first = 0;
        for (number, id) in std::mem::take(&mut self.users).iter().enumerate() {
            let devices = self.rows.size(number);
            let user = self.user(number, id, &known, now, table, changes);
            let was_sure = user.is_none_or(|user| !table.has_a_gap(user));
            // The newest row is the head of its user's chain: the last one is made first.
            for place in (first..first + devices).rev() {
                let row = user.and_then(|user| self.row(place, user, &known, now, table, changes));
                if let Some(found) = rows.get_mut(place) {
                    *found = row;
                }
            }
            first += devices;
            if let Some(user) = user
                && table.has_a_gap(user) == was_sure
            {
                table.cover(user, !was_sure, now);
            }
        }
        for (site, at) in known.sites.iter().zip(self.site_dates) {
            table.sites.recall_date(*site, at);
        }
        for (place, why) in self.why {
            let row = rows.get(place as usize).copied().flatten();
            let why = known.reasons.get(usize::from(why)).copied();
            if let (Some(row), Some(why)) = (row, why) {
                table.set_why(row, why);
            }
        }
        for (at, place) in flaps {
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            if let Some(row) = rows.get(place).copied().flatten() {
                table.recall_flap(row, at, changes);
            }
        }
        Some(())
    }

    /// Removes the users and the rows of a table that are not here.
    fn remove_others(&self, table: &mut Registrations, changes: &mut Changes) {
        let mut first = 0;
        let mut here: HashMap<&UserId, HashSet<&DeviceId>> = HashMap::new();
        for (number, id) in self.users.iter().enumerate() {
            let devices = self.rows.size(number);
            let devices = self.devices.iter().skip(first).take(devices);
            here.entry(id).or_default().extend(devices.clone());
            first += devices.len();
        }
        for user in table.users.numbers() {
            let Some(owner) = table.users.get(user) else {
                continue;
            };
            let kept = here.get(&owner.id);
            let stays = |row: &u32| {
                let slot = table.slots.get(*row as usize);
                slot.is_some_and(|slot| kept.is_some_and(|devices| devices.contains(&slot.device)))
            };
            let rows = table.rows_of(user).into_iter().filter(stays).collect();
            table.keep_only(user, rows, changes);
            if kept.is_none() {
                table.users.remove(user);
            }
        }
    }

    fn user(
        &mut self,
        number: usize,
        id: &UserId,
        known: &Renumbered,
        now: Millis,
        table: &mut Registrations,
        changes: &mut Changes,
    ) -> Option<u32> {
        let site = self.sites.size(number);
        let standing = self.standing.get(number).unwrap_or(0);
        let name = self.names.get_mut(number);
        let name = name.map(std::mem::take).unwrap_or_default();
        let (user, is_new) = table.users.find_or_new(id)?;
        if is_new {
            let owner = table.users.get_mut(user)?;
            owner.name = name;
            owner.site = known.sites.get(site).copied().unwrap_or(0);
        } else {
            let site = site.checked_sub(1);
            let listed = User {
                id: id.clone(),
                name,
                site: site.and_then(|site| self.site_names.get(site)).cloned(),
            };
            table.users(vec![listed], now, changes);
        }
        if !is_new || standing & UNREAD != 0 {
            table.users.read(user, standing & UNREAD == 0);
        }
        table.users.get_mut(user)?.listed = standing & LISTED != 0;
        Some(user)
    }

    fn row(
        &mut self,
        place: usize,
        user: u32,
        known: &Renumbered,
        now: Millis,
        table: &mut Registrations,
        changes: &mut Changes,
    ) -> Option<u32> {
        let device = DeviceId(std::mem::take(&mut self.devices.get_mut(place)?.0));
        let codec = |id: NameId| known.codecs.get(usize::from(id)).copied().unwrap_or(0);
        let reason = |id: NameId| known.reasons.get(usize::from(id)).copied().unwrap_or(0);
        let mark = self.marks.get(place)?;
        let last = Field::of_code(self.last.get(place)?.cast_unsigned(), codec, reason);
        let since = was(self.since.get(place)?, self.base, self.base);
        let moved = was(self.changed.get(place)?, since, self.base);
        let confirmed = was(self.checked.get(place)?, moved, self.base);
        let latest = known.codecs.get(self.codecs.size(place));
        let [condition, flags] = [mark & 15, mark >> 4 & 0xff].map(|part| part.to_le_bytes()[0]);
        let is = KeptRow {
            device,
            user,
            condition: Condition::of_code(condition),
            flags: Flags::of_code(flags),
            last,
            since: Stamp::from(since),
            changed: Stamp::from(moved),
            checked: Stamp::from(confirmed),
            codec: latest.copied().unwrap_or(0),
            ..KeptRow::vacant()
        };
        let hash = table.hasher.hash_one((user, &is.device));
        let obstacle = known.obstacles.get(&count(place));
        let Some(row) = table.find_hashed(hash, user, &is.device) else {
            let row = table.insert(hash, is, now, changes)?;
            if obstacle.is_some() {
                table.set_obstacle(row, obstacle, now, changes);
            }
            return Some(row);
        };
        // Nothing known there is no reason to forget here what an earlier run knew.
        if is.condition == Condition::Unknown && table.is_remembered(row) {
            return None;
        }
        table.recall_change(row, (is.condition, is.codec), (last, moved), now);
        table.amend(row, now, changes, |slot| {
            let frame = slot.flags.has(Flags::FRAME);
            (slot.condition, slot.flags, slot.last) = (is.condition, is.flags, last);
            slot.flags.set(Flags::FRAME, frame);
            (slot.since, slot.changed, slot.checked) = (is.since, is.changed, is.checked);
            slot.codec = is.codec;
        });
        table.date_row(row);
        table.set_obstacle(row, obstacle, now, changes);
        // A row that was here has flaps of its own.
        None
    }
}

/// What numbers and places of a still mean in a table.
struct Renumbered {
    sites: Vec<NameId>,
    codecs: Vec<NameId>,
    reasons: Vec<NameId>,
    obstacles: HashMap<u32, Obstacle>,
}

/// The numbers that names have in another table, by the numbers that they had: 0 is no name.
fn renumbered(names: &[Text], table: &mut Names) -> Vec<NameId> {
    let numbers = names.iter().map(|name| table.id(Some(name)));
    std::iter::once(0).chain(numbers).collect()
}

/// How long ago a moment was, in milliseconds and one more, so that 0 is left: the same moment as another one. What lies ahead,
/// which a clock that went back leaves, is below 0.
fn ago(at: Stamp, same: Option<Stamp>, now: Millis) -> i64 {
    if same == Some(at) {
        return 0;
    }
    ago_of(now.0.saturating_sub(Millis::from(at).0))
}

fn ago_of(ms: i64) -> i64 {
    ms.saturating_add(i64::from(ms >= 0))
}

/// The moment that was so long [ago].
fn was(ago: i64, same: Millis, now: Millis) -> Millis {
    match ago {
        0 => same,
        ..0 => now.plus(ago.saturating_neg()),
        _ => now.plus(1 - ago),
    }
}

/// The same moment so much later.
fn later(ago: i64, elapsed: i64) -> i64 {
    if ago == 0 {
        return 0;
    }
    let ms = ago.saturating_sub(i64::from(ago > 0));
    ago_of(ms.saturating_add(elapsed))
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
