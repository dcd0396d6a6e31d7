//! `random_get` of WASI preview 1, of any length: in pieces, between which the guest gives way.

use crate::guest_store::ModuleStore;
use crate::module_memory::memory_and_store;
use wasmtime::{Caller, Extern, Linker, Result, bail};
use wasmtime_wasi::p1::wasi_snapshot_preview1 as preview1;

/// Bytes that are made without a look at the clock: well below a millisecond.
const PIECE_BYTES: u32 = 64 * 1024;

/// Puts it in the place of wasmtime-wasi's, which makes all at once and refuses more than its limit.
pub fn add_to_linker(linker: &mut Linker<ModuleStore>, modules: &[&str]) -> Result<()> {
    for module in modules {
        linker.func_wrap_async(
            module,
            "random_get",
            |mut guest: Caller<'_, ModuleStore>, (buffer, length): (i32, i32)| {
                Box::new(async move {
                    random_get(&mut guest, buffer.cast_unsigned(), length.cast_unsigned()).await
                })
            },
        )?;
    }
    Ok(())
}

async fn random_get(guest: &mut Caller<'_, ModuleStore>, buffer: u32, length: u32) -> Result<i32> {
    let end = u64::from(buffer) + u64::from(length);
    if end > memory_size(guest)? {
        // The last byte alone: wasmtime-wasi refuses it as it would the whole, and nothing was written.
        return fill(guest, u32::try_from(end - 1).unwrap_or(u32::MAX), 1);
    }
    let mut at = buffer;
    let mut left = length;
    loop {
        let piece = left.min(PIECE_BYTES);
        let answer = fill(guest, at, piece)?;
        left -= piece;
        if answer != 0 || left == 0 {
            return Ok(answer);
        }
        at += piece;
        let preemption = std::sync::Arc::clone(&guest.data().preemption);
        preemption.check().await?;
    }
}

fn memory_size(guest: &mut Caller<'_, ModuleStore>) -> Result<u64> {
    match guest.get_export("memory") {
        Some(Extern::Memory(memory)) => Ok(memory.data_size(&guest) as u64),
        _ => bail!("missing required memory export"),
    }
}

fn fill(guest: &mut Caller<'_, ModuleStore>, at: u32, length: u32) -> Result<i32> {
    let (mut memory, store) = memory_and_store(guest)?;
    preview1::random_get(
        &mut store.wasi,
        &mut memory,
        at.cast_signed(),
        length.cast_signed(),
    )
}
