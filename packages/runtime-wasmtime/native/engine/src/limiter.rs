//! Memory and tables of one instance, all together.

use crate::run_state::RunState;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wasmtime::{ResourceLimiter, Result};

/// Core instances, memories and tables that one guest may have: far more than toolchains make.
const INSTANCES_MAX: usize = 256;

/// Counts what a guest holds and refuses what is too much.
pub struct Limiter {
    run: Arc<RunState>,
    memory_bytes_max: usize,
    table_elements_max: usize,
    memory_bytes: usize,
    table_elements: usize,
    /// What the growth that was allowed last is worth: it is taken back when it fails after all.
    growing_bytes: usize,
    growing_elements: usize,
    /// Memory was refused because of the limit.
    pub memory_refused: bool,
}

impl Limiter {
    /// Nothing is held yet.
    pub fn new(run: Arc<RunState>, memory_bytes_max: usize, table_elements_max: usize) -> Limiter {
        Limiter {
            run,
            memory_bytes_max,
            table_elements_max,
            memory_bytes: 0,
            table_elements: 0,
            growing_bytes: 0,
            growing_elements: 0,
            memory_refused: false,
        }
    }

    /// Linear memory in bytes. It never shrinks, so at the end this is the most that was in use.
    pub fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    fn set_memory(&mut self, bytes: usize) {
        self.memory_bytes = bytes;
        self.run.memory_bytes.store(bytes as u64, Ordering::Relaxed);
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        self.growing_bytes = 0;
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The guest's own limit, and no fault of ours.
            return Ok(false);
        }
        let growth = desired.saturating_sub(current);
        let Some(total) = self.memory_bytes.checked_add(growth) else {
            return Ok(false);
        };
        if total > self.memory_bytes_max {
            self.memory_refused = true;
            return Ok(false);
        }
        self.growing_bytes = growth;
        self.set_memory(total);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        // The guest is told by the -1 that `memory.grow` gives it.
        self.set_memory(self.memory_bytes - self.growing_bytes);
        self.growing_bytes = 0;
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        self.growing_elements = 0;
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let growth = desired.saturating_sub(current);
        let total = self.table_elements.saturating_add(growth);
        if total > self.table_elements_max {
            return Ok(false);
        }
        self.growing_elements = growth;
        self.table_elements = total;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.table_elements -= self.growing_elements;
        self.growing_elements = 0;
        Ok(())
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }

    fn tables(&self) -> usize {
        INSTANCES_MAX
    }

    fn memories(&self) -> usize {
        INSTANCES_MAX
    }
}
