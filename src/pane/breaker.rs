//! A kind of write that is left alone after failures in a row (contract §2): whoever is about to make one sees until when.

use super::Scene;
use crate::model::write::WriteKind;
use crate::ui::bar::Bar;
use crate::vocabulary::role::Role;

/// Says it in a line of figures, for the writes that begin there.
pub(super) fn left_alone(bar: &mut Bar, scene: &Scene<'_>, kinds: &[WriteKind]) {
    if let Some(until) = scene.store.flows.left_alone(kinds, scene.now) {
        let text = format!("left alone to {}", until.clock(scene.zone, scene.now));
        bar.left(0, scene.theme.style(Role::Bad), text);
    }
}
