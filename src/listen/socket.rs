//! The Unix socket: made where nothing else is, for whom its mode says, and whom each of its users is.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, lchown};
use std::os::unix::net::UnixStream as Probe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::unistd::{Group, Uid, User};
use tokio::net::{UnixListener, UnixStream};

use super::pass::{Peer, Scope};
use crate::config::profile::listen::{Account, Socket};

/// Stands for a user whom this process cannot see: the kernel says so in a user namespace.
const OVERFLOW: &str = "/proc/sys/kernel/overflowuid";

/// The socket could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on the socket {}: {why}", crate::text::safe(&.path.to_string_lossy()))]
pub struct SocketError {
    path: PathBuf,
    why: String,
}

/// A socket that is listened on; its file goes with it.
#[derive(Debug)]
pub(crate) struct Door {
    listener: UnixListener,
    path: Arc<Path>,
    /// Device and inode of the file that is ours; none is not.
    file: Option<(u64, u64)>,
    users: Users,
}

/// Who may do what.
#[derive(Debug)]
struct Users {
    own: u32,
    overflow: Option<u32>,
    /// Whoever gets past the file's mode is a member of its group.
    group: bool,
    readers: Vec<u32>,
    writers: Vec<u32>,
}

impl Door {
    /// Makes the socket. What stands in its place is left as it is, unless it is a socket of this user that nobody listens
    /// on. It waits for the disk and for the user database.
    pub(crate) fn open(socket: &Socket) -> Result<Self, SocketError> {
        let failed = |why: String| SocketError {
            path: socket.path.clone(),
            why,
        };
        let users = Users::of(socket).map_err(failed)?;
        let group = socket.group.as_ref().map(group).transpose();
        let group = group.map_err(failed)?;
        clear(&socket.path).map_err(failed)?;
        make(&socket.path, group, users).map_err(|error| failed(said(&error, &socket.path)))
    }

    /// One that a service manager has made, at the place that is looked for: its mode is as the unit says, and its file stays.
    pub(crate) fn handed_over(
        listener: std::os::unix::net::UnixListener,
        socket: &Socket,
    ) -> Result<Self, SocketError> {
        let failed = |why: String| SocketError {
            path: socket.path.clone(),
            why,
        };
        let at = listener.local_addr();
        let at = at.map_err(|error| failed(error.to_string()))?;
        if at.as_pathname() != Some(&*socket.path) {
            return Err(failed(format!(
                "systemd hands over another one, {at:?}: let ListenStream= name this path"
            )));
        }
        listener
            .set_nonblocking(true)
            .and_then(|()| UnixListener::from_std(listener))
            .map_err(|error| failed(error.to_string()))
            .and_then(|listener| {
                Ok(Self {
                    listener,
                    path: socket.path.as_path().into(),
                    file: None,
                    users: Users::of(socket).map_err(failed)?,
                })
            })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The next client, whoever that is.
    pub(crate) async fn next(&self) -> io::Result<UnixStream> {
        let (client, _) = self.listener.accept().await?;
        Ok(client)
    }

    /// The next client, and who that is.
    pub(super) async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        let client = self.next().await?;
        let uid = client.peer_cred()?.uid();
        let peer = Peer::Local {
            scope: self.users.scope(uid),
            user: named(uid).into(),
            path: Arc::clone(&self.path),
        };
        Ok((client, peer))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|found| Some((found.dev(), found.ino())) == self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Users {
    fn of(socket: &Socket) -> Result<Self, String> {
        let numbers = |accounts: &[Account]| -> Result<Vec<u32>, String> {
            accounts.iter().map(user).collect()
        };
        let overflow = fs::read_to_string(OVERFLOW).ok();
        Ok(Self {
            own: rustix::process::geteuid().as_raw(),
            overflow: overflow.and_then(|text| text.trim().parse().ok()),
            group: socket.group.is_some(),
            readers: numbers(&socket.readers)?,
            writers: numbers(&socket.writers)?,
        })
    }

    fn scope(&self, uid: u32) -> Scope {
        if uid == self.own || self.writers.contains(&uid) {
            Scope::Write
        } else if self.readers.contains(&uid) {
            Scope::Read
        } else if self.group && uid != 0 && Some(uid) != self.overflow {
            // Root passes by every mode, so that says nothing of it.
            Scope::Read
        } else {
            Scope::None
        }
    }
}

/// Makes room for the socket.
fn clear(path: &Path) -> Result<(), String> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let found = fs::metadata(folder);
    let found = found.map_err(|error| format!("its folder: {error}"))?;
    let own = rustix::process::geteuid().as_raw();
    if !is_kept(&found, own) {
        return Err(
            "others may replace files in its folder: choose one that only this user may write"
                .to_owned(),
        );
    }
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if !found.file_type().is_socket() {
        return Err("something else is there: remove it, or choose another path".to_owned());
    }
    if found.uid() != own {
        return Err(format!(
            "a socket of another user (uid {}) is there: choose another path",
            found.uid()
        ));
    }
    match Probe::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            // A run that was killed has left it.
            fs::remove_file(path).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
        Ok(_) => {
            Err("another console listens on it: end that one, or choose another path".to_owned())
        }
    }
}

