//! Processes that share a folder: started together, killed at any moment, and hindered by the system.
//!
//! A test starts this very binary again, to run only `child`, which does what the environment says.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use tempfile::TempDir;
use wasmwhisk_code_cache::{CodeCache, CodeKey, Lookup, MissReason, StoreFault};

const TASK: &str = "WASMWHISK_CODE_CACHE_TEST_TASK";
const FOLDER: &str = "WASMWHISK_CODE_CACHE_TEST_FOLDER";

/// The bound of the storm, which two fifths of its entries fill.
const STORM_BYTES_MAX: u64 = 12 << 20;
const STORM_KEYS: u64 = 48;
const KILLS: usize = 60;

/// A user who owns nothing.
const NOBODY: u32 = 65534;

#[test]
fn child() {
    let (Ok(task), Some(folder)) = (env::var(TASK), env::var_os(FOLDER)) else {
        return;
    };
    let folder = PathBuf::from(folder);
    match task.as_str() {
        "storm" => storm(&folder),
        "agree" => agree(&folder),
        "too-large-a-file" => too_large_a_file(&folder),
        "read-only" => read_only(&folder),
        "unreadable-entry" => unreadable_entry(&folder),
        other => panic!("no such task: {other}"),
    }
}

fn command(task: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    prepare(&mut command, task, folder);
    command.args(["--exact", "child", "--nocapture"]);
    command
}

fn prepare(command: &mut Command, task: &str, folder: &Path) {
    command
        .env(TASK, task)
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
}

fn assert_success(output: &Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {text}", output.status);
}

fn key(number: u64) -> CodeKey {
    CodeKey::new(&[b"process test", &number.to_le_bytes()])
}

/// The one right content for a key: its length and its bytes depend on the number.
fn content(number: u64) -> Vec<u8> {
    let length = if number.is_multiple_of(4) {
        2_000_000
    } else {
        1_000 + number as usize * 7_000
    };
    let block = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
    let mut bytes = block.repeat(length / block.len() + 1);
    bytes.truncate(length);
    bytes
}

