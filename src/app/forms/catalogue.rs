//! Which forms there are. A new form is a file in `form/` and a line here.

use crate::config::Profile;
use crate::form::callback::{self, Known};
use crate::form::{Form, Opening, provision, route, softphone, station, transfer};
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
        "provision" if profile.api.capabilities().softphones => {
            Ok(softphone::open(store, opening.body))
        }
        "provision" => Ok(provision::open(profile, opening.body)),
        "station" => {
            let phone = opening.about.first().map_or("", String::as_str);
            let survey = store.survey.as_ref();
            let survey = survey.filter(|survey| survey.phone.id.raw() == phone);
            let survey = survey.ok_or("the phone has to be read again: open this from its row")?;
            station::open(survey, opening.body)
        }
        "route" => route::open(opening, store),
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
