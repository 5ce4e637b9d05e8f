//! One file a subcommand.

pub mod check;
pub mod models;
pub mod run;
