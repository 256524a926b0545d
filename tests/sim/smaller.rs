//! Makes a case that fails smaller: fewer steps, fewer kinds of faults, fewer people, as long as it fails.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::case::{Case, Fault};
use crate::world::{Failure, Ran, World};

/// Runs that are spent on one case.
const MOST: usize = 30;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a case; a panic is a failure like any other.
pub fn attempt(case: &Case) -> Result<Ran, Failure> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if QUIET.with(Cell::get) {
                LAST.with(|last| last.replace(info.to_string()));
            } else {
                before(info);
            }
        }));
    });
    QUIET.with(|quiet| quiet.set(true));
    let ran = catch_unwind(AssertUnwindSafe(|| World::run(case)));
    QUIET.with(|quiet| quiet.set(false));
    ran.unwrap_or_else(|_| {
        let why = LAST.with(std::cell::RefCell::take);
        Err(Failure {
            step: case.steps,
            why,
        })
    })
}

thread_local! {
    static LAST: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// The smallest case that was found to fail.
pub fn smallest(case: &Case, failure: Failure) -> (Case, Failure) {
    let (mut least, mut why) = (case.clone(), failure);
    let mut left = MOST;
    let mut takes = |smaller: Case, least: &mut Case, why: &mut Failure| {
        if left == 0 {
            return false;
        }
        left -= 1;
        match attempt(&smaller) {
            // That a short run is inert is no fault.
            Err(failure) => {
                (*least, *why) = (smaller, failure);
                true
            }
            Ok(_) => false,
        }
    };
    for fault in Fault::ALL {
        let mut smaller = least.clone();
        smaller.off.insert(*fault);
        takes(smaller, &mut least, &mut why);
    }
    for users in [1, 2, 3, 5] {
        if users < least.users {
            let smaller = Case {
                users,
                ..least.clone()
            };
            if takes(smaller, &mut least, &mut why) {
                break;
            }
        }
    }
    (least, why)
}
