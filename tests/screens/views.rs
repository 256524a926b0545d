//! Views: kept under a name, opened by it, and gone back to.

use std::collections::HashMap;

use proptest::prelude::*;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::kind::view::{Lists, View};
use trunkline::pane;
use trunkline::shelf::Shelf;
use trunkline::vocabulary::command::TITLES;

use super::stage::{NOON, Stage};

const CONFIG: &str = r#"
[views.dark]
pane = "registrations"
filter = "state:lost | state:stale"
sort = "-site"
columns = ["site", "user", "codec"]

[views.busy]
pane = "queues"
filter = "booked>0"

[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
"#;

fn stage() -> Stage {
    let mut stage = Stage::with("mono", Some(CONFIG));
    stage.populate();
    stage
}

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

/// Lets the shelf do what it is asked, as the program does.
fn shelve(stage: &mut Stage, shelf: &Shelf) {
    for effect in stage.app.take_effects() {
        if let Effect::Shelf(order) = effect
            && let Some(news) = shelf.obey(order).unwrap()
        {
            let done = Event::Done(Done::Shelf(Box::new(news)));
            stage.app.update(done, NOON);
        }
    }
}

#[test]
fn the_lists_that_views_know_are_those_of_the_panes() {
    let lists: Vec<&str> = Lists::ALL.iter().map(|lists| lists.title).collect();
    let titles = TITLES.into_iter().filter(|title| *title != "Pulse");
    assert_eq!(lists, titles.collect::<Vec<_>>());
    for (pane, title) in pane::all().iter().zip(TITLES) {
        let Some(lists) = Lists::named(title) else {
            assert!(pane.views().is_empty() && title == "Pulse");
            continue;
        };
        let fields: Vec<&str> = pane.fields().into_iter().map(|(name, _)| name).collect();
        assert_eq!(lists.columns(), fields, "{title}");
        let views = pane.views();
        assert_eq!(views.len(), lists.fields.len(), "{title}");
        for view in views {
            assert_eq!(view.pane, lists.name());
            assert_eq!(view.check(), Ok(()), "{title}");
        }
    }
}

#[test]
fn every_list_is_kept_as_a_view_and_opened_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path(), "acme");
    let mut kept: Vec<(&str, Vec<View>)> = Vec::new();
    let mut stage = stage();
    for lists in Lists::ALL {
        let name = lists.name();
        command(&mut stage, &name);
        let fields = lists.fields[0];
        let (first, last) = (fields[0].name, fields[2].name);
        command(&mut stage, "filter a | b");
        command(&mut stage, &format!("sort {last} desc"));
        command(&mut stage, &format!("columns {last},{first}"));
        command(&mut stage, &format!("save-view of-{name}"));
        shelve(&mut stage, &shelf);
        let (title, views) = stage.app.showing();
        assert_eq!(views[0].filter, "a | b");
        assert!(views[0].columns.ends_with(&[first.to_owned()]), "{title}");
        kept.push((title, views));
    }
    // The next run knows them.
    let mut stage = self::stage();
    shelve(&mut stage, &shelf);
    for (title, views) in &kept {
        command(&mut stage, "pulse");
        command(&mut stage, &format!("view of-{}", title.to_lowercase()));
        assert_eq!(stage.app.showing(), (*title, views.clone()));
    }
    stage.press(&[":"]);
    stage.type_in("view of-reg");
    let offered = stage.text((120, 40));
    assert!(offered.contains("view of-registrations"), "{offered}");
    assert!(offered.contains("registrations /a | b"), "{offered}");
    assert!(!offered.contains("of-carriers"), "{offered}");
    stage.press(&["Enter"]);
    assert_eq!(stage.app.showing().0, "Registrations");
}

#[test]
fn views_are_listed_and_deleted_and_those_of_the_configuration_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path(), "acme");
    let mut stage = stage();
    command(&mut stage, "filter ana");
    command(&mut stage, "save-view mine");
    shelve(&mut stage, &shelf);
    command(&mut stage, "save-view dark");
    let refused = stage.text((120, 40));
    assert!(
        refused.contains("view dark is in the configuration"),
        "{refused}"
    );
    command(&mut stage, "views");
    let listed = stage.text((120, 40));
    for says in [
        "dark",
        "busy",
        "(configuration)",
        "mine",
        "registrations /ana",
        "d delete",
    ] {
        assert!(listed.contains(says), "{says}: {listed}");
    }
    // The first is of the configuration.
    stage.press(&["d"]);
    let refused = stage.text((120, 40));
    assert!(
        refused.contains("is in the configuration: delete"),
        "{refused}"
    );
    // What ends something is completed before it is run.
    stage.press(&[":"]);
    stage.type_in("drop-view mi");
    stage.press(&["Enter"]);
    shelve(&mut stage, &shelf);
    assert_eq!(shelf.views().unwrap().views.len(), 1);
    stage.press(&["Enter"]);
    shelve(&mut stage, &shelf);
    assert_eq!(shelf.views().unwrap().views.len(), 0);
    let said = stage.text((120, 40));
    assert!(
        said.contains("view mine deleted; it was registrations /ana"),
        "{said}"
    );
    command(&mut stage, "view mine");
    let unknown = stage.text((120, 40));
    assert!(
        unknown.contains("no view \"mine\": busy, dark"),
        "{unknown}"
    );
}

