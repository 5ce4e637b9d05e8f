//! The engine's side of a decoder process: start it, map its memory, believe nothing it says.

use arrayvec::ArrayVec;
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};
use rustix::pipe::PipeFlags;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use vokter_frames::wire::{Job, MEMORY_BYTES, MESSAGE_BYTES, Message, SLOT_BYTES, SLOTS_PER_CAMERA};
use vokter_frames::{PixelLease, RawFrame, SlotOwner};

/// How long [`Worker::receive`] waits before it says that nothing has come.
const TICK: Duration = Duration::from_millis(250);
/// How long a decoder that has closed its stream may take to end before it is ended.
const GRACE: Duration = Duration::from_millis(10);

/// What a decoder says next.
pub enum Next {
    /// A picture and its presentation time in nanoseconds.
    Picture(RawFrame, i64),
    /// A packet could not be decoded.
    Damaged,
    /// Packets outside every schedule are being passed over.
    Skipping,
    /// The input has ended.
    End,
    /// Nothing has come for a while.
    Quiet,
}

/// Why a decoder is no more.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The program could not be started.
    #[error("the decoder {} could not be started: {cause}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It says that the input cannot be decoded.
    #[error("{0}")]
    Refused(String),
    /// It died.
    #[error("the decoder died: {0}")]
    Died(String),
    /// It said something that cannot be true, and was ended.
    #[error("the decoder was ended: {0}")]
    Lied(String),
}

/// A decoder process. Ends with this value.
pub struct Worker {
    child: Child,
    stream: UnixStream,
    memory: Arc<SlotMemory>,
    message: [u8; MESSAGE_BYTES],
    filled: usize,
}

impl Worker {
    /// Starts a decoder with its job and, for a file job, the file.
    ///
    /// # Errors
    /// When the program is missing or the system refuses memory or processes.
    pub fn start(program: &Path, job: &Job, file: Option<&File>) -> Result<Self, WorkerError> {
        Self::try_start(program, job, file).map_err(|cause| WorkerError::Start { program: program.to_owned(), cause })
    }

