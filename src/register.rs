//! What the policy says of people, as the vault asks for it.

use anyhow::{Context, Result};
use jiff::{Span, Timestamp};
use vokter_rules::jurisdiction::Pack;
use vokter_rules::limits;
use vokter_rules::policy::{Role as PolicyRole, SitePolicy};
use vokter_rules::purpose::PurposeKind;
use vokter_vault::{Holder, Law, PurposeLabel, Register, Role};

/// Who holds which role for which purpose, which searches each has, and whose law holds.
pub fn of(policy: &SitePolicy) -> Result<Register> {
    let law = if policy.packs().contains(&Pack::Iceland) { Law::Iceland } else { Law::Norway };
    let (mut holders, mut searches, mut purposes) = (Vec::new(), Vec::new(), Vec::new());
    for (name, role) in
        [(policy.decides_disclosure(), Role::Decider), (policy.oversees_privacy(), Role::PrivacyOfficer)]
    {
        holders.extend(named(policy, name).map(|held| holder(policy, held, role, None)).transpose()?);
    }
    for purpose in policy.purposes() {
        let label = PurposeLabel::new(purpose.kind, &purpose.name)?;
        purposes.push(label.clone());
        let role = if purpose.kind == PurposeKind::ParkingPayment { Role::ParkingOperator } else { Role::Operator };
        for name in &purpose.roles {
            let held = named(policy, name).map(|held| holder(policy, held, role, Some(label.clone())));
            holders.extend(held.transpose()?);
        }
        if !purpose.searches.is_empty() {
            searches.push((label, purpose.searches.iter().map(|search| search.name().to_owned()).collect()));
        }
    }
    Ok(Register { law, purposes, holders, searches })
}

fn named<'a>(policy: &'a SitePolicy, name: &str) -> Option<&'a PolicyRole> {
    policy.roles().iter().find(|role| role.name == name)
}

fn holder(policy: &SitePolicy, held: &PolicyRole, role: Role, purpose: Option<PurposeLabel>) -> Result<Holder> {
    Ok(Holder { role, purpose, people: held.people.clone(), until: until(policy, held)? })
}

/// When a role opens nothing any more, unless it is looked at anew (KRS-26). `vokter check` warns of one that never was.
fn until(policy: &SitePolicy, held: &PolicyRole) -> Result<Option<Timestamp>> {
    let Some(reviewed) = held.reviewed else { return Ok(None) };
    let last =
        reviewed.checked_add(Span::new().months(limits::REVIEW_MONTHS)).context("a role's review is too late")?;
    Ok(Some(last.to_zoned(policy.time_zone().clone())?.timestamp()))
}
