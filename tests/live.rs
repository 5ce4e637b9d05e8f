//! Live cameras that behave, and that misbehave in every way cameras do. Nothing else stops, and what happened is said.

use crate::decoder::decoder_of;
use crate::support::engine::{Manner, Running, site};
use crate::support::rtsp_server::{self, RtspServer};
use crate::support::site::active;
use crate::support::{data, short_annex_b, short_annex_b_larger, short_h264};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use vokter_pipeline::{Metric, State};
use vokter_rules::policy::Source;

const NORMAL: rtsp_server::Manner = rtsp_server::Manner { frames_per_second: 25.0, login: None };

fn lost(running: &Running, index: usize) -> Option<String> {
    match running.camera(index).state() {
        State::Lost(cause) => Some(cause),
        _ => None,
    }
}

#[test]
fn four_cameras_go_on_whatever_happens_to_one() {
    let Some(data) = data() else { return };
    let (stream, larger) = (short_annex_b(&data), short_annex_b_larger(&data));
    let servers: Vec<_> = (0..4).map(|_| RtspServer::start(&stream, NORMAL)).collect();
    let cameras: Vec<_> = servers
        .iter()
        .enumerate()
        .map(|(n, server)| (format!("cam{n}"), format!("source = \"{}\"", server.url())))
        .collect();
    let cameras: Vec<_> = cameras.iter().map(|(name, source)| (name.as_str(), source.clone())).collect();
    let running = Running::start(&site(&cameras), Manner { gate: true, ..Manner::default() });
    let mut servers: Vec<_> = servers.into_iter().map(Some).collect();
    let well = |index: usize| {
        for camera in (0..4).filter(|camera| *camera != index) {
            running.wait_for_frames(camera, 10, 20);
        }
    };
    (0..4).for_each(|camera| running.wait_for_frames(camera, 20, 30));

    // Killed, and started again.
    let address = servers[0].take().unwrap().address();
    running.wait_for("camera 0 to be lost", 10, |running| lost(running, 0).is_some());
    well(0);
    servers[0] = Some(RtspServer::start_at(address, &stream, NORMAL));
    running.wait_for_frames(0, 20, 40);

    // Frozen: connections stay open, and nothing comes.
    let disconnects = running.count(1, Metric::Disconnects);
    servers[1].as_ref().unwrap().freeze(true);
    running.wait_for("camera 1 to be found frozen", 20, |running| lost(running, 1).is_some());
    assert_eq!(lost(&running, 1).as_deref(), Some("no picture for 4 s"));
    well(1);
    servers[1].as_ref().unwrap().freeze(false);
    running.wait_for_frames(1, 20, 40);
    assert!(running.count(1, Metric::Disconnects) > disconnects);

    // Garbage in the place of a packet, another size in mid-stream, a decoder killed.
    servers[2].as_ref().unwrap().send_garbage();
    running.wait_for_frames(2, 40, 40);
    servers[3].as_ref().unwrap().switch(&larger);
    running.wait_for_frames(3, 100, 40);
    assert_eq!(running.count(3, Metric::DecoderRestarts), 0, "another size needs no new decoder");
    // SAFETY: the process is a decoder of this engine.
    unsafe { libc::kill(decoder_of("cam3"), libc::SIGKILL) };
    running.wait_for("the decoder to be replaced", 20, |running| running.count(3, Metric::DecoderRestarts) == 1);
    running.wait_for_frames(3, 20, 20);
    assert_eq!(running.count(3, Metric::Disconnects), 0, "the connection does not notice");
    well(3);

    let (cameras, alarms) = running.stop();
    assert!(alarms.iter().all(|alarm| !alarm.event.commissioning()), "live events are no commissioning");
    let seen: std::collections::HashSet<_> = alarms.iter().map(|alarm| alarm.event.camera().to_owned()).collect();
    assert_eq!(seen.len(), 4, "{seen:?}");
    for camera in cameras {
        let count = |metric| camera.count(metric);
        let out = count(Metric::FramesAnalysed) + count(Metric::FramesGated) + count(Metric::FramesShed);
        assert_eq!(count(Metric::FramesDecoded), out, "every frame is accounted for");
    }
}

#[test]
fn a_wrong_password_is_said_and_a_right_one_works() {
    let Some(data) = data() else { return };
    let login = Some(("operator".to_owned(), "s:cret@1".to_owned()));
    let server = RtspServer::start(&short_annex_b(&data), rtsp_server::Manner { login, ..NORMAL });
    let url = |login: &str| Source::Rtsp(format!("rtsp://{login}@{}/stream", server.address()));
    let cameras = ["right", "wrong"].map(|name| (name, "source = { env = \"URL\" }".to_owned()));
    let sources = vec![url("operator:s%3Acret%401"), url("operator:guess")];
    let running = Running::start_with(&active(&site(&cameras)), sources, Manner::default());
    running.wait_for_frames(0, 10, 20);
    running.wait_for("the refusal", 20, |running| lost(running, 1).is_some());
    let cause = lost(&running, 1).unwrap_or_default();
    assert_eq!(cause, "the camera refuses the user name or password");
    running.stop();
}

