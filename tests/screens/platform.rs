//! The panes on the Platform API: what it tells more, and what it does not tell.

use std::collections::HashSet;

use trunkline::app::event::{Done, Event};
use trunkline::app::routes::RouteAnswer as RouteTold;
use trunkline::model::callback::{Callback, Status as Standing, Stream};
use trunkline::model::carrier::{Carrier, Health};
use trunkline::model::edge::{Edge, Load};
use trunkline::model::phone::Phone;
use trunkline::model::queue::Queue;
use trunkline::model::registration::User;
use trunkline::model::registration::closeup::{Closeup, Side};
use trunkline::model::registration::obstacle::Obstacle;
use trunkline::model::registration::phone::{PhoneTraits, Sighting};
use trunkline::model::route::{self, Integration, Known};
use trunkline::model::softphone::{Named, PhoneBase, Premises};
use trunkline::model::trunk::{By, Heard, Proxies, Sign, SignFault, Signs, Traffic, Trunk, Use};
use trunkline::vocabulary::news::CallbackNews;
use trunkline::vocabulary::news::PhoneNews;
use trunkline::vocabulary::news::{Link, News, Status};

use super::stage::{NOON, Stage};

const MINUTE: i64 = 60_000;

const CONFIG: &str = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
"#;

/// One size that must do, and one with room.
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

const LIVE: Heard = Heard {
    at: NOON,
    by: By::Topic,
};

const POLLED: Heard = Heard {
    at: NOON,
    by: By::Poll,
};

/// On the Platform API, connected, with nothing read yet.
pub fn stage() -> Stage {
    of(CONFIG)
}

/// The same of another configuration.
fn of(config: &str) -> Stage {
    let mut stage = Stage::with("mono", Some(config));
    let status = Status {
        link: Link::Live,
        users: 3,
        read: 3,
        enumerated: true,
        streams_live: 4,
        streams_wanted: 4,
        budget_used: 12,
        budget_allowed: Some(300),
        token_until: Some(NOON.plus(7_080_000)),
        ..Status::default()
    };
    stage.feed(vec![News::Status(status)]);
    stage
}

fn pictures(name: &str, stage: &mut Stage) {
    for (width, height) in SIZES {
        let picture = stage.text((width, height));
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture);
    }
}

/// Phones that are called after their people, one that is lost, one that no topic speaks of, one of nobody.
pub fn phones(stage: &mut Stage) {
    let people = [
        ("u-1", "Ana Petrova"),
        ("u-2", "Bob Osei"),
        ("u-3", "佐藤 花子"),
    ];
    let users = people.map(|(id, name)| User {
        id: id.into(),
        name: name.into(),
        site: Some("Frankfurt".into()),
    });
    let seen = |user: &str, device: &str, registered: Option<bool>, live| Sighting {
        user: user.into(),
        device: device.into(),
        condition: registered.into(),
        reason: None,
        reach: None,
        reboots: Some(device != "ph-1"),
        since: Some(NOON.plus(-5 * MINUTE)),
        live,
        asked: None,
        raw: bytes::Bytes::from_static(b"{}"),
        edge: None,
        obstacle: match device {
            "ph-2" => Some(Obstacle::NotResponding),
            "ph-4" => Some(Obstacle::NoStation),
            _ => None,
        },
    };
    let name = |user: &str, device: &str, name: &str| (user.into(), device.into(), name.into());
    stage.feed(vec![
        News::Users {
            users: users.to_vec(),
            total: Some(3),
        },
        News::UsersComplete,
        News::Phones(PhoneNews::Read(vec![
            seen("u-1", "ph-1", Some(true), true),
            seen("u-1", "ph-2", Some(true), false),
            seen("u-2", "ph-3", Some(false), true),
            seen("u-3", "ph-4", None, true),
        ])),
        News::Phones(PhoneNews::Names(vec![
            name("u-1", "ph-1", "Ana Petrova webrtc-4711"),
            name("u-1", "ph-2", "Ana Petrova - desk"),
            name("u-2", "ph-3", "Lobby Accra"),
            name("u-3", "ph-4", "佐藤 花子 poly-0017"),
        ])),
    ]);
    stage.pass(1_500);
}

