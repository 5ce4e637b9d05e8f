//! The file of a car park's terms, `lot = "lot.toml"` in the site file: what its operator writes, and what is wrong with it.

use age::x25519::Recipient;
use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use vokter_parking::lot::Terms;
use vokter_rules::limits;
use vokter_rules::policy::{Condition, Purpose, SitePolicy};

/// The terms of the lot of a purpose, and the key to which unpaid stays are encrypted.
pub struct LotFile {
    /// The terms.
    pub terms: Terms,
    /// The public key of the enforcement system, if unpaid stays are handed over to it.
    pub hand_over_to: Option<Recipient>,
}

impl LotFile {
    /// The lots of a policy, each with the name of its purpose.
    ///
    /// # Errors
    /// What is wrong with the first that is not in order.
    pub fn all(policy: &SitePolicy, site: &Path) -> Result<Vec<(String, Self)>> {
        let of = |purpose: &Purpose| Some(Self::of(purpose, site).transpose()?.map(|lot| (purpose.name.clone(), lot)));
        let all: Vec<(String, Self)> = policy.purposes().iter().filter_map(of).collect::<Result<_>>()?;
        let mut names = BTreeSet::new();
        if let Some((purpose, lot)) = all.iter().find(|(_, lot)| !names.insert(&lot.terms.name)) {
            bail!(
                "the lot of purpose `{purpose}` is called `{}`, as another is; give it a `name` of its own",
                lot.terms.name
            );
        }
        Ok(all)
    }

    /// Reads the lot of a purpose; `None` if it has none. Its name is the purpose's, if the file gives none.
    pub fn of(purpose: &Purpose, site: &Path) -> Result<Option<Self>> {
        let Some(file) = &purpose.lot else { return Ok(None) };
        let path: PathBuf = site.parent().unwrap_or(Path::new(".")).join(file);
        let read = || {
            let size = std::fs::metadata(&path)?.len();
            if size > limits::SITE_FILE_BYTES as u64 {
                bail!("it is longer than {} bytes", limits::SITE_FILE_BYTES);
            }
            Self::parse(&std::fs::read_to_string(&path)?, purpose)
        };
        read().with_context(|| format!("{}, the lot of purpose `{}`", path.display(), purpose.name)).map(Some)
    }

    fn parse(text: &str, purpose: &Purpose) -> Result<Self> {
        let mut table: toml::Table = text.parse()?;
        let hand_over_to = match table.remove("hand_over_to") {
            None => None,
            Some(toml::Value::String(key)) => Some(key.parse::<Recipient>().map_err(|error| {
                anyhow!("hand_over_to is no public key ({error}); write one as `age-keygen` prints it: \"age1…\"")
            })?),
            Some(_) => bail!("hand_over_to is no text; write a public key: \"age1…\""),
        };
        table.entry("name").or_insert_with(|| purpose.name.clone().into());
        let terms = Terms::deserialize(table)?;
        let mut faults: Vec<_> = terms.faults().iter().map(ToString::to_string).collect();
        if terms.hand_over && hand_over_to.is_none() {
            faults.push(
                "hand_over = true, and nobody to hand over to; add: hand_over_to = \"age1…\", the public key of the \
                 enforcement system"
                    .to_owned(),
            );
        }
        if terms.name.is_empty() || !terms.name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
            faults.push(format!(
                "name = {:?} stands in addresses and names of files; write letters, digits, - and _",
                terms.name
            ));
        }
        faults.extend(unlike(&terms, purpose));
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        Ok(Self { terms, hand_over_to })
    }
}

/// Where the lanes of the terms are not those that are read.
fn unlike(terms: &Terms, purpose: &Purpose) -> Vec<String> {
    let is_read = |rule: &&vokter_rules::policy::Rule| matches!(rule.condition, Condition::PlateRead { .. });
    let read: Vec<_> = purpose.rules.iter().filter(is_read).map(|rule| rule.name.as_str()).collect();
    let lanes: Vec<_> = terms.lanes.iter().map(|lane| lane.name.as_str()).collect();
    let of_rules = read.iter().filter(|name| !lanes.contains(name)).map(|name| {
        format!("rule `{name}` of the site file reads plates in no lane of the lot; its lanes are {}", lanes.join(", "))
    });
    let of_lanes = lanes.iter().filter(|name| !read.contains(name)).map(|name| {
        format!("no rule plate-read of the site file has the name of lane `{name}`; there are {}", read.join(", "))
    });
    of_rules.chain(of_lanes).collect()
}
