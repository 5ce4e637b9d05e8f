//! `vokter new`

use crate::arguments::{New, SiteKind};
use crate::text::{say, wrapped};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use toml_edit::{DocumentMut, Item};
use vokter_rules::policy::{self, SitePolicy};

/// The examples, each whole: what is written is one of them with other names.
const fn example(kind: SiteKind) -> &'static str {
    match kind {
        SiteKind::CarPark => include_str!("../../examples/car-park.toml"),
        SiteKind::School => include_str!("../../examples/school.toml"),
        SiteKind::MunicipalBuilding => include_str!("../../examples/municipal-building.toml"),
        SiteKind::ShopEntrance => include_str!("../../examples/shop-entrance.toml"),
        SiteKind::WorkplaceYard => include_str!("../../examples/workplace-yard.toml"),
    }
}

pub fn run(arguments: &New) -> Result<ExitCode> {
    let into = &arguments.into;
    if into.exists() {
        bail!("{} is already there; write another one with --into", into.display());
    }
    let mut document: DocumentMut = example(arguments.kind).parse().context("the example cannot be read")?;
    let asks = !arguments.yes && std::io::stdin().is_terminal();
    let questions = [
        ("What is the site called?", "site", "name", &arguments.name),
        ("Who is responsible for it?", "controller", "name", &arguments.controller),
        ("Which telephone number is on the sign?", "controller", "phone", &arguments.phone),
        ("Which web address tells more?", "controller", "information", &arguments.information),
        ("How is the data protection officer reached?", "controller", "data_protection_officer", &arguments.officer),
    ];
    for (question, table, key, said) in questions {
        let value = document.get_mut(table).and_then(|table| table.get_mut(key)).and_then(Item::as_value_mut);
        let value = value.with_context(|| format!("the example has no {table}.{key}"))?;
        let usual = value.as_str().unwrap_or_default();
        let answer = match said {
            Some(answer) => answer.clone(),
            None if asks => ask(question, usual)?,
            None => continue,
        };
        if answer.chars().any(char::is_control) {
            bail!("an answer is one line of text");
        }
        let decor = value.decor().clone();
        *value = answer.into();
        *value.decor_mut() = decor;
    }
    let text = document.to_string();
    let compiled = policy::compile(&text);
    let Some(policy) = compiled.policy else {
        crate::report::print(into, &text, &compiled.diagnostics)?;
        bail!("with these answers the site would be refused; nothing was written");
    };
    write(into, &text)?;
    let drafts = drafts(&policy, into)?;
    say(&format!(
        "{} and {drafts} drafts of documents beside it.\n{}\n\n  vokter status {}",
        into.display(),
        wrapped(&next_steps(&policy), 0, 0),
        into.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn next_steps(policy: &SitePolicy) -> String {
    let variables = policy.cameras().iter().filter_map(|camera| match &camera.source {
        policy::Source::Env(variable) => Some(variable.as_str()),
        _ => None,
    });
    format!(
        "Draw your own zones and lines, answer why milder means would not do, and write the documents. The addresses of \
         the cameras are read from {}. Nothing is watched before the documents are signed.",
        variables.collect::<Vec<_>>().join(" and ")
    )
}

fn ask(question: &str, usual: &str) -> Result<String> {
    let mut out = std::io::stdout().lock();
    write!(out, "{question}\n  [{usual}] ")?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { usual.to_owned() } else { answer.to_owned() })
}

fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    let mut file = std::fs::File::create_new(path).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)
}

/// Writes a draft of each document that is not there yet; how many they were.
fn drafts(policy: &SitePolicy, site: &Path) -> Result<usize> {
    let folder = site.parent().unwrap_or(Path::new(""));
    let mut count = 0;
    for record in policy.records() {
        let path = folder.join(&record.document);
        if path.exists() {
            continue;
        }
        let (name, of) = (record.gate.name().replace('-', " "), record.owner());
        let title: String = name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
        let purpose = policy.purposes().iter().find(|purpose| purpose.name == of);
        let about = purpose.map_or(String::new(), |purpose| {
            format!("Purpose: {} ({})\n{}\n\n", purpose.name, purpose.kind.name(), purpose.description)
        });
        let questions: String = record.gate.questions().iter().map(|question| format!("## {question}\n\n\n")).collect();
        let requirements = record.gate.requirements().join(", ");
        let text = format!(
            "# {title}: {of}, {}\n\n{}\nRequirements: {requirements}.\n\n{about}{questions}",
            policy.name(),
            record.gate.summary()
        );
        write(&path, &text)?;
        count += 1;
    }
    Ok(count)
}
