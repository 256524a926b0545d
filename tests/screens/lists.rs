//! Every list does what every list does, and every column of every kind is one thing under one name.

use trunkline::kind::{Asked, CellLook, Column, How, Kind, Name, Sort, Value, Visit, sheet};
use trunkline::model::api::Api;
use trunkline::pane::list;
use trunkline::query::{self, Query};
use trunkline::store::Store;
use trunkline::time::Millis;
use trunkline::vocabulary::command::TITLES;

use super::stage::{NOON, Stage};

#[test]
fn every_list_action_works_on_every_list() {
    type Make = fn() -> Stage;
    let direct = || {
        let mut stage = Stage::new("mono");
        stage.populate();
        stage
    };
    let stages: [(&str, Make); 4] = [
        ("direct, nothing read", || Stage::new("mono")),
        ("direct", direct),
        ("platform, nothing read", super::platform::stage),
        ("platform", super::platform::populated),
    ];
    for (api, stage) in stages {
        for title in TITLES.into_iter().filter(|title| *title != "Pulse") {
            let mut stage = stage();
            let run = |stage: &mut Stage, words: &str| {
                stage.press(&[":"]);
                stage.type_in(words);
                stage.press(&["Enter"]);
            };
            run(&mut stage, &title.to_lowercase());
            for action in list::ACTIONS {
                run(&mut stage, action.name());
                let screen = stage.text((120, 40));
                assert!(
                    !screen.contains("does nothing"),
                    "{api}: {title}, {}:\n{screen}",
                    action.name()
                );
                stage.press(&["Esc", "Esc"]);
            }
        }
    }
}

/// Looks at every column of a kind, over the rows of a store; counts the values that there were, and neighbours in a
/// sorted list that differ.
struct Every<'a> {
    store: &'a Store,
    now: Millis,
}

/// Whether a value may stand right before another in a list that is sorted by it.
fn may_precede(
    (before, after): (&Value<'_>, &Value<'_>),
    words: &[&str],
    descending: bool,
) -> bool {
    let place = |word: &str| words.iter().position(|known| *known == word);
    let order = match (before, after) {
        // What nobody knows stands last, whichever way.
        (_, Value::None) => return true,
        (Value::None, _) => return false,
        (Value::Word(a), Value::Word(b)) if !words.is_empty() => place(a).cmp(&place(b)),
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Span(a), Value::Span(b)) => a.cmp(b),
        (Value::Moment(a), Value::Moment(b)) => a.cmp(b),
        (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
        // Yes stands first.
        (Value::Flag(a), Value::Flag(b)) => b.cmp(a),
        (a, b) => {
            let text = |value: &Value<'_>| match value {
                Value::Text(text) => text.to_lowercase(),
                word => word.csv(),
            };
            text(a).cmp(&text(b))
        }
    };
    if descending {
        order.is_ge()
    } else {
        order.is_le()
    }
}

/// Sorts by a column both ways and looks at all neighbours; returns how many of them differ.
fn sorted_by<K: Kind>(n: usize, store: &Store, now: Millis) -> usize {
    let column = &K::COLUMNS[n];
    let mut differ = 0;
    for descending in [false, true] {
        let sort = Sort {
            column: Some(n),
            descending,
        };
        let how = How { query: None, sort };
        let sorted = how.arrange::<K>(store, now).rows;
        assert_eq!(sorted.len(), K::rows(store, now).len());
        for pair in sorted.windows(2) {
            let [a, b] = pair else { unreachable!() };
            let (value, next) = ((column.value)(a), (column.value)(b));
            differ += usize::from(value != next);
            let in_order = match column.order {
                // An order of its own, which the values do not have: the most urgent, the slot, the time that is left.
                Some(order) if descending => order(a, b).is_ge(),
                Some(order) => order(a, b).is_le(),
                None => may_precede((&value, &next), column.words(), descending),
            };
            let place = format!("{} {}, descending: {descending}", K::NAME, column.name);
            assert!(in_order, "{place}: {value:?} before {next:?}");
        }
    }
    differ
}

