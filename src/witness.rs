//! Witnesses: outlets that are sent the head of the vault's log once a night. Whoever keeps heads can show later that the log
//! only grew (KRS-27): `vokter verify --since`.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use vokter_rules::outlet::{Address, Outlet, Sends};
use vokter_vault::SignedHead;

const PATIENCE: Duration = Duration::from_secs(30);

/// The witnesses of a site, and the heads that they have not got yet.
pub struct Witnesses {
    all: Vec<Witness>,
}

struct Witness {
    name: String,
    address: String,
    due: Option<String>,
}

impl Witnesses {
    /// Those of a site's outlets that are sent heads.
    pub fn of(outlets: &[Outlet]) -> Result<Self> {
        let heads = outlets.iter().filter(|outlet| outlet.sends == Sends::Heads);
        let all = heads.map(|outlet| {
            let address = match &outlet.address {
                Address::Written(address) => address.clone(),
                Address::Env(name) => {
                    std::env::var(name).with_context(|| format!("outlet `{}`: ${name} is not set", outlet.name))?
                }
            };
            if !is_guarded(&address) {
                bail!("outlet `{}`: heads are sent by https:// alone, or http:// to this machine", outlet.name);
            }
            Ok(Witness { name: outlet.name.clone(), address, due: None })
        });
        Ok(Self { all: all.collect::<Result<_>>()? })
    }

    /// Sends a head to all; one who cannot be reached gets it, or the one after it, at the next turn.
    pub fn note(&mut self, head: &SignedHead) {
        self.all.iter_mut().for_each(|witness| witness.due = Some(head.to_string()));
        self.send();
    }

    /// Sends what has not arrived.
    pub fn send(&mut self) {
        for witness in &mut self.all {
            let Some(head) = &witness.due else { continue };
            match post(&witness.address, head) {
                Ok(()) => {
                    tracing::info!(witness = witness.name, "has the head of the log");
                    witness.due = None;
                }
                // The address may hold a secret, so it is not said.
                Err(error) => tracing::error!(witness = witness.name, "has not got the head of the log: {error}"),
            }
        }
    }
}

fn is_guarded(address: &str) -> bool {
    let lower = address.to_lowercase();
    let host =
        |rest: &str| rest.split(['/', ':', '?']).next().is_some_and(|host| ["localhost", "127.0.0.1"].contains(&host));
    lower.starts_with("https://") || lower.strip_prefix("http://").is_some_and(host)
}

fn post(address: &str, head: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let request =
            client.post(address).header("content-type", "text/plain; charset=utf-8").body(format!("{head}\n"));
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        if !answer.status().is_success() {
            bail!("it answered {}", answer.status());
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_leave_this_machine_encrypted_or_not_at_all() {
        for good in
            ["https://union.example/heads", "HTTPS://union.example", "http://127.0.0.1:8080/", "http://localhost/x"]
        {
            assert!(is_guarded(good), "{good}");
        }
        for bad in [
            "http://union.example",
            "http://127.0.0.1.example/",
            "ftp://localhost",
            "localhost",
            "http://user@10.0.0.1",
        ] {
            assert!(!is_guarded(bad), "{bad}");
        }
    }
}