#[test]
fn a_phone_shows_by_what_is_its_own_and_no_codec_is_promised() {
    let mut stage = stage();
    phones(&mut stage);
    let screen = stage.text((80, 24));
    assert!(!screen.contains("CODEC"), "{screen}");
    assert!(
        screen.contains("webrtc-4711") && !screen.contains("Ana Petrova webrtc"),
        "{screen}"
    );
    pictures("platform_registrations", &mut stage);
    stage.press(&["Enter"]);
    assert!(stage.text((80, 24)).contains("Lobby Accra"));
    stage.press(&["Esc", ":"]);
    stage.type_in("sites");
    stage.press(&["Enter"]);
    pictures("platform_sites", &mut stage);
}

fn trunk(id: &str, edge: &str, good: bool) -> Trunk {
    let fault = SignFault {
        code: "sip.503".into(),
        text: "Service Unavailable".into(),
        detail: "".into(),
    };
    let sign = Sign {
        proxy: "sip.north.example:5061".into(),
        good: Some(good),
        since: Some(NOON),
        fault: (!good).then_some(fault),
    };
    Trunk {
        id: id.into(),
        name: "Northwind".into(),
        edge: Some(edge.into()),
        edge_name: edge.into(),
        in_service: Some(true),
        enabled: Some(true),
        signs: Signs {
            connected: Some(true),
            registers: Proxies {
                kept: vec![sign],
                beyond: 0,
            },
            ..Signs::default()
        },
        options: Use::NotSupported,
        registers: Use::Enabled,
        proxies: Vec::new(),
        traffic: Some(Traffic {
            inbound: Some(63),
            outbound: Some(65),
            mismatches: Some(0),
        }),
        heard: LIVE,
    }
}

fn edge(id: &str, online: &str, heard: Heard) -> Edge {
    Edge {
        name: id.into(),
        site: "Frankfurt".into(),
        online: Some(online.into()),
        status: Some("ACTIVE".into()),
        conversations: Some(4_000),
        version: Some("1.0.0.12345".into()),
        load: Some(Load {
            processor: Some(20.4),
            memory: Some(60.0),
            disk: Some(100.0),
            ..Load::default()
        }),
        heard,
        ..Edge::unknown(id.into())
    }
}

/// A carrier with two trunks, and three edges.
pub fn estate() -> Stage {
    estate_of(CONFIG)
}

/// The same of another configuration.
pub fn estate_of(config: &str) -> Stage {
    let mut stage = of(config);
    let trunks = vec![
        trunk("t-1", "EU West 1", true),
        trunk("t-2", "EU Central 1", false),
    ];
    stage.feed(vec![
        News::Carriers {
            carriers: vec![Carrier {
                id: "tb-1".into(),
                name: "Northwind Telecom".into(),
                status: Some("active".into()),
                health: Health::Degraded,
                affected: None,
                trunks,
            }],
            faults: Vec::new(),
        },
        News::Edges {
            edges: vec![
                edge("EU West 1", "ONLINE", LIVE),
                edge("EU Central 1", "OFFLINE", LIVE),
                edge("AF West 1", "ONLINE", POLLED),
            ],
            refused: 0,
        },
    ]);
    stage.pass(1_500);
    stage
}

/// The same with phones and callbacks.
pub fn populated() -> Stage {
    let mut stage = estate();
    phones(&mut stage);
    callbacks(&mut stage);
    super::numbers::read(&mut stage);
    super::quality::read(&mut stage);
    super::quality::changed(&mut stage);
    stage
}

#[test]
fn a_carrier_stands_with_its_trunks_and_the_edges_below_it() {
    let mut stage = estate();
    stage.press(&["2"]);
    let screen = stage.text((80, 24));
    assert!(screen.contains("cpu 20 mem 60 disk 100"), "{screen}");
    pictures("platform_carriers", &mut stage);
    stage.press(&["Enter"]);
    pictures("platform_carrier_detail", &mut stage);
}

