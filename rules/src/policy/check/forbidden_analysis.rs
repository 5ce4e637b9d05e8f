//! **IVA-1b, IVA-5, KRS-5, KRS-28, WPC-2, ISL-15**: some analyses do not exist, whatever the purpose. Customers are not
//! measured by security cameras, nobody is recognised, described or followed from camera to camera, recordings are not
//! searched, and no camera measures how someone works. The whitelist alone would refuse the words; this check says why.
//!
//! *Instead*: `vokter explain --list` names the rules that exist.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

/// Words that people try, why they are refused, and by which requirement. The list only chooses the message.
const REFUSED: &[(&[&str], &str, &str)] = &[
    (
        &["heatmap", "heat-map", "dwell", "dwell-time", "footfall", "demographics", "customer", "customers", "conversion"],
        "IVA-1b",
        "customers are not measured by cameras that protect; count without knowing anyone, as a purpose of its own",
    ),
    (
        &["face", "facial", "recognition", "biometric", "emotion", "gender", "age", "ethnicity", "skin", "appearance"],
        "IVA-5",
        "nothing about who a person is or looks like can be asked",
    ),
    (
        &["timeline", "dossier", "profile", "watchlist", "follow", "person-search", "habits"],
        "KRS-5",
        "nobody is followed through their day",
    ),
    (
        &["search", "forensic", "playback", "review", "retroactive", "history"],
        "KRS-28",
        "recordings are not searched: they open for an incident that someone reported, and only around it",
    ),
    (
        &["productivity", "performance", "idle", "idle-time", "work-time", "working-time", "break-time", "attendance"],
        "WPC-2",
        "no camera measures how someone works",
    ),
    (
        &["re-identification", "reid", "re-id", "cross-camera", "journey", "path", "trajectory", "movements", "multi-camera"],
        "ISL-15",
        "nobody is followed from camera to camera, and no vehicle from site to site",
    ),
    (&["auto-follow", "auto-track", "autotrack", "ptz-follow", "zoom"], "KRS-19", "no camera turns after anyone"),
    (&["audio", "gunshot", "scream", "speech", "voice"], "KRS-8", "there is no sound here"),
];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for written in view.site.purposes.iter().flat_map(|purpose| &purpose.rules).filter_map(|rule| rule.rule.as_ref()) {
        if let Some((requirement, why)) = why_refused(&written.value) {
            diagnostics.push(
                Diagnostic::error(
                    "forbidden-analysis",
                    format!("there is no `{}`, and there will not be", written.value),
                    written.span.clone(),
                    "not an analysis that may be done",
                )
                .requirement(requirement)
                .help(why),
            );
        }
    }
}

/// Why an analysis of that name is refused, if it is one of those that people try.
pub(super) fn why_refused(name: &str) -> Option<(&'static str, &'static str)> {
    let name = name.to_lowercase().replace(['_', ' '], "-");
    let is = |word: &str| name == word || name.split('-').any(|part| part == word);
    let found = REFUSED.iter().find(|(words, ..)| words.iter().any(|word| is(word) || name.contains(word) && word.contains('-')));
    found.map(|(_, requirement, why)| (*requirement, *why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_of_the_catalogue_is_refused_and_many_words_are() {
        for entry in crate::analysis::catalog::CATALOG {
            assert_eq!(why_refused(entry.name), None, "{}", entry.name);
        }
        for (word, requirement) in [
            ("face-search", "IVA-5"),
            ("heatmap", "IVA-1b"),
            ("Person_Timeline", "KRS-5"),
            ("re-identification", "ISL-15"),
            ("idle-time", "WPC-2"),
            ("ptz auto-follow", "KRS-5"),
        ] {
            assert_eq!(why_refused(word).map(|(id, _)| id), Some(requirement), "{word}");
        }
    }
}
