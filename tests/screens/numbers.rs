//! Whose a number is: pools, assigned numbers and profiles held against each other, with the phones of whose it is.

use trunkline::app::event::{Done, Event};
use trunkline::app::inquiries::InquiryAnswer;
use trunkline::effect::Effect;
use trunkline::model::inquiry::Inquiry;
use trunkline::model::number::{Did, NumberLists, Owner, OwnerSort, Pool, UserNumbers};
use trunkline::text::Text;

use super::platform;
use super::stage::Stage;

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

/// What is asked for is answered: two pools, numbers of three people, one of them double.
pub fn read(stage: &mut Stage) {
    let owner = |id: &str, name: &str| {
        Some(Owner {
            sort: OwnerSort::User,
            id: id.into(),
            name: name.into(),
        })
    };
    let did = |number: &str, owner| Did {
        number: number.into(),
        pool: Some("p-1".into()),
        owner,
    };
    let listed = |user: &str, name: &str, numbers: &[&str], extension: &str| UserNumbers {
        user: user.into(),
        name: name.into(),
        numbers: numbers.iter().map(|number| Text::from(*number)).collect(),
        extensions: vec![extension.into()],
        station: Some(format!("{name} webrtc").as_str().into()),
    };
    let told = NumberLists {
        pools: vec![Pool {
            id: "p-1".into(),
            name: "Berlin".into(),
            first: "+49301230".into(),
            last: "+49301239".into(),
        }],
        dids: vec![
            did("+49301230", None),
            did("+49301234", owner("u-1", "Ana Petrova")),
            did("+49301236", owner("u-2", "Bob Osei")),
        ],
        users: vec![
            listed("u-1", "Ana Petrova", &["+49301234"], "8031"),
            listed("u-2", "Bob Osei", &["+49301234"], "8032"),
            listed("u-3", "佐藤 花子", &[], "8032"),
        ],
        all_users: true,
        all_dids: true,
    };
    let answer = InquiryAnswer::Numbers(Ok((told, Vec::new())));
    stage.happen(Event::Done(Done::Inquired(Box::new(answer))));
    stage.pass(1_500);
}

#[test]
fn numbers_are_read_when_looked_at_and_say_where_lists_disagree() {
    let mut stage = platform::stage();
    platform::phones(&mut stage);
    stage.happen(Event::Done(Done::Connected));
    let asked = |stage: &mut Stage| {
        let effects = stage.take_effects();
        effects.contains(&Effect::Inquire(Inquiry::Numbers, Vec::new()))
    };
    assert!(!asked(&mut stage), "nobody looks at it");
    command(&mut stage, "numbers");
    assert!(asked(&mut stage));
    assert!(stage.text((80, 24)).contains("Reading the numbers"));
    read(&mut stage);
    insta::assert_snapshot!("numbers_80x24", stage.text((80, 24)));
    stage.press(&["Enter"]);
    insta::assert_snapshot!("numbers_120x40", stage.text((120, 40)));
    stage.pass(60_000);
    assert!(!asked(&mut stage), "a minute later it is still good");
    stage.pass(15 * 60_000);
    assert!(asked(&mut stage));
}

#[test]
fn the_direct_api_says_in_place_that_it_has_none() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.happen(Event::Done(Done::Connected));
    command(&mut stage, "numbers");
    let screen = stage.text((80, 24));
    assert!(screen.contains("not available from the API"), "{screen}");
    let inquired = |effect: &Effect| matches!(effect, Effect::Inquire(..));
    assert!(!stage.take_effects().iter().any(inquired));
}
