//! The engine's side of a decoder process: start it, map its memory, believe nothing it says.

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
use std::sync::atomic::{AtomicBool, Ordering};
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
        let (memory, memory_fd, released) = SlotMemory::new()?;
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
struct SlotMemory {
    base: *const u8,
    leased: Vec<AtomicBool>,
    give_back: OwnedFd,
}

// SAFETY: the mapping is only read, and only through leases; the pipe and the flags may be used from any thread.
unsafe impl Send for SlotMemory {}
// SAFETY: as above.
unsafe impl Sync for SlotMemory {}

impl SlotMemory {
    /// Memory whose size is sealed, its descriptor for the decoder, and the decoder's end of the pipe.
    fn new() -> std::io::Result<(Self, OwnedFd, OwnedFd)> {
        let memory = rustix::fs::memfd_create("vokter-frames", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        rustix::fs::ftruncate(&memory, MEMORY_BYTES as u64)?;
        rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW)?;
        // SAFETY: a new mapping that replaces none. The size is sealed, so no access can reach past its end.
        let base = unsafe {
            let (at, map) = (std::ptr::null_mut(), MapFlags::SHARED);
            rustix::mm::mmap(at, MEMORY_BYTES, ProtFlags::READ, map, memory.as_fd(), 0)?
        };
        let leased = std::iter::repeat_with(|| AtomicBool::new(false)).take(SLOTS_PER_CAMERA).collect();
        let (released, give_back) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok((Self { base: base.cast_const().cast(), leased, give_back }, memory, released))
    }

    /// A lease of a slot that is not leased; `None` if there is no such slot or it is.
    fn lease(memory: &Arc<Self>, slot: u8) -> Option<PixelLease> {
        let was_leased = memory.leased.get(usize::from(slot))?.swap(true, Ordering::AcqRel);
        if was_leased {
            return None;
        }
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
        if let Some(leased) = self.leased.get(usize::from(slot)) {
            leased.store(false, Ordering::Release);
        }
        // One byte into a pipe that holds far more than there are slots. It never blocks: a decoder that does not read
        // it loses its slots, and one that is gone wants none back.
        let _ = rustix::io::write(&self.give_back, &[slot]);
    }
}

impl Drop for SlotMemory {
    fn drop(&mut self) {
        // SAFETY: this is the mapping that `new` made, and no lease is left.
        let _ = unsafe { rustix::mm::munmap(self.base.cast_mut().cast(), MEMORY_BYTES) };
    }
}
