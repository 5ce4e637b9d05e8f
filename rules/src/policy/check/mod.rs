//! The checks: one question each, one file each, whose module documentation is its manual.

mod always_open;
mod attribute_of_a_person;
mod credentials_in_file;
mod plate_outside_parking;
mod rule_fits_purpose;
mod shape;
mod unused_camera;
mod window;

use super::diagnostic::Diagnostics;
use super::source::SiteSource;

/// Every check, in the order of their files.
const CHECKS: &[fn(&SiteSource, &mut Diagnostics)] = &[
    always_open::check,
    attribute_of_a_person::check,
    credentials_in_file::check,
    plate_outside_parking::check,
    rule_fits_purpose::check,
    shape::check,
    unused_camera::check,
    window::check,
];

/// Runs every check over the file as written.
pub(super) fn all(source: &SiteSource, diagnostics: &mut Diagnostics) {
    for check in CHECKS {
        check(source, diagnostics);
    }
}
