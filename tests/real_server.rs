//! The engine against a server that is not ours: `gstreamer-rtsp-server`, with every codec.

use crate::support::engine::{Manner, Running, site};
use crate::support::{data, made, short_h264};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use vokter_pipeline::{Metric, State};

/// Serves pipelines, one a path; prints its port once it listens.
const SERVER: &str = r#"
import sys, gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer, GLib
Gst.init(None)
server = GstRtspServer.RTSPServer(); server.set_service("0"); server.set_address("127.0.0.1")
for number, launch in enumerate(sys.argv[1:]):
    factory = GstRtspServer.RTSPMediaFactory(); factory.set_launch("( " + launch + " )"); factory.set_shared(True)
    server.get_mount_points().add_factory(f"/{number}", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"#;

struct Server(Child, u16);

impl Server {
    fn start(launches: &[String]) -> Option<Self> {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", SERVER]).args(launches).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
        match line.trim().parse() {
            Ok(port) => Some(Self(child, port)),
            Err(_) => {
                let _ = child.wait();
                None
            }
        }
    }

    fn signal(&self, signal: i32) {
        // SAFETY: the process is our child.
        unsafe { libc::kill(self.0.id() as i32, signal) };
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn every_codec_comes_from_a_real_server_which_freezes_and_thaws() {
    let Some(data) = data() else { return };
    let short = short_h264(&data).display().to_string();
    let hevc = made("short-hevc.mp4", &["-i", &short, "-c:v", "libx265", "-x265-params", "log-level=none"]);
    let from = |path: &str, rest: &str| format!("filesrc location={path} ! qtdemux ! {rest} name=pay0 pt=96");
    let launches = [
        from(&short, "h264parse config-interval=-1 ! rtph264pay"),
        from(&hevc.display().to_string(), "h265parse config-interval=-1 ! rtph265pay"),
        "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=15/1 ! jpegenc ! rtpjpegpay name=pay0 pt=26"
            .to_owned(),
        // INV-10: sound beside the pictures, which is never set up.
        "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=15/1 ! jpegenc ! \
         rtpjpegpay name=pay0 pt=26 audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8"
            .to_owned(),
    ];
    let Some(server) = Server::start(&launches) else {
        println!("skipped: gstreamer-rtsp-server is not installed (make setup installs it)");
        return;
    };
    let names = ["h264", "h265", "jpeg", "sound"];
    let camera = |(n, name): (usize, &'static str)| (name, format!("source = \"rtsp://127.0.0.1:{}/{n}\"", server.1));
    let cameras: Vec<_> = names.into_iter().enumerate().map(camera).collect();
    let running = Running::start(&site(&cameras), Manner { gate: true, ..Manner::default() });
    // A file ends after forty frames, is asked for again, and begins anew.
    for index in 0..4 {
        running.wait_for_frames(index, 60, 60);
    }
    assert!(running.count(0, Metric::Disconnects) >= 1 && running.count(2, Metric::Disconnects) == 0);

    server.signal(libc::SIGSTOP);
    running.wait_for("every camera to be found frozen", 30, |running| {
        (0..4).all(|index| matches!(running.camera(index).state(), State::Lost(_)))
    });
    server.signal(libc::SIGCONT);
    running.wait_for_frames(2, 20, 40);
    running.stop();
}
