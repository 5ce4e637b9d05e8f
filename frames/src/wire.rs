//! What the engine and a decoder process say to each other, in fixed-size little-endian messages.
//!
//! ```text
//! engine ── Job, then PacketHeader + bytes, … ──▶ decoder
//! engine ◀── Message, Message, …  ─────────────── decoder      pixels go by shared memory
//! engine ── slot number, one byte ──────────────▶ decoder      (a pipe of its own)
//! ```
//! The engine believes nothing that a decoder says: a message that does not parse, or a layout that leaves its slot,
//! ends the decoder.

use crate::layout::{ColourMatrix, Layout, PixelFormat, Plane};

pub use crate::layout::SLOT_BYTES;
pub use vokter_rules::limits::{PACKET_BYTES, PICTURE_HEIGHT, PICTURE_WIDTH, SLOTS_PER_CAMERA};

/// Bytes of the shared memory: every slot.
pub const MEMORY_BYTES: usize = SLOT_BYTES * SLOTS_PER_CAMERA;

/// Bytes of a [`PacketHeader`].
pub const PACKET_HEADER_BYTES: usize = 16;
/// Bytes of a [`Message`].
pub const MESSAGE_BYTES: usize = 256;
/// Longest text of [`Message::Failed`], in characters of ASCII.
const TEXT_BYTES: usize = MESSAGE_BYTES - 4;

/// Bytes of a [`Job`]'s head.
pub const JOB_HEAD_BYTES: usize = 20;
/// Most openings of a file job.
pub const OPENINGS: usize = 4096;

/// What a decoder is to do; the first thing it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Decode packets as they come, without delay.
    Packets {
        /// Pictures that the decoder may hand over before one is given back.
        ahead: u32,
    },
    /// Demultiplex and decode the file that was handed over.
    File {
        /// As for packets.
        ahead: u32,
        /// Send only pictures later than this.
        resume_after_ns: i64,
        /// Decode only packets in these spans of presentation time: outside every schedule a frame stays undecoded.
        openings_ns: Vec<std::ops::Range<i64>>,
    },
}

impl Job {
    /// A file as a whole, whatever any schedule says: for tests and benches.
    pub fn whole_file(ahead: u32) -> Self {
        let openings_ns = std::iter::once(i64::MIN..i64::MAX).collect();
        Self::File { ahead, resume_after_ns: i64::MIN, openings_ns }
    }

    /// Pictures that the decoder may hand over before one is given back.
    pub const fn ahead(&self) -> u32 {
        match self {
            Self::Packets { ahead } | Self::File { ahead, .. } => *ahead,
        }
    }

    /// The job's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, ahead, resume, openings) = match self {
            Self::Packets { ahead } => (0u32, ahead, 0, [].as_slice()),
            Self::File { ahead, resume_after_ns, openings_ns } => (1, ahead, *resume_after_ns, openings_ns.as_slice()),
        };
        let openings = openings.get(..OPENINGS).unwrap_or(openings);
        let mut out = Vec::with_capacity(JOB_HEAD_BYTES + 16 * openings.len());
        out.extend(kind.to_le_bytes());
        out.extend(ahead.to_le_bytes());
        out.extend((openings.len() as u32).to_le_bytes());
        out.extend(i64::to_le_bytes(resume));
        for span in openings {
            out.extend(span.start.to_le_bytes());
            out.extend(span.end.to_le_bytes());
        }
        out
    }

    /// Reads a job.
    ///
    /// # Errors
    /// When the stream ends or its bytes are no job.
    pub fn read(stream: &mut impl std::io::Read) -> std::io::Result<Self> {
        let mut head = [0; JOB_HEAD_BYTES];
        stream.read_exact(&mut head)?;
        let mut read = Fields(&head);
        let mut number = || read.take().map(u32::from_le_bytes);
        let (kind, ahead, count) = (number(), number(), number());
        let resume = read.take().map(i64::from_le_bytes);
        match (kind, ahead, count, resume) {
            (Some(0), Some(ahead), ..) => Ok(Self::Packets { ahead }),
            (Some(1), Some(ahead), Some(count), Some(resume_after_ns)) if count as usize <= OPENINGS => {
                let mut openings_ns = Vec::with_capacity(count as usize);
                for _ in 0..count {
                    let mut ends = [[0; 8]; 2];
                    for end in &mut ends {
                        stream.read_exact(end)?;
                    }
                    let [start, end] = ends.map(i64::from_le_bytes);
                    openings_ns.push(start..end);
                }
                Ok(Self::File { ahead, resume_after_ns, openings_ns })
            }
            _ => Err(std::io::ErrorKind::InvalidData.into()),
        }
    }
}

