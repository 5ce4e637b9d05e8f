//! **IVA-8**: the password of a camera is never in the site file, which is read by lawyers, printed and kept.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for camera in &view.site.cameras {
        let Some(address) = camera.source.as_ref().and_then(|source| source.address.as_ref()) else { continue };
        if holds_credentials(&address.value) {
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

/// Words that name a secret in the query of an address.
const SECRET_KEYS: &[&str] = &[
    "pwd", "psw", "pass", "passwd", "password", "passphrase", "token", "key", "apikey", "secret", "auth", "user", "usr",
    "login",
];

/// Whether an address holds a user name or password, before its host, in its path or in its query.
pub(super) fn holds_credentials(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    // Readers of addresses forgive slashes too many.
    let rest = rest.trim_start_matches(['/', '\\', ' ', '\t']);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest);
    // Some cameras take user and password in the path.
    let mut keys = rest.split(['/', '?', '&', ';', '#']).filter_map(|pair| pair.split_once('=')).map(|(key, _)| key.to_lowercase());
    authority.contains('@') || keys.any(|key| SECRET_KEYS.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_wherever_they_are_written() {
        for address in [
            "rtsp://admin:secret@10.0.0.1/1",
            "http:///admin:secret@10.0.0.1/video",
            "http://admin@10.0.0.1/video",
            "http://10.0.0.1/video.cgi?user=admin&PWD=secret",
            "rtsp://10.0.0.1:554/user=admin&password=secret&channel=1",
            "http://10.0.0.1/?usr=a&psw=b",
        ] {
            assert!(holds_credentials(address), "{address}");
        }
        for address in ["rtsp://10.0.0.1/a@b", "clips/a@b.mp4", "http://10.0.0.1/video?channel=1&mail=a@b"] {
            assert!(!holds_credentials(address), "{address}");
        }
    }
}