#[test]
fn routes_say_what_is_intended_and_what_is_reported() {
    let read = |json: &str| route::read(json).unwrap();
    let bus = read(
        r#"{"kind":"eventbridge","name":"Billing feed","awsAccountId":"000000000012","awsAccountRegion":"eu-central-1","eventSourceSuffix":"billing","eventFilter":["v2.detail.events.conversation.{id}.customer.end"]}"#,
    );
    let trigger = read(
        r#"{"kind":"trigger","name":"NOC alert","topicName":"v2.operations.events","target":{"type":"Workflow","id":"wf-1"}}"#,
    );
    let integration = Integration {
        intended: "ENABLED".into(),
        reported: "ERROR".into(),
        detail: "The AWS account 000000000012 does not exist".into(),
        since: Some(NOON),
        ..Integration::default()
    };
    let bus = Known {
        integration: Some(Box::new(integration)),
        ..Known::new("i-1", bus)
    };
    let mut stage = stage();
    stage.happen(Event::Done(Done::Routes(RouteTold::Read {
        routes: vec![bus, Known::new("tr-1", trigger)],
        faults: Vec::new(),
        unread: Vec::new(),
        listed: true,
    })));
    stage.pass(1_500);
    stage.press(&["4"]);
    pictures("platform_routes", &mut stage);
    stage.press(&["Enter"]);
    pictures("platform_route_detail", &mut stage);
    stage.press(&["n"]);
    pictures("platform_route_kinds", &mut stage);
    stage.press(&["Esc", "d"]);
    pictures("platform_route_removal", &mut stage);
}

pub fn callbacks(stage: &mut Stage) {
    let queue = Queue {
        id: "q-1".into(),
        name: "Support".into(),
        zone_name: "America/New_York".into(),
        calendar: None,
        most: None,
        booked: None,
        mode: Some("CustomerFirst".into()),
        faults: Vec::new(),
    };
    let callback = |id: &str, number: &str, ahead: i64, status| Callback {
        number: Phone::from(number),
        time: Some(NOON.plus(ahead)),
        queue: "q-1".into(),
        reason: Some("Router down".into()),
        ..Callback::bare(id.into(), status)
    };
    let told = [
        CallbackNews::Queues {
            queues: vec![queue],
            faults: Vec::new(),
        },
        CallbackNews::Listed {
            callbacks: vec![
                callback("cb-1", "+14155550199", 30 * MINUTE, Standing::Scheduled),
                callback("cb-2", "+493012345678", 95 * MINUTE, Standing::Scheduled),
            ],
            spoken: HashSet::new(),
            began: NOON,
            faults: Vec::new(),
        },
        CallbackNews::Stream(Stream::Live),
    ];
    let told = told.map(|told| News::Callbacks(Box::new(told)));
    stage.feed(told.to_vec());
    stage.pass(1_500);
    stage.press(&["5"]);
}

#[test]
fn callbacks_are_conversations_that_wait_for_their_time() {
    let mut stage = stage();
    callbacks(&mut stage);
    pictures("platform_callbacks", &mut stage);
    stage.press(&["Enter"]);
    pictures("platform_callback_detail", &mut stage);
    stage.press(&["E"]);
    pictures("platform_callback_move", &mut stage);
    stage.press(&["Esc", "c"]);
    pictures("platform_callback_end", &mut stage);
}

#[test]
fn moving_a_callback_is_offered_as_a_change_of_it() {
    let mut stage = stage();
    callbacks(&mut stage);
    let screen = stage.text((120, 40));
    assert!(
        screen.contains("E edit") && !screen.contains("edit as new"),
        "{screen}"
    );
}

