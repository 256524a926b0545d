//! Sites: where phones are lost, and where nobody knows.

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Related, places};
use super::registrations::summary;
use super::{Abroad, Desk, Scene};
use crate::kind::sites::Sites;
use crate::model::api::Capabilities;
use crate::model::registration::State;
use crate::store::Store;
use crate::store::sites::Site;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::role::Role;

/// Sites with a device.
pub type SitesPane = ListPane<Sites>;

/// Devices that have no site: whatever a site is called, there is something in its name.
const NOWHERE: &str = "!site:/./";

impl Listing for Sites {
    type Kind = Self;
    type Source = Arranged<Self>;

    // A site is read again where its people are: all of one at a key would take the budget of minutes.
    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Related,
        Action::Filter,
        Action::Sort,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[("site", "the site")];

    fn tab(&self, store: &Store) -> Tab {
        Tab {
            title: "Sites",
            short: "Site",
            count: Some(store.registrations.sites().count()),
            // What is lost stands at the registrations already; a folded row of tabs would count it twice.
            trouble: 0,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let sites = || scene.store.registrations.sites();
        let lossy = sites().filter(|site| site.of(State::Lost) > 0).count();
        let text = format!(" sites {}", sites().count());
        bar.left(0, scene.theme.style(Role::Text), text);
        let role = if lossy > 0 { Role::Bad } else { Role::Dim };
        let text = format!("with a loss {lossy}");
        bar.left(0, scene.theme.style(role), text);
        if let Some(progress) = scene.reading.progress {
            summary::reads(bar, scene, progress);
        }
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let status = &scene.reading.status;
        match scene.trouble {
            Some(trouble) => vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()],
            None if status.enumerated && status.read >= status.users => {
                vec!["Nobody has a device, so that nothing is at any site.".to_owned()]
            }
            None => vec!["Signing in and reading the first registrations …".to_owned()],
        }
    }

    fn abroad(&self, _: &Site<'_>, can: &Capabilities) -> Vec<Abroad> {
        let page = can
            .trunks
            .then(|| Abroad::Page("admin/telephony/sites".to_owned()));
        page.into_iter().collect()
    }

    fn copy(&self, site: &Site<'_>, what: &str) -> Option<(&'static str, String)> {
        let name = site.name.filter(|_| what == "site");
        name.map(|name| ("site", name.raw().to_owned()))
    }

    fn related(&self, site: &Site<'_>, desk: &Desk<'_>) -> Vec<Related> {
        let Some(name) = site.name else {
            // An alert of no site is one of many sites, or of a carrier.
            return vec![Related {
                pane: "Registrations",
                filter: NOWHERE.to_owned(),
                note: "of no known site".to_owned(),
            }];
        };
        let mut related = ["Registrations", "Alerts", "Users"]
            .map(|pane| Related::new(pane, "site", name.raw()))
            .to_vec();
        related.extend(places::related(Some(name), &[], desk));
        related
    }
}