/// How compressed pictures are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Codec {
    /// H.264, Annex B, parameter sets before each key frame.
    H264 = 0,
    /// H.265, Annex B, parameter sets before each key frame.
    H265 = 1,
    /// One JPEG picture a packet.
    MotionJpeg = 2,
}

/// Precedes each packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketHeader {
    /// How the packet is coded. A change opens a new decoder.
    pub codec: Codec,
    /// Whether this packet does not continue the one before: the decoder forgets its pictures.
    pub discontinuity: bool,
    /// Bytes that follow.
    pub bytes: u32,
    /// Presentation time in nanoseconds, of whatever clock the sender uses.
    pub time_ns: i64,
}

impl PacketHeader {
    /// The header's bytes.
    pub fn to_bytes(self) -> [u8; PACKET_HEADER_BYTES] {
        let mut out = [0; PACKET_HEADER_BYTES];
        let head = [self.codec as u8, u8::from(self.discontinuity), 0, 0].into_iter();
        let bytes = head.chain(self.bytes.to_le_bytes()).chain(self.time_ns.to_le_bytes());
        for (to, from) in out.iter_mut().zip(bytes) {
            *to = from;
        }
        out
    }

    /// The header of those bytes; `None` if they are none.
    pub fn from_bytes(bytes: &[u8; PACKET_HEADER_BYTES]) -> Option<Self> {
        let mut read = Fields(bytes);
        let [codec, discontinuity, _, _] = read.take()?;
        let codec = [Codec::H264, Codec::H265, Codec::MotionJpeg].into_iter().find(|known| *known as u8 == codec)?;
        let bytes = u32::from_le_bytes(read.take()?);
        Some(Self { codec, discontinuity: discontinuity != 0, bytes, time_ns: i64::from_le_bytes(read.take()?) })
    }
}

/// What a decoder says.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A picture stands in a slot.
    Picture {
        /// Which slot; it is the engine's until released.
        slot: u8,
        /// Presentation time in nanoseconds.
        time_ns: i64,
        /// Its shape.
        layout: Layout,
    },
    /// The file has ended; the last picture has been sent.
    End,
    /// A packet could not be decoded and was left out.
    Damaged,
    /// Packets outside every schedule are being passed over; said now and then.
    Skipping,
    /// The input cannot be decoded at all; the decoder ends.
    Failed(String),
}

impl Message {
    /// The message's bytes.
    pub fn to_bytes(&self) -> [u8; MESSAGE_BYTES] {
        let mut out = Vec::with_capacity(MESSAGE_BYTES);
        match self {
            Self::Picture { slot, time_ns, layout } => {
                let flags = [layout.format as u8, layout.matrix as u8, u8::from(layout.full_range), 0];
                out.extend([0, *slot, 0, 0]);
                out.extend(time_ns.to_le_bytes());
                out.extend((layout.width as u32).to_le_bytes());
                out.extend((layout.height as u32).to_le_bytes());
                out.extend(flags);
                for plane in &layout.planes {
                    out.extend((plane.offset as u64).to_le_bytes());
                    out.extend((plane.stride as u32).to_le_bytes());
                }
            }
            Self::End => out.extend([1, 0, 0, 0]),
            Self::Damaged => out.extend([2, 0, 0, 0]),
            Self::Skipping => out.extend([4, 0, 0, 0]),
            Self::Failed(text) => {
                let length = text.len().min(TEXT_BYTES);
                out.extend([3, length as u8, 0, 0]);
                out.extend(text.bytes().take(length));
            }
        }
        let mut bytes = [0; MESSAGE_BYTES];
        for (to, from) in bytes.iter_mut().zip(out) {
            *to = from;
        }
        bytes
    }

