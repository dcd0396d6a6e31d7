//! When a guest has to give way: asked at every epoch, and whenever it calls the host.
//!
//! Compiled code looks at the epoch in loops, at function entries and before bulk instructions. A row of
//! host calls has none of these between them, so each call is a check of its own.

use crate::run_state::RunState;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use wasmtime::{CallHook, CallHookHandler, Result, Store, StoreContextMut, Trap, UpdateDeadline};

/// The epochs of an engine, counted beside Wasmtime's own number, which nobody may read.
#[derive(Debug, Default)]
pub struct Ticks(AtomicU64);

impl Ticks {
    /// One epoch more.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

const NOT_BEGUN: u64 = u64::MAX;

/// One run's view of the epochs.
pub struct Preemption {
    run: Arc<RunState>,
    ticks: Arc<Ticks>,
    /// The epoch in which the run has its slice, [`NOT_BEGUN`] until it is looked at.
    slice: AtomicU64,
}

impl Preemption {
    /// For a run that has not begun.
    pub fn new(run: &Arc<RunState>, ticks: &Arc<Ticks>) -> Arc<Preemption> {
        Arc::new(Preemption {
            run: Arc::clone(run),
            ticks: Arc::clone(ticks),
            slice: AtomicU64::new(NOT_BEGUN),
        })
    }

    /// Makes the guest of a store yield once in every epoch, and trap when its run has to end.
    pub fn watch<Data: Send>(self: &Arc<Self>, store: &mut Store<Data>) {
        let preemption = Arc::clone(self);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if preemption.run.end().is_some() {
                return Ok(UpdateDeadline::Interrupt);
            }
            preemption.end_slice();
            Ok(UpdateDeadline::Yield(1))
        });
        store.call_hook_async(HostCalls(Arc::clone(self)));
    }

    /// Called between the pieces of a long host call: yields once in every epoch.
    ///
    /// An error: the run has to end.
    pub async fn check(&self) -> Result<()> {
        if self.is_due()? {
            self.give_way().await?;
        }
        Ok(())
    }

    fn is_due(&self) -> Result<bool> {
        if self.run.end().is_some() {
            return Err(Trap::Interrupt.into());
        }
        let now = self.ticks.now();
        let slice = self.slice.load(Ordering::Relaxed);
        if slice == NOT_BEGUN {
            self.slice.store(now, Ordering::Relaxed);
        }
        Ok(slice != now && slice != NOT_BEGUN)
    }

    /// The next slice begins when the guest goes on, which may be much later.
    fn end_slice(&self) {
        self.slice.store(NOT_BEGUN, Ordering::Relaxed);
        self.run.note_yield();
    }

    async fn give_way(&self) -> Result<()> {
        self.end_slice();
        let mut yielded = false;
        poll_fn(|context| {
            if yielded {
                return Poll::Ready(());
            }
            yielded = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        match self.run.end() {
            Some(_) => Err(Trap::Interrupt.into()),
            None => Ok(()),
        }
    }
}

/// Sees every call from the guest to the host, Wasmtime's own functions included.
struct HostCalls(Arc<Preemption>);

type Answer<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Nothing to do. Has no size, so that boxing it allocates nothing.
struct GoOn;

impl Future for GoOn {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl<Data: Send> CallHookHandler<Data> for HostCalls {
    // Written without `async`: most calls find nothing to do, and pay for no allocation.
    fn handle_call_event<'hook, 'store, 'answer>(
        &'hook self,
        _store: StoreContextMut<'store, Data>,
        event: CallHook,
    ) -> Answer<'answer>
    where
        'hook: 'answer,
        'store: 'answer,
        Self: 'answer,
    {
        if !matches!(event, CallHook::CallingHost) {
            return Box::pin(GoOn);
        }
        match self.0.is_due() {
            Ok(false) => Box::pin(GoOn),
            Ok(true) => Box::pin(self.0.give_way()),
            Err(end) => Box::pin(std::future::ready(Err(end))),
        }
    }
}
