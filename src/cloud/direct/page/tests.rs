use proptest::prelude::*;

use super::*;
use crate::cloud::Fault;
use crate::cloud::entities::FAULTS;

fn users(body: &str) -> Page<User> {
    users_page(body.as_bytes(), &"GET /users").unwrap()
}

fn devices(body: &str) -> Listing {
    listing(body.as_bytes(), &UserId::from("u-1"), &"GET /registrations").unwrap()
}

fn refusal(body: &str) -> String {
    users_page(body.as_bytes(), &"GET /users").unwrap_err()
}

fn told(faults: &[Fault]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| fault.0.raw().to_owned())
        .collect()
}

#[test]
fn the_contracts_page_is_read() {
    let page = users(
        r#"{"entities":[{"id":"u-1","name":"Ana","email":"a@b.c"},{"id":"u-2","site":"Accra","x":1}],"pageSize":100,"pageNumber":1,"total":2,"pageCount":1}"#,
    );
    assert_eq!((page.sheet.total, page.sheet.pages), (Some(2), Some(1)));
    assert_eq!(page.entries[0].name.raw(), "Ana");
    assert_eq!(page.entries[1].site, Some(Text::from("Accra")));
    assert!(page.entries[1].name.is_empty());
    assert!(page.faults.is_empty());
}

#[test]
fn the_contracts_listing_is_read() {
    let listing = devices(
        r#"{"entities":[{"userId":"u-1","device":{"id":"d-1"},"registered":true,"activeCodecs":["opus","PCMU"]},{"device":{"id":"d-2"},"registered":false,"activeCodecs":null}]}"#,
    );
    assert_eq!(listing.devices[0].codec, Some(Text::from("opus")));
    assert_eq!(listing.devices[1].codec, None);
    assert!(listing.faults.is_empty());
}

#[test]
fn one_bad_entry_is_named_and_the_rest_still_shows() {
    let listing = devices(
        r#"{"entities":[{"device":{},"registered":true},{"device":{"id":"d-1"}},{"device":{"id":"d-2"},"registered":true},{"device":{"id":"d-3"},"registered":"yes"},{"userId":"u-9","device":{"id":"d-4"},"registered":true},null]}"#,
    );
    let known = listing.devices.iter().map(|d| (d.id.raw(), d.registered));
    assert_eq!(known.collect::<Vec<_>>(), [("d-1", false), ("d-2", true)]);
    let told = told(&listing.faults);
    assert_eq!(told.len(), 4);
    for (fault, names) in told.iter().zip(["device", "registered", "u-9", "null"]) {
        assert!(
            fault.starts_with("GET /registrations: entities["),
            "{fault}"
        );
        assert!(fault.contains(names), "{fault}");
    }
}

#[test]
fn what_is_left_out_is_not_registered_and_what_has_no_name_is_the_device_unknown() {
    let listing = devices(
        r#"{"entities":[{"registered":true},{"device":null,"registered":null},{"device":{"id":"d-1"}},{"device":{"id":"d-2"},"registered":null}]}"#,
    );
    assert!(listing.faults.is_empty(), "{:?}", listing.faults);
    let known = listing.devices.iter().map(|d| (d.id.raw(), d.registered));
    let expected = [("unknown", false), ("d-1", false), ("d-2", false)];
    assert_eq!(known.collect::<Vec<_>>(), expected);
}

#[test]
fn an_optional_field_of_a_wrong_type_is_lost_and_not_its_row() {
    let page =
        users(r#"{"entities":[{"id":"u-1","name":7,"site":["Accra"]},{"id":"u-2","name":"Ana"}]}"#);
    assert_eq!((page.entries.len(), page.faults.len()), (2, 0));
    assert!(page.entries[0].name.is_empty() && page.entries[0].site.is_none());
    let listing = devices(
        r#"{"entities":[{"device":{"id":"d-1"},"registered":true,"activeCodecs":"opus"}],"total":"1"}"#,
    );
    assert_eq!((listing.devices.len(), listing.faults.len()), (1, 0));
    assert_eq!(listing.devices[0].codec, None);
}

#[test]
fn a_list_that_says_there_is_more_is_not_everything() {
    let listing = devices(r#"{"entities":[{"device":{"id":"d-1"},"registered":true}],"total":3}"#);
    assert_eq!(listing.devices.len(), 1);
    assert!(told(&listing.faults)[0].contains("only 1 of 3"));
}

#[test]
fn counts_that_make_no_sense_are_unknown_and_said() {
    let page = users(r#"{"entities":[],"total":-1,"pageCount":1e99}"#);
    assert_eq!((page.sheet.total, page.sheet.pages), (None, None));
    assert!(told(&page.faults)[0].contains("total"));
    let page = users(r#"{"entities":[],"total":null}"#);
    assert_eq!(page.sheet.total, None);
}

#[test]
fn ids_that_no_url_can_carry_are_faults() {
    let long = "x".repeat(300);
    let page = users(&format!(
        r#"{{"entities":[{{"id":""}},{{"id":".."}},{{"id":"{long}"}},{{"id":"a/b?c"}}]}}"#
    ));
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.faults.len(), 3);
}

#[test]
fn a_page_that_is_none_says_where_and_what() {
    assert!(
        refusal("<html>\u{1b}[2J").contains("(line 1, column 1); it begins with <html>\\u{1b}")
    );
    assert!(refusal("{}").contains("entities"));
    assert!(refusal(r#"{"entities":{}}"#).starts_with("entities: "));
    assert!(refusal(r#"{"entities":[NaN]}"#).contains("column"));
    assert!(refusal(r#"{"entities":[{"id":"u"#).contains("it ends too early"));
    assert!(!refusal("").is_empty());
}

#[test]
fn a_flood_of_faults_is_counted_and_each_is_short() {
    let bad = format!(r#"{{"id":1,"name":"{}"}}"#, "x".repeat(10_000));
    let page = users(&format!(
        r#"{{"entities":[{}]}}"#,
        vec![bad; 1000].join(",")
    ));
    assert_eq!(page.faults.len(), FAULTS + 1);
    assert!(told(&page.faults)[FAULTS].contains("984 more"));
    assert!(told(&page.faults).iter().all(|fault| fault.len() < 300));
}

#[test]
fn the_devices_of_one_user_are_bounded_and_the_bound_is_said() {
    let device = |n| format!(r#"{{"device":{{"id":"d-{n}"}},"registered":true}}"#);
    let all: Vec<String> = (0..MOST_DEVICES + 7).map(device).collect();
    let listing = devices(&format!(r#"{{"entities":[{}]}}"#, all.join(",")));
    assert_eq!(listing.devices.len(), MOST_DEVICES);
    let told = told(&listing.faults);
    assert!(
        told[0].contains("1007 entries; only the first 1000 are used"),
        "{told:?}"
    );
}

#[test]
fn an_error_repeats_no_more_of_a_path_than_a_line_of_it() {
    let long = "x".repeat(1 << 20);
    for body in [
        format!(r#"{{"entities":{{"{long}":1}}}}"#),
        format!(r#"{{"entities":"{long}"}}"#),
    ] {
        assert!(refusal(&body).len() < 1_000);
    }
}

proptest! {
    #[test]
    fn reading_never_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = users_page(&body, &"GET /users");
        let _ = listing(&body, &UserId::from("u"), &"GET /registrations");
    }
}
