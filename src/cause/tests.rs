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
        assert!(!row.sentence.ends_with(['.', ' ']), "{cause:?}");
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

#[test]
fn nobody_is_advised_to_set_what_is_set() {
    for cause in Cause::ALL {
        let row = cause.row();
        let told = row.action.contains("ca_file") && !row.action.contains("{trust}");
        // The one that speaks of an authority that is trusted already.
        assert!(
            !told || *cause == Cause::IssuerOfThatNameHasAnotherKey,
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
