//! A person signs in: Authorization Code with PKCE (RFC 6749 §4.1, RFC 7636), as native programs do it (RFC 8252).
//!
//! The browser comes back to a door on this machine, or the person brings what it came back with: on a jump host the
//! browser is elsewhere. Nothing of it is written anywhere; the code is good once, and only with the verifier that never
//! leaves this process but to the token endpoint.

mod door;
mod pkce;
mod resume;
mod returned;

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use secrecy::ExposeSecret;
use tokio::sync::mpsc;

use self::door::Door;
use self::pkce::Pkce;
pub use self::returned::{Code, Denied};
use super::error::Error;
use super::platform::{Platform, as_person};
use super::{Client, auth};
use crate::cause::Cause;
use crate::model::person::{Pasted, Person};

/// A sign-in that nobody finishes is given up after this: the state and the verifier do not lie around.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// A sign-in that is under way. It is good for one code.
pub struct Login {
    client: Client,
    url: Url,
    redirect: String,
    pkce: Pkce,
    door: Result<Door, String>,
}

impl Client {
    /// Begins a sign-in: makes its secrets and opens the door that the browser comes back through. Nothing is sent. A door
    /// that does not open stops nothing: what the browser comes back with can be brought by hand.
    pub async fn login(&self) -> Result<Login, Error> {
        let Some(person) = &self.0.settings.person else {
            return Err(Error::settings(Cause::PersonNowhere.told()));
        };
        let door = Door::open(person.redirect_port).await;
        let port = door.as_ref().map_or(person.redirect_port, Door::port);
        let redirect = format!("http://127.0.0.1:{port}/");
        let pkce = Pkce::new();
        let mut url = auth::authorize_url(&self.0.settings);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &person.id)
            .append_pair("redirect_uri", &redirect)
            .append_pair("state", pkce.state())
            .append_pair("code_challenge", &pkce.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(Login {
            client: self.clone(),
            url,
            redirect,
            pkce,
            door,
        })
    }

    /// Signs the person out: revokes the token and forgets it, in the keyring too. It is forgotten even where it could not be
    /// revoked; the error then says so, or that the keyring did not forget.
    pub async fn logout(&self) -> Result<(), String> {
        let left = self.revoke().await.map_err(|error| error.to_string());
        if let Some(account) = &self.0.person {
            account.tokens.clear();
            self.0.sign_in.left().await?;
        }
        left
    }

    async fn revoke(&self) -> Result<(), Error> {
        let call = as_person(Platform(&self.0).call("DELETE", &["tokens", "me"], &[], &[])?);
        match self.0.read(&call, super::Urgency::Write).await {
            // Who is not signed in is signed out.
            Ok(_) | Err(Error::NoPerson { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks the organisation whose token this is, and has them signed in.
    async fn begin_session(&self, token: auth::Token) -> Result<(), Error> {
        let session = &self.0;
        let me = as_person(Platform(&self.0).call("GET", &["users", "me"], &[], &[])?);
        let (id, name) = session.introduce(&me, &token).await;
        let until = token.until();
        if let Some(account) = &session.person {
            account.tokens.put(token);
        }
        session.sign_in.taken(id, name, until);
        Ok(())
    }
}

impl Login {
    /// Where the browser is to go. It holds no secret: the challenge gives the verifier away to nobody.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where the browser comes back to, or why it cannot: then only what is pasted ends the sign-in.
    pub fn door(&self) -> Result<&str, &str> {
        match &self.door {
            Ok(_) => Ok(&self.redirect),
            Err(why) => Err(why),
        }
    }

    /// Waits for the code: the browser comes back with it, or the person brings it through `brought`, alone or in the whole
    /// address that the browser came back to. `wrong` hears of lines that hold none; the wait goes on then.
    pub async fn code(
        &mut self,
        brought: &mut mpsc::Receiver<Pasted>,
        mut wrong: impl FnMut(Denied),
    ) -> Result<Code, Denied> {
        let too_late = tokio::time::sleep(PATIENCE);
        let mut too_late = std::pin::pin!(too_late);
        loop {
            let state = self.pkce.state();
            tokio::select! {
                line = brought.recv() => {
                    let line = line.ok_or(Denied::GivenUp)?;
                    match returned::pasted(line.line(), state) {
                        Err(denied @ (Denied::Foreign | Denied::Nothing)) => wrong(denied),
                        read => return read,
                    }
                }
                code = came_back(&mut self.door, state) => return code,
                () = too_late.as_mut() => return Err(Denied::TooLate),
            }
        }
    }

    /// Has the code turned into a token, asks the organisation who that is, and has them signed in.
    pub async fn redeem(self, code: Code) -> Result<Person, Error> {
        let form = [
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.0.expose_secret().to_owned()),
            ("redirect_uri", self.redirect.clone()),
            ("code_verifier", self.pkce.verifier().to_owned()),
        ];
        let session = &self.client.0;
        let token = session.grant(&form).await?;
        self.client.begin_session(token).await?;
        Ok(session.sign_in.person())
    }
}

/// Waits at the door; without one, for ever.
async fn came_back(door: &mut Result<Door, String>, state: &str) -> Result<Code, Denied> {
    match door {
        Ok(door) => door.answered(state).await,
        Err(_) => std::future::pending().await,
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("redirect", &self.redirect)
            .finish_non_exhaustive()
    }
}
