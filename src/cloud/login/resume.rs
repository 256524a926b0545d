//! A sign-in of before is taken up again, by what the system's keyring keeps of it.

use super::super::{Client, auth};
use crate::vocabulary::problem::Trouble;

impl Client {
    /// Signs in who signed in before, where the profile chooses the keyring and it keeps anything: nothing else is asked or
    /// sent. The error says what stands in the way and what to do; a sign-in that is taken no more is forgotten.
    pub async fn resume(&self) -> Result<(), String> {
        let session = &self.0;
        if session.sign_in.person().is_signed_in() {
            return Ok(());
        }
        let Some(refresh) = session.sign_in.recall().await.map_err(|why| {
            format!("{why}. A sign-in lasts as long as the process: sign in with :login")
        })?
        else {
            return Ok(());
        };
        let taken_up = async {
            let token = session.grant(&auth::refreshing(&refresh)).await?;
            self.begin_session(token).await
        };
        let Err(error) = taken_up.await else {
            return Ok(());
        };
        if error.trouble() != Trouble::Credentials {
            return Err(format!(
                "the sign-in that the keyring keeps could not be taken up: {error}"
            ));
        }
        let forgotten = match session.sign_in.left().await {
            Ok(()) => "and is forgotten".to_owned(),
            Err(why) => format!("and {why}"),
        };
        Err(format!(
            "the sign-in that the keyring keeps is taken no more, {forgotten}: {error}"
        ))
    }

    /// Why a sign-in does not outlive the process although the profile chooses the keyring; none before a sign-in.
    #[must_use]
    pub fn unkept(&self) -> Option<String> {
        self.0.sign_in.unkept()
    }

    /// Whether the keyring keeps the sign-in.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.0.sign_in.is_kept()
    }
}
