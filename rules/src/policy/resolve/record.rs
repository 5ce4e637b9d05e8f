//! Records: each bound to its gate, and to a fingerprint of what it would be signed over now.

use crate::digest::Digest;
use crate::policy::check::View;
use crate::policy::fingerprint::Aspects;
use crate::policy::gate::Gate;
use crate::policy::record::Record;
use crate::policy::source::RecordSource;
use std::collections::HashMap;

/// The records of a site as they are gathered. What belongs to the whole site or to a place is there once, and held
/// by every purpose that it concerns.
pub(super) struct Records {
    all: Vec<Record>,
    of_site: Vec<usize>,
    of_place: HashMap<String, Vec<usize>>,
}

impl Records {
    /// The records that belong to no purpose of their own.
    pub fn of_site(view: &View<'_>) -> Self {
        let mut records = Self { all: vec![], of_site: vec![], of_place: HashMap::new() };
        let mut aspects = Aspects::default();
        view.describe_controller(&mut aspects);
        for source in &view.site.records {
            let index = records.add(source, &[], &aspects);
            records.of_site.extend(index);
        }
        let joint = view.site.joint_controllers.iter().map(|party| ("joint_controllers", party));
        for (table, party) in joint.chain(view.site.processors.iter().map(|party| ("processors", party))) {
            if let Some(agreement) = &party.agreement {
                let index = records.add(agreement, &[table, &party.name.value], &aspects);
                records.of_site.extend(index);
            }
        }
        for place in &view.site.places {
            let mut aspects = aspects.clone();
            view.describe_place(place, &mut aspects);
            let name = place.name.value.as_str();
            for looked in view.places.get(name).into_iter().flatten().filter_map(|number| view.purposes.get(*number)) {
                view.describe_purpose(looked, &mut aspects);
            }
            let indices: Vec<_> =
                place.records.iter().filter_map(|source| records.add(source, &["places", name], &aspects)).collect();
            records.of_place.insert(name.to_owned(), indices);
        }
        records
    }

    /// The records that a purpose needs, by their indices: its own, those of its places, and those of the site.
    pub fn of_purpose(&mut self, number: usize, view: &View<'_>, aspects: &Aspects) -> Vec<usize> {
        let Some(looked) = view.purposes.get(number) else { return vec![] };
        let keys = ["purposes", looked.source.name.value.as_str()];
        let mut indices: Vec<_> =
            looked.source.records.iter().filter_map(|source| self.add(source, &keys, aspects)).collect();
        for place in &looked.places {
            indices.extend(self.of_place.get(&place.name.value).into_iter().flatten());
        }
        indices.extend(&self.of_site);
        indices
    }

    /// Every record, in order of their indices.
    pub fn into_inner(self) -> Vec<Record> {
        self.all
    }

    /// Adds a record; `None` when its name or digest says nothing, which a check reports.
    fn add(&mut self, source: &RecordSource, table: &[&str], aspects: &Aspects) -> Option<usize> {
        let gate = Gate::from_name(&source.name.value)?;
        let mut keys: Vec<_> = table.iter().map(|key| (*key).to_owned()).collect();
        if gate != Gate::Agreement {
            keys.push("records".to_owned());
        }
        keys.push(source.name.value.clone());
        self.all.push(Record {
            gate,
            keys,
            document: source.document.as_ref()?.value.clone(),
            sha256: source.sha256.as_ref().and_then(|written| Digest::parse(&written.value)),
            covers: source.covers.as_ref().map(|written| written.value.clone()),
            signed_by: source.signed_by.as_ref().map(|written| written.value.clone()),
            date: source.date.as_ref().map(|written| written.value),
            expires: source.expires.as_ref().map(|written| written.value),
            scope: aspects.fingerprint(gate),
        });
        Some(self.all.len() - 1)
    }
}
