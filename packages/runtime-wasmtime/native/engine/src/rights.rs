//! Rights of descriptors in WASI preview 1, which a guest may give up. wasmtime-wasi tells them and lets
//! none be dropped; here `fd_fdstat_set_rights` drops, and `fd_fdstat_get` tells what is left. What a
//! descriptor is good for is decided by its directory's permissions, as wasmtime-wasi does it.

use crate::guest_store::ModuleStore;
use crate::module_memory::memory_and_store;
use std::collections::HashMap;
use wasmtime::{Caller, Linker, Result};
use wasmtime_wasi::p1::types::{Errno, Fd};
use wasmtime_wasi::p1::wasi_snapshot_preview1::{self as preview1, WasiSnapshotPreview1};
use wiggle::GuestPtr;

const SUCCESS: i32 = 0;
/// Where `fdstat` has the rights of the descriptor, and of what is opened from it.
const BASE_OFFSET: u32 = 8;
const INHERITING_OFFSET: u32 = 16;

type Guest<'a> = Caller<'a, ModuleStore>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rights {
    base: u64,
    inheriting: u64,
}

impl Rights {
    fn contain(self, other: Rights) -> bool {
        other.base & !self.base == 0 && other.inheriting & !self.inheriting == 0
    }

    fn common(self, other: Rights) -> Rights {
        Rights {
            base: self.base & other.base,
            inheriting: self.inheriting & other.inheriting,
        }
    }
}

/// What is left to descriptors of which rights were dropped. Most guests drop none.
#[derive(Debug, Default)]
pub struct DroppedRights(HashMap<u32, Rights>);

impl DroppedRights {
    /// The descriptor is closed: its number may come again.
    pub fn closed(&mut self, fd: i32) {
        self.0.remove(&fd.cast_unsigned());
    }

    /// The descriptor has another number.
    pub fn renumbered(&mut self, from: i32, to: i32) {
        let moved = self.0.remove(&from.cast_unsigned());
        match moved {
            Some(rights) => self.0.insert(to.cast_unsigned(), rights),
            None => self.0.remove(&to.cast_unsigned()),
        };
    }

    fn left(&self, fd: i32, told: Rights) -> Rights {
        match self.0.get(&fd.cast_unsigned()) {
            Some(rights) => rights.common(told),
            None => told,
        }
    }
}

/// Puts functions that know of dropped rights in the place of those that do not.
pub fn add_to_linker(linker: &mut Linker<ModuleStore>, modules: &[&str]) -> Result<()> {
    macro_rules! wrap {
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
    for module in modules {
        wrap!(module, fd_fdstat_get, (fd: i32, stat: i32));
        wrap!(module, fd_fdstat_set_rights, (fd: i32, base: i64, inheriting: i64));
        wrap!(module, fd_close, (fd: i32));
        wrap!(module, fd_renumber, (from: i32, to: i32));
    }
    Ok(())
}

async fn fd_fdstat_get(guest: &mut Guest<'_>, fd: i32, stat: i32) -> Result<i32> {
    let (mut memory, store) = memory_and_store(guest)?;
    let answer = preview1::fd_fdstat_get(&mut store.wasi, &mut memory, fd, stat).await?;
    if answer != SUCCESS || store.rights.0.is_empty() {
        return Ok(answer);
    }
    let at = |offset| GuestPtr::<u64>::new(stat.cast_unsigned() + offset);
    let told = Rights {
        base: memory.read(at(BASE_OFFSET))?,
        inheriting: memory.read(at(INHERITING_OFFSET))?,
    };
    let left = store.rights.left(fd, told);
    memory.write(at(BASE_OFFSET), left.base)?;
    memory.write(at(INHERITING_OFFSET), left.inheriting)?;
    Ok(answer)
}

async fn fd_fdstat_set_rights(
    guest: &mut Guest<'_>,
    fd: i32,
    base: i64,
    inheriting: i64,
) -> Result<i32> {
    let wanted = Rights {
        base: base.cast_unsigned(),
        inheriting: inheriting.cast_unsigned(),
    };
    let (mut memory, store) = memory_and_store(guest)?;
    let descriptor = Fd::from(fd.cast_unsigned());
    let told = match store.wasi.fd_fdstat_get(&mut memory, descriptor).await {
        Ok(stat) => Rights {
            base: stat.fs_rights_base.bits(),
            inheriting: stat.fs_rights_inheriting.bits(),
        },
        Err(error) => return error.downcast().map(|errno| errno as i32),
    };
    let left = store.rights.left(fd, told);
    if !left.contain(wanted) {
        return Ok(Errno::Notcapable as i32);
    }
    store.rights.0.insert(fd.cast_unsigned(), wanted);
    Ok(SUCCESS)
}

async fn fd_close(guest: &mut Guest<'_>, fd: i32) -> Result<i32> {
    let (mut memory, store) = memory_and_store(guest)?;
    let answer = preview1::fd_close(&mut store.wasi, &mut memory, fd).await?;
    if answer == SUCCESS {
        store.rights.closed(fd);
    }
    Ok(answer)
}

async fn fd_renumber(guest: &mut Guest<'_>, from: i32, to: i32) -> Result<i32> {
    let (mut memory, store) = memory_and_store(guest)?;
    let answer = preview1::fd_renumber(&mut store.wasi, &mut memory, from, to).await?;
    if answer == SUCCESS {
        store.rights.renumbered(from, to);
    }
    Ok(answer)
}
