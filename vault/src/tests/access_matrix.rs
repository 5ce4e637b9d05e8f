//! Every role, purpose and operation, tried for real, against a table written by hand from the requirements.

use super::{Site, keep};
use crate::{Access, AccessControl, AnonymousCounting, Care, CrimePrevention, Kind, LifeAndHealth, Operation};
use crate::{Mint, ParkingPayment, PropertyProtection, Reading, Retention, Role, Vault, VaultError, WorkPerformance};
use vokter_rules::purpose::PurposeKind;

/// Who may, by purpose and operation (WPC-10, KRS-24, KRS-26, KRS-27, KRS-32, IVA-11, INV-13). Whoever is not named may not.
const TABLE: &[(&str, &str, &str)] = &[
    ("crime-prevention", "read events", "operator"),
    ("crime-prevention", "erase events", "privacy-officer"),
    ("crime-prevention", "read the log", "privacy-officer"),
    ("life-and-health", "read events", "operator"),
    ("life-and-health", "erase events", "privacy-officer"),
    ("life-and-health", "read the log", "privacy-officer"),
    ("property-protection", "read events", "operator"),
    ("property-protection", "erase events", "privacy-officer"),
    ("property-protection", "read the log", "privacy-officer"),
    ("parking-payment", "read events", "parking-operator"),
    ("parking-payment", "erase events", "privacy-officer"),
    ("parking-payment", "read the log", "privacy-officer"),
    ("anonymous-counting", "read events", ""),
    ("anonymous-counting", "erase events", "privacy-officer"),
    ("anonymous-counting", "read the log", "privacy-officer"),
    ("access-control", "read events", ""),
    ("access-control", "erase events", "privacy-officer"),
    ("access-control", "read the log", "privacy-officer"),
    ("care", "read events", "operator"),
    ("care", "erase events", "privacy-officer"),
    ("care", "read the log", "privacy-officer"),
    ("work-performance", "read events", ""),
    ("work-performance", "erase events", "privacy-officer"),
    ("work-performance", "read the log", "privacy-officer"),
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

fn try_all<P: Kind>(site: &Site, vault: &Vault, mint: &mut Mint) -> usize {
    let recorder = mint.recorder(P::KIND, "a", Retention::DEFAULT).unwrap();
    let grant = mint.grant::<P>("a").unwrap();
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
