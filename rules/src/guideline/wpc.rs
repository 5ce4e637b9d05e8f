//! WPC: use and storage of recordings at the workplace, by Datatilsynet.

use super::Enforcement::{AtCompile, AtRuntime, Gate};
use super::Standing::{Enforced, Gated, NotYet};
use super::Strength::{Conditional, Must};
use super::{Guideline, Source};

/// The requirements of [`Source::WorkplaceRecordings`].
pub const WPC: &[Guideline] = &[
    Guideline {
        id: "WPC-1",
        text: "Recordings are used only for the purpose that was fixed beforehand and told to the employees.",
        source: Source::WorkplaceRecordings,
        strength: &[Must],
        enforcement: &[Gate],
        standing: Gated,
        how: "At a workplace no live camera is watched before the signed record of the notice to employees.",
        checks: &["employees-told"],
        gates: &["notice"],
        tests: &["tests/policy/snapshots/employees-told.snap", "a_site_is_signed_record_by_record_until_it_is_active"],
    },
    Guideline {
        id: "WPC-2",
        text: "Cameras against theft are not used to check how hard people work.",
        source: Source::WorkplaceRecordings,
        strength: &[Must],
        enforcement: &[AtCompile, AtRuntime],
        standing: Enforced,
        how: "No rule speaks of one employee, staff or productivity, and in Norway the purpose of work performance is \
               refused.",
        checks: &["forbidden-analysis", "work-performance"],
        gates: &[],
        tests: &["tests/policy/snapshots/forbidden-analysis.snap", "tests/policy/snapshots/work-performance.snap"],
    },
    Guideline {
        id: "WPC-3",
        text: "A new purpose is first held against the old one: the link between them, the context, the consequences, \
               what employees may expect. Then it needs a lawful basis of its own.",
        source: Source::WorkplaceRecordings,
        strength: &[Must],
        enforcement: &[Gate],
        standing: NotYet,
        how: "A purpose that is rewritten reopens every record that was signed over it, but the assessment with its \
               four factors is not built.",
        checks: &[],
        gates: &[],
        tests: &[],
    },
    Guideline {
        id: "WPC-4",
        text: "Nothing is disclosed by default, and putting a recording on the internet must meet all the rules.",
        source: Source::WorkplaceRecordings,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Enforced,
        how: "There is no sharing link and no publishing, and the policy refuses an outlet that is neither the \
               controller's own nor a processor's.",
        checks: &["outlet"],
        gates: &[],
        tests: &["tests/policy/snapshots/outlet.snap"],
    },
    Guideline {
        id: "WPC-5",
        text: "A recording is disclosed in three cases only: the person depicted consents; the police investigate a \
               crime or accident and no duty of secrecy forbids it; a law provides for it.",
        source: Source::WorkplaceRecordings,
        strength: &[Conditional],
        enforcement: &[Gate],
        standing: Enforced,
        how: "A ground is one of three types, each with its evidence, and a fourth cannot be written; who asked does not decide. No live camera is watched without a signed routine for disclosure.",
        checks: &["routine"],
        gates: &["disclosure-routine"],
        tests: &[
            "tests/policy/snapshots/routine.snap",
            "a_site_is_signed_record_by_record_until_it_is_active",
            "tests/compile_fail/no_fourth_ground_of_norway.rs",
            "grounds_are_those_of_the_site_s_law",
        ],
    },
    Guideline {
        id: "WPC-6",
        text: "Recordings are deleted within a week.",
        source: Source::WorkplaceRecordings,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Enforced,
        how: "At a workplace a policy that asks for more than 7 days is refused, and in the vault the deadline of 7 days from the recording cannot be passed.",
        checks: &["retention"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/retention.snap",
            "the_strictest_cap_wins_and_a_till_may_keep_three_months",
            "inv_5_more_than_the_cap_is_refused",
            "inv_5_at_the_deadline_the_key_is_gone_whoever_asks_and_whatever_the_clock_says",
        ],
    },
    Guideline {
        id: "WPC-7",
        text: "A recording that is likely to be handed to the police may be kept for up to 30 days.",
        source: Source::WorkplaceRecordings,
        strength: &[Conditional],
        enforcement: &[Gate],
        standing: Enforced,
        how: "Items of an incident are held one by one, to a review, and end at most 30 days after their recording.",
        checks: &[],
        gates: &[],
        tests: &["inv_5_a_hold_lasts_to_its_review_and_never_past_thirty_days_after_the_recording"],
    },
    Guideline {
        id: "WPC-8",
        text: "Recordings may be kept for three months where one pays with a card or shows identification, and at a \
               post office or bank.",
        source: Source::WorkplaceRecordings,
        strength: &[Conditional],
        enforcement: &[AtCompile],
        standing: Enforced,
        how: "The longer cap holds only where every place of the purpose is a point of sale, a post office or a bank.",
        checks: &["retention"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/retention-three-months-where-one-pays.snap",
            "the_strictest_cap_wins_and_a_till_may_keep_three_months",
        ],
    },
    Guideline {
        id: "WPC-9",
        text: "Datatilsynet may allow a longer time for a special need.",
        source: Source::WorkplaceRecordings,
        strength: &[Conditional],
        enforcement: &[Gate],
        standing: Enforced,
        how: "More than the cap is accepted only with the reference of the decision and a signed record of it, which \
               expires when the decision does.",
        checks: &["retention", "follow-up"],
        gates: &["exemption"],
        tests: &["tests/policy/snapshots/retention-an-exemption.snap"],
    },
    Guideline {
        id: "WPC-10",
        text: "Live pictures and recordings are open only to those who need them for their work, as a rule very few, \
               and are stored securely.",
        source: Source::WorkplaceRecordings,
        strength: &[Must],
        enforcement: &[AtRuntime],
        standing: Enforced,
        how: "Only those whom the purpose names in a role see what is kept, and a role that nobody looked at anew for a year opens nothing; the policy warns when they are many. Live pictures are shown to nobody.",
        checks: &["role"],
        gates: &[],
        tests: &[
            "tests/policy/snapshots/role.snap",
            "inv_8_every_role_may_do_what_the_table_says_and_nothing_else",
            "inv_13_whoever_the_site_does_not_name_may_nothing_and_is_told_who_may",
        ],
    },
];
