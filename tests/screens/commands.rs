//! What is typed at `:` does what was typed, or says why not.

use trunkline::app::Next;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;

use crate::common::screen::key;
use crate::stage::Stage;

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

const TWO: &str = r#"
[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"

[profiles.lab]
api = "direct"
base_url = "https://lab.example.com"
client_id = "console"
client_secret_env = "LAB_SECRET"
"#;

#[test]
fn an_escape_and_a_key_that_arrive_as_one_are_both() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["Alt-:"]);
    stage.type_in("site osaka");
    stage.press(&["Enter"]);
    assert_eq!(stage.app.showing().0, "Sites");
    // What lies over the pane is closed by the first of both.
    stage.press(&["?", "Alt-:"]);
    stage.type_in("alerts");
    stage.press(&["Enter"]);
    assert_eq!(stage.app.showing().0, "Alerts");
    // Where text is typed nothing is closed: such a key is one of the line.
    stage.press(&[":"]);
    stage.type_in("site osaka");
    stage.press(&["Alt-b"]);
    stage.type_in("x");
    stage.press(&["Enter"]);
    assert_eq!(stage.app.showing().1[0].filter, "osakax");
}

#[test]
fn a_pane_with_words_is_that_pane_filtered_by_them() {
    let mut stage = Stage::new("mono");
    stage.populate();
    command(&mut stage, "site osaka");
    let (title, views) = stage.app.showing();
    assert_eq!((title, views[0].filter.as_str()), ("Sites", "osaka"));
    command(&mut stage, "reg bob");
    let (title, views) = stage.app.showing();
    assert_eq!((title, views[0].filter.as_str()), ("Registrations", "bob"));
    assert!(stage.cursor_line().contains("Bob Osei"));
}

#[test]
fn a_name_that_does_not_apply_says_where_it_does() {
    let mut stage = Stage::new("mono");
    stage.populate();
    command(&mut stage, "acknowledge");
    let text = stage.text((120, 40));
    assert!(
        text.contains("acknowledge does nothing on this pane; it works on Alerts"),
        "{text}"
    );
    command(&mut stage, "reboot");
    let text = stage.text((120, 40));
    assert!(text.contains("neither reboots phones"), "{text}");
}

#[test]
fn lines_come_back_with_up_and_what_is_guessed_at_destroys_nothing() {
    let mut stage = Stage::new("mono");
    stage.populate();
    command(&mut stage, "sort user");
    stage.press(&[":"]);
    stage.happen(Event::Key(key("Up")));
    assert!(stage.text((120, 40)).contains(":sort user"));
    stage.press(&["Esc"]);
    command(&mut stage, "lgout");
    let text = stage.text((120, 40));
    assert!(
        text.contains(":logout"),
        "it is shown by its name first: {text}"
    );
}

#[test]
fn another_profile_is_gone_on_with_and_one_that_is_not_there_is_named() {
    let mut stage = Stage::without_profile();
    command(&mut stage, "profile");
    assert!(stage.text((120, 40)).contains("no other profile"));
    let mut stage = Stage::of_profiles(TWO, "acme");
    command(&mut stage, "profile nowhere");
    assert!(
        stage
            .text((120, 40))
            .contains("no profile \"nowhere\": acme, lab")
    );
    command(&mut stage, "profile acme");
    assert!(stage.text((120, 40)).contains("this is the profile acme"));
    assert_eq!(stage.app.ended(), None);
    stage.press(&[":"]);
    stage.type_in("profile l");
    assert!(stage.text((120, 40)).contains("profile lab"));
    stage.press(&["Esc"]);
    command(&mut stage, "profile lab");
    assert_eq!(stage.app.ended(), Some(0));
    assert_eq!(stage.app.next(), Some(&Next::Profile("lab".to_owned())));
}

#[test]
fn any_path_of_the_api_can_be_read_and_nothing_else_be_done_with_it() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.app.take_effects();
    command(&mut stage, "api get users?pageSize=1");
    let effects = stage.app.take_effects();
    let asked = effects.into_iter().find_map(|effect| match effect {
        Effect::ReadRaw(call) => Some(call),
        _ => None,
    });
    let asked = asked.unwrap();
    assert_eq!(
        (asked.shown().as_str(), asked.method),
        ("/api/v2/users", None)
    );
    let lines = (1..=60).map(|n| format!("line {n}")).collect();
    stage.happen(Event::Done(Done::Raw(asked.shown(), Ok(lines))));
    let text = stage.text((80, 24));
    assert!(
        text.contains("GET /api/v2/users") && text.contains("line 3"),
        "{text}"
    );
    stage.press(&["G"]);
    let text = stage.text((80, 24));
    assert!(text.contains("line 60"), "{text}");
    stage.press(&["Esc"]);
    for (typed, said) in [
        (
            "api DELETE users/u-1",
            "`trunkline api DELETE /api/v2/users/u-1` shows it before it is sent",
        ),
        ("api GET", "api GET PATH"),
        ("api FETCH users", "is no method"),
        (
            "api GET https://elsewhere.example/x",
            "begins after the organisation's address",
        ),
    ] {
        command(&mut stage, typed);
        let text = stage.text((160, 24));
        assert!(text.contains(said), "{typed}: {text}");
        let effects = stage.app.take_effects();
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::ReadRaw(_)))
        );
    }
    let why = "GET /api/v2/users was refused";
    stage.happen(Event::Done(Done::Raw(
        "/api/v2/users".into(),
        Err(why.into()),
    )));
    assert!(stage.text((120, 24)).contains(why));
}
