use super::*;

#[test]
fn actions_verbs_and_aliases_are_read() {
    assert_eq!(Command::parse("freeze"), Ok(Command::Act(Action::Freeze)));
    assert_eq!(Command::parse(" q "), Ok(Command::Act(Action::Quit)));
    assert_eq!(
        Command::parse("filter codec:opus !site:lab"),
        Ok(Command::Filter("codec:opus !site:lab".into()))
    );
    assert_eq!(
        Command::parse("sort since desc"),
        Ok(Command::Sort {
            column: "since".into(),
            descending: Some(true)
        })
    );
    assert_eq!(
        Command::parse("columns user, state"),
        Ok(Command::Columns(vec!["user".into(), "state".into()]))
    );
    assert_eq!(
        Command::parse("export csv /tmp/a b.csv"),
        Ok(Command::Export {
            ending: "csv".into(),
            path: Some("/tmp/a b.csv".into())
        })
    );
}

#[test]
fn a_slip_is_answered_with_the_near_miss() {
    assert!(Command::parse("freez").is_err_and(|e| e.contains("freeze")));
    assert!(Command::parse("sort user up").is_err_and(|e| e.contains("asc or desc")));
    assert_eq!(Command::parse("queue"), Ok(Command::Open("Queues")));
    assert_eq!(
        Command::parse("queue Support \"tier 2\""),
        Ok(Command::Go {
            pane: "Queues".into(),
            filter: "Support \"tier 2\"".into()
        })
    );
    assert_eq!(Command::parse("probe"), Ok(Command::Act(Action::Probe)));
    assert!(Command::parse("freeze now").is_err_and(|e| e.contains("no arguments")));
}
