//! Site files for tests and benches: who is responsible, what was weighed, and signatures.

use std::path::Path;
use vokter_rules::digest::Digest;
use vokter_rules::policy::{Documents, SitePolicy, compile};

/// Who is responsible for a test's site, and its one place, `here`.
pub const HEAD: &str = r#"
[site]
name = "test"
time_zone = "Europe/Oslo"
jurisdiction = ["no"]
languages = ["nb"]
[controller]
name = "A test"
phone = "+47 00 00 00 00"
information = "https://test.example/privacy"
data_protection_officer = "officer@test.example"
decides_disclosure = "manager"
oversees_privacy = "manager"
[records]
rights-routine = "rights-routine.md"
risk-analysis = "risk-analysis.md"
disclosure-routine = "disclosure-routine.md"
[roles.manager]
people = ["kari.nordmann"]
duty = "system-owner"
reviewed = 2026-11-01
[roles.guard]
people = ["ola.hansen"]
reviewed = 2026-11-01
[places.here]
class = "building-exterior"
entrances = ["gate"]
signs = ["gate"]
records.sign = "sign.md"
"#;

/// What a purpose of protection says besides its schedule and rules.
pub const WEIGHED: &str = r#"
kind = "property-protection"
description = "Tools stolen from the shed of the test, three times since January"
interest = "repeated-crime"
basis = "legitimate-interest"
proposed_by = "manager"
roles = ["guard"]
records.balancing = "balancing.md"
records.necessity = "necessity.md"
necessity.physical-security = "The fence was cut."
necessity.access-control = "They come over the fence."
necessity.locks-and-alarms = "The alarm goes too late."
necessity.sensors = "Foxes set them off."
necessity.staffing = "Nobody can stay all night."
necessity.lighting = "It is lit."
necessity.alert-staff = "Nobody is there."
necessity.training = "Tools are locked in."
"#;

/// What every document of a test's site holds.
pub const DOCUMENT: &[u8] = b"signed by a test\n";

/// The text with every record signed yesterday, and the documents that were signed.
pub fn signed(text: &str) -> (String, Documents) {
    let compiled = compile(text);
    assert!(compiled.policy.is_some(), "{:#?}\n{text}", compiled.diagnostics);
    let policy = compiled.policy.unwrap();
    let digest = Digest::of(DOCUMENT);
    let today = jiff::Zoned::now().date();
    let (yesterday, later) = (today.yesterday().unwrap(), today.saturating_add(jiff::ToSpan::days(300)));
    let mut documents = Documents::new();
    let mut text = text.to_owned();
    for record in policy.records().iter().filter(|record| record.signed_by.is_none()) {
        let signature = format!(
            "{{ document = \"{}\", sha256 = \"{digest}\", covers = \"{}\", signed_by = \"a test\", date = {yesterday}, \
             expires = {later} }}",
            record.document, record.scope
        );
        text = text.replace(&format!("\"{}\"", record.document), &signature);
        documents.insert(record.document.clone(), digest);
    }
    (text, documents)
}

/// The policy of a site that must be in order, with every record signed.
pub fn active(text: &str) -> SitePolicy {
    let (text, documents) = signed(text);
    let mut policy = compile(&text).policy.unwrap();
    policy.activate(jiff::Timestamp::now(), &documents);
    policy
}

/// Writes a site file with every record signed, and the documents, into a folder.
pub fn write_signed(folder: &Path, name: &str, text: &str) {
    let (text, documents) = signed(text);
    std::fs::write(folder.join(name), text).unwrap();
    for document in documents.keys() {
        let path = folder.join(document);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, DOCUMENT).unwrap();
    }
}

/// The scenario of the walk, an hour ago in Norway or since midnight: alarms are shown for a day, and nothing is recorded in
/// the future.
pub fn recent_walk() -> String {
    let now = jiff::Zoned::now().in_tz("Europe/Oslo").unwrap();
    let midnight = now.start_of_day().unwrap();
    let begun = now.saturating_sub(jiff::Span::new().hours(1)).max(midnight);
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes/walk.toml")).unwrap();
    let later = begun.saturating_add(jiff::Span::new().minutes(1));
    let at = |time: &jiff::Zoned| format!("at = \"{}\"", time.strftime("%H:%M"));
    text.replace("at = \"11:00\"", &at(&begun)).replace("at = \"14:00\"", &at(&later))
}
