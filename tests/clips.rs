//! The engine on recorded files: right events, nothing lost, masks, schedules.

use crate::support::engine::{Manner, Running, site};
use crate::support::site::{HEAD, WEIGHED};
use crate::support::{data, made, room, short_h264};
use jiff::Timestamp;
use std::path::Path;
use vokter_pipeline::{Alarm, Metric, State};

/// What a person saw who looked at `one-by-one-person-detection.mp4` frame by frame (frames count from 0, 10 a
/// second): six people, one after another, come from the lower edge, stand at the table, and leave to the right.
/// The frame in which each one's foot point (bottom centre of the box round what is visible) first lies within
/// (0.40,0.70)-(0.76,0.97), and the one in which it has passed x = 0.78.
const SEEN: [(u32, u32); 6] = [(74, 190), (242, 440), (520, 690), (762, 859), (940, 1189), (1254, 1349)];

fn room_site(clip: &Path) -> String {
    format!(
        r#"
        {HEAD}
        [cameras.room]
        place = "here"
        source = {{ file = "{}", starts_at = "2026-11-20T20:00:00Z" }}
        masks.screen = [[0.0, 0.0], [0.14, 0.0], [0.14, 0.40], [0.0, 0.40]]
        zones.table = [[0.40, 0.70], [0.76, 0.70], [0.76, 0.97], [0.40, 0.97]]
        lines.exit = [[0.78, 0.55], [0.78, 1.0]]
        [purposes.watch]
        {WEIGHED}
        schedule = [{{ from = "18:00", to = "06:00" }}]
        [purposes.watch.rules.table]
        rule = "zone-intrusion"
        camera = "room"
        zone = "table"
        objects = "person"
        [purposes.watch.rules.exit]
        rule = "line-crossing"
        camera = "room"
        line = "exit"
        objects = "person"
        "#,
        clip.display()
    )
}

fn seconds(alarm: &Alarm) -> f64 {
    let begun: Timestamp = "2026-11-20T20:00:00Z".parse().unwrap();
    alarm.event.time().duration_since(begun).as_secs_f64()
}

/// Entries are reported after the object has stood inside for 0.3 s, and a detector that does not see a leg cut off by
/// the picture's edge sees a person stand a little earlier.
fn assert_as_seen(alarms: &[Alarm]) {
    let of = |kind: &str| alarms.iter().filter(|alarm| alarm.event.kind() == kind).collect::<Vec<_>>();
    let (entries, crossings) = (of("zone-intrusion"), of("line-crossing"));
    assert_eq!((entries.len(), crossings.len()), (SEEN.len(), SEEN.len()), "{alarms:#?}");
    for ((entry, crossing), (entered, crossed)) in entries.iter().zip(&crossings).zip(SEEN) {
        let (entered, crossed) = (f64::from(entered) / 10.0, f64::from(crossed) / 10.0);
        assert!((-0.5..=0.7).contains(&(seconds(entry) - entered)), "entry {} {entered}", seconds(entry));
        assert!((-0.3..=0.4).contains(&(seconds(crossing) - crossed)), "exit {} {crossed}", seconds(crossing));
        assert_eq!(crossing.event.direction(), Some("right"));
        assert!(entry.event.commissioning() && crossing.event.commissioning(), "a file is commissioning (INV-9)");
    }
}

#[test]
fn the_events_are_those_that_a_person_saw_with_and_without_the_gate() {
    let Some(data) = data() else { return };
    for gate in [false, true] {
        let manner = Manner { gate, sessions: 2, stills: !gate };
        let (cameras, alarms) = Running::start(&room_site(&room(&data)), manner).finish();
        assert_as_seen(&alarms);
        let count = |metric| cameras[0].count(metric);
        assert_eq!(count(Metric::FramesDecoded), 1394, "a file loses no frame");
        assert_eq!(count(Metric::FramesAnalysed) + count(Metric::FramesGated), 1394);
        assert_eq!((count(Metric::FramesShed), cameras[0].state()), (0, State::Ended));
        assert_eq!(gate, count(Metric::FramesGated) > 0, "the room is empty at times");
        for alarm in &alarms {
            assert_eq!(alarm.still.is_some(), !gate);
            alarm.still.iter().for_each(|still| assert_masked(still));
        }
    }
}

/// INV-2: the mask of the room is black in the alarm picture.
fn assert_masked(still: &[u8]) {
    let picture = image::load_from_memory(still).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (768, 432));
    // A JPEG block may ring at the mask's edge.
    for (_, _, pixel) in picture.enumerate_pixels().filter(|(x, y, _)| *x < 96 && *y < 160) {
        assert!(pixel.0.iter().all(|level| *level < 6), "{pixel:?}");
    }
}

