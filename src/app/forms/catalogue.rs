//! Which forms there are. A new form is a file in `form/` and a line here.

use crate::config::Profile;
use crate::form::callback::{self, Known};
use crate::form::{Form, Opening, provision, route, transfer};
use crate::model::CallbackId;
use crate::store::Store;
use crate::time::Millis;

/// Makes the form that is asked for, with what its rules must know of the profile and of the store.
pub(super) fn make(
    opening: Opening,
    profile: &Profile,
    store: &Store,
    now: Millis,
) -> Result<Form, String> {
    match opening.form.as_str() {
        "provision" => Ok(provision::open(profile, opening.body)),
        "route" => route::open(opening, store),
        "route-eventbridge" => route::eventbridge::open(opening, store),
        "route-trigger" => route::trigger::open(opening, store),
        "transfer" | "transfers" => Ok(transfer::open(opening, profile, store, now)),
        "callback" => {
            let known = Known::of(store, now);
            Ok(callback::open(known, opening.about, opening.body))
        }
        "callback-move" => {
            let id = opening.about.first().map_or("", String::as_str);
            let row = store.callbacks.get(&CallbackId::from(id));
            let row = row.ok_or("the callback that was to be moved is gone")?;
            let known = Known::of(store, now);
            Ok(callback::open_moved(known, row, opening.body))
        }
        other => Err(format!(
            "there is no form {other:?}: it was kept by another version of the console"
        )),
    }
}
