//! Whoever comes back to the keys is told, and nobody else.

use trunkline::app::App;
use trunkline::app::digest::DigestNews;
use trunkline::app::event::{Done, Event};
use trunkline::effect::{DigestAsk, Effect};
use trunkline::model::digest::{Digest, DigestFor, DigestLine, Place, Section};
use trunkline::time::Millis;

use crate::common::ground::written;
use crate::common::screen::{drawn, key, lines};

const MINUTE: i64 = 60_000;
/// 2026-06-15T14:00:00Z.
const NOON: i64 = 1_781_532_000_000;

const PROFILE: &str = r#"
    [profiles.lab]
    base_url = "https://127.0.0.1:1"
    client_id = "id"
    client_secret_env = "NOBODY"
"#;

fn press(app: &mut App, name: &str, minute: i64) -> Vec<Effect> {
    app.update(Event::Key(key(name)), Millis(NOON + minute * MINUTE));
    app.take_effects()
}

fn asked(effects: &[Effect]) -> Option<DigestAsk> {
    effects.iter().find_map(|effect| match effect {
        Effect::Digest(ask) => Some(*ask),
        _ => None,
    })
}

fn digest(lost: usize) -> Digest {
    let line = DigestLine {
        at: Some(Millis(NOON)),
        what: "Ana phone-1".into(),
        said: "lost for 4m00s, Accra".into(),
        place: Some(Place {
            at: Some(Millis(NOON)),
            pane: "registrations".to_owned(),
            filter: "deviceId=\"phone-1\"".to_owned(),
        }),
    };
    let sections = (lost > 0).then(|| Section::new("lost", "lost", vec![line; lost], 20));
    Digest {
        title: "while you were away".to_owned(),
        profile: "lab".into(),
        from: Millis(NOON),
        to: Millis(NOON + 20 * MINUTE),
        whole: true,
        sections: sections.into_iter().collect(),
    }
}

fn told(app: &mut App, ask: DigestAsk, digest: Result<Digest, String>) -> String {
    let news = DigestNews {
        ask: ask.ask,
        digest,
    };
    let now = app.now();
    app.update(Event::Done(Done::Digest(Box::new(news))), now);
    lines(&drawn(app, (120, 40))).join("\n")
}

#[test]
fn the_first_key_after_a_quarter_of_an_hour_asks_what_happened() {
    let (loaded, _folder) = written(Some(PROFILE), "mono");
    let mut app = App::new(loaded);
    assert_eq!(
        asked(&press(&mut app, "j", 0)),
        None,
        "nobody was away before the first key"
    );
    assert_eq!(asked(&press(&mut app, "j", 14)), None);
    let ask = asked(&press(&mut app, "j", 30)).unwrap();
    let span = (Millis(NOON + 14 * MINUTE), Millis(NOON + 30 * MINUTE));
    assert_eq!((ask.span, ask.whom), (span, DigestFor::Returned));
    let screen = told(&mut app, ask, Ok(digest(2)));
    assert!(
        screen.contains("while you were away: 15 Jun 14:00"),
        "{screen}"
    );
    assert!(
        screen.contains("lost (2)") && screen.contains("Ana phone-1  lost for 4m00s, Accra"),
        "{screen}"
    );
    // Enter goes to the row, at its moment.
    let effects = press(&mut app, "Enter", 31);
    let went = effects.iter().any(|effect| matches!(effect, Effect::Past(ask) if format!("{ask:?}").contains(&NOON.to_string())));
    assert!(went, "{effects:?}");
    assert_eq!(app.showing().1[0].filter, "deviceId=\"phone-1\"");
    // A asks for the same absence again, until now.
    let ask = asked(&press(&mut app, "A", 32)).unwrap();
    assert_eq!(
        ask.span,
        (Millis(NOON + 14 * MINUTE), Millis(NOON + 32 * MINUTE))
    );
}

#[test]
fn what_a_person_is_at_comes_first_and_nothing_is_not_made_much_of() {
    let (loaded, _folder) = written(Some(PROFILE), "mono");
    let mut app = App::new(loaded);
    press(&mut app, "j", 0);
    // The key itself has opened something.
    let ask = asked(&press(&mut app, "?", 20)).unwrap();
    told(&mut app, ask, Ok(digest(1)));
    let said = app.said().next().unwrap().to_owned();
    assert_eq!(said, "while you were away for 20m00s: 1 lost. A shows it");
    press(&mut app, "Esc", 21);
    assert!(!app.has_layers());
    let ask = asked(&press(&mut app, "j", 60)).unwrap();
    told(&mut app, ask, Ok(digest(0)));
    assert!(!app.has_layers());
    assert_eq!(
        app.said().next().unwrap(),
        "nothing changed while you were away for 20m00s"
    );
    // Nobody asked: that nothing is recorded is not said, and an answer that is late is not taken for another.
    let late = asked(&press(&mut app, "j", 90)).unwrap();
    told(&mut app, late, Err("Nothing is recorded".to_owned()));
    assert_eq!(
        app.said().next().unwrap(),
        "nothing changed while you were away for 20m00s"
    );
    let ask = asked(&press(&mut app, "A", 91)).unwrap();
    told(&mut app, late, Ok(digest(1)));
    assert!(!app.has_layers());
    told(&mut app, ask, Err("Nothing is recorded".to_owned()));
    assert_eq!(app.said().next().unwrap(), "Nothing is recorded");
}

#[test]
fn a_long_digest_fits_a_small_screen_and_its_cursor_goes_over_the_headings() {
    let (loaded, _folder) = written(Some(PROFILE), "mono");
    let mut app = App::new(loaded);
    let ask = asked(&press(&mut app, "A", 0)).unwrap();
    assert_eq!(
        ask.span.0,
        Millis(NOON - 60 * MINUTE),
        "an hour, where nobody was away"
    );
    let mut all = digest(20);
    let back = Section {
        name: "back".to_owned(),
        title: "back".to_owned(),
        count: 40,
        ..all.sections[0].clone()
    };
    all.sections.push(back);
    told(&mut app, ask, Ok(all));
    let buf = drawn(&mut app, (60, 15));
    let screen = lines(&buf).join("\n");
    assert!(
        screen.contains("lost (20)") && screen.contains("Enter show it as it was"),
        "{screen}"
    );
    press(&mut app, "G", 0);
    let screen = lines(&drawn(&mut app, (60, 15))).join("\n");
    assert!(!screen.contains("lost (20)"), "{screen}");
    press(&mut app, "g", 0);
    let screen = lines(&drawn(&mut app, (60, 15))).join("\n");
    assert!(screen.contains("lost (20)"), "{screen}");
    let copied = press(&mut app, "y", 0);
    let text = copied.iter().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert!(
        text.unwrap()
            .contains("## back (40, 20 of them not listed)")
    );
}
