//! What `trunkline doctor` asks of the way to the organisation and of its door; nothing else does.

use std::time::{Duration, SystemTime};

use reqwest::header::DATE;

use super::way::Hop;
use super::{Client, Error, Socket, Unreachable, Urgency, names};
use crate::cause::Explanation;
use crate::text::Text;

/// Channels of a client (Platform API §8) up to which a check makes one more; it stays unconnected afterwards and is the first to go.
const CHANNELS: usize = 15;

/// How the organisation's clock compares with this machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// How far the two are apart, to the second.
    pub by: Duration,
    /// Whether this machine is behind.
    pub behind: bool,
}

impl Client {
    /// What is odd about the client's secret; none when nothing is.
    #[must_use]
    pub fn secret_doubt(&self) -> Option<&Explanation> {
        self.0.settings.client.as_ref()?.doubt.as_ref()
    }

    /// The proxy on the way to the organisation; none is straight there.
    #[must_use]
    pub fn hop(&self) -> Option<Hop> {
        self.0.way.hop(&self.0.settings.base_url)
    }

    /// Connects to the organisation, by the proxy where there is one, and says nothing.
    pub async fn reach(&self) -> Result<(), Unreachable> {
        self.0
            .way
            .connect(&self.0.settings.base_url)
            .await
            .map(drop)
    }

    /// The addresses of the organisation's host, as this machine resolves it.
    pub async fn addresses(&self) -> Result<Vec<std::net::SocketAddr>, Unreachable> {
        let url = &self.0.settings.base_url;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let found = names::lookup(host, url.port_or_known_default().unwrap_or(443)).await;
        found.map_err(|error| Unreachable::from_chain(&error))
    }

    /// Compares the clocks by the `Date` of any answer (RFC 9110 §6.6.1), for which no token is needed; none where the answer
    /// has no date.
    pub async fn skew(&self, now: impl Fn() -> SystemTime) -> Result<Option<Skew>, Error> {
        let http = self.0.http().await?;
        let call = super::get(self.0.settings.base_url.clone());
        let answer = http.get(call.url.clone()).send().await;
        let answer =
            answer.map_err(|error| Error::unreachable(&call, Unreachable::from_chain(&error)))?;
        let date = answer
            .headers()
            .get(DATE)
            .and_then(|date| date.to_str().ok());
        let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
            return Ok(None);
        };
        let ours = now();
        Ok(Some(match ours.duration_since(theirs) {
            Ok(by) => Skew { by, behind: false },
            Err(error) => Skew {
                by: error.duration(),
                behind: true,
            },
        }))
    }

    /// Signs in; the scopes that were granted, where the organisation tells them.
    pub async fn sign_in(&self) -> Result<Option<Vec<String>>, Error> {
        let call = super::get(self.0.settings.base_url.clone());
        let call = super::Call {
            needs: super::Needs::Permissions(&[]),
            ..call
        };
        let account = self.0.account(&call)?;
        let token = self.0.token(account, &call, None).await?;
        Ok(token.scopes().map(<[String]>::to_vec))
    }

    /// One page of whom or what the registrations are of: how many there are, and one of them.
    pub async fn sample(&self) -> Result<(Option<u64>, Option<Text>), Error> {
        match self.platform() {
            Err(_) => {
                let page = self.users_page(1, Urgency::Write).await?;
                Ok((
                    page.sheet.total,
                    page.entries.into_iter().next().map(|user| user.id.0),
                ))
            }
            Ok(platform) => {
                let page = platform.phones_page(1, Urgency::Write).await?;
                Ok((page.answer.sheet.total, None))
            }
        }
    }

    /// Opens one socket: the stream of this user, or a notification channel. None where the channels that are left are needed
    /// by others.
    pub async fn sample_socket(&self, user: Option<Text>) -> Result<Option<Socket>, Error> {
        let Ok(platform) = self.platform() else {
            let Some(user) = user else { return Ok(None) };
            return self
                .open_registrations(&crate::model::UserId(user))
                .await
                .map(Some);
        };
        if platform.client_channels().await?.count() >= CHANNELS {
            return Ok(None);
        }
        let channel = platform.make_channel().await?;
        platform.open_channel(&channel).await.map(Some)
    }
}
