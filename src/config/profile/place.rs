//! Where an organisation is: named by its region, or by its addresses.

use toml::Value;
use url::Url;

use super::{Api, Draft, Profile};
use crate::config::endpoint;
use crate::config::origin::Origin;
use crate::config::reader::Notes;
use crate::model::region::Region;

/// The addresses that follow from what a profile says.
pub(super) struct Addresses {
    pub(super) base_url: Url,
    pub(super) login_url: Option<Url>,
}

/// A word for a region, or a message that lists what there is.
pub(super) fn region(word: &str) -> Result<Region, String> {
    Region::named(word).ok_or_else(|| {
        let names = Region::ALL.iter().map(|region| region.aws);
        let hint = crate::config::near::hint(word, names.clone());
        let listed: Vec<_> = names.collect();
        format!(
            "{word:?} is no region: {}, or its domain, as mypurecloud.com{hint}",
            listed.join(", ")
        )
    })
}

/// The address of a status page. It is asked without a token, and still only over https: what it says is to be the vendor's word.
pub(super) fn status_page(text: &str) -> Result<Url, String> {
    let url = endpoint::address(text, "what is asked")?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            "a status page has no query (?) and no fragment (#): leave them out".to_owned(),
        );
    }
    Ok(url)
}

impl Profile {
    /// Where it is, for `config show`. What follows from the region is not shown beside it, so that what is shown can be
    /// pasted.
    pub(in crate::config) fn place_shown(&self) -> Vec<(&'static str, Value)> {
        let mut shown = Vec::new();
        if let Some(region) = self.region {
            shown.push(("region", region.aws.into()));
        } else {
            shown.push(("base_url", self.base_url.as_str().into()));
            let login = self.login_url.as_ref();
            shown.extend(login.map(|url| ("login_url", url.as_str().into())));
        }
        let status = self.status_url.as_ref();
        shown.extend(status.map(|url| ("status_url", url.as_str().into())));
        shown
    }
}

impl Draft {
    /// Notes what the API of the profile has no use for, what contradicts itself and what is missing.
    pub(super) fn check_place(&self, origin: &Origin, section: &str, notes: &mut Notes<'_>) {
        let mut fault = |key: &str, message: &str| {
            let key = format!("{section}.{key}");
            if !notes.has_fault(&key) {
                let at = match notes.origin(&key) {
                    Origin::Default => origin.clone(),
                    set => set,
                };
                notes.fault(at, &key, message);
            }
        };
        if self.api.unwrap_or_default() == Api::Direct {
            if self.region.is_some() {
                fault(
                    "region",
                    "only organisations on the Platform API are found by their region: write api = \"platform\", or base_url in its place",
                );
            }
            if self.person.is_some() {
                fault(
                    "person",
                    "only the Platform API tells people from clients: write api = \"platform\", or take the section out",
                );
            }
        }
        match (self.region, &self.base_url, &self.login_url) {
            (Some(_), Some(_), _) => fault(
                "base_url",
                "the region says where the API is: keep region or base_url",
            ),
            (Some(_), None, Some(_)) => fault(
                "login_url",
                "the region says where tokens come from: keep region, or write base_url and login_url",
            ),
            (None, None, _) => fault(
                "base_url",
                "missing: every profile says where its organisation is, for example base_url = \"https://api.mypurecloud.com\"; on the Platform API also region = \"eu-central-1\"",
            ),
            _ => {}
        }
    }

    /// The addresses in force. On the Platform API the login host follows from the API's, where that is a region's.
    pub(super) fn place(&self) -> Option<Addresses> {
        let url = |text: String| Url::parse(&text).ok();
        if let Some(region) = self.region {
            return Some(Addresses {
                base_url: url(region.api())?,
                login_url: url(region.login()),
            });
        }
        let base_url = self.base_url.clone()?;
        let derived = || {
            let platform = self.api == Some(Api::Platform);
            let host = base_url.host_str().filter(|_| platform)?;
            url(Region::of_api_host(host)?.login())
        };
        let login_url = self.login_url.clone().or_else(derived);
        Some(Addresses {
            base_url,
            login_url,
        })
    }
}
