//! What a function of WASI preview 1 works on: the memory of the module that calls it, and its store.

use crate::guest_store::ModuleStore;
use wasmtime::{AsContextMut, Caller, Extern, Result, bail};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wiggle::GuestMemory;

/// Both, for one call. An error: the module exports no memory.
pub fn memory_and_store<'a>(
    guest: &'a mut Caller<'_, ModuleStore>,
) -> Result<(GuestMemory<'a>, &'a mut ModuleStore)> {
    let Some(Extern::Memory(memory)) = guest.get_export("memory") else {
        bail!("missing required memory export");
    };
    let call_bytes = guest.as_context_mut().hostcall_fuel();
    let (bytes, store) = memory.data_and_store_mut(guest);
    store.wasi.set_hostcall_fuel(call_bytes);
    Ok((GuestMemory::Unshared(bytes), store))
}
