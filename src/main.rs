//! The program `vokter`: reads what a site may do, and does that.
//!
//! It wires the crates together and decides nothing itself.

mod arguments;
mod command;
mod conceal;
mod counter;
mod documents;
mod import;
mod keeper;
mod lines;
mod live_view;
mod login;
mod logs;
mod outlet;
mod parking;
mod register;
mod report;
mod supplied;
mod text;
mod truth;
mod turns;
mod web;
mod witness;

use arguments::{Arguments, Command};
use clap::Parser;
use std::alloc::System;
use std::process::ExitCode;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is overwritten first: a plate that came in by HTTP must not stay in memory that nobody uses any more (INV-6).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    // SAFETY: the process has one thread yet. Later versions of ONNX Runtime, which a user may bring, collect
    // telemetry unless this is set before they load.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Check(check) => command::check::run(check),
        Command::New(new) => command::new::run(new),
        Command::Sign(sign) => command::sign::run(sign),
        Command::Status(status) => command::status::run(status),
        Command::Explain(explain) => command::explain::run(explain),
        Command::Import(import) => command::import::run(import),
        Command::Schema(_) => command::schema::run(),
        Command::Run(run) => command::run::run(run),
        Command::Serve(serve) => command::serve::run(serve),
        Command::Demo(demo) => command::demo::run(demo),
        Command::Models(models) => command::models::run(models),
        Command::Events(events) => command::vault::events::events(events),
        Command::Erase(erase) => command::vault::events::erase(erase),
        Command::Incident(incident) => command::vault::incident::run(incident),
        Command::Disclose(disclose) => command::vault::disclose::run(disclose),
        Command::Subject(subject) => command::vault::subject::run(subject),
        Command::Cases(cases) => command::vault::cases::run(cases),
        Command::Passages(passages) => command::vault::passages::run(passages),
        Command::Log(log) => command::vault::log::log(log),
        Command::Verify(verify) => command::vault::log::verify(verify),
        Command::Statistics(statistics) => command::statistics::run(statistics),
        Command::Token(token) => command::token::run(token),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
