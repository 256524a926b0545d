//! Which forms there are. A new form is a file in `form/` and a line here.

use crate::config::Profile;
use crate::form::{Form, Opening, provision, route};
use crate::store::Store;

/// Makes the form that is asked for, with what its rules must know of the profile and of the store.
pub(super) fn make(opening: Opening, profile: &Profile, store: &Store) -> Result<Form, String> {
    match opening.form.as_str() {
        "provision" => Ok(provision::open(profile, opening.body)),
        "route" => route::open(opening, store),
        other => Err(format!(
            "there is no form {other:?}: it was kept by another version of the console"
        )),
    }
}