impl Visit for Every<'_> {
    type Out = (usize, usize);

    fn visit<K: Kind>(self) -> (usize, usize) {
        let (store, now) = (self.store, self.now);
        let all: Vec<usize> = (0..K::COLUMNS.len()).collect();
        let (mut seen, mut differ) = (0, 0);
        assert_eq!(K::COLUMNS.len(), K::FIELDS.len());
        for (n, column) in K::COLUMNS.iter().enumerate() {
            assert_eq!(K::FIELDS[n].name, column.name);
            assert_eq!(K::named(column.name), Some(n), "{}", column.name);
            let taken = |other: &Column<K>| other.also.contains(&column.name);
            assert!(!K::COLUMNS.iter().any(taken), "{}", column.name);
            assert!(column.wish.least <= column.wish.ideal, "{}", column.name);
            for row in K::rows(store, now) {
                seen += usize::from((column.value)(&row) != Value::None);
                printed_and_found::<K>(&row, n, &all, now);
            }
            differ += sorted_by::<K>(n, store, now);
        }
        (seen, differ)
    }
}

fn printed_and_found<K: Kind>(row: &K::Row<'_>, n: usize, all: &[usize], now: Millis) {
    let column = &K::COLUMNS[n];
    let value = (column.value)(row);
    let place = format!("{} {}: {value:?}", K::NAME, column.name);
    assert_eq!(sheet::head::<K>(all)[n], column.name, "{place}");
    assert_eq!(sheet::exact::<K>(row, all)[n], value.csv(), "{place}");
    let json: serde_json::Value =
        serde_json::from_str(&sheet::json::<K>(row, all)).expect("an object");
    let json = &json[column.name];
    let of_its_type = match (&value, column.kind) {
        (Value::None, _) => json.is_null(),
        (Value::Word(word), query::Kind::Choice(words)) => json == word && words.contains(word),
        (Value::Word(word), query::Kind::Text) => json == word,
        (Value::Text(text), query::Kind::Text) => *json == text.as_ref(),
        (Value::Number(number), query::Kind::Number) => json == number,
        (Value::Span(ms), query::Kind::Number) => json == ms,
        (Value::Real(number), query::Kind::Measure) => json.as_f64() == Some(*number),
        (Value::Moment(at), query::Kind::Moment) => json == &at.to_string(),
        (Value::Flag(flag), query::Kind::Choice(_)) => json == flag,
        _ => false,
    };
    assert!(of_its_type, "{place}: {json}");
    let zone = jiff::tz::TimeZone::UTC;
    let look = CellLook { zone: &zone, now };
    let filter = match &value {
        // A word that stands where nothing is known is found as well; moments and numbers have no words in filters.
        Value::None if matches!(column.kind, query::Kind::Text | query::Kind::Choice(_)) => {
            let cell = column.cell(row, &look);
            if ["", "-"].contains(&cell.as_str()) {
                return;
            }
            format!("{}=\"{cell}\"", column.name)
        }
        Value::None => return,
        Value::Moment(_) => format!("{}<36500d | {}>=36500d", column.name, column.name),
        Value::Word(_) | Value::Text(_) | Value::Flag(_) => {
            let text = match &value {
                Value::Text(text) => text.to_string(),
                word => word.csv(),
            };
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("{}=\"{quoted}\"", column.name)
        }
        number => format!("{}={}", column.name, number.csv()),
    };
    let query =
        Query::parse(&filter, K::FIELDS).unwrap_or_else(|e| panic!("{place}: {filter}: {e}"));
    assert!(
        query.matches(&Asked::<K>(row), now).pass,
        "{place}: {filter}"
    );
}

#[test]
fn every_column_of_every_kind_is_printed_found_and_sorted_by_under_one_name() {
    let now = NOON.plus(60_000);
    let mut stages = [
        Box::new(super::carriers::populated("mono")),
        Box::new(super::callbacks::populated()),
        Box::new(super::transfers::populated()),
        Box::new(super::platform::populated()),
        Box::new(super::webhooks::populated()),
    ];
    stages[0].populate();
    for name in Name::ALL {
        let seen = stages.iter().map(|stage| {
            name.visit(Every {
                store: &stage.app.store,
                now,
            })
        });
        let (seen, differ) = seen.fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        let on_disk = matches!(
            name,
            Name::Jobs | Name::Alerts | Name::Groups | Name::Audit | Name::Routes
        );
        assert!(seen > 0 || on_disk, "{} has no row here", name.word());
        let single = on_disk || *name == Name::Queues;
        assert!(differ > 0 || single, "{}: every row is alike", name.word());
    }
}

