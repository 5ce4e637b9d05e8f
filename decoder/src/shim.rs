//! Safe names for the functions of `shim.c`.

use crate::released::read_released;
use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::fs::File;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr::NonNull;
use vokter_frames::wire::{Codec, PICTURE_HEIGHT, PICTURE_WIDTH, SLOT_BYTES, SLOTS_PER_CAMERA};
use vokter_frames::{ColourMatrix, Layout, PixelFormat, Plane};

const AVERROR_EXIT: c_int = -0x5449_5845; // FFERRTAG('E','X','I','T')
const NO_MEMORY_BACK: &str = "the engine gave back no picture memory";
const ENOSYS: c_int = -libc::ENOSYS;
const ENOMEM: c_int = -libc::ENOMEM;

#[repr(C)]
struct RawPool {
    _private: [u8; 0],
}
#[repr(C)]
struct RawDecoder {
    _private: [u8; 0],
}
#[repr(C)]
struct RawDemuxer {
    _private: [u8; 0],
}

/// A picture as the shim describes it.
#[repr(C)]
#[derive(Default)]
pub(crate) struct Picture {
    offset: [u64; 3],
    stride: [u32; 3],
    width: i32,
    height: i32,
    format: i32,
    bt709: i32,
    full_range: i32,
    slot: i32,
    time_ns: i64,
}

unsafe extern "C" {
    fn vokter_pool(
        base: *mut u8,
        slot_bytes: usize,
        slots: c_int,
        wait: extern "C" fn(*mut c_void) -> c_int,
        context: *mut c_void,
    ) -> *mut RawPool;
    fn vokter_pool_release(pool: *mut RawPool, slot: c_int);
    fn vokter_decoder_for_packets(codec: c_int, pool: *mut RawPool, width: c_int, height: c_int) -> *mut RawDecoder;
    fn vokter_decoder_for_file(
        demuxer: *mut RawDemuxer,
        pool: *mut RawPool,
        width: c_int,
        height: c_int,
    ) -> *mut RawDecoder;
    fn vokter_decoder_free(decoder: *mut RawDecoder);
    fn vokter_decoder_reason(decoder: *mut RawDecoder) -> *const c_char;
    fn vokter_decoder_send(decoder: *mut RawDecoder, data: *const u8, bytes: c_int, time_ns: i64) -> c_int;
    fn vokter_decoder_send_from(decoder: *mut RawDecoder, demuxer: *mut RawDemuxer) -> c_int;
    fn vokter_decoder_send_end(decoder: *mut RawDecoder);
    fn vokter_decoder_flush(decoder: *mut RawDecoder);
    fn vokter_decoder_receive(decoder: *mut RawDecoder, picture: *mut Picture) -> c_int;
    fn vokter_decoder_hold(decoder: *mut RawDecoder, slot: c_int);
    fn vokter_demuxer(fd: c_int, reason: *mut c_char, reason_bytes: usize) -> *mut RawDemuxer;
    fn vokter_demuxer_next(demuxer: *mut RawDemuxer, time_ns: *mut i64, is_key: *mut c_int) -> c_int;
    fn vokter_demuxer_seek(demuxer: *mut RawDemuxer, time_ns: i64);
}

/// The slots that pictures are decoded into. Lives as long as the process.
pub(crate) struct Pool {
    raw: NonNull<RawPool>,
    waiting: &'static Waiting,
}

/// What the shim needs to wait for a slot.
struct Waiting {
    released: OwnedFd,
    pool: std::sync::OnceLock<usize>,
    /// Pictures that the engine has and has not given back.
    handed_over: Cell<u32>,
    /// How many that may be before the decoder waits: memory that is never needed is never touched.
    ahead: Cell<u32>,
}

impl Waiting {
    fn release(&self, wait: bool) -> bool {
        read_released(&self.released, wait, |slot| {
            if let Some(pool) = self.pool.get() {
                // SAFETY: the pool lives as long as the process, and the process has one thread.
                unsafe { vokter_pool_release(*pool as *mut RawPool, c_int::from(slot)) };
                self.handed_over.set(self.handed_over.get().saturating_sub(1));
            }
        })
    }
}

extern "C" fn wait_for_release(context: *mut c_void) -> c_int {
    // SAFETY: the context is the leaked `Waiting` that `Pool::new` handed over.
    let waiting = unsafe { &*context.cast::<Waiting>() };
    c_int::from(waiting.release(true))
}

