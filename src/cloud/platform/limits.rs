//! How much the organisation lets its tokens ask for (Platform API: the limits of the namespace `platform.api`).

use std::sync::PoisonError;

use serde::Deserialize;

use super::Platform;
use super::as_person;
use crate::cloud::call::{Call, Who};
use crate::cloud::entities::page;
use crate::cloud::{Error, Urgency};

/// The limit of one token of client credentials, in requests a minute.
const OF_CLIENT: &str = "client.credentials.token.rate.per.minute";

/// The limit of one person through one OAuth client, in requests a minute.
const OF_PERSON: &str = "org.app.user.rate.per.minute";

#[derive(Deserialize)]
struct Limit {
    key: String,
    value: Option<u32>,
}

impl Platform<'_> {
    /// What came of reading the organisation's own limits; none before that.
    #[must_use]
    pub fn limits_read(self) -> Option<Result<(), Error>> {
        let limits = self.0.limits.lock();
        limits.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the organisation's own limits and lowers each budget to its own; what the profile allows stays the most.
    /// Who may not read them goes by the answers' headers alone.
    pub async fn read_limits(self) {
        let read = self.lower_to_limits().await;
        let mut limits = self.0.limits.lock().unwrap_or_else(PoisonError::into_inner);
        *limits = Some(read);
    }

    async fn lower_to_limits(self) -> Result<(), Error> {
        let path = ["organizations", "limits", "namespaces", "platform.api"];
        let call = self.call("GET", &path, &[], &[])?;
        let call = match self.0.client {
            Some(_) => call,
            None => as_person(call),
        };
        let body = self.0.read(&call, Urgency::Enumerate).await?;
        let limits = limits(&call, &body)?;
        let accounts = self.0.client.iter().chain(&self.0.person);
        for account in accounts {
            let key = match account.holder {
                Who::Client => OF_CLIENT,
                Who::Person => OF_PERSON,
            };
            let limit = limits.iter().find(|limit| limit.key == key);
            // Nothing a minute is no limit that anybody works under.
            if let Some(limit) = limit
                .and_then(|limit| limit.value)
                .filter(|limit| *limit > 0)
            {
                account.budget.lower(limit);
            }
        }
        Ok(())
    }
}

fn limits(call: &Call, body: &[u8]) -> Result<Vec<Limit>, Error> {
    let body = page(body).map_err(|reason| Error::answer(call, reason))?;
    let entities = body.entities.iter();
    Ok(entities
        .filter_map(|entity| serde_json::from_str(entity.get()).ok())
        .collect())
}
