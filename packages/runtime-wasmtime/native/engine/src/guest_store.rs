//! What a store holds for one run.

use crate::guest_files::GuestFiles;
use crate::http_grant::HttpGrant;
use crate::limiter::Limiter;
use crate::preemption::Preemption;
use crate::rights::DroppedRights;
use http::{Request, Response};
use std::sync::Arc;
use tokio::sync::Semaphore;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

/// Store of a core module.
pub struct ModuleStore {
    /// WASI preview 1.
    pub wasi: WasiP1Ctx,
    /// Which rights of its descriptors it gave up.
    pub rights: DroppedRights,
    /// When the guest has to give way.
    pub preemption: Arc<Preemption>,
    /// Memory and tables.
    pub limiter: Limiter,
    /// What is open in its directories, if it has any.
    pub files: Option<Box<GuestFiles>>,
}

/// Store of a component.
pub struct ComponentStore {
    /// WASI 0.2.
    pub wasi: WasiCtx,
    /// Resources that the guest holds.
    pub table: ResourceTable,
    /// Memory and tables.
    pub limiter: Limiter,
    /// What is open in its directories, if it has any.
    pub files: Option<Box<GuestFiles>>,
    /// Settings of `wasi:http`.
    pub http: WasiHttpCtx,
    /// Where its requests may go.
    pub outgoing: OutgoingHttp,
}

impl WasiView for ComponentStore {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for ComponentStore {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.outgoing,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// What the host keeps for a resource of a guest at most, such as a body that nobody reads: the
/// limits below see to it.
const RESOURCE_BYTES_MAX: usize = 64 * 1024;
/// Resources that every guest may hold, however little memory it may have.
const RESOURCES_MIN: usize = 1_000;
/// Headers of one message that a guest makes, as they lie in memory.
const FIELDS_BYTES_MAX: usize = RESOURCE_BYTES_MAX;
/// A piece of a body. Two wait for their reader, and a body takes two resources.
const BODY_PIECE_BYTES_MAX: usize = RESOURCE_BYTES_MAX;
/// Connections of one run at once.
const CONNECTIONS_MAX: usize = 100;

/// A table in which the host keeps no more for a guest than the guest may have itself.
pub fn resource_table(memory_bytes: usize) -> ResourceTable {
    let mut table = ResourceTable::new();
    table.set_max_capacity((memory_bytes / RESOURCE_BYTES_MAX).max(RESOURCES_MIN));
    table
}

/// Settings of `wasi:http` for a guest.
pub fn http_context() -> WasiHttpCtx {
    let mut context = WasiHttpCtx::new();
    context.set_field_size_limit(FIELDS_BYTES_MAX);
    context
}

/// Sends what is granted and denies the rest with the error code that `wasi:http` has for it.
pub struct OutgoingHttp {
    grant: Arc<HttpGrant>,
    connections: Arc<Semaphore>,
}

impl OutgoingHttp {
    /// For one run.
    pub fn new(grant: Arc<HttpGrant>) -> OutgoingHttp {
        OutgoingHttp {
            grant,
            connections: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        }
    }
}

type Sending = dyn Future<Output = Result<(), HttpError>> + Send;
type Answering = dyn Future<Output = Result<(Response<WasiBody>, Box<Sending>), HttpError>> + Send;

impl WasiHttpHooks for OutgoingHttp {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _sending: Box<Sending>,
    ) -> Box<Answering> {
        let granted = self.grant.allows(request.uri());
        let permit = Arc::clone(&self.connections).try_acquire_owned();
        Box::new(async move {
            use http_body_util::BodyExt;
            if !granted {
                return Err(HttpError::HttpRequestDenied);
            }
            let Ok(permit) = permit else {
                return Err(HttpError::ConnectionLimitReached);
            };
            let (response, io) = wasmtime_wasi_http::default_send_request(request, options).await?;
            let io = async move {
                let ended = io.await;
                drop(permit);
                ended
            };
            Ok((
                response.map(BodyExt::boxed_unsync),
                Box::new(io) as Box<Sending>,
            ))
        })
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        BODY_PIECE_BYTES_MAX
    }
}
