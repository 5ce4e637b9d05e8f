//! Packets of a live camera on their way to its decoder: a bounded queue that sheds the oldest.

use crate::health::CameraHealth;
use crate::metrics::Metric;
use futures::stream::BoxStream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use vokter_frames::wire::{Codec, PACKET_HEADER_BYTES, PacketHeader};
use vokter_rules::limits;

/// One compressed picture.
pub(crate) struct Packet {
    pub codec: Codec,
    /// Whether decoding can begin here.
    pub is_key: bool,
    pub data: Vec<u8>,
    /// Time since some beginning of the source's own, in nanoseconds.
    pub media_ns: i64,
}

/// What a connection yields: pictures, or why it ended.
pub(crate) type Packets = BoxStream<'static, Result<Packet, String>>;

struct Queued {
    header: [u8; PACKET_HEADER_BYTES],
    data: Vec<u8>,
    is_key: bool,
}

impl Queued {
    fn bytes(&self) -> usize {
        self.header.len() + self.data.len()
    }
}

/// The queue, and the decoder that it empties into. Decoders come and go; the queue stays.
pub(crate) struct Feed {
    decoders: mpsc::Receiver<std::os::unix::net::UnixStream>,
    decoder: Option<UnixStream>,
    queue: VecDeque<Queued>,
    queued_bytes: usize,
    /// Bytes of the front packet that the decoder already has.
    written: usize,
    needs_key: bool,
    discontinuity: bool,
    /// Packets queued for the decoder since it last gave a picture.
    unanswered: Arc<AtomicU32>,
    health: Arc<CameraHealth>,
}

impl Feed {
    pub fn new(
        decoders: mpsc::Receiver<std::os::unix::net::UnixStream>,
        unanswered: Arc<AtomicU32>,
        health: Arc<CameraHealth>,
    ) -> Self {
        Self {
            decoders,
            decoder: None,
            queue: VecDeque::with_capacity(limits::PACKETS_PER_CAMERA),
            queued_bytes: 0,
            written: 0,
            needs_key: true,
            discontinuity: true,
            unanswered,
            health,
        }
    }

    /// The packets to come do not continue those before: wait for a key frame.
    pub fn interrupt(&mut self) {
        self.needs_key = true;
        self.discontinuity = true;
    }

    /// Queues a packet. What does not fit makes the oldest packets, up to the next key frame, be shed.
    pub fn push(&mut self, packet: Packet, time_ns: i64) {
        if self.needs_key && !packet.is_key {
            self.health.add(Metric::PacketsShed, u64::from(self.decoder.is_some()));
            return;
        }
        let Some(bytes) = u32::try_from(packet.data.len()).ok().filter(|b| *b as usize <= limits::PACKET_BYTES) else {
            self.health.add(Metric::PacketsShed, 1);
            return self.interrupt();
        };
        self.needs_key = false;
        let discontinuity = std::mem::take(&mut self.discontinuity);
        let header = PacketHeader { codec: packet.codec, discontinuity, bytes, time_ns }.to_bytes();
        let queued = Queued { header, data: packet.data, is_key: packet.is_key };
        self.queued_bytes += queued.bytes();
        self.queue.push_back(queued);
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        while self.queue.len() > limits::PACKETS_PER_CAMERA || self.queued_bytes > limits::PACKET_QUEUE_BYTES {
            self.shed_oldest();
        }
    }

    /// Sheds the oldest packet that is not half written, and all that need it.
    fn shed_oldest(&mut self) {
        let first = usize::from(self.written > 0);
        let mut shed = 0;
        while let Some(oldest) = self.queue.get(first)
            && (shed == 0 || !oldest.is_key)
        {
            self.queued_bytes -= oldest.bytes();
            self.queue.remove(first);
            shed += 1;
        }
        self.health.add(Metric::PacketsShed, shed);
        match self.queue.get_mut(first) {
            Some(key) => key.header[1] = 1,
            None => self.interrupt(),
        }
    }

