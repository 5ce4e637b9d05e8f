//! Frigate's configuration, as its reference describes it: cameras, masks, zones and objects are taken over.

use super::{Camera, Imported, LeftBehind, Outline, Zone, address, shape, unique};
use serde_json::{Map, Value};
use shape::Size;
use vokter_rules::object::ObjectClass;

/// Something that Frigate does and Vokter does not: its key, the requirement behind that, and why.
type Feature = (&'static str, Option<&'static str>, &'static str);

/// What cannot be taken over, for the whole site or for a camera.
const FEATURES: &[Feature] = &[
    (
        "record",
        Some("KRS-15"),
        "Vokter looks and forgets. A purpose that needs recordings says why its alarms alone \
     would not do: recording = { because = \"…\" }, and how long they are kept.",
    ),
    (
        "snapshots",
        Some("KRS-15"),
        "No picture is kept by itself. `vokter run --stills` keeps a masked one of each alarm.",
    ),
    ("clips", Some("KRS-15"), "No recording is kept by itself."),
    ("audio", Some("KRS-8"), NO_SOUND),
    ("audio_transcription", Some("KRS-8"), NO_SOUND),
    ("face_recognition", Some("IVA-5"), "Nobody is recognised, and nothing about a person can be asked."),
    ("classification", Some("IVA-5"), "Nothing is told apart but the classes of objects that are fixed."),
    ("genai", Some("IVA-5"), "Nobody is described, and no picture leaves the site."),
    (
        "lpr",
        Some("IVA-7a"),
        "Plates are read only where one pays for parking on the spot, as a purpose of its own of \
     kind parking-payment.",
    ),
    ("semantic_search", Some("KRS-28"), "Recordings are not searched."),
    ("birdseye", Some("KRS-16"), "No live picture is shown to anyone."),
    ("live", Some("KRS-16"), "No live picture is shown to anyone."),
    ("rtmp", Some("KRS-16"), "No live picture is shown to anyone."),
    ("notifications", Some("IVA-15"), "Say where alarms go, and whose that is: [outlets.NAME]."),
    ("mqtt", Some("IVA-15"), "Say where alarms go, and whose that is: [outlets.NAME]."),
    ("onvif", Some("KRS-19"), "No camera is turned or zoomed. Lock it in the camera; or write ptz = true, and why."),
    ("review", None, "Whatever a rule finds is an alarm; there are no others."),
];
const NO_SOUND: &str = "No sound is taken up: it is dropped before anything is decoded.";
const AUTOTRACKING: Feature = ("autotracking", Some("KRS-19"), "No camera turns after anyone, whatever the reason.");

/// How Frigate itself runs, which says nothing of what is watched.
const ITS_OWN: &[&str] = &[
    "auth",
    "best_image_timeout",
    "camera_groups",
    "database",
    "detect",
    "detectors",
    "environment_vars",
    "ffmpeg",
    "friendly_name",
    "go2rtc",
    "logger",
    "model",
    "motion",
    "networking",
    "proxy",
    "safe_mode",
    "telemetry",
    "timestamp_style",
    "tls",
    "ui",
    "version",
    "webui_url",
];
/// What is read here, and not to be named again.
const READ: &[&str] = &["cameras", "enabled", "objects", "type", "zones"];
/// What a zone can say beside its outline and its objects.
const OF_ZONES: &[&str] = &["distances", "filters", "inertia", "loitering_time", "speed_threshold"];

const BESIDE_A_ZONE: &str = "it shares a part of the picture with a zone, and a rule there would see black";
const FOR_OBJECTS: &str = "it only says where nothing stands, and people who stand elsewhere reach into it";

/// Reads a configuration.
///
/// # Errors
/// When it is no YAML, or no configuration of Frigate, with the line if there is one.
pub fn read(text: &str) -> Result<Imported, String> {
    let root: Value = serde_saphyr::from_str(text)
        .map_err(|error| format!("this is no YAML that can be read: {}", error.without_snippet()))?;
    let root = root.as_object().ok_or("this is no configuration of Frigate: it is no table of keys")?;
    let cameras = root.get("cameras").and_then(Value::as_object).filter(|cameras| !cameras.is_empty());
    let cameras = cameras.ok_or("this is no configuration of Frigate: it names no `cameras`")?;
    let time_zone = at(root, &["ui", "timezone"]).and_then(Value::as_str).map(str::to_owned);
    let mut imported = Imported { time_zone, ..Imported::default() };
    features(root, None, &mut imported.left_behind);
    for (name, value) in cameras {
        match value.as_object() {
            Some(settings) => camera(name, settings, root, &mut imported),
            None => imported.left_behind.add("cameras", Some(name), None, "It has no settings."),
        }
    }
    Ok(imported)
}

/// The value under a path of keys.
fn at<'v>(table: &'v Map<String, Value>, path: &[&str]) -> Option<&'v Value> {
    let (last, first) = path.split_last()?;
    first.iter().try_fold(table, |table, key| table.get(*key)?.as_object())?.get(*last)
}

