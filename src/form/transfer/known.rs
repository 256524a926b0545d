//! What the console knows that a transfer may name: interactions, users, queues, and where others were sent before.

use std::collections::{BTreeMap, BTreeSet};

use crate::form::{Check, CheckVerdict, Completion};
use crate::model::interaction::Interaction;
use crate::model::registration::State;
use crate::model::transfer::made::{Made, Phase};
use crate::model::transfer::{Destination, DestinationKind};
use crate::store::{Row, Store};
use crate::text::{fit, safe};

/// Users that are offered; whoever knows the id of another types it.
const USERS: usize = 500;

/// Destinations of earlier transfers that are offered.
const EARLIER: usize = 20;

/// Columns of an id or a name in a sentence.
const SHOWN: usize = 48;

/// What was known when the form was opened.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those of the list, and those that were read since for the form.
    interactions: BTreeMap<String, Interaction>,
    destinations: Vec<Completion>,
    /// Transfers under way, by their interactions, and how far each is.
    flights: BTreeMap<String, &'static str>,
    /// The telephones of users, by the users' ids.
    phones: BTreeMap<String, Phones>,
    /// What earlier answers taught of the codecs of destinations, by their addresses.
    codecs: BTreeMap<String, Codecs>,
    kinds: &'static [DestinationKind],
}

/// The telephones of a user.
#[derive(Debug, Default)]
struct Phones {
    user: String,
    all: usize,
    registered: usize,
    /// How the user is, as far as the organisation says more than that.
    states: BTreeSet<String>,
    codecs: BTreeSet<String>,
}

/// What is known of the codecs of a destination.
#[derive(Debug, Default)]
struct Codecs {
    takes: BTreeSet<String>,
    refuses: BTreeSet<String>,
}

impl Phones {
    fn add(&mut self, row: &Row<'_>) {
        self.user = row.user().to_string();
        self.all += 1;
        let registered = row.state() == State::Ok;
        self.registered += usize::from(registered);
        self.states.insert(row.status().into_owned());
        if registered && let Some(codec) = row.codec() {
            self.codecs.insert(codec.to_string());
        }
    }

    /// In a sentence; whether anybody could take a call.
    fn said(&self) -> (CheckVerdict, String) {
        let list = |of: &BTreeSet<String>| of.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut said = format!(
            "{}: {} of {} phones registered ({})",
            self.user,
            self.registered,
            self.all,
            list(&self.states)
        );
        if !self.codecs.is_empty() {
            said = format!("{said}, with {}", list(&self.codecs));
        }
        match self.registered {
            0 => (CheckVerdict::Warning, said),
            _ => (CheckVerdict::Good, said),
        }
    }
}

impl Codecs {
    fn learn(&mut self, made: &Made) {
        let Some(asked) = made.request.codec().map(str::to_lowercase) else {
            return;
        };
        match (&made.settled, made.phase) {
            (Some(settled), Phase::Transferred) => {
                let settled = settled.raw().to_lowercase();
                if settled != asked {
                    self.refuses.insert(asked);
                }
                self.takes.insert(settled);
            }
            (None, Phase::Rejected) if made.why.raw().starts_with("codec_unsupported") => {
                self.refuses.insert(asked);
            }
            _ => {}
        }
    }

    /// What is said of a codec that is to be asked for; none where nothing was learnt.
    fn said(&self, asked: Option<&str>) -> Option<(CheckVerdict, String)> {
        let list = |of: &BTreeSet<String>| {
            of.iter()
                .map(|codec| safe(codec).into_owned())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let takes = if self.takes.is_empty() {
            String::new()
        } else {
            format!(
                "accepts {}, as an earlier transfer showed",
                list(&self.takes)
            )
        };
        let asked = asked.map(str::to_lowercase);
        if let Some(asked) = asked.filter(|asked| self.refuses.contains(asked)) {
            let but = if takes.is_empty() {
                String::new()
            } else {
                format!("; it {takes}")
            };
            let said = format!("did not accept {} before{but}", safe(&asked));
            return Some((CheckVerdict::Warning, said));
        }
        (!takes.is_empty()).then_some((CheckVerdict::Good, takes))
    }
}

impl Known {
    pub(super) fn of(store: &Store, kinds: &'static [DestinationKind]) -> Self {
        let table = &store.transfers;
        let interactions = table
            .interactions()
            .map(|one| (one.id.raw().to_owned(), one.clone()));
        let mut destinations: Vec<Completion> = Vec::new();
        let mut offer = |uri: String, note: String| {
            let fits = Destination::parse(&uri).is_ok_and(|to| kinds.contains(&to.kind()));
            if fits && !destinations.iter().any(|known| known.value == uri) {
                destinations.push(Completion::new(uri, note));
            }
        };
        for made in table.made().take(EARLIER) {
            offer(made.destination.uri().to_owned(), "used before".to_owned());
        }
        for row in store.queues.iter() {
            let uri = format!("{}{}", DestinationKind::Queue.prefix(), row.queue.id.raw());
            offer(uri, row.queue.name.fit(40).into_owned());
        }
        for one in table.interactions().filter(|one| !one.queue.is_empty()) {
            let uri = format!("{}{}", DestinationKind::Queue.prefix(), one.queue.raw());
            let note = if one.queue_name.is_empty() {
                "a queue that has interactions".to_owned()
            } else {
                one.queue_name.fit(40).into_owned()
            };
            offer(uri, note);
        }
        let mut last = None;
        let mut phones: BTreeMap<String, Phones> = BTreeMap::new();
        let users = store.registrations.read_rows();
        for row in users.take(USERS) {
            let id = row.user_id();
            let of_user = phones.entry(id.raw().to_owned());
            of_user.or_default().add(&row);
            if last == Some(id) {
                continue;
            }
            last = Some(id);
            let uri = format!("{}{}", DestinationKind::User.prefix(), id.raw());
            offer(uri, row.user().to_string());
        }
        let under_way = table.made().filter(|made| !made.phase.over());
        let flights = under_way.map(|made| (made.interaction.raw().to_owned(), made.phase.word()));
        let mut codecs: BTreeMap<String, Codecs> = BTreeMap::new();
        for made in table.made() {
            let learnt = codecs.entry(made.destination.uri().to_owned());
            learnt.or_default().learn(made);
        }
        Self {
            interactions: interactions.collect(),
            destinations,
            flights: flights.collect(),
            phones,
            codecs,
            kinds,
        }
    }

