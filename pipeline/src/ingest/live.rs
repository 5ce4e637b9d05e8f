//! A live camera's connection: made, watched, made again, for as long as the engine runs.

use super::backoff::Backoff;
use super::feed::{Feed, Packets};
use super::{mjpeg, rtsp};
use crate::health::{CameraHealth, State};
use crate::metrics::Metric;
use futures::StreamExt;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use vokter_rules::policy::Schedule;

/// How long a camera may take to answer.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long a camera may send no picture before it is taken for frozen. A frozen server keeps its connection open, so
/// nothing else would notice.
const PICTURE_WITHIN: Duration = Duration::from_secs(4);
/// How far a camera's clock may run from ours before times are taken anew.
const DRIFT: SignedDuration = SignedDuration::from_secs(2);

/// An address that is spoken to.
#[derive(Clone)]
pub(crate) enum Address {
    Rtsp(Url),
    MotionJpeg(Url),
}

impl Address {
    async fn connect(&self) -> Result<Packets, String> {
        match self {
            Self::Rtsp(url) => rtsp::connect(url).await,
            Self::MotionJpeg(url) => mjpeg::connect(url).await,
        }
    }
}

/// Everything that a live camera's task needs.
pub(crate) struct Live {
    pub address: Address,
    pub feed: Feed,
    pub schedules: Vec<Schedule>,
    pub time_zone: TimeZone,
    pub health: Arc<CameraHealth>,
}

impl Live {
    /// Runs until it is dropped.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new();
        loop {
            if !self.is_open(Timestamp::now()) {
                self.health.set_state(State::OutsideSchedule);
            } else if !matches!(self.health.state(), State::Lost(_)) {
                self.health.set_state(State::Connecting);
            }
            let address = self.address.clone();
            let connected = tokio::time::timeout(CONNECT_WITHIN, address.connect());
            let connected = self.meanwhile(connected).await;
            let cause = match connected {
                Ok(Ok(packets)) => {
                    let (received, cause) = self.receive(packets).await;
                    if received {
                        backoff.reset();
                    }
                    cause
                }
                Ok(Err(cause)) => cause,
                Err(_) => format!("no answer for {} s", CONNECT_WITHIN.as_secs()),
            };
            self.health.add(Metric::Disconnects, 1);
            self.health.set_state(State::Lost(cause));
            self.feed.interrupt();
            self.meanwhile(tokio::time::sleep(backoff.wait())).await;
        }
    }

    /// Waits for something while the feed goes on emptying into its decoder.
    async fn meanwhile<T>(&mut self, something: impl Future<Output = T>) -> T {
        tokio::select! {
            done = something => done,
            never = self.feed.pump() => match never {},
        }
    }

    /// Takes pictures until the connection ends. Returns whether there was any, and why it ended.
    async fn receive(&mut self, mut packets: Packets) -> (bool, String) {
        let mut clock = WallClock::default();
        let mut received = false;
        let mut open_before = false;
        let mut deadline = tokio::time::Instant::now() + PICTURE_WITHIN;
        loop {
            let next = tokio::time::timeout_at(deadline, packets.next());
            let packet = match self.meanwhile(next).await {
                Ok(Some(Ok(packet))) => packet,
                Ok(Some(Err(cause))) => return (received, cause),
                Ok(None) => return (received, "the camera ended the stream".to_owned()),
                Err(_) => return (received, format!("no picture for {} s", PICTURE_WITHIN.as_secs())),
            };
            deadline = tokio::time::Instant::now() + PICTURE_WITHIN;
            received = true;
            self.health.add(Metric::PacketsReceived, 1);
            let at = clock.at(packet.media_ns, Timestamp::now());
            let open = self.is_open(at);
            if !open {
                // Not decoded, not kept: the bytes end here.
                self.health.add(Metric::PacketsOutsideSchedule, 1);
                self.health.set_state(State::OutsideSchedule);
                self.feed.interrupt();
                open_before = false;
                continue;
            }
            if !open_before {
                self.health.set_state(State::Running);
                open_before = true;
            }
            self.feed.push(packet, i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX));
        }
    }

    fn is_open(&self, at: Timestamp) -> bool {
        self.schedules.iter().any(|schedule| schedule.is_open(at, &self.time_zone))
    }
}

/// Turns a camera's own time into ours: intervals as the camera says, the beginning as we saw it, and never
/// backwards unless our own clock was set back.
#[derive(Default)]
struct WallClock {
    begun: Option<(Timestamp, i64)>,
    last: Option<Timestamp>,
}

impl WallClock {
    fn at(&mut self, media_ns: i64, now: Timestamp) -> Timestamp {
        let (wall, media) = *self.begun.get_or_insert((now, media_ns));
        let since = SignedDuration::from_nanos(media_ns.saturating_sub(media));
        let mut at = wall.saturating_add(since).unwrap_or(now);
        if at.duration_since(now).abs() > DRIFT {
            self.begun = Some((now, media_ns));
            at = now;
        }
        // Our own clock was set back: what comes has nothing to do with what was.
        if self.last.is_some_and(|last| last.duration_since(now) > DRIFT) {
            self.last = None;
        }
        let least = self.last.map(|last| last.saturating_add(SignedDuration::from_micros(1)).unwrap_or(last));
        at = least.map_or(at, |least| at.max(least));
        self.last = Some(at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_only_go_forward_and_stay_near_ours(media in prop::collection::vec(any::<i64>(), 1..50)) {
            let mut clock = WallClock::default();
            let mut last = None;
            for (step, media) in media.into_iter().enumerate() {
                let now = Timestamp::from_millisecond(1_700_000_000_000 + step as i64 * 40).unwrap();
                let at = clock.at(media, now);
                prop_assert!(last.is_none_or(|last| at > last));
                prop_assert!(at.duration_since(now).abs() <= DRIFT + SignedDuration::from_millis(50));
                last = Some(at);
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_back_is_followed() {
        let mut clock = WallClock::default();
        let noon = Timestamp::from_second(1_700_000_000).unwrap();
        let earlier = noon - SignedDuration::from_hours(1);
        assert_eq!(clock.at(0, noon), noon);
        assert_eq!(clock.at(40_000_000, earlier), earlier);
    }

    #[test]
    fn intervals_are_the_cameras_own() {
        let mut clock = WallClock::default();
        let now = |ms: i64| Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap();
        let first = clock.at(5_000_000_000, now(0));
        let second = clock.at(5_040_000_000, now(71));
        assert_eq!(second.duration_since(first), SignedDuration::from_millis(40));
    }
}
