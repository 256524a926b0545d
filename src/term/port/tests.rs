use std::io::Read;
use std::pin::pin;
use std::task::{Context, Waker};

use portable_pty::{MasterPty, PtySize, native_pty_system};
use rustix::termios::LocalModes;

use super::*;

const OPTIONS: Options = Options {
    mouse: true,
    synchronized: true,
    alternate: true,
    hyperlinks: true,
    glyphs: crate::term::glyphs::Glyphs::All,
};

/// A port on a pty of its own, and the far end.
fn port() -> (Port, Box<dyn MasterPty + Send>) {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let path = pty.master.tty_name().unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let tty = rustix::fs::open(path, flags, Mode::empty()).unwrap();
    (Port::on(tty, None, OPTIONS).unwrap(), pty.master)
}

fn cooked(port: &Port) -> bool {
    let modes = termios::tcgetattr(&port.tty).unwrap().local_modes;
    modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
}

/// Reads until `wanted` has come; the far end blocks, so a missing byte hangs rather than passes.
fn read_until(reader: &mut dyn Read, wanted: &[u8]) -> Vec<u8> {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(wanted) {
        reader.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    seen
}

/// Fills the terminal until it takes no more. The kernel moves what it took to the far end in its own time, and then
/// takes more: full is what stays full.
fn stop_up(port: &Port) {
    let mut full = 0;
    while full < 10 {
        if port.ready().unwrap() {
            port.send(&mut vec![b'x'; 4096]);
            full = 0;
        } else {
            std::thread::sleep(std::time::Duration::from_millis(5));
            full += 1;
        }
    }
}

#[test]
fn entering_and_leaving_put_the_modes_back() {
    let (port, master) = port();
    let mut reader = master.try_clone_reader().unwrap();
    assert!(cooked(&port));
    port.enter().unwrap();
    assert!(!cooked(&port));
    port.leave();
    assert!(cooked(&port));
    let enter = read_until(&mut *reader, &modes::enter(OPTIONS));
    assert_eq!(enter, modes::enter(OPTIONS));
    assert_eq!(
        read_until(&mut *reader, b"\x1b[?25h"),
        modes::leave(OPTIONS)
    );
}

#[test]
fn leaving_twice_does_it_once_and_entering_again_works() {
    let (port, master) = port();
    let mut reader = master.try_clone_reader().unwrap();
    for _ in 0..2 {
        port.enter().unwrap();
        port.leave();
        port.leave();
        let mut round = modes::enter(OPTIONS);
        round.extend(modes::leave(OPTIONS));
        assert_eq!(read_until(&mut *reader, b"\x1b[?25h"), round);
    }
}

#[test]
fn a_stopped_terminal_holds_one_frame_and_is_left_all_the_same() {
    let (port, master) = port();
    port.enter().unwrap();
    stop_up(&port);
    assert!(!port.ready().unwrap(), "no second frame");
    assert!(port.aside(b"\x07"), "small things may wait");
    assert!(!port.aside(&vec![0; MAX_ASIDE]), "but not without bound");
    port.leave();
    assert!(cooked(&port));
    let mut reader = master.try_clone_reader().unwrap();
    let seen = read_until(&mut *reader, b"\x1b[?25h");
    let mut end = modes::CANCEL.to_vec();
    end.extend(modes::leave(OPTIONS));
    assert!(
        seen.ends_with(&end),
        "the way back is whole, after a cancelled sequence"
    );
}

#[tokio::test]
async fn what_a_slow_terminal_did_not_take_follows_in_order() {
    let (port, master) = port();
    port.enter().unwrap();
    stop_up(&port);
    assert!(port.aside(b"bell"));
    let mut reader = master.try_clone_reader().unwrap();
    let far = std::thread::spawn(move || read_until(&mut *reader, b"xbell"));
    port.drained().await;
    assert!(port.ready().unwrap());
    let seen = far.join().unwrap();
    assert_eq!((seen.len() - modes::enter(OPTIONS).len() - 4) % 4096, 0);
}

#[test]
fn a_port_that_was_left_takes_nothing() {
    let (port, _master) = port();
    assert!(!port.ready().unwrap());
    assert!(!port.aside(b"x"));
    port.enter().unwrap();
    assert!(port.ready().unwrap());
}

#[tokio::test]
async fn a_terminal_that_hung_up_takes_nothing_and_wakes_nobody() {
    let (port, master) = port();
    port.enter().unwrap();
    drop(master);
    port.send(&mut b"frame".to_vec());
    assert!(!port.ready().unwrap());
    let mut now = Context::from_waker(Waker::noop());
    assert!(pin!(port.drained()).poll(&mut now).is_pending());
    port.leave();
    assert!(port.enter().unwrap_err().is_hangup());
}

#[test]
fn the_size_follows_the_terminal_within_reason() {
    let (port, master) = port();
    for (cols, rows, expected) in [
        (132, 50, Size::new(132, 50)),
        (0, 0, Size::new(80, 24)),
        (u16::MAX, u16::MAX, MAX_SIZE),
    ] {
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        master.resize(size).unwrap();
        assert_eq!(port.size(), expected);
    }
}
