//! **IVA-8**: the password of a camera is never in the site file, which is read by lawyers, printed and kept.

use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::source::SiteSource;

pub(super) fn check(site: &SiteSource, diagnostics: &mut Diagnostics) {
    for camera in &site.cameras {
        let Some(address) = camera.source.as_ref().and_then(|source| source.address.as_ref()) else { continue };
        let authority = address.value.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
        if authority.is_some_and(|authority| authority.contains('@')) {
            let variable = camera.name.value.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            diagnostics.push(
                Diagnostic::error(
                    "credentials-in-file",
                    format!("the address of camera `{}` holds a user name or password", camera.name.value),
                    address.span.clone(),
                    "secrets are never in this file",
                )
                .requirement("IVA-8")
                .help(format!("write source = {{ env = \"{variable}_URL\" }} and put the address in that variable")),
            );
        }
    }
}
