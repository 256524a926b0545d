//! What provisioning looks at: sites, phone bases, phones and stations.

use serde::Deserialize;

use super::Platform;
use super::estate::{EDGES, Reference, TELEPHONY, refer, text, told};
use super::pages::{List, Whole};
use crate::cloud::entities::one;
use crate::cloud::entities::{id, lenient};
use crate::cloud::{Error, Urgency};
use crate::model::softphone::found::{Phone, Seats, Station};
use crate::model::softphone::{META_BASE, Named, PhoneBase, Premises};
use crate::model::{DeviceId, UserId};
use crate::text::Text;

/// Stations, and the list of sites, ask for no permission.
const FREELY: &[&str] = &[];

/// Where somebody else sits.
const SEATS: &[&str] = &["telephony:otherStationAssociation:view"];

impl Platform<'_> {
    /// Reads the sites and the phone bases of WebRTC phones.
    pub async fn premises(self, urgency: Urgency) -> Result<Premises, Error> {
        let sites = List {
            path: &[&EDGES[..], &["sites"]].concat(),
            query: &[],
            permissions: FREELY,
        };
        let sites: Whole<Named> = self.all(sites, urgency, named).await?;
        let bases = List {
            path: &[&EDGES[..], &["phonebasesettings"]].concat(),
            query: &[("expand", "lines")],
            permissions: TELEPHONY,
        };
        let bases = self.all(bases, urgency, web_rtc).await?;
        Ok(Premises {
            sites: sites.entries,
            bases: bases.filter_map(|base| base).entries,
        })
    }

    /// Reads one phone base; none when it is not one of WebRTC phones.
    pub async fn phone_base(
        self,
        base: &str,
        urgency: Urgency,
    ) -> Result<Option<PhoneBase>, Error> {
        let path = [&EDGES[..], &["phonebasesettings", base]].concat();
        self.object(&path, TELEPHONY, urgency, web_rtc).await
    }

    /// Reads the phones that belong to a user.
    pub async fn softphones_of(self, user: &UserId, urgency: Urgency) -> Result<Vec<Phone>, Error> {
        self.softphones(("webRtcUser.id", user.raw()), urgency)
            .await
    }

    /// Reads the phones of that very name. The organisation takes `*` for anything, so what it finds is looked through.
    pub async fn softphones_named(self, name: &str, urgency: Urgency) -> Result<Vec<Phone>, Error> {
        let mut found = self.softphones(("name", name), urgency).await?;
        found.retain(|phone| phone.name.raw() == name);
        Ok(found)
    }

    async fn softphones(self, filter: (&str, &str), urgency: Urgency) -> Result<Vec<Phone>, Error> {
        let list = List {
            path: &[&EDGES[..], &["phones"]].concat(),
            query: &[filter, ("expand", "lines"), ("fields", "webRtcUser")],
            permissions: TELEPHONY,
        };
        self.all(list, urgency, phone).await?.entire()
    }

    /// Reads one phone.
    pub async fn softphone(self, phone_id: &DeviceId, urgency: Urgency) -> Result<Phone, Error> {
        let path = [&EDGES[..], &["phones", phone_id.raw()]].concat();
        self.object(&path, TELEPHONY, urgency, phone).await
    }

    /// Reads the stations of a user's own WebRTC phones.
    pub async fn stations_of(self, user: &UserId, urgency: Urgency) -> Result<Vec<Station>, Error> {
        self.stations(("webRtcUserId", user.raw()), urgency).await
    }

    /// Reads the station of a phone's line.
    pub async fn stations_of_line(
        self,
        line: &Text,
        urgency: Urgency,
    ) -> Result<Vec<Station>, Error> {
        self.stations(("lineAppearanceId", line.raw()), urgency)
            .await
    }

    async fn stations(self, filter: (&str, &str), urgency: Urgency) -> Result<Vec<Station>, Error> {
        let list = List {
            path: &["stations"],
            query: &[filter],
            permissions: FREELY,
        };
        self.all(list, urgency, station).await?.entire()
    }

    /// Reads one station.
    pub async fn station(self, station_id: &Text, urgency: Urgency) -> Result<Station, Error> {
        let path = ["stations", station_id.raw()];
        self.object(&path, FREELY, urgency, station).await
    }

    /// Reads where a user sits, and where by default.
    pub async fn seats(self, user: &UserId, urgency: Urgency) -> Result<Seats, Error> {
        let path = ["users", user.raw(), "station"];
        self.object(&path, SEATS, urgency, |entity| Ok(seats(entity)))
            .await
    }

    async fn object<E: for<'a> Deserialize<'a>, T>(
        self,
        path: &[&str],
        permissions: &'static [&'static str],
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<T, Error> {
        let call = self.call("GET", path, &[], permissions)?;
        let body = self.ask(&call, urgency).await?;
        let read = one(&body).and_then(make);
        read.map_err(|reason| Error::answer(&call, reason))
    }
}

