//! Words for attributes of a person, and how a name is taken apart to find them.
//!
//! A name is split into words where its letters end, its case changes or a digit stands, so that `head_Age`, `AGE2` and
//! `ageHead` speak of age, and `image`, `stage`, `package` and `cage` do not. English, Norwegian, Icelandic and
//! some German; a word that also names a thing (`hair drier`, `race car`) is innocent in that company.

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
         gentleman gentlemen masculine feminine transgender womens mens \
         kjønn kjonn mann mannen menn mennene kvinne kvinnen kvinner kvinnene gutt gutten gutter jenta jente jenter \
         hankjønn hunkjønn \
         kyn kynferði karlmaður karlar karlkyn kvenmaður kvenkyn konur stúlka drengur \
         geschlecht* weiblich* männlich* maennlich*",
    ),
    (
        Attribute::Age,
        "age ages aged agegroup agerange ageclass ageband adult adults child children kid kids baby babies infant \
         infants \
         toddler toddlers teen teens teenager teenagers elderly youth senior seniors preteen preteens senior+person \
         old+person young+person \
         alder alderen aldersgruppe barn barnet barna voksen voksne eldre ungdom spedbarn \
         aldur aldurshópur fullorðinn fullorðnir unglingur unglingar aldraður aldraðir alter altersgruppe",
    ),
    (
        Attribute::Skin,
        "skin skintone skintones skincolor skincolors skincolour skincolours coloredskin complexion fitzpatrick \
         melanin hautfarbe* hudfarge hudtone húð húðlitur húðtónn",
    ),
    (
        Attribute::Ethnicity,
        "race races racial ethnic* nationality caucasian* asian asians african africans hispanic latino latina \
         latino+hispanic middle+eastern black+person black+people black+man black+woman white+person \
         white+people white+man white+woman colored+person coloured+person etnisk* etnisitet rase nasjonalitet \
         kynþáttur þjóðerni",
    ),
    (
        Attribute::Identity,
        "identity identities embedding embeddings biometric* reid* personreid peoplereid humanreid bodyreid re+id \
         faceid faceids face+id face+ids re+identification reidentification identification face+identity \
         face+emb face+embed face+embedding faceemb faceembed face+recognition \
         face+verification face+match face+matching face+feature face+features face+vector face+encoding \
         face+descriptor \
         person+id person+feature person+features person+recognition facial+recognition arcface cosface facenet \
         sphereface \
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
        "religion* religious muslim muslims islamic christian christians jew jews jewish hindu hindus sikh sikhs \
         buddhist \
         buddhists hijab niqab niqabs burka burkas burqa burqas chador turban turbans kippa kippah yarmulke headscarf \
         religiøs muslimsk kristen jødisk hodeplagg trú trúarbrögð múslimi höfuðslæða",
    ),
    (
        Attribute::Clothing,
        "clothes clothing cloth garment garments shirt shirts tshirt tshirts trousers pants jeans skirt skirts dress \
         dresses \
         jacket jackets coat coats sweater sweaters hoodie blouse sleeve sleeves shortsleeve longsleeve outfit \
         uniform \
         uniforms shorts shoe shoes boots vest vests hat hats cap caps scarf scarves gloves suit suits footwear \
         glasses underwear swimwear bikini upper+color lower+color upper+colour lower+colour \
         klær klesplagg skjorte bukse bukser skjørt kjole jakke genser \
         föt fatnaður klæðnaður skyrta buxur kjóll jakki peysa",
    ),
    (
        Attribute::Looks,
        "hair haircolor haircolour hairstyle bald beard beards bearded moustache mustache goatee blond blonde \
         brunette \
         tattoo tattoos pregnant pregnancy obese obesity disabled disability handicapped bodyweight attractive beauty \
         makeup eyeglasses sunglasses \
         hår skjegg bart gravid funksjonshemmet hár skegg ólétt fatlaður",
    ),
];

/// Stems that say the same wherever they stand in a word: `persongender`, `emotionhead`, `femaleperson`.
const STEMS: [(Attribute, &[&str]); 5] = [
    (Attribute::Religion, &["hijab", "muslim"]),
    (Attribute::Sex, &["female", "gender", "woman"]),
    (Attribute::Ethnicity, &["ethnic"]),
    (Attribute::Identity, &["biometric"]),
    (Attribute::Emotion, &["emotion"]),
];

/// Letters that some programs write as a letter and a mark after it.
const COMPOSED: [(char, char, char); 15] = [
    ('a', '\u{30a}', 'å'),
    ('a', '\u{308}', 'ä'),
    ('o', '\u{308}', 'ö'),
    ('u', '\u{308}', 'ü'),
    ('a', '\u{301}', 'á'),
    ('e', '\u{301}', 'é'),
    ('i', '\u{301}', 'í'),
    ('o', '\u{301}', 'ó'),
    ('u', '\u{301}', 'ú'),
    ('y', '\u{301}', 'ý'),
    ('A', '\u{30a}', 'Å'),
    ('A', '\u{308}', 'Ä'),
    ('O', '\u{308}', 'Ö'),
    ('U', '\u{308}', 'Ü'),
    ('U', '\u{301}', 'Ú'),
];