/// Whether a table is switched off; `no` and `off` are words to newer YAML and mean the same.
fn is_off(value: Option<&Value>) -> bool {
    value.and_then(Value::as_object).is_some_and(is_off_table)
}

fn is_off_table(table: &Map<String, Value>) -> bool {
    match table.get("enabled") {
        Some(Value::Bool(on)) => !on,
        Some(Value::String(word)) => matches!(word.to_lowercase().as_str(), "no" | "off" | "false"),
        _ => false,
    }
}

/// Words of a list, or one word.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => one.split(',').map(str::trim).filter(|word| !word.is_empty()).collect(),
        _ => vec![],
    }
}

/// Says what of the site or of a camera is not taken over.
fn features(table: &Map<String, Value>, of: Option<&str>, left_behind: &mut LeftBehind) {
    for (key, requirement, why) in FEATURES {
        let value = table.get(*key).filter(|value| !value.is_null());
        if value.is_some() && !is_off(value) {
            left_behind.add(key, of, *requirement, *why);
        }
    }
    if at(table, &["onvif", "autotracking"]).is_some_and(|tracking| !is_off(Some(tracking))) {
        left_behind.add(AUTOTRACKING.0, of, AUTOTRACKING.1, AUTOTRACKING.2);
    }
    for key in table.keys().map(String::as_str) {
        if ITS_OWN.contains(&key) {
            left_behind.add(key, None, None, "It is about how Frigate runs.");
        } else if !READ.contains(&key) && !FEATURES.iter().any(|(known, ..)| *known == key) {
            left_behind.add(key, of, None, "It is not known here; look whether it matters to you.");
        }
    }
}

fn camera(name: &str, settings: &Map<String, Value>, root: &Map<String, Value>, imported: &mut Imported) {
    let left_behind = &mut imported.left_behind;
    let detect = settings.get("detect").filter(|detect| detect.get("enabled").is_some()).or(root.get("detect"));
    if is_off_table(settings) {
        left_behind.add("cameras", Some(name), Some("KRS-15"), "It is switched off, and watches nothing.");
        return;
    }
    if is_off(detect) {
        left_behind.add("cameras", Some(name), Some("KRS-15"), "It was recorded and not analysed.");
        return;
    }
    features(settings, Some(name), left_behind);
    if settings.get("type").and_then(Value::as_str) == Some("lpr") {
        let why = "Plates are read only where one pays for parking on the spot.";
        left_behind.add("type: lpr", Some(name), Some("IVA-7a"), why);
    }
    let side = |key| at(settings, &["detect", key]).or_else(|| at(root, &["detect", key])).and_then(Value::as_f64);
    let size = side("width").zip(side("height")).filter(|(width, height)| *width >= 1.0 && *height >= 1.0);
    let zones = zones(name, settings, root, size, left_behind);
    let masks = masks(name, settings, root, size, &zones, left_behind);
    let taken = imported.cameras.iter().map(|camera| camera.variable.as_str());
    let variable = unique(&address::variable(name), taken).replace('-', "_");
    let address = source(name, settings, root, left_behind);
    let turns = settings.get("onvif").is_some_and(|onvif| !onvif.is_null());
    imported.cameras.push(Camera { name: name.to_owned(), variable, address, turns, masks, zones });
}

