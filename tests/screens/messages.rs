//! What is told can be read to its end: the line above the keys says where, and the list wraps.

use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::vocabulary::news::News;

use crate::stage::Stage;

const LONG: &str = "Signing in failed: POST https://login.example.com/oauth/token answered HTTP 400 (invalid_client). \
    Either this OAuth client belongs to another region than login.example.com, or its id or secret is wrong. \
    Check region or login_url, and client_id and the client secret.";

fn told(stage: &mut Stage) {
    stage.happen(Event::Done(Done::Failed(LONG.to_owned())));
}

#[test]
fn a_message_that_is_cut_names_the_key_that_shows_all_of_it() {
    for size in [(80, 24), (120, 40)] {
        let mut stage = Stage::new("mono");
        stage.populate();
        told(&mut stage);
        let text = stage.text(size);
        let line = text
            .lines()
            .find(|line| line.contains("Signing in failed"))
            .unwrap();
        assert!(
            line.contains('…') && line.trim_end().ends_with("all of it"),
            "{line}"
        );
        assert!(line.chars().count() <= usize::from(size.0), "{line}");
        let key = line.split_whitespace().rev().nth(3).unwrap().to_owned();
        if key == ":messages" {
            stage.press(&[":", "m", "e", "s", "s", "Enter"]);
        } else {
            stage.press(&[&key]);
        }
        let text = stage.text(size);
        assert!(text.contains("messages (UTC)"), "{key}: {text}");
        let words: Vec<_> = text
            .split(['│', ' ', '\n'])
            .filter(|word| !word.is_empty())
            .collect();
        let words = words.join(" ");
        for piece in ["invalid_client", "wrong. Check", "client secret."] {
            assert!(words.contains(piece), "{piece}: {text}");
        }
    }
}

#[test]
fn many_long_messages_scroll_to_the_end_of_the_oldest() {
    let mut stage = Stage::new("mono");
    stage.populate();
    for n in 0..12 {
        stage.happen(Event::Done(Done::Failed(format!("number {n}: {LONG}"))));
    }
    stage.press(&[":", "m", "e", "s", "s", "Enter"]);
    let first = stage.text((80, 24));
    assert!(
        first.contains("number 11") && !first.contains("number 0"),
        "{first}"
    );
    stage.press(&["G"]);
    let last = stage.text((80, 24));
    assert!(
        last.contains("number 0") && last.contains("client secret."),
        "{last}"
    );
    stage.press(&["k"]);
    let up = stage.text((80, 24));
    assert_ne!(up, last, "the first key moves");
}

/// Something that nobody has asked for.
fn happens(stage: &mut Stage, text: &str) {
    stage.feed(vec![News::Notice(text.into())]);
}

#[test]
fn what_happens_takes_no_answer_away_and_neither_covers_a_row() {
    for size in [(80, 24), (120, 40)] {
        let mut stage = Stage::new("mono");
        stage.populate();
        let quiet = stage.text(size);
        stage.happen(Event::Done(Done::Copied(
            "device id written to a file".into(),
        )));
        happens(&mut stage, "phone lost: Ana Petrova");
        let told = stage.text(size);
        assert!(told.contains("device id written to a file"), "{told}");
        let rows = |text: &str| {
            let lines = text.lines().skip(2);
            let rows = lines.filter(|line| !line.contains("device id written"));
            rows.map(str::to_owned).collect::<Vec<_>>()
        };
        let (before, after) = (rows(&quiet), rows(&told));
        let same = before.iter().filter(|line| !line.is_empty());
        assert!(same.clone().all(|line| after.contains(line)), "{told}");
    }
    let mut stage = Stage::new("mono");
    stage.populate();
    happens(&mut stage, "phone lost: Ana Petrova");
    assert!(stage.text((80, 24)).contains("phone lost: Ana Petrova"));
    stage.pass(7_000);
    assert!(!stage.text((80, 24)).contains("phone lost: Ana Petrova"));
}

#[test]
fn escape_closes_what_a_person_opened_before_it_takes_a_message_away() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["Enter"]);
    told(&mut stage);
    stage.press(&["Esc"]);
    let text = stage.text((80, 24));
    assert!(!text.contains("timeline"), "{text}");
    assert!(text.contains("Signing in failed"), "{text}");
    stage.press(&["Esc"]);
    assert!(!stage.text((80, 24)).contains("Signing in failed"));
}

#[test]
fn the_log_is_shown_or_it_is_said_how_to_keep_one() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&[":", "l", "o", "g", "Enter"]);
    assert!(stage.take_effects().contains(&Effect::ReadLog));
    let read = Ok((
        "/s/trunkline.log".into(),
        vec!["line two".into(), "line one".into()],
    ));
    stage.happen(Event::Done(Done::Log(read)));
    let text = stage.text((80, 24));
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(place("/s/trunkline.log") < place("line two") && place("line two") < place("line one"));
    stage.press(&["Esc"]);
    let none = "no log is kept: start with TRUNKLINE_LOG=info";
    stage.happen(Event::Done(Done::Log(Err(none.into()))));
    assert!(stage.text((80, 24)).contains(none));
}

#[test]
fn a_row_is_copied_as_a_csv_and_as_the_request_that_reads_it() {
    let mut stage = Stage::new("mono");
    stage.populate();
    let mut copied = |what: &str| {
        stage.press(&[":"]);
        stage.type_in(&format!("copy {what}"));
        stage.press(&["Enter"]);
        let effects = stage.take_effects().into_iter();
        let texts = effects.filter_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text),
            _ => None,
        });
        texts.collect::<String>()
    };
    let csv = copied("csv");
    assert!(
        csv.starts_with("state,user,device,") && csv.contains("poly-0017"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 2);
    let curl = copied("curl");
    assert_eq!(
        curl,
        "curl -H \"Authorization: Bearer $TOKEN\" https://api.example.com/api/v2/telephony/users/u-2/registrations"
    );
    assert_eq!(copied("link"), "");
    assert!(stage.text((80, 24)).contains("no page for this row"));
}
