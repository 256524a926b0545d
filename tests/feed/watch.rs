//! An organisation, the feeds on it, and a listener that keeps what they say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use trunkline::cloud::{Client, Settings};
use trunkline::feed::{Feeds, Mailbox, Plan, Timing, start_with};
use trunkline::model::api::Api;
use trunkline::model::carrier::Carrier;
use trunkline::model::registration::Device;
use trunkline::model::{DeviceId, UserId};
use trunkline::org::Options;
use trunkline::store::{Changes, Store};
use trunkline::time::Clock;
use trunkline::vocabulary::news::{News, Status, VendorNews};

use crate::common::control::Control;
use crate::common::ground::{Ground, faulty, settings};

/// Long enough that only a hang reaches it.
const HANG: Duration = Duration::from_secs(180);

/// What is known of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub registered: bool,
    pub codec: Option<String>,
    pub stale: bool,
}

/// What the feeds have said so far.
#[derive(Debug, Default)]
pub struct World {
    pub rows: BTreeMap<(String, String), Row>,
    pub users: Vec<String>,
    pub complete: bool,
    pub status: Status,
    pub gaps: usize,
    pub snapshots: usize,
    pub swept: usize,
    pub updates: usize,
    pub samples: usize,
    pub failed: usize,
    pub problems: Vec<String>,
    pub carriers: Vec<Carrier>,
    pub carrier_reads: usize,
    pub carriers_refused: Vec<String>,
    pub carriers_paused: bool,
    pub vendor: Vec<VendorNews>,
}

/// Everything one test needs.
pub struct Watch {
    pub control: Control,
    pub world: World,
    pub feeds: Option<Feeds>,
    mailbox: Arc<Mailbox>,
    _ground: Ground,
    /// What was said of rows, in its order, once it is to be kept.
    kept: Option<Vec<News>>,
}

/// Times short enough for a test, in the proportions of the real ones.
pub fn brisk() -> Timing {
    Timing {
        tick: Duration::from_millis(100),
        deadline: Duration::from_millis(200),
        backoff_least: Duration::from_millis(20),
        backoff_most: Duration::from_millis(200),
        status_gap: Duration::from_millis(10),
        problem_gap: Duration::from_millis(100),
        stream_gap: Duration::ZERO,
        ..Timing::default()
    }
}

pub fn options(users: u32, rate: f64, faults: &str) -> Options {
    let faults: Vec<&str> = faults.split_whitespace().collect();
    Options {
        rate,
        ..faulty(users, "direct", &faults)
    }
}

impl Watch {
    /// Watches everyone, with at most so many streams.
    pub async fn all(options: Options, max_streams: usize) -> Self {
        Self::of(options, max_streams, None).await
    }

    pub async fn of(options: Options, max_streams: usize, users: Option<Vec<UserId>>) -> Self {
        Self::with(
            options,
            Plan {
                users,
                poll: Duration::from_secs(10),
                max_streams,
                channels: 0,
                carriers: false,
                callbacks: false,
                status_page: None,
            },
            brisk(),
            None,
        )
        .await
    }

    pub async fn with(
        options: Options,
        plan: Plan,
        timing: Timing,
        scopes: Option<Vec<String>>,
    ) -> Self {
        let limit = Some(options.rate_limit).filter(|limit| *limit > 0);
        Self::on(Ground::start(options).await, plan, timing, (limit, scopes))
    }

    /// The same of an organisation that is there already.
    pub fn on(
        ground: Ground,
        plan: Plan,
        timing: Timing,
        (limit, scopes): (Option<u32>, Option<Vec<String>>),
    ) -> Self {
        let mut settings = Settings {
            requests_per_minute: limit,
            ..settings(&ground.org, Api::Direct)
        };
        settings.client.as_mut().unwrap().scopes = scopes;
        let client = Client::new(settings).unwrap();
        let mailbox = Mailbox::new(4_096);
        let feeds = start_with(client, plan, Arc::clone(&mailbox), timing);
        Self {
            control: ground.control.clone(),
            world: World::default(),
            feeds: Some(feeds),
            mailbox,
            _ground: ground,
            kept: None,
        }
    }

    /// Keeps what is said of rows from now on.
    pub fn keep_news(&mut self) {
        self.kept = Some(Vec::new());
    }

    /// Has a store learn what was kept.
    pub fn apply_kept(&mut self, store: &mut Store, changes: &mut Changes) {
        for news in self.kept.take().unwrap_or_default() {
            store.learn(news, Clock::Real.now(), changes);
        }
    }