#[test]
fn the_usual_columns_are_offered_and_wide_enough_for_their_headings() {
    struct Usual;
    impl Visit for Usual {
        type Out = ();
        fn visit<K: Kind>(self) {
            for api in Api::ALL {
                assert!(
                    !sheet::usual::<K>(api.capabilities()).is_empty(),
                    "{}",
                    K::NAME
                );
            }
            let zone = jiff::tz::TimeZone::UTC;
            let look = CellLook {
                zone: &zone,
                now: NOON,
            };
            let text = sheet::write::<K>(
                trunkline::export::Format::Csv(trunkline::export::Cells::Guarded),
                &[],
                &[0],
                &look,
            );
            assert_eq!(text.trim_end(), K::COLUMNS[0].name);
        }
    }
    for name in Name::ALL {
        name.visit(Usual);
    }
}

#[test]
fn a_row_leads_to_what_it_has_to_do_with_and_back_with_the_filter_that_was_there() {
    let mut stage = Stage::new("mono");
    stage.populate();
    let filter = |stage: &mut Stage, text: &str| {
        stage.press(&[":"]);
        stage.type_in(&format!("filter {text}"));
        stage.press(&["Enter"]);
    };
    stage.press(&[":"]);
    stage.type_in("users");
    stage.press(&["Enter"]);
    filter(&mut stage, "site:osaka");
    stage.press(&["1"]);
    filter(&mut stage, "petrova");
    stage.press(&[">"]);
    let offered = stage.text((120, 40));
    assert!(
        offered.contains("Users") && offered.contains("Frankfurt"),
        "{offered}"
    );
    stage.press(&["Enter"]);
    let users = stage.text((120, 40));
    assert!(
        users.contains("/userId=\"u-1\"") && users.contains("Ana Petrova"),
        "{users}"
    );
    stage.press(&["-"]);
    let back = stage.text((120, 40));
    assert!(
        back.contains("/petrova") && back.contains("webrtc-4711"),
        "{back}"
    );
    stage.press(&["]"]);
    assert!(stage.text((120, 40)).contains("/userId=\"u-1\""));
    stage.press(&["["]);
    assert!(stage.text((120, 40)).contains("/petrova"));
}

#[test]
fn what_is_said_to_be_unknown_is_found_by_that_word_and_by_no_part_of_it() {
    let mut stage = Stage::new("mono");
    stage.populate();
    let rows = |stage: &mut Stage, filter: &str| {
        stage.press(&[":"]);
        stage.type_in(&format!("filter {filter}"));
        stage.press(&["Enter"]);
        let screen = stage.text((120, 40));
        ["webrtc-4711", "poly-0017", "owned"].map(|device| screen.contains(device))
    };
    assert_eq!(rows(&mut stage, "codec:unknown"), [false, false, true]);
    assert_eq!(rows(&mut stage, "codec=unknown"), [false, false, true]);
    assert_eq!(rows(&mut stage, "!codec:unknown"), [true, true, false]);
    assert_eq!(rows(&mut stage, "codec!=unknown"), [true, true, false]);
    assert_eq!(rows(&mut stage, "codec!=opus"), [false, true, true]);
    // `know` is in `unknown`, and finds nobody for it.
    assert_eq!(rows(&mut stage, "\"know\""), [false, false, false]);
}

#[test]
fn what_the_api_does_not_tell_is_said_where_a_row_would_lead_to_it() {
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["1", ">"]);
    let offered = stage.text((120, 40));
    for pane in ["Edges", "Carriers"] {
        let line = offered
            .lines()
            .find(|line| line.contains(pane) && line.contains("(API)"));
        assert!(
            line.is_some_and(|line| line.contains("not available (API)")),
            "{offered}"
        );
    }
    // Users, two of alerts, then the edges.
    stage.press(&["j", "j", "j", "Enter"]);
    assert_eq!(stage.app.showing().0, "Registrations");
}
