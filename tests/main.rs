//! All behaviour tests, as one program.
//!
//! Tests that need the recorded clips and model (`../shared/data`, or `VOKTER_DATA`) say that they were skipped where
//! these are missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

mod allocation;
mod car_park;
mod clips;
mod command_line;
mod compile_fail;
mod damage;
mod decoder;
mod explain;
mod guidelines;
mod import;
mod lanes;
mod live;
mod models;
mod plates;
mod policy;
mod pull;
mod real_server;
mod scenes;
mod schema;
mod site_file;
mod speed;
mod statistics;
mod support;
mod tidy;
mod vault;
mod vault_people;
mod web;
mod witness;