/// The address that is analysed, fit to be shown.
fn source(
    name: &str,
    settings: &Map<String, Value>,
    root: &Map<String, Value>,
    left_behind: &mut LeftBehind,
) -> String {
    let inputs = at(settings, &["ffmpeg", "inputs"]).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let roles = |input: &Value| input.get("roles").map(words).unwrap_or_default().join(" ");
    for input in inputs {
        if roles(input).contains("audio") {
            left_behind.add("audio", Some(name), Some("KRS-8"), NO_SOUND);
        }
    }
    let detecting = inputs.iter().find(|input| roles(input).contains("detect")).or(inputs.first());
    let Some(path) = detecting.and_then(|input| input.get("path")).and_then(Value::as_str) else {
        left_behind.add("ffmpeg.inputs", Some(name), None, "It names no address.");
        return "the address of the camera: rtsp://USER:PASSWORD@HOST/PATH".to_owned();
    };
    let path = behind_restream(path, root).unwrap_or(path);
    let shown = address::shown(path.split('#').next().unwrap_or(path).trim_start_matches("ffmpeg:"));
    if shown.starts_with("rtsp://") || shown.starts_with("http://") {
        return shown;
    }
    format!("an rtsp:// address of the camera, in place of {shown}")
}

/// What Frigate's own restream of a stream of that name comes from, so that it works without Frigate.
fn behind_restream<'v>(path: &str, root: &'v Map<String, Value>) -> Option<&'v str> {
    let rest = path.strip_prefix("rtsp://")?;
    let (host, name) = rest.split_once('/')?;
    let is_here = ["127.0.0.1:8554", "localhost:8554"].iter().any(|here| host.ends_with(here));
    let stream = at(root, &["go2rtc", "streams", name.split('?').next().unwrap_or(name)]).filter(|_| is_here)?;
    let sources = match stream {
        Value::String(one) => vec![one.as_str()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    sources.into_iter().find(|source| source.contains("://"))
}

fn zones(
    camera: &str,
    settings: &Map<String, Value>,
    root: &Map<String, Value>,
    size: Size,
    left_behind: &mut LeftBehind,
) -> Vec<Zone> {
    let tracked = at(settings, &["objects", "track"]).or_else(|| at(root, &["objects", "track"]));
    let tracked = tracked.map_or_else(|| vec!["person"], words);
    let mut zones = vec![];
    let entries = settings.get("zones").and_then(Value::as_object);
    for (name, value) in entries.into_iter().flatten() {
        let of = format!("{camera}/{name}");
        if is_off(Some(value)) {
            left_behind.add("zones", Some(&of), None, "It is switched off.");
            continue;
        }
        for key in OF_ZONES.iter().filter(|key| value.get(**key).is_some()) {
            left_behind.add(key, Some(&of), None, "A rule asks whether someone stands in the zone, and nothing else.");
        }
        let points = match shape::read(value.get("coordinates").unwrap_or(&Value::Null), size) {
            Ok(points) => points,
            Err(why) => {
                left_behind.add("zones", Some(&of), Some("KRS-17"), format!("No rule can look at it: {why}."));
                continue;
            }
        };
        let wanted = value.get("objects").map(words).filter(|words| !words.is_empty());
        let wanted = wanted.map_or_else(|| tracked.clone(), |zone| tracked_of(zone, &tracked));
        let objects = objects(&wanted, &of, left_behind);
        if objects.is_empty() {
            let why = "Nothing that Vokter sees was looked for there, so that no rule looks at it.";
            left_behind.add("zones", Some(&of), None, why);
        }
        zones.push(Zone { outline: Outline { name: name.clone(), points, withheld: None }, objects });
    }
    if zones.is_empty() {
        let why = "It has no zone, which meant the whole picture. A rule needs a zone around what is protected: draw \
                   one.";
        left_behind.add("objects", Some(camera), Some("KRS-17"), why);
        objects(&tracked, camera, left_behind);
    }
    if at(settings, &["objects", "filters"]).or_else(|| at(root, &["objects", "filters"])).is_some() {
        let why = "Sizes and scores of objects are a matter of the model.";
        left_behind.add("objects.filters", None, None, why);
    }
    zones
}

/// What of a zone's objects is tracked at all.
fn tracked_of<'v>(zone: Vec<&'v str>, tracked: &[&str]) -> Vec<&'v str> {
    zone.into_iter().filter(|word| tracked.contains(word)).collect()
}

