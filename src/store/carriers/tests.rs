use super::*;

fn carrier(id: &str, health: Health) -> Carrier {
    Carrier {
        id: id.into(),
        name: Text::default(),
        status: None,
        health,
        affected: None,
        trunks: Vec::new(),
    }
}

fn list(table: &mut Carriers, now: i64, said: &[(&str, Health)]) -> Vec<CarrierTransition> {
    let mut changes = Changes::default();
    let carriers = said.iter().map(|(id, health)| carrier(id, *health));
    table.listed(carriers.collect(), Vec::new(), Millis(now), &mut changes);
    changes.carriers
}

#[test]
fn health_is_followed_from_list_to_list() {
    let mut table = Carriers::default();
    assert!(table.stale());
    let first = list(
        &mut table,
        1,
        &[("a", Health::Healthy), ("b", Health::Down)],
    );
    assert_eq!(
        first.iter().map(|t| (t.from, t.to)).collect::<Vec<_>>(),
        [(None, Some(Health::Healthy)), (None, Some(Health::Down))]
    );
    assert_eq!(
        list(
            &mut table,
            2,
            &[("a", Health::Healthy), ("b", Health::Down)]
        ),
        []
    );
    let moved = list(&mut table, 3, &[("a", Health::Degraded)]);
    assert_eq!(
        moved
            .iter()
            .map(|t| (t.carrier.raw(), t.from, t.to))
            .collect::<Vec<_>>(),
        [
            ("a", Some(Health::Healthy), Some(Health::Degraded)),
            ("b", Some(Health::Down), None)
        ]
    );
    let row = table.get(&"a".into()).unwrap();
    assert_eq!(row.since(), Millis(3));
    assert_eq!(row.past().map(|t| t.at.0).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(row.name().raw(), "a", "without a name the id stands for it");
}

#[test]
fn a_list_like_the_last_one_changes_nothing_on_screen() {
    let mut table = Carriers::default();
    list(&mut table, 1, &[("a", Health::Healthy)]);
    let mut changes = Changes::default();
    let same = vec![carrier("a", Health::Healthy)];
    table.listed(same, Vec::new(), Millis(2), &mut changes);
    assert!(changes.is_empty());
    let mut other = carrier("a", Health::Healthy);
    other.affected = Some(3);
    table.listed(vec![other], Vec::new(), Millis(3), &mut changes);
    assert!(changes.carriers_shown && changes.carriers.is_empty());
}

#[test]
fn a_failure_makes_everything_stale_and_says_since_when() {
    let mut table = Carriers::default();
    list(&mut table, 1, &[("a", Health::Healthy)]);
    let mut changes = Changes::default();
    table.read_failed("no route".into(), Millis(5), &mut changes);
    table.read_failed("refused".into(), Millis(9), &mut changes);
    assert!(changes.carriers_shown);
    assert!(table.stale() && table.len() == 1);
    assert_eq!(
        *table.reading(),
        Reading::Failed {
            since: Millis(5),
            why: "refused".into()
        }
    );
    list(&mut table, 10, &[("a", Health::Healthy)]);
    assert!(!table.stale());
}

#[test]
fn history_and_table_are_bounded_and_say_what_they_left_out() {
    let mut table = Carriers::default();
    for n in 0..100 {
        let health = [Health::Healthy, Health::Down][n % 2];
        list(&mut table, i64::try_from(n).unwrap(), &[("a", health)]);
    }
    let row = table.get(&"a".into()).unwrap();
    assert_eq!(row.past().count(), HISTORY);
    assert_eq!(row.forgotten(), 36);
    let many: Vec<String> = (0..MOST + 7).map(|n| format!("c{n}")).collect();
    let many: Vec<_> = many
        .iter()
        .map(|id| (id.as_str(), Health::Healthy))
        .collect();
    list(&mut table, 200, &many);
    assert_eq!((table.len(), table.refused()), (MOST, 7));
}

#[test]
fn a_carrier_named_twice_is_one_row() {
    let mut table = Carriers::default();
    list(
        &mut table,
        1,
        &[("a", Health::Healthy), ("a", Health::Down)],
    );
    assert_eq!(table.len(), 1);
    assert_eq!(table.count(Health::Down), 1);
}

#[test]
fn what_is_remembered_is_shown_until_the_first_list_and_tells_nobody_anything() {
    let was = |id: &str, as_of| WasCarrier::of(&carrier(id, Health::Down), Millis(as_of));
    let mut table = Carriers::default();
    let mut changes = Changes::default();
    table.recall(vec![was("a", 5), was("b", 6)], &mut changes);
    assert!(changes.carriers_shown && changes.carriers.is_empty());
    let shown = |table: &Carriers| {
        let rows = table.shown();
        let rows = rows.map(|row| {
            (
                row.carrier().id.raw().to_owned(),
                row.remembered(),
                row.since().0,
            )
        });
        rows.collect::<Vec<_>>()
    };
    let remembered = [("a".to_owned(), true, 5), ("b".to_owned(), true, 6)];
    assert_eq!(shown(&table), remembered);
    assert_eq!((table.len(), table.count(Health::Down)), (0, 0));
    assert_eq!(
        table.memory().collect::<Vec<_>>(),
        [was("a", 5), was("b", 6)]
    );
    table.read_failed("no route".into(), Millis(7), &mut changes);
    assert_eq!(shown(&table), remembered, "as long as nothing is read");
    let told = list(&mut table, 9, &[("a", Health::Healthy)]);
    let told: Vec<_> = told
        .iter()
        .map(|t| (t.carrier.raw(), t.from, t.to))
        .collect();
    assert_eq!(told, [("a", None, Some(Health::Healthy))], "as if new");
    assert_eq!(shown(&table), [("a".to_owned(), false, 9)]);
    table.recall(vec![was("b", 6)], &mut changes);
    assert_eq!(table.shown().count(), 1, "who has read knows better");
    let kept = WasCarrier::of(&carrier("a", Health::Healthy), Millis(9));
    assert_eq!(table.memory().collect::<Vec<_>>(), [kept]);
}
