use super::{FieldSpec, Fields, Kind, Passing, Query, Value};
use crate::time::Millis;

const SPECS: &[FieldSpec] = &[
    spec("state", Kind::Choice(&["lost", "ok"])),
    spec("user", Kind::Text),
    spec("flaps", Kind::Number),
    spec("since", Kind::Moment),
    spec("site", Kind::Text),
];

const fn spec(name: &'static str, kind: Kind) -> FieldSpec {
    FieldSpec {
        name,
        kind,
        also: &[],
        doc: "",
        bare: matches!(kind, Kind::Text),
    }
}

/// Ana Petrova, lost since second 100, four flaps, no site.
struct Ana;

impl Fields for Ana {
    fn value(&self, index: usize) -> Value<'_> {
        match index {
            0 => Value::Text("lost".into()),
            1 => Value::Text("Ana Pétrova".into()),
            2 => Value::Number(4.0),
            3 => Value::Moment(Millis(100_000)),
            _ => Value::Unknown,
        }
    }
}

fn ask(filter: &str, now: i64) -> Passing {
    Query::parse(filter, SPECS)
        .unwrap()
        .matches(&Ana, Millis(now))
}

fn refused(filter: &str) -> (usize, String) {
    let error = Query::parse(filter, SPECS).unwrap_err();
    (error.column, error.sentence)
}

#[test]
fn terms_pass_and_fail_as_documented() {
    let pass = [
        "",
        "~anptr",
        "PETR",
        "a pét",
        "petrova",
        "\"Ana P\"",
        "/^A.a/",
        "state:lost",
        "STATE=Lost",
        "state!=ok",
        "user:PÉTROVA",
        "user:/^Ana/",
        "user!=/^Bob/",
        "user!=bob",
        "user=\"ana pétrova\"",
        "flaps>3",
        "flaps>=4 flaps<=4 flaps:4 flaps!=5",
        "since>5s",
        "site!=lab",
        "!site:lab",
        "state:ok | flaps>3",
        "(state:ok | flaps>3) ana",
        "!!ana",
        "!(state:ok ana)",
    ];
    let fail = [
        "zzz",
        "anptr",
        "~zz",
        "lost",
        "\"ana p\"",
        "/^a/",
        "state:ok",
        "user=ana",
        "flaps<4",
        "since<5s",
        "site:lab",
        "!ana",
        "state:ok ana | flaps>9",
        "user!=/^Ana/",
    ];
    for filter in pass {
        assert!(ask(filter, 200_000).pass, "{filter}");
    }
    for filter in fail {
        assert!(!ask(filter, 200_000).pass, "{filter}");
    }
}

#[test]
fn a_bare_word_looks_where_a_person_looks_and_reads_back() {
    let seeing = |filter: &str, fields: &[usize]| {
        let query = Query::parse(filter, SPECS).unwrap();
        let query = query.seeing(fields.to_vec());
        query.matches(&Ana, Millis(0)).pass
    };
    assert!(seeing("lost", &[0]) && seeing("petr", &[0, 1]));
    assert!(!seeing("petr", &[0]) && !seeing("!lost", &[0]));
    assert!(
        seeing("user:pét", &[0]),
        "a field that is named is asked anyway"
    );
    for filter in ["~anptr", "petr", "~", "!~a"] {
        let query = Query::parse(filter, SPECS).unwrap();
        assert_eq!(query.to_string(), filter);
        assert!(query.is_bare());
    }
    assert!(!Query::parse("user:ana !flaps>3", SPECS).unwrap().is_bare());
}

#[test]
fn a_verdict_says_until_when_it_holds() {
    let verdict = |pass, until: Option<i64>| Passing {
        pass,
        until: until.map(Millis),
    };
    assert_eq!(ask("since<5m", 200_000), verdict(true, Some(400_000)));
    assert_eq!(ask("since<5m", 400_000), verdict(false, None));
    assert_eq!(ask("since<=5m", 400_000), verdict(true, Some(400_001)));
    assert_eq!(ask("since>5m", 400_000), verdict(false, Some(400_001)));
    assert_eq!(ask("since>=5m", 400_000), verdict(true, None));
    assert_eq!(ask("!since<5m", 200_000), verdict(false, Some(400_000)));
    assert_eq!(ask("state:ok since<5m", 200_000), verdict(false, None));
    assert_eq!(
        ask("since<5m since<10m", 200_000),
        verdict(true, Some(400_000))
    );
    assert_eq!(ask("state:lost | since<5m", 200_000), verdict(true, None));
    assert_eq!(
        ask("since>9m | since>5m", 200_000),
        verdict(false, Some(400_001))
    );
}

#[test]
fn errors_point_at_the_column_and_offer_what_is_near() {
    assert_eq!(
        refused("ana usr:x"),
        (4, "there is no field `usr`; did you mean `user`?".into())
    );
    assert_eq!(
        refused("é state:lots"),
        (8, "`state` is never `lots`; did you mean `lost`?".into())
    );
    let (column, sentence) = refused("zzzz:1");
    assert_eq!(column, 0);
    assert!(
        sentence.ends_with("there are state, user, flaps, since, site"),
        "{sentence}"
    );
    for (filter, column, part) in [
        ("user:", 5, "a value is missing"),
        ("flaps>x", 6, "not a whole number"),
        ("since<5", 6, "not a time"),
        ("since:5m", 6, "compare `since` with < or >"),
        ("user<x", 5, "is text"),
        ("(ana", 4, "`)` is missing"),
        ("ana)", 3, "closes nothing"),
        ("()", 0, "nothing between"),
        ("a |", 2, "both sides"),
        ("!", 0, "there is none"),
        ("\"ana", 0, "no end"),
        ("a /(/", 2, "cannot be used"),
    ] {
        let (at, sentence) = refused(filter);
        assert_eq!(at, column, "{filter}");
        assert!(sentence.contains(part), "{filter}: {sentence}");
    }
}

#[test]
fn what_would_cost_too_much_is_refused() {
    assert!(refused(&"(".repeat(4_000)).1.contains("parentheses"));
    assert!(refused(&"a ".repeat(1_000)).1.contains("terms"));
    assert!(refused(&"a".repeat(5_000)).1.contains("characters"));
    assert!(refused(r"/(\w{500}){500}/").1.contains("cannot be used"));
    assert!(ask(&format!("{}ana", "!".repeat(4_000)), 0).pass);
}

#[test]
fn an_error_tells_where_to_a_person_who_counts_from_one() {
    let error = Query::parse("ana usr:x", SPECS).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no field `usr`; did you mean `user`? (column 5)"
    );
}
