//! `vokter import`

use crate::arguments::{Frigate, Import, ImportFrom};
use crate::import::{self, Imported, Lost};
use crate::{report, text};
use anyhow::{Context, Result, anyhow, bail};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use vokter_rules::policy::{self, Severity};

pub fn run(arguments: &Import) -> Result<ExitCode> {
    match &arguments.from {
        ImportFrom::Frigate(frigate) => self::frigate(frigate),
    }
}

fn frigate(arguments: &Frigate) -> Result<ExitCode> {
    let config = report::read(&arguments.config)?;
    let imported = import::frigate::read(&config);
    let imported = imported.map_err(|error| anyhow!("{}: {error}", arguments.config.display()))?;
    let origin = arguments.config.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let site = import::site(&imported, &origin);
    create(&arguments.into, &site)?;
    tell(&imported, &arguments.into, &site);
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> Result<()> {
    let file = std::fs::File::options().write(true).create_new(true).open(path);
    let mut file = match file {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} exists, and is not written over; name another file with --into", path.display())
        }
        other => other.with_context(|| format!("{} cannot be written", path.display()))?,
    };
    file.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
}

/// Says what was taken over, what was not and why, which variables to set, and what is left to answer.
fn tell(imported: &Imported, into: &Path, site: &str) {
    let cameras = &imported.cameras;
    let masks = cameras.iter().flat_map(|camera| &camera.masks).filter(|mask| mask.withheld.is_none()).count();
    let zones = cameras.iter().flat_map(|camera| &camera.zones);
    let rules = zones.clone().filter(|zone| !zone.objects.is_empty()).count();
    let counts = [(cameras.len(), "camera"), (masks, "mask"), (zones.count(), "zone"), (rules, "rule")];
    let counts = counts.map(|(count, what)| report::some(count, what));
    eprintln!("{}: {}", into.display(), counts.join(", "));
    if masks > 0 {
        let meaning = "The masks mean something else here: there, they kept motion from being noticed; here, they are \
                       black to everything, always (KRS-17). Look at each.";
        eprintln!("\n{}", text::wrapped(meaning, 0, 0));
    }
    let lost = imported.left_behind.groups();
    if !lost.is_empty() {
        eprintln!("\nLeft behind, and why:");
        lost.iter().for_each(|group| say(group));
    }
    if !cameras.is_empty() {
        eprintln!("\nAddresses hold secrets, and stand in no file. Set before `vokter run`:");
        for camera in cameras {
            eprintln!("  {}\n      {}", camera.variable, text::wrapped(&camera.address, 6, 6));
        }
        eprintln!("What is hidden by *** is in the configuration that was read.");
    }
    let compiled = policy::compile(site);
    let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    let last = format!(
        "`vokter check {}` lists the {errors} questions that are left for people to answer; some answers bring more.",
        into.display()
    );
    eprintln!("\n{}", text::wrapped(&last, 0, 0));
}

fn say(group: &[&Lost]) {
    let Some(first) = group.first() else { return };
    let what: Vec<_> = group.iter().map(|lost| lost.what.as_str()).collect();
    let of = if first.of.is_empty() { String::new() } else { format!(" ({})", first.of.join(", ")) };
    let line = format!("{}{of}: {}", what.join(", "), first.why);
    eprintln!("  {:8}{}", first.requirement.unwrap_or("-"), text::wrapped(&line, 10, 10));
}
