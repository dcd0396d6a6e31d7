//! WASI preview 1 for containers with directories: what makes a directory grow is charged to its
//! account first, and only files and directories are opened. `fd_allocate` is left as it is: it fails.

use crate::guarded_call::Call;
use crate::guest_files::{Charge, GuestFiles, OpenEntry, may_open};
use crate::guest_store::ModuleStore;
use crate::wasm_config::PREVIEW_1;
use std::sync::Arc;
use wasmtime::{Caller, Linker, Result};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p1::types::{Errno, Fdflags};
use wasmtime_wasi::p1::wasi_snapshot_preview1 as preview1;

/// The first granted directory has this number.
const FIRST_DIRECTORY: u32 = 3;

const SUCCESS: i32 = 0;
const CREATE: i32 = 1;
const TRUNCATE: i32 = 8;

type Guest<'a> = Caller<'a, ModuleStore>;

/// What a run of a module has open at its start.
pub fn granted(files: &mut GuestFiles) {
    files.number_directories(FIRST_DIRECTORY);
}

/// Puts functions that keep account in the place of those that do not.
pub fn add_to_linker(linker: &mut Linker<ModuleStore>) -> Result<()> {
    macro_rules! guard {
        ($module:expr, $name:ident, ($($arg:ident: $type:ty),*)) => {
            linker.func_wrap_async(
                $module,
                stringify!($name),
                |mut guest: Guest<'_>, ($($arg,)*): ($($type,)*)| {
                    Box::new(async move { $name(&mut guest, $($arg),*).await })
                },
            )?
        };
    }
    for module in PREVIEW_1 {
        guard!(module, fd_write, (fd: i32, buffers: i32, count: i32, written: i32));
        guard!(module, fd_pwrite, (fd: i32, buffers: i32, count: i32, offset: i64, written: i32));
        guard!(module, fd_filestat_set_size, (fd: i32, size: i64));
        guard!(module, fd_fdstat_set_flags, (fd: i32, flags: i32));
        guard!(module, fd_close, (fd: i32));
        guard!(module, fd_renumber, (from: i32, to: i32));
        guard!(module, path_open, (
            directory: i32, lookup: i32, path: i32, length: i32, how: i32,
            rights: i64, inheriting: i64, flags: i32, opened: i32
        ));
        guard!(module, path_create_directory, (directory: i32, path: i32, length: i32));
        guard!(module, path_symlink, (
            target: i32, target_length: i32, directory: i32, path: i32, length: i32
        ));
        guard!(module, path_link, (
            from: i32, lookup: i32, from_path: i32, from_length: i32,
            to: i32, to_path: i32, to_length: i32
        ));
        guard!(module, path_rename, (
            from: i32, from_path: i32, from_length: i32, to: i32, to_path: i32, to_length: i32
        ));
        guard!(module, path_unlink_file, (directory: i32, path: i32, length: i32));
        guard!(module, path_remove_directory, (directory: i32, path: i32, length: i32));
    }
    Ok(())
}

/// Calls the function of wasmtime-wasi.
macro_rules! original {
    ($call:expr, $name:ident, $($arg:expr),*) => {
        preview1::$name($call.wasi, &mut $call.memory, $($arg),*)
    };
}

/// The number of an error, as functions answer it.
fn errno(errno: Errno) -> i32 {
    errno as i32
}

async fn fd_write(
    guest: &mut Guest<'_>,
    fd: i32,
    buffers: i32,
    count: i32,
    written: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let length = call.first_length(buffers, count);
    let charge = match call.grow_write(fd, length, None).await {
        Ok(charge) => charge,
        Err(error) => return Ok(errno(error)),
    };
    let answer = original!(call, fd_write, fd, buffers, count, written).await?;
    charge.settle(answer == SUCCESS);
    Ok(answer)
}

async fn fd_pwrite(
    guest: &mut Guest<'_>,
    fd: i32,
    buffers: i32,
    count: i32,
    offset: i64,
    written: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let length = call.first_length(buffers, count);
    let charge = match call
        .grow_write(fd, length, Some(offset.cast_unsigned()))
        .await
    {
        Ok(charge) => charge,
        Err(error) => return Ok(errno(error)),
    };
    let answer = original!(call, fd_pwrite, fd, buffers, count, offset, written).await?;
    charge.settle(answer == SUCCESS);
    Ok(answer)
}

async fn fd_filestat_set_size(guest: &mut Guest<'_>, fd: i32, size: i64) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let Some(entry) = call.entry(fd) else {
        return Ok(errno(Errno::Badf));
    };
    let Ok(charge) = entry.grow_to(size.cast_unsigned()).await else {
        return Ok(errno(Errno::Dquot));
    };
    let shorter = size.cast_unsigned() < entry.size();
    let answer = original!(call, fd_filestat_set_size, fd, size).await?;
    charge.settle(answer == SUCCESS);
    if shorter {
        entry.note_truncated();
    }
    Ok(answer)
}

async fn fd_fdstat_set_flags(guest: &mut Guest<'_>, fd: i32, flags: i32) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let answer = original!(call, fd_fdstat_set_flags, fd, flags)?;
    if answer == SUCCESS {
        call.files.set_append(fd.cast_unsigned(), appends(flags));
    }
    Ok(answer)
}

