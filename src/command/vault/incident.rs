//! `vokter incident`: what happened, and what is held for it.

use super::{Desk, at_desk};
use crate::arguments::{CloseIncident, Hold, Incident, IncidentCommand, OpenIncident};
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use std::process::ExitCode;
use vokter_vault::{Evidence, Kind};

pub fn run(arguments: &Incident) -> Result<ExitCode> {
    match &arguments.command {
        IncidentCommand::Open(open) => at_desk!(&open.asking, self::open, open),
        IncidentCommand::Close(close) => at_desk!(&close.case.asking, self::close, close),
        IncidentCommand::Hold(hold) => at_desk!(&hold.case.asking, self::hold, hold),
    }
}

fn open<P: Kind>(desk: &Desk<P>, arguments: &OpenIncident) -> Result<ExitCode> {
    let OpenIncident { source, from, to, .. } = *arguments;
    let incident = vokter_vault::Incident { source, evidence: Evidence::new(&arguments.evidence)?, from, to };
    println!("{}", desk.vault.open_incident(&desk.grant, &desk.access, &incident, desk.now)?);
    Ok(ExitCode::SUCCESS)
}

fn close<P: Kind>(desk: &Desk<P>, arguments: &CloseIncident) -> Result<ExitCode> {
    let evidence = Evidence::new(&arguments.evidence)?;
    desk.vault.close_incident(&desk.grant, &desk.access, (arguments.case.number, &evidence), desk.now)?;
    println!("closed: {}", arguments.case.number);
    Ok(ExitCode::SUCCESS)
}

fn hold<P: Kind>(desk: &Desk<P>, arguments: &Hold) -> Result<ExitCode> {
    let evidence = Evidence::new(&arguments.evidence)?;
    let review = arguments.review.to_zoned(TimeZone::system()).context("that day has no beginning here")?.timestamp();
    let case = arguments.case.number;
    let held = desk.vault.hold(&desk.grant, &desk.access, case, &arguments.items, (&evidence, review), desk.now)?;
    for (before, now) in arguments.items.iter().zip(held) {
        println!("{before} is now {now}");
    }
    Ok(ExitCode::SUCCESS)
}
