//! What a run has open in the directories of its container.

use crate::directory_account::{DirectoryAccount, Growth, Move, QuotaExceeded};
use crate::directory_size::ENTRY_BYTES;
use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::types::DescriptorType;

/// Files and directories that one run has open at once: they are descriptors of the whole process.
/// Below the number of resources that a module may have, whose excess is a trap.
const OPEN_MAX: usize = 240;

/// Listings of directories that a component has at once: each is complete in host memory from its
/// beginning.
const LISTINGS_MAX: usize = 16;

/// The accounts of a container's directories, in the order of their descriptors.
pub type Accounts = Vec<Vec<Arc<DirectoryAccount>>>;

/// Which directory each open descriptor belongs to. A descriptor comes from a granted directory or
/// from opening something below one, so it is known exactly which account a change is charged to.
pub struct GuestFiles {
    accounts: Arc<Accounts>,
    opened: HashMap<u32, Opened>,
    room: Arc<Semaphore>,
    listings: usize,
}

struct Opened {
    entry: Arc<OpenEntry>,
    append: bool,
}

impl Default for GuestFiles {
    /// Of a run without directories.
    fn default() -> GuestFiles {
        GuestFiles::new(&Arc::default())
    }
}

impl GuestFiles {
    /// Nothing is open yet.
    pub fn new(accounts: &Arc<Accounts>) -> GuestFiles {
        GuestFiles {
            accounts: Arc::clone(accounts),
            opened: HashMap::new(),
            room: Arc::new(Semaphore::new(OPEN_MAX)),
            listings: 0,
        }
    }

    /// The descriptors of the granted directories are numbered from here on, in order.
    pub fn number_directories(&mut self, first: u32) {
        for (number, directory) in (first..).zip(0..self.accounts.len()) {
            self.granted(number, directory);
        }
    }

    /// This descriptor is a granted directory.
    pub fn granted(&mut self, number: u32, directory: usize) {
        let accounts = self.accounts.get(directory).cloned().unwrap_or_default();
        self.insert(
            number,
            OpenEntry::new(directory, accounts, None, None),
            false,
        );
    }

