//! Hostile modules, made by the thousand, and what feeds them to a [`Target`].
//!
//! A seed and an index name a module for ever, so whatever a campaign finds can be made again.

#![forbid(unsafe_code)]

mod campaign;
mod module;
mod random;
mod target;
mod wasi;

pub use campaign::{Bounds, Summary, run_campaign};
pub use module::{Case, Shape, make_case};
pub use target::{CheckOnly, Outcome, Target};
