//! The statement in English.

use super::{Facts, TRACKS_A_DAY, Unit, Words};
use crate::definition::Definition;

/// Of a number that is exact.
pub(super) fn exact(definition: &Definition) -> String {
    format!(
        "# Privacy statement: {title}\n\n\
         This table has one number a month for the whole site: how many incidents there were. It is exact. It says nothing of \
         where, when in the month, of which kind or about whom.\n",
        title = definition.title()
    )
}

fn words(unit: Unit) -> Words {
    match unit {
        Unit::Track => Words {
            one: "track",
            many: "tracks",
            exact: "the exact count is erased, and nothing can draw again",
            meaning: "A track is one walk through the picture of one camera. It counts in one cell of this table, however \
                      long it lasts.",
            cap: ("If a person makes at most", "tracks in a day"),
            unenforced: "to count a person's tracks, they would have to be known again",
            assumed: "The tracker gives each walk its own number, and no number to two.",
        },
        Unit::Session => Words {
            one: "session",
            many: "sessions",
            exact: "the exact count is erased, and nothing can draw again",
            meaning: "A session is one stay of a vehicle. It counts in one cell of this table, when it begins or when it ends.",
            cap: ("If a person parks at most", "times in a day"),
            unenforced: "to count a person's sessions, they would have to be known",
            assumed: "Each session is said once.",
        },
        Unit::Incident => Words {
            one: "incident",
            many: "incidents",
            exact: "and what is published is not drawn again. The cases themselves are kept for a year, for those alone who \
                    may see them",
            meaning: "An incident is what a case was opened for. It counts in one cell of this table, however many took part.",
            cap: ("If a person takes part in at most", "incidents in a day"),
            unenforced: "to count them, who took part would have to be known",
            assumed: "One case is opened for an incident.",
        },
    }
}

/// Of a number with noise.
pub(super) fn noisy(facts: &Facts<'_>) -> String {
    let Facts { definition, noise, of_a_day, of_the_site, tables, once, month, year } = facts;
    let Words { one, many, exact, meaning, cap: (person, times), unenforced, assumed } =
        words(Unit::of(definition.measure));
    format!(
        "# Privacy statement: {title}\n\n\
         ## What is claimed\n\n\
         Before a number of this table is published, a random number is added to it. It is drawn once, {exact}. Whether one \
         {one} was counted or not changes the probability of whatever is published by a factor of at most e^{epsilon}: the \
         table is {epsilon}-differentially private for one {one}. Who must guess, on even odds, whether a given {one} was \
         counted is right in at most {once:.1} % of the cases, whatever else \
         they know.\n\n\
         {meaning} {person} {TRACKS_A_DAY} {times}, the privacy loss of that person and day is at most {of_a_day}. Nothing \
         enforces that cap: {unenforced}.\n\n\
         ## Against whom\n\n\
         Against anyone who reads all that is published, now or later, who knows how the noise is drawn, and who knows of \
         everyone else whether they were counted. Not against who looks at the place themselves, and not against who reads \
         the memory of the running engine, where the count of the open span is.\n\n\
         ## What is assumed\n\n\
         The random generator of OpenSSL cannot be predicted. {assumed} The zones and spans of the table are fixed: an edited one is another table, and the part of a span that was \
         published is not published again.\n\n\
         ## How it adds up\n\n\
         Days add up. Of a person who comes once every day, the best guess is right in {month:.0} % of the cases after 30 \
         days, and in {year:.0} % after 365. A habit is therefore not hidden for ever; how long the series may run is for \
         the balancing to say. A group of {TRACKS_A_DAY} who come together is as exposed in a day as one person with \
         {TRACKS_A_DAY} {many}. Tables add up too: with those that run at this site ({tables}), the loss of a person and \
         day is at most {of_the_site}.\n\n\
         ## What it costs\n\n\
         The noise has a standard deviation of {deviation:.1}; it is at most {reach95} in 95 % of the numbers and at most \
         {reach99} in 99 %. Numbers below 3 are shown as \":\"; the value as drawn, which may be negative, is published too.\n",
        title = definition.title(),
        epsilon = noise.epsilon(),
        deviation = noise.standard_deviation(),
        reach95 = noise.reach(0.95),
        reach99 = noise.reach(0.99),
    )
}
