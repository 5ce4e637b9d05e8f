//! The statement in Norwegian (bokmål).

use super::{Facts, TRACKS_A_DAY, Unit, Words};
use crate::definition::Definition;
use vokter_rules::policy::{Grid, Measure};

/// Of a number that is exact.
pub(super) fn exact(definition: &Definition) -> String {
    format!(
        "# Personvernerklæring: {title}\n\n\
         Denne tabellen har ett tall per måned for hele stedet: hvor mange hendelser det var. Tallet er nøyaktig. Det sier \
         ikke noe om hvor, når i måneden, av hvilket slag eller hvem det gjaldt.\n",
        title = title(definition)
    )
}

fn words(unit: Unit) -> Words {
    match unit {
        Unit::Track => Words {
            one: "spor",
            many: "spor",
            exact: "den nøyaktige tellingen slettes, og ingenting kan trekke på nytt",
            meaning: "Et spor er én gang gjennom bildet til ett kamera. Det teller i én celle i tabellen, uansett hvor lenge \
                      det varer.",
            cap: ("Hvis en person lager høyst", "spor på en dag"),
            unenforced: "For å telle sporene til en person måtte man kjenne personen igjen",
            assumed: "Sporingen gir hver gjennomgang sitt eget nummer, og gir ikke samme nummer til to.",
        },
        Unit::Session => Words {
            one: "parkering",
            many: "parkeringer",
            exact: "den nøyaktige tellingen slettes, og ingenting kan trekke på nytt",
            meaning: "En parkering er ett opphold av et kjøretøy. Den teller i én celle i tabellen, når den begynner eller når \
                      den slutter.",
            cap: ("Hvis en person parkerer høyst", "ganger på en dag"),
            unenforced: "For å telle parkeringene til en person måtte man vite hvem det var",
            assumed: "Hver parkering meldes én gang.",
        },
        Unit::Incident => Words {
            one: "hendelse",
            many: "hendelser",
            exact: "og det som er offentliggjort, trekkes ikke på nytt. Selve sakene oppbevares i ett år, bare for dem som har \
                    adgang til dem",
            meaning: "En hendelse er det som en sak ble åpnet for. Den teller i én celle i tabellen, uansett hvor mange som var \
                      med.",
            cap: ("Hvis en person er med i høyst", "hendelser på en dag"),
            unenforced: "For å telle dem måtte man vite hvem som var med",
            assumed: "Det åpnes én sak for en hendelse.",
        },
    }
}

/// Of a number with noise.
pub(super) fn noisy(facts: &Facts<'_>) -> String {
    let Facts { definition, noise, of_a_day, of_the_site, tables, once, month, year } = facts;
    let Words { one, many, exact, meaning, cap: (person, times), unenforced, assumed } =
        words(Unit::of(definition.measure));
    // The gender of the word.
    let (article, given) = if one == "spor" { ("ett", "et bestemt") } else { ("én", "en bestemt") };
    let text = format!(
        "# Personvernerklæring: {title}\n\n\
         ## Hva vi lover\n\n\
         Før et tall i denne tabellen offentliggjøres, legges et tilfeldig tall til. Det trekkes én gang, {exact}. Om \
         {article} {one} ble telt eller ikke, endrer sannsynligheten for det som offentliggjøres, med en faktor på høyst \
         e^{epsilon}: tabellen er {epsilon}-differensielt privat for {article} {one}. Den som skal gjette om {given} {one} \
         ble telt, med like odds, har rett i høyst {once} % av tilfellene, uansett hva vedkommende ellers vet.\n\n\
         {meaning} {person} {TRACKS_A_DAY} {times}, er personverntapet for den personen og dagen høyst {of_a_day}. Ingenting \
         håndhever den grensen: {unenforced}.\n\n\
         ## Mot hvem\n\n\
         Mot alle som leser det som er offentliggjort, nå eller senere, som vet hvordan støyen trekkes, og som vet om alle \
         andre om de ble telt. Ikke mot den som selv ser på stedet, og ikke mot den som leser minnet til programmet mens det \
         går, der tellingen for det åpne tidsrommet ligger.\n\n\
         ## Hva vi forutsetter\n\n\
         Tilfeldighetsgeneratoren i OpenSSL kan ikke forutsies. {assumed} Sonene og tidsrommene i tabellen ligger fast: En endret sone er en annen tabell, og den delen \
         av et tidsrom som er offentliggjort, offentliggjøres ikke på nytt.\n\n\
         ## Hvordan det legger seg sammen\n\n\
         Dager legger seg sammen. For en person som kommer én gang hver dag, er den beste gjetningen riktig i {month} % av \
         tilfellene etter 30 dager og i {year} % etter 365. En vane er altså ikke skjult for alltid; hvor lenge serien kan gå, \
         må interesseavveiningen si. En gruppe på {TRACKS_A_DAY} som kommer sammen, er like utsatt på en dag som én person \
         med {TRACKS_A_DAY} {many}. Tabeller legger seg også sammen: Med dem som går på dette stedet ({tables}), er tapet for \
         en person og dag høyst {of_the_site}.\n\n\
         ## Hva det koster\n\n\
         Støyen har et standardavvik på {deviation}; den er høyst {reach95} i 95 % av tallene og høyst {reach99} i 99 %. Tall \
         under 3 vises som \":\"; verdien slik den ble trukket, som kan være negativ, offentliggjøres også.\n",
        title = title(definition),
        epsilon = comma(noise.epsilon().to_string()),
        of_a_day = comma(of_a_day.to_string()),
        of_the_site = comma(of_the_site.to_string()),
        once = comma(format!("{once:.1}")),
        month = comma(format!("{month:.0}")),
        year = comma(format!("{year:.0}")),
        deviation = comma(format!("{:.1}", noise.standard_deviation())),
        reach95 = noise.reach(0.95),
        reach99 = noise.reach(0.99),
    );
    text
}

/// A number as it is written in Norwegian.
fn comma(number: String) -> String {
    number.replace('.', ",")
}

fn title(definition: &Definition) -> String {
    let measure = match definition.measure {
        Measure::LineCrossings => "passeringer av en linje",
        Measure::ZoneEntries => "ankomster i en sone",
        Measure::OccupancyPeak => "flest i en sone samtidig",
        Measure::QueueLength => "kølengde",
        Measure::VehicleClasses => "kjøretøy etter type",
        Measure::SpeedBands => "kjøretøy etter fart",
        Measure::ParkingArrivals => "ankomster til parkering",
        Measure::ParkingDepartures => "avganger fra parkering",
        Measure::MeanStay => "parkeringstid",
        Measure::IncidentCount => "hendelser",
    };
    let grid = match definition.grid {
        Grid::Quarter => "kvarter",
        Grid::Hour => "time",
        Grid::Day => "dag",
        Grid::Month => "måned",
    };
    let place = definition.place.as_ref().map(|place| format!(" ved {}", place.name)).unwrap_or_default();
    format!("{}: {measure}{place} per {grid}", definition.site)
}