impl Pool {
    /// A pool over the shared memory at `base`; slot numbers that the engine gives back come out of `released`.
    pub fn new(base: *mut u8, released: OwnedFd) -> Self {
        let (handed_over, ahead) = (Cell::new(0), Cell::new(1));
        let waiting = Waiting { released, pool: std::sync::OnceLock::new(), handed_over, ahead };
        let waiting: &'static Waiting = Box::leak(Box::new(waiting));
        let context = std::ptr::from_ref(waiting).cast_mut().cast();
        // SAFETY: `base` is the mapping of all slots, and both it and the context live as long as the process.
        let raw = unsafe { vokter_pool(base, SLOT_BYTES, SLOTS_PER_CAMERA as c_int, wait_for_release, context) };
        let Some(raw) = NonNull::new(raw) else { std::process::abort() };
        let _ = waiting.pool.set(raw.as_ptr() as usize);
        Self { raw, waiting }
    }

    /// How many pictures the engine may have at once, at least one.
    pub fn set_ahead(&self, pictures: u32) {
        self.waiting.ahead.set(pictures.max(1));
    }

    /// Takes back every slot that the engine has given back by now.
    fn take_back(&self) {
        self.waiting.release(false);
    }
}

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    Whole,
    Damaged,
}

impl Sent {
    pub fn is_damaged(self) -> bool {
        self == Self::Damaged
    }
}

/// One decoder of libavcodec.
pub(crate) struct Decoder<'p> {
    raw: NonNull<RawDecoder>,
    pool: &'p Pool,
}

const MAX_WIDTH: c_int = PICTURE_WIDTH as c_int;
const MAX_HEIGHT: c_int = PICTURE_HEIGHT as c_int;

impl<'p> Decoder<'p> {
    pub fn for_packets(codec: Codec, pool: &'p Pool) -> Result<Self, String> {
        // SAFETY: the pool outlives the decoder.
        let raw = unsafe { vokter_decoder_for_packets(codec as c_int, pool.raw.as_ptr(), MAX_WIDTH, MAX_HEIGHT) };
        Self::opened(raw, pool)
    }

    pub fn for_file(demuxer: &Demuxer, pool: &'p Pool) -> Result<Self, String> {
        // SAFETY: demuxer and pool are alive; the decoder copies the parameters it needs.
        let raw = unsafe { vokter_decoder_for_file(demuxer.raw.as_ptr(), pool.raw.as_ptr(), MAX_WIDTH, MAX_HEIGHT) };
        Self::opened(raw, pool)
    }

    fn opened(raw: *mut RawDecoder, pool: &'p Pool) -> Result<Self, String> {
        let raw = NonNull::new(raw).ok_or("libavcodec has no decoder for this video, or it did not open")?;
        Ok(Self { raw, pool })
    }

    /// Hands a packet to the decoder. What it made earlier must have been received.
    pub fn send(&mut self, packet: &[u8], time_ns: i64) -> Result<Sent, String> {
        self.pool.take_back();
        // SAFETY: the shim copies the packet.
        let result = unsafe { vokter_decoder_send(self.raw.as_ptr(), packet.as_ptr(), packet.len() as c_int, time_ns) };
        self.outcome(result)
    }

    /// Hands the demultiplexer's current packet to the decoder.
    pub fn send_from(&mut self, demuxer: &Demuxer) -> Result<Sent, String> {
        self.pool.take_back();
        // SAFETY: both are alive.
        let result = unsafe { vokter_decoder_send_from(self.raw.as_ptr(), demuxer.raw.as_ptr()) };
        self.outcome(result)
    }

    /// Lets out the pictures that are still inside.
    pub fn send_end(&mut self) {
        // SAFETY: the decoder is alive.
        unsafe { vokter_decoder_send_end(self.raw.as_ptr()) }
    }

    /// Forgets everything, ready for another beginning.
    pub fn flush(&mut self) {
        // SAFETY: the decoder is alive.
        unsafe { vokter_decoder_flush(self.raw.as_ptr()) }
    }

    /// The next picture, if there is one now.
    pub fn receive(&mut self) -> Result<Option<Picture>, String> {
        let mut picture = Picture::default();
        // SAFETY: the picture lives over the call.
        let result = unsafe { vokter_decoder_receive(self.raw.as_ptr(), &mut picture) };
        match result {
            1 => Ok(Some(picture)),
            0 => Ok(None),
            error => self.outcome(error).map(|_| None),
        }
    }

