//! Reads the interactions for whoever looks at them.

use crate::app::event::Done;
use crate::app::transfers::{ListedInteractions, Unlisted};
use crate::cloud::{Client, Urgency};
use crate::text::Text;

/// Reads the list once.
pub(super) async fn read(client: &Client) -> Done {
    let read = client.interactions(Urgency::Reread).await;
    let listed: ListedInteractions = read.map_err(|error| {
        let never = matches!(error.status(), Some(404 | 405));
        let why = if never {
            "This organisation does not list its interactions. Transfer one by its id: n opens the form.".to_owned()
        } else {
            error.to_string()
        };
        Unlisted {
            never,
            why: Text::from(why),
        }
    });
    Done::Interactions(Box::new(listed))
}