#[test]
fn a_filter_that_goes_away_is_named_and_brought_back() {
    let mut stage = stage();
    let says = |stage: &mut Stage, text: &str| {
        let screen = stage.text((120, 40));
        assert!(screen.contains(text), "{text}: {screen}");
    };
    let filter = |stage: &Stage| stage.app.showing().1[0].filter.clone();
    command(&mut stage, "filter petrova");
    command(&mut stage, "filter osei");
    says(&mut stage, "filter petrova replaced, [ brings it back");
    stage.press(&["["]);
    assert_eq!(filter(&stage), "petrova");
    stage.press(&["Esc"]);
    assert_eq!(filter(&stage), "");
    says(&mut stage, "filter petrova removed, [ brings it back");
    stage.press(&["["]);
    assert_eq!(filter(&stage), "petrova");
    command(&mut stage, "view dark");
    says(&mut stage, "view dark; filter petrova replaced");
    stage.press(&["["]);
    let (_, views) = stage.app.showing();
    assert_eq!(
        (views[0].filter.as_str(), &views[0].sort),
        ("petrova", &None)
    );
    // What is typed is one step, letter by letter though it took effect.
    stage.press(&["/"]);
    stage.type_in(" a b c");
    stage.press(&["Enter", "["]);
    assert_eq!(filter(&stage), "petrova");
    // What cannot be read changes nothing, and says so.
    command(&mut stage, "filter usr:x");
    assert_eq!(filter(&stage), "petrova");
    says(&mut stage, "the filter stays as it was: column 1:");
    command(&mut stage, "pulse");
    command(&mut stage, "filter x");
    says(&mut stage, "there is no list on this pane to filter");
}

#[test]
fn a_filter_that_a_jump_replaces_unseen_is_a_view_to_go_back_to() {
    let mut stage = stage();
    command(&mut stage, "users");
    command(&mut stage, "filter site:osaka");
    // Back past it, so that no view of this pane with its filter is before.
    for _ in 0..60 {
        stage.press(&["2", "1"]);
    }
    stage.press(&[">", "Enter"]);
    assert_eq!(stage.app.showing().0, "Users");
    let said = stage.text((120, 40));
    assert!(said.contains("filter site:osaka replaced"), "{said}");
    stage.press(&["["]);
    assert_eq!(stage.app.showing().0, "Registrations");
    stage.press(&["["]);
    let (title, views) = stage.app.showing();
    assert_eq!((title, views[0].filter.as_str()), ("Users", "site:osaka"));
}

/// One thing that a person does.
fn steps() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0usize..9, 0usize..9), 1..30)
}

fn act(stage: &mut Stage, what: usize, which: usize) {
    match what {
        0 => stage.press(&[["1", "2", "3", "4", "5", "6", "7", "8", "9"][which]]),
        1 => command(stage, ["users", "edges", "queues"][which % 3]),
        2 => command(stage, ["filter a", "filter b", "filter a b"][which % 3]),
        3 => {
            stage.press(&["/"]);
            stage.type_in([" x", " y", " z"][which % 3]);
            stage.press(&[["Enter", "Esc"][which % 2]]);
        }
        4 => {
            stage.press(&[">"]);
            for _ in 0..which % 4 {
                stage.press(&["j"]);
            }
            stage.press(&["Enter"]);
        }
        5 => command(stage, ["view dark", "view busy"][which % 2]),
        6 => stage.press(&["Esc"]),
        7 => command(
            stage,
            ["sort site desc", "sort state", "reverse"][which % 3],
        ),
        8 if which.is_multiple_of(2) => stage.press(&["Tab"]),
        _ => stage.press(&["s", "Esc"]),
    }
}

type Shown = (&'static str, Vec<View>);

fn filter(shown: &Shown) -> &str {
    shown.1.first().map_or("", |view| view.filter.as_str())
}

fn same(a: &Shown, b: &Shown) -> bool {
    (a.0, filter(a)) == (b.0, filter(b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn back_through_all_and_forward_again_is_exactly_what_was_seen(walk in steps(), turns in prop::collection::vec(0usize..6, 30)) {
        let mut stage = stage();
        let (mut past, mut future): (Vec<Shown>, Vec<Shown>) = Default::default();
        let mut last: HashMap<&str, Shown> = HashMap::new();
        for ((what, which), turn) in walk.into_iter().zip(turns) {
            let before = stage.app.showing();
            last.insert(before.0, before.clone());
            match turn {
                0 => {
                    stage.press(&["["]);
                    let expected = past.pop().inspect(|_| future.push(before.clone()));
                    prop_assert_eq!(stage.app.showing(), expected.unwrap_or(before));
                }
                1 => {
                    stage.press(&["]"]);
                    let expected = future.pop().inspect(|_| past.push(before.clone()));
                    prop_assert_eq!(stage.app.showing(), expected.unwrap_or(before));
                }
                _ => {
                    act(&mut stage, what, which);
                    let after = stage.app.showing();
                    let had = last.get(after.0).filter(|had| had.0 != before.0);
                    let had = had.filter(|had| !filter(had).is_empty() && !same(had, &after));
                    let step = if what == 5 { before != after } else { !same(&before, &after) };
                    if step {
                        future.clear();
                        if let Some(had) = had {
                            let newest = past.iter().rev().find(|shown| shown.0 == had.0);
                            if newest.is_none_or(|newest| !same(newest, had)) {
                                past.push(had.clone());
                            }
                            prop_assert!(past.iter().any(|shown| same(shown, had)));
                        }
                        past.push(before);
                    }
                }
            }
            let shown = stage.app.showing();
            last.insert(shown.0, shown);
        }
        let mut seen = past.clone();
        seen.push(stage.app.showing());
        for expected in seen.iter().rev().skip(1) {
            stage.press(&["["]);
            prop_assert_eq!(&stage.app.showing(), expected);
        }
        stage.press(&["["]);
        prop_assert_eq!(&stage.app.showing(), &seen[0]);
        for expected in seen.iter().skip(1) {
            stage.press(&["]"]);
            prop_assert_eq!(&stage.app.showing(), expected);
        }
    }
}
