//! Words for attributes of a person, and how a name is taken apart to find them.
//!
//! A name is split into words where its letters end, its case changes or a digit stands, so that `head_Age`, `AGE2` and
//! `ageHead` speak of age, and `image`, `stage`, `package` and `cage` do not. English, Norwegian and Icelandic; a word
//! that also names a thing (`hair drier`, `race car`) is innocent in that company.

use std::fmt;

/// An attribute of a person, of which no model may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// Sex or gender.
    Sex,
    /// Age.
    Age,
    /// Skin.
    Skin,
    /// Ethnicity or nationality.
    Ethnicity,
    /// Who it is: faces told apart, embeddings, re-identification, gait.
    Identity,
    /// Emotion.
    Emotion,
    /// Religion.
    Religion,
    /// Clothing.
    Clothing,
    /// Hair, build, health: other looks.
    Looks,
}

impl Attribute {
    /// The requirement that keeps it out.
    pub const fn requirement(self) -> &'static str {
        match self {
            Self::Sex | Self::Age | Self::Clothing | Self::Looks => "IVA-4b",
            Self::Skin | Self::Ethnicity | Self::Emotion | Self::Religion => "IVA-5",
            Self::Identity => "IVA-3",
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sex => "sex",
            Self::Age => "age",
            Self::Skin => "skin",
            Self::Ethnicity => "ethnicity",
            Self::Identity => "identity",
            Self::Emotion => "emotions",
            Self::Religion => "religion",
            Self::Clothing => "clothing",
            Self::Looks => "looks",
        })
    }
}

/// Words, separated by spaces. One that ends in `*` stands for all that begin so; `+` joins words that only count in a row.
const WORDS: [(Attribute, &str); 9] = [
    (
        Attribute::Sex,
        "sex sexes gender* male males maleness female females man men woman women boy boys girl girls lady ladies \
         gentleman gentlemen masculine feminine transgender \
         kjønn kjonn mann menn kvinne kvinner gutt gutter jente jenter hankjønn hunkjønn \
         kyn kynferði karlmaður karlar karlkyn kvenmaður kvenkyn konur stúlka drengur",
    ),
    (
        Attribute::Age,
        "age ages aged agegroup agerange ageclass ageband adult adults child children kid kids baby babies infant infants \
         toddler toddlers teen teens teenager teenagers elderly youth senior+person old+person young+person \
         alder aldersgruppe voksen voksne eldre ungdom spedbarn \
         aldur aldurshópur fullorðinn fullorðnir unglingur unglingar aldraður aldraðir",
    ),
    (
        Attribute::Skin,
        "skin skintone skincolor skincolour complexion fitzpatrick melanin hudfarge hudtone húð húðlitur húðtónn",
    ),
    (
        Attribute::Ethnicity,
        "race races racial ethnic* nationality caucasian* asian asians african africans hispanic latino latina \
         latino+hispanic middle+eastern etnisk* etnisitet rase nasjonalitet kynþáttur þjóðerni",
    ),
    (
        Attribute::Identity,
        "identity identities embedding embeddings biometric* reid re+id faceid face+id face+identity face+recognition \
         face+verification face+match face+matching face+feature face+features face+vector face+encoding face+descriptor \
         person+id person+feature person+features person+recognition facial+recognition arcface cosface facenet sphereface \
         adaface insightface gait iris+code voiceprint \
         identitet ansiktsgjenkjenning gangart andlitsgreining auðkenni göngulag",
    ),
    (
        Attribute::Emotion,
        "emotion* mood sentiment happy happiness sad sadness angry anger fear fearful disgust disgusted surprised \
         contempt smile smiling valence arousal facial+expression \
         følelse følelser glad sint trist redd tilfinning tilfinningar geðshræring",
    ),
    (
        Attribute::Religion,
        "religion* religious muslim muslims islamic christian christians jew jews jewish hindu hindus sikh sikhs buddhist \
         buddhists hijab niqab burka burqa chador turban kippa kippah yarmulke headscarf \
         religiøs muslimsk kristen jødisk hodeplagg trú trúarbrögð múslimi höfuðslæða",
    ),
    (
        Attribute::Clothing,
        "clothes clothing cloth garment garments shirt shirts tshirt tshirts trousers pants jeans skirt skirts dress dresses \
         jacket jackets coat coats sweater sweaters hoodie blouse sleeve sleeves shortsleeve longsleeve outfit uniform \
         uniforms underwear swimwear bikini upper+color lower+color upper+colour lower+colour \
         klær klesplagg skjorte bukse bukser skjørt kjole jakke genser \
         föt fatnaður klæðnaður skyrta buxur kjóll jakki peysa",
    ),
    (
        Attribute::Looks,
        "hair haircolor haircolour hairstyle bald beard beards bearded moustache mustache goatee blond blonde brunette \
         tattoo tattoos pregnant pregnancy obese obesity disabled disability handicapped bodyweight attractive beauty \
         makeup eyeglasses sunglasses \
         hår skjegg bart gravid funksjonshemmet hár skegg ólétt fatlaður",
    ),
];

