//! The video decoder: a program of its own, started once a camera, with nothing to reach but its input.
//!
//! ```text
//! packets (socket) or a file ─▶ libavcodec ─▶ slots of shared memory      pictures
//!                                          ─▶ messages (socket)           where and when
//!                                          ◀─ slot numbers (pipe)         slots given back
//! ```
//!
//! This is the only crate that links a video library in C, and the engine does not link this crate: bytes from a
//! camera are parsed by C code in this process alone, which gives up files, network and new programs (Landlock,
//! seccomp) before it reads the first of them.
//!
//! It refuses to know cameras, purposes, masks and what pictures are for. It has no audio: streams other than the
//! one video stream are discarded by the demultiplexer (INV-10).

mod file;
mod link;
mod packets;
mod released;
pub mod sandbox;
mod shim;

use link::Link;
use std::process::ExitCode;
use vokter_frames::wire::{Job, Message};

/// The decoder program. Its arguments are descriptors that the engine left open for it.
pub fn main() -> ExitCode {
    let Some(mut link) = Link::from_arguments(std::env::args().skip(1)) else {
        eprintln!("vokter-decoder is started by vokter, once for each camera; run `vokter --help`");
        return ExitCode::from(2);
    };
    match run(&mut link) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::EngineGone) => ExitCode::SUCCESS,
        Err(Stop::Failed(reason)) => {
            let _ = link.send(&Message::Failed(reason));
            ExitCode::FAILURE
        }
    }
}

/// Why the decoder ends early.
enum Stop {
    /// The engine closed its end; there is nobody to tell.
    EngineGone,
    /// The input cannot be decoded.
    Failed(String),
}

fn run(link: &mut Link) -> Result<(), Stop> {
    let pool = link.map_pool().map_err(|error| Stop::Failed(format!("shared memory: {error}")))?;
    sandbox::enter().map_err(|error| Stop::Failed(format!("the sandbox could not be closed: {error}")))?;
    match link.read_job()? {
        Job::Packets { ahead } => {
            pool.set_ahead(ahead);
            packets::decode(link, &pool)
        }
        Job::File { ahead, resume_after_ns, openings_ns } => {
            pool.set_ahead(ahead);
            file::decode(link, &pool, resume_after_ns, &openings_ns)
        }
    }
}