    /// The message of those bytes; `None` if they are none. The layout of a picture is not yet checked.
    pub fn from_bytes(bytes: &[u8; MESSAGE_BYTES]) -> Option<Self> {
        let mut read = Fields(bytes);
        let [kind, detail, _, _] = read.take()?;
        match kind {
            0 => {
                let time_ns = i64::from_le_bytes(read.take()?);
                let (width, height) = (u32::from_le_bytes(read.take()?), u32::from_le_bytes(read.take()?));
                let [format, matrix, range, _] = read.take()?;
                let formats = [PixelFormat::Yuv420, PixelFormat::Yuv422, PixelFormat::Yuv444, PixelFormat::Gray];
                let mut planes = [Plane::default(); 3];
                for plane in &mut planes {
                    plane.offset = usize::try_from(u64::from_le_bytes(read.take()?)).ok()?;
                    plane.stride = u32::from_le_bytes(read.take()?) as usize;
                }
                let layout = Layout {
                    width: width as usize,
                    height: height as usize,
                    format: formats.into_iter().find(|known| *known as u8 == format)?,
                    matrix: if matrix == 0 { ColourMatrix::Bt601 } else { ColourMatrix::Bt709 },
                    full_range: range != 0,
                    planes,
                };
                Some(Self::Picture { slot: detail, time_ns, layout })
            }
            1 => Some(Self::End),
            2 => Some(Self::Damaged),
            4 => Some(Self::Skipping),
            3 => {
                // The text ends up in a terminal: nothing but printable ASCII passes.
                let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' };
                Some(Self::Failed(read.0.get(..detail as usize)?.iter().map(printable).collect()))
            }
            _ => None,
        }
    }
}

struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_none(bytes in prop::collection::vec(any::<u8>(), MESSAGE_BYTES)) {
            if let Some(message) = Message::from_bytes(&bytes.try_into().unwrap()) {
                prop_assert_eq!(Message::from_bytes(&message.to_bytes()), Some(message));
            }
        }

        #[test]
        fn a_picture_survives_the_wire(slot in any::<u8>(), time_ns in any::<i64>(), width in 0usize..9999, full in any::<bool>()) {
            let layout = Layout { full_range: full, ..Layout::packed(width, 480, PixelFormat::Yuv422) };
            let message = Message::Picture { slot, time_ns, layout };
            prop_assert_eq!(Message::from_bytes(&message.to_bytes()), Some(message));
        }

        #[test]
        fn a_long_text_is_cut(text in "[ -~]{0,400}") {
            let sent = Message::from_bytes(&Message::Failed(text.clone()).to_bytes());
            prop_assert_eq!(sent, Some(Message::Failed(text.chars().take(TEXT_BYTES).collect())));
        }

        #[test]
        fn a_job_survives_the_wire(resume_after_ns in any::<i64>(), openings_ns in prop::collection::vec(any::<i64>().prop_map(|s| s..s.saturating_add(9)), 0..9)) {
            let job = Job::File { ahead: 7, resume_after_ns, openings_ns };
            prop_assert_eq!(Job::read(&mut job.to_bytes().as_slice()).unwrap(), job);
            let job = Job::Packets { ahead: 3 };
            prop_assert_eq!(Job::read(&mut job.to_bytes().as_slice()).unwrap(), job);
        }

        #[test]
        fn a_packet_header_survives_the_wire(bytes in any::<u32>(), time_ns in any::<i64>(), discontinuity in any::<bool>()) {
            let header = PacketHeader { codec: Codec::H265, discontinuity, bytes, time_ns };
            prop_assert_eq!(PacketHeader::from_bytes(&header.to_bytes()), Some(header));
        }
    }
}