/// Company in which a word above is a thing and not an attribute.
const INNOCENT: [&[&str]; 14] = [
    &["wine", "glasses"],
    &["hub", "cap"],
    &["bottle", "cap"],
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
///
/// `AGEhead` may be `AGE head` or `AG Ehead`: a name is read by its single capitals first, then by its runs of them.
pub fn attribute_in(name: &str) -> Option<(String, Attribute)> {
    let name = composed(name);
    attribute_among(&words_of(&name)).or_else(|| attribute_among(&split(&name, Capitals::EndAWord)))
}

fn attribute_among(words: &[String]) -> Option<(String, Attribute)> {
    let mut rest = words;
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
        for (attribute, stems) in STEMS {
            if stems.iter().any(|stem| word.contains(stem)) {
                return Some((word.clone(), attribute));
            }
        }
        rest = after;
    }
    None
}

fn starts_with(words: &[String], row: &[&str]) -> bool {
    words.len() >= row.len() && words.iter().zip(row).all(|(word, entry)| word == entry)
}

/// A name with each letter in one piece.
fn composed(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        let whole = out.chars().next_back().and_then(|before| {
            COMPOSED.iter().find(|(letter, mark, _)| (*letter, *mark) == (before, character)).map(|(.., whole)| *whole)
        });
        if whole.is_some() {
            out.pop();
        }
        out.push(whole.unwrap_or(character));
    }
    out
}

/// What a run of capitals is, before small letters.
#[derive(Clone, Copy, PartialEq)]
enum Capitals {
    /// The last of them begins the next word: `AGEHead`.
    BeginAWord,
    /// All of them are a word: `AGEhead`, `AGEs`.
    EndAWord,
}

/// The words of a name, in lower case.
pub(super) fn words_of(name: &str) -> Vec<String> {
    split(name, Capitals::BeginAWord)
}

fn split(name: &str, capitals: Capitals) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    let (mut before, mut run, mut characters) = (' ', 0, name.chars().peekable());
    while let Some(character) = characters.next() {
        if character.is_alphabetic() {
            let next_is_lower = characters.peek().is_some_and(|next| next.is_lowercase());
            let after_capitals = match capitals {
                Capitals::BeginAWord => character.is_uppercase() && before.is_uppercase() && next_is_lower,
                Capitals::EndAWord => character.is_lowercase() && run > 1,
            };
            let begins =
                !before.is_alphabetic() || (character.is_uppercase() && before.is_lowercase()) || after_capitals;
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        run = if character.is_uppercase() { run + 1 } else { 0 };
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
            ("AGEs", Attribute::Age),
            ("AGEhead", Attribute::Age),
            ("seniors", Attribute::Age),
            ("barn", Attribute::Age),
            ("alderen", Attribute::Age),
            ("Alter", Attribute::Age),
            ("mannen", Attribute::Sex),
            ("kvinnen", Attribute::Sex),
            ("womens", Attribute::Sex),
            ("femaleperson", Attribute::Sex),
            ("persongender", Attribute::Sex),
            ("Geschlecht", Attribute::Sex),
            ("weiblich", Attribute::Sex),
            ("männlich", Attribute::Sex),
            ("ma\u{308}nnlich", Attribute::Sex),
            ("Hautfarbe", Attribute::Skin),
            ("skincolors", Attribute::Skin),
            ("black person", Attribute::Ethnicity),
            ("white_person", Attribute::Ethnicity),
            ("interethnic", Attribute::Ethnicity),
            ("personreid", Attribute::Identity),
            ("face_ids", Attribute::Identity),
            ("faceids", Attribute::Identity),
            ("face_emb", Attribute::Identity),
            ("faceEmbed", Attribute::Identity),
            ("re_identification", Attribute::Identity),
            ("identification", Attribute::Identity),
            ("nonbiometric", Attribute::Identity),
            ("emotionhead", Attribute::Emotion),
            ("hijabs", Attribute::Religion),
            ("turbans", Attribute::Religion),
            ("nonmuslim", Attribute::Religion),
            ("muslimwoman", Attribute::Religion),
            ("ha\u{30a}r", Attribute::Looks),
            ("skjørt", Attribute::Clothing),
            ("shorts", Attribute::Clothing),
            ("shoes", Attribute::Clothing),
            ("boots", Attribute::Clothing),
            ("vest", Attribute::Clothing),
            ("red_hat", Attribute::Clothing),
            ("cap", Attribute::Clothing),
            ("scarf", Attribute::Clothing),
            ("gloves", Attribute::Clothing),
            ("suit", Attribute::Clothing),
            ("footwear", Attribute::Clothing),
            ("glasses", Attribute::Clothing),
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
                      capture capacity caption suitcase suitable chat that vestibule barns harvest investment shot \
                      bootstrap alternative freida pictureid featureid IDs URLs ONNXgraph GPUs hubcap eyeglass glass wineglass \
                      helmet traffic_cone trafficCone vehicle RaceCar";
        for name in COCO_80.into_iter().chain(others.split_whitespace()).chain([
            "race car",
            "hair dryer",
            "face",
            "license plate",
            "wine glasses",
            "hub cap",
            "white car",
            "black vehicle",
        ]) {
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
