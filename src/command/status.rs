//! `vokter status`

use crate::arguments::{Format, Status};
use crate::command::run::read_site;
use crate::report;
use crate::text::{say, wrapped};
use anyhow::{Result, bail};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use vokter_rules::policy::{self, Change, OpenGate, Purpose, SitePolicy, Standing};

pub fn run(arguments: &Status) -> Result<ExitCode> {
    let Some(policy) = read_site(&arguments.site, None)? else { return Ok(ExitCode::FAILURE) };
    let changes = match &arguments.since {
        Some(old) => policy::diff(&earlier(old)?, &policy),
        None => vec![],
    };
    match arguments.format {
        Format::Text => say(text(&policy, &arguments.site, &changes, arguments.since.is_some()).trim_end())?,
        Format::Json => say(&serde_json::to_string_pretty(&json(&policy, &changes))?)?,
    }
    let all = policy.purposes().iter().all(|purpose| purpose.standing().may_run());
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn earlier(path: &Path) -> Result<SitePolicy> {
    let compiled = policy::compile(&report::read(path)?);
    let Some(policy) = compiled.policy else {
        bail!("{} is refused, so nothing can be held against it; vokter check says why", path.display());
    };
    Ok(policy)
}

fn text(policy: &SitePolicy, site: &Path, changes: &[Change], compared: bool) -> String {
    let widest = policy.purposes().iter().map(|purpose| purpose.name.chars().count()).max().unwrap_or(0).clamp(7, 40);
    let mut out = format!("{}\n\n  {:widest$}  {:13}  {}\n", policy.name(), "purpose", "standing", "gates");
    for purpose in policy.purposes() {
        let open = purpose.standing().open_gates().len();
        let gates = match purpose.standing() {
            Standing::Commissioning => "none needed: it watches files and scenes alone".to_owned(),
            Standing::Active => match purpose.schedule.ends {
                Some(ends) => {
                    let last = policy.time_zone().to_datetime(ends - jiff::SignedDuration::from_secs(1)).date();
                    format!("all shut, until {last}")
                }
                None => "all shut".to_owned(),
            },
            Standing::Pending(_) | Standing::Suspended(_) => format!("{open} open"),
        };
        let _ = writeln!(out, "  {:widest$}  {:13}  {gates}", purpose.name, purpose.standing().name());
    }
    let mut said = vec![];
    for purpose in policy.purposes() {
        let gates: Vec<_> =
            purpose.standing().open_gates().iter().filter(|gate| !said.contains(&gate.record)).collect();
        if gates.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}:", purpose.name);
        for gate in gates {
            said.push(gate.record);
            out += &open_gate(policy, gate);
        }
    }
    if let Some((purpose, gate)) = first_open(policy) {
        let record = policy.records().get(gate.record);
        let (of, name) = record.map_or((purpose.name.as_str(), ""), |record| (record.owner(), record.gate.name()));
        let _ = writeln!(out, "\nWhen a document is written and agreed:");
        let _ = writeln!(out, "  vokter sign {} {of} {name} --by 'NAME, FUNCTION'", site.display());
    }
    if !policy.deviations().is_empty() {
        let _ = writeln!(out, "\nDiffers from what is normal:");
        for deviation in policy.deviations() {
            out += &hanging(
                "  ",
                &format!("{}: {}, because: {}", deviation.requirement, deviation.what, deviation.because),
            );
        }
    }
    if compared {
        out += &changed(changes);
    }
    out
}

fn first_open(policy: &SitePolicy) -> Option<(&Purpose, &OpenGate)> {
    policy.purposes().iter().find_map(|purpose| Some((purpose, purpose.standing().open_gates().first()?)))
}

fn open_gate(policy: &SitePolicy, gate: &OpenGate) -> String {
    let Some(record) = policy.records().get(gate.record) else { return String::new() };
    let of = record.owner();
    let requirement = record.gate.requirements().first().copied().unwrap_or_default();
    let mut out = format!("  {requirement:7} {:20} {of}: {}\n", record.gate.name(), record.document);
    let _ = writeln!(out, "          {}", gate.cause);
    out
}

fn changed(changes: &[Change]) -> String {
    let mut out = "\nChanged since:\n".to_owned();
    for change in changes {
        let what = change.aspect.map_or("the purpose is new", |aspect| aspect.summary());
        let _ = writeln!(out, "  {}: {what}", change.purpose);
        change.removed.iter().for_each(|line| out += &hanging("    - ", line));
        change.added.iter().for_each(|line| out += &hanging("    + ", line));
        if !change.reopens.is_empty() {
            let gates: Vec<_> = change.reopens.iter().map(|gate| gate.name()).collect();
            out += &hanging("    opens again: ", &gates.join(", "));
        }
    }
    if changes.is_empty() {
        out += "  nothing that a signature is about\n";
    }
    out
}

/// A text behind `first`, in lines that stand as far in.
fn hanging(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    format!("{first}{}\n", wrapped(text, indent, indent))
}

#[derive(Serialize)]
struct Report<'p> {
    site: &'p str,
    purposes: Vec<PurposeReport<'p>>,
    deviations: Vec<DeviationReport<'p>>,
    changes: Vec<ChangeReport<'p>>,
}

#[derive(Serialize)]
struct PurposeReport<'p> {
    name: &'p str,
    kind: &'static str,
    standing: &'static str,
    until: Option<jiff::Timestamp>,
    open: Vec<GateReport<'p>>,
}

#[derive(Serialize)]
struct GateReport<'p> {
    gate: &'static str,
    of: &'p str,
    document: &'p str,
    cause: String,
    covers: &'p str,
}

#[derive(Serialize)]
struct DeviationReport<'p> {
    requirement: &'static str,
    what: &'p str,
    because: &'p str,
}

#[derive(Serialize)]
struct ChangeReport<'p> {
    purpose: &'p str,
    aspect: Option<&'static str>,
    added: &'p [String],
    removed: &'p [String],
    reopens: Vec<&'static str>,
}

fn json<'p>(policy: &'p SitePolicy, changes: &'p [Change]) -> Report<'p> {
    let gate = |gate: &OpenGate| {
        let record = policy.records().get(gate.record)?;
        let (of, document) = (record.owner(), record.document.as_str());
        Some(GateReport {
            gate: record.gate.name(),
            of,
            document,
            cause: gate.cause.to_string(),
            covers: &record.scope,
        })
    };
    Report {
        site: policy.name(),
        purposes: policy
            .purposes()
            .iter()
            .map(|purpose| PurposeReport {
                name: &purpose.name,
                kind: purpose.kind.name(),
                standing: purpose.standing().name(),
                until: purpose.schedule.ends,
                open: purpose.standing().open_gates().iter().filter_map(gate).collect(),
            })
            .collect(),
        deviations: policy
            .deviations()
            .iter()
            .map(|found| DeviationReport { requirement: found.requirement, what: &found.what, because: &found.because })
            .collect(),
        changes: changes
            .iter()
            .map(|change| ChangeReport {
                purpose: &change.purpose,
                aspect: change.aspect.map(|aspect| aspect.name()),
                added: &change.added,
                removed: &change.removed,
                reopens: change.reopens.iter().map(|gate| gate.name()).collect(),
            })
            .collect(),
    }
}
