//! The synthetic camera: the same pictures for the same seed, a truth that agrees with the pictures, and the same
//! engine behind `scene:`, an encoded file and RTSP.

use crate::support::engine::{Manner, Running};
use crate::support::rtsp_server::{self, RtspServer};
use crate::support::site::{HEAD, WEIGHED};
use crate::support::{SCENE, VOKTER, made};
use std::path::{Path, PathBuf};
use std::process::Command;
use vokter_pipeline::Alarm;
use vokter_scenes::{Canvas, Film, Scenario, Seen, What};

const WALK: &str = include_str!("scenes/walk.toml");

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes/walk.toml")
}

fn walk() -> Film {
    Film::new(Scenario::from_toml(WALK).unwrap())
}

/// Every frame of a film with its time and what is in it.
fn frames(mut film: Film) -> Vec<(i64, Canvas, Vec<Seen>)> {
    let (width, height) = film.scenario().size;
    let mut all = Vec::new();
    while let Some(time) = film.next_time() {
        let (mut canvas, mut seen) = (Canvas::new(width, height), Vec::new());
        film.next_into(&mut canvas, &mut seen);
        all.push((time, canvas, seen));
    }
    all
}

/// The site around that source: everybody and every car who crosses the middle.
fn site(source: &str) -> String {
    let film = walk();
    let shapes = film.scenario().shapes_in_picture(film.view());
    let (_, line) = shapes.iter().find(|(name, _)| name == "middle").unwrap();
    format!(
        "{HEAD}[cameras.walk]\nplace = \"here\"\nsource = {source}\n\
         lines.middle = [[{}, {}], [{}, {}]]\n[purposes.test]\nschedule = \"always\"\n\
         because = \"a test\"\n{WEIGHED}[purposes.test.rules.across]\nrule = \"line-crossing\"\ncamera = \"walk\"\n\
         line = \"middle\"\nobjects = [\"person\", \"car\", \"bus\", \"truck\"]\n",
        line[0].x, line[0].y, line[1].x, line[1].y
    )
}

fn directions(alarms: &[Alarm]) -> Vec<(&'static str, &'static str)> {
    alarms.iter().map(|alarm| (alarm.event.class().name(), alarm.event.direction().unwrap())).collect()
}

#[test]
fn the_same_seed_gives_the_same_pictures_and_another_seed_others() {
    let digest = |film: Film| frames(film).into_iter().map(|(time, canvas, _)| (time, canvas.y)).collect::<Vec<_>>();
    let (once, again) = (digest(walk()), digest(walk()));
    assert_eq!(once.len(), 188);
    assert!(once == again);
    let other = Scenario::from_toml(&WALK.replace("seed = 5", "seed = 6")).unwrap();
    assert!(once != digest(Film::new(other)));
}

#[test]
fn a_skipped_frame_changes_nothing_about_the_next() {
    let mut film = walk();
    let (mut canvas, mut seen) = (Canvas::new(640, 360), Vec::new());
    for _ in 0..40 {
        film.next_time();
        film.skip();
    }
    film.next_time();
    film.next_into(&mut canvas, &mut seen);
    assert!(canvas.y == frames(walk())[40].1.y);
}

#[test]
fn boxes_move_with_what_is_in_the_picture_and_stand_where_its_feet_are() {
    for (_, canvas, seen) in frames(walk()) {
        for seen in seen {
            let [left, top, right, bottom] = seen.region;
            assert!(left < right && top < bottom && right <= 640.0 && bottom <= 360.0, "{seen:?}");
            if seen.visible > 0.99 {
                assert!(seen.foot.x > left - 12.0 && seen.foot.x < right + 12.0, "{seen:?}");
            }
            if seen.class == "person" && seen.visible > 0.99 {
                assert!((seen.foot.y - bottom).abs() < 12.0, "{seen:?}");
            }
        }
        assert!(canvas.y.iter().any(|y| *y > 60));
    }
}

#[test]
fn the_truth_of_a_line_agrees_with_the_feet_in_the_pictures() {
    let film = walk();
    let (_, line) = film.scenario().shapes_in_picture(film.view()).into_iter().find(|s| s.0 == "middle").unwrap();
    let side = |seen: &Seen| {
        let at = glam::Vec2::new(seen.foot.x / 640.0, seen.foot.y / 360.0);
        (line[1] - line[0]).perp_dot(at - line[0]) > 0.0
    };
    let mut last: Vec<(u32, bool)> = Vec::new();
    let mut crossed = Vec::new();
    for (time, _, seen) in frames(walk()) {
        for seen in seen {
            let now = side(&seen);
            match last.iter_mut().find(|(actor, _)| *actor == seen.actor) {
                Some((actor, before)) => {
                    if *before != now {
                        crossed.push((*actor, time));
                    }
                    *before = now;
                }
                None => last.push((seen.actor, now)),
            }
        }
    }
    let truth = film.scenario().happenings().into_iter().filter(|one| matches!(one.what, What::Crossed { .. }));
    let truth: Vec<_> = truth.map(|one| (one.actor, one.time_ns)).collect();
    assert_eq!(crossed.len(), truth.len());
    for ((actor, time), (other, when)) in crossed.iter().zip(&truth) {
        assert!(actor == other && (time - when).abs() < 100_000_000, "{crossed:?} {truth:?}");
    }
}

