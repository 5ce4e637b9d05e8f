//! One file a subcommand.

pub mod check;
pub mod demo;
pub mod drivers;
pub mod explain;
pub mod import;
pub mod models;
pub mod new;
pub mod run;
pub mod schema;
pub mod serve;
pub mod sign;
pub mod statistics;
pub mod status;
pub mod token;
pub mod vault;
