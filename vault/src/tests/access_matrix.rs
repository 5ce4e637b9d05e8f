//! Every role, purpose and operation, tried for real, against a table written by hand from the requirements.

use super::{Site, keep};
use crate::{Access, AccessControl, AnonymousCounting, Care, CrimePrevention, Kind, LifeAndHealth, Operation};
use crate::{Evidence, Ground, Incident, NorwayGround, PassageGround, Request, Right, Source, SubjectRequest};
use crate::{Mint, ParkingPayment, PropertyProtection, Reading, Retention, Role, Vault, VaultError, WorkPerformance};
use vokter_rules::purpose::PurposeKind;

/// Who may, by purpose and operation (WPC-10, KRS-24, KRS-26, KRS-27, KRS-31, KRS-32, IVA-11, IVA-12, ISL-7,
/// ACC-10, INV-13). Whoever is not named may not.
const TABLE: &[(&str, &str, &str)] = &[
    ("crime-prevention", "read events", "operator"),
    ("crime-prevention", "erase events", "privacy-officer"),
    ("crime-prevention", "read the log", "privacy-officer"),
    ("crime-prevention", "open an incident", "operator"),
    ("crime-prevention", "hold events", "decider"),
    ("crime-prevention", "request a disclosure", "operator"),
    ("crime-prevention", "decide a disclosure", "decider"),
    ("crime-prevention", "see the cases", "operator privacy-officer decider"),
    ("crime-prevention", "handle a request of a data subject", "privacy-officer"),
    ("crime-prevention", "prepare a copy for a data subject", "operator"),
    ("crime-prevention", "approve a copy for a data subject", "decider"),
    ("life-and-health", "read events", "operator"),
    ("life-and-health", "erase events", "privacy-officer"),
    ("life-and-health", "read the log", "privacy-officer"),
    ("life-and-health", "open an incident", "operator"),
    ("life-and-health", "hold events", "decider"),
    ("life-and-health", "request a disclosure", "operator"),
    ("life-and-health", "decide a disclosure", "decider"),
    ("life-and-health", "see the cases", "operator privacy-officer decider"),
    ("life-and-health", "handle a request of a data subject", "privacy-officer"),
    ("life-and-health", "prepare a copy for a data subject", "operator"),
    ("life-and-health", "approve a copy for a data subject", "decider"),
    ("property-protection", "read events", "operator"),
    ("property-protection", "erase events", "privacy-officer"),
    ("property-protection", "read the log", "privacy-officer"),
    ("property-protection", "open an incident", "operator"),
    ("property-protection", "hold events", "decider"),
    ("property-protection", "request a disclosure", "operator"),
    ("property-protection", "decide a disclosure", "decider"),
    ("property-protection", "see the cases", "operator privacy-officer decider"),
    ("property-protection", "handle a request of a data subject", "privacy-officer"),
    ("property-protection", "prepare a copy for a data subject", "operator"),
    ("property-protection", "approve a copy for a data subject", "decider"),
    ("parking-payment", "read events", "parking-operator"),
    ("parking-payment", "erase events", "privacy-officer"),
    ("parking-payment", "read the log", "privacy-officer"),
    ("parking-payment", "open an incident", "parking-operator"),
    ("parking-payment", "hold events", "decider"),
    ("parking-payment", "request a disclosure", "parking-operator"),
    ("parking-payment", "decide a disclosure", "decider"),
    ("parking-payment", "see the cases", "parking-operator privacy-officer decider"),
    ("parking-payment", "handle a request of a data subject", "privacy-officer"),
    ("parking-payment", "prepare a copy for a data subject", "parking-operator"),
    ("parking-payment", "approve a copy for a data subject", "decider"),
    ("anonymous-counting", "read events", ""),
    ("anonymous-counting", "erase events", "privacy-officer"),
    ("anonymous-counting", "read the log", "privacy-officer"),
    ("anonymous-counting", "open an incident", ""),
    ("anonymous-counting", "hold events", ""),
    ("anonymous-counting", "request a disclosure", ""),
    ("anonymous-counting", "decide a disclosure", ""),
    ("anonymous-counting", "see the cases", ""),
    ("anonymous-counting", "handle a request of a data subject", "privacy-officer"),
    ("anonymous-counting", "prepare a copy for a data subject", ""),
    ("anonymous-counting", "approve a copy for a data subject", ""),
    ("access-control", "read events", "operator"),
    ("access-control", "erase events", "privacy-officer"),
    ("access-control", "read the log", "privacy-officer"),
    ("access-control", "open an incident", "operator"),
    ("access-control", "hold events", "decider"),
    ("access-control", "request a disclosure", "operator"),
    ("access-control", "decide a disclosure", "decider"),
    ("access-control", "see the cases", "operator privacy-officer decider"),
    ("access-control", "handle a request of a data subject", "privacy-officer"),
    ("access-control", "prepare a copy for a data subject", "operator"),
    ("access-control", "approve a copy for a data subject", "decider"),
    ("care", "read events", "operator"),
    ("care", "erase events", "privacy-officer"),
    ("care", "read the log", "privacy-officer"),
    ("care", "open an incident", "operator"),
    ("care", "hold events", "decider"),
    ("care", "request a disclosure", "operator"),
    ("care", "decide a disclosure", "decider"),
    ("care", "see the cases", "operator privacy-officer decider"),
    ("care", "handle a request of a data subject", "privacy-officer"),
    ("care", "prepare a copy for a data subject", "operator"),
    ("care", "approve a copy for a data subject", "decider"),
    ("work-performance", "read events", ""),
    ("work-performance", "erase events", "privacy-officer"),
    ("work-performance", "read the log", "privacy-officer"),
    ("work-performance", "open an incident", ""),
    ("work-performance", "hold events", ""),
    ("work-performance", "request a disclosure", ""),
    ("work-performance", "decide a disclosure", ""),
    ("work-performance", "see the cases", ""),
    ("work-performance", "handle a request of a data subject", "privacy-officer"),
    ("work-performance", "prepare a copy for a data subject", ""),
    ("work-performance", "approve a copy for a data subject", ""),
];

