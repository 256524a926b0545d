//! What is told can be read to its end: the line above the keys says where, and the list wraps.

use trunkline::app::event::{Done, Event};

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
