//! Damaged and hostile input: an error with a cause, or damage that is counted; never a panic, never a hang.

use crate::support::engine::{Manner, Running, site};
use crate::support::{DECODER, data, made, short_annex_b, short_h264};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use vokter_frames::wire::{Codec, Job, PacketHeader};
use vokter_pipeline::State;
use vokter_pipeline::ingest::worker::{Next, Worker, WorkerError};

/// A generator of the same numbers in every run (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}

/// Follows a decoder to its end: how many pictures it gave, and how it ended.
fn follow(mut worker: Worker) -> (usize, Result<(), WorkerError>) {
    let (begun, mut pictures) = (Instant::now(), 0);
    loop {
        assert!(begun.elapsed() < Duration::from_secs(20), "the decoder hangs");
        match worker.receive() {
            Ok(Next::Picture(..)) => pictures += 1,
            Ok(Next::End) => return (pictures, Ok(())),
            Ok(Next::Damaged | Next::Skipping | Next::Quiet) => {}
            Err(error) => return (pictures, Err(error)),
        }
    }
}

fn decode_file(bytes: &[u8]) -> (usize, Result<(), WorkerError>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let job = Job::whole_file(3);
    follow(Worker::start(Path::new(DECODER), &job, Some(&file)).unwrap())
}

/// Every end that damage may have: damage, refusal, or a decoder's death. Never a layout that lies.
fn assert_honest(ended: &Result<(), WorkerError>, what: &str) {
    assert!(!matches!(ended, Err(WorkerError::Lied(_) | WorkerError::Start { .. })), "{what}: {ended:?}");
}

#[test]
fn a_thousand_bit_flips_and_truncations_of_files() {
    let Some(data) = data() else { return };
    let whole = std::fs::read(short_h264(&data)).unwrap();
    let mut random = Random(7);
    let (mut some, mut none) = (0, 0);
    for round in 0..250 {
        let mut bytes = whole.clone();
        for _ in 0..4 {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        if round % 5 == 0 {
            bytes.truncate(random.below(whole.len()));
        }
        let (pictures, ended) = decode_file(&bytes);
        assert_honest(&ended, &format!("round {round}"));
        if pictures > 0 { some += 1 } else { none += 1 }
    }
    assert!(some > 150 && none > 5, "{some} files gave pictures, {none} gave none");
}

#[test]
fn a_thousand_bit_flips_of_a_stream() {
    let Some(data) = data() else { return };
    let stream = std::fs::read(short_annex_b(&data)).unwrap();
    let starts: Vec<usize> =
        stream.windows(4).enumerate().filter(|(_, w)| **w == [0, 0, 0, 1]).map(|(at, _)| at).collect();
    let mut pictures = 0;
    for round in 0..25 {
        let mut worker = Worker::start(Path::new(DECODER), &Job::Packets { ahead: 3 }, None).unwrap();
        let mut packets = worker.packets().unwrap();
        let (mut sent, bounds) = (0, starts.windows(2));
        let mut flips = Random(round + 1);
        let writer = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for pair in bounds {
                    let mut unit = stream[pair[0]..pair[1]].to_vec();
                    let at = flips.below(unit.len());
                    unit[at] ^= 1 << flips.below(8);
                    let header = PacketHeader {
                        codec: Codec::H264,
                        discontinuity: false,
                        bytes: unit.len() as u32,
                        time_ns: sent,
                    };
                    sent += 40_000_000;
                    if packets.write_all(&header.to_bytes()).and_then(|()| packets.write_all(&unit)).is_err() {
                        break;
                    }
                }
                let _ = packets.shutdown(std::net::Shutdown::Write);
            });
            let begun = Instant::now();
            loop {
                assert!(begun.elapsed() < Duration::from_secs(20), "the decoder hangs");
                match worker.receive() {
                    Ok(Next::Picture(..)) => pictures += 1,
                    Ok(Next::End) => break,
                    Ok(_) => {}
                    Err(error) => {
                        assert_honest(&Err(error), &format!("round {round}"));
                        break;
                    }
                }
            }
            writer.join()
        });
        writer.unwrap();
    }
    assert!(pictures > 100, "{pictures}");
}

#[test]
fn what_is_no_video_is_refused_with_a_cause() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let short = short_h264(&data).display().to_string();
    let whole = std::fs::read(&short).unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let cases = [
        (write("zero.mp4", b""), "no MP4 or Matroska video"),
        (write("text.mp4", b"this is a shopping list"), "no MP4 or Matroska video"),
        (write("cut.mp4", &whole[..whole.len() / 3]), "no MP4 or Matroska video"),
        (folder.path().join("missing.mp4"), "cannot be opened"),
        (folder.path().join("empty"), "the folder holds no JPEG picture"),
        (made("sound.mp4", &["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"]), "it has no video"),
        (
            made("vp9.mkv", &["-i", &short, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]),
            "its video is vp9",
        ),
        (made("ten-bit.mp4", &["-i", &short, "-c:v", "libx264", "-pix_fmt", "yuv420p10le"]), "only 8-bit YUV"),
        (
            made(
                "huge.mp4",
                &["-f", "lavfi", "-i", "color=s=5000x4000:d=0.2", "-c:v", "libx264", "-preset", "ultrafast"],
            ),
            "5000x4000 is larger than 4096x2304",
        ),
        (made("tiny.mkv", &["-f", "lavfi", "-i", "color=s=8x8:d=0.2", "-c:v", "mjpeg"]), "outside the 16x16"),
    ];
    let names: Vec<_> = (0..cases.len()).map(|n| format!("c{n}")).collect();
    let cameras: Vec<_> = names
        .iter()
        .zip(&cases)
        .map(|(name, (path, _))| (name.as_str(), format!("source = \"{}\"", path.display())))
        .collect();
    let (cameras, _) = Running::start(&site(&cameras), Manner::default()).finish();
    for (camera, (path, cause)) in cameras.iter().zip(&cases) {
        match camera.state() {
            State::Failed(said) => assert!(said.contains(cause), "{}: {said}", path.display()),
            state => panic!("{}: {state:?}", path.display()),
        }
    }
}