    /// An interaction with what is known of it, safe to show.
    pub(super) fn sentence(&self, id: &str) -> String {
        let shown = fit(id, SHOWN);
        match self.interactions.get(id) {
            Some(one) => format!("{shown} ({})", one.words()),
            None => shown.into_owned(),
        }
    }

    /// An interaction as it was last read.
    pub(super) fn interaction(&self, id: &str) -> Option<Interaction> {
        self.interactions.get(id).cloned()
    }

    /// Whom a transfer takes a call from, safe to show.
    pub(super) fn bearer(&self, id: &str) -> String {
        let bearer = self.interactions.get(id).and_then(Interaction::bearer);
        bearer.map_or("nobody".to_owned(), |who| {
            fit(who.called(), SHOWN).into_owned()
        })
    }

    /// An interaction was read for the form.
    pub(super) fn learn(&mut self, one: &Interaction) {
        self.interactions
            .insert(one.id.raw().to_owned(), one.clone());
    }

    /// What is known of an interaction that is to be moved: one that is being moved already is refused (contract §8).
    pub(super) fn check(&self, path: &str, id: &str) -> Check {
        if let Some(stage) = self.flights.get(id) {
            let told = format!("a transfer of it is under way ({stage}): a second one is refused");
            return Check::known(path, fit(id, SHOWN), CheckVerdict::Bad, told);
        }
        match self.interactions.get(id) {
            Some(one) => Check::known(path, fit(id, SHOWN), CheckVerdict::Good, one.words()),
            None => Check::interaction(path, id),
        }
    }

    /// What is known of a destination, where anything is: who it is, whether a phone there is registered, and which codecs it
    /// took before. `codec` is the one that is to be asked for, where one can be.
    pub(super) fn destination(&self, to: &Destination, codec: Option<&str>) -> Vec<Check> {
        let mut destinations = self.destinations.iter();
        let noted = destinations.find(|known| known.value == to.uri());
        let phones = match to.kind() {
            DestinationKind::User => self.phones.get(to.id()),
            _ => None,
        };
        let (verdict, said) = match (phones, noted) {
            (Some(phones), _) => phones.said(),
            (None, Some(known)) => (CheckVerdict::Good, known.note.clone()),
            (None, None) => return self.taught(to, codec).into_iter().collect(),
        };
        let known = Check::known("destination_uri", fit(to.uri(), SHOWN), verdict, said);
        let taught = self.taught(to, codec);
        std::iter::once(known).chain(taught).collect()
    }

    fn taught(&self, to: &Destination, codec: Option<&str>) -> Option<Check> {
        let (verdict, said) = self.codecs.get(to.uri())?.said(codec)?;
        let path = "media_matrix.audio.codec";
        Some(Check::known(path, "codec", verdict, said))
    }

    pub(super) fn interactions(&self) -> Vec<Completion> {
        let all = self.interactions.iter();
        all.map(|(id, one)| Completion::new(id.as_str(), one.words()))
            .collect()
    }

    pub(super) fn destinations(&self) -> Vec<Completion> {
        let kinds = self.kinds.iter();
        let kinds = kinds.map(|kind| Completion::new(kind.prefix(), format!("a {}", kind.word())));
        self.destinations.iter().cloned().chain(kinds).collect()
    }
}
