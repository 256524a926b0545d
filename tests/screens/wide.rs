//! What becomes of a wide and a high screen, and marks over many rows.

use crate::stage::Stage;

fn columns(screen: &str) -> usize {
    let lines = screen.lines().map(|line| line.chars().count());
    lines.max().unwrap_or(0)
}

#[test]
fn the_detail_stands_beside_the_rows_where_there_is_room_and_below_them_elsewhere() {
    for (size, beside) in [((200, 60), true), ((160, 40), true), ((120, 40), false)] {
        let mut stage = Stage::new("mono");
        stage.populate();
        stage.press(&["Enter"]);
        let screen = stage.text(size);
        let line = screen.lines().find(|line| line.starts_with('▌')).unwrap();
        let head = screen.lines().find(|line| line.contains("STATE")).unwrap();
        assert_eq!(head.contains("detail"), beside, "{screen}");
        assert!(line.contains("Bob Osei"), "{screen}");
        assert!(screen.contains("timeline"), "{screen}");
        assert!(columns(&screen) <= size.0.into());
    }
}

#[test]
fn a_few_rows_leave_a_high_screen_to_what_is_known_of_one_of_them() {
    let mut stage = Stage::new("mono");
    stage.populate();
    assert!(stage.text((120, 40)).contains("timeline"));
    assert!(!stage.text((120, 24)).contains("timeline"));
}

#[test]
fn rows_are_marked_all_by_range_and_inverted() {
    let mut stage = Stage::new("mono");
    stage.populate();
    let marked = |stage: &mut Stage| {
        let screen = stage.text((120, 24));
        screen
            .lines()
            .filter(|line| line.chars().nth(1) == Some('•'))
            .count()
    };
    stage.press(&["*"]);
    assert_eq!(marked(&mut stage), 5);
    stage.press(&["*"]);
    assert_eq!(marked(&mut stage), 0);
    stage.press(&["V"]);
    assert!(
        stage
            .text((120, 24))
            .contains("mark the first row of the range")
    );
    stage.press(&[" ", "Down", "V"]);
    assert_eq!(marked(&mut stage), 3);
    stage.press(&["~"]);
    assert_eq!(marked(&mut stage), 2);
    // What passes the filter, and nothing else.
    stage.press(&["Esc", "/"]);
    stage.type_in("user:ana");
    stage.press(&["Enter", "*"]);
    assert_eq!(marked(&mut stage), 2);
    assert!(stage.text((120, 24)).contains("2 marked"));
}

#[test]
fn a_bare_word_finds_what_is_on_the_screen() {
    let mut stage = Stage::new("mono");
    stage.populate();
    let found = |stage: &mut Stage, filter: &str| {
        stage.press(&[":"]);
        stage.type_in(&format!("filter {filter}"));
        stage.press(&["Enter"]);
        let screen = stage.text((120, 24));
        let ours = |line: &&str| {
            ["Ana", "Bob", "Eve", "佐藤"]
                .iter()
                .any(|who| line.contains(who))
        };
        screen.lines().skip(4).filter(ours).count()
    };
    assert_eq!(found(&mut stage, "PETROVA"), 2);
    assert_eq!(found(&mut stage, "ptrv"), 0);
    assert_eq!(found(&mut stage, "~ptrv"), 2);
    assert_eq!(found(&mut stage, "lost"), 1);
    assert_eq!(found(&mut stage, "!lost"), 4);
    // The id of a person is in a column that does not show.
    assert_eq!(found(&mut stage, "u-2"), 0);
    assert!(stage.text((120, 24)).contains("columns that show"));
    stage.press(&[":"]);
    stage.type_in("columns user,device,userId");
    stage.press(&["Enter"]);
    assert!(stage.text((120, 24)).contains("Bob Osei"));
}
