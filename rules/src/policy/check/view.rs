//! What checks look at: the file as written, with kinds, places and packs already told apart.

use crate::calendar::Country;
use crate::jurisdiction::Pack;
use crate::object::ObjectSet;
use crate::place::PlaceClass;
use crate::policy::fingerprint::Aspects;
use crate::policy::gate::Aspect;
use crate::policy::reader::Written;
use crate::policy::source::{
    CameraSource, OfficerSource, PlaceSource, PurposeSource, RecordSource, RoleSource, ScheduleSource, SiteSource,
};
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
    cameras: HashMap<&'s str, &'s CameraSource>,
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
        Self { site, supplied, packs, purposes, cameras, places }
    }

    /// Whose public holidays hold.
    pub fn country(&self) -> Country {
        if self.packs.contains(&Pack::Iceland) { Country::Iceland } else { Country::Norway }
    }

    /// Whether a pack applies.
    pub fn has(&self, pack: Pack) -> bool {
        self.packs.contains(&pack)
    }

    /// The camera of that name.
    pub fn camera(&self, name: &str) -> Option<&'s CameraSource> {
        self.cameras.get(name).copied()
    }

    /// What the cameras are called, in the order of the file.
    pub fn camera_names(&self) -> impl Iterator<Item = &'s str> {
        self.site.cameras.iter().map(|camera| camera.name.value.as_str())
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

    /// Says who is responsible, and by whose rules, for fingerprints.
    pub fn describe_controller(&self, aspects: &mut Aspects) {
        let site = self.site;
        for word in site.jurisdiction.iter().flatten() {
            aspects.add(Aspect::Controller, format_args!("rules {:?}", word.value));
        }
        for word in site.languages.iter().flatten() {
            aspects.add(Aspect::Controller, format_args!("language {:?}", word.value));
        }
        if let Some(zone) = &site.time_zone {
            aspects.add(Aspect::Schedule, format_args!("time zone {:?}", zone.value));
        }
        for (what, party) in site
            .joint_controllers
            .iter()
            .map(|party| ("with", party))
            .chain(site.processors.iter().map(|party| ("by", party)))
        {
            let (country, transfer) = (text(&party.country), text(&party.transfer_basis));
            aspects.add(Aspect::Controller, format_args!("{what} {:?} {country:?} {transfer:?}", party.name.value));
        }
        let Some(controller) = &site.controller else { return };
        for (key, written) in [
            ("name", &controller.name),
            ("phone", &controller.phone),
            ("information", &controller.information),
            ("decides disclosure", &controller.decides_disclosure),
            ("oversees privacy", &controller.oversees_privacy),
        ] {
            aspects.add(Aspect::Controller, format_args!("{key} {:?}", text(written)));
        }
        let officer = match &controller.officer {
            Some(OfficerSource::Contact(contact)) => contact.value.as_str(),
            Some(OfficerSource::NotRequired(_)) | None => "none",
        };
        aspects.add(Aspect::Controller, format_args!("officer {officer:?}"));
    }

    /// Says what a place is, for fingerprints.
    pub fn describe_place(&self, place: &PlaceSource, aspects: &mut Aspects) {
        let (name, class) = (&place.name.value, class_of(place).map_or("", PlaceClass::name));
        aspects.add(Aspect::Places, format_args!("{name:?} {class} workplace {}", is_workplace(place)));
        for entrance in &place.entrances {
            aspects.add(Aspect::Places, format_args!("{name:?} entrance {:?}", entrance.value));
        }
        if let Some(payment) = &place.payment_on_site {
            aspects.add(Aspect::Places, format_args!("{name:?} payment {:?}", payment.value));
        }
        for (key, hours) in [("open", &place.opening_hours), ("staffed", &place.staffed_hours)] {
            for window in hours.iter().flatten() {
                aspects.add(Aspect::Schedule, format_args!("{name:?} {key} {}", window.text()));
            }
        }
        aspects.add(Aspect::Schedule, format_args!("{name:?} closed on holidays {}", place.closed_on_holidays));
    }

    /// Says what a purpose is, but for its rules and their shapes, for fingerprints.
    pub fn describe_purpose(&self, looked: &Looked<'_>, aspects: &mut Aspects) {
        let source = looked.source;
        let name = &source.name.value;
        for (key, written) in [
            ("kind", &source.kind),
            ("description", &source.description),
            ("interest", &source.interest),
            ("basis", &source.basis),
            ("special need", &source.special_need),
            ("health provision", &source.health_provision),
            ("because", &source.because),
        ] {
            aspects.add(Aspect::Kind, format_args!("{name:?} {key} {:?}", text(written)));
        }
        let yes = |said: &Option<Written<bool>>| said.as_ref().is_some_and(|said| said.value);
        aspects.add(Aspect::Kind, format_args!("{name:?} criminal data {}", yes(&source.criminal_data)));
        for (question, answer) in &source.necessity {
            aspects.add(Aspect::Necessity, format_args!("{name:?} {} {:?}", question.value, text(answer)));
        }
        for camera in &looked.cameras {
            let (place, ptz) = (text(&camera.place), yes(&camera.ptz));
            let of = camera.source.as_ref();
            let source =
                of.and_then(|source| source.address.as_ref().or(source.env.as_ref())).map_or("", |w| w.value.as_str());
            aspects
                .add(Aspect::Cameras, format_args!("{:?} at {place:?} from {source:?} turns {ptz}", camera.name.value));
        }
        for window in source.schedule.iter().flat_map(ScheduleSource::texts) {
            aspects.add(Aspect::Schedule, format_args!("{name:?} watches {window}"));
        }
        let days = source.retention.as_ref().and_then(|retention| retention.days.as_ref()).map(|days| days.value);
        let exemption = source.retention.as_ref().and_then(|retention| retention.exemption.as_ref());
        let reference = exemption.map_or("", |exemption| text(&exemption.reference));
        let recorded = source.recording.as_ref().is_some_and(|recording| recording.wanted);
        aspects.add(Aspect::Retention, format_args!("{name:?} days {days:?} {reference:?} recorded {recorded}"));
        for role in &source.roles {
            aspects.add(Aspect::Access, format_args!("{name:?} role {:?}", role.value));
        }
        for search in &source.searches {
            aspects.add(Aspect::Access, format_args!("{name:?} search {:?}", search.value));
        }
        for door in &source.doors {
            let (stores, proof) = (yes(&door.stores_passages), text(&door.authentication));
            aspects.add(Aspect::Access, format_args!("{name:?} door {:?} stores {stores} {proof:?}", door.name.value));
        }
        for series in &source.series {
            let (measure, grid, zone) = (text(&series.measure), text(&series.grid), text(&series.zone));
            let line =
                format!("{name:?} {:?} {measure} {grid} of {:?} {zone:?}", series.name.value, text(&series.camera));
            aspects.add(Aspect::Series, line);
            let line = text(&series.line);
            if let Some(quiet) = &series.quiet {
                let (from, to) = (text(&quiet.from), text(&quiet.to));
                aspects.add(Aspect::Series, format_args!("{name:?} {:?} quiet {from}-{to}", series.name.value));
            }
            if let Some(epsilon) = &series.epsilon {
                aspects.add(Aspect::Series, format_args!("{name:?} {:?} epsilon {}", series.name.value, epsilon.value));
            }
            let camera = looked.cameras.iter().find(|camera| camera.name.value == text(&series.camera));
            let zones = camera.iter().flat_map(|camera| &camera.zones).filter(|shape| shape.name.value == zone);
            let lines = camera.iter().flat_map(|camera| &camera.lines).filter(|shape| shape.name.value == line);
            for shape in zones.chain(lines) {
                let corners: Vec<_> = shape.points.iter().map(|point| (point.value.x, point.value.y)).collect();
                aspects.add(Aspect::Zones, format_args!("{name:?} {:?} {corners:?}", series.name.value));
            }
        }
    }
}

/// What is written, or nothing.
fn text(written: &Option<Written<String>>) -> &str {
    written.as_ref().map_or("", |written| written.value.as_str())
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