    /// Keeps the picture that was received last until the engine gives its slot back. Waits while the engine has as
    /// many as it may.
    pub fn hand_over(&mut self, picture: &Picture) -> Result<(), String> {
        // SAFETY: the slot is one that the shim gave.
        unsafe { vokter_decoder_hold(self.raw.as_ptr(), picture.slot) }
        let waiting = self.pool.waiting;
        waiting.handed_over.set(waiting.handed_over.get() + 1);
        if waiting.handed_over.get() < waiting.ahead.get() {
            return Ok(());
        }
        // Having waited, wait for half of them: several pictures a turn disturb the sessions less than one.
        while waiting.handed_over.get() > waiting.ahead.get() / 2 {
            if !waiting.release(true) {
                return Err(NO_MEMORY_BACK.to_owned());
            }
        }
        Ok(())
    }

    fn outcome(&self, result: c_int) -> Result<Sent, String> {
        match (result, self.reason()) {
            (0.., _) => Ok(Sent::Whole),
            // libavcodec may turn the shim's refusal into an error of its own; the reason stays.
            (_, Some(reason)) => Err(reason),
            (AVERROR_EXIT, _) => Err(NO_MEMORY_BACK.to_owned()),
            (ENOSYS, _) => Err("the video uses a feature that libavcodec does not decode".to_owned()),
            (ENOMEM, _) => Err("the video needs more memory than a decoder may have".to_owned()),
            _ => Ok(Sent::Damaged),
        }
    }

    /// Why the shim refused pictures, if it did.
    fn reason(&self) -> Option<String> {
        // SAFETY: the shim's text is always terminated.
        let reason = unsafe { std::ffi::CStr::from_ptr(vokter_decoder_reason(self.raw.as_ptr())) };
        (!reason.is_empty()).then(|| reason.to_string_lossy().into_owned())
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: nothing uses it afterwards. Held pictures are references of their own.
        unsafe { vokter_decoder_free(self.raw.as_ptr()) }
    }
}

/// A packet that a demultiplexer has read.
pub(crate) struct FilePacket {
    pub time_ns: i64,
    pub is_key: bool,
}

/// An open file. Lives as long as the process.
pub(crate) struct Demuxer<'f> {
    raw: NonNull<RawDemuxer>,
    file: PhantomData<&'f File>,
}

impl<'f> Demuxer<'f> {
    pub fn open(file: &'f File) -> Result<Self, String> {
        let mut reason = [0u8; 200];
        // SAFETY: the file outlives the demuxer, and the reason's length is given.
        let raw = unsafe { vokter_demuxer(file.as_raw_fd(), reason.as_mut_ptr().cast(), reason.len()) };
        let text = || {
            let end = reason.iter().position(|byte| *byte == 0).unwrap_or(reason.len());
            String::from_utf8_lossy(reason.get(..end).unwrap_or_default()).into_owned()
        };
        Ok(Self { raw: NonNull::new(raw).ok_or_else(text)?, file: PhantomData })
    }

    pub fn next_packet(&mut self) -> Option<FilePacket> {
        let (mut time_ns, mut is_key) = (0, 0);
        // SAFETY: both outputs live over the call.
        let more = unsafe { vokter_demuxer_next(self.raw.as_ptr(), &mut time_ns, &mut is_key) };
        (more == 1).then_some(FilePacket { time_ns, is_key: is_key != 0 })
    }

    pub fn seek(&mut self, time_ns: i64) {
        // SAFETY: the demuxer is alive.
        unsafe { vokter_demuxer_seek(self.raw.as_ptr(), time_ns) }
    }
}

impl Picture {
    pub fn slot(&self) -> u8 {
        self.slot as u8
    }

    pub fn time_ns(&self) -> i64 {
        self.time_ns
    }

    pub fn layout(&self) -> Result<Layout, String> {
        let formats = [PixelFormat::Yuv420, PixelFormat::Yuv422, PixelFormat::Yuv444, PixelFormat::Gray];
        let format = formats.into_iter().find(|format| *format as i32 == self.format);
        let mut planes = [Plane::default(); 3];
        for ((plane, offset), stride) in planes.iter_mut().zip(self.offset).zip(self.stride) {
            *plane = Plane { offset: offset as usize, stride: stride as usize };
        }
        let layout = Layout {
            width: self.width as usize,
            height: self.height as usize,
            format: format.ok_or("a picture of no known format")?,
            matrix: if self.bt709 != 0 { ColourMatrix::Bt709 } else { ColourMatrix::Bt601 },
            full_range: self.full_range != 0,
            planes,
        };
        layout.check(SLOT_BYTES).map_err(|error| error.to_string())?;
        Ok(layout)
    }
}
