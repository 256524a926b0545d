//! Which forms there are. A new form is a file in `form/` and a line here.

use crate::config::Profile;
use crate::form::callback::{self, Known};
use crate::form::{Form, Opening, provision, route, softphone, station, transfer, webhook};
use crate::model::CallbackId;
use crate::model::ids::Ids;
use crate::store::Store;
use crate::store::callbacks::CallbackRow;
use crate::time::Millis;

/// Makes the form that is asked for, with what its rules must know of the profile and of the store.
pub(super) fn make(
    opening: Opening,
    profile: &Profile,
    store: &Store,
    ids: &mut Ids,
    now: Millis,
) -> Result<Form, String> {
    let can = profile.api.capabilities();
    match opening.form.as_str() {
        "provision" if !can.endpoint_jobs => Ok(softphone::open(store, opening)),
        "provision" => Ok(provision::open(profile, store, opening.body)),
        "station" => {
            let phone = opening.about.first().map_or("", String::as_str);
            let survey = store.survey.as_ref();
            let survey = survey.filter(|survey| survey.phone.id.raw() == phone);
            let survey = survey.ok_or("the phone has to be read again: open this from its row")?;
            station::open(survey, opening.body)
        }
        "route" => route::open(opening, store),
        "consult" if profile.api.capabilities().consult => {
            Ok(transfer::consult::open(opening, profile, store))
        }
        "route-eventbridge" => route::eventbridge::open(opening, store),
        "route-trigger" => route::trigger::open(opening, store),
        "webhook" if can.job_webhooks || can.callback_webhooks => {
            Ok(webhook::open(profile, store, opening.body))
        }
        "transfer" | "transfers" => Ok(transfer::open(opening, profile, store, ids, now)),
        "callback" => {
            let known = Known::of(store, can, now);
            Ok(callback::direct::book::open(
                known,
                opening.about,
                opening.body,
                ids,
            ))
        }
        "callback-appoint" => {
            let known = Known::of(store, can, now);
            Ok(callback::platform::book::open(
                known,
                opening.about,
                opening.body,
                ids,
            ))
        }
        "callback-move" => {
            let row = callback_row(&opening, store)?;
            Ok(callback::direct::reschedule::open(
                Known::of(store, can, now),
                row,
                opening.body,
            ))
        }
        "callback-retime" => {
            let row = callback_row(&opening, store)?;
            Ok(callback::platform::reschedule::open(
                Known::of(store, can, now),
                row,
                opening.body,
            ))
        }
        other => Err(format!(
            "there is no form {other:?}: it was kept by another version of the console"
        )),
    }
}

fn callback_row<'a>(opening: &Opening, store: &'a Store) -> Result<&'a CallbackRow, String> {
    let id = opening.about.first().map_or("", String::as_str);
    let row = store.callbacks.get(&CallbackId::from(id));
    row.ok_or_else(|| "the callback that was to be moved is gone".to_owned())
}
