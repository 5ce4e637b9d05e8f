//! A scenario as a camera of the engine: the same protocol as a decoder process, with a renderer behind it.
//!
//! The engine starts this program for a `scene:` source, hands it the scenario file, and takes the frames out of
//! shared memory as it takes decoded ones: masked, gated, analysed by the same code.

use crate::canvas::Canvas;
use crate::film::Film;
use crate::scenario::Scenario;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::mm::{MapFlags, ProtFlags};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use vokter_frames::wire::{Job, MEMORY_BYTES, Message, SLOT_BYTES, SLOTS_PER_CAMERA};
use vokter_frames::{ColourMatrix, Layout, PixelFormat};

/// Bytes of a scenario file.
const SCENARIO_BYTES: u64 = 4 << 20;
/// Frames outside the schedule after which the engine is told that they are being passed over.
const SAY_EVERY: u64 = 256;

/// The slots of shared memory that frames are put into.
struct Slots {
    base: *mut u8,
    released: OwnedFd,
    taken: [bool; SLOTS_PER_CAMERA],
}

impl Slots {
    /// A free slot; waits for one while the engine has `ahead`.
    fn free(&mut self, ahead: u32) -> Result<u8> {
        loop {
            let held = self.taken.iter().filter(|taken| **taken).count();
            let free = self.taken.iter().position(|taken| !taken);
            if let Some(free) = free
                && held < ahead as usize
            {
                return u8::try_from(free).map_err(Error::other);
            }
            poll(&mut [PollFd::new(&self.released, PollFlags::IN)], None)?;
            let mut numbers = [0; SLOTS_PER_CAMERA];
            let count = rustix::io::read(&self.released, &mut numbers)?;
            if count == 0 {
                return Err(ErrorKind::BrokenPipe.into());
            }
            for number in numbers.iter().take(count) {
                if let Some(taken) = self.taken.get_mut(usize::from(*number)) {
                    *taken = false;
                }
            }
        }
    }

    /// Copies a picture into a slot.
    fn put(&mut self, slot: u8, canvas: &Canvas) {
        if let Some(taken) = self.taken.get_mut(usize::from(slot)) {
            *taken = true;
        }
        let mut offset = usize::from(slot) * SLOT_BYTES;
        for plane in [&canvas.y, &canvas.u, &canvas.v] {
            assert!(offset + plane.len() <= MEMORY_BYTES, "a scenario's size was checked against the largest picture");
            // SAFETY: the range lies within the mapping, and the engine reads no slot that it has given back.
            unsafe { std::ptr::copy_nonoverlapping(plane.as_ptr(), self.base.add(offset), plane.len()) };
            offset += plane.len();
        }
    }
}

/// Serves as the camera of an engine whose descriptors these are: stream, memory, released, scenario.
///
/// # Errors
/// When the engine is gone or a descriptor is not what it should be.
pub fn serve(descriptors: [RawFd; 4]) -> Result<()> {
    // SAFETY: the engine opened these descriptors for this process and nothing else here owns them.
    let [stream, memory, released, scenario] = descriptors.map(|number| unsafe { OwnedFd::from_raw_fd(number) });
    let mut stream = UnixStream::from(stream);
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new mapping that replaces none; its size was sealed by the engine.
    let base = unsafe {
        rustix::mm::mmap(std::ptr::null_mut(), MEMORY_BYTES, protection, MapFlags::SHARED, memory.as_fd(), 0)?
    };
    let slots = Slots { base: base.cast(), released, taken: [false; SLOTS_PER_CAMERA] };
    let job = Job::read(&mut stream)?;
    let mut text = String::new();
    File::from(scenario).take(SCENARIO_BYTES).read_to_string(&mut text)?;
    match Scenario::from_toml(&text) {
        Ok(scenario) => play(Film::new(scenario), &job, slots, &mut stream),
        Err(error) => {
            let first = error.to_string();
            stream.write_all(&Message::Failed(format!("it is no scenario: {first}")).to_bytes())
        }
    }
}

fn play(mut film: Film, job: &Job, mut slots: Slots, stream: &mut UnixStream) -> Result<()> {
    let Job::File { ahead, resume_after_ns, openings_ns } = job else {
        return stream.write_all(&Message::Failed("a scene has no packets".to_owned()).to_bytes());
    };
    let (width, height) = film.scenario().size;
    let layout = Layout { matrix: ColourMatrix::Bt709, ..Layout::packed(width, height, PixelFormat::Yuv420) };
    let (mut canvas, mut seen) = (Canvas::new(width, height), Vec::new());
    let mut skipped = 0u64;
    while let Some(time_ns) = film.next_time() {
        if time_ns <= *resume_after_ns || !openings_ns.iter().any(|span| span.contains(&time_ns)) {
            film.skip();
            skipped += 1;
            if skipped.is_multiple_of(SAY_EVERY) {
                stream.write_all(&Message::Skipping.to_bytes())?;
            }
            continue;
        }
        film.next_into(&mut canvas, &mut seen);
        let slot = slots.free((*ahead).max(1))?;
        slots.put(slot, &canvas);
        stream.write_all(&Message::Picture { slot, time_ns, layout }.to_bytes())?;
    }
    stream.write_all(&Message::End.to_bytes())
}
