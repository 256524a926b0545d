//! What has to be there before the listener answers: its tokens, its hook, its address and its socket.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use url::Url;

use super::ask::Asker;
use super::guard::{Guard, Token};
use super::hook::{Hook, HookError};
use super::kept::{self, Exposed, KeptError};
use super::pass::Scope;
use super::route::Hall;
use super::serve::Doors;
use super::socket::Door;
use super::{ListenError, Listener};
use crate::cloud;
use crate::config::Profile;
use crate::config::profile::listen::{Listen, OwnToken};
use crate::config::secret::SecretSource;
use crate::environment::Environment;
use crate::model::hook::Hook as Reach;

/// What a listener of a profile is besides itself.
#[derive(Debug)]
pub struct Started {
    /// The listener.
    pub listener: Listener,
    /// Whether events can be delivered to it.
    pub hook: Result<Reach, HookError>,
    /// Tokens of its own making.
    pub own: Vec<OwnToken>,
}

impl Listener {
    /// Starts for a profile, with its hook and with tokens of its own where none are named.
    ///
    /// Without a `public_url` an organisation on this machine, as the embedded one is, reaches the address itself.
    pub async fn for_profile(
        profile: &Profile,
        listen: &Listen,
        environment: &Environment,
        asker: Asker,
        state_dir: &Path,
    ) -> Result<Started, ListenError> {
        let mut tokens = named(listen, environment).await?;
        let made = listen.own_tokens(state_dir, &profile.name);
        let kept: Vec<PathBuf> = made.iter().map(|made| made.path.clone()).collect();
        let (state_dir, name) = (state_dir.to_owned(), profile.name.clone());
        let opened = spawn_blocking(move || {
            let keep = |path: &PathBuf| kept::open(path, Exposed::Refuse);
            let kept: Vec<_> = kept.iter().map(keep).collect();
            (kept, Hook::open(&state_dir, &name))
        });
        let (kept, hook) = opened.await.map_err(ListenError::stopped)?;
        for (made, kept) in made.iter().zip(kept) {
            tokens.extend(own(made.writes, kept, listen.names_a_token())?);
        }
        let hall = Hall::new(guard(tokens, listen), asker, listen.ready_at)
            .with_hook(hook.as_ref().ok().cloned())
            .read_only(profile.read_only);
        let listener = open(listen, hall).await?;
        let local = || {
            let near = cloud::on_this_machine(&profile.base_url) && !listen.beyond_loopback();
            let address = near.then(|| listener.address())??;
            Url::parse(&format!("http://{address}")).ok()
        };
        let hook = hook.map(|hook| match listen.public_url.clone().or_else(local) {
            Some(base) => Reach::Ready(hook.url(&base)),
            None => Reach::Nameless,
        });
        Ok(Started {
            listener,
            hook,
            own: made,
        })
    }

    /// Starts without a profile: with the tokens that are named, and without a hook.
    pub async fn start(
        listen: &Listen,
        environment: &Environment,
        asker: Asker,
    ) -> Result<Self, ListenError> {
        let tokens = named(listen, environment).await?;
        open(
            listen,
            Hall::new(guard(tokens, listen), asker, listen.ready_at),
        )
        .await
    }
}

/// The tokens whose places the profile names.
async fn named(listen: &Listen, environment: &Environment) -> Result<Vec<Token>, ListenError> {
    if let Some(address) = listen.address
        && listen.beyond_loopback()
        && !listen.names_a_token()
    {
        return Err(ListenError::Open(address));
    }
    let mut tokens = Vec::new();
    for (scope, place) in [
        (Scope::Write, &listen.token),
        (Scope::Read, &listen.read_token),
    ] {
        if let Some(place) = place {
            tokens.push(token(scope, read(place, environment).await?));
        }
    }
    Ok(tokens)
}

async fn read(
    place: &SecretSource,
    environment: &Environment,
) -> Result<SecretString, ListenError> {
    Ok(place.read(environment).await?)
}

fn token(scope: Scope, secret: SecretString) -> Token {
    let name = match scope {
        Scope::Write => "write token",
        _ => "read token",
    };
    Token {
        scope,
        name,
        secret,
    }
}

/// A token of the listener's own. It is in nobody's way where another is named: that one goes on working.
fn own(
    writes: bool,
    kept: Result<SecretString, KeptError>,
    others: bool,
) -> Result<Option<Token>, ListenError> {
    let scope = if writes { Scope::Write } else { Scope::Read };
    match kept {
        Ok(secret) => Ok(Some(token(scope, secret))),
        Err(error) if others => {
            tracing::warn!(%error, "the listener goes on without a token of its own");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn guard(tokens: Vec<Token>, listen: &Listen) -> Guard {
    Guard::new(tokens, listen.open().into(), listen.names())
}

/// Takes the address and the socket, and answers from then on.
async fn open(listen: &Listen, hall: Hall) -> Result<Listener, ListenError> {
    let tcp = match listen.address {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let socket = match listen.socket.clone() {
        // `UnixListener` wants a runtime, which blocking tasks have too.
        Some(socket) => {
            let opened = spawn_blocking(move || Door::open(&socket)).await;
            Some(opened.map_err(ListenError::stopped)??)
        }
        None => None,
    };
    Ok(Listener::answer(Doors { tcp, socket }, hall))
}

async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, ListenError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| ListenError::Bind { address, source })
}
