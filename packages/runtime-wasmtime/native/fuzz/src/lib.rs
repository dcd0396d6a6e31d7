//! Hostile modules, made by the thousand, and what feeds them to a [`Target`].
//!
//! A seed and an index name a module for ever, so whatever a campaign finds can be made again.

#![forbid(unsafe_code)]

mod board;
mod campaign;
mod engine_target;
mod health;
mod module;
mod panics;
mod random;
mod target;
mod wasi;
mod witness;

pub use campaign::{Bounds, Summary, run_campaign};
pub use engine_target::{EngineBounds, EngineReport, EngineTarget};
pub use module::{Case, Shape, make_case};
pub use target::{CheckOnly, Outcome, Target, Tried};