/// Reads the phone that a write was answered with.
pub fn made(body: &[u8]) -> Result<Phone, String> {
    one(body).and_then(phone)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SiteEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BaseEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    phone_meta_base: Option<Reference>,
    lines: Option<Vec<Reference>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    web_rtc_user: Option<Reference>,
    lines: Option<Vec<Reference>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StationEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    user_id: Option<String>,
    web_rtc_user_id: Option<String>,
    line_appearance_id: Option<String>,
    web_rtc_persistent_enabled: Option<bool>,
    web_rtc_force_turn: Option<bool>,
    web_rtc_require_media_helper: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeatsEntity {
    associated_station: Option<Reference>,
    default_station: Option<Reference>,
}

fn named(entity: SiteEntity) -> Result<Named, String> {
    Ok(Named {
        id: id(entity.id, "id")?,
        name: text(entity.name),
    })
}

/// A phone base of WebRTC phones; none for another.
fn web_rtc(entity: BaseEntity) -> Result<Option<PhoneBase>, String> {
    let meta = entity.phone_meta_base.and_then(|meta| meta.id);
    if meta.as_deref() != Some(META_BASE) {
        return Ok(None);
    }
    Ok(Some(PhoneBase {
        id: id(entity.id, "id")?,
        name: text(entity.name),
        lines: ids(entity.lines),
    }))
}

fn phone(entity: PhoneEntity) -> Result<Phone, String> {
    Ok(Phone {
        id: DeviceId(id(entity.id, "id")?),
        name: text(entity.name),
        user: refer(entity.web_rtc_user).0.map(UserId),
        state: told(entity.state),
        lines: ids(entity.lines),
    })
}

fn ids(references: Option<Vec<Reference>>) -> Vec<Text> {
    let references = references.unwrap_or_default().into_iter();
    references
        .filter_map(|reference| refer(Some(reference)).0)
        .collect()
}

fn station(entity: StationEntity) -> Result<Station, String> {
    Ok(Station {
        id: id(entity.id, "id")?,
        name: text(entity.name),
        status: told(entity.status),
        user: told(entity.user_id).map(UserId),
        owner: told(entity.web_rtc_user_id).map(UserId),
        line: told(entity.line_appearance_id),
        persistent: entity.web_rtc_persistent_enabled,
        force_turn: entity.web_rtc_force_turn,
        media_helper: entity.web_rtc_require_media_helper,
    })
}

fn seats(entity: SeatsEntity) -> Seats {
    Seats {
        associated: refer(entity.associated_station).0,
        default: refer(entity.default_station).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<E: for<'a> Deserialize<'a>, T>(
        body: &str,
        make: fn(E) -> Result<T, String>,
    ) -> Result<T, String> {
        one(body.as_bytes()).and_then(make)
    }

    #[test]
    fn only_bases_of_web_rtc_phones_are_offered() {
        let base = |meta: &str| {
            let body = format!(
                r#"{{"id":"b","name":"n","phoneMetaBase":{{"id":"{meta}"}},"lines":[{{"id":"l-1"}},{{"id":""}},{{}}]}}"#
            );
            read(&body, web_rtc).unwrap()
        };
        assert_eq!(
            base("inin_webrtc_softphone.json").unwrap().lines,
            ["l-1".into()]
        );
        assert_eq!(base("polycom_vvx400.json"), None);
        assert_eq!(read(r#"{"id":"b"}"#, web_rtc), Ok(None));
    }

    #[test]
    fn a_phone_is_read_with_its_lines_and_its_state() {
        let phone = made(
            br#"{"id":"p","name":"Ana","state":"deleted","webRtcUser":{"id":"u"},"lines":[{"id":"l","name":"Ana"}],"new":1}"#,
        )
        .unwrap();
        assert_eq!(
            (phone.user, phone.state),
            (Some("u".into()), Some("deleted".into()))
        );
        assert_eq!(phone.lines, ["l".into()]);
        assert!(made(b"{}").is_err() && made(b"").is_err());
    }

    #[test]
    fn a_station_says_who_sits_there() {
        let station = |body: &str| read(body, station).unwrap();
        let free = station(r#"{"id":"s","status":"AVAILABLE","webRtcUserId":"u","userId":""}"#);
        assert!(!free.taken() && free.owner == Some("u".into()));
        let taken = station(r#"{"id":"s","userId":"v","lineAppearanceId":"l"}"#);
        assert!(taken.taken() && taken.seats(&"v".into()) && !taken.seats(&"u".into()));
        assert!(taken.of(&["l".into()]) && !taken.of(&[]));
        assert!(station(r#"{"id":"s","status":"ASSOCIATED"}"#).taken());
        let none = read("{}", |entity| Ok(seats(entity))).unwrap();
        assert_eq!(none, Seats::default());
    }
}
