//! `wasi:filesystem` for containers with directories: what makes a directory grow is charged to its
//! account first, and only files and directories are opened.

use crate::directory_account::QuotaExceeded;
use crate::guarded_stream::{ChargedOutput, CountedInput};
use crate::guest_files::{Charge, GuestFiles, OpenEntry, may_open};
use crate::guest_store::ComponentStore;
use std::sync::Arc;
use types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, DirectoryEntryStream,
    ErrorCode, Filesize, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp,
    OpenFlags, PathFlags,
};
use wasmtime::Result;
use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};

/// Puts functions that keep account in the place of those that do not.
pub fn add_to_linker(linker: &mut Linker<ComponentStore>) -> Result<()> {
    linker.allow_shadowing(true);
    preopens::add_to_linker::<_, Guarded>(linker, guarded)?;
    types::add_to_linker::<_, Guarded>(linker, guarded)
}

struct Guarded;

impl HasData for Guarded {
    type Data<'a> = GuardedView<'a>;
}

struct GuardedView<'a> {
    inner: WasiFilesystemCtxView<'a>,
    files: &'a mut GuestFiles,
}

fn guarded(store: &mut ComponentStore) -> GuardedView<'_> {
    GuardedView {
        inner: WasiFilesystemCtxView {
            ctx: store.wasi.filesystem(),
            table: &mut store.table,
        },
        files: store.files.get_or_insert_default(),
    }
}

impl GuardedView<'_> {
    fn entry(&self, descriptor: &Resource<Descriptor>) -> FsResult<Arc<OpenEntry>> {
        let entry = self.files.get(descriptor.rep());
        entry.ok_or_else(|| ErrorCode::BadDescriptor.into())
    }

    /// The charge for one more entry in a directory.
    async fn grow_entry(
        &mut self,
        directory: &Resource<Descriptor>,
        bytes: u64,
    ) -> FsResult<Charge> {
        let entry = self.entry(directory)?;
        entry.grow_entry(bytes).await.map_err(exceeded)
    }
}

fn exceeded(_: QuotaExceeded) -> FsError {
    ErrorCode::Quota.into()
}

fn same(descriptor: &Resource<Descriptor>) -> Resource<Descriptor> {
    Resource::new_borrow(descriptor.rep())
}

impl preopens::Host for GuardedView<'_> {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        let directories = preopens::Host::get_directories(&mut self.inner)?;
        for (index, (descriptor, _)) in directories.iter().enumerate() {
            self.files.granted(descriptor.rep(), index);
        }
        Ok(directories)
    }
}

