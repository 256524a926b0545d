//! Sites: a row each, where most is lost first, and the ways from there.

use trunkline::model::registration::{Device, User};
use trunkline::vocabulary::news::{Link, News, Status};

use super::stage::Stage;

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

/// Beside those of the stage: two who sit in Frankfurt, one lost and one whose stream has a gap, and one who could not be
/// read.
fn populated() -> Stage {
    let mut stage = Stage::new("mono");
    stage.populate();
    let user = |id: &str, name: &str, site: &str| User {
        id: id.into(),
        name: name.into(),
        site: Some(site.into()),
    };
    let read = |user: &str, registered| News::Snapshot {
        user: user.into(),
        devices: vec![Device {
            id: "webrtc-1".into(),
            registered,
            codec: None,
        }],
        spoken: Vec::new(),
        whole: true,
        live: true,
        asked: None,
    };
    stage.feed(vec![
        News::Users {
            users: vec![
                user("u-5", "Cyd Weber", "Frankfurt"),
                user("u-6", "Dev Rao", "Frankfurt"),
                user("u-7", "Fay Lund", "Malmö"),
            ],
            total: None,
        },
        read("u-5", true),
        read("u-6", true),
        read("u-7", true),
        News::Gap { user: "u-6".into() },
        News::Gap { user: "u-7".into() },
    ]);
    stage.update("u-5", "webrtc-1", false);
    stage.pass(1_500);
    stage
}

#[test]
fn a_site_says_what_is_lost_there_and_what_nobody_is_sure_of() {
    let mut stage = populated();
    command(&mut stage, "sites");
    assert_eq!(stage.app.showing().0, "Sites");
    insta::assert_snapshot!("sites_80x24", stage.text((80, 24)));
    insta::assert_snapshot!("sites_120x40", stage.text((120, 40)));
    stage.press(&["j", "Enter"]);
    insta::assert_snapshot!("sites_detail_80x24", stage.text((80, 24)));
}

#[test]
fn a_site_that_nothing_is_sure_of_has_no_share_and_no_loss() {
    let mut stage = populated();
    command(&mut stage, "sites");
    command(&mut stage, "filter malmö");
    let row = stage.cursor_line();
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words, ["▌", "Malmö", "1", "0", "0", "1", "-", "0", "-"]);
    command(&mut stage, "filter share<100");
    assert!(!stage.text((80, 24)).contains("Malmö"));
}

#[test]
fn while_the_first_reading_goes_on_it_says_how_far_it_is() {
    let mut stage = Stage::new("mono");
    stage.populate();
    let status = Status {
        link: Link::Live,
        users: 240,
        read: 151,
        enumerated: true,
        ..Status::default()
    };
    stage.feed(vec![News::Status(status)]);
    stage.pass(1_500);
    command(&mut stage, "sites");
    let screen = stage.text((80, 24));
    assert!(screen.contains("reading 151 of 240"), "{screen}");
}

#[test]
fn a_row_follows_what_becomes_of_its_phones() {
    let mut stage = populated();
    command(&mut stage, "sites");
    assert!(stage.cursor_line().contains("Accra"));
    stage.update("u-2", "poly-0017", true);
    stage.pass(1_500);
    let screen = stage.text((80, 24));
    let first = screen.lines().nth(4).unwrap();
    assert!(first.contains("Frankfurt"), "{screen}");
    assert!(screen.contains("with a loss 1"), "{screen}");
}

#[test]
fn a_site_leads_to_its_registrations_and_its_alerts_and_back() {
    let mut stage = populated();
    command(&mut stage, "sites");
    command(&mut stage, "filter frankfurt");
    stage.press(&[">"]);
    let offered = stage.text((120, 40));
    for pane in ["Registrations", "Alerts", "Users"] {
        let leads = |line: &str| line.contains(pane) && line.contains("site=\"Frankfurt\"");
        assert!(offered.lines().any(leads), "{pane}: {offered}");
    }
    stage.press(&["Enter"]);
    let (pane, views) = stage.app.showing();
    assert_eq!(
        (pane, views[0].filter.as_str()),
        ("Registrations", "site=\"Frankfurt\"")
    );
    stage.press(&[">", "k", "Enter"]);
    stage.press(&["-"]);
    assert_eq!(stage.app.showing().0, "Registrations");
}

#[test]
fn the_unknown_site_leads_to_the_devices_that_have_none() {
    let mut stage = populated();
    command(&mut stage, "sites");
    command(&mut stage, "filter site:unknown");
    assert!(stage.cursor_line().contains("unknown"));
    stage.press(&["Enter"]);
    assert!(stage.text((80, 24)).contains(" site unknown "));
    stage.press(&["Esc", ">", "Enter"]);
    assert_eq!(stage.app.showing().0, "Registrations");
    let screen = stage.text((120, 40));
    assert!(
        screen.contains("owned") && !screen.contains("webrtc-4711"),
        "{screen}"
    );
}

#[test]
fn without_a_row_it_says_why() {
    let of_each_api: [fn() -> Stage; 2] = [|| Stage::new("mono"), super::platform::stage];
    for made in of_each_api {
        let mut stage = made();
        command(&mut stage, "sites");
        let screen = stage.text((80, 24));
        assert!(
            screen.contains("Signing in") || screen.contains("Nobody has a device"),
            "{screen}"
        );
    }
}