#[test]
fn inv_8_every_role_may_do_what_the_table_says_and_nothing_else() {
    assert_eq!(TABLE.len(), PurposeKind::ALL.len() * Operation::ALL.len());
    let (site, doors) = (Site::new(), Site::new());
    let ((vault, mut mint), (door_vault, mut door_mint)) = (site.open(), doors.open());
    let tried = try_all::<CrimePrevention>(&site, &vault, &mut mint)
        + try_all::<LifeAndHealth>(&site, &vault, &mut mint)
        + try_all::<PropertyProtection>(&site, &vault, &mut mint)
        + try_all::<ParkingPayment>(&site, &vault, &mut mint)
        + try_all::<AnonymousCounting>(&site, &vault, &mut mint)
        + try_all::<AccessControl>(&doors, &door_vault, &mut door_mint)
        + try_all::<Care>(&site, &vault, &mut mint)
        + try_all::<WorkPerformance>(&site, &vault, &mut mint);
    assert_eq!(tried, TABLE.len() * Role::ALL.len());
}

/// Whoever is let in is told that there is no such case, or that it takes one: that is not a refusal of the role.
fn admitted<T>(done: Result<T, VaultError>) -> Result<(), VaultError> {
    match done {
        Ok(_) | Err(VaultError::NoCase { .. } | VaultError::NeedsCase(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The one who holds each role in these tests.
fn holder_of(role: Role) -> String {
    let register = super::register();
    let holder = register.holders.iter().find(|holder| holder.role == role).unwrap();
    holder.people[0].clone()
}

fn try_all<P: Kind>(site: &Site, vault: &Vault, mint: &mut Mint) -> usize {
    let recorder = mint.any_recorder(P::KIND, "a", Retention::DEFAULT).unwrap();
    let grant = mint.grant::<P>("a").unwrap();
    let evidence = Evidence::new("a letter").unwrap();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let window = (site.now - super::hours(1), site.now);
    let incident = Incident { source: Source::Reported, evidence: evidence.clone(), from: window.0, to: window.1 };
    let request =
        SubjectRequest { right: Right::Access, subject: evidence.clone(), received: site.now, window: Some(window) };
    let mut tried = 0;
    for operation in Operation::ALL {
        let row = TABLE.iter().find(|(kind, name, _)| (*kind, *name) == (P::KIND.name(), operation.name()));
        let (_, _, allowed) = row.expect("the table has a row for each");
        for role in Role::ALL {
            let id = keep(vault, &recorder, b"event", None, site.now);
            let access = Access::new(&holder_of(role), "a test of the table").unwrap();
            let (mut shown, may) = (0, allowed.split(' ').any(|name| name == role.name()));
            let (grant, now) = (&grant, site.now);
            let done = match operation {
                Operation::Read => admitted(vault.read(grant, &access, &Reading::default(), now, |_| shown += 1)),
                Operation::Erase => vault.erase(grant, &access, &[id], now),
                Operation::ReadLog => vault.read_log(&access, now, |_| shown += 1).map(|_| ()),
                Operation::OpenIncident => vault
                    .open_incident(grant, &access, &incident, now)
                    .and_then(|case| vault.close_incident(grant, &access, (case, &evidence), now)),
                Operation::Hold => admitted(vault.hold(grant, &access, id, &[id], (&evidence, now), now)),
                Operation::RequestDisclosure => {
                    let ground = match P::KIND {
                        PurposeKind::AccessControl => {
                            Ground::Passages(PassageGround::CriminalCase { investigation: evidence.clone() })
                        }
                        _ => Ground::Norway(NorwayGround::Law { provision: evidence.clone() }),
                    };
                    let request = Request { ground, within: id, items: vec![id], recipient: recipient.clone() };
                    admitted(vault.request_disclosure(grant, &access, &request, now))
                }
                Operation::DecideDisclosure => admitted(vault.decide_disclosure(grant, &access, (id, true), now))
                    .and(admitted(vault.fetch_extract(grant, &access, id, now)))
                    .and(admitted(vault.receive_disclosure(grant, &access, (id, &evidence), now))),
                Operation::ReadCases => vault.read_cases(grant, &access, now).map(|_| ()),
                Operation::HandleRights => vault.open_request(grant, &access, &request, now).and_then(|(case, _)| {
                    vault.extend_request(grant, &access, (case, &evidence), now)?;
                    admitted(vault.rectify(grant, &access, (id, id), now, |event| Ok(event.to_vec())))?;
                    admitted(vault.fetch_copy(grant, &access, (id, id), now))?;
                    vault.answer_request(grant, &access, (case, crate::Outcome::Granted, &evidence), now)
                }),
                Operation::PrepareCopy => {
                    admitted(vault.prepare_copy(grant, &access, (id, id), now, |still| Ok(still.to_vec())))
                }
                Operation::ApproveCopy => admitted(vault.look_at_copy(grant, &access, (id, id), now))
                    .and(admitted(vault.approve_copy(grant, &access, (id, id), now))),
            };
            match done {
                Ok(()) => assert!(may, "{role:?} could {operation:?} {:?}", P::KIND),
                Err(VaultError::NotAllowed { .. }) => {
                    assert!(!may && shown == 0, "{role:?} {operation:?} {:?}", P::KIND)
                }
                Err(other) => panic!("{role:?} {operation:?} {:?}: {other}", P::KIND),
            }
            tried += 1;
        }
    }
    tried
}