    /// Writes queued packets to the decoder, for as long as it is polled. May be dropped at any await and called
    /// again: what was written is remembered.
    pub async fn pump(&mut self) -> Infallible {
        loop {
            let Some(decoder) = &self.decoder else {
                match self.decoders.recv().await {
                    Some(stream) => self.attach(stream),
                    None => std::future::pending().await,
                }
                continue;
            };
            let Some(front) = self.queue.front() else {
                match self.decoders.recv().await {
                    Some(stream) => self.attach(stream),
                    None => std::future::pending().await,
                }
                continue;
            };
            let rest = match front.header.get(self.written..).filter(|rest| !rest.is_empty()) {
                Some(header) => header,
                None => front.data.get(self.written - PACKET_HEADER_BYTES..).unwrap_or_default(),
            };
            let written = match decoder.writable().await {
                Ok(()) => decoder.try_write(rest),
                Err(error) => Err(error),
            };
            match written {
                Ok(count) => {
                    self.written += count;
                    if self.written >= front.bytes() {
                        self.queued_bytes -= front.bytes();
                        self.queue.pop_front();
                        self.written = 0;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // The decoder is gone; the camera's thread starts another.
                Err(_) => self.decoder = None,
            }
        }
    }

    /// Begins again with a new decoder, which needs a key frame.
    fn attach(&mut self, stream: std::os::unix::net::UnixStream) {
        let attached = stream.set_nonblocking(true).and_then(|()| UnixStream::from_std(stream));
        self.decoder = attached.inspect_err(|error| tracing::error!(%error, "a decoder could not be fed")).ok();
        self.health.add(Metric::PacketsShed, self.queue.len() as u64);
        self.queue.clear();
        (self.queued_bytes, self.written) = (0, 0);
        self.unanswered.store(0, Ordering::Relaxed);
        self.interrupt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use std::io::Read;
    use vokter_frames::wire::PACKET_HEADER_BYTES;

    fn feed() -> (Feed, mpsc::Sender<std::os::unix::net::UnixStream>, Arc<CameraHealth>) {
        let health = Arc::new(CameraHealth::new("yard", Metrics::new().unwrap().of_camera("yard")));
        let (sender, receiver) = mpsc::channel(1);
        (Feed::new(receiver, Arc::default(), Arc::clone(&health)), sender, health)
    }

    fn packet(is_key: bool, bytes: usize) -> Packet {
        Packet { codec: Codec::H264, is_key, data: vec![7; bytes], media_ns: 0 }
    }

    #[test]
    fn inv_11_the_oldest_group_is_shed_when_the_decoder_is_behind() {
        let (mut feed, _sender, health) = feed();
        for number in 0..limits::PACKETS_PER_CAMERA + 1 {
            feed.push(packet(number % 16 == 0, 10), number as i64);
        }
        assert_eq!(health.count(Metric::PacketsShed), 16, "the first group");
        let front = PacketHeader::from_bytes(&feed.queue[0].header).unwrap();
        assert_eq!((front.time_ns, front.discontinuity), (16, true));
        assert_eq!(feed.queued_bytes, feed.queue.iter().map(Queued::bytes).sum::<usize>());
    }

    #[test]
    fn packets_too_large_are_refused_and_the_next_key_frame_is_awaited() {
        let (mut feed, _sender, _) = feed();
        feed.push(packet(true, limits::PACKET_BYTES + 1), 0);
        feed.push(packet(false, 10), 1);
        assert!(feed.queue.is_empty());
        feed.push(packet(true, 10), 2);
        assert_eq!(feed.queue.len(), 1);
    }

    #[test]
    fn a_decoder_gets_whole_packets_from_a_key_frame_on() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut feed, sender, _) = feed();
            let (ours, mut theirs) = std::os::unix::net::UnixStream::pair().unwrap();
            sender.send(ours).await.unwrap();
            let soon = std::time::Duration::from_millis(20);
            let _ = tokio::time::timeout(soon, feed.pump()).await;
            for (number, is_key) in [(0, false), (1, true), (2, false)] {
                feed.push(packet(is_key, 300_000), number);
            }
            let reader = std::thread::spawn(move || {
                let mut times = vec![];
                for _ in 0..2 {
                    let mut header = [0; PACKET_HEADER_BYTES];
                    theirs.read_exact(&mut header).unwrap();
                    let header = PacketHeader::from_bytes(&header).unwrap();
                    let mut data = vec![0; header.bytes as usize];
                    theirs.read_exact(&mut data).unwrap();
                    assert!(data.iter().all(|byte| *byte == 7));
                    times.push((header.time_ns, header.discontinuity));
                }
                times
            });
            while !reader.is_finished() {
                let _ = tokio::time::timeout(soon, feed.pump()).await;
            }
            assert_eq!(reader.join().unwrap(), [(1, true), (2, false)]);
        });
    }
}
