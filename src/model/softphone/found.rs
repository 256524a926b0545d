//! Phones and stations as they are found, and what can be done with them.

use crate::model::write::{Method, Write, WriteKind};
use crate::model::{DeviceId, EdgeId, UserId};
use crate::text::Text;

/// A phone of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Its id.
    pub id: DeviceId,
    /// As people know it.
    pub name: Text,
    /// Whose WebRTC phone it is.
    pub user: Option<UserId>,
    /// Its record's state: `active`, `inactive`, `deleted`. It says nothing of how the phone does.
    pub state: Option<Text>,
    /// Its lines' ids; a station belongs to one of them.
    pub lines: Vec<Text>,
}

/// Where somebody takes calls: what a phone becomes once its edge knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its id.
    pub id: Text,
    /// As people know it.
    pub name: Text,
    /// Whether somebody sits there: `ASSOCIATED`, `AVAILABLE`.
    pub status: Option<Text>,
    /// Who sits there.
    pub user: Option<UserId>,
    /// Whose WebRTC phone it belongs to.
    pub owner: Option<UserId>,
    /// The line that it belongs to.
    pub line: Option<Text>,
    /// Whether its browser keeps a connection between calls, where the organisation says.
    pub persistent: Option<bool>,
    /// Whether its media always go by a TURN server, where the organisation says.
    pub force_turn: Option<bool>,
    /// Whether its media need a helper beside the browser, where the organisation says.
    pub media_helper: Option<bool>,
}

impl Station {
    /// Whether somebody sits there, whoever it is.
    #[must_use]
    pub fn taken(&self) -> bool {
        let associated = |status: &Text| status.raw() == "ASSOCIATED";
        self.user.is_some() || self.status.as_ref().is_some_and(associated)
    }

    /// Whether that user sits there.
    #[must_use]
    pub fn seats(&self, user: &UserId) -> bool {
        self.user.as_ref() == Some(user)
    }

    /// Whether it is of one of these lines.
    #[must_use]
    pub fn of(&self, lines: &[Text]) -> bool {
        self.line.as_ref().is_some_and(|line| lines.contains(line))
    }
}

/// A phone with its stations, as one look found them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The phone.
    pub phone: Phone,
    /// The stations of its lines.
    pub stations: Vec<Station>,
}

/// Where a user sits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seats {
    /// The station that they are at.
    pub associated: Option<Text>,
    /// The station that is theirs by default.
    pub default: Option<Text>,
}

/// The write that starts a phone anew. Calls on it end.
#[must_use]
pub fn reboot(phone: &DeviceId, name: &Text) -> Write {
    let path = [
        "api",
        "v2",
        "telephony",
        "providers",
        "edges",
        "phones",
        phone.raw(),
        "reboot",
    ];
    Write::bare(
        WriteKind::PhoneReboot,
        Method::Post,
        &path,
        name.to_string(),
    )
}

/// The write that starts an edge anew (`POST …/edges/{edgeId}/reboot`). Everything that goes over it ends.
#[must_use]
pub fn reboot_edge(edge: &EdgeId, name: &Text) -> Write {
    let path = [
        "api",
        "v2",
        "telephony",
        "providers",
        "edges",
        edge.raw(),
        "reboot",
    ];
    Write::bare(WriteKind::EdgeReboot, Method::Post, &path, name.to_string())
}

/// The write that seats a user at a station.
#[must_use]
pub fn associate(user: &UserId, station: &Text) -> Write {
    seat(
        WriteKind::StationAssociate,
        user,
        "associatedstation",
        station,
    )
}

/// The write that makes a station the user's own by default.
#[must_use]
pub fn make_default(user: &UserId, station: &Text) -> Write {
    seat(WriteKind::StationDefault, user, "defaultstation", station)
}

fn seat(kind: WriteKind, user: &UserId, seat: &str, station: &Text) -> Write {
    let path = [
        "api",
        "v2",
        "users",
        user.raw(),
        "station",
        seat,
        station.raw(),
    ];
    let mut write = Write::bare(kind, Method::Put, &path, station.to_string());
    write.note.insert("user", user.raw().into());
    write
}

/// The write that frees a station, whoever sits there.
#[must_use]
pub fn free(station: &Text) -> Write {
    let path = ["api", "v2", "stations", station.raw(), "associateduser"];
    let kind = WriteKind::StationFree;
    Write::bare(kind, Method::Delete, &path, station.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deed_is_the_request_of_the_reference() {
        let user = UserId::from("u-1");
        let station = Text::from("st-1");
        let writes = [
            reboot(&"p-1".into(), &"Ana".into()),
            associate(&user, &station),
            make_default(&user, &station),
            free(&station),
        ];
        let told = writes.map(|write| (write.method.word(), write.path.join("/"), write.body));
        assert_eq!(
            told,
            [
                (
                    "POST",
                    "api/v2/telephony/providers/edges/phones/p-1/reboot".to_owned(),
                    None
                ),
                (
                    "PUT",
                    "api/v2/users/u-1/station/associatedstation/st-1".to_owned(),
                    None
                ),
                (
                    "PUT",
                    "api/v2/users/u-1/station/defaultstation/st-1".to_owned(),
                    None
                ),
                (
                    "DELETE",
                    "api/v2/stations/st-1/associateduser".to_owned(),
                    None
                ),
            ]
        );
    }
}
