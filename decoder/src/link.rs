//! The descriptors between the decoder and the engine.

use crate::Stop;
use crate::shim::{Picture, Pool};
use rustix::mm::{MapFlags, ProtFlags};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use vokter_frames::wire::{Job, MEMORY_BYTES, Message, PACKET_BYTES, PACKET_HEADER_BYTES, PacketHeader};

/// What connects a decoder to the engine.
pub(crate) struct Link {
    stream: UnixStream,
    memory: Option<OwnedFd>,
    released: Option<OwnedFd>,
    file: Option<File>,
}

impl Link {
    /// Takes over the descriptors whose numbers are the arguments: stream, memory, released and, for a file job, file.
    pub fn from_arguments(arguments: impl Iterator<Item = String>) -> Option<Self> {
        let numbers: Vec<RawFd> = arguments.map(|argument| argument.parse().ok()).collect::<Option<_>>()?;
        let (required, file) = match numbers.as_slice() {
            [stream, memory, released] => ([*stream, *memory, *released], None),
            [stream, memory, released, file] => ([*stream, *memory, *released], Some(*file)),
            _ => return None,
        };
        if required.iter().chain(&file).any(|number| *number <= 2) {
            return None;
        }
        // SAFETY: the engine opened these descriptors for this process and nothing else here owns them.
        let own = |number: RawFd| unsafe { OwnedFd::from_raw_fd(number) };
        let [stream, memory, released] = required.map(own);
        Some(Self {
            stream: stream.into(),
            memory: Some(memory),
            released: Some(released),
            file: file.map(own).map(File::from),
        })
    }

    /// Maps the shared memory for writing, seals it against any other writer, and makes a pool of its slots.
    pub fn map_pool(&mut self) -> std::io::Result<Pool> {
        let (Some(memory), Some(released)) = (self.memory.take(), self.released.take()) else {
            return Err(std::io::ErrorKind::NotFound.into());
        };
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping that replaces none; its size was sealed by the engine.
        let base = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), MEMORY_BYTES, protection, MapFlags::SHARED, memory.as_fd(), 0)?
        };
        rustix::fs::fcntl_add_seals(&memory, rustix::fs::SealFlags::FUTURE_WRITE | rustix::fs::SealFlags::SEAL)?;
        Ok(Pool::new(base.cast(), released))
    }

    pub fn file(&mut self) -> Option<File> {
        self.file.take()
    }

    pub fn read_job(&mut self) -> Result<Job, Stop> {
        Job::read(&mut self.stream).map_err(|_| Stop::EngineGone)
    }

    /// Reads the next packet into `buffer`; `None` when the engine has no more.
    pub fn read_packet(&mut self, buffer: &mut Vec<u8>) -> Result<Option<PacketHeader>, Stop> {
        let mut head = [0; PACKET_HEADER_BYTES];
        if self.stream.read_exact(&mut head).is_err() {
            return Ok(None);
        }
        let header = PacketHeader::from_bytes(&head).filter(|header| header.bytes as usize <= PACKET_BYTES);
        let header = header.ok_or_else(|| Stop::Failed("a packet header of the engine is wrong".to_owned()))?;
        buffer.resize(header.bytes as usize, 0);
        self.stream.read_exact(buffer).map_err(|_| Stop::EngineGone)?;
        Ok(Some(header))
    }

    pub fn send(&mut self, message: &Message) -> Result<(), Stop> {
        self.stream.write_all(&message.to_bytes()).map_err(|_| Stop::EngineGone)
    }

    pub fn send_picture(&mut self, picture: &Picture) -> Result<(), Stop> {
        let layout = picture.layout().map_err(Stop::Failed)?;
        self.send(&Message::Picture { slot: picture.slot(), time_ns: picture.time_ns(), layout })
    }
}
