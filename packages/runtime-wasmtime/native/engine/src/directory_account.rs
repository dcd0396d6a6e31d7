//! How much the directories that a guest may change hold, and what may still be added.

use crate::directory_size::{measure, measure_nameless};
use crate::settings::Directory;
use slab::Slab;
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// After so much growth a directory is measured again: others write to it too, and guests remove.
const MEASURE_EVERY_BYTES: u64 = 64 * 1024 * 1024;
/// Two measurings of a directory are at least this far apart, and as many times as long as one takes.
const MEASURE_PAUSE: Duration = Duration::from_millis(100);
const MEASURE_PAUSE_FACTOR: u32 = 9;

/// The limit of a directory is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaExceeded;

impl std::fmt::Display for QuotaExceeded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the directory holds as much as it may")
    }
}

impl std::error::Error for QuotaExceeded {}

/// For each directory of a container, in their order, the accounts of what is written there: its own
/// if it has a limit, and those of the granted directories that it lies in.
pub fn open_accounts(directories: &[Directory]) -> Vec<Vec<Arc<DirectoryAccount>>> {
    let real = |path: &PathBuf| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let limited: Vec<(PathBuf, Arc<DirectoryAccount>)> = directories
        .iter()
        .filter(|directory| directory.writable)
        .filter_map(|directory| {
            let path = real(&directory.host_path);
            let account = DirectoryAccount::new(path.clone(), directory.bytes_max?);
            Some((path, Arc::new(account)))
        })
        .collect();
    let accounts_of = |directory: &Directory| {
        let path = real(&directory.host_path);
        let around = limited.iter().filter(|(outer, _)| path.starts_with(outer));
        around.map(|(_, account)| Arc::clone(account)).collect()
    };
    directories
        .iter()
        .map(|directory| match directory.writable {
            true => accounts_of(directory),
            false => Vec::new(),
        })
        .collect()
}

/// What one directory may still take: one account for all runs of a container, so that those that
/// write at once know of each other.
///
/// It is measured when a guest first makes it grow. From there growth is counted, and it is measured
/// again when much was written or the limit is reached, on a thread where nobody computes and never
/// twice within [`MEASURE_PAUSE`]. Files that are open without having a name count as well.
pub struct DirectoryAccount {
    host_path: PathBuf,
    bytes_max: u64,
    tally: Mutex<Tally>,
    open: Mutex<Slab<Arc<File>>>,
    /// Held while it is measured.
    measuring: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Tally {
    /// As measured last; `None` before the first time.
    used: Option<u64>,
    /// What was granted and is not in `used`.
    grown: u64,
    /// Granted, and perhaps not on the disk yet.
    in_flight: u64,
    /// While measuring: what may be on the disk too late to be seen.
    unseen: u64,
    /// Something was removed since the last measuring began.
    removed: bool,
    /// Entries are being moved, or were since the last measuring began: it may have missed them.
    moves: usize,
    moved: bool,
    /// What a write came to is not known: its run was ended meanwhile, or the file was made shorter.
    doubtful: bool,
    truncations: u64,
    measurings: u64,
    /// Before this it is not measured again.
    next_at: Option<Instant>,
}

/// What an account had seen by then.
#[derive(Clone, Copy)]
struct Moment {
    measurings: u64,
    truncations: u64,
}

enum Answer {
    Granted(Moment),
    Refused,
    /// It has to be measured, if nobody has since this number of measurings.
    Measure(u64),
    Wait(Instant),
}

impl DirectoryAccount {
    /// Measures nothing yet.
    pub fn new(host_path: PathBuf, bytes_max: u64) -> DirectoryAccount {
        DirectoryAccount {
            host_path,
            bytes_max,
            tally: Mutex::default(),
            open: Mutex::default(),
            measuring: Arc::default(),
        }
    }

    /// Asks for room. A guest waits here while the directory is measured; it is refused when the last
    /// measuring left no room and nothing was removed since.
    pub async fn grow(self: &Arc<Self>, bytes: u64) -> Result<Growth, QuotaExceeded> {
        let began_after = self.tally().measurings;
        loop {
            match self.ask(bytes, Instant::now(), began_after) {
                Answer::Granted(at) => {
                    return Ok(Growth {
                        account: Arc::clone(self),
                        bytes,
                        at,
                        settled: false,
                    });
                }
                Answer::Refused => return Err(QuotaExceeded),
                Answer::Wait(until) => tokio::time::sleep_until(until.into()).await,
                Answer::Measure(seen) => self.measure(seen).await?,
            }
        }
    }

    /// Something was removed: there may be room again.
    pub fn note_removed(&self) {
        self.tally().removed = true;
    }

    /// A file was made shorter.
    pub fn note_truncated(&self) {
        let mut tally = self.tally();
        tally.removed = true;
        tally.truncations += 1;
    }

