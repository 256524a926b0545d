//! `trunkline login` and `trunkline logout`: a person signs in through this profile, and out.
//!
//! Where the profile chooses the keyring, what renews their token is kept there and later commands act as them. Otherwise
//! tokens are in memory only: the command shows that signing in works, and takes its token back.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use tokio::sync::mpsc;

use super::{Exit, print, say};
use crate::app::perform;
use crate::cloud::Client;
use crate::config::Profile;
use crate::environment::Environment;
use crate::model::person::{Pasted, Person};
use crate::term::browser;

/// Bytes of a line that is brought; an address with a code is a fraction of it.
const LONGEST: u64 = 16 << 10;

/// Takes up a sign-in that the keyring keeps. What stands in the way is said, and stops nothing that needs nobody.
pub async fn resume(client: &Client) {
    if let Err(why) = client.resume().await {
        say(&why);
    }
}

/// Forgets what the keyring keeps, and has the token revoked.
pub async fn logout(profile: Profile, environment: Environment) -> Result<u8, String> {
    if !profile.person.as_ref().is_some_and(|person| person.keyring) {
        say(
            "no sign-in is kept: it lasts as long as the console. To keep it, set keyring = true in the section person of the profile",
        );
        return Ok(Exit::Ok as u8);
    }
    let client = match perform::client(&profile, &environment).await {
        Ok(client) => client,
        Err(problem) => {
            say(&problem.text.to_string());
            return Ok(Exit::from(problem.trouble) as u8);
        }
    };
    resume(&client).await;
    let was = client.person().borrow().is_signed_in();
    if let Err(why) = client.logout().await {
        say(&format!(
            "signed out here, and not all of it was undone: {why}"
        ));
        return Ok(Exit::Unreachable as u8);
    }
    say(if was {
        "signed out; the token is revoked, and the keyring keeps nothing"
    } else {
        "no user was signed in; the keyring keeps nothing"
    });
    Ok(Exit::Ok as u8)
}

/// Signs in and says as whom; signs out again where nothing is kept.
pub async fn login(profile: Profile, environment: Environment) -> Result<u8, String> {
    let client = match perform::client(&profile, &environment).await {
        Ok(client) => client,
        Err(problem) => {
            say(&problem.text.to_string());
            return Ok(Exit::from(problem.trouble) as u8);
        }
    };
    resume(&client).await;
    if let Err(why) = sign_in(&client, &environment).await {
        say(&why);
        return Ok(Exit::Auth as u8);
    }
    let person = client.person().borrow().clone();
    if let Person::SignedIn { name, until, .. } = &person {
        let until = until.timestamp().strftime("%Y-%m-%d %H:%M");
        print(&format!("signed in as {name}, until {until} UTC\n"))?;
    }
    if client.is_kept() {
        say(
            "the keyring keeps the sign-in: the console and other commands act as this person until trunkline logout",
        );
        return Ok(Exit::Ok as u8);
    }
    if let Some(why) = client.unkept() {
        say(&why);
    }
    match client.logout().await {
        Ok(()) => say(
            "the token is revoked: a sign-in lasts as long as the process; to act in the console, sign in there with :login",
        ),
        Err(error) => say(&format!("the token could not be revoked: {error}")),
    }
    Ok(Exit::Ok as u8)
}

/// Has a person sign in: by a browser that comes back here, or by what they bring on standard input. The
/// error says what to do.
async fn sign_in(client: &Client, environment: &Environment) -> Result<(), String> {
    let lack = client.person().borrow().lack();
    let Some(lack) = lack else {
        return Ok(());
    };
    if *client.person().borrow() == Person::Nowhere {
        return Err(lack.told().to_string());
    }
    if !std::io::stdin().is_terminal() {
        return Err(format!(
            "{}. There is no terminal to sign in at: run it in one",
            lack.told().sentence()
        ));
    }
    let mut login = client.login().await.map_err(|error| error.to_string())?;
    browser::open(environment, login.url()).await;
    say(&format!("sign in at {}", login.url()));
    match login.door() {
        Ok(door) => say(&format!(
            "the browser comes back to {door}; if it is elsewhere, paste the address of its last page, or the code, and press Enter"
        )),
        Err(why) => say(&format!(
            "{why}: paste the address of the browser's last page, or the code, and press Enter"
        )),
    }
    let (bring, mut brought) = mpsc::channel(1);
    // It ends with the process, or with the line after the one that was taken.
    std::thread::spawn(move || lines(&bring));
    let wrong = |denied: crate::cloud::login::Denied| say(&denied.to_string());
    let code = login.code(&mut brought, wrong).await;
    let code = code.map_err(|denied| denied.to_string())?;
    login
        .redeem(code)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Hands on what is typed, line by line.
fn lines(bring: &mpsc::Sender<Pasted>) {
    loop {
        let mut line = String::new();
        let read = std::io::stdin().lock().take(LONGEST).read_line(&mut line);
        if !read.is_ok_and(|bytes| bytes > 0) || bring.blocking_send(Pasted::new(&line)).is_err() {
            return;
        }
    }
}
