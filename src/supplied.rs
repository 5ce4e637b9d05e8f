//! What the model at hand tells apart, so that a rule which would never see anything is refused.

use anyhow::Result;
use std::path::Path;
use vokter_models::manifest::Task;
use vokter_models::{Manifest, find_model, manifest_of};
use vokter_rules::object::{ObjectClass, ObjectSet};

/// The classes of the model that is named, or of the one that comes with Vokter. Where neither is named nor there, a site
/// can be checked all the same, and every class is taken to be there.
pub fn classes(model: Option<&Path>) -> Result<ObjectSet> {
    let path = match find_model(model) {
        Ok(path) => path,
        Err(_) => return Ok(ObjectClass::ALL.into_iter().collect()),
    };
    let manifest = Manifest::read(&manifest_of(&path)?)?;
    if manifest.task != Task::Detection {
        // A model of another kind, which whoever runs the site is told.
        return Ok(ObjectClass::ALL.into_iter().collect());
    }
    Ok((0..manifest.classes.len()).filter_map(|index| manifest.classes.class(index)).collect())
}
