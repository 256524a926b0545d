//! Nothing that changes the organisation leaves the console before what it is done to was on the screen, by name, whatever keys
//! are pressed and whatever happens between them.

use proptest::prelude::*;
use trunkline::effect::Effect;

use crate::platform::populated;
use crate::stage::Stage;

const SIZE: (u16, u16) = (200, 60);

#[derive(Clone, Debug)]
enum Step {
    Press(&'static str),
    /// Types what a review asks for, when one does.
    Confirm,
    /// A phone turns, by its number.
    Turns(u8, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let keys = [
        "1", "5", "B", "B", "c", "c", "d", "u", "n", "t", "e", "y", " ", "*", "~", "Down", "Up",
        "g", "G", "Esc", "Enter", "Tab", "Ctrl-s",
    ];
    let step = prop_oneof![
        6 => prop::sample::select(keys.to_vec()).prop_map(Step::Press),
        4 => Just(Step::Confirm),
        2 => (1..5_u8, any::<bool>()).prop_map(|(n, well)| Step::Turns(n, well)),
    ];
    prop::collection::vec(step, 1..40)
}

/// What a review wants typed.
fn wanted(screen: &str) -> Option<String> {
    let (_, after) = screen.split_once("Type ")?;
    let (word, _) = after.split_once(" to confirm:")?;
    Some(word.to_owned())
}

fn close(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What was sent is named on the screen of before.
fn sent(stage: &mut Stage, before: &str) -> Result<u32, TestCaseError> {
    let mut sent = 0;
    for effect in stage.take_effects() {
        let Effect::Flow(_, order) = effect else {
            continue;
        };
        for write in order.writes().unwrap_or_default() {
            let subject = trunkline::text::safe(&write.subject).into_owned();
            prop_assert!(!subject.is_empty());
            prop_assert!(
                close(before).contains(&close(&subject)),
                "{subject}\n{before}"
            );
            sent += 1;
        }
    }
    Ok(sent)
}

/// The organisation as it stands, with its phones and callbacks.
fn stage() -> Stage {
    let mut stage = populated();
    stage.take_effects();
    stage
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_was_named_before(steps in steps()) {
        let mut stage = stage();
        for step in steps {
            let before = stage.text(SIZE);
            match step {
                Step::Press(key) => stage.press(&[key]),
                Step::Confirm => {
                    if let Some(word) = wanted(&before) {
                        stage.type_in(&word);
                        let typed = stage.text(SIZE);
                        sent(&mut stage, &typed)?;
                        stage.press(&["Enter"]);
                        sent(&mut stage, &typed)?;
                    }
                }
                Step::Turns(n, well) => stage.update(&format!("u-{}", n.min(3)), &format!("ph-{n}"), well),
            }
            sent(&mut stage, &before)?;
        }
    }
}

#[test]
fn the_property_has_something_to_hold_for() {
    let mut stage = stage();
    stage.press(&["1", "g", "B"]);
    let review = stage.text(SIZE);
    assert_eq!(wanted(&review).as_deref(), Some("reboot"), "{review}");
    stage.type_in("reboot");
    let before = stage.text(SIZE);
    stage.press(&["Enter"]);
    assert_eq!(sent(&mut stage, &before).unwrap(), 1);
}