#[test]
fn every_container_and_codec_gives_every_frame() {
    let Some(data) = data() else { return };
    let short = short_h264(&data).display().to_string();
    let with_audio = ["-i", &short, "-f", "lavfi", "-i", "sine=f=300:d=4", "-c:v", "copy", "-c:a", "aac"];
    let files = [
        made("short.mkv", &["-i", &short, "-c", "copy"]),
        made("short-hevc.mp4", &["-i", &short, "-c:v", "libx265", "-x265-params", "log-level=none"]),
        made("short-bframes.mp4", &["-i", &short, "-c:v", "libx264", "-bf", "3", "-g", "20"]),
        made("short-mjpeg.mkv", &["-i", &short, "-c:v", "mjpeg", "-q:v", "4"]),
        // INV-10: a file with sound gives the same pictures, and nothing else.
        made("short-audio.mp4", &with_audio),
    ];
    let cameras: Vec<_> = files.iter().enumerate().map(|(n, file)| (format!("c{n}"), file)).collect();
    let text: Vec<_> =
        cameras.iter().map(|(name, file)| (name.as_str(), format!("source = \"{}\"", file.display()))).collect();
    let (cameras, alarms) = Running::start(&site(&text), Manner::default()).finish();
    for (camera, file) in cameras.iter().zip(&files) {
        assert_eq!(camera.state(), State::Ended, "{}", file.display());
        assert_eq!(camera.count(Metric::FramesAnalysed), 40, "{}", file.display());
        assert_eq!(camera.count(Metric::PacketsDamaged), 0, "{}", file.display());
    }
    let seen: std::collections::HashSet<_> = alarms.iter().map(|alarm| alarm.event.camera()).collect();
    assert_eq!(seen.len(), files.len(), "the person is seen in every one");
}

#[test]
fn a_folder_of_pictures_is_a_source() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let pattern = folder.path().join("%03d.jpg").display().to_string();
    let short = short_h264(&data);
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(&short).args(["-q:v", "3", &pattern]);
    assert!(command.status().unwrap().success());
    let source = format!("source = {{ file = \"{}\", frames_per_second = 10 }}", folder.path().display());
    let (cameras, alarms) = Running::start(&site(&[("folder", source)]), Manner::default()).finish();
    assert_eq!((cameras[0].state(), cameras[0].count(Metric::FramesAnalysed)), (State::Ended, 40));
    assert!(!alarms.is_empty());
}

#[test]
fn inv_3_outside_the_schedule_nothing_is_decoded() {
    let Some(data) = data() else { return };
    // Open from 21:00 to 21:01 local time; the clip begins a minute earlier and lasts 139 s, 600 frames of it inside.
    let text = room_site(&room(&data)).replace("20:00:00Z", "20:59:00+01:00").replace("18:00", "21:00");
    let (cameras, alarms) = Running::start(&text.replace("06:00", "21:01"), Manner::default()).finish();
    assert_eq!(cameras[0].count(Metric::FramesDecoded), cameras[0].count(Metric::FramesAnalysed));
    let decoded = cameras[0].count(Metric::FramesDecoded);
    // Decoding begins with the first key frame inside.
    assert!((300..=600).contains(&decoded), "{decoded}");
    let begun: Timestamp = "2026-11-20T21:00:00+01:00".parse().unwrap();
    for alarm in alarms {
        let since = alarm.event.time().duration_since(begun).as_secs_f64();
        assert!((0.0..60.0).contains(&since), "{since}");
    }
}

/// What a person saw of `car-detection.mp4` (12.5 frames a second): the frames between which each car is in the
/// picture, and which way it goes.
const CARS: [(u32, u32, &str); 4] = [(54, 107, "up"), (181, 228, "down"), (187, 238, "up"), (315, 347, "down")];

#[test]
fn our_own_detector_counts_what_a_person_counted() {
    let Some(data) = data() else { return };
    let (_, alarms) = Running::start_with_own_model(&room_site(&room(&data)), Manner::default()).finish();
    for kind in ["zone-intrusion", "line-crossing"] {
        assert_eq!(alarms.iter().filter(|alarm| alarm.event.kind() == kind).count(), SEEN.len(), "{kind}: {alarms:#?}");
    }

    let text = room_site(&data.join("clips/car-detection.mp4"))
        .replace("lines.exit = [[0.78, 0.55], [0.78, 1.0]]", "lines.exit = [[0.0, 0.5], [1.0, 0.5]]")
        .replace("masks.screen = [[0.0, 0.0], [0.14, 0.0], [0.14, 0.40], [0.0, 0.40]]", "")
        .replace("objects = \"person\"", "objects = [\"car\", \"truck\", \"bus\"]");
    let (_, alarms) = Running::start_with_own_model(&text, Manner::default()).finish();
    let crossings: Vec<_> = alarms.iter().filter(|alarm| alarm.event.kind() == "line-crossing").collect();
    assert_eq!(crossings.len(), CARS.len(), "{crossings:#?}");
    for (crossing, (from, to, direction)) in crossings.iter().zip(CARS) {
        let frame = seconds(crossing) * 12.5;
        assert!((f64::from(from)..=f64::from(to)).contains(&frame), "{frame}");
        assert_eq!(crossing.event.direction(), Some(direction));
    }
}
