//! Who holds which role, which searches a purpose has, and whose law holds: told by the running policy, sealed in the vault,
//! and asked at each access (WPC-10, KRS-26). Whoever it does not name may do nothing.

use crate::access::{Access, Operation, Role};
use crate::bucket::Bucket;
use crate::error::VaultError;
use crate::purpose::PurposeLabel;
use crate::read::{AccessRecord, Wanted, page_of};
use crate::vault::{Session, Vault};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vokter_rules::search::Search;

/// The purpose under which it lies. Its name is none that a site's purpose can have.
const REGISTER: &str = "register";
/// A register that has not changed is written anew after so long, since it ends as the log does.
const RENEWED_AFTER_DAYS: i64 = 180;

/// Whose law holds for holding and disclosing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Law {
    /// Norway's (WPC-5, WPC-7).
    #[default]
    Norway,
    /// Iceland's (ISL-12, ISL-13).
    Iceland,
}

/// What a running policy says of people and purposes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Whose law holds.
    pub law: Law,
    /// Every purpose of the policy.
    pub purposes: Vec<PurposeLabel>,
    /// Who holds which role.
    pub holders: Vec<Holder>,
    /// The searches that each purpose has named.
    pub searches: Vec<(PurposeLabel, Vec<String>)>,
}

/// The people who hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The role.
    pub role: Role,
    /// For this purpose alone; for every one if there is none.
    pub purpose: Option<PurposeLabel>,
    /// Who.
    pub people: Vec<String>,
    /// The time from which it opens nothing, unless it is looked at anew (KRS-26).
    pub until: Option<Timestamp>,
}

impl Register {
    /// The role in which somebody may do that; a reason in words if they may not.
    fn role_for(
        &self,
        who: &str,
        operation: Operation,
        purpose: Option<&PurposeLabel>,
        time: Timestamp,
    ) -> Result<Role, String> {
        // The log is of every purpose, so any kind stands for them: the table has one answer.
        let kind = purpose.map_or(vokter_rules::purpose::PurposeKind::PropertyProtection, PurposeLabel::kind);
        let may = |role: Role| role.may(operation, kind);
        let fits = |holder: &&Holder| {
            may(holder.role) && holder.purpose.as_ref().is_none_or(|of| purpose.is_none_or(|purpose| of == purpose))
        };
        let is_there = |holder: &&Holder| holder.people.iter().any(|name| same(name, who));
        let (held, over): (Vec<_>, Vec<_>) = self
            .holders
            .iter()
            .filter(fits)
            .filter(is_there)
            .partition(|holder| holder.until.is_none_or(|until| time < until));
        if let Some(holder) = held.first() {
            return Ok(holder.role);
        }
        if let Some(Holder { role, until: Some(until), .. }) = over.first() {
            return Err(format!("the role {} was to be looked at anew by {until} (KRS-26)", role.name()));
        }
        let roles: Vec<_> = Role::ALL.into_iter().filter(|role| may(*role)).map(Role::name).collect();
        Err(match (roles.as_slice(), self.holders.iter().any(|holder| fits(&holder))) {
            ([], _) => "nobody may".to_owned(),
            (roles, true) => format!("{} may, and the running policy does not name them as one", roles.join(", ")),
            (roles, false) => format!("{} may, and the running policy names nobody as one", roles.join(", ")),
        })
    }

    fn has_search(&self, purpose: &PurposeLabel, search: Search) -> bool {
        let of = self.searches.iter().filter(|(label, _)| label == purpose);
        of.flat_map(|(_, names)| names).any(|name| name == search.name())
    }
}

/// Whether two names mean one person, as the policy's own check compares them.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl Vault {
    /// Tells the vault who holds which role from now on, and who says so, which is logged. Nothing is written if it knows;
    /// to be called each night too, since a register ends as the log does.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub fn enrol(&self, register: &Register, by: &str, now: Timestamp) -> Result<(), VaultError> {
        self.with(|inner| {
            let enrol = |session: &mut Session<'_>| {
                let renewed = session.time()? - jiff::SignedDuration::from_hours(24 * RENEWED_AFTER_DAYS);
                match session.register() {
                    Ok(Some((known, since))) if known == *register && since > renewed => Ok(()),
                    // One that is damaged is written anew.
                    Ok(_) | Err(VaultError::Damaged { .. }) => {
                        let text = serde_json::to_vec(register).map_err(|_| VaultError::Time)?;
                        session.keep_own(REGISTER, &text)?;
                        session.log_enrolment(by)
                    }
                    Err(other) => Err(other),
                }
            };
            inner.write(now, false, enrol).map(|_| ())
        })
    }
}

impl Vault {
    /// The purposes that the vault was told of, and those for which something is kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn known_purposes(&self) -> Result<Vec<PurposeLabel>, VaultError> {
        let mut known = self.purposes()?;
        let register = self.with(|inner| Ok(inner.write(Timestamp::MIN, false, |session| session.register())?.0))?;
        for purpose in register.map(|(register, _)| register.purposes).unwrap_or_default() {
            if !known.contains(&purpose) {
                known.push(purpose);
            }
        }
        Ok(known)
    }

    /// Whose law holds for holding and disclosing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn law(&self) -> Result<Law, VaultError> {
        self.with(|inner| Ok(inner.write(Timestamp::MIN, false, |session| session.law())?.0))
    }
}

impl Session<'_> {
    /// The register, and since when it holds.
    pub(crate) fn register(&self) -> Result<Option<(Register, Timestamp)>, VaultError> {
        let Some(bucket) = Bucket::of_purpose(self.tx, REGISTER)?.into_iter().next_back() else { return Ok(None) };
        let last = Bucket::next_place(self.tx, bucket.id)? - 1;
        let place = (REGISTER, bucket.id, Bucket::numbers(bucket.id).0 + last.max(0));
        let page = page_of(self.tx, &self.root, self.segments, self.head.time, place, &Wanted::default())?;
        let damaged = || VaultError::damaged(self.tx.path(), "the register of who holds which role cannot be opened");
        let item = page.items.into_iter().next_back().ok_or_else(damaged)?;
        let register = serde_json::from_slice(&item.payload).map_err(|_| damaged())?;
        Ok(Some((register, item.captured)))
    }

    /// Whose law holds.
    pub(crate) fn law(&self) -> Result<Law, VaultError> {
        Ok(self.register()?.map_or(Law::default(), |(register, _)| register.law))
    }

    fn log_enrolment(&mut self, by: &str) -> Result<(), VaultError> {
        let record = AccessRecord::of_enrolment(by, self.time()?);
        self.log_access(&record)
    }

    /// The role in which somebody may do that.
    pub(crate) fn admit(
        &self,
        access: &Access,
        operation: Operation,
        purpose: Option<&PurposeLabel>,
    ) -> Result<Role, VaultError> {
        let register = self.register()?.map_or_else(Register::default, |(register, _)| register);
        register.role_for(access.who(), operation, purpose, self.time()?).map_err(|allowed| VaultError::NotAllowed {
            who: access.who().to_owned(),
            operation: operation.name(),
            purpose: purpose.map_or_else(|| "every purpose".to_owned(), ToString::to_string),
            allowed,
        })
    }

    /// Refuses a search that the purpose has not named.
    pub(crate) fn admit_search(&self, purpose: &PurposeLabel, search: Search) -> Result<(), VaultError> {
        match self.register()? {
            Some((register, _)) if register.has_search(purpose, search) => Ok(()),
            _ => Err(VaultError::NoSearch { search: search.name(), purpose: purpose.to_string() }),
        }
    }
}
