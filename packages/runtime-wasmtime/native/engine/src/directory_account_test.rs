//! Tests of accounts on real folders.

use super::*;
use crate::directory_size::ENTRY_BYTES;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "wasmwhisk-account-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn write(&self, name: &str, bytes: usize) {
        fs::write(self.0.join(name), vec![0; bytes]).unwrap();
    }

    fn account(&self, bytes_max: u64) -> Arc<DirectoryAccount> {
        Arc::new(DirectoryAccount::new(self.0.clone(), bytes_max))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn measurings(account: &DirectoryAccount) -> u64 {
    account.tally().measurings
}

#[tokio::test]
async fn counts_what_lies_there_and_what_is_granted() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("inner")).unwrap();
    folder.write("inner/file", 1000);
    let account = folder.account(2 * ENTRY_BYTES + 1000 + 500);
    account.grow(400).await.unwrap().settle(true);
    assert_eq!(account.grow(101).await.err(), Some(QuotaExceeded));
    account.grow(100).await.unwrap().settle(true);
    assert_eq!(account.grow(1).await.err(), Some(QuotaExceeded));
    assert_eq!(measurings(&account), 1);
}

#[tokio::test]
async fn measures_nothing_before_something_grows() {
    let folder = Folder::new();
    let account = folder.account(100);
    account.grow(0).await.unwrap().settle(true);
    assert_eq!(account.grow(101).await.err(), Some(QuotaExceeded));
    assert_eq!(measurings(&account), 0);
}

#[tokio::test]
async fn gives_back_what_was_not_done() {
    let folder = Folder::new();
    let account = folder.account(100);
    account.grow(100).await.unwrap().settle(false);
    account.grow(100).await.unwrap().settle(true);
    assert_eq!(account.grow(1).await.err(), Some(QuotaExceeded));
}

#[tokio::test]
async fn refuses_at_once_while_the_limit_is_hit_and_measures_after_a_pause() {
    let folder = Folder::new();
    folder.write("file", 1000);
    let account = folder.account(ENTRY_BYTES + 1000);
    for _ in 0..1000 {
        assert_eq!(account.grow(1).await.err(), Some(QuotaExceeded));
    }
    assert!(measurings(&account) <= 3, "{}", measurings(&account));
    // Removed by somebody whom nobody here knows of.
    fs::remove_file(folder.0.join("file")).unwrap();
    tokio::time::sleep(MEASURE_PAUSE * 2).await;
    account.grow(1).await.unwrap().settle(true);
}

#[tokio::test]
async fn waits_where_something_was_removed() {
    let folder = Folder::new();
    folder.write("file", 1000);
    let account = folder.account(ENTRY_BYTES + 1000);
    assert!(account.grow(1).await.is_err());
    let before = Instant::now();
    fs::remove_file(folder.0.join("file")).unwrap();
    account.note_removed();
    account.grow(1).await.unwrap().settle(true);
    assert!(before.elapsed() < MEASURE_PAUSE * 20);
    assert_eq!(measurings(&account), 2);
}

#[tokio::test]
async fn counts_open_files_without_a_name_until_they_are_closed() {
    let folder = Folder::new();
    folder.write("file", 1000);
    let file = Arc::new(File::open(folder.0.join("file")).unwrap());
    let account = folder.account(ENTRY_BYTES + 1500);
    // Opened twice, counted once.
    let keys = [account.opened(Arc::clone(&file)), account.opened(file)];
    fs::remove_file(folder.0.join("file")).unwrap();
    assert_eq!(account.grow(501).await.err(), Some(QuotaExceeded));
    for key in keys {
        account.closed(key);
    }
    account.note_removed();
    account.grow(501).await.unwrap().settle(true);
}

#[tokio::test]
async fn knows_of_writes_that_a_measuring_may_have_missed() {
    let folder = Folder::new();
    let account = folder.account(1000);
    let writing = account.grow(900).await.unwrap();
    // The write has not reached the disk: nothing to see there.
    account.measure_now();
    assert_eq!(account.grow(101).await.err(), Some(QuotaExceeded));
    writing.settle(true);
    assert_eq!(account.grow(101).await.err(), Some(QuotaExceeded));
    account.measure_now();
    account.grow(101).await.unwrap().settle(true);
}

#[tokio::test]
async fn believes_no_lower_number_while_entries_are_moved() {
    let folder = Folder::new();
    let account = folder.account(1000);
    account.grow(900).await.unwrap().settle(true);
    let moving = account.begin_move();
    account.measure_now();
    drop(moving);
    assert_eq!(account.grow(101).await.err(), Some(QuotaExceeded));
}

#[tokio::test]
async fn measures_again_after_a_run_ended_in_the_middle_of_a_write() {
    let folder = Folder::new();
    let account = folder.account(100_000);
    let growth = account.grow(10).await.unwrap();
    drop(growth);
    tokio::time::sleep(MEASURE_PAUSE * 2).await;
    account.grow(10).await.unwrap().settle(true);
    assert_eq!(measurings(&account), 2);
}

#[tokio::test]
async fn lets_runs_at_once_take_no_more_than_one() {
    let folder = Folder::new();
    let account = folder.account(1000);
    let runs: Vec<_> = (0..50)
        .map(|_| {
            let account = Arc::clone(&account);
            tokio::spawn(async move { account.grow(100).await.map(|growth| growth.settle(true)) })
        })
        .collect();
    let mut granted = 0;
    for run in runs {
        granted += usize::from(run.await.unwrap().is_ok());
    }
    assert_eq!(granted, 10);
    assert!(measurings(&account) <= 2);
}

#[tokio::test]
async fn counts_what_cannot_be_looked_at_as_endless() {
    let folder = Folder::new();
    assert_eq!(measure(&folder.0.join("nothing"), 10), 0);
    // Deeper than a path reaches: made by moving a tree into another.
    let name = "d".repeat(200);
    let deep = |levels: usize| (0..levels).fold(PathBuf::new(), |path, _| path.join(&name));
    let (first, second) = (folder.0.join("first"), folder.0.join("second"));
    fs::create_dir_all(first.join(deep(15))).unwrap();
    fs::create_dir_all(second.join(deep(15))).unwrap();
    fs::rename(&second, first.join(deep(15)).join("second")).unwrap();
    assert_eq!(measure(&folder.0, u64::MAX - 1), u64::MAX);
    // Removed in two steps for the same reason.
    fs::rename(first.join(deep(15)).join("second"), &second).unwrap();
}

#[tokio::test]
async fn charges_the_directories_around_one_too() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("inner")).unwrap();
    let grant = |path: PathBuf, writable: bool, bytes_max: Option<u64>| Directory {
        host_path: path,
        guest_path: String::new(),
        writable,
        bytes_max,
    };
    let accounts = open_accounts(&[
        grant(folder.0.clone(), true, Some(100)),
        grant(folder.0.join("inner"), true, Some(50)),
        grant(folder.0.join("inner"), true, None),
        grant(folder.0.join("inner"), false, Some(50)),
        grant(std::env::temp_dir(), true, None),
    ]);
    let counts: Vec<usize> = accounts.iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 2, 2, 0, 0]);
    assert!(Arc::ptr_eq(&accounts[0][0], &accounts[1][0]));
    assert!(Arc::ptr_eq(&accounts[1][1], &accounts[2][1]));
}