async fn fd_close(guest: &mut Guest<'_>, fd: i32) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let answer = original!(call, fd_close, fd).await?;
    if answer == SUCCESS {
        call.files.closed(fd.cast_unsigned());
        call.rights.closed(fd);
    }
    Ok(answer)
}

async fn fd_renumber(guest: &mut Guest<'_>, from: i32, to: i32) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let answer = original!(call, fd_renumber, from, to).await?;
    if answer == SUCCESS {
        call.files
            .renumbered(from.cast_unsigned(), to.cast_unsigned());
        call.rights.renumbered(from, to);
    }
    Ok(answer)
}

#[expect(clippy::too_many_arguments, reason = "the interface has as many")]
async fn path_open(
    guest: &mut Guest<'_>,
    directory: i32,
    lookup: i32,
    path: i32,
    length: i32,
    how: i32,
    rights: i64,
    inheriting: i64,
    flags: i32,
    opened: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let Some(parent) = call.entry(directory) else {
        return Ok(errno(Errno::Badf));
    };
    let Some(permit) = call.files.reserve() else {
        return Ok(errno(Errno::Mfile));
    };
    let mut charge = Charge::none();
    match call.stat(directory, lookup, path, length).await {
        Some((kind, _)) if !may_open(kind) => return Ok(errno(Errno::Notsup)),
        Some(_) => {}
        None if how & CREATE != 0 => match parent.grow_entry(0).await {
            Ok(granted) => charge = granted,
            Err(_) => return Ok(errno(Errno::Dquot)),
        },
        // Whatever it is, the function itself says so.
        None => {}
    }
    let place = call.next_resource()?;
    let answer = original!(
        call, path_open, directory, lookup, path, length, how, rights, inheriting, flags, opened
    )
    .await?;
    charge.settle(answer == SUCCESS);
    if how & TRUNCATE != 0 {
        parent.note_truncated();
    }
    if answer != SUCCESS {
        return Ok(answer);
    }
    let number = call.read_u32(opened)?;
    let descriptor = call.wasi.ctx().table.get(&place)?;
    call.files
        .opened(number, &parent, descriptor, appends(flags), permit);
    Ok(answer)
}

async fn path_create_directory(
    guest: &mut Guest<'_>,
    directory: i32,
    path: i32,
    length: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let charge = match call.grow_entry(directory, 0).await {
        Ok(charge) => charge,
        Err(error) => return Ok(errno(error)),
    };
    let answer = original!(call, path_create_directory, directory, path, length).await?;
    charge.settle(answer == SUCCESS);
    Ok(answer)
}

async fn path_symlink(
    guest: &mut Guest<'_>,
    target: i32,
    target_length: i32,
    directory: i32,
    path: i32,
    length: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let bytes = u64::from(target_length.cast_unsigned());
    let charge = match call.grow_entry(directory, bytes).await {
        Ok(charge) => charge,
        Err(error) => return Ok(errno(error)),
    };
    let answer = original!(
        call,
        path_symlink,
        target,
        target_length,
        directory,
        path,
        length
    )
    .await?;
    charge.settle(answer == SUCCESS);
    Ok(answer)
}

#[expect(clippy::too_many_arguments, reason = "the interface has as many")]
async fn path_link(
    guest: &mut Guest<'_>,
    from: i32,
    lookup: i32,
    from_path: i32,
    from_length: i32,
    to: i32,
    to_path: i32,
    to_length: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let size = match call.stat(from, 0, from_path, from_length).await {
        Some((_, size)) => size,
        None => 0,
    };
    let charge = match call.grow_entry(to, size).await {
        Ok(charge) => charge,
        Err(error) => return Ok(errno(error)),
    };
    let answer = original!(
        call,
        path_link,
        from,
        lookup,
        from_path,
        from_length,
        to,
        to_path,
        to_length
    )
    .await?;
    charge.settle(answer == SUCCESS);
    Ok(answer)
}

async fn path_rename(
    guest: &mut Guest<'_>,
    from: i32,
    from_path: i32,
    from_length: i32,
    to: i32,
    to_path: i32,
    to_length: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let (Some(source), Some(target)) = (call.entry(from), call.entry(to)) else {
        return Ok(errno(Errno::Badf));
    };
    let Some(moving) = source.begin_move(&target) else {
        return Ok(errno(Errno::Xdev));
    };
    let answer = original!(
        call,
        path_rename,
        from,
        from_path,
        from_length,
        to,
        to_path,
        to_length
    )
    .await?;
    drop(moving);
    source.note_removed();
    target.note_removed();
    Ok(answer)
}

async fn path_unlink_file(
    guest: &mut Guest<'_>,
    directory: i32,
    path: i32,
    length: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let entry = call.entry(directory);
    let answer = original!(call, path_unlink_file, directory, path, length).await?;
    note_removed(entry, answer);
    Ok(answer)
}

async fn path_remove_directory(
    guest: &mut Guest<'_>,
    directory: i32,
    path: i32,
    length: i32,
) -> Result<i32> {
    let mut call = Call::new(guest)?;
    let entry = call.entry(directory);
    let answer = original!(call, path_remove_directory, directory, path, length).await?;
    note_removed(entry, answer);
    Ok(answer)
}

fn note_removed(entry: Option<Arc<OpenEntry>>, answer: i32) {
    if let Some(entry) = entry.filter(|_| answer == SUCCESS) {
        entry.note_removed();
    }
}

fn appends(flags: i32) -> bool {
    flags & i32::from(Fdflags::APPEND.bits()) != 0
}
