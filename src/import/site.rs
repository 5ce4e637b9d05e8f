//! The site file of what is taken over: whatever only a person can answer stands behind `#`, empty.

use super::{Camera, Imported, Outline, unique};
use std::fmt::Write;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{as_key, as_string};

/// The name of the one place and of the one purpose.
const PLACE: &str = "site";
const PURPOSE: &str = "protection";
/// What is asked of a purpose before a camera; the words of the necessity check (KRS-6).
const NECESSITY: &str = "\
# physical-security = \"\"         # a fence, a wall, a gate
# access-control = \"\"
# locks-and-alarms = \"\"
# sensors = \"\"
# staffing = \"\"
# lighting = \"\"
# alert-staff = \"\"
# training = \"\"
";

/// The text of the site file. `origin` names what it was made of.
pub fn site(imported: &Imported, origin: &str) -> String {
    let mut out = head(origin, imported.time_zone.as_deref());
    for camera in &imported.cameras {
        self::camera(&mut out, camera);
    }
    out.push_str(&purpose());
    rules(&mut out, &imported.cameras);
    out.push_str("\n# Left behind, with the requirement behind it (`vokter explain KRS-15` says what it is):\n");
    for lost in imported.left_behind.groups().iter().flatten() {
        let Some(requirement) = lost.requirement else { continue };
        let of = if lost.of.is_empty() { String::new() } else { format!(" of {}", lost.of.join(", ")) };
        out.push_str(&comment(&format!("{}{of} ({requirement})", lost.what)));
    }
    out
}

fn head(origin: &str, time_zone: Option<&str>) -> String {
    let origin = plain(origin);
    let time_zone = match time_zone {
        Some(zone) => format!("time_zone = {}", as_string(zone)),
        None => "# time_zone = \"\"                 # such as \"Europe/Oslo\"".to_owned(),
    };
    format!(
        "\
# Made of {origin} by `vokter import`.
#
# It says what the cameras see. What they are there for nobody can take over from
# another program: lines that begin with `# ` and a key are questions. Answer
# them, and take the `# ` away; `vokter check` names those that are left. Nothing
# is watched before they are answered, and the records are signed.
#
# Coordinates run from 0 to 1 over the picture, origin top-left, y down.

[site]
# name = \"\"                      # what the site is called
{time_zone}
# jurisdiction = [\"\"]            # whose rules hold: \"no\" or \"is\"
# languages = [\"\"]               # what the signs are written in: \"nb\", \"en\"

# Who is responsible, and what the signs say of them.
[controller]
# name = \"\"
# phone = \"\"
# information = \"\"               # where on the web those who pass can read more
# data_protection_officer = \"\"   # how to reach the officer, or {{ not_required = \"why\" }}
# decides_disclosure = \"manager\" # the role that decides what is handed out
# oversees_privacy = \"manager\"   # the role that answers those who were filmed, and reads the log

# What the whole site needs on paper; `vokter sign` signs it.
[records]
rights-routine = \"records/rights-routine.md\"
risk-analysis = \"records/risk-analysis.md\"
disclosure-routine = \"records/disclosure-routine.md\"

# Who may do what, by name. Whoever looks at alarms does not decide what is handed out.
# [roles.manager]
# people = [\"\"]
# duty = \"system-owner\"          # or \"personnel\"
# reviewed =                     # a day, such as 2026-11-01
# [roles.guard]
# people = [\"\"]
# reviewed =

# What the cameras look at. Most of the rules follow from the class; if they look at
# different places, give each its own. `vokter explain --list` names the classes.
[places.{PLACE}]
# class = \"\"                     # such as \"building-exterior\", \"parking\", \"entrance\"
# entrances = [\"\"]               # the ways in
# signs = [\"\"]                   # those of them with a sign
records.sign = \"records/sign.md\"
"
    )
}

fn camera(out: &mut String, camera: &Camera) {
    let name = as_key(&camera.name);
    let variable = &camera.variable;
    let _ = write!(out, "\n[cameras.{name}]\nplace = \"{PLACE}\"\nsource = {{ env = \"{variable}\" }}\n");
    if camera.turns {
        out.push_str("# ptz = true                     # if it can be turned; then say why:\n# because = \"\"\n");
    }
    if !camera.masks.is_empty() {
        out.push('\n');
        if camera.masks.iter().any(|mask| mask.withheld.is_none()) {
            out.push_str(
                "# Black to everything, always. There, a mask only kept the motion under it from\n\
                 # being noticed: look whether nothing that a rule must see is under it (KRS-17).\n",
            );
        }
        let _ = writeln!(out, "[cameras.{name}.masks]");
        camera.masks.iter().for_each(|mask| outline(out, mask));
    }
    if !camera.zones.is_empty() {
        let _ = write!(out, "\n[cameras.{name}.zones]\n");
        camera.zones.iter().for_each(|zone| outline(out, &zone.outline));
    }
}

fn outline(out: &mut String, outline: &Outline) {
    let points: Vec<_> = outline.points.iter().map(|[x, y]| format!("[{x:?}, {y:?}]")).collect();
    let line = format!("{} = [{}]", as_key(&outline.name), points.join(", "));
    match outline.withheld {
        Some(why) => out.push_str(&format!("{}# {line}\n", comment(&format!("Not in force: {why}.")))),
        None => out.push_str(&format!("{line}\n")),
    }
}

fn purpose() -> String {
    format!(
        "
# Why the cameras are there. This guess is that of most cameras of this kind:
# protection of property. `vokter explain --list` names the others.
[purposes.{PURPOSE}]
kind = \"property-protection\"
basis = \"legitimate-interest\"
# description = \"\"               # what is protected, from what, where, since when
# interest = \"\"                  # \"repeated-crime\" or \"serious-crime\"
# proposed_by = \"manager\"        # the role that asked for it
# roles = [\"guard\"]              # who handles the alarms
# schedule = [{{ days = \"\", from = \"\", to = \"\" }}]   # the hours of need: \"mon-sun\", \"18:00\", \"06:00\"

# A camera comes last: why would each of these not do?
[purposes.{PURPOSE}.necessity]
{NECESSITY}
[purposes.{PURPOSE}.records]
balancing = \"records/{PURPOSE}-balancing.md\"
necessity = \"records/{PURPOSE}-necessity.md\"
"
    )
}

fn rules(out: &mut String, cameras: &[Camera]) {
    let mut names: Vec<String> = vec![];
    for camera in cameras {
        for zone in camera.zones.iter().filter(|zone| !zone.objects.is_empty()) {
            let wanted = format!("{}-{}", camera.name, zone.outline.name);
            let name = unique(&wanted, names.iter().map(String::as_str));
            let objects: Vec<_> = zone.objects.iter().map(|class: &ObjectClass| as_string(class.name())).collect();
            let _ = write!(
                out,
                "\n[purposes.{PURPOSE}.rules.{}]\nrule = \"zone-intrusion\"\ncamera = {}\nzone = {}\nobjects = [{}]\n",
                as_key(&name),
                as_string(&camera.name),
                as_string(&zone.outline.name),
                objects.join(", ")
            );
            names.push(name);
        }
    }
}

/// A text that cannot end a comment.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A text as a line of comment.
fn comment(text: &str) -> String {
    format!("# {}\n", plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stays_one() {
        assert!(!comment("one\ntwo").trim_end().contains('\n'));
    }
}
