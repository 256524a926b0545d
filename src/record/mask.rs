//! What a masked record keeps of callers: that there was one, and not who.

use crate::model::callback::Callback;
use crate::model::interaction::Interaction;
use crate::store::Store;
use crate::text::Text;
use crate::vocabulary::news::{CallbackNews, News};

use super::told::Told;

/// Masks callers in what was told.
pub(super) fn told(told: &mut Told) {
    match told {
        Told::News(news) => mask(news),
        Told::Interactions { interactions, .. } => interactions.iter_mut().for_each(interaction),
        Told::Known { at, still, .. } => match std::mem::take(&mut **still).store(*at) {
            Some(mut store) => {
                everything(&mut store);
                **still = store.still(*at).owned();
            }
            None => *told = Told::Hole,
        },
        Told::Alerts(_)
        | Told::AlertsSince(_)
        | Told::Wrote(_)
        | Told::Hole
        | Told::Latency(_)
        | Told::Packed { .. } => {}
    }
}

/// Masks callers in everything known.
pub(super) fn everything(store: &mut Store) {
    store.callbacks.each_mut().for_each(callback);
    store.transfers.each_mut().for_each(interaction);
}

/// Masks the numbers of callers, and leaves out their names and what they called about.
pub(super) fn mask(news: &mut News) {
    match news {
        News::Interaction(one) => interaction(one),
        News::Callbacks(told) => match told.as_mut() {
            CallbackNews::Updates(updates) => {
                for update in updates {
                    callback(&mut update.callback);
                }
            }
            CallbackNews::Heard(list)
            | CallbackNews::Completed(list)
            | CallbackNews::Listed {
                callbacks: list, ..
            } => list.iter_mut().for_each(callback),
            _ => {}
        },
        _ => {}
    }
}

fn callback(one: &mut Callback) {
    one.number = one.number.masked();
    (one.caller, one.reason) = (None, None);
}

pub(super) fn interaction(one: &mut Interaction) {
    for who in &mut one.participants {
        // Somebody of the organisation has an id of it.
        if who.user.is_empty() && who.queue.is_empty() {
            (who.name, who.address) = (Text::default(), Text::default());
        }
    }
}
