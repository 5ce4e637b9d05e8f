//! What may be looked for, where, when and why.
//!
//! This crate holds the vocabulary (object classes, purposes, geometry, limits), the compiler that turns a
//! `site.toml` into a [`policy::SitePolicy`], and the whitelist of analysis rules with their evaluation.
//!
//! It refuses to know the clock, the disk, the network, pixels and tensors: time and text are passed in, and
//! objects arrive as classes and boxes. Everything here can be tested in microseconds.

pub mod analysis;
pub mod calendar;
pub mod digest;
pub mod event;
pub mod geometry;
pub mod ground;
pub mod guideline;
pub mod jurisdiction;
pub mod limits;
pub mod object;
pub mod outlet;
pub mod passage;
pub mod place;
pub mod policy;
pub mod purpose;
pub mod search;
mod vocabulary;