    fn try_start(program: &Path, job: &Job, file: Option<&File>) -> std::io::Result<Self> {
        let (memory, memory_fd, released) = SlotMemory::new(job.ahead())?;
        let (mut stream, theirs) = UnixStream::pair()?;
        let mut inherited: Vec<RawFd> = vec![theirs.as_raw_fd(), memory_fd.as_raw_fd(), released.as_raw_fd()];
        inherited.extend(file.map(AsRawFd::as_raw_fd));
        let mut command = Command::new(program);
        command.args(inherited.iter().map(ToString::to_string)).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // SAFETY: between fork and exec only fcntl is called, which is async-signal-safe; the list was made before.
        // The descriptors stay open in this child alone: they are close-on-exec for every other.
        unsafe {
            command.pre_exec(move || {
                for fd in &inherited {
                    if libc::fcntl(*fd, libc::F_SETFD, 0) < 0 {
                        return Err(std::io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
        let child = command.spawn()?;
        stream.write_all(&job.to_bytes())?;
        stream.set_read_timeout(Some(TICK))?;
        Ok(Self { child, stream, memory: Arc::new(memory), message: [0; MESSAGE_BYTES], filled: 0 })
    }

    /// The decoder's process id.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// A handle for sending packets. Shut its writing side down to say that there are no more.
    ///
    /// # Errors
    /// When the system has no descriptor left.
    pub fn packets(&self) -> std::io::Result<UnixStream> {
        self.stream.try_clone()
    }

    /// What the decoder says next; waits a moment for it.
    ///
    /// # Errors
    /// When the decoder is no more.
    pub fn receive(&mut self) -> Result<Next, WorkerError> {
        while let Some(rest) = self.message.get_mut(self.filled..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest) {
                Ok(0) => return Err(WorkerError::Died(self.epitaph())),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Ok(Next::Quiet);
                }
                Err(error) => return Err(WorkerError::Died(error.to_string())),
            }
        }
        self.filled = 0;
        match Message::from_bytes(&self.message) {
            Some(Message::Picture { slot, time_ns, layout }) => {
                let lied = |what: String| WorkerError::Lied(what);
                let lease = SlotMemory::lease(&self.memory, slot).ok_or_else(|| lied(format!("slot {slot}")))?;
                let frame = RawFrame::new(lease, layout).map_err(|error| lied(error.to_string()))?;
                Ok(Next::Picture(frame, time_ns))
            }
            Some(Message::Damaged) => Ok(Next::Damaged),
            Some(Message::Skipping) => Ok(Next::Skipping),
            Some(Message::End) => Ok(Next::End),
            Some(Message::Failed(reason)) => Err(WorkerError::Refused(reason)),
            None => Err(WorkerError::Lied("it sent no message of the protocol".to_owned())),
        }
    }

    /// How the process ended, which it has if it closed its stream in good faith.
    fn epitaph(&mut self) -> String {
        std::thread::sleep(GRACE);
        let _ = self.child.kill();
        match self.child.wait() {
            Ok(status) => match (status.signal(), status.code()) {
                (Some(libc::SIGSYS), _) => "it made a system call that its sandbox forbids (SIGSYS)".to_owned(),
                (Some(libc::SIGKILL), _) => "it was killed (SIGKILL)".to_owned(),
                (Some(signal), _) => format!("it was ended by signal {signal}"),
                (None, code) => format!("it exited with status {}", code.unwrap_or(-1)),
            },
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The shared memory of one decoder, mapped read-only, and the pipe on which slots are given back.
///
/// A decoder that is as far ahead as it may be goes on when half of its pictures are back. Until then it is not told
/// of single ones: each would wake it for nothing. While fewer than half are leased, each goes back at once.
struct SlotMemory {
    base: *const u8,
    /// A bit for each slot that is leased, and above them one for each that is to be given back.
    slots: AtomicU64,
    /// Leased slots above which none is given back.
    keep_above: u32,
    give_back: OwnedFd,
}

const _: () = assert!(SLOTS_PER_CAMERA <= 32);

// SAFETY: the mapping is only read, and only through leases; the pipe and the flags may be used from any thread.
unsafe impl Send for SlotMemory {}
// SAFETY: as above.
unsafe impl Sync for SlotMemory {}

impl SlotMemory {
    /// Memory whose size is sealed, its descriptor for the decoder, and the decoder's end of the pipe.
    /// The decoder may be `ahead` pictures ahead.
    fn new(ahead: u32) -> std::io::Result<(Self, OwnedFd, OwnedFd)> {
        let memory = rustix::fs::memfd_create("vokter-frames", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        rustix::fs::ftruncate(&memory, MEMORY_BYTES as u64)?;
        rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW)?;
        // SAFETY: a new mapping that replaces none. The size is sealed, so no access can reach past its end.
        let base = unsafe {
            let (at, map) = (std::ptr::null_mut(), MapFlags::SHARED);
            rustix::mm::mmap(at, MEMORY_BYTES, ProtFlags::READ, map, memory.as_fd(), 0)?
        };
        let (released, give_back) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let (base, slots, keep_above) = (base.cast_const().cast(), AtomicU64::new(0), ahead / 2);
        Ok((Self { base, slots, keep_above, give_back }, memory, released))
    }

    /// A lease of a slot that is not leased; `None` if there is no such slot or it is.
    fn lease(memory: &Arc<Self>, slot: u8) -> Option<PixelLease> {
        let bit = (usize::from(slot) < SLOTS_PER_CAMERA).then(|| 1 << slot)?;
        // One that is to be given back is not the decoder's either.
        let free = |slots: u64| (slots & (bit | bit << 32) == 0).then_some(slots | bit);
        memory.slots.fetch_update(Ordering::AcqRel, Ordering::Acquire, free).ok()?;
        let owner = Arc::clone(memory);
        // SAFETY: the slot lies within the mapping, which lives as long as its owner.
        let lease = unsafe {
            let pixels = memory.base.add(usize::from(slot) * SLOT_BYTES);
            PixelLease::new(pixels, SLOT_BYTES, slot, owner)
        };
        Some(lease)
    }
}

impl SlotOwner for SlotMemory {
    fn release(&self, slot: u8) {
        let release = |slots: u64| {
            let leased = slots & !(1 << slot) & u64::from(u32::MAX);
            let back = slots >> 32 | 1 << slot;
            if leased.count_ones() > self.keep_above { (leased | back << 32, 0) } else { (leased, back) }
        };
        let mut slots = self.slots.load(Ordering::Acquire);
        let back = loop {
            let (left, back) = release(slots);
            match self.slots.compare_exchange_weak(slots, left, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => break back,
                Err(changed) => slots = changed,
            }
        };
        if back == 0 {
            return;
        }
        let given: ArrayVec<u8, SLOTS_PER_CAMERA> =
            (0..SLOTS_PER_CAMERA as u8).filter(|n| back >> n & 1 == 1).collect();
        // A few bytes into a pipe that holds far more than there are slots. It never blocks: a decoder that does not
        // read it loses its slots, and one that is gone wants none back.
        let _ = rustix::io::write(&self.give_back, &given);
    }
}

impl Drop for SlotMemory {
    fn drop(&mut self) {
        // SAFETY: this is the mapping that `new` made, and no lease is left.
        let _ = unsafe { rustix::mm::munmap(self.base.cast_mut().cast(), MEMORY_BYTES) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(pipe: &OwnedFd) -> Vec<u8> {
        let mut numbers = [0; SLOTS_PER_CAMERA];
        let count = rustix::io::read(pipe, &mut numbers).unwrap_or(0);
        numbers[..count].to_vec()
    }

    #[test]
    fn slots_go_back_together_when_half_are_left_and_single_ones_at_once() {
        let (memory, _memory, released) = SlotMemory::new(6).unwrap();
        let memory = Arc::new(memory);
        let mut leases: Vec<_> = (0..6).map(|slot| SlotMemory::lease(&memory, slot).unwrap()).collect();
        assert!(SlotMemory::lease(&memory, 3).is_none(), "it is leased");
        assert!(SlotMemory::lease(&memory, 32).is_none(), "there is no such slot");
        assert!(SlotMemory::lease(&memory, 255).is_none(), "there is no such slot");
        leases.remove(4);
        leases.remove(0);
        assert!(back(&released).is_empty());
        assert!(SlotMemory::lease(&memory, 4).is_none(), "it was not given back yet");
        leases.remove(0);
        assert_eq!(back(&released), [0, 1, 4]);
        drop(leases.remove(0));
        assert_eq!(back(&released), [2]);
        drop(leases);
        assert_eq!(back(&released).len(), 2);
        assert!(SlotMemory::lease(&memory, 4).is_some());
    }

    #[test]
    fn every_slot_comes_back_whatever_the_decoder_may_be_ahead() {
        for ahead in 0..70 {
            let (memory, _memory, released) = SlotMemory::new(ahead).unwrap();
            let memory = Arc::new(memory);
            let leases: Vec<_> = (0..32).map(|slot| SlotMemory::lease(&memory, slot).unwrap()).collect();
            drop(leases);
            let mut all = Vec::new();
            loop {
                let some = back(&released);
                if some.is_empty() {
                    break;
                }
                all.extend(some);
            }
            all.sort_unstable();
            assert_eq!(all, (0..32).collect::<Vec<u8>>(), "{ahead} ahead");
        }
    }
}
