//! What faults make of a WebSocket session: when it is cut or closed, and how it ends.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use super::shared::Shared;
use super::upgrade::{Socket, close, until};

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The other side is gone, or is to be: nothing more is said.
    Cut,
    /// With a close frame.
    Close(u16),
    /// Half-open: the connection stays, and nothing ever comes again.
    Silence,
}

impl End {
    /// Ends it so.
    pub(super) async fn carry_out(self, socket: &mut Socket) {
        match self {
            Self::Cut => {}
            Self::Close(code) => close(socket, code).await,
            Self::Silence => swallow(socket).await,
        }
    }
}

/// What is in store for a session.
pub(super) struct SessionFaults {
    close_code: u16,
    close_at: Option<Instant>,
    cut_at: Option<Instant>,
}

impl SessionFaults {
    /// A session that opens now is closed by `ws-close` after a short time, and cut by `ws-drop`.
    pub(super) fn plan(shared: &Shared) -> Self {
        let code = shared.faults().ws_close;
        let wait = Duration::from_millis(50) + Duration::from_secs(1).mul_f64(shared.draw());
        let mut course = Self {
            close_code: code,
            close_at: (code != 0).then(|| Instant::now() + wait),
            cut_at: None,
        };
        course.plan_cut(shared);
        course
    }

    /// Draws anew when `ws-drop` cuts it: times are exponential, so that may be done at any moment.
    pub(super) fn plan_cut(&mut self, shared: &Shared) {
        let mean = shared.faults().ws_drop;
        let factor = -(1.0 - shared.draw()).ln();
        self.cut_at = (!mean.is_zero()).then(|| Instant::now() + mean.mul_f64(factor));
    }

    /// Waits for the end that is in store; for ever when there is none.
    pub(super) async fn over(&self) -> End {
        tokio::select! {
            () = until(self.cut_at) => End::Cut,
            () = until(self.close_at) => End::Close(self.close_code),
        }
    }
}

/// Reads bytes below the WebSocket, so that no ping is answered, until the other side gives up.
async fn swallow(socket: &mut Socket) {
    let mut bytes = [0; 1024];
    while socket
        .get_mut()
        .read(&mut bytes)
        .await
        .is_ok_and(|count| count > 0)
    {}
}
