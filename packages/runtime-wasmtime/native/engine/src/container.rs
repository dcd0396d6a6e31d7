//! A container: compiled code that is linked, and what all its runs have in common.

use crate::code::Code;
use crate::component_run;
use crate::directory_account::open_accounts;
use crate::engine::{CommandRequest, RunRequest, Shared};
use crate::failure::{Failure, root_text};
use crate::guest_files::{Accounts, GuestFiles};
use crate::guest_store::{ComponentStore, ModuleStore};
use crate::http_grant::HttpGrant;
use crate::module_run;
use crate::run_state::RunState;
use crate::run_task::GuestFuture;
use crate::settings::{ContainerSettings, GuestInterface};
use crate::streams::Inbox;
use std::sync::Arc;
use wasmtime::component::{ComponentExportIndex, InstancePre as ComponentPre};
use wasmtime::{InstancePre, UnknownImportError};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

const WASM_PAGE_BYTES: u64 = 64 * 1024;

/// Linked code.
pub(crate) enum Linked {
    Module(InstancePre<ModuleStore>),
    /// `run` of the interface that the component exports.
    Component(ComponentPre<ComponentStore>, ComponentExportIndex),
    Http(ProxyPre<ComponentStore>),
}

/// An initialized container.
pub struct Container {
    pub(crate) settings: ContainerSettings,
    pub(crate) linked: Linked,
    pub(crate) http: Arc<HttpGrant>,
    /// Shared by all runs; `None` without directories.
    accounts: Option<Arc<Accounts>>,
}

impl Container {
    /// Checks that everything the code imports can be given. Runs no guest code.
    pub fn link(
        shared: &Shared,
        code: &Code,
        settings: ContainerSettings,
    ) -> Result<Container, Failure> {
        assert_resources(code, &settings)?;
        let guarded = !settings.directories.is_empty();
        let linked = match code {
            Code::Module(module) => Linked::Module(
                shared
                    .module_linker(guarded)
                    .instantiate_pre(module)
                    .map_err(|error| link_failure(&error))?,
            ),
            Code::Component(component) => {
                let pre = shared
                    .component_linker(guarded)
                    .instantiate_pre(component)
                    .map_err(|error| link_failure(&error))?;
                if settings.interface == GuestInterface::HttpHandler {
                    Linked::Http(ProxyPre::new(pre).map_err(|error| link_failure(&error))?)
                } else {
                    let interface = component.get_export_index(None, &settings.entry);
                    let run = interface
                        .and_then(|index| component.get_export_index(Some(&index), "run"))
                        .ok_or_else(|| {
                            Failure::new(
                                "WW_ERR_GUEST_EXPORT_MISSING",
                                format!(
                                    "The component exports {} without a function \"run\".",
                                    settings.entry
                                ),
                            )
                        })?;
                    Linked::Component(pre, run)
                }
            }
        };
        let http = Arc::new(HttpGrant::new(&settings.http_hosts));
        let accounts = guarded.then(|| Arc::new(open_accounts(&settings.directories)));
        Ok(Container {
            settings,
            linked,
            http,
            accounts,
        })
    }

    /// Where one run keeps what it has open in its directories.
    pub(crate) fn files(&self) -> Option<Box<GuestFiles>> {
        let accounts = self.accounts.as_ref()?;
        Some(Box::new(GuestFiles::new(accounts)))
    }

    /// Makes the guest of one run. Nothing of it runs before it is polled.
    pub fn run(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        state: &Arc<RunState>,
        request: RunRequest,
    ) -> GuestFuture {
        let (container, shared, state) = (Arc::clone(self), Arc::clone(shared), Arc::clone(state));
        match self.settings.interface {
            GuestInterface::ActionWorld | GuestInterface::HttpHandler => {
                Box::pin(component_run::run(container, shared, state, request))
            }
            GuestInterface::Command if matches!(self.linked, Linked::Component(..)) => {
                Box::pin(component_run::run(container, shared, state, request))
            }
            _ => Box::pin(module_run::run(container, shared, state, request)),
        }
    }

    /// Makes the guest of a plain command.
    pub fn run_command(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        state: &Arc<RunState>,
        request: CommandRequest,
        inbox: &Arc<Inbox>,
    ) -> GuestFuture {
        let (container, shared, state) = (Arc::clone(self), Arc::clone(shared), Arc::clone(state));
        let inbox = Arc::clone(inbox);
        if matches!(self.linked, Linked::Module(_)) {
            Box::pin(module_run::run_command(
                container, shared, state, request, inbox,
            ))
        } else {
            Box::pin(component_run::run_command(
                container, shared, state, request, inbox,
            ))
        }
    }
}

/// What the code needs from the start must fit the limits: no run of it could begin.
fn assert_resources(code: &Code, settings: &ContainerSettings) -> Result<(), Failure> {
    let required = match code {
        Code::Module(module) => Some(module.resources_required()),
        Code::Component(component) => component.resources_required(),
    };
    let Some(required) = required else {
        return Ok(());
    };
    let memory = required
        .max_initial_memory_size
        .unwrap_or(0)
        .saturating_mul(WASM_PAGE_BYTES);
    if memory > settings.limits.memory_bytes as u64 {
        return Err(Failure::new(
            "WW_ERR_RUN_MEMORY_LIMIT",
            format!(
                "The action declares a memory of at least {memory} bytes; the limit is {}. Build it with less, or ask the operator to raise the memory limit.",
                settings.limits.memory_bytes
            ),
        ));
    }
    let table = required.max_initial_table_size.unwrap_or(0);
    if table > settings.limits.table_elements as u64 {
        return Err(Failure::new(
            "WW_ERR_RUN_MEMORY_LIMIT",
            format!(
                "The action declares a table of at least {table} elements; the limit is {}.",
                settings.limits.table_elements
            ),
        ));
    }
    Ok(())
}

fn link_failure(error: &wasmtime::Error) -> Failure {
    if let Some(unknown) = error.downcast_ref::<UnknownImportError>() {
        return Failure {
            import: Some((unknown.module().to_owned(), unknown.name().to_owned())),
            ..Failure::new(
                "WW_ERR_GUEST_LINK",
                format!(
                    "Nothing here provides the import {}.{}.",
                    unknown.module(),
                    unknown.name()
                ),
            )
        };
    }
    let text: Vec<String> = error.chain().map(ToString::to_string).collect();
    let text = text.join(": ").replace('\n', " ");
    Failure::new(
        "WW_ERR_GUEST_LINK",
        format!(
            "The artifact does not link: {}.",
            if text.is_empty() {
                root_text(error)
            } else {
                text
            }
        ),
    )
}
