//! `trunkline serve`: everything but the screen. Feeds, probes and alerts run as they do in the console, and the listener
//! tells the rest of the estate.
//!
//! Made for a service manager: it tells systemd when it answers (`Type=notify`), says where on standard error,
//! and ends with 0 when it is asked to.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::PathBuf;

use sd_notify::NotifyState;

use super::quiet::Quiet;
use super::{Exit, nothing, say};
use crate::app::run::Runner;
use crate::app::{App, perform};
use crate::config::Loaded;
use crate::config::profile::listen::{Listen, Socket};
use crate::config::secret::SecretSource;
use crate::environment::Environment;
use crate::listen::{self, Listener, Started};
use crate::share::{Desk, Offer, Server, SharePlace};
use crate::term::signals::Signal;
use crate::vocabulary::problem::Trouble;

/// What the command line says about the listener; it goes before the profile.
#[derive(Clone, Debug, Default)]
pub struct ListenFlags {
    /// Where to listen.
    pub address: Option<SocketAddr>,
    /// The variable that holds the token.
    pub token_env: Option<String>,
    /// The file that holds the token.
    pub token_file: Option<PathBuf>,
    /// The Unix socket to listen on.
    pub socket: Option<PathBuf>,
}

impl ListenFlags {
    /// The listener that results, over what the profile says of it.
    #[must_use]
    pub fn over(self, profile: Option<Listen>) -> Listen {
        let bare = profile.is_none();
        let mut listen = profile.unwrap_or_default();
        if bare && self.socket.is_some() {
            // A socket is enough for who asks for nothing else.
            listen.address = None;
        }
        listen.address = self.address.or(listen.address);
        if let Some(path) = self.socket {
            let socket = Socket::at(path);
            let over = |there: Socket| Socket {
                path: socket.path.clone(),
                ..there
            };
            listen.socket = Some(listen.socket.take().map_or(socket.clone(), over));
        }
        let variable = self.token_env.map(SecretSource::Variable);
        let file = self.token_file.map(SecretSource::File);
        listen.token = variable.or(file).or(listen.token);
        listen
    }
}

/// Serves until it is asked to end; returns the exit code.
pub async fn serve(
    loaded: Loaded,
    environment: Environment,
    state_dir: PathBuf,
    listen: &Listen,
    share: Option<Offer>,
) -> Result<u8, String> {
    let screen = Quiet::new(exit_code)?;
    let (asker, questions) = listen::desk();
    let app = App::new(loaded);
    let Some(profile) = app.profile() else {
        return Err("there is no profile to serve".to_owned());
    };
    let started = Listener::for_profile(&profile, listen, &environment, asker, &state_dir).await;
    let Started {
        listener,
        hook,
        own,
    } = started.map_err(|e| e.to_string())?;
    if let Err(error) = hook {
        say(&error.to_string());
    }
    let place = SharePlace::to_offer(app.share_settings(), &profile.name, &environment);
    let runner = Runner::new(app, screen, environment, questions).recording(&state_dir);
    let mut runner = runner.keeping(state_dir);
    let shares = match share {
        None => None,
        Some(offer) => {
            let desk = Desk::default();
            let ask = perform::share_asks(runner.performer.ends());
            let hello = perform::share_hello(&profile);
            let server = Server::start(&place, offer, hello, desk.clone(), ask).await;
            let server = server.map_err(|error| error.to_string())?;
            runner = runner.sharing(desk);
            say(&format!("shared at {}", place.path.display()));
            Some(server)
        }
    };
    let listening = format!("listening on {}", listener.places());
    say(&listening);
    for token in &own {
        say(&token.to_string());
    }
    tell_manager(&[NotifyState::Ready, NotifyState::Status(&listening)]);
    let told = Cell::new(false);
    let until = |app: &App| {
        if let Some(why) = app.unrecorded().filter(|_| !told.get()) {
            told.set(true);
            say(&format!("nothing is recorded any more. {why}"));
        }
        beyond_help(app)
    };
    let code = runner.run(until).await;
    runner.close();
    tell_manager(&[NotifyState::Stopping]);
    listener.stop().await;
    if let Some(server) = shares {
        server.stop().await;
    }
    if let Some(last) = runner.app.last_hours() {
        runner.performer.perform(last);
    }
    runner.performer.finish().await;
    if runner.app.ended().is_none() {
        return Ok(nothing(&runner.app) as u8);
    }
    code
}

/// Nothing runs and nothing will: the secret or a file of the profile cannot be read. Whatever the organisation does
/// or says is waited out.
fn beyond_help(app: &App) -> bool {
    let is_ours = |trouble| trouble == Trouble::Settings;
    !app.status().enumerated
        && app
            .problem()
            .is_some_and(|problem| is_ours(problem.trouble))
}

/// Being asked to end is the usual end of a service.
fn exit_code(signal: Signal) -> u8 {
    match signal {
        Signal::Terminate | Signal::Interrupt => Exit::Ok as u8,
        other => other.exit_code(),
    }
}

/// Without a service manager there is nobody to tell, and that is no error.
fn tell_manager(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager could not be notified");
    }
}
