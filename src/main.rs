//! The program `vokter`: reads what a site may do, and does that.
//!
//! It wires the crates together and decides nothing itself.

mod arguments;
mod command;
mod import;
mod lines;
mod live_view;
mod logs;
mod outlet;
mod report;
mod text;
mod truth;

use arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // SAFETY: the process has one thread yet. Later versions of ONNX Runtime, which a user may bring, collect
    // telemetry unless this is set before they load.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Check(check) => command::check::run(check),
        Command::Import(import) => command::import::run(import),
        Command::Schema(_) => command::schema::run(),
        Command::Run(run) => command::run::run(run),
        Command::Demo(demo) => command::demo::run(demo),
        Command::Models(models) => command::models::run(models),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
