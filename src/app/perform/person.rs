//! Signs people in and out, and reads on what the budget goes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{SetOnce, mpsc};
use tokio::time::timeout;

use super::flows::lock;
use crate::app::event::Done;
use crate::app::person::{BudgetSheet, SignInNews};
use crate::cloud::Client;
use crate::cloud::login::{Denied, Login};
use crate::cloud::platform::Platform;
use crate::effect::SignInAsk;
use crate::environment::Environment;
use crate::model::person::{Pasted, Person};
use crate::term::browser;
use crate::text::Text;

/// A sign-in that is asked for while the console still connects waits this long for it.
const CONNECTING: Duration = Duration::from_secs(15);

/// Lines that are brought and not yet read; a person brings one at a time.
const BROUGHT: usize = 4;

/// Where people sign in.
pub(super) struct SignInDesk {
    client: Arc<SetOnce<Client>>,
    /// Takes what is brought for the sign-in under way; dropping it gives that up.
    brought: Mutex<Option<mpsc::Sender<Pasted>>>,
    environment: Environment,
    done: mpsc::UnboundedSender<Done>,
}

impl SignInDesk {
    pub(super) fn new(environment: Environment, done: mpsc::UnboundedSender<Done>) -> Self {
        Self {
            client: Arc::default(),
            brought: Mutex::default(),
            environment,
            done,
        }
    }

    /// Takes note of the client, and of whoever signs in to it from now on.
    pub(super) fn opening(&self) -> Opening {
        Opening {
            client: Arc::clone(&self.client),
            done: self.done.clone(),
        }
    }

    /// Does what is asked for.
    pub(super) fn ask(&self, ask: SignInAsk) {
        match ask {
            SignInAsk::Begin => self.begin(),
            SignInAsk::Bring(pasted) => {
                if let Some(brought) = lock(&self.brought).as_ref() {
                    // Who brings more than is read brings the same thing again.
                    let _ = brought.try_send(pasted);
                }
            }
            SignInAsk::GiveUp => drop(lock(&self.brought).take()),
            SignInAsk::Leave => self.leave(),
        }
    }

    /// Reads on what the budget goes.
    pub(super) fn read_budget(&self) {
        let sheet = match self.client.get() {
            Some(client) => BudgetSheet {
                spending: client.spending(),
                limits: client
                    .platform()
                    .ok()
                    .and_then(Platform::limits_read)
                    .map(|read| read.map_err(|error| Text::from(error.to_string()))),
            },
            None => BudgetSheet {
                spending: Vec::new(),
                limits: None,
            },
        };
        let _ = self.done.send(Done::Budget(Box::new(sheet)));
    }

    fn begin(&self) {
        let (bring, mut brought) = mpsc::channel(BROUGHT);
        *lock(&self.brought) = Some(bring);
        let (client, done) = (Arc::clone(&self.client), self.done.clone());
        let environment = self.environment.clone();
        tokio::spawn(async move {
            let tell = |news| {
                let _ = done.send(Done::SignIn(Box::new(news)));
            };
            let Ok(client) = timeout(CONNECTING, client.wait()).await else {
                let why =
                    "the console is not connected to the organisation yet; try again once it is";
                return tell(SignInNews::Failed(why.to_owned()));
            };
            let login = match client.login().await {
                Ok(login) => login,
                Err(error) => return tell(SignInNews::Failed(error.to_string())),
            };
            let opened = browser::open(&environment, login.url()).await;
            tell(SignInNews::Waiting {
                url: login.url().to_string(),
                door: login.door().map(str::to_owned).map_err(str::to_owned),
                opened,
            });
            if let Some(end) = signed_in(login, &mut brought, &tell).await {
                tell(end);
            }
            if let Some(why) = client.unkept() {
                tell(SignInNews::Keyring(format!(
                    "{why}: the sign-in lasts as long as the console"
                )));
            }
        });
    }

    fn leave(&self) {
        let (client, done) = (Arc::clone(&self.client), self.done.clone());
        tokio::spawn(async move {
            if let Some(client) = client.get() {
                let revoked = client.logout().await;
                let _ = done.send(Done::SignIn(Box::new(SignInNews::SignedOut(revoked))));
            }
        });
    }
}

/// Waits for the code and hands it in; the end, or none where it was given up.
async fn signed_in(
    mut login: Login,
    brought: &mut mpsc::Receiver<Pasted>,
    tell: &impl Fn(SignInNews),
) -> Option<SignInNews> {
    let wrong = |denied: Denied| tell(SignInNews::Wrong(denied.to_string()));
    let code = match login.code(brought, wrong).await {
        Ok(code) => code,
        Err(Denied::GivenUp) => return None,
        Err(denied) => return Some(SignInNews::Failed(denied.to_string())),
    };
    tell(SignInNews::HandedIn);
    Some(match login.redeem(code).await {
        Ok(_) => SignInNews::SignedIn,
        Err(error) => SignInNews::Failed(error.to_string()),
    })
}

/// Takes note of a client once there is one.
pub(super) struct Opening {
    client: Arc<SetOnce<Client>>,
    done: mpsc::UnboundedSender<Done>,
}

impl Opening {
    /// Tells from now on who has signed in. Returns once calls can be made: at once where the console has a client of its
    /// own, else when somebody has signed in.
    /// The organisation's limits are read where this console spends them by itself.
    pub(super) async fn open(self, client: &Client, spends: bool) {
        let mut who = client.person();
        let _ = self.client.set(client.clone());
        if *who.borrow() != Person::Nowhere {
            let (mut told, done) = (who.clone(), self.done.clone());
            tokio::spawn(async move {
                loop {
                    let person = told.borrow_and_update().clone();
                    if done.send(Done::Person(person)).is_err() || told.changed().await.is_err() {
                        return;
                    }
                }
            });
        }
        self.resume(client);
        if !client.has_own() {
            // It ends with the client, and then nobody waits.
            let _ = who.wait_for(Person::is_signed_in).await;
        }
        if spends {
            let client = client.clone();
            tokio::spawn(async move {
                if let Ok(platform) = client.platform() {
                    platform.read_limits().await;
                }
            });
        }
    }

    /// Takes up the sign-in of before, where one is kept; nothing waits for it that needs nobody.
    fn resume(&self, client: &Client) {
        let (client, done) = (client.clone(), self.done.clone());
        tokio::spawn(async move {
            if let Err(why) = client.resume().await {
                let _ = done.send(Done::SignIn(Box::new(SignInNews::Keyring(why))));
            }
        });
    }
}