    /// Room for one more descriptor.
    pub fn reserve(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Something below `parent` was opened.
    pub fn opened(
        &mut self,
        number: u32,
        parent: &OpenEntry,
        descriptor: &Descriptor,
        append: bool,
        permit: OwnedSemaphorePermit,
    ) {
        let file = match descriptor {
            Descriptor::File(file) => Some(Arc::clone(&file.file)),
            Descriptor::Dir(_) => None,
        };
        let accounts = parent.accounts.clone();
        let entry = OpenEntry::new(parent.directory, accounts, file, Some(permit));
        self.insert(number, entry, append);
    }

    /// Whether one more directory may be listed.
    pub fn may_list(&self) -> bool {
        self.listings < LISTINGS_MAX
    }

    /// A listing was begun.
    pub fn listed(&mut self) {
        self.listings += 1;
    }

    /// A listing was dropped.
    pub fn unlisted(&mut self) {
        self.listings = self.listings.saturating_sub(1);
    }

    /// What a descriptor is.
    pub fn get(&self, number: u32) -> Option<Arc<OpenEntry>> {
        self.opened
            .get(&number)
            .map(|opened| Arc::clone(&opened.entry))
    }

    /// Whether all that is written to a descriptor goes to the end.
    pub fn appends(&self, number: u32) -> bool {
        self.opened.get(&number).is_some_and(|opened| opened.append)
    }

    /// Its writes go to the end from now on, or do not.
    pub fn set_append(&mut self, number: u32, append: bool) {
        if let Some(opened) = self.opened.get_mut(&number) {
            opened.append = append;
        }
    }

    /// The descriptor was closed.
    pub fn closed(&mut self, number: u32) {
        self.opened.remove(&number);
    }

    /// The descriptor has another number, in the place of what had it.
    pub fn renumbered(&mut self, from: u32, to: u32) {
        if from == to {
            return;
        }
        match self.opened.remove(&from) {
            Some(opened) => self.opened.insert(to, opened),
            None => self.opened.remove(&to),
        };
    }

    fn insert(&mut self, number: u32, entry: OpenEntry, append: bool) {
        let entry = Arc::new(entry);
        self.opened.insert(number, Opened { entry, append });
    }
}

/// Something that is open, as long as a descriptor or a stream refers to it.
pub struct OpenEntry {
    directory: usize,
    accounts: Vec<Arc<DirectoryAccount>>,
    file: Option<Arc<File>>,
    /// Where the accounts know the file.
    keys: Vec<usize>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl OpenEntry {
    fn new(
        directory: usize,
        accounts: Vec<Arc<DirectoryAccount>>,
        file: Option<Arc<File>>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> OpenEntry {
        let keys = match &file {
            None => Vec::new(),
            Some(file) => accounts
                .iter()
                .map(|account| account.opened(Arc::clone(file)))
                .collect(),
        };
        OpenEntry {
            directory,
            accounts,
            file,
            keys,
            _permit: permit,
        }
    }

    /// Room for writing `length` bytes at a position, or at the end.
    pub async fn grow_write(
        &self,
        position: Option<u64>,
        length: usize,
    ) -> Result<Charge, QuotaExceeded> {
        let length = length as u64;
        match (position, length) {
            (_, 0) => Ok(Charge::none()),
            (None, _) => self.grow(length).await,
            (Some(position), _) => self.grow_to(position.saturating_add(length)).await,
        }
    }

    /// Room for a file of this size, whatever of it is a hole.
    pub async fn grow_to(&self, size: u64) -> Result<Charge, QuotaExceeded> {
        if self.accounts.is_empty() {
            return Ok(Charge::none());
        }
        self.grow(size.saturating_sub(self.size())).await
    }

    /// Room for one more entry, with as many bytes of content.
    pub async fn grow_entry(&self, bytes: u64) -> Result<Charge, QuotaExceeded> {
        self.grow(ENTRY_BYTES.saturating_add(bytes)).await
    }

    async fn grow(&self, bytes: u64) -> Result<Charge, QuotaExceeded> {
        let mut charge = Charge::none();
        for account in &self.accounts {
            match account.grow(bytes).await {
                Ok(growth) => charge.0.push(growth),
                Err(exceeded) => {
                    charge.settle(false);
                    return Err(exceeded);
                }
            }
        }
        Ok(charge)
    }

    /// Of the file now. One look at an open file, which is in memory: no reason to change the thread.
    pub fn size(&self) -> u64 {
        let metadata = self.file.as_ref().and_then(|file| file.metadata().ok());
        metadata.map_or(0, |metadata| metadata.len())
    }

    /// Something was removed here.
    pub fn note_removed(&self) {
        for account in &self.accounts {
            account.note_removed();
        }
    }

    /// A file was made shorter here.
    pub fn note_truncated(&self) {
        for account in &self.accounts {
            account.note_truncated();
        }
    }

    /// Entries of this directory are moved until the answer is dropped. `None` where they may not be
    /// moved to: into another granted directory that has a limit, of which nobody knows how much they
    /// would take. Guests know this error from other file systems and copy.
    pub fn begin_move(&self, to: &OpenEntry) -> Option<Vec<Move>> {
        if self.directory != to.directory && !to.accounts.is_empty() {
            return None;
        }
        Some(
            self.accounts
                .iter()
                .map(DirectoryAccount::begin_move)
                .collect(),
        )
    }
}

impl Drop for OpenEntry {
    fn drop(&mut self) {
        for (account, key) in self.accounts.iter().zip(&self.keys) {
            account.closed(*key);
        }
    }
}

/// Room that was granted, by as many accounts as there are.
#[must_use]
pub struct Charge(Vec<Growth>);

impl Charge {
    /// Nothing is charged.
    pub fn none() -> Charge {
        Charge(Vec::new())
    }

    /// What it was for is over. `done`: it was done; otherwise the room is given back.
    pub fn settle(self, done: bool) {
        for growth in self.0 {
            growth.settle(done);
        }
    }
}

/// Whether something may be opened: opening a pipe waits for its other end, reading a terminal for
/// somebody who types, and nothing could end the thread that waits. No guest can make such a thing;
/// where the operator left one in a directory that guests may change, a second run that moves it in
/// the moment between this look and the opening still gets one thread.
pub fn may_open(kind: DescriptorType) -> bool {
    matches!(
        kind,
        DescriptorType::RegularFile | DescriptorType::Directory | DescriptorType::SymbolicLink
    )
}
