//! `vokter disclose`: asked for by one, decided by another, gone from here when it has arrived.

use super::{Desk, at_desk, write_new};
use crate::arguments::{Decide, Disclose, DiscloseCommand, Fetch, GroundName, Received, RequestDisclosure};
use anyhow::{Context, Result};
use std::process::ExitCode;
use vokter_vault::{Evidence, Ground, IcelandGround, Kind, Law, NorwayGround, PassageGround, Request};

pub fn run(arguments: &Disclose) -> Result<ExitCode> {
    match &arguments.command {
        DiscloseCommand::Request(request) => at_desk!(&request.asking, self::request, request),
        DiscloseCommand::Decide(decide) => at_desk!(&decide.case.asking, self::decide, decide),
        DiscloseCommand::Fetch(fetch) => at_desk!(&fetch.case.asking, self::fetch, fetch),
        DiscloseCommand::Received(received) => at_desk!(&received.case.asking, self::received, received),
    }
}

fn request<P: Kind>(desk: &Desk<P>, arguments: &RequestDisclosure) -> Result<ExitCode> {
    let law = desk.vault.law()?;
    let ground = ground(arguments, P::KIND == vokter_rules::purpose::PurposeKind::AccessControl, law)?;
    let (within, items) = (arguments.within, arguments.items.clone());
    let request = Request { ground, within, items, recipient: arguments.recipient.clone() };
    println!("{}", desk.vault.request_disclosure(&desk.grant, &desk.access, &request, desk.now)?);
    Ok(ExitCode::SUCCESS)
}

/// The ground as its law has it. The vault refuses one of another law.
fn ground(arguments: &RequestDisclosure, is_of_passages: bool, law: Law) -> Result<Ground> {
    let proof = Evidence::new(&arguments.evidence)?;
    Ok(match (arguments.ground, law) {
        (GroundName::Consent, _) if is_of_passages => Ground::Passages(PassageGround::Consent { of_the_holder: proof }),
        (GroundName::Consent, Law::Norway) => Ground::Norway(NorwayGround::Consent { of_everyone: proof }),
        (GroundName::Consent, Law::Iceland) => Ground::Iceland(IcelandGround::Consent { of_everyone: proof }),
        (GroundName::Law, Law::Norway) => Ground::Norway(NorwayGround::Law { provision: proof }),
        (GroundName::Law, Law::Iceland) => Ground::Iceland(IcelandGround::Law { provision: proof }),
        (GroundName::Police, _) => {
            let no_secrecy = arguments.no_secrecy.as_deref().context("--no-secrecy is missing (WPC-5)")?;
            Ground::Norway(NorwayGround::Police { investigation: proof, no_secrecy: Evidence::new(no_secrecy)? })
        }
        (GroundName::CompetentAuthority, _) => {
            Ground::Iceland(IcelandGround::CompetentAuthority { investigation: proof })
        }
        (GroundName::LegalClaim, _) => Ground::Iceland(IcelandGround::LegalClaim { claim: proof }),
        (GroundName::SupervisoryAuthority, _) => {
            Ground::Iceland(IcelandGround::SupervisoryAuthority { decision: proof })
        }
        (GroundName::CriminalCase, _) => Ground::Passages(PassageGround::CriminalCase { investigation: proof }),
    })
}

fn decide<P: Kind>(desk: &Desk<P>, arguments: &Decide) -> Result<ExitCode> {
    let case = arguments.case.number;
    match desk.vault.decide_disclosure(&desk.grant, &desk.access, (case, arguments.approve), desk.now)? {
        Some(extract) => println!("approved; to be fetched before {}\nSHA-256 {}", extract.ends, extract.sha256),
        None => println!("refused"),
    }
    Ok(ExitCode::SUCCESS)
}

fn fetch<P: Kind>(desk: &Desk<P>, arguments: &Fetch) -> Result<ExitCode> {
    let package = desk.vault.fetch_extract(&desk.grant, &desk.access, arguments.case.number, desk.now)?;
    write_new(&arguments.into, &package)?;
    println!("{}: {} bytes that the recipient alone can open", arguments.into.display(), package.len());
    Ok(ExitCode::SUCCESS)
}

fn received<P: Kind>(desk: &Desk<P>, arguments: &Received) -> Result<ExitCode> {
    let receipt = Evidence::new(&arguments.receipt)?;
    desk.vault.receive_disclosure(&desk.grant, &desk.access, (arguments.case.number, &receipt), desk.now)?;
    println!("received: every copy in the vault is destroyed");
    Ok(ExitCode::SUCCESS)
}
