//! A person signs in at the console: by what is pasted, and nothing of it is left anywhere.

use trunkline::model::person::Person;

use super::crew::Crew;
use crate::common::ground::quiet;

/// A code that the organisation does not know; it is a secret all the same.
const CODE: &str = "canary-code";

#[tokio::test]
async fn a_pasted_code_is_masked_handed_in_and_kept_nowhere() {
    let options = quiet(2, "platform");
    let mut crew = Crew::start(options).await;
    crew.until("somebody to sign in", |app| *app.person() == Person::Nobody)
        .await;
    crew.command("login").await;
    crew.until_shown("code_challenge_method=S256").await;
    crew.type_in("two words").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("that is no code").await;
    crew.type_in(CODE).await;
    let typed = crew.screen();
    assert!(
        typed.contains("11 characters") && !typed.contains("canary"),
        "{typed}"
    );
    crew.press(&["Enter"]).await;
    crew.until_shown("Signing in failed").await;
    let told = crew.screen();
    assert!(
        !told.contains("canary") && !told.contains("code_challenge"),
        "{told}"
    );
    assert_eq!(*crew.app().person(), Person::Nobody);
    for file in crew.files() {
        assert!(!file.windows(6).any(|bytes| bytes == b"canary"));
    }
}

#[tokio::test]
async fn the_budget_tells_who_spends_it() {
    let options = quiet(2, "direct");
    let mut crew = Crew::start(options).await;
    crew.until_live().await;
    crew.command("budget").await;
    crew.until_shown("spent on").await;
    let shown = crew.screen();
    for line in ["sign-in", "registrations", "of 300", "refused (429)"] {
        assert!(shown.contains(line), "{shown}");
    }
    // It is read anew by itself while it is open, and not once it is closed.
    let budget = |screen: &str| {
        screen
            .lines()
            .find(|line| line.contains("budget at"))
            .map(str::to_owned)
    };
    let opened = budget(&shown);
    while budget(&crew.screen()) == opened {
        crew.turn().await;
    }
    let later = crew.screen();
    assert!(later.contains("spent on"), "{later}");
    crew.press(&["Esc"]).await;
    crew.command("messages").await;
    crew.until_shown("messages").await;
    assert!(!crew.screen().contains("spent on"));
}
