//! Cursor and view in a table that changes: trouble is on the screen or counted, and what is done is done to the row
//! that was seen under the cursor.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use trunkline::app::event::Event;
use trunkline::effect::Effect;
use trunkline::model::registration::{Device, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::vocabulary::news::News;

use crate::stage::Stage;

const PHONES: u8 = 50;
const SIZE: (u16, u16) = (80, 24);

fn user(n: u8) -> UserId {
    UserId::from(format!("u-{n:02}").as_str())
}

fn phone(n: u8) -> String {
    format!("phone-{n:02}")
}

/// Fifty people with a phone each, all of them well.
fn stage() -> Stage {
    let mut stage = Stage::new("mono");
    let person = |n| User {
        id: user(n),
        name: format!("Person {n:02}").as_str().into(),
        site: Some("Accra".into()),
    };
    let read = |n| News::Snapshot {
        user: user(n),
        devices: vec![Device {
            id: DeviceId::from(phone(n).as_str()),
            registered: true,
            codec: Some("opus".into()),
        }],
        spoken: Vec::new(),
        whole: true,
        live: true,
        asked: None,
    };
    stage.feed(vec![News::Users {
        users: (0..PHONES).map(person).collect(),
        total: Some(PHONES.into()),
    }]);
    stage.feed((0..PHONES).map(read).collect());
    stage.pass(1_500);
    stage
}

fn turn(stage: &mut Stage, n: u8, well: bool) {
    stage.update(user(n).raw(), &phone(n), well);
}

fn key(stage: &mut Stage, code: KeyCode) {
    stage.happen(Event::Key(KeyEvent::from(code)));
}

fn wheel(stage: &mut Stage, kind: MouseEventKind) {
    stage.happen(Event::Mouse(MouseEvent {
        kind,
        column: 10,
        row: 10,
        modifiers: KeyModifiers::NONE,
    }));
}

/// The phone under the cursor, as drawn.
fn aimed(screen: &str) -> Option<String> {
    let line = screen.lines().find(|line| line.starts_with('▌'))?;
    let at = line.find("phone-")?;
    Some(line[at..at + "phone-00".len()].to_owned())
}

/// The number before a word on the line that says what is out of view.
fn out_of_view(screen: &str, side: &str) -> usize {
    let line = screen
        .lines()
        .find(|line| line.starts_with(" ▲") || line.starts_with(" ▼"));
    let after = line.and_then(|line| line.split_once(&format!("{side}, ")));
    let number = after.and_then(|(_, rest)| rest.split(' ').next());
    number.map_or(0, |number| number.parse().unwrap())
}

fn lost_rows(screen: &str) -> usize {
    let rows = screen.lines().filter(|line| line.contains("phone-"));
    let states = rows.map(|line| line.trim_start_matches(['▌', '•', ' ']));
    states.filter(|state| state.starts_with("lost")).count()
}

#[test]
fn trouble_comes_to_a_screen_whose_cursor_was_moved() {
    let mut stage = stage();
    stage.text(SIZE);
    stage.press(&["Down", "Down", "Down"]);
    for n in 30..42 {
        turn(&mut stage, n, false);
    }
    let screen = stage.text(SIZE);
    assert_eq!(lost_rows(&screen), 12, "{screen}");
    assert!(!screen.contains("above"), "{screen}");
}

#[test]
fn what_is_out_of_view_is_counted_and_new_trouble_there_is_told() {
    let mut stage = stage();
    turn(&mut stage, 7, false);
    stage.text(SIZE);
    stage.press(&["G"]);
    let screen = stage.text(SIZE);
    assert!(screen.contains("above, 1 lost"), "{screen}");
    assert!(!screen.contains("new lost"), "{screen}");
    turn(&mut stage, 8, false);
    turn(&mut stage, 9, false);
    stage.pass(1_100);
    let screen = stage.text(SIZE);
    assert!(screen.contains("above, 3 lost"), "{screen}");
    assert!(
        screen.contains("2 new lost above: g goes there"),
        "{screen}"
    );
    stage.press(&["g"]);
    let screen = stage.text(SIZE);
    assert_eq!(lost_rows(&screen), 3, "{screen}");
    assert!(screen.contains(" below"), "{screen}");
    assert!(!screen.contains("new lost"), "{screen}");
}

#[test]
fn an_open_detail_stays_with_its_row_wherever_that_goes() {
    let mut stage = stage();
    stage.text(SIZE);
    stage.press(&["Down"]);
    let seen = aimed(&stage.text(SIZE)).unwrap();
    stage.press(&["Enter"]);
    let n: u8 = seen[6..].parse().unwrap();
    for other in (0..PHONES).filter(|other| *other != n).take(30) {
        turn(&mut stage, other, false);
    }
    stage.pass(1_100);
    let screen = stage.text(SIZE);
    let detail = screen.lines().skip_while(|line| !line.contains("detail"));
    let told = detail.skip(1).any(|line| line.contains(&seen));
    assert!(told, "{seen}\n{screen}");
}

#[test]
fn whoever_filters_for_a_row_stays_on_it_when_the_filter_goes() {
    let mut stage = stage();
    stage.text(SIZE);
    stage.press(&["/"]);
    stage.type_in("phone-44");
    stage.press(&["Enter"]);
    assert_eq!(aimed(&stage.text(SIZE)).as_deref(), Some("phone-44"));
    stage.press(&["Esc"]);
    assert_eq!(aimed(&stage.text(SIZE)).as_deref(), Some("phone-44"));
}

#[derive(Clone, Debug)]
enum Step {
    Key(KeyCode),
    Wheel(MouseEventKind),
    Turns(Vec<(u8, bool)>),
    Sort(&'static str),
    /// Copies the id of the row; phones change before the key, and while it is being asked what to copy.
    Act(Vec<(u8, bool)>, Vec<(u8, bool)>),
}

fn turns() -> impl Strategy<Value = Vec<(u8, bool)>> {
    prop::collection::vec((0..PHONES, prop::bool::weighted(0.4)), 0..12)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let keys = [
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Char('g'),
        KeyCode::Char('G'),
        KeyCode::Char('S'),
        KeyCode::Char('f'),
        KeyCode::Enter,
    ];
    let wheels = [MouseEventKind::ScrollDown, MouseEventKind::ScrollUp];
    let sorts = ["state", "user", "since", "device"];
    let step = prop_oneof![
        4 => prop::sample::select(keys.to_vec()).prop_map(Step::Key),
        2 => prop::sample::select(wheels.to_vec()).prop_map(Step::Wheel),
        4 => turns().prop_map(Step::Turns),
        1 => prop::sample::select(sorts.to_vec()).prop_map(Step::Sort),
        3 => (turns(), turns()).prop_map(|(before, between)| Step::Act(before, between)),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_lost_row_is_on_screen_or_counted_and_what_is_done_is_done_to_the_row_that_was_seen(steps in steps()) {
        let mut stage = stage();
        let mut lost = BTreeSet::new();
        stage.text(SIZE);
        for step in steps {
            let mut change = |stage: &mut Stage, turns: &[(u8, bool)]| {
                for (n, well) in turns {
                    turn(stage, *n, *well);
                    if *well { lost.remove(n) } else { lost.insert(*n) };
                }
            };
            match &step {
                Step::Key(code) => key(&mut stage, *code),
                Step::Wheel(kind) => wheel(&mut stage, *kind),
                Step::Turns(turns) => change(&mut stage, turns),
                Step::Sort(by) => {
                    key(&mut stage, KeyCode::Char(':'));
                    stage.type_in(&format!("sort {by}"));
                    key(&mut stage, KeyCode::Enter);
                }
                Step::Act(before, between) => {
                    let seen = aimed(&stage.text(SIZE));
                    change(&mut stage, before);
                    key(&mut stage, KeyCode::Char('y'));
                    stage.text(SIZE);
                    change(&mut stage, between);
                    stage.text(SIZE);
                    stage.take_effects();
                    key(&mut stage, KeyCode::Enter);
                    let copied = stage.take_effects().into_iter().find_map(|effect| match effect {
                        Effect::Copy { text, .. } => Some(text),
                        _ => None,
                    });
                    if let Some(seen) = seen {
                        prop_assert_eq!(Some(seen), copied, "{:?}", step);
                    }
                }
            }
            // Places are taken in turns of a second.
            stage.pass(1_100);
            let screen = stage.text(SIZE);
            if !screen.contains("FROZEN") {
                let counted = out_of_view(&screen, "above") + out_of_view(&screen, "below");
                prop_assert_eq!(lost_rows(&screen) + counted, lost.len(), "{:?}\n{}", step, screen);
            }
        }
    }
}
