//! A route by keyboard that is refused, and repaired.

use crate::crew::{Crew, options};

/// Presses keys; gives how many. Text that is typed is not counted.
async fn keys(crew: &mut Crew, keys: &[&str]) -> usize {
    crew.press(keys).await;
    keys.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_route_is_repaired_four_keys_after_the_refusal() {
    let mut crew = Crew::start(options(1)).await;
    crew.until_live().await;
    crew.command("routes").await;
    crew.until("the routes", |app| app.store.routes.iter().count() > 0)
        .await;
    let [expired, healthy] = ["expired", "healthy"].map(|name| crew.destination(name));
    crew.press(&["n"]).await;
    crew.type_in("Night feed").await;
    crew.press(&["Tab", "Tab"]).await;
    crew.type_in(&expired).await;
    crew.press(&["Tab", "Tab", "Tab", "Tab", "Tab"]).await;
    crew.type_in("routing.queue.entered").await;
    crew.press(&["Tab", "Ctrl-s"]).await;
    crew.until_shown("POST https://").await;
    crew.press(&["Enter"]).await;
    crew.until_shown("refused: ").await;

    // The form is there as it was sent, at the field that was refused.
    let mut pressed = keys(&mut crew, &["e"]).await;
    pressed += keys(&mut crew, &["Ctrl-u"]).await;
    crew.type_in(&healthy).await;
    pressed += keys(&mut crew, &["Ctrl-s"]).await;
    crew.until_shown("POST https://").await;
    pressed += keys(&mut crew, &["Enter"]).await;
    crew.until_shown("done: ").await;
    assert_eq!(pressed, 4);
    crew.press(&["Esc"]).await;
    crew.until_shown("Night feed").await;
}
