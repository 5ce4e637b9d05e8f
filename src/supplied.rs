//! What the manifest of the model at hand says: what it tells apart, so that a rule which would never see anything is refused,
//! and how well it counts.

use anyhow::Result;
use std::path::Path;
use vokter_models::manifest::{Counting, Task};
use vokter_models::{Manifest, find_model, manifest_of};
use vokter_rules::object::{ObjectClass, ObjectSet};
use vokter_statistics::{DetectorError, Measured};

/// The classes of the model that is named, or of the one that comes with Vokter. Where neither is named nor there, a site
/// can be checked all the same, and every class is taken to be there.
pub fn classes(model: Option<&Path>) -> Result<ObjectSet> {
    // A model of another kind is refused when the site runs.
    let Some(manifest) = manifest(model)?.filter(|manifest| manifest.task == Task::Detection) else {
        return Ok(ObjectClass::ALL.into_iter().collect());
    };
    Ok((0..manifest.classes.len()).filter_map(|index| manifest.classes.class(index)).collect())
}

/// What that model counts of what is there, as far as its manifest says that it was measured.
pub fn counting(model: Option<&Path>) -> Result<Vec<Measured>> {
    let measured = |counting: Counting| {
        let (ratio, Counting { classes, low, high, data, .. }) = (counting.ratio(), counting);
        Measured { objects: classes, error: DetectorError { ratio, low, high, data } }
    };
    Ok(manifest(model)?.into_iter().flat_map(|manifest| manifest.counting).map(measured).collect())
}

/// The manifest of the model that is named, or of the one that comes with Vokter; `None` where there is neither.
fn manifest(model: Option<&Path>) -> Result<Option<Manifest>> {
    let Ok(path) = find_model(model) else { return Ok(None) };
    Ok(Some(Manifest::read(&manifest_of(&path)?)?))
}
