//! The drivers of the demo, at the terminal of its car park: each types their plate and pays, and the terminal shows that the
//! plate is gone.

use crate::parking::{CarParks, LotFile, Lots, Opening};
use crate::truth::Driver;
use anyhow::{Context, Result};
use crossbeam::channel::Receiver;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vokter_console::Desk as _;
use vokter_parking::lot::{IdempotencyKey, LaneDirection};
use vokter_parking::plate::Plate;
use vokter_pipeline::{Engine, LaneReport};
use vokter_rules::policy::SitePolicy;
use vokter_vault::{RootKey, Vault, verify};

/// How long after they came drivers pay, at the earliest.
const STAY: SignedDuration = SignedDuration::from_mins(20);
/// How often the terminal looks who wants to pay.
const LOOK: Duration = Duration::from_millis(100);
/// How often it says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The car park of the demo, with everyone who parks there.
pub struct Terminal {
    lots: Arc<Lots>,
    zone: TimeZone,
    vault: Arc<Vault>,
    purpose: String,
    name: String,
    drivers: Vec<Driver>,
}

/// What the drivers came to.
#[derive(Default)]
pub struct Parked {
    /// Those who came.
    pub came: usize,
    /// Those whose plate was known at the terminal.
    pub known: usize,
    /// The plates of those who have paid.
    pub paid: Vec<String>,
    /// Those of them that are known all the same. There are none.
    pub still_known: usize,
}

/// The ways into the lots: purpose and lane.
pub fn entries(lots: &[(String, LotFile)]) -> Vec<(String, String)> {
    let of = |(purpose, lot): &(String, LotFile)| {
        let entries = lot.terms.lanes.iter().filter(|lane| lane.direction == LaneDirection::Entry);
        entries.map(|lane| (purpose.clone(), lane.name.clone())).collect::<Vec<_>>()
    };
    lots.iter().flat_map(of).collect()
}

/// Opens the car park of the demo in a vault of its own, which lives in the time of the scene.
pub fn open(
    policy: &SitePolicy,
    lots: Vec<(String, LotFile)>,
    drivers: Vec<Driver>,
    engine: &Engine,
    reports: Receiver<LaneReport>,
    out: &Path,
) -> Result<Option<(CarParks, Terminal)>> {
    let (Some((purpose, lot)), Some(first)) = (lots.first(), drivers.first()) else { return Ok(None) };
    let (purpose, name) = (purpose.clone(), lot.terms.terminals.first().cloned().unwrap_or_default());
    let (directory, root) = clear(out)?;
    let midnight = first.came.to_zoned(policy.time_zone().clone()).start_of_day()?.timestamp();
    let (vault, mut mint) = Vault::open_or_create(&directory, root, midnight)?;
    let (vault, directory) = (Arc::new(vault), directory.as_path());
    let opening = Opening { policy, directory, vault: &vault, engine, counter: None, vault_is_of_scene: true };
    let Some(car_parks) = CarParks::start(&opening, lots, &mut mint, reports)? else { return Ok(None) };
    let (lots, zone) = (car_parks.lots(), policy.time_zone().clone());
    let terminal = Terminal { lots, zone, vault, purpose, name, drivers };
    terminal.heartbeat();
    Ok(Some((car_parks, terminal)))
}

/// Where the demo keeps who parks, emptied of what an earlier one left.
fn clear(out: &Path) -> Result<(PathBuf, RootKey)> {
    let (directory, key) = (out.join("data"), out.join("data.key"));
    if directory.join("vault.db").is_file() {
        std::fs::remove_dir_all(&directory).with_context(|| format!("{} is in the way", directory.display()))?;
        let _ = std::fs::remove_file(&key);
    }
    Ok((directory, RootKey::in_file(&key)))
}

impl Terminal {
    /// Lets everyone pay while the scene runs; `say` shows a line.
    pub fn run(self, stop: Arc<AtomicBool>, say: impl Fn(&str) + Send + 'static) -> JoinHandle<(Self, Parked)> {
        std::thread::spawn(move || {
            let (mut parked, mut beaten) = (Parked { came: self.drivers.len(), ..Parked::default() }, Instant::now());
            let mut waiting: Vec<_> = self.drivers.iter().collect();
            loop {
                let is_over = stop.load(Ordering::Relaxed);
                if beaten.elapsed() > HEARTBEAT {
                    self.heartbeat();
                    beaten = Instant::now();
                }
                let now = self.lots.clock().now();
                waiting.retain(|driver| {
                    let is_due = is_over || driver.came.checked_add(STAY).is_ok_and(|due| due <= now);
                    if is_due {
                        self.pay(driver, now, &mut parked, &say);
                    }
                    !is_due
                });
                if is_over {
                    return (self, parked);
                }
                std::thread::sleep(LOOK);
            }
        })
    }

    fn heartbeat(&self) {
        // What goes wrong is said where it does.
        let _ = self.lots.heartbeat(&self.purpose, &self.name, true);
    }

    fn pay(&self, driver: &Driver, now: Timestamp, parked: &mut Parked, say: &impl Fn(&str)) {
        let time = self.zone.to_datetime(now).strftime("%H:%M:%S").to_string();
        let text = &driver.plate;
        let Some(found) = self.look_up(text) else {
            say(&format!("{time} TERMINAL {text}: nobody is known by that plate"));
            return;
        };
        parked.known += 1;
        for due in found.dues {
            let Some(amount) = due.amount.filter(|amount| !amount.is_zero()) else {
                say(&format!("{time} TERMINAL {text}: nothing to pay"));
                continue;
            };
            let item = self.lots.of_purpose(&self.purpose).and_then(|attendant| attendant.item_of(due.session));
            let mut key = [0; 16];
            let paid = getrandom::fill(&mut key).ok().and_then(|()| {
                let key = IdempotencyKey::from(u128::from_le_bytes(key));
                self.lots.pay(&self.purpose, due.session, key, amount).ok()
            });
            let Some(receipt) = paid else { continue };
            let number = receipt.number.to_string();
            let number = number.get(..8).unwrap_or_default();
            let gone = if self.look_up(text).is_none() { "the plate is gone" } else { "THE PLATE IS STILL KNOWN" };
            let item = item.map(|item| format!(", it was item {item} of the log")).unwrap_or_default();
            say(&format!("{time} TERMINAL {text}: {amount} paid; {gone}\n  receipt {number}…{item}"));
            parked.paid.push(text.clone());
        }
    }

    fn look_up(&self, text: &str) -> Option<vokter_parking::lot::Found> {
        self.lots.look_up(&self.purpose, Plate::new(text)?).ok()
    }

    /// What the drivers came to, and whether the log of the vault bears it out.
    pub fn close(self, mut parked: Parked, out: &Path) -> Result<Parked> {
        parked.still_known = parked.paid.iter().filter(|plate| self.look_up(plate).is_some()).count();
        let now = self.vault.latest(self.lots.clock().now())?;
        let (directory, key) = (out.join("data"), out.join("data.key"));
        let verdict = verify(&directory, None, now)?;
        println!(
            "\nThe car park: {} came, {} were known at the terminal, {} paid.",
            parked.came,
            parked.known,
            parked.paid.len()
        );
        println!("Of who has paid nothing is known: plate, hash and keys went with the payment.");
        if verdict.findings.is_empty() {
            println!("The log bears it out: vokter verify {}", directory.display());
        } else {
            println!("THE LOG DOES NOT BEAR IT OUT: {}", verdict.findings.join("; "));
        }
        println!("Who has not paid is in there until the deadline, under {}.", key.display());
        Ok(parked)
    }
}
