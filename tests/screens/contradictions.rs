//! Who is there by every sign and cannot be called: a list with the signs and what to do.

use super::platform;
use super::stage::Stage;

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

#[test]
fn whoever_cannot_be_called_is_listed_with_the_signs_and_what_to_do() {
    let mut stage = platform::stage();
    platform::phones(&mut stage);
    command(&mut stage, "contradictions");
    assert_eq!(stage.app.showing().0, "Contradictions");
    insta::assert_snapshot!("contradictions_80x24", stage.text((80, 24)));
    stage.press(&["Enter"]);
    insta::assert_snapshot!("contradictions_120x40", stage.text((120, 40)));
}

#[test]
fn the_direct_api_says_in_place_that_it_has_none() {
    let mut stage = Stage::new("mono");
    stage.populate();
    command(&mut stage, "contradictions");
    let screen = stage.text((80, 24));
    assert!(screen.contains("not available from the API"), "{screen}");
}
