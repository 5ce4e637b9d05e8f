//! `vokter explain`: what a word of the policy means, and what is done about each requirement.
//!
//! Everything here is read from where it is true: the catalogue of requirements, the manuals that the files of rules
//! and checks begin with, and the closed sets of the policy.

mod coverage;
mod manual;
mod topic;

use crate::arguments::Explain;
use crate::text::say;
use anyhow::Result;
use std::process::ExitCode;
use topic::Topic;

/// How alike two words are that may be meant for each other.
const ALIKE: f64 = 0.8;
/// How many words are proposed for one that is not known.
const PROPOSALS: usize = 3;

pub fn run(arguments: &Explain) -> Result<ExitCode> {
    if arguments.coverage {
        say(&coverage::table(coverage::columns()))?;
    } else if arguments.list {
        say(&topic::list())?;
    } else {
        let word = arguments.word.as_deref().unwrap_or_default();
        let found = Topic::named(word);
        if found.is_empty() {
            eprintln!("error: nothing is called `{word}`\n{}", proposals(word));
            return Ok(ExitCode::from(2));
        }
        let texts: Vec<_> = found.iter().map(Topic::text).collect();
        say(&texts.join("\n\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// "did you mean …", or where all words are.
fn proposals(word: &str) -> String {
    let word = topic::written(word);
    let likeness = |name: &str| strsim::jaro_winkler(&word, &topic::written(name));
    let mut alike: Vec<_> = Topic::all().map(|topic| (likeness(topic.name()), topic.name())).collect();
    alike.retain(|(likeness, _)| *likeness > ALIKE);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    alike.dedup_by_key(|(_, name)| *name);
    let names: Vec<_> = alike.iter().take(PROPOSALS).map(|(_, name)| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "help: `vokter explain --list` shows every word".to_owned(),
        [one] => format!("help: did you mean {one}?"),
        [before @ .., last] => format!("help: did you mean {} or {last}?", before.join(", ")),
    }
}
