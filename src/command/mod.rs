//! One file a subcommand.

pub mod check;
pub mod demo;
pub mod import;
pub mod models;
pub mod run;
pub mod schema;