#[test]
fn a_slow_camera_is_no_lost_camera() {
    let Some(data) = data() else { return };
    let server = RtspServer::start(&short_annex_b(&data), rtsp_server::Manner { frames_per_second: 0.5, login: None });
    let source = format!("source = \"{}\"", server.url());
    let running = Running::start(&site(&[("slow", source)]), Manner::default());
    running.wait_for_frames(0, 3, 30);
    assert_eq!(running.count(0, Metric::Disconnects), 0);
    running.stop();
}

#[test]
fn inv_11_a_camera_that_is_too_fast_is_shed_and_counted() {
    let Some(data) = data() else { return };
    let server = RtspServer::start(&short_annex_b(&data), rtsp_server::Manner { frames_per_second: 1e6, login: None });
    let source = format!("source = \"{}\"", server.url());
    let running = Running::start(&site(&[("fast", source)]), Manner::default());
    running.wait_for("frames to be shed", 30, |running| running.count(0, Metric::FramesShed) > 100);
    running.wait_for("frames to be analysed", 30, |running| running.count(0, Metric::FramesAnalysed) > 20);
    running.stop();
}

#[test]
fn inv_3_a_live_camera_outside_its_schedule_is_not_decoded() {
    let Some(data) = data() else { return };
    let server = RtspServer::start(&short_annex_b(&data), NORMAL);
    let source = format!("source = \"{}\"", server.url());
    // Open for one minute, half a day from now.
    let zone = jiff::tz::TimeZone::get("Europe/Oslo").unwrap();
    let then = jiff::Timestamp::now().to_zoned(zone).time().wrapping_add(jiff::ToSpan::hours(12));
    let (from, to) =
        (then.strftime("%H:%M").to_string(), then.wrapping_add(jiff::ToSpan::minutes(1)).strftime("%H:%M"));
    let window = format!("schedule = [{{ from = \"{from}\", to = \"{to}\" }}]");
    let text = site(&[("closed", source)]).replace("schedule = \"always\"\nbecause = \"a test\"", &window);
    let running = Running::start(&text, Manner::default());
    running.wait_for("packets", 20, |running| running.count(0, Metric::PacketsOutsideSchedule) > 30);
    assert_eq!(running.camera(0).state(), State::OutsideSchedule);
    let (cameras, _) = running.stop();
    assert_eq!(cameras[0].count(Metric::FramesDecoded), 0);
}

/// Serves pictures as motion JPEG; the first client is cut off after a few, the second gets `text/html`.
fn motion_jpeg_server(pictures: Vec<Vec<u8>>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/video", listener.local_addr().unwrap());
    let clients = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&clients);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(mut client) = client else { continue };
            let (number, pictures) = (counted.fetch_add(1, Ordering::Relaxed), pictures.clone());
            std::thread::spawn(move || -> std::io::Result<()> {
                let _ = client.read(&mut [0; 4096])?;
                if number == 1 {
                    return client.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nno video");
                }
                client
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cut\r\n\r\n")?;
                let some = if number == 0 { 12 } else { usize::MAX };
                for picture in pictures.iter().cycle().take(some) {
                    write!(client, "--cut\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len())?;
                    client.write_all(picture)?;
                    client.write_all(b"\r\n")?;
                    std::thread::sleep(std::time::Duration::from_millis(40));
                }
                Ok(())
            });
        }
    });
    (url, clients)
}

#[test]
fn motion_jpeg_over_http_is_read_lost_and_read_again() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(short_h264(&data)).args(["-q:v", "3"]);
    assert!(command.arg(folder.path().join("%03d.jpg")).status().unwrap().success());
    let (url, clients) = motion_jpeg_server(pictures(folder.path()));
    let running = Running::start(&site(&[("jpeg", format!("source = \"{url}\""))]), Manner::default());
    running.wait_for("the third connection", 30, |_| clients.load(Ordering::Relaxed) >= 3);
    running.wait_for_frames(0, 60, 30);
    assert!(running.count(0, Metric::Disconnects) >= 2);
    let (_, alarms) = running.stop();
    assert!(!alarms.is_empty());
}

fn pictures(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn inv_3_a_purpose_whose_gates_are_open_watches_no_live_camera() {
    let Some(data) = data() else { return };
    let server = RtspServer::start(&short_annex_b(&data), NORMAL);
    let text = site(&[("unsigned", format!("source = \"{}\"", server.url()))]);
    let pending = vokter_rules::policy::compile(&text).policy.unwrap();
    let (_, documents) = crate::support::site::signed(&text);
    let mut unsigned = pending.clone();
    unsigned.activate(jiff::Timestamp::now(), &documents);
    // Neither one that was never activated nor one whose records nobody signed.
    for policy in [pending, unsigned] {
        let sources = policy.cameras().iter().map(|camera| camera.source.clone()).collect();
        let running = Running::start_with(&policy, sources, Manner::default());
        std::thread::sleep(std::time::Duration::from_secs(1));
        assert_eq!(running.camera(0).state(), State::OutsideSchedule);
        let (cameras, alarms) = running.stop();
        assert_eq!((cameras[0].count(Metric::FramesDecoded), alarms.len()), (0, 0));
    }
}
