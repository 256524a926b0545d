//! Whose token a call is made with, and how that token is had.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::Instant;

use super::super::account::Account;
use super::super::auth::{self, Grant, Token};
use super::super::budget::Urgency;
use super::super::call::{Call, Needs, Who};
use super::super::error::Error;
use super::super::{retry, wire};
use super::ATTEMPT;
use super::Session;
use crate::cause::Cause;
use crate::text::Text;
use crate::vocabulary::problem::Trouble;

impl Session {
    /// Whose token the call is made with: a person's for what only people may do, else the client's, and a person's where
    /// there is no client. Nobody's is an error before anything is sent.
    pub(in crate::cloud) fn account(&self, call: &Call) -> Result<&Account, Error> {
        let account = match call.who {
            Who::Client => self.client.as_ref().or(self.person.as_ref()),
            Who::Person => self.person.as_ref(),
        };
        let lack = match account {
            Some(account) if account.holder == Who::Client => None,
            _ => self.sign_in.person().lack(),
        };
        match (account, lack) {
            (Some(account), None) => Ok(account),
            (_, lack) => Err(Error::NoPerson {
                call: Box::new(call.clone()),
                lack: lack.unwrap_or(Cause::ClientNowhere),
            }),
        }
    }

    /// The token for a call, or the scopes that it lacks.
    pub(in crate::cloud) async fn token(
        &self,
        account: &Account,
        call: &Call,
        refused: Option<&Arc<Token>>,
    ) -> Result<Arc<Token>, Error> {
        let token = account.tokens.get(refused, || self.sign_in(account)).await;
        if let (Who::Person, Err(error)) = (account.holder, &token)
            && error.trouble() == Trouble::Credentials
        {
            self.sign_in.ended().await;
        }
        let token = token?;
        let missing = token.lacks(call.needs.required());
        if missing.is_empty() {
            return Ok(token);
        }
        Err(Error::Scopes {
            call: Box::new(call.clone()),
            missing,
        })
    }

    /// Has a person's token issued for a code or a refresh token, and keeps what renews it.
    pub(in crate::cloud) async fn grant(
        &self,
        form: &[(&'static str, String)],
    ) -> Result<Token, Error> {
        let (Some(account), Some(client)) = (&self.person, &self.settings.person) else {
            return Err(self.nobody());
        };
        let call = self.token_call();
        let once = |attempt| {
            let put = |post| auth::request_as(post, client, form.to_vec());
            self.token_once(account, &call, attempt, put)
        };
        let Grant { token, refresh } = retry::SIGN_IN.run(once, unanswered).await?;
        self.sign_in.keep(refresh).await;
        self.sign_in.renewed(token.until());
        Ok(token)
    }

    /// Who a person is to the organisation, as `call` tells it of whoever holds this token: the id, and the name or else the id
    /// again; empty when it does not say. A sign-in does not fail for it.
    pub(in crate::cloud) async fn introduce(&self, call: &Call, token: &Token) -> (Text, Text) {
        let Some(account) = &self.person else {
            return <(Text, Text)>::default();
        };
        let slot = account.admit(call, Urgency::Write).await;
        let read = self.exchange(account, call, token, slot, 1).await;
        let me: Me = read
            .ok()
            .and_then(|read| serde_json::from_slice(&read.answer).ok())
            .unwrap_or_default();
        let id = Text::from(me.id.unwrap_or_default());
        let name = me.name.filter(|name| !name.is_empty());
        (id.clone(), name.map_or(id, Text::from))
    }

    /// The token call with its retries.
    async fn sign_in(&self, account: &Account) -> Result<Token, Error> {
        let credentials = self.settings.client.as_ref();
        let Some(credentials) = credentials.filter(|_| account.holder == Who::Client) else {
            let refresh = self.sign_in.refresh().await.ok_or_else(|| self.nobody())?;
            return self.grant(&auth::refreshing(&refresh)).await;
        };
        let call = self.token_call();
        let once = |attempt| {
            let put = |post| auth::request(post, credentials);
            self.token_once(account, &call, attempt, put)
        };
        let granted = retry::SIGN_IN.run(once, unanswered).await;
        let grant = granted.map_err(|error| error.doubting(credentials.doubt.as_ref()))?;
        Ok(grant.token)
    }

    /// It draws from the budget before anything else, because everything waits for it.
    async fn token_once(
        &self,
        account: &Account,
        call: &Call,
        attempt: u32,
        put: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<Grant, Error> {
        let http = &self.transport().await?.http;
        let post = http.post(call.url.clone()).header(ATTEMPT, attempt);
        let slot = account.admit(call, Urgency::Write).await;
        let asked = Instant::now();
        let reply = wire::send(call, put(post), &self.way).await;
        drop(slot);
        match account.heed(call, reply) {
            Ok(body) => Grant::read(&body, asked).map_err(|reason| Error::answer(call, reason)),
            Err(Error::Refused { call, refusal })
                if matches!(refusal.status, 400 | 401) && refusal.page.is_none() =>
            {
                Err(Error::SignIn {
                    call,
                    refusal,
                    doubt: None,
                })
            }
            Err(error) => Err(error),
        }
    }

    fn token_call(&self) -> Call {
        Call::new("POST", auth::token_url(&self.settings), Needs::Nothing)
    }

    /// There is nothing to renew a token with.
    fn nobody(&self) -> Error {
        let lack = self.sign_in.person().lack();
        Error::NoPerson {
            call: Box::new(self.token_call()),
            lack: lack.unwrap_or(Cause::PersonSpent),
        }
    }
}

/// The user that a token belongs to (Platform API: `GET /users/me`).
#[derive(Default, Deserialize)]
struct Me {
    id: Option<String>,
    name: Option<String>,
}

/// No answer came. What was put off by an answer, 429 or 503, has the patience of the call that waits for the token.
fn unanswered(error: &Error) -> bool {
    error.passing() && error.status().is_none()
}