    /// Entries are moved inside, until the answer is dropped.
    pub fn begin_move(self: &Arc<Self>) -> Move {
        self.tally().moves += 1;
        Move(Arc::clone(self))
    }

    /// Keeps account of an open file until [`DirectoryAccount::closed`] is called with the answer.
    pub fn opened(&self, file: Arc<File>) -> usize {
        self.open_files().insert(file)
    }

    /// The file is not open any more.
    pub fn closed(&self, key: usize) {
        self.open_files().try_remove(key);
    }

    fn ask(&self, bytes: u64, now: Instant, began_after: u64) -> Answer {
        let mut tally = self.tally();
        let moment = Moment {
            measurings: tally.measurings,
            truncations: tally.truncations,
        };
        if bytes == 0 {
            return Answer::Granted(moment);
        }
        if bytes > self.bytes_max {
            return Answer::Refused;
        }
        let Some(used) = tally.used else {
            return Answer::Measure(tally.measurings);
        };
        let next_at = tally.next_at.filter(|at| *at > now);
        if next_at.is_none() && (tally.doubtful || tally.grown >= MEASURE_EVERY_BYTES) {
            return Answer::Measure(tally.measurings);
        }
        let after = used.saturating_add(tally.grown).saturating_add(bytes);
        if after <= self.bytes_max {
            tally.grown += bytes;
            tally.in_flight += bytes;
            tally.unseen = tally.unseen.saturating_add(bytes);
            return Answer::Granted(moment);
        }
        if tally.measurings != began_after {
            return Answer::Refused;
        }
        match next_at {
            None => Answer::Measure(tally.measurings),
            Some(at) if tally.removed => Answer::Wait(at),
            Some(_) => Answer::Refused,
        }
    }

    /// Goes on although the run that asked may end meanwhile: there is never more than one.
    async fn measure(self: &Arc<Self>, seen: u64) -> Result<(), QuotaExceeded> {
        let permit = Arc::clone(&self.measuring).lock_owned().await;
        if self.tally().measurings != seen {
            return Ok(());
        }
        let account = Arc::clone(self);
        let measured = tokio::task::spawn_blocking(move || {
            account.measure_now();
            drop(permit);
        });
        // It fails only where threads end: nothing may be written that was not measured.
        measured.await.map_err(|_| QuotaExceeded)
    }

    fn measure_now(&self) {
        let began = Instant::now();
        {
            let mut tally = self.tally();
            tally.unseen = tally.in_flight;
            tally.removed = false;
            tally.moved = false;
            tally.doubtful = false;
        }
        // More than the limit need not be counted to its end.
        let mut bytes = measure(&self.host_path, self.bytes_max);
        // Later than the rest: what is removed meanwhile counts twice rather than never.
        let open: Vec<Arc<File>> = self
            .open_files()
            .iter()
            .map(|(_, file)| file.clone())
            .collect();
        bytes = bytes.saturating_add(measure_nameless(&open));
        let took = began.elapsed();
        let mut tally = self.tally();
        if tally.moved || tally.moves > 0 {
            bytes = bytes.max(tally.used.unwrap_or(0).saturating_add(tally.grown));
        }
        tally.used = Some(bytes);
        tally.grown = tally.unseen;
        tally.measurings += 1;
        let pause = took.saturating_mul(MEASURE_PAUSE_FACTOR).max(MEASURE_PAUSE);
        tally.next_at = Instant::now().checked_add(pause);
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_files(&self) -> MutexGuard<'_, Slab<Arc<File>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that was granted. Dropped without being settled, it counts and makes the account doubtful.
#[must_use]
pub struct Growth {
    account: Arc<DirectoryAccount>,
    bytes: u64,
    at: Moment,
    settled: bool,
}

impl Growth {
    /// What was to be done is over. `done`: it was done; otherwise the room is given back.
    pub fn settle(mut self, done: bool) {
        self.settled = true;
        let mut tally = self.account.tally();
        tally.in_flight -= self.bytes;
        // It may have filled again what was measured in between.
        tally.doubtful |=
            tally.measurings != self.at.measurings && tally.truncations != self.at.truncations;
        if !done {
            tally.grown = tally.grown.saturating_sub(self.bytes);
            tally.unseen = tally.unseen.saturating_sub(self.bytes);
        }
    }
}

impl Drop for Growth {
    fn drop(&mut self) {
        if !self.settled && self.bytes > 0 {
            let mut tally = self.account.tally();
            tally.in_flight -= self.bytes;
            tally.doubtful = true;
        }
    }
}

/// See [`DirectoryAccount::begin_move`].
#[must_use]
pub struct Move(Arc<DirectoryAccount>);

impl Drop for Move {
    fn drop(&mut self) {
        let mut tally = self.0.tally();
        tally.moves -= 1;
        tally.moved = true;
    }
}

#[cfg(test)]
#[path = "directory_account_test.rs"]
mod tests;
