//! The reads: who there is, how their devices are (contract §3), and how the carriers are (§4).

use hyper::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::carriers;
use super::reply::{self, Refusal, Reply};
use super::shared::Shared;
use super::state::{Device, user_id};

const DEFAULT_PAGE: usize = 25;
const LARGEST_PAGE: usize = 500;

#[derive(Serialize)]
struct User {
    id: String,
    name: String,
    email: String,
    /// Beyond the contract; clients that do not know it ignore it.
    site: &'static str,
}

/// `GET /api/v2/users`: one page, an empty one past the end.
pub(super) fn users(shared: &Shared, query: &str) -> Result<Reply, Refusal> {
    let page = Page::parse(query)?;
    let world = shared.world();
    let total = world.people.len();
    let start = (page.number - 1).saturating_mul(page.size);
    let people = world.people.iter().enumerate().skip(start).take(page.size);
    let entities: Vec<User> = people
        .map(|(index, person)| {
            let id = user_id(index);
            User {
                email: format!("{id}@org.example"),
                id: id.into(),
                name: person.name(),
                site: person.site(),
            }
        })
        .collect();
    drop(world);
    let body = json!({
        "entities": entities, "pageSize": page.size, "pageNumber": page.number,
        "total": total, "pageCount": total.div_ceil(page.size),
    });
    Ok(reply::json(StatusCode::OK, &body))
}

/// `GET /api/v2/telephony/users/{id}/registrations`: every device of a user.
pub(super) fn registrations(shared: &Shared, id: &str) -> Result<Reply, Refusal> {
    let world = shared.world();
    let person = world
        .find(id)
        .and_then(|index| world.people.get(index))
        .ok_or_else(|| no_user(id))?;
    let entities: Vec<_> = person
        .devices
        .iter()
        .map(|device| {
            json!({
                "userId": id, "device": {"id": device.id},
                "registered": device.registered, "activeCodecs": active_codecs(device),
            })
        })
        .collect();
    drop(world);
    Ok(reply::json(StatusCode::OK, &json!({"entities": entities})))
}

/// `GET /api/v2/telephony/providers/carriers`: all of them.
pub(super) fn carriers(shared: &Shared) -> Reply {
    let world = shared.world();
    let entities = carriers::entities(&world.carriers, &world.people);
    drop(world);
    reply::json(StatusCode::OK, &json!({"entities": entities}))
}

pub(super) fn no_user(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no user {id:?}"))
}

/// The one in use first, then what every endpoint falls back to.
fn active_codecs(device: &Device) -> Vec<&str> {
    const FALLBACK: &str = "PCMU";
    let mut codecs = vec![device.codec.as_str()];
    if device.codec != FALLBACK {
        codecs.push(FALLBACK);
    }
    codecs
}

#[derive(Debug, PartialEq, Eq)]
struct Page {
    number: usize,
    size: usize,
}

impl Page {
    fn parse(query: &str) -> Result<Self, Refusal> {
        let mut page = Self {
            number: 1,
            size: DEFAULT_PAGE,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = value.parse::<usize>().ok().filter(|number| *number > 0);
            match (name.as_ref(), number) {
                ("pageSize", Some(size)) if size <= LARGEST_PAGE => page.size = size,
                ("pageSize", _) => {
                    let message =
                        format!("pageSize is a number from 1 to {LARGEST_PAGE}, not {value:?}");
                    return Err(Refusal::bad_request(message));
                }
                ("pageNumber", Some(number)) => page.number = number,
                ("pageNumber", None) => {
                    return Err(Refusal::bad_request(format!(
                        "pageNumber is a number from 1, not {value:?}"
                    )));
                }
                _ => {}
            }
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_pages_are_refused_and_other_parameters_ignored() {
        assert_eq!(
            Page::parse("").unwrap(),
            Page {
                number: 1,
                size: 25
            }
        );
        assert_eq!(
            Page::parse("pageSize=500&pageNumber=9&x=y").unwrap(),
            Page {
                number: 9,
                size: 500
            }
        );
        for query in [
            "pageSize=0",
            "pageSize=501",
            "pageSize=-1",
            "pageNumber=0",
            "pageNumber=x",
            "pageSize=",
        ] {
            assert!(Page::parse(query).is_err(), "{query}");
        }
        assert!(Page::parse("pageNumber=18446744073709551615").is_ok());
    }
}
