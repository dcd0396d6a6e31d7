//! Panics, wherever they happen. The engine may catch one and go on; it is a finding all the same.

use std::cell::Cell;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();

thread_local! {
    static GENERATING: Cell<bool> = const { Cell::new(false) };
}

/// Records all panics of the process from now on. Those of the generator are no finding.
pub(crate) fn record() {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GENERATING.get() {
                return;
            }
            lock().push(info.to_string().replace('\n', " "));
            before(info);
        }));
    });
}

/// What was recorded since the last call.
pub(crate) fn take() -> Vec<String> {
    std::mem::take(&mut *lock())
}

/// Runs the generator.
pub(crate) fn while_generating<T>(generate: impl FnOnce() -> T) -> Option<T> {
    GENERATING.set(true);
    let result = panic::catch_unwind(panic::AssertUnwindSafe(generate));
    GENERATING.set(false);
    result.ok()
}

fn lock() -> std::sync::MutexGuard<'static, Vec<String>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}
