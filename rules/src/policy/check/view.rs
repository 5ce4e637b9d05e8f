//! What checks look at: the file as written, with kinds, places and packs already told apart.

use crate::calendar::Country;
use crate::jurisdiction::Pack;
use crate::object::ObjectSet;
use crate::place::PlaceClass;
use crate::policy::fingerprint::Aspects;
use crate::policy::gate::Aspect;
use crate::policy::source::{CameraSource, PlaceSource, PurposeSource, RecordSource, RoleSource, SiteSource};
use crate::purpose::{LawfulBasis, PurposeKind};
use std::collections::HashMap;

/// A site file with what its words mean.
pub(in crate::policy) struct View<'s> {
    pub site: &'s SiteSource,
    /// What the model at hand tells apart.
    pub supplied: ObjectSet,
    /// The packs that apply: those that are written, and the workplace's where one of the places is one.
    pub packs: Vec<Pack>,
    pub purposes: Vec<Looked<'s>>,
    /// Purposes that look at a place, by the place's name.
    pub places: HashMap<&'s str, Vec<usize>>,
}

/// A purpose with what it looks at.
pub(in crate::policy) struct Looked<'s> {
    pub source: &'s PurposeSource,
    pub kind: Option<PurposeKind>,
    pub basis: Option<LawfulBasis>,
    /// The cameras that its rules and series name, each once.
    pub cameras: Vec<&'s CameraSource>,
    /// The places of those cameras, each once.
    pub places: Vec<&'s PlaceSource>,
}

/// The class of a place, if it is one.
pub(in crate::policy) fn class_of(place: &PlaceSource) -> Option<PlaceClass> {
    PlaceClass::from_name(&place.class.as_ref()?.value)
}

/// Whether the rules for workplaces hold in a place: by its class, or because the file says so (KRS-10).
pub(in crate::policy) fn is_workplace(place: &PlaceSource) -> bool {
    class_of(place).is_some_and(PlaceClass::is_workplace) || place.workplace.as_ref().is_some_and(|said| said.value)
}

impl<'s> View<'s> {
    /// Looks at a file as written.
    pub fn of(site: &'s SiteSource, supplied: ObjectSet) -> Self {
        let cameras: HashMap<_, _> = site.cameras.iter().map(|camera| (camera.name.value.as_str(), camera)).collect();
        let by_name: HashMap<_, _> = site.places.iter().map(|place| (place.name.value.as_str(), place)).collect();
        let mut packs: Vec<_> =
            site.jurisdiction.iter().flatten().filter_map(|written| Pack::from_name(&written.value)).collect();
        let purposes: Vec<_> = site.purposes.iter().map(|purpose| Looked::of(purpose, &cameras, &by_name)).collect();
        let works = purposes.iter().flat_map(|looked| &looked.places).any(|place| is_workplace(place));
        if works && packs.contains(&Pack::Norway) && !packs.contains(&Pack::NorwayWorkplace) {
            packs.push(Pack::NorwayWorkplace);
        }
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for (number, looked) in purposes.iter().enumerate() {
            for place in &looked.places {
                places.entry(place.name.value.as_str()).or_default().push(number);
            }
        }
        Self { site, supplied, packs, purposes, places }
    }

    /// Whose public holidays hold.
    pub fn country(&self) -> Country {
        if self.packs.contains(&Pack::Iceland) { Country::Iceland } else { Country::Norway }
    }

    /// Whether a pack applies.
    pub fn has(&self, pack: Pack) -> bool {
        self.packs.contains(&pack)
    }