    /// Listens until something holds.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&World) -> bool) {
        let hang = tokio::time::Instant::now() + HANG;
        let mut news = Vec::new();
        while !holds(&self.world) {
            let waited = tokio::time::timeout_at(hang, self.mailbox.ready()).await;
            assert!(
                waited.is_ok(),
                "never: {what}; {:?}; {:?}",
                self.world.status,
                self.world.problems
            );
            let drained = self.mailbox.drain(512, &mut news);
            self.feeds().reread(&drained.overflowed);
            if let Some(kept) = &mut self.kept {
                kept.extend(news.iter().cloned());
            }
            news.drain(..).for_each(|news| self.world.hear(news));
        }
    }

    /// Listens until what is known equals what is, and nothing is stale.
    pub async fn until_equal(&mut self) {
        let truth = self.truth().await;
        self.until("equal to the organisation's state", |world| {
            world.rows == truth
        })
        .await;
    }

    /// The organisation's own state.
    pub async fn truth(&self) -> BTreeMap<(String, String), Row> {
        let state = self.control.state().await;
        let rows = state["registrations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
                let codec = Some(text("codec")).filter(|codec| !codec.is_empty());
                let registered = row["registered"].as_bool().unwrap();
                (
                    (text("userId"), text("deviceId")),
                    Row {
                        registered,
                        codec,
                        stale: false,
                    },
                )
            });
        rows.collect()
    }

    pub async fn set(&self, user: &str, device: &str, registered: bool, codec: &str) {
        let body = json!({"registered": registered, "codec": codec});
        self.control.register(user, device, &body).await;
    }

    pub fn feeds(&self) -> &Feeds {
        self.feeds.as_ref().unwrap()
    }

    pub fn first_device(&self) -> (String, String) {
        self.world.rows.keys().next().cloned().unwrap()
    }
}

impl World {
    pub fn live(&self, streams: u32) -> bool {
        self.status.streams_live == streams
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Users { users, .. } => self
                .users
                .extend(users.iter().map(|user| user.id.raw().to_owned())),
            News::UsersComplete => self.complete = true,
            News::Phones(_) => panic!("phones are of the other API"),
            News::Share(_) => panic!("nobody else reads here"),
            News::Swept {
                user,
                devices,
                spoken,
                whole,
            } => {
                self.swept += 1;
                self.hear(News::Snapshot {
                    user,
                    devices,
                    spoken,
                    whole,
                    live: true,
                    asked: None,
                });
            }
            News::Notice(text) => self.problems.push(text.to_string()),
            News::Snapshot {
                user,
                devices,
                spoken,
                ..
            } => {
                self.snapshots += 1;
                self.take(&user, devices, &spoken);
            }
            News::Update(update) => {
                self.updates += 1;
                let key = (update.user.raw().to_owned(), update.device.raw().to_owned());
                let row = self.rows.entry(key).or_default();
                row.registered = update.registered.unwrap_or(row.registered);
                row.codec = update
                    .codec
                    .map(|codec| codec.raw().to_owned())
                    .or(row.codec.take());
            }
            News::Gap { user } => {
                self.gaps += 1;
                let rows = self.rows.iter_mut().filter(|((of, _), _)| of == user.raw());
                rows.for_each(|(_, row)| row.stale = true);
            }
            News::ReadFailed { .. } => self.failed += 1,
            News::Status(status) => self.status = status,
            News::Undecodable { .. } => self.samples += 1,
            News::Problem(problem) => self.problems.push(problem.text.to_string()),
            News::Carriers { carriers, .. } => {
                self.carriers = carriers;
                self.carrier_reads += 1;
                self.carriers_paused = false;
            }
            News::CarriersFailed(problem) => self.carriers_refused.push(problem.text.to_string()),
            News::CarriersPaused => self.carriers_paused = true,
            News::Vendor(told) => self.vendor.push(told),
            News::Callbacks(_)
            | News::Interaction(_)
            | News::InteractionsMoved
            | News::Edges { .. }
            | News::Premises(_) => {}
        }
    }

    fn take(&mut self, user: &UserId, devices: Vec<Device>, spoken: &[DeviceId]) {
        self.rows.retain(|(of, device), row| {
            row.stale &= of != user.raw();
            of != user.raw() || spoken.iter().any(|id| id.raw() == device)
        });
        for device in devices {
            let codec = device.codec.map(|codec| codec.raw().to_owned());
            let row = Row {
                registered: device.registered,
                codec,
                stale: false,
            };
            self.rows
                .insert((user.raw().to_owned(), device.id.raw().to_owned()), row);
        }
    }
}
