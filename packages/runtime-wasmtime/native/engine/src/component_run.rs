//! Runs of components.

use crate::container::{Container, Linked};
use crate::engine::{CommandRequest, RunRequest, Shared};
use crate::failure::{FailedGuest, Failure, is_normal_exit, to_failure, unliftable};
use crate::guest_store::{ComponentStore, OutgoingHttp, http_context, resource_table};
use crate::guest_wasi::{self, Stdio};
use crate::limiter::Limiter;
use crate::module_run::{PROGRAM_NAME, abandon_command, failed, finish_command, show};
use crate::outbox::{Stream, Success};
use crate::preemption::Preemption;
use crate::run_state::RunState;
use crate::run_task::GuestEnd;
use crate::settings::GuestInterface;
use crate::streams::{AskedInput, GivenInput, GuestOutput, Inbox, LogStream};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::Store;
use wasmtime::component::{Instance, ResourceTable};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmwhisk_guest_io::{
    Answer, CommandOutput, error_answer, fits_component_argument, http_request, http_response,
    plain_result,
};

/// One activation of a component in a fresh instance.
pub async fn run(
    container: Arc<Container>,
    shared: Arc<Shared>,
    state: Arc<RunState>,
    request: RunRequest,
) -> GuestEnd {
    let log = |stream| LogStream::new(&state, &shared.outbox, stream);
    let RunRequest {
        mut input,
        shared_environment,
        environment,
        ..
    } = request;
    let environment = [shared_environment.as_slice(), environment.as_slice()];
    let result_bytes = container.settings.limits.result_bytes;
    let is_command = container.settings.interface == GuestInterface::Command;
    let command_output = Arc::new(Mutex::new(None));
    let mut args = Vec::new();
    let mut stdin = GivenInput::new(Bytes::new());
    let mut stdout = GuestOutput::Log(log(Stream::Stdout));
    if is_command {
        let bytes = Bytes::from(std::mem::take(&mut input));
        args.push(PROGRAM_NAME.to_owned());
        if fits_component_argument(bytes.len()) {
            args.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        stdin = GivenInput::new(bytes);
        *command_output
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(CommandOutput::new(result_bytes));
        stdout = GuestOutput::Result(log(Stream::Stdout), Arc::clone(&command_output));
    }
    let stdio = Stdio {
        stdin: Box::new(stdin),
        stdout,
        stderr: GuestOutput::Log(log(Stream::Stderr)),
    };
    let mut guest = match Guest::new(&container, &shared, &state, &args, &environment, stdio) {
        Ok(guest) => guest,
        Err(failure) => return failed(failure),
    };
    let result = match container.settings.interface {
        GuestInterface::Command => match guest.run_command(&container).await {
            Ok(()) => finish_command(&command_output),
            Err(failure) => {
                abandon_command(&command_output, &log(Stream::Stdout));
                Err(failure)
            }
        },
        GuestInterface::HttpHandler => guest.run_http(&container, &input).await,
        _ => guest.run_action(&container, input).await,
    };
    guest.end(show(result, &log(Stream::Stderr)).map(Success::Answer))
}

/// A plain command: any exit code is an outcome, only traps are errors.
pub async fn run_command(
    container: Arc<Container>,
    shared: Arc<Shared>,
    state: Arc<RunState>,
    request: CommandRequest,
    inbox: Arc<Inbox>,
) -> GuestEnd {
    let output = |stream| GuestOutput::Log(LogStream::new(&state, &shared.outbox, stream));
    let stdio = Stdio {
        stdin: Box::new(AskedInput::new(&state, &shared.outbox, &inbox)),
        stdout: output(Stream::Stdout),
        stderr: output(Stream::Stderr),
    };
    let CommandRequest {
        args, environment, ..
    } = request;
    let environment = [environment.as_slice()];
    let mut guest = match Guest::new(&container, &shared, &state, &args, &environment, stdio) {
        Ok(guest) => guest,
        Err(failure) => return failed(failure),
    };
    let result = match guest.run_command(&container).await {
        Ok(()) => Ok(Success::Exit(0)),
        Err(Failure {
            code: "WW_ERR_GUEST_EXIT",
            exit_code: Some(code),
            ..
        }) => Ok(Success::Exit(code)),
        Err(failure) => Err(failure),
    };
    guest.end(result)
}

/// A fresh instance, as long as its run lasts.
struct Guest {
    store: Store<ComponentStore>,
    state: Arc<RunState>,
    fuel: Option<u64>,
    memory_limit: usize,
}

impl Guest {
    fn new(
        container: &Container,
        shared: &Shared,
        state: &Arc<RunState>,
        args: &[String],
        environment: &[&[(String, String)]],
        stdio: Stdio,
    ) -> Result<Guest, Failure> {
        let limits = container.settings.limits;
        let mut builder = guest_wasi::builder(args, environment, stdio);
        guest_wasi::preopen(&mut builder, &container.settings.directories)?;
        let data = ComponentStore {
            wasi: builder.build(),
            table: resource_table(limits.memory_bytes),
            limiter: Limiter::new(
                Arc::clone(state),
                limits.memory_bytes,
                limits.table_elements,
            ),
            files: container.files(),
            http: http_context(),
            outgoing: OutgoingHttp::new(Arc::clone(&container.http)),
        };
        let mut store = Store::new(&shared.wasm, data);
        store.limiter(|data| &mut data.limiter);
        store.set_hostcall_fuel(guest_wasi::COMPONENT_CALL_BYTES_MAX);
        Preemption::new(state, &shared.ticks).watch(&mut store);
        guest_wasi::give_fuel(&mut store, shared.settings.fuel)?;
        Ok(Guest {
            store,
            state: Arc::clone(state),
            fuel: shared.settings.fuel,
            memory_limit: limits.memory_bytes,
        })
    }

    async fn instantiate(&mut self, container: &Container) -> Result<Instance, Failure> {
        let Linked::Component(pre, _) = &container.linked else {
            return Err(misplaced());
        };
        pre.instantiate_async(&mut self.store)
            .await
            .map_err(|error| self.failure(&error))
    }

    /// `run` of `wasi:cli/run`. Its `err` has no payload and counts as exit code 1.
    async fn run_command(&mut self, container: &Container) -> Result<(), Failure> {
        let Linked::Component(_, run) = &container.linked else {
            return Err(misplaced());
        };
        let instance = match self.instantiate(container).await {
            Ok(instance) => instance,
            Err(failure) if failure.exit_code == Some(0) => return Ok(()),
            Err(failure) => return Err(failure),
        };
        let function = instance
            .get_typed_func::<(), (Result<(), ()>,)>(&mut self.store, run)
            .map_err(|error| wrong_type(&container.settings.entry, &error))?;
        match function.call_async(&mut self.store, ()).await {
            Ok((Ok(()),)) => Ok(()),
            Ok((Err(()),)) => Err(Failure {
                exit_code: Some(1),
                ..Failure::new("WW_ERR_GUEST_EXIT", "The action ended with exit code 1.")
            }),
            Err(error) if is_normal_exit(&error) => Ok(()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// `run` of our own world: a text that is JSON, or an error text.
    async fn run_action(
        &mut self,
        container: &Container,
        input: Vec<u8>,
    ) -> Result<Answer, Failure> {
        let Linked::Component(_, run) = &container.linked else {
            return Err(misplaced());
        };
        let limit = container.settings.limits.result_bytes;
        // Lifting the result counts as one call.
        self.store
            .set_hostcall_fuel(limit.saturating_add(guest_wasi::COMPONENT_CALL_BYTES_MAX));
        let input = String::from_utf8(input).map_err(|_| {
            Failure::new("WW_ERR_GUEST_INPUT", "The arguments are not valid UTF-8.")
        })?;
        let instance = match self.instantiate(container).await {
            Ok(instance) => instance,
            Err(failure) if failure.exit_code == Some(0) => {
                return Ok(plain_result(Vec::new(), limit)?);
            }
            Err(failure) => return Err(failure),
        };
        // Owned texts: the guest frees its result in post-return, which ends before the call does.
        let function = instance
            .get_typed_func::<(&str,), (Result<String, String>,)>(&mut self.store, run)
            .map_err(|error| wrong_type(&container.settings.entry, &error))?;
        match function.call_async(&mut self.store, (&input,)).await {
            Ok((Ok(text),)) => Ok(plain_result(text.into_bytes(), limit)?),
            Ok((Err(text),)) => Ok(error_answer(text, limit)?),
            // Ended well without an answer, as a command may.
            Err(error) if is_normal_exit(&error) => Ok(plain_result(Vec::new(), limit)?),
            Err(error) => Err(match self.state.end() {
                None => unliftable(&error, limit),
                Some(_) => None,
            }
            .unwrap_or_else(|| self.failure(&error))),
        }
    }

    /// `handle` of `wasi:http/incoming-handler`: the answer's body is read while the guest writes it.
    async fn run_http(&mut self, container: &Container, input: &[u8]) -> Result<Answer, Failure> {
        let Linked::Http(pre) = &container.linked else {
            return Err(misplaced());
        };
        let limit = container.settings.limits.result_bytes;
        let request = to_request(http_request(input)?)?;
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let resources = (|| {
            let mut http = self.store.data_mut().http();
            wasmtime::Result::Ok((
                http.new_incoming_request(Scheme::Http, request)?,
                http.new_response_outparam(sender)?,
            ))
        })();
        let (request, response) = resources.map_err(|error| self.failure(&error))?;
        let handle = async {
            let handled = match pre.instantiate_async(&mut self.store).await {
                Ok(proxy) => {
                    proxy
                        .wasi_http_incoming_handler()
                        .call_handle(&mut self.store, request, response)
                        .await
                }
                Err(error) => Err(error),
            };
            // The table holds the other ends of what is read beside this: of a response that was
            // not set and a body that was not finished, which would be waited for until the deadline.
            self.store.data_mut().table = ResourceTable::new();
            handled
        };
        let (handled, answered) = tokio::join!(handle, read_response(receiver, limit));
        match handled {
            Err(error) if !is_normal_exit(&error) => Err(self.failure(&error)),
            _ => answered,
        }
    }

    fn failure(&self, error: &wasmtime::Error) -> Failure {
        to_failure(
            error,
            &FailedGuest {
                end: self.state.end(),
                memory_refused: self.store.data().limiter.memory_refused,
                memory_limit: self.memory_limit,
            },
        )
    }

    fn end(self, result: Result<Success, Failure>) -> GuestEnd {
        GuestEnd {
            result,
            memory_bytes: self.store.data().limiter.memory_bytes() as u64,
            fuel: guest_wasi::fuel_used(&self.store, self.fuel),
        }
    }
}

fn to_request(
    request: wasmwhisk_guest_io::HttpRequest,
) -> Result<http::Request<http_body_util::combinators::BoxBody<Bytes, Infallible>>, Failure> {
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(format!(
            "http://{}{}",
            request.authority, request.path_with_query
        ));
    for (name, value) in &request.headers {
        builder = builder.header(name, value.as_slice());
    }
    builder
        .body(Full::new(Bytes::from(request.body)).boxed())
        .map_err(|error| {
            Failure::new(
                "WW_ERR_GUEST_INPUT",
                format!("The arguments make no HTTP request: {error}."),
            )
        })
}

type Outparam = Result<http::Response<HyperOutgoingBody>, ErrorCode>;

async fn read_response(
    receiver: tokio::sync::oneshot::Receiver<Outparam>,
    limit: usize,
) -> Result<Answer, Failure> {
    let invalid = |message: String| Failure::new("WW_ERR_RESULT_INVALID", message);
    let response = match receiver.await {
        Ok(Ok(response)) => response,
        Ok(Err(code)) => {
            return Err(invalid(format!(
                "The action answered with an HTTP error of its own: {code:?}."
            )));
        }
        Err(_) => {
            return Err(invalid(
                "The action ended without setting its response.".to_owned(),
            ));
        }
    };
    let (parts, body) = response.into_parts();
    let body = match Limited::new(body, limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(Failure::new(
                "WW_ERR_RESULT_TOO_LARGE",
                format!(
                    "The action answered a body of more than {limit} bytes, the limit of a result."
                ),
            ));
        }
        Err(error) => {
            return Err(invalid(format!(
                "The body of the answer broke off: {error}."
            )));
        }
    };
    let headers: Vec<(String, Vec<u8>)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    Ok(http_response(
        parts.status.as_u16(),
        &headers,
        &body,
        limit,
    )?)
}

fn misplaced() -> Failure {
    Failure::internal("A guest came to where another interface is served.")
}

fn wrong_type(entry: &str, error: &wasmtime::Error) -> Failure {
    Failure::new(
        "WW_ERR_GUEST_EXPORT_MISSING",
        format!(
            "The function run of {entry} has another type than its interface: {}.",
            crate::failure::root_text(error)
        ),
    )
}