fn random_below(limit: u64) -> u64 {
    RandomState::new().build_hasher().finish() % limit
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn temps(folder: &Path) -> usize {
    let names = names(folder);
    names.iter().filter(|name| name.ends_with(".tmp")).count()
}

/// Counts the temporary files that no living process has locked.
fn dead_temps(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tmp"))
        .filter_map(|path| File::open(path).ok())
        .filter(|file| file.try_lock().is_ok())
        .count()
}

fn entry_bytes(folder: &Path) -> u64 {
    let names = names(folder);
    let entries = names.iter().filter(|name| name.ends_with(".code"));
    entries
        .map(|name| fs::metadata(folder.join(name)).unwrap().len())
        .sum()
}

fn folder() -> (TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("cache");
    (above, folder)
}

/// Stores and loads until it is killed, and fails as soon as anything is neither a right hit nor a plain miss.
fn storm(folder: &Path) {
    let contents: Vec<_> = (0..STORM_KEYS).map(content).collect();
    let cache = CodeCache::open(folder, STORM_BYTES_MAX).unwrap();
    loop {
        let number = random_below(STORM_KEYS);
        let right = &contents[number as usize];
        match cache.load(&key(number)) {
            Lookup::Hit(code) => assert!(code == *right, "wrong content for {number}"),
            Lookup::Miss(None) => cache.store(&key(number), right).unwrap(),
            Lookup::Miss(Some(reason)) => panic!("damage at {number}: {reason}"),
        }
        // Hits alone would leave nothing to kill a writer of.
        if random_below(4) == 0 {
            cache.store(&key(number), right).unwrap();
        }
    }
}

struct Storm(Vec<Child>);

impl Storm {
    fn start(&mut self, folder: &Path) {
        let child = command("storm", folder).stderr(Stdio::piped()).spawn();
        self.0.push(child.unwrap());
    }

    /// Kills one of them, which must not have ended by itself.
    fn kill_one(&mut self) {
        let at = random_below(self.0.len() as u64) as usize;
        let mut child = self.0.swap_remove(at);
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(9), "ended by itself: {text}");
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn killing_writers_at_any_moment_leaves_right_entries_or_none() {
    let (_above, folder) = folder();
    let began = Instant::now();
    let mut storm = Storm(Vec::new());
    storm.start(&folder);
    storm.start(&folder);
    let mut left_half_written = 0;
    for _ in 0..KILLS {
        storm.start(&folder);
        // Some die before they have opened the folder, most while they store.
        thread::sleep(Duration::from_millis(random_below(120)));
        storm.kill_one();
        left_half_written += usize::from(dead_temps(&folder) > 0);
    }
    while !storm.0.is_empty() {
        storm.kill_one();
    }
    let left = dead_temps(&folder);
    let cache = CodeCache::open(&folder, STORM_BYTES_MAX).unwrap();
    assert_eq!(temps(&folder), 0, "files of dead writers stay");
    assert!(entry_bytes(&folder) <= STORM_BYTES_MAX);
    let mut hits = 0;
    for number in 0..STORM_KEYS {
        match cache.load(&key(number)) {
            Lookup::Hit(code) => {
                assert!(code == content(number), "wrong content for {number}");
                hits += 1;
            }
            Lookup::Miss(None) => {}
            Lookup::Miss(Some(reason)) => panic!("damage at {number}: {reason}"),
        }
    }
    assert!(hits > 0, "nothing was ever stored");
    assert!(left_half_written > 0, "no kill ever met a writer");
    assert!(names(&folder).len() <= hits + 1, "something else was left");
    eprintln!(
        "{KILLS} kills in {:?}; dead writers' files seen {left_half_written} times and {left} at the end; \
         {hits} of {STORM_KEYS} entries present",
        began.elapsed()
    );
}

/// Opens, stores one entry and reads it back.
fn agree(folder: &Path) {
    let number = u64::from(std::process::id());
    let cache = CodeCache::open(folder, STORM_BYTES_MAX).unwrap();
    let code = number.to_le_bytes();
    cache.store(&key(number), &code).unwrap();
    assert_eq!(cache.load(&key(number)), Lookup::Hit(code.to_vec()));
}

#[test]
fn processes_that_start_together_agree_on_one_key() {
    for _ in 0..5 {
        let (_above, folder) = folder();
        let children: Vec<_> = (0..6)
            .map(|_| command("agree", &folder).stderr(Stdio::piped()).spawn())
            .map(Result::unwrap)
            .collect();
        let numbers: Vec<_> = children
            .into_iter()
            .map(|child| {
                let number = u64::from(child.id());
                assert_success(&child.wait_with_output().unwrap());
                number
            })
            .collect();
        // The key is the folder's: what each stored, another process loads.
        let cache = CodeCache::open(&folder, STORM_BYTES_MAX).unwrap();
        for number in numbers {
            let code = number.to_le_bytes().to_vec();
            assert_eq!(cache.load(&key(number)), Lookup::Hit(code));
        }
        assert_eq!(temps(&folder), 0);
    }
}

/// Writes beyond the limit of the process, which ends a write in its middle as a full disk does.
fn too_large_a_file(folder: &Path) {
    let cache = CodeCache::open(folder, STORM_BYTES_MAX).unwrap();
    let fault = cache.store(&key(0), &content(0)).unwrap_err();
    assert!(matches!(fault, StoreFault::Failed { .. }), "{fault}");
    assert_eq!(names(folder), ["key"], "something half-written stays");
    assert_eq!(cache.load(&key(0)), Lookup::Miss(None));
    cache.store(&key(1), &content(1)).unwrap();
    assert_eq!(cache.load(&key(1)), Lookup::Hit(content(1)));
}

#[test]
fn a_write_that_ends_in_its_middle_is_a_reason_and_leaves_nothing() {
    let (_above, folder) = folder();
    // The shell ignores the signal that comes with the limit, and what it becomes inherits that.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 512; exec \"$@\"", "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"]);
    prepare(&mut shell, "too-large-a-file", &folder);
    assert_success(&shell.output().unwrap());
}

#[test]
fn a_full_disk_is_a_reason_and_leaves_nothing() {
    let above = tempfile::tempdir().unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m,mode=0700", "none"])
        .arg(above.path())
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        eprintln!("not shown: a small file system cannot be mounted here");
        return;
    }
    struct Mounted<'path>(&'path Path);
    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0).status();
        }
    }
    let mounted = Mounted(above.path());
    let cache = CodeCache::open(mounted.0, STORM_BYTES_MAX).unwrap();
    cache.store(&key(1), &content(1)).unwrap();
    let fault = cache.store(&key(0), &content(0)).unwrap_err();
    assert!(matches!(fault, StoreFault::DiskFull), "{fault}");
    assert_eq!(temps(mounted.0), 0);
    assert_eq!(cache.load(&key(1)), Lookup::Hit(content(1)));
    drop(cache);
}

