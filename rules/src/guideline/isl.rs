//! ISL: Iceland's rules no. 50/2023 on electronic monitoring, by Persónuvernd.

use super::Enforcement::{AtCompile, AtRuntime, Document, Gate};
use super::Standing::{Enforced, Gated, NotYet};
use super::Strength::{Conditional, Must};
use super::{Guideline, Source};

/// The requirements of [`Source::ElectronicMonitoring`].
pub const ISL: &[Guideline] = &[
    Guideline {
        id: "ISL-1",
        text: "The rules hold in public places, workplaces, schools, shared property and wherever a limited group \
               regularly is, with any equipment, and without recording too.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "A site says under which country's rules it stands, every camera names its place, and no source is \
               opened without a compiled policy.",
        checks: &["place-class", "jurisdiction"],
        gates: &[],
        tests: &["tests/policy/snapshots/place-class.snap", "tests/compile_fail/policy_is_only_compiled.rs"],
    },
    Guideline {
        id: "ISL-2",
        text: "Monitoring has an explicit, lawful and objective purpose. Where a limited group regularly is, it also \
               has a special need.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "A vague purpose is refused, and so is a limited circle without a special need in words.",
        checks: &["vague-purpose", "limited-circle"],
        gates: &["threat"],
        tests: &["tests/policy/snapshots/limited-circle.snap", "tests/policy/snapshots/vague-purpose.snap"],
    },
    Guideline {
        id: "ISL-3",
        text: "Milder realistic means are tried first, and nothing goes further than urgently needed: whether to \
               monitor, how much, how it is processed, who has access, how long it is kept.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[Gate],
        standing: Enforced,
        how: "A policy in which one of the questions is left unanswered is refused, and the assessment is signed.",
        checks: &["necessity"],
        gates: &["necessity"],
        tests: &["tests/policy/snapshots/necessity.snap"],
    },
    Guideline {
        id: "ISL-4",
        text: "Processing meets Act 90/2018 and the GDPR.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "The rules of the country always hold, and a policy that names none is refused.",
        checks: &["jurisdiction"],
        gates: &[],
        tests: &["tests/policy/snapshots/jurisdiction.snap"],
    },
    Guideline {
        id: "ISL-5",
        text: "Sensitive data and data of crimes may be gathered only for security or property, are not passed on, \
               and are deleted when there is no objective reason to keep them.",
        source: Source::ElectronicMonitoring,
        strength: &[Conditional],
        enforcement: &[AtCompile, AtRuntime],
        standing: Enforced,
        how: "Data of crimes are accepted for purposes of security and property alone.",
        checks: &["criminal-data"],
        gates: &[],
        tests: &["tests/policy/snapshots/criminal-data.snap"],
    },
    Guideline {
        id: "ISL-6",
        text: "Material of a crime or accident may go to the authority that investigates, and then every other copy \
               is deleted.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Enforced,
        how: "The package is for the authority alone; on its receipt items, stills, copies and extracts are destroyed, and the digest stays.",
        checks: &[],
        gates: &[],
        tests: &[
            "isl_6_what_was_disclosed_is_destroyed_in_every_copy_that_the_vault_made_of_it",
            "a_disclosure_is_decided_by_another_opens_for_the_recipient_alone_and_takes_every_copy_along",
        ],
    },
    Guideline {
        id: "ISL-7",
        text: "Those who were monitored may see and have a copy of what concerns them, without harm to others.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[Gate],
        standing: Enforced,
        how: "All of a still but the region of the one who asks becomes blocks of one colour, for good; one person makes the copy, another lets it go.",
        checks: &["routine"],
        gates: &["rights-routine"],
        tests: &[
            "tests/policy/snapshots/routine.snap",
            "isl_7_a_copy_is_made_by_one_let_go_by_another_and_ends_with_its_item",
            "isl_7_a_data_subject_s_copy_shows_them_alone_and_is_let_go_by_another_than_made_it",
            "outside_the_region_there_is_one_colour_a_block_and_inside_all_that_there_was",
        ],
    },
    Guideline {
        id: "ISL-8",
        text: "Covert monitoring needs a statute or a court order.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "Covert watching cannot be written.",
        checks: &["covert"],
        gates: &[],
        tests: &["tests/policy/snapshots/covert.snap"],
    },
    Guideline {
        id: "ISL-9",
        text: "People are told before they enter that there is monitoring, by whom, and where the full information is.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[Document, Gate],
        standing: Gated,
        how: "An entrance without a sign is refused, the policy holds what the sign shows, and a person signs that it \
               hangs.",
        checks: &["sign"],
        gates: &["sign"],
        tests: &["tests/policy/snapshots/sign.snap", "a_site_is_signed_record_by_record_until_it_is_active"],
    },
    Guideline {
        id: "ISL-10",
        text: "Groups that are regularly there are told in particular, so that it can be proved.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[Gate],
        standing: Gated,
        how: "In Iceland no live camera is watched at a workplace, a school or a shared property without a signed \
               record of the receipts.",
        checks: &["letter"],
        gates: &["receipts"],
        tests: &[
            "tests/policy/snapshots/letter-receipts-in-Iceland.snap",
            "a_site_is_signed_record_by_record_until_it_is_active",
        ],
    },
    Guideline {
        id: "ISL-11",
        text: "Where pictures are watched live and not collected, the notice says at least six things, one of which \
               is that nothing is kept.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[Document],
        standing: NotYet,
        how: "A person signs that the signs hang (ISL-9); the notice with its six items, which says that nothing is \
               kept only if nothing is, comes with the documents.",
        checks: &[],
        gates: &[],
        tests: &[],
    },
    Guideline {
        id: "ISL-12",
        text: "Material is passed on in five cases only: consent; an accident or alleged crime, to the authority; a \
               law; a legal claim of those concerned; a decision of Persónuvernd.",
        source: Source::ElectronicMonitoring,
        strength: &[Conditional],
        enforcement: &[Gate],
        standing: Enforced,
        how: "A ground is one of five types, each with its evidence. No live camera is watched without a signed routine for disclosure.",
        checks: &["routine"],
        gates: &["disclosure-routine"],
        tests: &[
            "tests/policy/snapshots/routine.snap",
            "a_site_is_signed_record_by_record_until_it_is_active",
            "grounds_are_those_of_the_site_s_law",
        ],
    },
    Guideline {
        id: "ISL-13",
        text: "Nothing is stored unless necessary, and at the longest for 30 days, since 10 December 2025 for 90, but \
               for five exceptions.",
        source: Source::ElectronicMonitoring,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Enforced,
        how: "A policy that asks for more than the cap of its day is refused, and in the vault no deadline passes the cap or is ever lengthened; the five exceptions cannot be written.",
        checks: &["retention"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/retention-Iceland-before-the-amendment.snap",
            "tests/policy/snapshots/retention-Iceland-after-the-amendment.snap",
            "iceland_has_thirty_days_before_the_amendment_and_ninety_after",
            "inv_5_a_deadline_is_a_whole_minute_and_never_past_the_cap",
        ],
    },
    Guideline {
        id: "ISL-14",
        text: "Monitoring how work is done has a special need (no other way to manage, agreed pay, safety) and a DPIA \
               beforehand.",
        source: Source::ElectronicMonitoring,
        strength: &[Conditional],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "The purpose of work performance is refused in Norway, and in Iceland without a special need and a DPIA, \
               both signed.",
        checks: &["work-performance"],
        gates: &["performance-need", "dpia"],
        tests: &[
            "tests/policy/snapshots/work-performance.snap",
            "tests/policy/snapshots/work-performance-in-Iceland-without-a-need.snap",
        ],
    },
    Guideline {
        id: "ISL-15",
        text: "Following where people go has a special need, and they are told so that it can be proved.",
        source: Source::ElectronicMonitoring,
        strength: &[Conditional],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "A path from camera to camera cannot be written, and a track has a random name that cannot be stored or \
               compared.",
        checks: &["forbidden-analysis"],
        gates: &[],
        tests: &["tests/policy/snapshots/forbidden-analysis.snap", "tests/compile_fail/track_ids_say_nothing.rs"],
    },
];