#[test]
fn a_webrtc_phone_is_provisioned_from_what_the_organisation_has() {
    let named = |id: &str, name: &str| Named {
        id: id.into(),
        name: name.into(),
    };
    let mut stage = stage();
    phones(&mut stage);
    stage.feed(vec![News::Premises(Premises {
        sites: vec![named("s-1", "Frankfurt"), named("s-2", "Accra")],
        bases: vec![PhoneBase {
            id: "pb-1".into(),
            name: "WebRTC".into(),
            lines: vec!["lb-1".into()],
        }],
    })]);
    stage.press(&["n"]);
    pictures("platform_provision", &mut stage);
    stage.press(&["Esc", "g", "B"]);
    let review = stage.text((80, 24));
    let whole: String = review.lines().map(str::trim).collect();
    assert!(
        whole.contains("/api/v2/telephony/providers/edges/phones/ph-3/reboot"),
        "{review}"
    );
    pictures("platform_reboot", &mut stage);
    // The same phones belong elsewhere: what is there already, and what is used, is left alone.
    stage.press(&["Esc", "*"]);
    let say = |stage: &mut Stage, words: &str| {
        stage.press(&[":"]);
        stage.type_in(words);
        stage.press(&["Enter"]);
    };
    say(&mut stage, "move Lima");
    assert!(
        stage
            .text((120, 40))
            .contains("there is no site Lima: Frankfurt, Accra")
    );
    say(&mut stage, "move accra");
    pictures("platform_move", &mut stage);
    stage.press(&["Esc", "d"]);
    let review = stage.text((120, 40));
    assert!(
        review.contains("Leaves out 2 that are registered."),
        "{review}"
    );
    pictures("platform_delete", &mut stage);
    stage.press(&["Esc"]);
    say(&mut stage, "rename Lobby");
    assert!(stage.text((120, 40)).contains("renamed one at a time"));
    stage.press(&["*", "g"]);
    say(&mut stage, "rename Lobby \u{1b}[2J");
    let review = stage.text((120, 40));
    assert!(review.contains("Type rename to confirm"), "{review}");
}

#[test]
fn a_phone_leads_to_its_edges_their_trunks_and_the_carriers_of_those() {
    let mut stage = estate();
    phones(&mut stage);
    stage.press(&["1", ">"]);
    let offered = stage.text((120, 40));
    for (pane, what) in [
        ("Edges", "EU West 1"),
        ("Edges", "AF West 1"),
        ("Trunks", "EU Central 1"),
        ("Carriers", "Northwind Telecom"),
    ] {
        let there = |line: &str| line.contains(&format!("  {pane} ")) && line.contains(what);
        assert!(offered.lines().any(there), "{pane} {what}: {offered}");
    }
    pictures("platform_related", &mut stage);
    // Users, two of alerts, edges, trunks, carriers.
    stage.press(&["j", "j", "j", "j", "j", "Enter"]);
    let (title, views) = stage.app.showing();
    assert_eq!(
        (title, views[0].filter.as_str()),
        ("Carriers", "id=\"tb-1\"")
    );
    assert!(stage.text((120, 40)).contains("Northwind Telecom"));
    stage.press(&["-"]);
    assert_eq!(stage.app.showing().0, "Registrations");
    // Once the phone has been looked at closely, its own edge is known; no trunk runs on it.
    stage.press(&["Enter"]);
    stage.pass(2_000);
    let close = Closeup {
        primary: Some(Side {
            edge: Some("AF West 1".into()),
            ..Side::default()
        }),
        ..Closeup::default()
    };
    let done = Done::Closeup("ph-3".into(), Box::new(Ok(Some(close))));
    stage.happen(Event::Done(done));
    stage.press(&[">"]);
    let offered = stage.text((120, 40));
    let edges = offered.lines().find(|line| line.contains("  Edges "));
    let edges = edges.unwrap_or_else(|| panic!("{offered}"));
    assert!(
        edges.contains("AF West 1") && !edges.contains("EU West 1"),
        "{offered}"
    );
    assert!(!offered.contains("  Carriers "), "{offered}");
}

