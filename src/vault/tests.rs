use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use proptest::prelude::*;

use super::*;
use base64::Engine as _;

impl Vault {
    fn scrubbed(&self, text: &str) -> String {
        String::from_utf8(self.scrub(text.as_bytes()).into_owned()).unwrap()
    }
}

fn with(secrets: &[&str]) -> Vault {
    let mut vault = Vault::default();
    for secret in secrets {
        vault.put(secret, false);
    }
    vault
}

#[test]
fn every_form_of_a_credential_is_taken_out_and_nothing_else() {
    let secret = "s3cr/t+with=\"odd\" & <b>";
    let vault = with(&[secret]);
    let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    let json = serde_json::to_string(secret).unwrap();
    for form in [
        secret.to_owned(),
        url,
        percent.to_string(),
        percent.to_string().to_lowercase(),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', "\\/"),
        BASE64_STANDARD.encode(secret),
        BASE64_URL_SAFE.encode(secret),
    ] {
        let shown = vault.scrubbed(&format!("it said ({form}), twice: {form}"));
        assert_eq!(shown, format!("it said ({MASK}), twice: {MASK}"), "{form}");
    }
}

#[test]
fn basic_is_taken_out_whole_whatever_the_client_is_called() {
    let secret = "canary-client-secret";
    let vault = with(&[secret]);
    for id in ["a", "ab", "abc", "noc-client"] {
        for behind in ["", "x", "xy", "\n"] {
            let basic = BASE64_STANDARD.encode(format!("{id}:{secret}{behind}"));
            let shown = vault.scrubbed(&format!("Authorization: Basic {basic} was refused"));
            assert_eq!(shown, format!("Authorization: Basic {MASK} was refused"));
        }
    }
}

#[test]
fn short_ones_are_words_and_shorter_ones_are_none() {
    let vault = with(&["hunter22", "abc", "secret-1"]);
    assert_eq!(
        vault.scrubbed("password hunter22."),
        format!("password {MASK}.")
    );
    for plain in [
        "hunter222",
        "my-hunter22",
        "abc",
        "client-secret-1",
        "secret-12",
    ] {
        assert_eq!(vault.scrubbed(plain), plain);
    }
    assert!(matches!(vault.scrub(b"nothing of it"), Cow::Borrowed(_)));
}

#[test]
fn the_longest_counts_where_one_begins_another() {
    let vault = with(&["canary-token-1", "canary-token-1-and-more"]);
    assert_eq!(vault.scrubbed("canary-token-1-and-more"), MASK);
    assert_eq!(vault.scrubbed("canary-token-1-and"), format!("{MASK}-and"));
}

#[test]
fn what_passes_makes_room_and_what_lasts_does_not() {
    let mut vault = with(&["canary-that-lasts"]);
    for number in 0..2 * PASSING {
        vault.put(&format!("canary-{number:06}"), true);
    }
    assert!(vault.passing.len() <= PASSING);
    let kept = vault.forms.values().map(Vec::len).sum::<usize>();
    assert!(kept <= (PASSING + 1) * 12, "{kept}");
    assert_eq!(vault.scrubbed("canary-that-lasts"), MASK);
    assert_eq!(
        vault.scrubbed(&format!("canary-{:06}", 2 * PASSING - 1)),
        MASK
    );
    assert_eq!(vault.scrubbed("canary-000000"), "canary-000000");
}

#[test]
fn one_that_is_used_again_stays() {
    let mut vault = Vault::default();
    for number in 0..2 * PASSING {
        vault.put("canary-used-again", true);
        vault.put(&format!("canary-{number:06}"), true);
    }
    assert_eq!(vault.scrubbed("canary-used-again"), MASK);
}

#[test]
fn a_text_of_the_process_is_scrubbed_when_it_comes_in() {
    keep("canary-of-the-vaults-own-test");
    let text = crate::text::Text::from("it said canary-of-the-vaults-own-test twice");
    assert_eq!(text.raw(), format!("it said {MASK} twice"));
    let read: crate::text::Text =
        serde_json::from_str(r#""it said \u0063anary-of-the-vaults-own-test""#).unwrap();
    assert_eq!(read.raw(), format!("it said {MASK}"));
}

#[test]
fn what_in_an_address_is_a_credential_is_kept() {
    keep_address(
        &"https://noc:canary-of-userinfo@h/?key=canary%2Fof+query"
            .parse()
            .unwrap(),
    );
    assert_eq!(scrub("canary-of-userinfo"), MASK);
    assert_eq!(scrub("canary/of query"), MASK);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_credential_comes_through_in_any_form(
        secret in "[ -~]{12,40}", before in "[ -~é]{0,9}", after in "[ -~é]{0,9}",
    ) {
        let vault = with(&[&secret]);
        for form in form::all(&secret) {
            let form = std::str::from_utf8(form.bytes()).unwrap();
            let shown = vault.scrubbed(&format!("{before}{form}{after}"));
            prop_assert!(!shown.contains(form), "{shown}");
        }
    }

    #[test]
    fn nothing_makes_it_fail(secret in ".{6,20}", text in ".*") {
        let _ = with(&[&secret]).scrub(text.as_bytes());
        let _ = with(&[&secret]).scrubbed(&secret);
    }
}
