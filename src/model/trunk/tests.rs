use super::*;

fn trunk(id: &str) -> Trunk {
    Trunk {
        id: id.into(),
        name: Text::default(),
        edge: None,
        edge_name: Text::default(),
        in_service: Some(true),
        enabled: Some(true),
        signs: Signs {
            connected: Some(true),
            ..Signs::default()
        },
        options: Use::NotSupported,
        registers: Use::NotSupported,
        proxies: Vec::new(),
        traffic: None,
        heard: Heard::default(),
    }
}

fn signs(good: &[Option<bool>]) -> Proxies {
    let sign = |good: &Option<bool>| Sign {
        good: *good,
        ..Sign::default()
    };
    Proxies {
        kept: good.iter().map(sign).collect(),
        beyond: 0,
    }
}

#[test]
fn no_check_and_no_answer_is_a_healthy_trunk() {
    let mut it = trunk("a");
    assert_eq!(it.standing(), Standing::Working);
    it.options = Use::Disabled;
    it.signs.options = signs(&[Some(false)]);
    assert_eq!(it.standing(), Standing::Working);
    it.options = Use::Enabled;
    assert_eq!(it.standing(), Standing::Partly);
    it.signs.options = Proxies::default();
    assert_eq!(it.standing(), Standing::Working);
}

#[test]
fn every_sign_counts_and_what_is_not_told_does_not() {
    type Change = fn(&mut Trunk);
    let cases: &[(Change, Standing)] = &[
        (|t| t.in_service = Some(false), Standing::Out),
        (|t| t.enabled = Some(false), Standing::Failing),
        (|t| t.signs.connected = Some(false), Standing::Failing),
        (|t| t.signs.connected = None, Standing::Unknown),
        (
            |t| (t.in_service, t.enabled) = (None, None),
            Standing::Working,
        ),
        (
            |t| {
                t.signs.connected = None;
                t.registers = Use::Enabled;
                t.signs.registers = signs(&[Some(false), None]);
            },
            Standing::Failing,
        ),
        (
            |t| {
                t.options = Use::Untold;
                t.signs.options = signs(&[Some(true), Some(false)]);
            },
            Standing::Partly,
        ),
        (
            |t| {
                t.signs.connected = None;
                t.options = Use::Enabled;
                t.signs.options = signs(&[None, None]);
            },
            Standing::Unknown,
        ),
        (
            |t| {
                t.signs.ip = Some(Ip {
                    fault: Some(SignFault {
                        text: "no link".into(),
                        ..SignFault::default()
                    }),
                    ..Ip::default()
                });
            },
            Standing::Partly,
        ),
    ];
    for (n, (change, standing)) in cases.iter().enumerate() {
        let mut it = trunk("a");
        change(&mut it);
        assert_eq!(it.standing(), *standing, "case {n}");
    }
}

#[test]
fn a_carrier_is_as_well_as_those_trunks_that_have_a_say() {
    let with = |change: fn(&mut Trunk)| {
        let mut it = trunk("x");
        change(&mut it);
        it
    };
    let up = with(|_| {});
    let down = with(|t| t.signs.connected = Some(false));
    let out = with(|t| t.in_service = Some(false));
    let unseen = with(|t| t.signs.connected = None);
    let partly = with(|t| {
        t.options = Use::Enabled;
        t.signs.options = signs(&[Some(false)]);
    });
    let cases: &[(&[&Trunk], Health)] = &[
        (&[], Health::Unknown),
        (&[&out, &unseen], Health::Unknown),
        (&[&up, &up, &out, &unseen], Health::Healthy),
        (&[&down, &down, &out], Health::Down),
        (&[&down, &unseen], Health::Down),
        (&[&up, &down], Health::Degraded),
        (&[&partly], Health::Degraded),
        (&[&partly, &down], Health::Degraded),
    ];
    for (n, (trunks, expected)) in cases.iter().enumerate() {
        assert_eq!(health(trunks.iter().copied()), *expected, "case {n}");
    }
}

#[test]
fn the_worst_told_of_a_trunk_is_told_first_and_safely() {
    let mut it = trunk("a");
    let fault = |text: &str| {
        Some(SignFault {
            text: text.into(),
            ..SignFault::default()
        })
    };
    it.signs.options = signs(&[Some(true), Some(false)]);
    it.signs.options.kept[0].fault = fault("old");
    it.signs.options.kept[1].fault = fault("408 \u{1b}[31mtimeout");
    it.signs.ip = Some(Ip {
        address: "192.0.2.1".into(),
        fault: fault("no link"),
    });
    let said = it.trouble().unwrap().sentence();
    assert!(
        said.starts_with("408") && !said.contains('\u{1b}'),
        "{said}"
    );
}

#[test]
fn calls_add_up_without_running_over() {
    let mut one = trunk("a");
    one.traffic = Some(Traffic {
        inbound: Some(u64::MAX),
        outbound: None,
        mismatches: Some(1),
    });
    let mut two = trunk("b");
    two.traffic = Some(Traffic {
        inbound: Some(7),
        outbound: Some(2),
        mismatches: None,
    });
    assert_eq!(traffic([&trunk("c")]), None);
    let sum = traffic([&one, &two, &trunk("c")]).unwrap();
    assert_eq!(
        (sum.inbound, sum.outbound, sum.mismatches),
        (Some(u64::MAX), Some(2), Some(1))
    );
}
