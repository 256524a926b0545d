//! A list of news played instead of an organisation: neither the loop, the store nor a pane knows the difference.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use trunkline::app::App;
use trunkline::app::run::Runner;
use trunkline::effect::Effect;
use trunkline::environment::Environment;
use trunkline::feed::{Instruction, Mailbox, Running, Source};
use trunkline::listen;
use trunkline::model::UserId;
use trunkline::model::registration::{Device, State, Update, User};
use trunkline::vocabulary::news::{Link, News, Status};

use crate::common::ground::written;
use crate::common::screen::{Cells, lines};

/// A profile whose organisation nobody could reach, were it asked for anything.
const PROFILE: &str = r#"
[profiles.tape]
base_url = "https://nobody.invalid"
client_id = "c"
client_secret_env = "NOT_SET"
"#;

/// What was recorded, and what the console asks while it is played.
struct Recording {
    news: Vec<News>,
    asked: Arc<Mutex<Vec<Instruction>>>,
}

struct Playing(Arc<Mutex<Vec<Instruction>>>);

impl Source for Recording {
    fn start(&self, mailbox: Arc<Mailbox>) -> Box<dyn Running> {
        for news in &self.news {
            mailbox.post(news.clone());
        }
        Box::new(Playing(Arc::clone(&self.asked)))
    }
}

impl Running for Playing {
    fn instruct(&self, instruction: Instruction) {
        self.0.lock().unwrap().push(instruction);
    }
}

fn device(id: &str, registered: bool) -> Device {
    Device {
        id: id.into(),
        registered,
        codec: Some("opus".into()),
    }
}

/// Two users are listed and read, one loses a phone, and of the other nothing is sure any more.
fn recorded() -> Vec<News> {
    let names = [("u-1", "Ada Lovelace"), ("u-2", "Grace Hopper")];
    let user = |(id, name): (&str, &str)| User {
        id: id.into(),
        name: name.into(),
        site: None,
    };
    let read = |id: &str, device| News::Snapshot {
        user: id.into(),
        devices: vec![device],
        spoken: Vec::new(),
        whole: true,
        live: true,
        asked: None,
    };
    vec![
        News::Users {
            users: names.map(user).to_vec(),
            total: Some(2),
        },
        News::UsersComplete,
        read("u-1", device("d-1", true)),
        read("u-2", device("d-2", true)),
        News::Update(Update {
            user: "u-1".into(),
            device: "d-1".into(),
            registered: Some(false),
            codec: None,
            raw: "{}".into(),
        }),
        News::Gap { user: "u-2".into() },
        News::Status(Status {
            link: Link::Live,
            users: 2,
            read: 2,
            enumerated: true,
            ..Status::default()
        }),
    ]
}

fn state(app: &App, user: &str) -> Option<State> {
    let user = UserId::from(user);
    let mut rows = app.store.registrations.of_user(&user);
    rows.next().map(|row| row.state())
}

#[tokio::test]
async fn a_recording_is_played_through_the_same_console() {
    let (loaded, _folder) = written(Some(PROFILE), "mono");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let recording = Recording {
        news: recorded(),
        asked: Arc::clone(&asked),
    };
    let (screen, _keys) = Cells::new(120, 40);
    let runner = Runner::new(
        App::new(loaded),
        screen,
        Environment::default(),
        listen::nobody(),
    );
    let mut runner = runner.following(Arc::new(recording));

    let lost = |app: &App| {
        state(app, "u-1") == Some(State::Lost) && state(app, "u-2") == Some(State::Stale)
    };
    let played = runner.run(|app| lost(app) && !app.dirty());
    let played = tokio::time::timeout(Duration::from_secs(20), played).await;
    assert_eq!(played.unwrap(), Ok(0));
    let drawn = lines(&runner.screen.shown).concat();
    assert!(
        drawn.contains("Ada Lovelace") && drawn.contains("Grace Hopper"),
        "{drawn}"
    );
    assert_eq!(runner.app.problem(), None, "nobody else was asked");

    let (user, pause) = (UserId::from("u-2"), Instruction::Pause(true));
    runner.performer.perform(Effect::Reread(vec![user.clone()]));
    runner.performer.perform(Effect::Pause(true));
    let asked = asked.lock().unwrap();
    assert!(
        asked.ends_with(&[Instruction::Reread(vec![user]), pause]),
        "{asked:?}"
    );
}
