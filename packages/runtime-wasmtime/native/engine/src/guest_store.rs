//! What a store holds for one run.

use crate::http_grant::HttpGrant;
use crate::limiter::Limiter;
use http::{Request, Response};
use std::sync::Arc;
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
    /// Memory and tables.
    pub limiter: Limiter,
}

/// Store of a component.
pub struct ComponentStore {
    /// WASI 0.2.
    pub wasi: WasiCtx,
    /// Resources that the guest holds.
    pub table: ResourceTable,
    /// Memory and tables.
    pub limiter: Limiter,
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

/// Sends what is granted and denies the rest with the error code that `wasi:http` has for it.
pub struct OutgoingHttp(pub Arc<HttpGrant>);

type Sending = dyn Future<Output = Result<(), HttpError>> + Send;
type Answering = dyn Future<Output = Result<(Response<WasiBody>, Box<Sending>), HttpError>> + Send;

impl WasiHttpHooks for OutgoingHttp {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _sending: Box<Sending>,
    ) -> Box<Answering> {
        let granted = self.0.allows(request.uri());
        Box::new(async move {
            use http_body_util::BodyExt;
            if !granted {
                return Err(HttpError::HttpRequestDenied);
            }
            let (response, io) = wasmtime_wasi_http::default_send_request(request, options).await?;
            Ok((
                response.map(BodyExt::boxed_unsync),
                Box::new(io) as Box<Sending>,
            ))
        })
    }
}
