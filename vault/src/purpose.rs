//! To whom what is kept belongs: grants, minted once, that open one purpose and nothing else (INV-4, IVA-2b).

use crate::error::VaultError;
use crate::retention::Retention;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use vokter_rules::purpose::PurposeKind;

mod closed_list {
    /// Keeps the list of kinds closed.
    pub trait OfTheList {}
}

/// A kind of purpose, as a type. The list is that of [`PurposeKind`], and closed.
pub trait Kind: closed_list::OfTheList + 'static {
    /// The kind.
    const KIND: PurposeKind;
}

macro_rules! kinds {
    ($($name:ident),*) => {$(
        #[doc = concat!("[`PurposeKind::", stringify!($name), "`] as a type.")]
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl closed_list::OfTheList for $name {}
        impl Kind for $name {
            const KIND: PurposeKind = PurposeKind::$name;
        }
    )*};
}

kinds!(
    CrimePrevention,
    LifeAndHealth,
    PropertyProtection,
    ParkingPayment,
    AnonymousCounting,
    AccessControl,
    Care,
    WorkPerformance
);

/// A purpose as the vault knows it: its kind and its name. Both are bound to every key and item, so a purpose that is
/// given another kind is another purpose.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PurposeLabel {
    kind: PurposeKind,
    name: String,
}

impl PurposeLabel {
    /// The label of a purpose.
    ///
    /// # Errors
    /// When the name is empty, longer than 200 bytes, or holds a control character.
    pub fn new(kind: PurposeKind, name: &str) -> Result<Self, VaultError> {
        if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
            return Err(VaultError::PurposeName(name.to_owned()));
        }
        Ok(Self { kind, name: name.to_owned() })
    }

    /// What kind of purpose it is.
    pub fn kind(&self) -> PurposeKind {
        self.kind
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As the database and the keys have it.
    pub(crate) fn text(&self) -> String {
        format!("{}/{}", self.kind.name(), self.name)
    }

    /// What [`Self::text`] was made of.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once('/')?;
        Self::new(PurposeKind::from_name(kind)?, name).ok()
    }
}

impl From<PurposeLabel> for String {
    fn from(label: PurposeLabel) -> Self {
        label.text()
    }
}

impl TryFrom<String> for PurposeLabel {
    type Error = VaultError;

    fn try_from(text: String) -> Result<Self, VaultError> {
        Self::of_text(&text).ok_or(VaultError::PurposeName(text))
    }
}

impl fmt::Display for PurposeLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "purpose `{}` ({})", self.name, self.kind.name())
    }
}

/// The right to open what is kept for one purpose. It can be neither made nor copied, only minted.
#[derive(Debug)]
pub struct Grant<P: Kind> {
    label: PurposeLabel,
    kind: PhantomData<P>,
}

impl<P: Kind> Grant<P> {
    /// The purpose that it opens.
    pub fn purpose(&self) -> &PurposeLabel {
        &self.label
    }
}

/// The right to keep items for one purpose, each to a deadline of one retention; it opens nothing.
#[derive(Debug)]
pub struct Recorder {
    label: PurposeLabel,
    retention: Retention,
}

impl Recorder {
    /// The purpose that it keeps for.
    pub fn purpose(&self) -> &PurposeLabel {
        &self.label
    }

    /// How long it keeps.
    pub fn retention(&self) -> Retention {
        self.retention
    }
}

/// Hands out grants and recorders, each once. It comes with the opened vault and belongs to the root.
#[derive(Debug, Default)]
pub struct Mint {
    handed_out: HashSet<(&'static str, PurposeLabel)>,
}

impl Mint {
    /// The grant that opens a purpose.
    ///
    /// # Errors
    /// When it was handed out before, or the name cannot be a purpose's.
    pub fn grant<P: Kind>(&mut self, name: &str) -> Result<Grant<P>, VaultError> {
        let label = PurposeLabel::new(P::KIND, name)?;
        self.once("grant", &label)?;
        Ok(Grant { label, kind: PhantomData })
    }

    /// The recorder that keeps for a purpose. One of access control keeps passages alone: [`Mint::passage_recorder`].
    ///
    /// # Errors
    /// When it was handed out before, the purpose is one of access control, or the name cannot be a purpose's.
    pub fn recorder(&mut self, kind: PurposeKind, name: &str, retention: Retention) -> Result<Recorder, VaultError> {
        if kind == PurposeKind::AccessControl {
            return Err(VaultError::NotApart);
        }
        self.any_recorder(kind, name, retention)
    }

    pub(crate) fn any_recorder(
        &mut self,
        kind: PurposeKind,
        name: &str,
        retention: Retention,
    ) -> Result<Recorder, VaultError> {
        let label = PurposeLabel::new(kind, name)?;
        self.once("recorder", &label)?;
        Ok(Recorder { label, retention })
    }

    pub(crate) fn once(&mut self, what: &'static str, label: &PurposeLabel) -> Result<(), VaultError> {
        if self.handed_out.insert((what, label.clone())) { Ok(()) } else { Err(VaultError::Minted(label.to_string())) }
    }
}
