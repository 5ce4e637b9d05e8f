//! IVA: intelligent video analytics, by Datatilsynet (the Norwegian Data Protection Authority).

use super::Enforcement::{AtCompile, AtRuntime, Document, Gate};
use super::Standing::{Enforced, Gated, NotYet};
use super::Strength::{Conditional, Must, Normally, Should};
use super::{Guideline, Source};

/// The requirements of [`Source::IntelligentVideoAnalytics`].
pub const IVA: &[Guideline] = &[
    Guideline {
        id: "IVA-1a",
        text: "Analysis is allowed only where the interest outweighs the privacy of those who pass. Weighty interests \
               are preventing or solving repeated or serious crime, and protecting life and health.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtCompile, Gate],
        standing: Enforced,
        how: "A security purpose names its interest from a closed list, and where it rests on that interest no live \
               camera is watched without a signed balancing, which holds for a year at most.",
        checks: &["weighty-interest", "record", "follow-up"],
        gates: &["balancing"],
        tests: &[
            "tests/policy/snapshots/weighty-interest.snap",
            "tests/policy/snapshots/record.snap",
            "tests/policy/snapshots/follow-up.snap",
            "a_record_expires_at_the_end_of_its_last_day",
            "inv_3_what_ends_is_closed_from_that_second_on",
        ],
    },
    Guideline {
        id: "IVA-1b",
        text: "Cameras are normally not allowed to collect data about customers.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Normally],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "Footfall, dwell, heatmaps and demographics are refused by name, and a security purpose may use no rule \
               that counts.",
        checks: &["forbidden-analysis", "rule-fits-purpose"],
        gates: &[],
        tests: &["tests/policy/snapshots/forbidden-analysis.snap", "tests/policy/snapshots/rule-fits-purpose.snap"],
    },
    Guideline {
        id: "IVA-2a",
        text: "The purpose of the analysis is clearly defined.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "A purpose is one of a closed set, is described in words that could not be of any camera, and has rules \
               with a zone or line, classes of objects and hours.",
        checks: &["vague-purpose", "rule-fits-purpose"],
        gates: &[],
        tests: &["tests/policy/snapshots/vague-purpose.snap"],
    },
    Guideline {
        id: "IVA-2b",
        text: "The analysis serves that purpose only: metadata and personal data are never used for another one later.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Gated,
        how: "An event is made of its purpose and nothing can change it, and a purpose that is rewritten reopens its \
               signed records; keys for each purpose come with the vault.",
        checks: &[],
        gates: &["balancing"],
        tests: &[
            "tests/compile_fail/event_keeps_its_purpose.rs",
            "a_site_is_signed_record_by_record_until_it_is_active",
        ],
    },
    Guideline {
        id: "IVA-3",
        text: "No more personal data is collected than the purpose needs.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtCompile, AtRuntime],
        standing: Enforced,
        how: "Models, rules and events know seven classes of objects and nothing more about anyone: a model that says \
               more is refused, and the fields of an event are a fixed list.",
        checks: &["attribute-of-a-person"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/attribute-of-a-person.snap",
            "inv_1_the_classes_are_these_seven_and_no_other",
            "inv_1_iva_3_identity_is_refused",
            "inv_1_iva_3_every_output_is_accounted_for",
            "events_are_json_lines_with_stills_beside_them_and_nothing_that_names_a_track",
        ],
    },
    Guideline {
        id: "IVA-4a",
        text: "There are clear routines for the analysis rules, the alarm criteria and the searches.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtRuntime, Document],
        standing: Enforced,
        how: "Only a rule of the catalogue that a checked purpose names can run, and there is no search; the register \
               of rules comes with the documents.",
        checks: &["rule-fits-purpose", "unsupplied-class"],
        gates: &[],
        tests: &[
            "inv_3_a_rule_that_is_not_in_the_catalogue_is_refused",
            "tests/compile_fail/policy_is_only_compiled.rs",
        ],
    },
    Guideline {
        id: "IVA-4b",
        text: "The analysis is not too intrusive and looks at nothing irrelevant. Sex and age are normally \
               unnecessary.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must, Normally],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "No attribute of a person is a word of the policy, and a model with an output or class for sex, age or \
               clothing is refused when it is loaded, even if the output would be ignored.",
        checks: &["attribute-of-a-person"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/attribute-of-a-person.snap",
            "inv_1_iva_4b_sex_and_age_are_refused_even_if_ignored",
            "inv_1_iva_4b_clothing_and_looks_are_refused",
            "iva_4b_attributes_are_found_however_they_are_written",
        ],
    },
    Guideline {
        id: "IVA-5",
        text: "Nothing is analysed in a way that discriminates or degrades, such as an alarm for people of a certain \
               skin colour.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "No rule can speak of how a person looks, and a model with an output or class for skin, ethnicity, \
               emotion or religion is refused when it is loaded.",
        checks: &["attribute-of-a-person", "forbidden-analysis"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/attribute-of-a-person.snap",
            "inv_1_iva_5_skin_ethnicity_emotion_and_religion_are_refused",
        ],
    },
    Guideline {
        id: "IVA-6",
        text: "Nobody is tracked where that can tell of health, religion, politics or sexual orientation.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Should],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "Every camera names a place and every place its class, and no rule that follows objects is accepted in a \
               place of health, worship or politics.",
        checks: &["place-class", "sensitive-place"],
        gates: &[],
        tests: &["tests/policy/snapshots/place-class.snap", "tests/policy/snapshots/sensitive-place.snap"],
    },
    Guideline {
        id: "IVA-7a",
        text: "Number plates may be read on a commercial car park where one can pay on the spot.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Conditional],
        enforcement: &[AtCompile, AtRuntime],
        standing: Enforced,
        how: "Plates are for parking payment in a place of class parking alone, with a signed attestation of payment \
               on the spot; in this version a running site reads no plate at all.",
        checks: &["plate-outside-parking", "parking-place"],
        gates: &["payment-on-site"],
        tests: &[
            "tests/policy/snapshots/plate-outside-parking.snap",
            "tests/policy/snapshots/parking-place.snap",
            "tests/policy/snapshots/parking-place-plates-on-a-street.snap",
            "iva_7a_a_model_for_plates_runs_no_site",
        ],
    },
    Guideline {
        id: "IVA-7b",
        text: "What was read of a number plate is deleted when one has paid.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: NotYet,
        how: "No plate is read or kept by a running site in this version; parking sessions, and their erasure on \
               payment, are being built.",
        checks: &[],
        gates: &[],
        tests: &[],
    },
    Guideline {
        id: "IVA-8",
        text: "Recordings and metadata are protected from going astray.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Gated,
        how: "A site file that holds a password is refused, each decoder is locked in a sandbox, and a signed risk \
               analysis is required; events and pictures that are written to files are in clear until the vault \
               comes.",
        checks: &["credentials-in-file"],
        gates: &["risk-analysis"],
        tests: &[
            "tests/policy/snapshots/credentials-in-file.snap",
            "credentials_are_found_wherever_they_are_written",
            "a_site_is_signed_record_by_record_until_it_is_active",
        ],
    },
    Guideline {
        id: "IVA-9",
        text: "People are told that they are tracked, by a sign with the key facts that says where to find more.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[Document, Gate],
        standing: Gated,
        how: "No live camera is watched without a signed record that the signs hang, and a change of what they say \
               reopens it; printing them from the policy comes with the documents.",
        checks: &["sign"],
        gates: &["sign"],
        tests: &["tests/policy/snapshots/sign.snap", "a_site_is_signed_record_by_record_until_it_is_active"],
    },
    Guideline {
        id: "IVA-10",
        text: "Recordings and the metadata that belong to them are deleted when the purpose no longer needs them.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: NotYet,
        how: "A policy that asks to keep anything longer than its cap is refused, but what deletes at the deadline \
               comes with the vault.",
        checks: &["retention"],
        gates: &[],
        tests: &["tests/policy/snapshots/retention.snap"],
    },
    Guideline {
        id: "IVA-11a",
        text: "Statistics are made only within the purpose, and only where the balancing can defend them.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "A series that the policy does not declare does not exist, and one that the balancing does not name is \
               refused.",
        checks: &["series"],
        gates: &["balancing"],
        tests: &["tests/policy/snapshots/series.snap"],
    },
    Guideline {
        id: "IVA-11b",
        text: "Surveillance for security yields no statistics about customers.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtCompile, AtRuntime],
        standing: Enforced,
        how: "A rule that counts is refused in a security purpose, and so is a series other than of incidents.",
        checks: &["rule-fits-purpose", "series"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/rule-fits-purpose.snap",
            "tests/policy/snapshots/series.snap",
            "tests/policy/snapshots/series-customers-of-a-shop.snap",
        ],
    },
    Guideline {
        id: "IVA-11c",
        text: "Statistics may be kept freely only if they are fully anonymous.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Enforced,
        how: "Counts are in memory alone: they make no event and no picture, no running site shows them, and counting \
               zones that overlap are refused; the noisy release that may be kept comes with statistics.",
        checks: &["counting-zones"],
        gates: &[],
        tests: &["tests/policy/snapshots/counting-zones.snap", "crossings_are_counted_by_class_and_side"],
    },
    Guideline {
        id: "IVA-12",
        text: "There are routines by which requests of those who were filmed are answered in time.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[Gate],
        standing: Gated,
        how: "No live camera is watched without a signed record of the routine; cases with a deadline come with the \
               console.",
        checks: &["routine"],
        gates: &["rights-routine"],
        tests: &["tests/policy/snapshots/routine.snap", "a_site_is_signed_record_by_record_until_it_is_active"],
    },
    Guideline {
        id: "IVA-13",
        text: "An assessment of the consequences for privacy (DPIA) may be mandatory, above all in public places.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Conditional],
        enforcement: &[AtCompile, Document],
        standing: Enforced,
        how: "Where anyone may be, or employees are, a policy that names no DPIA is refused, and no live camera is \
               watched until it is signed.",
        checks: &["dpia"],
        gates: &["dpia"],
        tests: &["tests/policy/snapshots/dpia.snap"],
    },
    Guideline {
        id: "IVA-14",
        text: "In certain cases there is a data protection officer.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Conditional],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "A policy names the officer, or says why none is required.",
        checks: &["data-protection-officer"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/data-protection-officer.snap",
            "tests/policy/snapshots/data-protection-officer-a-municipality-has-one.snap",
        ],
    },
    Guideline {
        id: "IVA-15",
        text: "The other duties are met: privacy by design, a record of processing, processor agreements, transfers \
               to other countries.",
        source: Source::IntelligentVideoAnalytics,
        strength: &[Must],
        enforcement: &[Document, AtCompile, AtRuntime],
        standing: Enforced,
        how: "A processor without an agreement or, abroad, a basis for the transfer is refused, and so is an outlet \
               that belongs to nobody named; the record of processing comes with the documents.",
        checks: &["processor", "outlet"],
        gates: &["agreement"],
        tests: &["tests/policy/snapshots/processor.snap", "tests/policy/snapshots/outlet.snap"],
    },
];
