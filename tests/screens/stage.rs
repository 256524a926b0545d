//! The application on a stage: fed by hand, looked at as text and styles.

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use tempfile::TempDir;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::effect::Effect;
use trunkline::model::registration::{Device, Update, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::time::Millis;
use trunkline::vocabulary::news::{Link, News, Status};

use crate::common::ground::written;
use crate::common::screen::{drawn, key, lines};

/// 2026-06-15 14:03:22 UTC.
pub const NOON: Millis = Millis(1_781_532_202_000);

const CONFIG: &str = r#"
[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
"#;

pub struct Stage {
    pub app: App,
    now: Millis,
    status: Status,
    _folder: TempDir,
}

impl Stage {
    pub fn new(theme: &str) -> Self {
        Self::with(theme, Some(CONFIG))
    }

    pub fn without_profile() -> Self {
        Self::with("mono", None)
    }

    /// On one of several profiles.
    pub fn of_profiles(config: &str, profile: &str) -> Self {
        let chosen = format!("profile = \"{profile}\"\n{config}");
        Self::with("mono", Some(&chosen))
    }

    /// On a configuration, or on none.
    pub fn with(theme: &str, config: Option<&str>) -> Self {
        let (loaded, folder) = written(config, theme);
        let mut app = App::new(loaded);
        app.update(Event::Tick, NOON);
        Self {
            app,
            now: NOON,
            status: Status::default(),
            _folder: folder,
        }
    }

    /// Three people, five devices: healthy, lost, hostile, wide.
    pub fn populate(&mut self) {
        let user = |id: &str, name: &str, site: Option<&str>| User {
            id: UserId::from(id),
            name: name.into(),
            site: site.map(Into::into),
        };
        let users = vec![
            user("u-1", "Ana Petrova", Some("Frankfurt")),
            user("u-2", "Bob Osei", Some("Accra")),
            user("u-3", "佐藤 花子", Some("Osaka")),
            user("u-4", "Eve\x1b[2J\u{202e}", None),
        ];
        let device = |id: &str, registered, codec: Option<&str>| Device {
            id: DeviceId::from(id),
            registered,
            codec: codec.map(Into::into),
        };
        let read = |user: &str, devices| News::Snapshot {
            user: UserId::from(user),
            devices,
            spoken: Vec::new(),
            whole: true,
            live: true,
            asked: None,
        };
        self.feed(vec![
            News::Users {
                users,
                total: Some(4),
            },
            News::UsersComplete,
            read(
                "u-1",
                vec![
                    device("webrtc-4711", true, Some("opus")),
                    device("webrtc-4712", true, Some("opus")),
                ],
            ),
            read("u-2", vec![device("poly-0017", false, Some("PCMU"))]),
            read("u-3", vec![device("softphone-1", true, Some("G722"))]),
            read("u-4", vec![device("x\x1b]0;owned\x07", true, None)]),
        ]);
        self.status = Status {
            link: Link::Live,
            users: 4,
            read: 4,
            enumerated: true,
            streams_live: 4,
            streams_wanted: 4,
            budget_used: 12,
            budget_allowed: Some(300),
            token_until: Some(NOON.plus(7_080_000)),
            ..Status::default()
        };
        self.feed(vec![News::Status(self.status)]);
        self.pass(1_500);
    }

    pub fn feed(&mut self, news: Vec<News>) {
        self.happen(Event::Feed {
            news,
            overflowed: Vec::new(),
            dropped: 0,
        });
    }

    pub fn overflow(&mut self, user: &str, dropped: u64) {
        let user = UserId::from(user);
        let news = vec![News::Gap { user: user.clone() }];
        self.happen(Event::Feed {
            news,
            overflowed: vec![user],
            dropped,
        });
    }

    pub fn link(&mut self, link: Link) {
        self.status.link = link;
        self.feed(vec![News::Status(self.status)]);
        self.pass(1_000);
    }

    /// A frame about the registration of a device, a second later.
    pub fn update(&mut self, user: &str, device: &str, registered: bool) {
        self.now = self.now.plus(1_000);
        self.frame(user, device, Some(registered), None);
    }

    pub fn update_codec(&mut self, user: &str, device: &str, codec: &str) {
        self.frame(user, device, None, Some(codec));
    }

    fn frame(&mut self, user: &str, device: &str, registered: Option<bool>, codec: Option<&str>) {
        let update = Update {
            user: UserId::from(user),
            device: DeviceId::from(device),
            registered,
            codec: codec.map(Into::into),
            raw: Bytes::from_static(b"{}"),
        };
        self.feed(vec![News::Update(update)]);
    }

    /// Lets milliseconds pass.
    pub fn pass(&mut self, ms: i64) {
        self.pass_to(self.now.plus(ms));
    }

    pub fn pass_to(&mut self, now: Millis) {
        self.now = now;
        self.happen(Event::Tick);
    }

    /// Lets one thing happen.
    pub fn happen(&mut self, event: Event) {
        self.app.update(event, self.now);
    }

    /// Presses keys by name; each is seen on an 80x24 screen before the next, as a person would.
    pub fn press(&mut self, keys: &[&str]) {
        for name in keys {
            self.text((80, 24));
            self.happen(Event::Key(key(name)));
        }
    }

    /// Types a text, character by character.
    pub fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.happen(Event::Key(KeyEvent::from(KeyCode::Char(c))));
        }
    }

    pub fn take_effects(&mut self) -> Vec<Effect> {
        self.app.take_effects()
    }

    /// The screen as text.
    pub fn text(&mut self, size: (u16, u16)) -> String {
        lines(&drawn(&mut self.app, size)).join("\n")
    }

    /// The line that the cursor is on.
    pub fn cursor_line(&mut self) -> String {
        let buf = drawn(&mut self.app, (120, 24));
        lines(&buf)
            .into_iter()
            .find(|line| line.starts_with('▌'))
            .unwrap_or_default()
    }

    /// The screen as text, and under it every run of cells that has a style of its own.
    pub fn picture(&mut self, size: (u16, u16)) -> String {
        let buf = drawn(&mut self.app, size);
        let styled = (0..size.1).filter_map(|y| {
            let runs = runs(&buf, y);
            (!runs.is_empty()).then(|| format!("{y:>2}: {}\n", runs.join("  ")))
        });
        let styled: String = styled.collect();
        format!("{}\n--- styles\n{styled}", lines(&buf).join("\n"))
    }
}

fn runs(buf: &Buffer, y: u16) -> Vec<String> {
    let mut runs: Vec<(u16, u16, String)> = Vec::new();
    for x in 0..buf.area.width {
        let cell = &buf[(x, y)];
        let style = style(cell.fg, cell.bg, cell.modifier);
        match runs.last_mut() {
            Some((_, end, last)) if *last == style && *end == x => *end += 1,
            _ => runs.push((x, x + 1, style)),
        }
    }
    let own = runs.into_iter().filter(|(_, _, style)| !style.is_empty());
    own.map(|(start, end, style)| format!("{start}-{end} {style}"))
        .collect()
}

fn style(fg: Color, bg: Color, modifier: Modifier) -> String {
    let mut parts = Vec::new();
    if fg != Color::Reset {
        parts.push(format!("{fg}"));
    }
    if bg != Color::Reset {
        parts.push(format!("on {bg}"));
    }
    if !modifier.is_empty() {
        parts.push(format!("{modifier:?}").to_lowercase());
    }
    parts.join(" ")
}