/// Runs a task as a user whom permissions bind. Root becomes nobody, to whom the folder is given.
fn run_bound_by_permissions(task: &str, above: &TempDir, folder: &Path) -> Option<Output> {
    let mut command = command(task, folder);
    if rustix::process::geteuid().is_root() {
        fs::set_permissions(above.path(), Permissions::from_mode(0o755)).unwrap();
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
        for name in names(folder) {
            chown(folder.join(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("not shown: user {NOBODY} cannot run this test: {error}");
            None
        }
    }
}

/// Loads from a folder that it cannot write.
fn read_only(folder: &Path) {
    let cache = CodeCache::open(folder, STORM_BYTES_MAX).unwrap();
    let fault = cache.store(&key(2), &content(2)).unwrap_err();
    assert!(matches!(fault, StoreFault::ReadOnly), "{fault}");
    assert_eq!(cache.load(&key(1)), Lookup::Hit(content(1)));
    // Damage that cannot be removed is refused each time.
    for _ in 0..2 {
        assert_eq!(
            cache.load(&key(3)),
            Lookup::Miss(Some(MissReason::Authentication))
        );
    }
}

#[test]
fn a_read_only_folder_gives_what_it_has() {
    let (above, folder) = folder();
    let cache = CodeCache::open(&folder, STORM_BYTES_MAX).unwrap();
    cache.store(&key(1), &content(1)).unwrap();
    cache.store(&key(3), &content(3)).unwrap();
    let damaged = folder.join(format!("{}.code", key(3)));
    let mut bytes = fs::read(&damaged).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&damaged, bytes).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o500)).unwrap();
    if let Some(output) = run_bound_by_permissions("read-only", &above, &folder) {
        assert_success(&output);
    }
    // So that the folder can be removed again.
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
}

/// Meets an entry that its own user may not read.
fn unreadable_entry(folder: &Path) {
    let cache = CodeCache::open(folder, STORM_BYTES_MAX).unwrap();
    let reason = MissReason::Unreadable(std::io::ErrorKind::PermissionDenied);
    assert_eq!(cache.load(&key(1)), Lookup::Miss(Some(reason)));
    assert_eq!(names(folder), ["key"]);
    cache.store(&key(1), &content(1)).unwrap();
    assert_eq!(cache.load(&key(1)), Lookup::Hit(content(1)));
}

#[test]
fn an_unreadable_entry_is_a_miss_and_goes() {
    let (above, folder) = folder();
    let cache = CodeCache::open(&folder, STORM_BYTES_MAX).unwrap();
    cache.store(&key(1), &content(1)).unwrap();
    let entry = folder.join(format!("{}.code", key(1)));
    fs::set_permissions(&entry, Permissions::from_mode(0o000)).unwrap();
    if let Some(output) = run_bound_by_permissions("unreadable-entry", &above, &folder) {
        assert_success(&output);
    }
}