/// The classes that exist here, in their order.
fn objects(words: &[&str], of: &str, left_behind: &mut LeftBehind) -> Vec<ObjectClass> {
    let known = |word: &str| ObjectClass::from_name(word).filter(|class| *class != ObjectClass::Plate);
    for word in words.iter().filter(|word| known(word).is_none()) {
        let (requirement, why) = match *word {
            "license_plate" | "plate" => (Some("IVA-7a"), "Plates are read only where one pays for parking."),
            "face" => (Some("IVA-5"), "Nobody is recognised, and nothing about a person can be asked."),
            _ => (None, "Vokter sees people and vehicles: person, bicycle, car, motorcycle, bus, truck."),
        };
        left_behind.add(word, Some(of), requirement, why);
    }
    ObjectClass::ALL.into_iter().filter(|class| words.iter().any(|word| known(word) == Some(*class))).collect()
}

/// The masks of motion, and those of objects, which are written as comments.
fn masks(
    camera: &str,
    settings: &Map<String, Value>,
    root: &Map<String, Value>,
    size: Size,
    zones: &[Zone],
    left_behind: &mut LeftBehind,
) -> Vec<Outline> {
    let either = |path: &[&str]| at(settings, path).or_else(|| at(root, path));
    let filters = either(&["objects", "filters"]).and_then(Value::as_object);
    let of_classes = filters.into_iter().flatten().filter_map(|(_, filter)| filter.get("mask"));
    let of_objects: Vec<_> = either(&["objects", "mask"]).into_iter().chain(of_classes).flat_map(outlines).collect();
    let of_motion = either(&["motion", "mask"]).into_iter().flat_map(outlines).map(|mask| (mask, None));
    let mut masks: Vec<Outline> = vec![];
    for (value, reason) in of_motion.chain(of_objects.into_iter().map(|mask| (mask, Some(FOR_OBJECTS)))) {
        match shape::read(value, size) {
            Ok(points) => {
                let blinds = zones.iter().any(|zone| shape::overlap(&zone.outline.points, &points));
                let withheld = reason.or(blinds.then_some(BESIDE_A_ZONE));
                if let Some(why) = withheld {
                    let why = format!("Written as a comment: {why}. A mask here is black to everything, always.");
                    left_behind.add("mask", Some(camera), Some("KRS-17"), why);
                }
                let name = format!("mask-{}", masks.len() + 1);
                masks.push(Outline { name, points, withheld });
            }
            Err(why) => left_behind.add("mask", Some(camera), Some("KRS-17"), format!("It cannot be drawn: {why}.")),
        }
    }
    masks
}

/// The outlines of a mask: one, a list, or by name.
fn outlines(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(named) => {
            let on = named.values().filter(|mask| !is_off(Some(mask)));
            on.map(|mask| mask.get("coordinates").unwrap_or(mask)).collect()
        }
        Value::Null => vec![],
        // An empty text is how a mask is taken away.
        Value::String(text) if text.trim().is_empty() => vec![],
        one => vec![one],
    }
}
