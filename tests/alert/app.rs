//! Alerts in the whole application: fed by hand, driven by keys, looked at as text.

mod targets;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use trunkline::alert::{AlertNews, Orders, PostOutcome};
use trunkline::app::App;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::model::alert::{AlertStanding, Leg};
use trunkline::model::registration::{Device, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::time::Millis;
use trunkline::vocabulary::news::{News, Status};

use crate::common::ground::written;
use crate::common::screen::{drawn, lines};
use crate::rig::{SETTLE, START};

const CONFIG: &str = r#"
[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
[profiles.acme.alerts]
webhook = "https://hooks.example.com/noc"
bell = true
osc9 = true
rules = [{ name = "old-codec", when = "codec:G729 state:ok since>1m" }]
"#;

struct Stage {
    app: App,
    now: Millis,
    effects: Vec<Effect>,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// One user read and lost, one well, before the ledger has been read.
    fn new() -> Self {
        Self::of(CONFIG)
    }

    fn of(config: &str) -> Self {
        let (loaded, folder) = written(Some(config), "mono");
        let mut stage = Self {
            app: App::new(loaded),
            now: START,
            effects: Vec::new(),
            _folder: folder,
        };
        let user = |id: &str, name: &str| User {
            id: id.into(),
            name: name.into(),
            site: Some("Accra".into()),
        };
        let users = vec![user("u-1", "Ana"), user("u-2", "Bob\x1b[2J")];
        stage.feed(vec![
            News::Users {
                users,
                total: Some(2),
            },
            News::UsersComplete,
        ]);
        stage.read("u-1", false, "opus");
        stage.read("u-2", true, "G729");
        stage
    }

    fn update(&mut self, event: Event) {
        self.app.update(event, self.now);
        self.effects.extend(self.app.take_effects());
    }

    fn feed(&mut self, news: Vec<News>) {
        self.update(Event::Feed {
            news,
            overflowed: Vec::new(),
            dropped: 0,
        });
    }

    fn read(&mut self, user: &str, registered: bool, codec: &str) {
        let device = Device {
            id: DeviceId::from("d-1"),
            registered,
            codec: Some(codec.into()),
        };
        let user = UserId::from(user);
        self.feed(vec![News::Snapshot {
            user,
            devices: vec![device],
            spoken: Vec::new(),
            whole: true,
            live: true,
            asked: None,
        }]);
    }

    fn open(&mut self) {
        self.tell(AlertNews::Opened {
            records: Vec::new(),
            ours: true,
            operator: "ana".into(),
            warnings: Vec::new(),
        });
    }

    fn tell(&mut self, news: AlertNews) {
        self.update(Event::Done(Done::Alerts(Box::new(news))));
    }

    fn pass(&mut self, ms: i64) {
        let end = self.now.plus(ms);
        while let Some(due) = self.app.deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due).max(self.now.plus(1));
            self.update(Event::Tick);
        }
        self.now = end;
    }

    fn type_line(&mut self, line: &str) {
        for c in line.chars() {
            self.press(KeyCode::Char(c));
        }
        self.press(KeyCode::Enter);
    }

    fn press(&mut self, code: KeyCode) {
        self.update(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn orders(&mut self) -> Vec<Orders> {
        let effects = std::mem::take(&mut self.effects).into_iter();
        let orders = effects.filter_map(|effect| match effect {
            Effect::Alerts(orders) => Some(*orders),
            _ => None,
        });
        orders.collect()
    }

    fn posts(&mut self) -> Vec<String> {
        let orders = self.orders();
        let posts = orders.iter().flat_map(|orders| &orders.post);
        posts
            .map(|p| format!("{} {} {:?}", p.body.alert_type, p.body.user_id, p.leg))
            .collect()
    }

    fn screen(&mut self) -> String {
        lines(&drawn(&mut self.app, (140, 24))).join("\n")
    }

    fn standings(&self) -> Vec<AlertStanding> {
        self.app
            .store
            .alerts
            .iter()
            .map(trunkline::model::alert::Alert::standing)
            .collect()
    }
}

#[test]
fn nothing_is_told_before_the_ledger_is_read_and_a_row_lost_at_first_sight_is() {
    let mut stage = Stage::new();
    assert!(stage.effects.contains(&Effect::OpenAlerts));
    stage.pass(60_000);
    assert!(stage.posts().is_empty());
    stage.open();
    stage.pass(SETTLE);
    let notify = |effect: &Effect| matches!(effect, Effect::Notify { bell: true, osc9: Some(text) } if text.contains("Ana"));
    assert!(stage.effects.iter().any(notify), "{:?}", stage.effects);
    assert_eq!(stage.posts()[0], "registration_failure u-1 Raise");
    stage.read("u-1", true, "opus");
    assert!(stage.posts().is_empty(), "the end waits for its beginning");
    let id = stage.app.store.alerts.iter().next().unwrap().id;
    stage.tell(AlertNews::Told {
        id,
        target: None,
        leg: Leg::Raise,
        outcome: PostOutcome::Sent,
    });
    assert_eq!(stage.posts(), ["registration_failure u-1 Resolve"]);
}

#[test]
fn five_thousand_losses_at_one_site_are_one_post_that_counts_them() {
    const LOST: usize = 5_000;
    let mut stage = Stage::new();
    stage.open();
    stage.read("u-1", true, "opus");
    let ids: Vec<String> = (0..LOST).map(|n| format!("storm-{n}")).collect();
    let user = |id: &String| User {
        id: id.as_str().into(),
        name: id.as_str().into(),
        site: Some("Osaka".into()),
    };
    let users = ids.iter().map(user).collect();
    stage.feed(vec![News::Users { users, total: None }]);
    for registered in [true, false] {
        for id in &ids {
            stage.read(id, registered, "opus");
        }
    }
    stage.pass(SETTLE);
    let orders = stage.orders();
    let posts: Vec<_> = orders.iter().flat_map(|orders| &orders.post).collect();
    assert_eq!(posts.len(), 1, "one alert for all of them");
    let body = &posts[0].body;
    assert_eq!(body.user_id, "site:Osaka");
    assert_eq!(body.device_id, format!("{LOST} devices"));
}

#[test]
fn a_rule_with_an_age_is_told_by_its_name_and_ends() {
    let mut stage = Stage::new();
    stage.open();
    stage.read("u-1", true, "opus");
    stage.pass(59_000);
    assert!(stage.posts().is_empty());
    stage.pass(1_000 + SETTLE + 1_000);
    assert_eq!(stage.posts(), ["old-codec u-2 Raise"]);
    stage.read("u-2", true, "opus");
    assert_eq!(stage.app.store.alerts.open(), 0);
}

#[test]
fn a_device_that_leaves_the_organisation_ends_its_alert() {
    let mut stage = Stage::new();
    stage.open();
    stage.pass(SETTLE);
    let users = vec![User {
        id: "u-2".into(),
        name: "Bob".into(),
        site: None,
    }];
    stage.feed(vec![
        News::Users { users, total: None },
        News::UsersComplete,
    ]);
    assert_eq!(stage.app.store.alerts.open(), 0);
}

#[test]
fn the_pane_shows_acknowledges_silences_and_sends_again() {
    let mut stage = Stage::new();
    stage.open();
    stage.pass(SETTLE);
    let id = stage.app.store.alerts.iter().next().unwrap().id;
    let outcome = PostOutcome::Failed {
        why: "hooks.example.com answered 503.\x1b[2J".into(),
    };
    stage.tell(AlertNews::Told {
        id,
        target: None,
        leg: Leg::Raise,
        outcome,
    });
    stage.press(KeyCode::Char('7'));
    let screen = stage.screen();
    for word in [
        "Alerts 1 ▼1",
        "undelivered",
        "phone lost",
        "warning 1",
        "Ana / d-1",
        "undelivered: hooks.example.com",
    ] {
        assert!(screen.contains(word), "no {word:?} in\n{screen}");
    }
    stage.press(KeyCode::Enter);
    let screen = stage.screen();
    assert!(screen.contains("answered 503.\\u{1b}[2J"), "{screen}");
    stage.orders();
    stage.press(KeyCode::Char('R'));
    assert_eq!(stage.posts(), ["registration_failure u-1 Raise"]);
    stage.tell(AlertNews::Told {
        id,
        target: None,
        leg: Leg::Raise,
        outcome: PostOutcome::Sent,
    });
    stage.press(KeyCode::Char('a'));
    assert_eq!(stage.standings(), [AlertStanding::Acknowledged]);
    stage.press(KeyCode::Char(':'));
    stage.type_line("silence 30m this power work");
    assert_eq!(stage.standings(), [AlertStanding::Silenced]);
    let screen = stage.screen();
    for word in [
        "acknowledged by ana",
        "because power work",
        "\"alertType\":\"registration_failure\"",
        "silences 1",
    ] {
        assert!(screen.contains(word), "no {word:?} in\n{screen}");
    }
}

#[test]
fn a_silence_of_everything_asks_first_is_listed_and_can_be_lifted() {
    let mut stage = Stage::new();
    stage.open();
    stage.pass(SETTLE);
    stage.press(KeyCode::Char('7'));
    stage.press(KeyCode::Char(':'));
    stage.type_line("silence 30m power work");
    let screen = stage.screen();
    assert!(
        screen.contains("Silence every alert: 1 of 1 open alerts, and new ones, until"),
        "{screen}"
    );
    stage.press(KeyCode::Enter);
    assert_eq!(
        stage.standings(),
        [AlertStanding::Open],
        "the first choice is to go back"
    );
    stage.press(KeyCode::Char(':'));
    stage.type_line("silence 30m power work");
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    assert_eq!(stage.standings(), [AlertStanding::Silenced]);
    stage.press(KeyCode::Char(':'));
    stage.type_line("silences");
    let screen = stage.screen();
    for word in [
        "silences in force",
        "every alert",
        "until ",
        "by ana: power work",
    ] {
        assert!(screen.contains(word), "no {word:?} in\n{screen}");
    }
    stage.press(KeyCode::Char('d'));
    assert_eq!(stage.standings(), [AlertStanding::Open]);
    assert!(stage.app.store.alerts.silences().is_empty());
    stage.press(KeyCode::Char(':'));
    stage.type_line("silences");
    assert!(stage.screen().contains("no silence is in force"));
}

#[test]
fn an_acknowledgement_can_be_taken_back() {
    let mut stage = Stage::new();
    stage.open();
    stage.pass(SETTLE);
    stage.press(KeyCode::Char('7'));
    stage.screen();
    stage.press(KeyCode::Char('a'));
    assert_eq!(stage.standings(), [AlertStanding::Acknowledged]);
    stage.press(KeyCode::Char(':'));
    stage.type_line("unack");
    assert_eq!(stage.standings(), [AlertStanding::Open]);
}

#[test]
fn everything_the_ledger_knows_is_confirmed_by_the_first_complete_read() {
    let mut stage = Stage::new();
    stage.open();
    stage.pass(SETTLE);
    let records = stage
        .orders()
        .into_iter()
        .flat_map(|orders| orders.save)
        .collect();
    let mut next = Stage::new();
    next.now = stage.now;
    next.read("u-1", true, "opus");
    next.tell(AlertNews::Opened {
        records,
        ours: true,
        operator: "ana".into(),
        warnings: Vec::new(),
    });
    let status = Status {
        enumerated: true,
        users: 2,
        read: 2,
        ..Status::default()
    };
    next.feed(vec![News::Status(status)]);
    assert_eq!(
        next.posts(),
        ["registration_failure u-1 Raise"],
        "it was not known to be delivered"
    );
    assert_eq!(next.app.store.alerts.open(), 0);
}

#[test]
fn a_dozen_alerts_are_acknowledged_with_one_note() {
    let mut stage = Stage::new();
    stage.open();
    stage.read("u-1", false, "opus");
    stage.read("u-2", false, "G729");
    stage.pass(SETTLE);
    assert_eq!(
        stage.standings(),
        [AlertStanding::Open, AlertStanding::Open]
    );
    let said = stage.screen();
    assert!(said.contains("ALERT"), "{said}");
    stage.press(KeyCode::Char('7'));
    // Four keys and the text: mark all, the palette, the note, Enter.
    stage.press(KeyCode::Char('*'));
    stage.press(KeyCode::Char(':'));
    stage.type_line("ack power work at Accra");
    let both = [AlertStanding::Acknowledged, AlertStanding::Acknowledged];
    assert_eq!(stage.standings(), both);
    let said = stage.screen();
    assert!(said.contains("acknowledged 2 of 2 alerts"), "{said}");
    assert!(!said.contains('•'), "the marks have served: {said}");
    let note = |alert: &trunkline::model::alert::Alert| {
        let ack = alert.acknowledged.as_ref().unwrap();
        ack.note.to_string()
    };
    assert!(
        stage
            .app
            .store
            .alerts
            .iter()
            .all(|alert| note(alert) == "power work at Accra")
    );
}

#[test]
fn alerts_are_folded_by_site_acknowledged_as_one_and_listed_again() {
    let mut stage = Stage::new();
    stage.open();
    stage.read("u-1", false, "opus");
    stage.read("u-2", false, "G729");
    stage.pass(SETTLE);
    stage.press(KeyCode::Char('7'));
    stage.press(KeyCode::Char('z'));
    let screen = stage.screen();
    for word in ["/by:site", "UNATTENDED", "Accra"] {
        assert!(screen.contains(word), "no {word:?} in\n{screen}");
    }
    // By edge: this API tells of none.
    stage.press(KeyCode::Char('z'));
    assert!(stage.screen().contains("not known"), "{}", stage.screen());
    stage.press(KeyCode::Esc);
    stage.press(KeyCode::Char('z'));
    stage.screen();
    stage.press(KeyCode::Char('a'));
    let both = [AlertStanding::Acknowledged, AlertStanding::Acknowledged];
    assert_eq!(stage.standings(), both);
    stage.press(KeyCode::Char(':'));
    stage.type_line("silence 1h this power work");
    // It would cover all there is: that is asked first.
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    let both = [AlertStanding::Silenced, AlertStanding::Silenced];
    assert_eq!(stage.standings(), both);
    stage.press(KeyCode::Enter);
    let screen = stage.screen();
    for word in ["!state:resolved site=\"Accra\"", "Ana / d-1", "Bob"] {
        assert!(screen.contains(word), "no {word:?} in\n{screen}");
    }
}

#[test]
fn a_silence_is_changed_where_it_stands() {
    let mut stage = Stage::new();
    stage.open();
    stage.pass(SETTLE);
    stage.press(KeyCode::Char('7'));
    stage.screen();
    stage.press(KeyCode::Char(':'));
    stage.type_line("silence 30m this power work");
    let until = |stage: &Stage| stage.app.store.alerts.silences()[0].until;
    let before = until(&stage);
    stage.press(KeyCode::Char(':'));
    stage.type_line("silences");
    stage.press(KeyCode::Enter);
    let screen = stage.screen();
    assert!(screen.contains("30m this power work"), "{screen}");
    // As people change a line: its last word.
    stage.update(Event::Key(KeyEvent::new(
        KeyCode::Char('w'),
        KeyModifiers::CONTROL,
    )));
    stage.type_line("cut");
    let silences = stage.app.store.alerts.silences();
    assert_eq!(silences.len(), 1, "{silences:?}");
    assert_eq!(silences[0].reason.raw(), "power cut");
    assert!(
        until(&stage).since(before) < 60_000,
        "it ends when it would have"
    );
    assert_eq!(stage.standings(), [AlertStanding::Silenced]);
}

#[test]
fn how_bad_an_alert_is_the_profile_says_and_information_rings_no_bell() {
    let severity = |config: &str| {
        let mut stage = Stage::of(config);
        stage.open();
        stage.pass(SETTLE);
        let rung = stage
            .effects
            .iter()
            .any(|e| matches!(e, Effect::Notify { .. }));
        let alert = stage.app.store.alerts.iter().next().unwrap();
        (alert.severity().word(), rung)
    };
    assert_eq!(severity(CONFIG), ("warning", true));
    let lab = format!("{CONFIG}severity = [{{ when = \"site:Accra\", is = \"info\" }}]\n");
    assert_eq!(severity(&lab), ("info", false));
}