impl types::Host for GuardedView<'_> {
    fn convert_error_code(&mut self, error: FsError) -> Result<ErrorCode> {
        self.inner.convert_error_code(error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> Result<Option<ErrorCode>> {
        if self.inner.table.get(&error)?.is::<QuotaExceeded>() {
            return Ok(Some(ErrorCode::Quota));
        }
        self.inner.filesystem_error_code(error)
    }
}

impl HostDescriptor for GuardedView<'_> {
    fn read_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        let entry = self.entry(&descriptor)?;
        let stream = self.inner.read_via_stream(descriptor, offset)?;
        let stream = self.inner.table.delete(stream)?;
        let counted: DynInputStream = Box::new(CountedInput::new(entry, stream));
        Ok(self.inner.table.push(counted)?)
    }

    fn write_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        let entry = self.entry(&descriptor)?;
        let stream = self.inner.write_via_stream(descriptor, offset)?;
        self.charged(entry, Some(offset), stream)
    }

    fn append_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let entry = self.entry(&descriptor)?;
        let stream = self.inner.append_via_stream(descriptor)?;
        self.charged(entry, None, stream)
    }

    async fn write(
        &mut self,
        descriptor: Resource<Descriptor>,
        bytes: Vec<u8>,
        offset: Filesize,
    ) -> FsResult<Filesize> {
        let entry = self.entry(&descriptor)?;
        let charge = entry.grow_write(Some(offset), bytes.len()).await;
        let charge = charge.map_err(exceeded)?;
        let result = self.inner.write(descriptor, bytes, offset).await;
        charge.settle(result.is_ok());
        result
    }

    async fn set_size(&mut self, descriptor: Resource<Descriptor>, size: Filesize) -> FsResult<()> {
        let entry = self.entry(&descriptor)?;
        let charge = entry.grow_to(size).await.map_err(exceeded)?;
        let shorter = size < entry.size();
        let result = self.inner.set_size(descriptor, size).await;
        charge.settle(result.is_ok());
        if shorter {
            entry.note_truncated();
        }
        result
    }

    async fn create_directory_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let charge = self.grow_entry(&descriptor, 0).await?;
        let result = self.inner.create_directory_at(descriptor, path).await;
        charge.settle(result.is_ok());
        result
    }

    async fn symlink_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        target: String,
        path: String,
    ) -> FsResult<()> {
        let charge = self.grow_entry(&descriptor, target.len() as u64).await?;
        let result = self.inner.symlink_at(descriptor, target, path).await;
        charge.settle(result.is_ok());
        result
    }

    async fn link_at(
        &mut self,
        from: Resource<Descriptor>,
        from_flags: PathFlags,
        from_path: String,
        to: Resource<Descriptor>,
        to_path: String,
    ) -> FsResult<()> {
        let stat = self
            .inner
            .stat_at(same(&from), PathFlags::empty(), from_path.clone());
        let size = stat.await.map_or(0, |stat| stat.size);
        let charge = self.grow_entry(&to, size).await?;
        let linked = self.inner.link_at(from, from_flags, from_path, to, to_path);
        let result = linked.await;
        charge.settle(result.is_ok());
        result
    }

    async fn rename_at(
        &mut self,
        from: Resource<Descriptor>,
        from_path: String,
        to: Resource<Descriptor>,
        to_path: String,
    ) -> FsResult<()> {
        let (source, target) = (self.entry(&from)?, self.entry(&to)?);
        let moving = source.begin_move(&target).ok_or(ErrorCode::CrossDevice)?;
        let result = self.inner.rename_at(from, from_path, to, to_path).await;
        drop(moving);
        source.note_removed();
        target.note_removed();
        result
    }

    async fn open_at(
        &mut self,
        directory: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        let parent = self.entry(&directory)?;
        let permit = self.files.reserve().ok_or(ErrorCode::Quota)?;
        let stat = self
            .inner
            .stat_at(same(&directory), path_flags, path.clone());
        let charge = match stat.await {
            Ok(stat) if !may_open(stat.type_) => return Err(ErrorCode::Unsupported.into()),
            Err(_) if open_flags.contains(OpenFlags::CREATE) => {
                parent.grow_entry(0).await.map_err(exceeded)?
            }
            // Where there is nothing, opening it says so.
            Ok(_) | Err(_) => Charge::none(),
        };
        let opened = self
            .inner
            .open_at(directory, path_flags, path, open_flags, flags)
            .await;
        charge.settle(opened.is_ok());
        if open_flags.contains(OpenFlags::TRUNCATE) {
            parent.note_truncated();
        }
        let opened = opened?;
        let descriptor = self.inner.table.get(&opened)?;
        self.files
            .opened(opened.rep(), &parent, descriptor, false, permit);
        Ok(opened)
    }

    async fn unlink_file_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let entry = self.entry(&descriptor)?;
        self.inner.unlink_file_at(descriptor, path).await?;
        entry.note_removed();
        Ok(())
    }

    async fn remove_directory_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let entry = self.entry(&descriptor)?;
        self.inner.remove_directory_at(descriptor, path).await?;
        entry.note_removed();
        Ok(())
    }

    fn drop(&mut self, descriptor: Resource<Descriptor>) -> Result<()> {
        let number = descriptor.rep();
        HostDescriptor::drop(&mut self.inner, descriptor)?;
        self.files.closed(number);
        Ok(())
    }

    // What follows changes no size and is passed on as it is.

    async fn advise(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
        length: Filesize,
        advice: Advice,
    ) -> FsResult<()> {
        self.inner.advise(descriptor, offset, length, advice).await
    }

    async fn sync_data(&mut self, descriptor: Resource<Descriptor>) -> FsResult<()> {
        self.inner.sync_data(descriptor).await
    }

    async fn sync(&mut self, descriptor: Resource<Descriptor>) -> FsResult<()> {
        self.inner.sync(descriptor).await
    }

    async fn get_flags(&mut self, descriptor: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        self.inner.get_flags(descriptor).await
    }

    async fn get_type(&mut self, descriptor: Resource<Descriptor>) -> FsResult<DescriptorType> {
        self.inner.get_type(descriptor).await
    }

    async fn set_times(
        &mut self,
        descriptor: Resource<Descriptor>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> FsResult<()> {
        self.inner.set_times(descriptor, access, modification).await
    }

    async fn set_times_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> FsResult<()> {
        self.inner
            .set_times_at(descriptor, path_flags, path, access, modification)
            .await
    }

    async fn read(
        &mut self,
        descriptor: Resource<Descriptor>,
        length: Filesize,
        offset: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        self.inner.read(descriptor, length, offset).await
    }

    async fn read_directory(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        if !self.files.may_list() {
            return Err(ErrorCode::InsufficientMemory.into());
        }
        let stream = self.inner.read_directory(descriptor).await?;
        self.files.listed();
        Ok(stream)
    }

    async fn stat(&mut self, descriptor: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        self.inner.stat(descriptor).await
    }

    async fn stat_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        self.inner.stat_at(descriptor, path_flags, path).await
    }

    async fn readlink_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> FsResult<String> {
        self.inner.readlink_at(descriptor, path).await
    }

    async fn is_same_object(
        &mut self,
        one: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> Result<bool> {
        self.inner.is_same_object(one, other).await
    }

    async fn metadata_hash(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> FsResult<MetadataHashValue> {
        self.inner.metadata_hash(descriptor).await
    }

    async fn metadata_hash_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        self.inner
            .metadata_hash_at(descriptor, path_flags, path)
            .await
    }
}

impl HostDirectoryEntryStream for GuardedView<'_> {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        self.inner.read_directory_entry(stream).await
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> Result<()> {
        HostDirectoryEntryStream::drop(&mut self.inner, stream)?;
        self.files.unlisted();
        Ok(())
    }
}

impl GuardedView<'_> {
    fn charged(
        &mut self,
        entry: Arc<OpenEntry>,
        position: Option<u64>,
        stream: Resource<DynOutputStream>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let stream = self.inner.table.delete(stream)?;
        let charged: DynOutputStream = Box::new(ChargedOutput::new(entry, position, stream));
        Ok(self.inner.table.push(charged)?)
    }
}