#[test]
fn a_scene_and_its_encoded_film_raise_the_same_alarms_at_the_same_times() {
    let scene = format!("{{ file = \"scene:{}\", starts_at = \"2026-11-20T00:00:00Z\" }}", path().display());
    let rendered = Running::start_with_own_model(&site(&scene), Manner::default()).finish().1;
    assert_eq!(directions(&rendered), [("person", "right"), ("person", "left"), ("car", "right")]);
    assert!(rendered.iter().all(|alarm| alarm.event.commissioning()), "INV-9: a scene is marked as a file is");

    let file = format!("{{ file = \"{}\", starts_at = \"2026-11-20T11:00:00Z\" }}", encoded("walk.mp4", &[]).display());
    let decoded = Running::start_with_own_model(&site(&file), Manner::default()).finish().1;
    assert_eq!(directions(&decoded), directions(&rendered));
    for (a, b) in rendered.iter().zip(&decoded).take(2) {
        assert!(a.event.time().duration_since(b.event.time()).abs().as_millis() <= 240, "{a:?} {b:?}");
    }
    // The file has no gap between the episodes; the scene keeps the time of day.
    let (scene, file) = (rendered[2].event.time(), decoded[2].event.time());
    assert!((scene.duration_since(file).as_secs() - (3 * 3600 - 9)).abs() <= 1, "{scene} {file}");
}

#[test]
fn a_scene_served_as_a_live_camera_raises_its_alarms() {
    let stream = encoded("walk.h264", &["-f", "h264"]);
    let server = RtspServer::start(&stream, rtsp_server::Manner { frames_per_second: 12.5, login: None });
    let text = site(&format!("\"{}\"", server.url()));
    let running = Running::start_with_own_model(&text, Manner { gate: true, ..Manner::default() });
    running.wait_for_frames(0, 230, 60);
    let (_, alarms) = running.stop();
    let found = directions(&alarms);
    for expected in [("person", "right"), ("person", "left"), ("car", "right")] {
        assert!(found.contains(&expected), "{found:?}");
    }
    assert!(alarms.iter().all(|alarm| !alarm.event.commissioning()));
}

#[test]
fn frames_outside_the_schedule_are_not_rendered() {
    let scene = format!("{{ file = \"scene:{}\", starts_at = \"2026-11-20T00:00:00+01:00\" }}", path().display());
    let text = site(&scene).replace(
        "schedule = \"always\"\nbecause = \"a test\"",
        "schedule = [{ days = \"mon-sun\", from = \"13:00\", to = \"18:00\" }]",
    );
    let (cameras, alarms) = Running::start_with_own_model(&text, Manner::default()).finish();
    assert_eq!(directions(&alarms), [("car", "right")]);
    assert_eq!(cameras[0].count(vokter_pipeline::Metric::FramesDecoded), 75, "the second episode alone");
}

#[test]
fn the_programs_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, WALK.replace("11:00", "eleven")).unwrap();
    let said = Command::new(SCENE).arg("truth").arg(&broken).output().unwrap();
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && text.contains("`eleven` is no time"), "{text}");

    std::fs::write(folder.path().join("site.toml"), site("{ file = \"scene:broken.toml\" }")).unwrap();
    let said = Command::new(VOKTER).arg("run").arg(folder.path().join("site.toml")).output().unwrap();
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && text.contains("it is no scenario"), "{text}");
}

#[test]
fn the_demo_finds_what_happens() {
    let out = tempfile::tempdir().unwrap();
    let demo = Command::new(VOKTER).args(["demo", "--fast", "--out"]).arg(out.path()).output().unwrap();
    let said = String::from_utf8_lossy(&demo.stdout).into_owned();
    assert!(demo.status.success(), "{said}{}", String::from_utf8_lossy(&demo.stderr));
    let alarms = std::fs::read_to_string(out.path().join("events.jsonl")).unwrap();
    assert_eq!(alarms.lines().count(), said.matches(" ALARM ").count());
    assert!(said.lines().all(|line| line.chars().count() <= 80 || line.contains(".jpg")), "{said}");
}

/// The walk as video that a camera could have coded.
fn encoded(name: &str, arguments: &[&str]) -> PathBuf {
    let raw = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tests/walk.y4m");
    std::fs::create_dir_all(raw.parent().unwrap()).unwrap();
    let film = Command::new(SCENE).arg("film").arg(path()).arg("--out").arg(&raw).status().unwrap();
    assert!(film.success());
    let raw = raw.display().to_string();
    let code =
        ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "25", "-b:v", "800k", "-pix_fmt", "yuv420p"];
    made(name, &[&["-i", &raw][..], &code[..], arguments].concat())
}
