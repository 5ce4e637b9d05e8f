//! `vokter subject`: what somebody who was filmed asks for, and gets.

use super::{Desk, at_desk, write_new};
use crate::arguments::{
    AnswerRequest, ApproveCopy, AskRequest, CopyItem, CorrectItem, ExtendRequest, FetchCopy, Subject, SubjectCommand,
};
use crate::conceal;
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use std::process::ExitCode;
use vokter_vault::{Evidence, Kind, SubjectCopy, SubjectRequest};

pub fn run(arguments: &Subject) -> Result<ExitCode> {
    match &arguments.command {
        SubjectCommand::Ask(ask) => at_desk!(&ask.asking, self::ask, ask),
        SubjectCommand::Extend(extend) => at_desk!(&extend.case.asking, self::extend, extend),
        SubjectCommand::Copy(copy) => at_desk!(&copy.case.asking, self::copy, copy),
        SubjectCommand::Look(look) => at_desk!(&look.case.asking, self::look, look),
        SubjectCommand::Approve(approve) => at_desk!(&approve.case.asking, self::approve, approve),
        SubjectCommand::Fetch(fetch) => at_desk!(&fetch.case.asking, self::fetch, fetch),
        SubjectCommand::Correct(correct) => at_desk!(&correct.case.asking, self::correct, correct),
        SubjectCommand::Answer(answer) => at_desk!(&answer.case.asking, self::answer, answer),
    }
}

fn ask<P: Kind>(desk: &Desk<P>, arguments: &AskRequest) -> Result<ExitCode> {
    let received = match arguments.received {
        Some(day) => day.to_zoned(TimeZone::system()).context("that day has no beginning here")?.timestamp(),
        None => desk.now,
    };
    let (right, subject, window) = (arguments.right, Evidence::new(&arguments.who)?, arguments.from.zip(arguments.to));
    let request = SubjectRequest { right, subject, received, window };
    let (case, due) = desk.vault.open_request(&desk.grant, &desk.access, &request, desk.now)?;
    println!("{case}\ndue {due}");
    Ok(ExitCode::SUCCESS)
}

fn extend<P: Kind>(desk: &Desk<P>, arguments: &ExtendRequest) -> Result<ExitCode> {
    let because = Evidence::new(&arguments.because)?;
    let due = desk.vault.extend_request(&desk.grant, &desk.access, (arguments.case.number, &because), desk.now)?;
    println!("due {due}");
    Ok(ExitCode::SUCCESS)
}

fn copy<P: Kind>(desk: &Desk<P>, arguments: &CopyItem) -> Result<ExitCode> {
    let conceal = |still: &[u8]| conceal::all_but(still, arguments.keep);
    let of = (arguments.case.number, arguments.item);
    println!("{}", desk.vault.prepare_copy(&desk.grant, &desk.access, of, desk.now, conceal)?);
    Ok(ExitCode::SUCCESS)
}

fn look<P: Kind>(desk: &Desk<P>, arguments: &FetchCopy) -> Result<ExitCode> {
    let copy = (arguments.case.number, arguments.copy);
    write(arguments, &desk.vault.look_at_copy(&desk.grant, &desk.access, copy, desk.now)?)
}

fn approve<P: Kind>(desk: &Desk<P>, arguments: &ApproveCopy) -> Result<ExitCode> {
    let copy = (arguments.case.number, arguments.copy);
    desk.vault.approve_copy(&desk.grant, &desk.access, copy, desk.now)?;
    println!("approved: {}", arguments.copy);
    Ok(ExitCode::SUCCESS)
}

fn fetch<P: Kind>(desk: &Desk<P>, arguments: &FetchCopy) -> Result<ExitCode> {
    let copy = (arguments.case.number, arguments.copy);
    write(arguments, &desk.vault.fetch_copy(&desk.grant, &desk.access, copy, desk.now)?)
}

fn write(arguments: &FetchCopy, copy: &SubjectCopy) -> Result<ExitCode> {
    let into = &arguments.into;
    std::fs::create_dir_all(into).with_context(|| format!("{} cannot be made", into.display()))?;
    let files = [("json", Some(&copy.payload)), ("jpg", copy.medium.as_ref())];
    for (ending, content) in files.into_iter().filter_map(|(ending, content)| Some((ending, content?))) {
        let path = into.join(format!("{}.{ending}", arguments.copy));
        write_new(&path, content)?;
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn correct<P: Kind>(desk: &Desk<P>, arguments: &CorrectItem) -> Result<ExitCode> {
    let (field, value) = &arguments.set;
    let correct = |event: &[u8]| {
        let mut event: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(event).map_err(|error| error.to_string())?;
        let fields = event.keys().cloned().collect::<Vec<_>>().join(", ");
        match event.get_mut(field) {
            Some(serde_json::Value::String(old)) => value.clone_into(old),
            _ => return Err(format!("the event has no text `{field}`; it has {fields}")),
        }
        serde_json::to_vec(&event).map_err(|error| error.to_string())
    };
    let of = (arguments.case.number, arguments.item);
    let corrected = desk.vault.rectify(&desk.grant, &desk.access, of, desk.now, correct)?;
    println!("{} is now {corrected}", arguments.item);
    Ok(ExitCode::SUCCESS)
}

fn answer<P: Kind>(desk: &Desk<P>, arguments: &AnswerRequest) -> Result<ExitCode> {
    let evidence = Evidence::new(&arguments.evidence)?;
    let answer = (arguments.case.number, arguments.outcome, &evidence);
    desk.vault.answer_request(&desk.grant, &desk.access, answer, desk.now)?;
    println!("answered: {}", arguments.case.number);
    Ok(ExitCode::SUCCESS)
}
