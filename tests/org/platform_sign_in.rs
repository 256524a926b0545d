//! A person signs in: a browser's page, a code, PKCE, and what renews the token.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{Bench, bench, options, trusting};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:8085/";

/// What a browser is sent to, with what a test changes.
async fn browse(bench: &Bench, change: &[(&str, &str)]) -> Response {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let client = bench.org.person_client_id();
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", client.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("state", "s t"),
    ];
    for (name, value) in change {
        query.retain(|(known, _)| known != name);
        query.push((name, value));
    }
    let browser = trusting(&bench.org)
        .redirect(Policy::none())
        .build()
        .unwrap();
    let call = browser.get(bench.url("/oauth/authorize")).query(&query);
    call.send().await.unwrap()
}

/// The parameters that a browser comes back with.
fn carried(answer: &Response, name: &str) -> Option<String> {
    let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(REDIRECT), "{location}");
    let mut pairs = location.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

async fn code(bench: &Bench, user: &str) -> String {
    let answer = browse(bench, &[("user", user)]).await;
    assert_eq!(answer.status(), 302);
    assert_eq!(carried(&answer, "state").unwrap(), "s t");
    carried(&answer, "code").unwrap()
}

async fn token(bench: &Bench, form: &[(&str, &str)]) -> (u16, Value) {
    let client = bench.org.person_client_id();
    let mut whole = vec![("client_id", client.as_str())];
    whole.extend(form);
    let call = bench.http.post(bench.url("/oauth/token")).form(&whole);
    let answer = call.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn redeeming<'a>(code: &'a str, verifier: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", verifier),
    ]
}

#[tokio::test]
async fn a_code_becomes_a_token_of_that_person_once() {
    let bench = bench(options()).await;
    let code = code(&bench, "u-3").await;
    let (status, granted) = token(&bench, &redeeming(&code, VERIFIER)).await;
    assert_eq!(status, 200, "{granted}");
    let access = granted["access_token"].as_str().unwrap();
    let me = bench.get_json("/api/v2/users/me", access).await;
    assert_eq!(me["id"], "u-3");
    let info = bench.get_json("/api/v2/tokens/me", access).await;
    assert_eq!(info["OAuthClient"]["authorizedGrantType"], "CODE");
    // It is a token of the direct API as well, which knows no people.
    bench
        .get_json("/api/v2/telephony/providers/carriers", access)
        .await;
    let (status, again) = token(&bench, &redeeming(&code, VERIFIER)).await;
    assert_eq!((status, &again["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_is_good_only_for_whoever_began() {
    let bench = bench(options()).await;
    let stolen = code(&bench, "u-1").await;
    let other = "another-verifier-that-is-as-long-as-one-has-to-be";
    let (status, refused) = token(&bench, &redeeming(&stolen, other)).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_grant")));
    // The client that signs in by itself is another one.
    let form = redeeming(&stolen, VERIFIER);
    let refused = bench.sign_in(&form).await;
    assert_eq!(refused.status(), 401);
}

#[tokio::test]
async fn a_token_is_renewed_once_and_not_after_it_was_revoked() {
    let bench = bench(options()).await;
    let code = code(&bench, "u-2").await;
    let secret = ("client_secret", bench.org.client_secret().expose_secret());
    let [kind, brought, back, verifier] = redeeming(&code, VERIFIER);
    let form = [kind, brought, back, verifier, secret];
    let (_, first) = token(&bench, &form).await;
    let renew = async |granted: &Value| {
        let refresh = granted["refresh_token"].as_str().unwrap();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            secret,
        ];
        token(&bench, &form).await
    };
    let (status, second) = renew(&first).await;
    assert_eq!(status, 200);
    assert_eq!(renew(&first).await.0, 400);
    let access = second["access_token"].as_str().unwrap();
    assert_eq!(
        bench.get_json("/api/v2/users/me", access).await["id"],
        "u-2"
    );
    bench.delete("/api/v2/tokens/me", access).await;
    assert_eq!(renew(&second).await.0, 400);
}

#[tokio::test]
async fn a_client_without_a_secret_renews_nothing_and_a_wrong_secret_is_none() {
    let bench = bench(options()).await;
    let code_of = async || code(&bench, "u-2").await;
    let public = code_of().await;
    let (status, granted) = token(&bench, &redeeming(&public, VERIFIER)).await;
    assert_eq!((status, &granted["refresh_token"]), (200, &Value::Null));
    let form = [("grant_type", "refresh_token"), ("refresh_token", "any")];
    let (status, refused) = token(&bench, &form).await;
    assert_eq!(
        (status, &refused["error"]),
        (400, &json!("unauthorized_client"))
    );
    let code = code_of().await;
    let [kind, brought, back, verifier] = redeeming(&code, VERIFIER);
    let form = [kind, brought, back, verifier, ("client_secret", "wrong")];
    let (status, refused) = token(&bench, &form).await;
    assert_eq!((status, &refused["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn the_page_offers_people_and_shows_a_code_where_no_browser_comes_back() {
    let bench = bench(options()).await;
    let page = browse(&bench, &[]).await;
    assert_eq!(page.status(), 200);
    assert_eq!(
        page.headers()["content-security-policy"],
        "default-src 'none'"
    );
    let text = page.text().await.unwrap();
    assert_eq!(text.matches("<li>").count(), 12);
    assert!(text.contains("&amp;user=u-12\""), "{text}");

    let shown = [
        ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"),
        ("user", "u-5"),
    ];
    let text = browse(&bench, &shown).await.text().await.unwrap();
    let code = text
        .split("code: <code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(token(&bench, &form).await.0, 200);
}

#[tokio::test]
async fn browsers_are_sent_to_loopback_only_and_told_what_is_wrong() {
    let bench = bench(options()).await;
    for bad in [
        "https://evil.example/",
        "http://evil.example/",
        "http://127.0.0.1.evil.example/",
        "",
    ] {
        let refused = browse(&bench, &[("redirect_uri", bad), ("user", "u-1")]).await;
        assert_eq!(refused.status(), 400, "{bad}");
    }
    let stranger = browse(&bench, &[("client_id", "someone"), ("user", "u-1")]).await;
    assert_eq!(stranger.status(), 400);
    for (change, error) in [
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("user", "u-99"), "access_denied"),
    ] {
        let told = browse(&bench, &[change]).await;
        assert_eq!(told.status(), 302, "{change:?}");
        assert_eq!(carried(&told, "error").unwrap(), error);
        assert_eq!(carried(&told, "state").unwrap(), "s t");
    }
}
