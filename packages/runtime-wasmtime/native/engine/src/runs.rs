//! The runs in progress, by number.

use crate::run_state::RunState;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A table that the main thread, the ticker and the tasks share.
#[derive(Default)]
pub struct Runs {
    table: Mutex<HashMap<u64, Arc<RunState>>>,
}

impl Runs {
    /// Adds a run.
    pub fn insert(&self, state: &Arc<RunState>) {
        self.lock().insert(state.id, Arc::clone(state));
    }

    /// Forgets a run.
    pub fn remove(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// Finds a run.
    pub fn get(&self, id: u64) -> Option<Arc<RunState>> {
        self.lock().get(&id).cloned()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// All runs for which `wanted` holds.
    pub fn select(&self, wanted: impl Fn(&RunState) -> bool) -> Vec<Arc<RunState>> {
        let table = self.lock();
        table.values().filter(|run| wanted(run)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<RunState>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
