//! What a site says over HTTP, and to whom.
//!
//! ```text
//! request ─▶ id ─▶ time limit ─▶ rate limit ─▶ size limit ─▶ role? ─▶ route ─▶ answer, or a problem (RFC 9457)
//! ```
//! Every route stands in the OpenAPI document with the role that it asks for and the purpose that it serves, and that
//! document lets requests in. What anyone may read is about nobody: health, counters of the machine, released statistics,
//! free spaces. People show a token, machines sign their requests (RFC 9421); the lots are reached by [`Desk`].
//!
//! This crate refuses to know raw frames, the vault and its keys. It listens on this machine alone, unless it has a
//! certificate.

mod admission;
mod answers;
mod clients;
mod desk;
mod guard;
mod metrics;
mod problem;
mod routes;
mod server;
mod signature;
#[cfg(test)]
mod tests;

pub use clients::{
    Client, ClientFault, Clients, ClientsError, ClientsFile, KeyError, KeyPair, Kind, Machine, Person, PublicKey, Role,
    Token,
};
pub use desk::{Desk, DeskError};
pub use problem::Problem;
pub use routes::{Readiness, Site, document, router};
pub use server::{Certificate, Options, Server, ServerError};
pub use signature::{SignError, Signing};
