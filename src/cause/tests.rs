use super::*;

/// Words of libraries and of this house's code, which are nobody's to read.
const NEVER: &[&str] = &[
    "Err(",
    "Other(",
    "Some(",
    "Error {",
    "OtherError",
    "docs.rs",
    "rustls",
    "reqwest",
    "tokio",
    "hyper",
    "unwrap",
    "os error",
    "panick",
    "::",
];

fn facts(row: Row) -> Vec<&'static str> {
    let pieces = [row.sentence, row.action];
    let named = pieces
        .iter()
        .flat_map(|text| text.split('{').skip(1))
        .map(|rest| rest.split_once('}').expect("a fact ends").0);
    named.collect()
}

#[test]
fn every_entry_says_the_thing_and_its_fault_and_ends_with_what_to_do() {
    for cause in Cause::ALL {
        let row = cause.row();
        let first = row.sentence.chars().next().unwrap();
        assert!(first.is_lowercase() || first == '{', "{cause:?}");
        assert!(!row.sentence.ends_with(['.', ' ', '!', ':']), "{cause:?}");
        assert!(
            row.action.starts_with(|c: char| c.is_uppercase()) && row.action.ends_with('.'),
            "{cause:?}"
        );
        assert!(row.action.len() < 200, "{cause:?} is no one sentence");
        for word in NEVER {
            let both = [row.sentence, row.action].join(" ");
            assert!(!both.contains(word), "{cause:?} says {word}");
        }
    }
}

#[test]
fn every_entry_is_told_whole_when_its_facts_are_there() {
    for cause in Cause::ALL {
        let names = facts(cause.row());
        let told = names.iter().fold(cause.told(), |told, name| {
            told.with(name, format!("<{name}>"))
        });
        let text = told.to_string();
        assert!(!text.contains(['{', '}']), "{text}");
        for name in names {
            assert!(text.contains(&format!("<{name}>")), "{text}");
        }
    }
}

#[test]
fn no_two_entries_are_the_same() {
    for (i, one) in Cause::ALL.iter().enumerate() {
        for other in &Cause::ALL[i + 1..] {
            let both = |cause: &Cause| (cause.row().sentence, cause.row().action);
            assert_ne!(both(one), both(other), "{one:?} {other:?}");
        }
    }
}

/// Every step of the way that a cause can stand at, so that none is left out of the table.
#[test]
fn every_step_has_entries_and_so_does_whoever_can_speak() {
    let steps = [
        Step::Configuration,
        Step::Secret,
        Step::Name,
        Step::Connection,
        Step::Tls,
        Step::SignIn,
        Step::Request,
        Step::Terminal,
        Step::Output,
    ];
    for step in steps {
        let some = Cause::ALL.iter().any(|cause| cause.row().step == step);
        assert!(some, "{step:?}");
    }
    let all = [
        Who::Machine,
        Who::Proxy,
        Who::Between,
        Who::Server,
        Who::Organisation,
    ];
    for who in all {
        let some = Cause::ALL.iter().any(|cause| cause.row().who == who);
        assert!(some, "{who:?}");
    }
    // What is this machine's own fault is not blamed on anybody else.
    for cause in Cause::ALL {
        let row = cause.row();
        if matches!(
            row.step,
            Step::Configuration | Step::Secret | Step::Terminal | Step::Output
        ) {
            assert_eq!(row.who, Who::Machine, "{cause:?}");
        }
    }
}

#[test]
fn nobody_is_told_to_install_what_is_there() {
    for (there, failed) in [
        (Cause::EditorFailed, "editor"),
        (Cause::PagerFailed, "pager"),
    ] {
        let row = there.row();
        assert!(row.sentence.contains(failed), "{there:?}");
        assert!(!row.action.contains("install"), "{there:?}");
    }
}

#[test]
fn nobody_is_advised_to_set_what_is_set() {
    for cause in Cause::ALL {
        let row = cause.row();
        let told = row.action.contains("ca_file") && !row.action.contains("{trust}");
        // One speaks of an authority that is trusted already, the other is met only where no ca_file is set.
        let knows = matches!(
            cause,
            Cause::IssuerOfThatNameHasAnotherKey | Cause::AuthoritiesAbsent
        );
        assert!(
            !told || knows,
            "{cause:?} names ca_file whether it is set or not"
        );
    }
    let told = Cause::RootUnknown.told().with("name", "CN=Ours");
    let set = told.clone().with("trust", table::ADD_IT).to_string();
    let unset = told.with("trust", table::NAME_IT).to_string();
    assert!(set.contains("add it to ca_file") && !set.contains("name it with"));
    assert!(unset.contains("name it with ca_file"));
}

#[test]
fn facts_are_cut_and_made_safe() {
    let told = Cause::TlsRefused
        .told()
        .with("at", "a\u{1b}[31mb")
        .with("alert", "x".repeat(1000));
    let text = told.to_string();
    assert!(!text.contains('\u{1b}') && text.len() < 900, "{text}");
    let unnamed = Cause::TlsTooOld.told().to_string();
    assert!(unnamed.starts_with("the server offers"), "{unnamed}");
}
