//! Every role, purpose and operation, tried for real, against a table written by hand from the requirements.

use super::{Site, keep};
use crate::{Access, AccessControl, AnonymousCounting, Care, CrimePrevention, Kind, LifeAndHealth, Operation};
use crate::{Evidence, Ground, Incident, NorwayGround, Request, Source};
use crate::{Mint, ParkingPayment, PropertyProtection, Reading, Retention, Role, Vault, VaultError, WorkPerformance};
use vokter_rules::purpose::PurposeKind;

/// Who may, by purpose and operation (WPC-10, KRS-24, KRS-26, KRS-27, KRS-31, KRS-32, IVA-11, INV-13). Whoever is not named may not.
const TABLE: &[(&str, &str, &str)] = &[
    ("crime-prevention", "read events", "operator"),
    ("crime-prevention", "erase events", "privacy-officer"),
    ("crime-prevention", "read the log", "privacy-officer"),
    ("crime-prevention", "open an incident", "operator"),
    ("crime-prevention", "hold events", "decider"),
    ("crime-prevention", "request a disclosure", "operator"),
    ("crime-prevention", "decide a disclosure", "decider"),
    ("life-and-health", "read events", "operator"),
    ("life-and-health", "erase events", "privacy-officer"),
    ("life-and-health", "read the log", "privacy-officer"),
    ("life-and-health", "open an incident", "operator"),
    ("life-and-health", "hold events", "decider"),
    ("life-and-health", "request a disclosure", "operator"),
    ("life-and-health", "decide a disclosure", "decider"),
    ("property-protection", "read events", "operator"),
    ("property-protection", "erase events", "privacy-officer"),
    ("property-protection", "read the log", "privacy-officer"),
    ("property-protection", "open an incident", "operator"),
    ("property-protection", "hold events", "decider"),
    ("property-protection", "request a disclosure", "operator"),
    ("property-protection", "decide a disclosure", "decider"),
    ("parking-payment", "read events", "parking-operator"),
    ("parking-payment", "erase events", "privacy-officer"),
    ("parking-payment", "read the log", "privacy-officer"),
    ("parking-payment", "open an incident", "parking-operator"),
    ("parking-payment", "hold events", "decider"),
    ("parking-payment", "request a disclosure", "parking-operator"),
    ("parking-payment", "decide a disclosure", "decider"),
    ("anonymous-counting", "read events", ""),
    ("anonymous-counting", "erase events", "privacy-officer"),
    ("anonymous-counting", "read the log", "privacy-officer"),
    ("anonymous-counting", "open an incident", ""),
    ("anonymous-counting", "hold events", ""),
    ("anonymous-counting", "request a disclosure", ""),
    ("anonymous-counting", "decide a disclosure", ""),
    ("access-control", "read events", ""),
    ("access-control", "erase events", "privacy-officer"),
    ("access-control", "read the log", "privacy-officer"),
    ("access-control", "open an incident", ""),
    ("access-control", "hold events", ""),
    ("access-control", "request a disclosure", ""),
    ("access-control", "decide a disclosure", ""),
    ("care", "read events", "operator"),
    ("care", "erase events", "privacy-officer"),
    ("care", "read the log", "privacy-officer"),
    ("care", "open an incident", "operator"),
    ("care", "hold events", "decider"),
    ("care", "request a disclosure", "operator"),
    ("care", "decide a disclosure", "decider"),
    ("work-performance", "read events", ""),
    ("work-performance", "erase events", "privacy-officer"),
    ("work-performance", "read the log", "privacy-officer"),
    ("work-performance", "open an incident", ""),
    ("work-performance", "hold events", ""),
    ("work-performance", "request a disclosure", ""),
    ("work-performance", "decide a disclosure", ""),
];

#[test]
fn inv_8_every_role_may_do_what_the_table_says_and_nothing_else() {
    assert_eq!(TABLE.len(), PurposeKind::ALL.len() * Operation::ALL.len());
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let tried = try_all::<CrimePrevention>(&site, &vault, &mut mint)
        + try_all::<LifeAndHealth>(&site, &vault, &mut mint)
        + try_all::<PropertyProtection>(&site, &vault, &mut mint)
        + try_all::<ParkingPayment>(&site, &vault, &mut mint)
        + try_all::<AnonymousCounting>(&site, &vault, &mut mint)
        + try_all::<AccessControl>(&site, &vault, &mut mint)
        + try_all::<Care>(&site, &vault, &mut mint)
        + try_all::<WorkPerformance>(&site, &vault, &mut mint);
    assert_eq!(tried, TABLE.len() * Role::ALL.len());
}

/// Whoever is let in is told that there is no such case: that is not a refusal of the role.
fn admitted(done: Result<(), VaultError>) -> Result<(), VaultError> {
    match done {
        Err(VaultError::NoCase { .. }) => Ok(()),
        other => other,
    }
}

fn try_all<P: Kind>(site: &Site, vault: &Vault, mint: &mut Mint) -> usize {
    let recorder = mint.recorder(P::KIND, "a", Retention::DEFAULT).unwrap();
    let grant = mint.grant::<P>("a").unwrap();
    let evidence = Evidence::new("a letter").unwrap();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let incident = Incident {
        source: Source::Reported,
        evidence: evidence.clone(),
        from: site.now - super::hours(1),
        to: site.now,
    };
    let mut tried = 0;
    for operation in Operation::ALL {
        let row = TABLE.iter().find(|(kind, name, _)| (*kind, *name) == (P::KIND.name(), operation.name()));
        let (_, _, allowed) = row.expect("the table has a row for each");
        for role in Role::ALL {
            let id = keep(vault, &recorder, b"event", None, site.now);
            let access = Access::new("somebody", role, "a test of the table").unwrap();
            let (mut shown, may) = (0, allowed.split(' ').any(|name| name == role.name()));
            let done = match operation {
                Operation::Read => {
                    vault.read(&grant, &access, &Reading::default(), site.now, |_| shown += 1).map(|_| ())
                }
                Operation::Erase => vault.erase(&grant, &access, &[id], site.now),
                Operation::ReadLog => vault.read_log(&access, site.now, |_| shown += 1).map(|_| ()),
                Operation::OpenIncident => vault.open_incident(&grant, &access, &incident, site.now).map(|_| ()),
                Operation::Hold => {
                    let hold = vault.hold(&grant, &access, id, &[id], (&evidence, site.now), site.now);
                    admitted(hold.map(|_| ()))
                }
                Operation::RequestDisclosure => {
                    let ground = Ground::Norway(NorwayGround::Law { provision: evidence.clone() });
                    let request = Request { ground, items: vec![id], recipient: recipient.clone() };
                    vault.request_disclosure(&grant, &access, &request, site.now).map(|_| ())
                }
                Operation::DecideDisclosure => {
                    let decided = vault.decide_disclosure(&grant, &access, id, true, site.now).map(|_| ());
                    admitted(decided.and(vault.receive_disclosure(&grant, &access, (id, &evidence), site.now)))
                }
            };
            match done {
                Ok(()) => assert!(may, "{role:?} could {operation:?} {:?}", P::KIND),
                Err(VaultError::NotAllowed { .. }) => {
                    assert!(!may && shown == 0, "{role:?} {operation:?} {:?}", P::KIND)
                }
                Err(other) => panic!("{other}"),
            }
            tried += 1;
        }
    }
    tried
}