/// Whether nobody else can put another file in the place of one in this folder.
fn is_kept(folder: &Metadata, own: u32) -> bool {
    let by_others = folder.mode() & 0o022 != 0;
    let sticky = folder.mode() & 0o1000 != 0;
    [own, 0].contains(&folder.uid()) && (!by_others || sticky)
}

/// Made in a folder of its own that nobody else may enter, and put in its place with the mode that it is to have: there is
/// no moment at which somebody else may connect, and nothing that came meanwhile is replaced.
fn make(path: &Path, group: Option<u32>, users: Users) -> io::Result<Door> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let hidden = tempfile::Builder::new()
        .prefix(".t")
        .rand_bytes(4)
        .tempdir_in(folder.unwrap_or(Path::new(".")))?;
    let bound = hidden.path().join("s");
    let listener = UnixListener::bind(&bound)?;
    let mode = if group.is_some() { 0o660 } else { 0o600 };
    fs::set_permissions(&bound, fs::Permissions::from_mode(mode))?;
    if let Some(group) = group
        && fs::symlink_metadata(&bound)?.gid() != group
    {
        lchown(&bound, None, Some(group))?;
    }
    // Unlike a rename, a link never takes the place of something.
    fs::hard_link(&bound, path)?;
    let file = fs::symlink_metadata(&bound)?;
    fs::remove_file(&bound)?;
    Ok(Door {
        listener,
        path: path.into(),
        file: Some((file.dev(), file.ino())),
        users,
    })
}

fn said(error: &io::Error, path: &Path) -> String {
    if error.kind() == io::ErrorKind::InvalidInput {
        let length = path.as_os_str().len();
        return format!("its path is too long ({length} bytes): choose one of at most 90");
    }
    error.to_string()
}

fn user(account: &Account) -> Result<u32, String> {
    match account {
        Account::Number(uid) => Ok(*uid),
        Account::Name(name) => match User::from_name(name) {
            Ok(Some(user)) => Ok(user.uid.as_raw()),
            Ok(None) => Err(format!("there is no user {name:?} on this machine")),
            Err(error) => Err(format!("the user {name:?} cannot be looked up: {error}")),
        },
    }
}

fn group(account: &Account) -> Result<u32, String> {
    match account {
        Account::Number(gid) => Ok(*gid),
        Account::Name(name) => match Group::from_name(name) {
            Ok(Some(group)) => Ok(group.gid.as_raw()),
            Ok(None) => Err(format!("there is no group {name:?} on this machine")),
            Err(error) => Err(format!("the group {name:?} cannot be looked up: {error}")),
        },
    }
}

/// `uid 1001 (deploy)`; the number alone where the machine has no name for it.
fn named(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => format!("uid {uid} ({})", user.name),
        _ => format!("uid {uid}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(group: bool) -> Users {
        Users {
            own: 1000,
            overflow: Some(65_534),
            group,
            readers: vec![0],
            writers: vec![1002],
        }
    }

    #[test]
    fn who_is_not_listed_may_do_nothing_and_a_group_may_read() {
        let alone = users(false);
        for (uid, scope) in [
            (1000, Scope::Write),
            (1002, Scope::Write),
            (0, Scope::Read),
            (1003, Scope::None),
            (65_534, Scope::None),
        ] {
            assert_eq!(alone.scope(uid), scope, "{uid}");
        }
        let open = users(true);
        assert_eq!(open.scope(1003), Scope::Read);
        assert_eq!(open.scope(65_534), Scope::None, "whoever that is");
        let unlisted = Users {
            readers: Vec::new(),
            ..users(true)
        };
        assert_eq!(unlisted.scope(0), Scope::None);
    }

    #[test]
    fn a_user_without_a_name_is_a_number() {
        assert_eq!(named(3_999_999_999), "uid 3999999999");
        assert_eq!(named(0), "uid 0 (root)");
        assert!(user(&Account::Name("no such user".into())).is_err());
        assert!(group(&Account::Name("no such group".into())).is_err());
    }
}
