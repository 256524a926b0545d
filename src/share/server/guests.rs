//! Who comes to the socket: whether he may, what he says first, and what he is told until he leaves.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use nix::unistd::{Gid, Group, Uid, User};
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf, UCred};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::{WAITING_FRAMES, bye};
use crate::listen::socket::Door;
use crate::record::frame::FrameSort;
use crate::share::words::{Guest, Hello, ShareAsk, Viewer};
use crate::share::{MOST_VIEWERS, wire};
use crate::time::Clock;

/// How long a guest has to say who he is, and how long one frame may take to be taken.
const PATIENCE: Duration = Duration::from_secs(5);
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// Guests at a time who have not said who they are.
const MOST_UNKNOWN: usize = 64;

/// The least time between two questions of one viewer.
const BETWEEN: Duration = Duration::from_millis(50);

/// Columns of an operator's name.
const LONGEST_NAME: usize = 64;

/// Users that one question can name.
const MOST_USERS: usize = 256;

/// What becomes of guests.
#[derive(Debug)]
pub(super) enum GuestNews {
    Refused,
    Came {
        id: u64,
        about: Viewer,
        to: mpsc::Sender<Arc<[u8]>>,
        waiting: Arc<AtomicUsize>,
    },
    /// Only asks how it goes.
    Looks(mpsc::Sender<Arc<[u8]>>),
    Asks(u64, ShareAsk),
    Left(u64),
}

/// The door, and who may come through it.
pub(super) struct Coming {
    door: Door,
    rules: Arc<Rules>,
}

struct Rules {
    own: u32,
    /// The group of the socket, where it is open to one.
    group: Option<u32>,
    hello: Hello,
    to_core: mpsc::Sender<GuestNews>,
    next: AtomicU64,
}

impl Coming {
    pub(super) fn new(door: Door, hello: &Hello, to_core: mpsc::Sender<GuestNews>) -> Self {
        let rules = Rules {
            own: rustix::process::geteuid().as_raw(),
            group: group_of(door.path()),
            hello: hello.clone(),
            to_core,
            next: AtomicU64::new(1),
        };
        Self {
            door,
            rules: Arc::new(rules),
        }
    }

    pub(super) async fn run(self) {
        let unknown = Arc::new(Semaphore::new(MOST_UNKNOWN + MOST_VIEWERS));
        let mut guests = JoinSet::new();
        loop {
            while guests.try_join_next().is_some() {}
            let Ok(place) = Arc::clone(&unknown).acquire_owned().await else {
                return;
            };
            match self.door.next().await {
                Ok(stream) => {
                    let rules = Arc::clone(&self.rules);
                    guests.spawn(async move {
                        if let Err(error) = rules.receive(stream).await {
                            tracing::debug!(%error, "a connection to the share has ended");
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "no console can attach");
                    sleep(PATIENCE).await;
                }
            }
        }
    }
}

impl Rules {
    async fn receive(self: Arc<Self>, stream: UnixStream) -> io::Result<()> {
        let cred = stream.peer_cred()?;
        let (mut read, mut write) = stream.into_split();
        if !self.may(cred).await {
            tracing::warn!(uid = cred.uid(), pid = ?cred.pid(), "refused: neither the reader's user nor a member of the socket's group");
            let _ = self.to_core.send(GuestNews::Refused).await;
            let why = format!(
                "uid {} is neither the reader's user nor a member of the socket's group",
                cred.uid()
            );
            return timeout(PATIENCE, write.write_all(&bye(&why))).await?;
        }
        let hello = wire::frame(FrameSort::Head, Clock::Real.now(), 0, &self.hello)?;
        timeout(PATIENCE, write.write_all(&hello)).await??;
        let first = timeout(PATIENCE, wire::next(&mut read, wire::Trust::Viewer)).await??;
        let first = first.ok_or(io::ErrorKind::UnexpectedEof)?;
        let guest: Guest = first.read()?;
        if let Some(why) = self.hello.differs(&guest.hello).filter(|_| !guest.looks) {
            return timeout(PATIENCE, write.write_all(&bye(&why))).await?;
        }
        let (to, frames) = mpsc::channel(WAITING_FRAMES);
        let waiting = Arc::new(AtomicUsize::new(0));
        if guest.looks {
            self.tell(GuestNews::Looks(to)).await?;
            return writes(write, frames, waiting).await;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let about = Viewer {
            operator: guest.operator.fit(LONGEST_NAME).into_owned().into(),
            uid: cred.uid(),
            pid: cred.pid(),
            since: Clock::Real.now(),
        };
        tracing::info!(uid = about.uid, operator = %about.operator, "a console has attached");
        let came = GuestNews::Came {
            id,
            about,
            to,
            waiting: Arc::clone(&waiting),
        };
        self.tell(came).await?;
        let ended = tokio::select! {
            ended = writes(write, frames, waiting) => ended,
            ended = self.reads(id, read) => ended,
        };
        self.tell(GuestNews::Left(id)).await?;
        ended
    }

    async fn tell(&self, news: GuestNews) -> io::Result<()> {
        let sent = self.to_core.send(news).await;
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Whether the kernel's word for the other side is good enough. The mode of the file says the same; it may have been changed.
    async fn may(&self, cred: UCred) -> bool {
        if cred.uid() == self.own {
            return true;
        }
        let Some(group) = self.group else {
            return false;
        };
        if cred.gid() == group {
            return true;
        }
        let member = spawn_blocking(move || is_member(cred.uid(), group));
        member.await.unwrap_or(false)
    }

    async fn reads(&self, id: u64, mut read: OwnedReadHalf) -> io::Result<()> {
        while let Some(frame) = wire::next(&mut read, wire::Trust::Viewer).await? {
            let mut asked: ShareAsk = frame.read()?;
            if let ShareAsk::Reread(users) = &mut asked {
                users.truncate(MOST_USERS);
            }
            self.tell(GuestNews::Asks(id, asked)).await?;
            sleep(BETWEEN).await;
        }
        Ok(())
    }
}

/// Writes what comes, until nothing more does. Who was dropped is told so.
async fn writes(
    mut write: OwnedWriteHalf,
    mut frames: mpsc::Receiver<Arc<[u8]>>,
    waiting: Arc<AtomicUsize>,
) -> io::Result<()> {
    while let Some(frame) = frames.recv().await {
        timeout(TAKEN_WITHIN, write.write_all(&frame)).await??;
        waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        if wire::ends(&frame) {
            return Ok(());
        }
    }
    let why = bye("this console read too slowly");
    timeout(PATIENCE, write.write_all(&why)).await?
}

/// The group that a socket is open to.
fn group_of(path: &Path) -> Option<u32> {
    let found = fs::symlink_metadata(path).ok()?;
    (found.mode() & 0o020 != 0).then(|| found.gid())
}

fn is_member(uid: u32, group: u32) -> bool {
    let Ok(Some(user)) = User::from_uid(Uid::from_raw(uid)) else {
        return false;
    };
    if user.gid.as_raw() == group {
        return true;
    }
    let found = Group::from_gid(Gid::from_raw(group));
    matches!(found, Ok(Some(group)) if group.mem.contains(&user.name))
}
