//! Who is responsible, as written: controller, joint controllers, processors, roles, outlets.

use super::record::{RecordSource, record};
use super::table;
use crate::policy::diagnostic::{Diagnostics, Span};
use crate::policy::reader::{Reader, Written, string, wrong_type};
use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

/// `[controller]`
#[derive(Debug)]
pub(in crate::policy) struct ControllerSource {
    pub name: Option<Written<String>>,
    pub phone: Option<Written<String>>,
    pub information: Option<Written<String>>,
    pub officer: Option<OfficerSource>,
    pub decides_disclosure: Option<Written<String>>,
    pub oversees_privacy: Option<Written<String>>,
    pub span: Span,
}

/// `data_protection_officer = …`
#[derive(Debug)]
pub(in crate::policy) enum OfficerSource {
    /// How to reach the officer.
    Contact(Written<String>),
    /// Why there is none.
    NotRequired(Written<String>),
}

/// `[joint_controllers.NAME]` or `[processors.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct PartySource {
    pub name: Written<String>,
    pub agreement: Option<RecordSource>,
    pub country: Option<Written<String>>,
    pub transfer_basis: Option<Written<String>>,
    pub span: Span,
}

/// `[roles.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct RoleSource {
    pub name: Written<String>,
    pub people: Vec<Written<String>>,
    pub duty: Option<Written<String>>,
    pub reviewed: Option<Written<Date>>,
    pub because: Option<Written<String>>,
}

/// `[outlets.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct OutletSource {
    pub name: Written<String>,
    pub address: Option<Written<String>>,
    pub env: Option<Written<String>>,
    pub processor: Option<Written<String>>,
    pub own: Option<Written<bool>>,
    pub sends: Option<Written<String>>,
}

pub(super) fn controller(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<ControllerSource> {
    let mut reader = Reader::new("controller", table("controller", value, diagnostics)?, value.span());
    let controller = ControllerSource {
        name: reader.required_string("name", "\"Storgata Parkering AS\"", diagnostics),
        phone: reader.string("phone", diagnostics),
        information: reader.string("information", diagnostics),
        officer: reader.value("data_protection_officer").and_then(|value| officer(value, diagnostics)),
        decides_disclosure: reader.string("decides_disclosure", diagnostics),
        oversees_privacy: reader.string("oversees_privacy", diagnostics),
        span: value.span(),
    };
    reader.finish(diagnostics);
    Some(controller)
}

fn officer(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<OfficerSource> {
    match value.get_ref() {
        DeValue::Table(table) => {
            let mut reader = Reader::new("data protection officer", table, value.span());
            let reason = reader.required_string("not_required", "\"no large-scale monitoring\"", diagnostics);
            reader.finish(diagnostics);
            reason.map(OfficerSource::NotRequired)
        }
        DeValue::String(_) => string(value, "data_protection_officer", diagnostics).map(OfficerSource::Contact),
        _ => {
            let wrong = wrong_type("data_protection_officer", "an address, or { not_required = \"…\" }", value);
            diagnostics.push(wrong.requirement("IVA-14"));
            None
        }
    }
}

pub(super) fn parties(
    key: &'static str,
    what: &'static str,
    reader: &mut Reader<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<PartySource> {
    let mut parties = vec![];
    for (name, value) in reader.entries(key, diagnostics) {
        let Some(table) = table(what, value, diagnostics) else { continue };
        let mut reader = Reader::new(what, table, value.span());
        let agreement = reader.value("agreement").and_then(|value| {
            let name = Written::new("agreement".to_owned(), value.span());
            record(name, value, diagnostics)
        });
        let country = reader.string("country", diagnostics);
        let transfer_basis = reader.string("transfer_basis", diagnostics);
        reader.finish(diagnostics);
        let span = name.span.clone();
        parties.push(PartySource { name, agreement, country, transfer_basis, span });
    }
    parties
}

pub(super) fn roles(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Vec<RoleSource> {
    let mut roles = vec![];
    for (name, value) in reader.entries("roles", diagnostics) {
        let Some(table) = table("a role", value, diagnostics) else { continue };
        let mut reader = Reader::new("role", table, value.span());
        roles.push(RoleSource {
            name,
            people: reader.strings("people", diagnostics).unwrap_or_default(),
            duty: reader.string("duty", diagnostics),
            reviewed: reader.date("reviewed", diagnostics),
            because: reader.string("because", diagnostics),
        });
        reader.finish(diagnostics);
    }
    roles
}

pub(super) fn outlets(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Vec<OutletSource> {
    let mut outlets = vec![];
    for (name, value) in reader.entries("outlets", diagnostics) {
        let Some(table) = table("an outlet", value, diagnostics) else { continue };
        let mut reader = Reader::new("outlet", table, value.span());
        outlets.push(OutletSource {
            name,
            address: reader.string("address", diagnostics),
            env: reader.string("env", diagnostics),
            processor: reader.string("processor", diagnostics),
            own: reader.boolean("own", diagnostics),
            sends: reader.string("sends", diagnostics),
        });
        reader.finish(diagnostics);
    }
    outlets
}