    /// The role of that name.
    pub fn role(&self, name: &str) -> Option<&'s RoleSource> {
        self.site.roles.iter().find(|role| role.name.value == name)
    }

    /// The packs that apply to one purpose: the workplace's only if one of its own places is one.
    pub fn packs_of(&self, looked: &Looked<'_>) -> Vec<Pack> {
        let said = self.site.jurisdiction.iter().flatten().any(|word| word.value == Pack::NorwayWorkplace.name());
        let works = said || looked.is_workplace();
        self.packs.iter().copied().filter(|pack| *pack != Pack::NorwayWorkplace || works).collect()
    }

    /// Says who is responsible, for fingerprints.
    pub fn describe_controller(&self, aspects: &mut Aspects) {
        let Some(controller) = &self.site.controller else { return };
        for written in [&controller.name, &controller.phone, &controller.information].into_iter().flatten() {
            aspects.add(Aspect::Controller, &written.value);
        }
        for party in &self.site.joint_controllers {
            aspects.add(Aspect::Controller, format_args!("with {}", party.name.value));
        }
    }

    /// Says what a place is, for fingerprints.
    pub fn describe_place(&self, place: &PlaceSource, aspects: &mut Aspects) {
        let class = class_of(place).map_or("", PlaceClass::name);
        aspects.add(Aspect::Places, format_args!("{} {class} {}", place.name.value, is_workplace(place)));
        for entrance in &place.entrances {
            aspects.add(Aspect::Places, format_args!("entrance {:?}", entrance.value));
        }
        if let Some(payment) = &place.payment_on_site {
            aspects.add(Aspect::Places, format_args!("payment {:?}", payment.value));
        }
        aspects.add(Aspect::Schedule, format_args!("closed on holidays {}", place.closed_on_holidays));
        for window in place.opening_hours.iter().chain(&place.staffed_hours).flatten() {
            aspects.add(Aspect::Schedule, format_args!("{} {}", place.name.value, window.text()));
        }
    }

    /// Says what a purpose is, but for its rules and shapes, for fingerprints.
    pub fn describe_purpose(&self, looked: &Looked<'_>, aspects: &mut Aspects) {
        let source = looked.source;
        let name = &source.name.value;
        for written in [&source.kind, &source.description, &source.interest, &source.basis].into_iter().flatten() {
            aspects.add(Aspect::Kind, format_args!("{name} {:?}", written.value));
        }
        for written in [&source.special_need, &source.health_provision, &source.because].into_iter().flatten() {
            aspects.add(Aspect::Kind, format_args!("{name} {:?}", written.value));
        }
        for (question, answer) in &source.necessity {
            let answer = answer.as_ref().map_or("", |answer| answer.value.as_str());
            aspects.add(Aspect::Necessity, format_args!("{name} {} {answer:?}", question.value));
        }
        for camera in &looked.cameras {
            let ptz = camera.ptz.as_ref().is_some_and(|ptz| ptz.value);
            aspects.add(Aspect::Cameras, format_args!("{} {ptz}", camera.name.value));
        }
        if let Some(schedule) = &source.schedule {
            aspects.add(Aspect::Schedule, format_args!("{name} {}", schedule.text()));
        }
        let days = source.retention.as_ref().and_then(|retention| retention.days.as_ref()).map(|days| days.value);
        let recorded = source.recording.as_ref().is_some_and(|recording| recording.wanted);
        aspects.add(Aspect::Retention, format_args!("{name} {days:?} {recorded}"));
        for role in &source.roles {
            aspects.add(Aspect::Access, &role.value);
        }
        for series in &source.series {
            let measure = series.measure.as_ref().map_or("", |written| written.value.as_str());
            let grid = series.grid.as_ref().map_or("", |written| written.value.as_str());
            aspects.add(Aspect::Series, format_args!("{} {measure} {grid}", series.name.value));
        }
    }
}

impl<'s> Looked<'s> {
    fn of(
        source: &'s PurposeSource,
        by_name: &HashMap<&str, &'s CameraSource>,
        places_by_name: &HashMap<&str, &'s PlaceSource>,
    ) -> Self {
        let (mut cameras, mut places): (Vec<&CameraSource>, Vec<&PlaceSource>) = (vec![], vec![]);
        let named = source.rules.iter().filter_map(|rule| rule.camera.as_ref());
        for written in named.chain(source.series.iter().filter_map(|series| series.camera.as_ref())) {
            let Some(camera) = by_name.get(written.value.as_str()) else { continue };
            if cameras.iter().any(|known| std::ptr::eq(*known, *camera)) {
                continue;
            }
            cameras.push(camera);
            let Some(place) = camera.place.as_ref().and_then(|name| places_by_name.get(name.value.as_str())) else {
                continue;
            };
            if !places.iter().any(|known| std::ptr::eq(*known, *place)) {
                places.push(place);
            }
        }
        Self {
            source,
            kind: source.kind.as_ref().and_then(|written| PurposeKind::from_name(&written.value)),
            basis: source.basis.as_ref().and_then(|written| LawfulBasis::from_name(&written.value)),
            cameras,
            places,
        }
    }

    /// Whether it protects people or things.
    pub fn is_security(&self) -> bool {
        self.kind.is_some_and(PurposeKind::is_security)
    }

    /// Whether one of its places is of such a class.
    pub fn looks_at(&self, such: impl Fn(PlaceClass) -> bool) -> bool {
        self.places.iter().filter_map(|place| class_of(place)).any(such)
    }

    /// Whether the rules for workplaces hold for it.
    pub fn is_workplace(&self) -> bool {
        self.places.iter().any(|place| is_workplace(place))
    }

    /// The record of that name.
    pub fn record(&self, name: &str) -> Option<&'s RecordSource> {
        self.source.records.iter().find(|record| record.name.value == name)
    }
}
