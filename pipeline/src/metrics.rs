//! Every counter of the frame path, as one closed list with one closed label, so that nothing else can reach a
//! dashboard.

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// What is counted, for each camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Compressed packets that a live camera sent.
    PacketsReceived,
    /// Packets that were discarded undecoded because no purpose was open.
    PacketsOutsideSchedule,
    /// Packets that were shed because the decoder was behind.
    PacketsShed,
    /// Packets that could not be decoded.
    PacketsDamaged,
    /// Pictures that came out of the decoder.
    FramesDecoded,
    /// Pictures that the motion gate kept from inference.
    FramesGated,
    /// Pictures that were shed because inference was behind.
    FramesShed,
    /// Pictures that went through the detector.
    FramesAnalysed,
    /// Vehicles in lanes whose plate was read.
    PassagesRead,
    /// Vehicles in lanes whose plate was not, while plates were read.
    PassagesUnread,
    /// Events that rules reported.
    Events,
    /// Connections to the camera that were lost.
    Disconnects,
    /// Decoder processes that died or were ended.
    DecoderRestarts,
}

impl Metric {
    /// Every metric, in declaration order.
    pub const ALL: [Self; 13] = [
        Self::PacketsReceived,
        Self::PacketsOutsideSchedule,
        Self::PacketsShed,
        Self::PacketsDamaged,
        Self::FramesDecoded,
        Self::FramesGated,
        Self::FramesShed,
        Self::FramesAnalysed,
        Self::PassagesRead,
        Self::PassagesUnread,
        Self::Events,
        Self::Disconnects,
        Self::DecoderRestarts,
    ];

    /// Its name and description in Prometheus.
    pub const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::PacketsReceived => ("vokter_packets_received_total", "packets that a live camera sent"),
            Self::PacketsOutsideSchedule => {
                ("vokter_packets_outside_schedule_total", "packets discarded undecoded because no purpose was open")
            }
            Self::PacketsShed => ("vokter_packets_shed_total", "packets shed because the decoder was behind"),
            Self::PacketsDamaged => ("vokter_packets_damaged_total", "packets that could not be decoded"),
            Self::FramesDecoded => ("vokter_frames_decoded_total", "pictures that came out of the decoder"),
            Self::FramesGated => ("vokter_frames_gated_total", "pictures that the motion gate kept from inference"),
            Self::FramesShed => ("vokter_frames_shed_total", "pictures shed because inference was behind"),
            Self::FramesAnalysed => ("vokter_frames_analysed_total", "pictures that went through the detector"),
            Self::PassagesRead => ("vokter_passages_read_total", "vehicles in lanes whose plate was read"),
            Self::PassagesUnread => {
                ("vokter_passages_unread_total", "vehicles in lanes whose plate was not read, while plates were")
            }
            Self::Events => ("vokter_events_total", "events that rules reported"),
            Self::Disconnects => ("vokter_disconnects_total", "connections to the camera that were lost"),
            Self::DecoderRestarts => ("vokter_decoder_restarts_total", "decoder processes that died or were ended"),
        }
    }
}

/// The counters of all cameras.
pub struct Metrics {
    registry: Registry,
    counters: Vec<IntCounterVec>,
}

impl Metrics {
    /// Counters at nought.
    ///
    /// # Errors
    /// When two metrics have one name.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let mut counters = Vec::with_capacity(Metric::ALL.len());
        for metric in Metric::ALL {
            let (name, help) = metric.name();
            let counter = IntCounterVec::new(Opts::new(name, help), &["camera"])?;
            registry.register(Box::new(counter.clone()))?;
            counters.push(counter);
        }
        Ok(Self { registry, counters })
    }

    /// The registry, for an endpoint to serve.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn of_camera(&self, camera: &str) -> CameraMetrics {
        CameraMetrics(self.counters.iter().map(|counter| counter.with_label_values(&[camera])).collect())
    }
}

/// The counters of one camera, looked up once.
pub(crate) struct CameraMetrics(Vec<IntCounter>);

impl CameraMetrics {
    pub fn add(&self, metric: Metric, count: u64) {
        if let Some(counter) = self.0.get(metric as usize) {
            counter.inc_by(count);
        }
    }

    pub fn get(&self, metric: Metric) -> u64 {
        self.0.get(metric as usize).map_or(0, IntCounter::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_counts_under_its_own_name() {
        let metrics = Metrics::new().unwrap();
        let camera = metrics.of_camera("yard");
        for (index, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, index);
            camera.add(metric, index as u64 + 1);
        }
        for (index, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(camera.get(metric), index as u64 + 1);
            assert!(metrics.registry().gather().iter().any(|family| family.name() == metric.name().0));
        }
    }
}