#[test]
fn the_detail_of_what_the_vendor_has_a_page_for_leads_there() {
    let config = CONFIG.replace(
        "base_url = \"https://api.example.com\"",
        "region = \"eu-central-1\"",
    );
    let mut stage = Stage::with("mono", Some(&config));
    stage.populate();
    stage.press(&[":"]);
    stage.type_in("sites");
    stage.press(&["Enter"]);
    assert!(!stage.text((80, 24)).contains("admin page"));
    assert_eq!(stage.app.links(), []);
    stage.press(&["Enter"]);
    for size in [(80, 24), (200, 60)] {
        let shown = stage.text(size);
        let row = shown
            .lines()
            .position(|line| line.contains("admin page (:copy link)"));
        let [link] = stage.app.links() else {
            panic!("{shown}");
        };
        assert_eq!(
            link.to(),
            "https://apps.mypurecloud.de/directory/#/admin/telephony/sites"
        );
        assert_eq!(Some(usize::from(link.area().y)), row, "{shown}");
        assert_eq!(
            usize::from(link.area().width),
            "admin page (:copy link)".len()
        );
    }
    // Where there is no room for the page there is none for its links.
    stage.text((40, 10));
    assert_eq!(stage.app.links(), []);
    stage.text((80, 24));
    // Something that lies over the page covers its links.
    stage.press(&["?"]);
    stage.text((80, 24));
    assert_eq!(stage.app.links(), []);
}

/// The detail of a lost phone counts who was lost with it at its edge, in its network and of its firmware, and says nothing of what
/// is not told.
#[test]
fn the_detail_of_a_lost_phone_counts_who_shares_its_edge_its_network_and_its_firmware() {
    let mut stage = stage();
    let ids = |n: usize| (format!("u-{n}"), format!("ph-{n}"));
    let user = |n: usize| User {
        id: ids(n).0.as_str().into(),
        name: format!("Person {n}").into(),
        site: Some(if n < 3 { "Accra" } else { "Lima" }.into()),
    };
    let lost = |n: usize| Sighting {
        user: ids(n).0.as_str().into(),
        device: ids(n).1.as_str().into(),
        condition: Some(false).into(),
        reason: None,
        reach: None,
        reboots: None,
        since: Some(NOON.plus(if n == 5 { -5 * MINUTE } else { -1_000 })),
        live: true,
        asked: None,
        raw: bytes::Bytes::new(),
        edge: (n != 4).then(|| "EU West 1".into()),
        obstacle: None,
    };
    let traits = |n: usize| {
        let traits = PhoneTraits {
            agent: Some("Poly VVX 411 6.4.2".into()),
            network: (n < 2).then(|| "192.0.2.0/24".into()),
        };
        (ids(n).0.as_str().into(), ids(n).1.as_str().into(), traits)
    };
    stage.feed(vec![
        News::Users {
            users: (0..6).map(user).collect(),
            total: Some(6),
        },
        News::UsersComplete,
        News::Phones(PhoneNews::Traits((0..6).map(traits).collect())),
        News::Phones(PhoneNews::Read((0..6).map(lost).collect())),
    ]);
    stage.pass(1_500);
    stage.press(&["/"]);
    stage.type_in("userId:u-0");
    stage.press(&["Enter", "Enter"]);
    let shown = stage.text((120, 40));
    // The sixth was lost long before.
    let wanted =
        "also lost 3 on edge EU West 1, 1 in network 192.0.2.0/24, 4 with Poly VVX 411 6.4.2";
    assert!(shown.contains(wanted), "{shown}");
    // What it was once reached in stays known while it is not reached.
    let gone = PhoneTraits::default();
    stage.feed(vec![News::Phones(PhoneNews::Traits(vec![(
        "u-0".into(),
        "ph-0".into(),
        gone,
    )]))]);
    stage.pass(1_500);
    assert!(stage.text((120, 40)).contains(wanted));
    // A still has it as well.
    let still = stage.app.store.still(NOON.plus(10_000));
    let again = still.store(NOON.plus(10_000)).unwrap();
    let table = &again.registrations;
    let row = table.find(&"u-0".into(), &"ph-0".into()).unwrap();
    let network = table.row(row).unwrap().traits().unwrap().network.clone();
    assert_eq!(network, Some("192.0.2.0/24".into()));
}