/// Company in which a word above is a thing and not an attribute.
const INNOCENT: [&[&str]; 11] = [
    &["hair", "drier"],
    &["hair", "dryer"],
    &["hair", "brush"],
    &["race", "car"],
    &["race", "track"],
    &["race", "bike"],
    &["coat", "rack"],
    &["coat", "hanger"],
    &["baby", "carriage"],
    &["baby", "stroller"],
    &["snow", "man"],
];

/// The first word in a name that speaks of an attribute of a person, and the attribute.
pub fn attribute_in(name: &str) -> Option<(String, Attribute)> {
    let words = words_of(name);
    let mut rest = words.as_slice();
    while let [word, after @ ..] = rest {
        if let Some(thing) = INNOCENT.iter().find(|thing| starts_with(rest, thing)) {
            rest = rest.get(thing.len()..).unwrap_or_default();
            continue;
        }
        for (attribute, list) in WORDS {
            for entry in list.split_ascii_whitespace() {
                if let Some(stem) = entry.strip_suffix('*') {
                    if word.starts_with(stem) {
                        return Some((word.clone(), attribute));
                    }
                } else if entry.contains('+') {
                    let row: Vec<&str> = entry.split('+').collect();
                    if starts_with(rest, &row) {
                        return Some((row.join(" "), attribute));
                    }
                } else if word == entry {
                    return Some((word.clone(), attribute));
                }
            }
        }
        rest = after;
    }
    None
}

fn starts_with(words: &[String], row: &[&str]) -> bool {
    words.len() >= row.len() && words.iter().zip(row).all(|(word, entry)| word == entry)
}

/// The words of a name, in lower case.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    let (mut before, mut characters) = (' ', name.chars().peekable());
    while let Some(character) = characters.next() {
        if character.is_alphabetic() {
            let next_is_lower = characters.peek().is_some_and(|next| next.is_lowercase());
            let begins = !before.is_alphabetic()
                || (character.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_lower)));
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::COCO_80;
    use proptest::prelude::*;

    #[test]
    fn iva_4b_attributes_are_found_however_they_are_written() {
        for (name, attribute) in [
            ("age", Attribute::Age),
            ("head_Age", Attribute::Age),
            ("ageHead", Attribute::Age),
            ("AGE2", Attribute::Age),
            ("AGEHead", Attribute::Age),
            ("output-age:0", Attribute::Age),
            ("human.pedestrian.child", Attribute::Age),
            ("maleProb", Attribute::Sex),
            ("Person_Female", Attribute::Sex),
            ("genderhead", Attribute::Sex),
            ("kjønn", Attribute::Sex),
            ("KYN", Attribute::Sex),
            ("skin_tone", Attribute::Skin),
            ("húðlitur", Attribute::Skin),
            ("ethnicGroup", Attribute::Ethnicity),
            ("race", Attribute::Ethnicity),
            ("face_embedding", Attribute::Identity),
            ("faceId", Attribute::Identity),
            ("FaceRecognition", Attribute::Identity),
            ("emotions", Attribute::Emotion),
            ("hijab", Attribute::Religion),
            ("red shirt", Attribute::Clothing),
            ("T-shirt", Attribute::Clothing),
            ("longSleeve", Attribute::Clothing),
            ("beard", Attribute::Looks),
        ] {
            assert_eq!(attribute_in(name).map(|(_, attribute)| attribute), Some(attribute), "{name}");
        }
    }

    #[test]
    fn innocent_names_are_left_alone() {
        let others = "image images stage package cage page usage average percentage garage manager manhole mango mailbox \
                      human output0 dets logits pred_boxes cls_8 kps_32 license-plate number_plate person pedestrian rider \
                      cyclist wheelchair stroller tram van trailer animal storage message embankment spacecraft racetrack \
                      tie handbag backpack umbrella boxes scores stride imgsz hatchback emoticon? imaging kiosk coating \
                      helmet traffic_cone trafficCone vehicle RaceCar";
        for name in COCO_80.into_iter().chain(others.split_whitespace()).chain(["race car", "hair dryer", "face"]) {
            let found = attribute_in(name);
            assert!(found.is_none(), "{name}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn iva_4b_a_word_is_found_in_any_company(left in "[a-z]{0,6}", right in "[a-z]{0,6}", upper: bool) {
            let word = if upper { "GENDER" } else { "gender" };
            let name = format!("{left}_{word}.{right}");
            prop_assert!(attribute_in(&name).is_some());
        }

        #[test]
        fn any_text_is_taken_apart(text: String) {
            attribute_in(&text);
        }
    }
}
