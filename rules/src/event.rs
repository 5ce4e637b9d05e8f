//! What leaves the engine when a rule's condition is met.

use crate::analysis::Occurrence;
use crate::object::ObjectClass;
use crate::policy::{Purpose, Rule};
use crate::purpose::PurposeKind;
use jiff::Timestamp;
use serde::Serialize;

/// Name and version of the event format. A field is never renamed or given another meaning under one version.
pub const EVENT_SCHEMA: &str = "vokter.event/1";

/// Something that a rule's condition says happened, bound to the purpose that asked.
///
/// It is built from its rule and purpose and nothing can change either afterwards (IVA-2b). It carries no track
/// id and no history of boxes: two events cannot be joined into one person's path (ISL-15).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    schema: &'static str,
    purpose: Box<str>,
    purpose_kind: PurposeKind,
    camera: Box<str>,
    rule: Box<str>,
    kind: &'static str,
    class: ObjectClass,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
    time: Timestamp,
    commissioning: bool,
}

impl Event {
    /// The event of a rule. `commissioning` marks events from a file, which are no observations (INV-9).
    pub fn new(
        purpose: &Purpose,
        camera: &str,
        rule: &Rule,
        occurrence: Occurrence,
        class: ObjectClass,
        time: Timestamp,
        commissioning: bool,
    ) -> Self {
        Self {
            schema: EVENT_SCHEMA,
            purpose: purpose.name.as_str().into(),
            purpose_kind: purpose.kind,
            camera: camera.into(),
            rule: rule.name.as_str().into(),
            kind: rule.condition.name(),
            class,
            zone: rule.condition.zone_name().map(Into::into),
            line: rule.condition.line_name().map(Into::into),
            direction: rule.condition.heading(occurrence),
            time,
            commissioning,
        }
    }

    /// The purpose it belongs to.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The camera it happened in.
    pub fn camera(&self) -> &str {
        &self.camera
    }

    /// The rule whose condition was met.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What kind of rule that is.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The class of the object.
    pub fn class(&self) -> ObjectClass {
        self.class
    }

    /// Towards which side of the picture a line was crossed.
    pub fn direction(&self) -> Option<&'static str> {
        self.direction
    }

    /// When the frame that showed it was captured.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Whether it comes from a file rather than a camera.
    pub fn commissioning(&self) -> bool {
        self.commissioning
    }
}
