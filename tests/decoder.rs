//! The decoder process: what it may not do, and what its death costs.

use crate::support::engine::{Manner, Running, site};
use crate::support::{DECODER, data, room};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use vokter_frames::wire::Job;
use vokter_pipeline::ingest::worker::{Next, Worker};
use vokter_pipeline::{Metric, State};

/// Names what this test's own program is to attempt when it is started again by the test.
const ATTEMPT: &str = "VOKTER_TEST_ATTEMPT";

#[test]
fn a_decoder_that_is_taken_over_dies_by_sigsys() {
    if let Ok(attempt) = std::env::var(ATTEMPT) {
        vokter_decoder::sandbox::enter().unwrap();
        match attempt.as_str() {
            "nothing" => {}
            "open a file" => drop(std::fs::File::open("/etc/passwd")),
            "start a program" => drop(Command::new("/bin/true").status()),
            "connect" => drop(std::net::TcpStream::connect("127.0.0.1:9")),
            "listen" => drop(std::net::UdpSocket::bind("127.0.0.1:0")),
            "signal another process" => {
                // SAFETY: signal 0 reaches nobody.
                unsafe { libc::kill(libc::getppid(), 0) };
            }
            "executable memory" => {
                let (protection, kind) =
                    (libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
                // SAFETY: a new mapping that replaces none.
                unsafe { libc::mmap(std::ptr::null_mut(), 4096, protection, kind, -1, 0) };
            }
            other => panic!("{other}"),
        }
        // SAFETY: ends the process without the test harness's own system calls.
        unsafe { libc::_exit(7) }
    }
    let attempts =
        ["open a file", "start a program", "connect", "listen", "signal another process", "executable memory"];
    let ended = |attempt: &str| {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "decoder::a_decoder_that_is_taken_over_dies_by_sigsys", "--test-threads=1"]);
        again.env(ATTEMPT, attempt).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        again.status().unwrap()
    };
    assert_eq!(ended("nothing").code(), Some(7), "the sandbox itself lets the process live");
    for attempt in attempts {
        assert_eq!(ended(attempt).signal(), Some(libc::SIGSYS), "{attempt}");
    }
}

#[test]
fn a_killed_decoder_of_a_file_costs_no_frame() {
    let Some(data) = data() else { return };
    let source = format!("source = \"{}\"", room(&data).display());
    let running = Running::start(&site(&[("killed", source)]), Manner::default());
    for _ in 0..3 {
        running.wait_for_frames(0, 60, 60);
        let decoder = decoder_of("killed");
        // SAFETY: the process is a decoder of this engine.
        unsafe { libc::kill(decoder, libc::SIGKILL) };
    }
    let (cameras, _) = running.finish();
    assert_eq!(cameras[0].state(), State::Ended);
    assert!(cameras[0].count(Metric::DecoderRestarts) >= 1);
    assert_eq!(cameras[0].count(Metric::FramesAnalysed), 1394);
}

/// The decoder that the camera's thread has started; the thread has the camera's name.
pub fn decoder_of(camera: &str) -> i32 {
    for _ in 0..200 {
        for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
            let read = |name| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
            if read("comm").trim() == camera
                && let Some(child) = read("children").split_whitespace().next()
            {
                return child.parse().unwrap();
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("camera {camera} has no decoder")
}

#[test]
fn a_decoder_gives_each_slot_back_and_works_with_few() {
    let Some(data) = data() else { return };
    let file = std::fs::File::open(room(&data)).unwrap();
    let job = Job::whole_file(2);
    let mut worker = Worker::start(Path::new(DECODER), &job, Some(&file)).unwrap();
    let (mut frames, mut held) = (0, None);
    loop {
        match worker.receive().unwrap() {
            Next::Picture(frame, _) => {
                frames += 1;
                held = Some(frame);
            }
            Next::End => break,
            Next::Damaged | Next::Skipping => panic!("the clip is whole"),
            Next::Quiet => {}
        }
    }
    assert_eq!((frames, held.is_some()), (1394, true));
}

#[test]
fn a_decoder_started_by_hand_says_what_it_is() {
    let output = Command::new(DECODER).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("started by vokter"));
}
