//! The feeds of a client of the Platform API, and the table that they keep.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use trunkline::cloud::{Client, Settings};
use trunkline::feed::mailbox::{CAPACITY, Mailbox};
use trunkline::feed::{self, Feeds, Plan, Timing};
use trunkline::model::registration::State;
use trunkline::org::Options;
use trunkline::store::{Changes, Registrations, Row};
use trunkline::time::Clock;
use trunkline::vocabulary::news::{News, Status};

use super::rig::Rig;

/// What a test waits for at most.
const PATIENCE: Duration = Duration::from_secs(180);

/// Times short enough for a test, in the proportions of the real ones.
pub fn brisk() -> Timing {
    Timing {
        tick: Duration::from_millis(100),
        deadline: Duration::from_millis(300),
        backoff_least: Duration::from_millis(20),
        backoff_most: Duration::from_millis(200),
        status_gap: Duration::from_millis(10),
        problem_gap: Duration::from_millis(100),
        settle: Duration::from_millis(20),
        lend_after: Duration::from_millis(500),
        yield_least: Duration::from_millis(400),
        yield_most: Duration::from_secs(5),
        unwell: Duration::from_millis(300),
        ..Timing::default()
    }
}

/// Nothing but phones, on at most so many channels.
pub fn plan(channels: usize) -> Plan {
    Plan {
        users: None,
        poll: Duration::from_secs(10),
        max_streams: 0,
        channels,
        carriers: false,
        callbacks: false,
        status_page: None,
    }
}

pub struct Watch {
    pub rig: Arc<Rig>,
    pub table: Registrations,
    pub status: Status,
    pub problems: Vec<String>,
    pub events: usize,
    pub gaps: usize,
    pub feeds: Feeds,
    mailbox: Arc<Mailbox>,
}

impl Watch {
    pub async fn start(options: Options, plan: Plan) -> Self {
        Self::start_with(options, plan, brisk()).await
    }

    pub async fn start_with(options: Options, plan: Plan, timing: Timing) -> Self {
        let rig = Arc::new(Rig::start(options).await);
        Self::on(&rig, plan, timing)
    }

    /// Another reader of the same client, with a token of its own.
    pub fn on(rig: &Arc<Rig>, plan: Plan, timing: Timing) -> Self {
        Self::by(rig, rig.settings(), plan, timing)
    }

    /// The same, with these settings.
    pub fn by(rig: &Arc<Rig>, settings: Settings, plan: Plan, timing: Timing) -> Self {
        let client = Client::new(settings).unwrap();
        let mailbox = Mailbox::new(CAPACITY);
        let feeds = feed::start_with(client, plan, Arc::clone(&mailbox), timing);
        let rig = Arc::clone(rig);
        Self {
            rig,
            table: Registrations::default(),
            status: Status::default(),
            problems: Vec::new(),
            events: 0,
            gaps: 0,
            feeds,
            mailbox,
        }
    }

    /// Takes in news until something is so.
    pub async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            let mut news = Vec::new();
            while !so(self) {
                self.mailbox.ready().await;
                let _ = self.mailbox.drain(512, &mut news);
                news.drain(..).for_each(|news| self.learn(news));
            }
        });
        if waited.await.is_err() {
            let (status, problems) = (self.status, &self.problems);
            panic!("never: {what}; {status:?}, {problems:?}");
        }
    }

    /// Takes in what there is.
    pub fn take(&mut self) {
        let mut news = Vec::new();
        let _ = self.mailbox.drain(CAPACITY, &mut news);
        news.drain(..).for_each(|news| self.learn(news));
    }

    fn learn(&mut self, news: News) {
        let (now, changes) = (Clock::Real.now(), &mut Changes::default());
        match news {
            News::Phones(told) => {
                match &told {
                    trunkline::vocabulary::news::PhoneNews::Events(sightings) => {
                        self.events += sightings.len();
                    }
                    trunkline::vocabulary::news::PhoneNews::Gap(phones) => {
                        self.gaps += phones.len();
                    }
                    _ => {}
                }
                self.table.phones(told, now, changes);
            }
            News::Users { users, .. } => self.table.users(users, now, changes),
            News::UsersComplete => self.table.users_complete(now, changes),
            News::Status(status) => self.status = status,
            News::Problem(problem) => self.problems.push(problem.text.to_string()),
            _ => {}
        }
    }

    /// How many requests were made so far, of all readers.
    pub async fn requests(&self) -> usize {
        self.rig.control.requests().await.len()
    }

    /// Whether everyone was read and nothing is stale.
    pub fn fresh(&self) -> bool {
        let rows = self.rows();
        self.status.enumerated
            && !rows.is_empty()
            && rows.iter().all(|row| row.state() != State::Stale)
    }

    /// Waits until every row is kept up by a topic, and says so.
    pub async fn live(&mut self) {
        self.until("every row live", Self::all_live).await;
    }

    pub fn all_live(&self) -> bool {
        let rows = self.rows();
        self.status.enumerated && !rows.is_empty() && rows.iter().all(is_live)
    }

    pub fn rows(&self) -> Vec<Row<'_>> {
        self.table.rows().map(|(_, row)| row).collect()
    }

    /// Each row, as what the organisation's state has of it.
    pub fn registered(&self) -> BTreeMap<(String, String), Option<bool>> {
        let rows = self.rows().into_iter();
        let row = |row: Row<'_>| {
            let key = (
                row.user_id().raw().to_owned(),
                row.device().raw().to_owned(),
            );
            let registered = match row.state() {
                State::Ok => Some(true),
                State::Lost | State::OffDuty => Some(false),
                State::Stale | State::Unknown | State::Remembered => None,
            };
            (key, registered)
        };
        rows.map(row).collect()
    }

    /// What is so at the organisation, now.
    pub async fn truth(&self) -> BTreeMap<(String, String), Option<bool>> {
        let state = self.rig.control.state().await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = state["registrations"].as_array().unwrap().iter();
        rows.map(|row| {
            let key = (text(&row["userId"]), text(&row["deviceId"]));
            (key, row["registered"].as_bool())
        })
        .collect()
    }

    /// Takes in news until the table says what the organisation does.
    pub async fn agree(&mut self) {
        let truth = self.truth().await;
        self.until("the table equals the organisation", |watch| {
            watch.registered() == truth
        })
        .await;
    }

    /// Registers a device, or does the opposite.
    pub async fn register(&self, user: &str, device: &str, registered: bool) {
        let body = json!({"registered": registered});
        self.rig.control.register(user, device, &body).await;
    }

    pub async fn fault(&self, faults: Value) {
        self.rig.control.fault(&faults).await;
    }

    /// Calls of a path that were answered with 200, by their verb.
    pub async fn calls(&self, verb: &str, path: &str) -> usize {
        let requests = self.rig.control.requests().await;
        let requests = requests.iter();
        requests
            .filter(|call| {
                call["verb"] == verb
                    && call["status"] == 200
                    && call["path"].as_str().unwrap().contains(path)
            })
            .count()
    }
}

fn is_live(row: &Row<'_>) -> bool {
    row.live() && matches!(row.state(), State::Ok | State::Lost | State::OffDuty)
}
