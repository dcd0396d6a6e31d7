//! One call of a module in a container with directories, before wasmtime-wasi gets it.

use crate::guest_files::{Charge, GuestFiles, OpenEntry};
use crate::guest_store::ModuleStore;
use crate::module_memory::memory_and_store;
use crate::rights::DroppedRights;
use std::sync::Arc;
use wasmtime::component::Resource;
use wasmtime::{Caller, Result};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{self, Errno, Fd, Filetype, Lookupflags};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p2::bindings::filesystem::types::DescriptorType;
use wiggle::{GuestMemory, GuestPtr};

/// One call of a guest, with its memory.
pub struct Call<'a> {
    /// The guest's memory.
    pub memory: GuestMemory<'a>,
    /// WASI preview 1.
    pub wasi: &'a mut WasiP1Ctx,
    /// What the guest has open.
    pub files: &'a mut GuestFiles,
    /// Which rights of that it gave up.
    pub rights: &'a mut DroppedRights,
}

impl<'a> Call<'a> {
    /// Prepares what the guest asked for.
    pub fn new(guest: &'a mut Caller<'_, ModuleStore>) -> Result<Call<'a>> {
        let (memory, store) = memory_and_store(guest)?;
        let files = store.files.get_or_insert_default();
        Ok(Call {
            memory,
            wasi: &mut store.wasi,
            files,
            rights: &mut store.rights,
        })
    }

    /// What a descriptor is.
    pub fn entry(&self, fd: i32) -> Option<Arc<OpenEntry>> {
        self.files.get(fd.cast_unsigned())
    }

    /// A number in the guest's memory.
    pub fn read_u32(&self, address: i32) -> Result<u32> {
        Ok(self
            .memory
            .read(GuestPtr::<u32>::new(address.cast_unsigned()))?)
    }

    /// Length of the first buffer that is not empty: no other is written. What cannot be read is told
    /// the guest by the function itself.
    pub fn first_length(&self, buffers: i32, count: i32) -> usize {
        let buffers =
            GuestPtr::<[types::Ciovec]>::new((buffers.cast_unsigned(), count.cast_unsigned()));
        for buffer in buffers.iter() {
            match buffer.and_then(|buffer| self.memory.read(buffer)) {
                Ok(buffer) if buffer.buf_len == 0 => {}
                Ok(buffer) => return buffer.buf_len as usize,
                Err(_) => return 0,
            }
        }
        0
    }

    /// `offset`: `None` where the descriptor is. The three streams are charged to nobody.
    pub async fn grow_write(
        &mut self,
        fd: i32,
        length: usize,
        offset: Option<u64>,
    ) -> Result<Charge, Errno> {
        // A file has a position, a stream has none.
        let current = self
            .wasi
            .fd_tell(&mut self.memory, Fd::from(fd.cast_unsigned()));
        let Some(entry) = self.entry(fd) else {
            return match current {
                Ok(_) => Err(Errno::Badf),
                Err(_) => Ok(Charge::none()),
            };
        };
        let position = if self.files.appends(fd.cast_unsigned()) {
            None
        } else {
            Some(offset.or(current.ok()).unwrap_or(u64::MAX))
        };
        entry
            .grow_write(position, length)
            .await
            .map_err(|_| Errno::Dquot)
    }

    /// Room for one more entry in a directory.
    pub async fn grow_entry(&mut self, directory: i32, bytes: u64) -> Result<Charge, Errno> {
        let entry = self.entry(directory).ok_or(Errno::Badf)?;
        entry.grow_entry(bytes).await.map_err(|_| Errno::Dquot)
    }

    /// What a path leads to and its size, if there is something.
    pub async fn stat(
        &mut self,
        directory: i32,
        lookup: i32,
        path: i32,
        length: i32,
    ) -> Option<(DescriptorType, u64)> {
        let lookup = if lookup & 1 == 0 {
            Lookupflags::empty()
        } else {
            Lookupflags::SYMLINK_FOLLOW
        };
        let path = GuestPtr::<str>::new((path.cast_unsigned(), length.cast_unsigned()));
        let directory = Fd::from(directory.cast_unsigned());
        let stat = self
            .wasi
            .path_filestat_get(&mut self.memory, directory, lookup, path)
            .await
            .ok()?;
        let kind = match stat.filetype {
            Filetype::RegularFile => DescriptorType::RegularFile,
            Filetype::Directory => DescriptorType::Directory,
            Filetype::SymbolicLink => DescriptorType::SymbolicLink,
            _ => DescriptorType::Unknown,
        };
        Some((kind, stat.size))
    }

    /// Where the resource table will put what is opened next: the descriptor's own number says nothing
    /// of it.
    pub fn next_resource(&mut self) -> Result<Resource<Descriptor>> {
        let table = self.wasi.ctx().table;
        let place = table.push(())?;
        let number = place.rep();
        table.delete(place)?;
        Ok(Resource::new_borrow(number))
    }
}
