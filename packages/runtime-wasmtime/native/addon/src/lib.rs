//! The engine for Node.js. Thin and dull: it turns arguments into the engine's types and events into
//! values. Defaults, checks and error classes are in `src/*.ts`; failures cross as data, never as
//! exceptions, and panics do not cross at all.

mod data;
mod events;
mod native_engine;

pub use data::{
    DirectoryData, EngineSettingsData, EngineStatusData, FailureData, IdentityData, SettingsData,
};
pub use native_engine::{NativeCode, NativeContainer, NativeEngine};
