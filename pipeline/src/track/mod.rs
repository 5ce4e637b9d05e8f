//! Which boxes of successive frames are one object.
//!
//! Two stages as in ByteTrack (Zhang et al. 2022): sure detections are matched first, by overlap with where each track
//! is foreseen; unsure ones may only prolong tracks that are still in view. A track counts once it is confirmed.
//! Its id is random in each run and means nothing outside it.

mod kalman;

use arrayvec::ArrayVec;
use jiff::{SignedDuration, Timestamp};
use kalman::Motion;
use vokter_models::Detection;
use vokter_rules::analysis::{Sighting, TrackId};
use vokter_rules::geometry::Rect;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;

/// Score from which a detection is sure.
const SURE: f32 = 0.45;
/// Score from which a detection may begin a track.
const BEGINS: f32 = 0.5;
/// Least overlap of a sure detection with where a track is foreseen.
const OVERLAP_SURE: f32 = 0.15;
/// Least overlap of an unsure one.
const OVERLAP_UNSURE: f32 = 0.4;
/// Sightings that confirm a track.
const CONFIRMED_AFTER: u32 = 3;
/// How long an unconfirmed track may go unseen.
const TENTATIVE_FOR: SignedDuration = SignedDuration::from_millis(350);
/// How long a confirmed track may go unseen.
const LOST_FOR: SignedDuration = SignedDuration::from_millis(2000);

struct Track {
    id: TrackId,
    motion: Motion,
    foreseen: Rect,
    /// Sum of scores of each class; the track is of the class that has most.
    votes: [f32; ObjectClass::ALL.len()],
    sightings: u32,
    last_seen: Timestamp,
    /// The detection that was matched in this frame: its index and its box.
    seen: Option<(usize, Rect)>,
}

impl Track {
    fn class(&self) -> ObjectClass {
        let votes = ObjectClass::ALL.into_iter().zip(self.votes);
        votes.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(ObjectClass::Person, |(class, _)| class)
    }

    fn is_confirmed(&self) -> bool {
        self.sightings >= CONFIRMED_AFTER
    }

    fn see(&mut self, index: usize, detection: &Detection, at: Timestamp) {
        self.motion.update(&detection.region);
        if let Some(votes) = self.votes.get_mut(detection.class.index()) {
            *votes += detection.score;
        }
        self.sightings += 1;
        self.last_seen = at;
        self.seen = Some((index, detection.region));
    }
}

/// The tracks of one camera. Allocates nothing after it is made.
pub struct Tracker {
    tracks: Vec<Track>,
    pairs: Vec<(f32, usize, usize)>,
    ended: Vec<TrackId>,
    next_id: u64,
    last: Option<Timestamp>,
}

impl Tracker {
    /// A tracker whose ids count from a random number.
    pub fn new(random: u64) -> Self {
        Self {
            tracks: Vec::with_capacity(limits::TRACKS_PER_CAMERA),
            pairs: Vec::with_capacity(limits::TRACKS_PER_CAMERA * limits::DETECTIONS_PER_FRAME),
            ended: Vec::with_capacity(limits::TRACKS_PER_CAMERA),
            next_id: random,
            last: None,
        }
    }

    /// Takes one frame's detections into account. Frames come in order of time.
    pub fn update(&mut self, detections: &[Detection], at: Timestamp) {
        let since = self.last.replace(at).map_or(SignedDuration::ZERO, |last| at.duration_since(last));
        let dt = since.as_secs_f32().clamp(0.0, 10.0);
        for track in &mut self.tracks {
            track.motion.predict(dt);
            track.foreseen = track.motion.region();
            track.seen = None;
        }
        let mut free: ArrayVec<bool, { limits::DETECTIONS_PER_FRAME }> =
            detections.iter().take(limits::DETECTIONS_PER_FRAME).map(|_| true).collect();
        let in_view = |track: &Track| at.duration_since(track.last_seen) <= TENTATIVE_FOR;
        self.match_by_overlap(detections, &mut free, at, |_| true, |d| d.score >= SURE, OVERLAP_SURE);
        self.match_by_overlap(detections, &mut free, at, in_view, |d| d.score < SURE, OVERLAP_UNSURE);
        self.ended.clear();
        let ended = &mut self.ended;
        self.tracks.retain(|track| {
            let span = if track.is_confirmed() { LOST_FOR } else { TENTATIVE_FOR };
            let lives = at.duration_since(track.last_seen) <= span;
            if !lives {
                ended.push(track.id);
            }
            lives
        });
        for (index, (detection, free)) in detections.iter().zip(&free).enumerate() {
            if *free && detection.score >= BEGINS {
                self.begin(index, detection, at);
            }
        }
    }

    /// Greedy matching, best overlap first.
    fn match_by_overlap(
        &mut self,
        detections: &[Detection],
        free: &mut [bool],
        at: Timestamp,
        track_counts: impl Fn(&Track) -> bool,
        detection_counts: impl Fn(&Detection) -> bool,
        least: f32,
    ) {
        self.pairs.clear();
        for (t, track) in self.tracks.iter().enumerate().filter(|(_, track)| track.seen.is_none()) {
            if !track_counts(track) {
                continue;
            }
            let class = track.class();
            for (d, (detection, free)) in detections.iter().zip(free.iter()).enumerate() {
                if *free && detection_counts(detection) && detection.class.is_taken_for(class) {
                    let overlap = track.foreseen.iou(&detection.region);
                    if overlap >= least {
                        self.pairs.push((overlap, t, d));
                    }
                }
            }
        }
        self.pairs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        for (_, t, d) in self.pairs.drain(..) {
            if let (Some(track), Some(detection), Some(free)) =
                (self.tracks.get_mut(t), detections.get(d), free.get_mut(d))
                && track.seen.is_none()
                && *free
            {
                *free = false;
                track.see(d, detection, at);
            }
        }
    }

    fn begin(&mut self, index: usize, detection: &Detection, at: Timestamp) {
        if self.tracks.len() == limits::TRACKS_PER_CAMERA {
            return;
        }
        self.next_id = self.next_id.wrapping_add(1);
        let motion = Motion::new(&detection.region);
        let mut track = Track {
            id: TrackId::from_random(self.next_id),
            motion,
            foreseen: detection.region,
            votes: [0.0; ObjectClass::ALL.len()],
            sightings: 0,
            last_seen: at,
            seen: None,
        };
        track.see(index, detection, at);
        self.tracks.push(track);
    }

    /// The confirmed tracks that the last frame showed.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting> + Clone {
        self.tracks.iter().filter(|track| track.is_confirmed()).filter_map(|track| {
            Some(Sighting { track: track.id, class: track.class(), region: track.seen?.1, at: track.last_seen })
        })
    }

    /// Which of the last frame's detections a track took, by its index; `None` if the frame did not show it.
    pub fn detection_of(&self, track: TrackId) -> Option<usize> {
        self.tracks.iter().find(|known| known.id == track)?.seen.map(|(index, _)| index)
    }

    /// The tracks that the last frame ended.
    pub fn ended(&self) -> &[TrackId] {
        &self.ended
    }

    /// Tracks that live, confirmed or not.
    pub fn live(&self) -> usize {
        self.tracks.len()
    }

    /// Forgets every track: the frames to come have nothing to do with those before.
    pub fn reset(&mut self) {
        self.tracks.clear();
        self.ended.clear();
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(frame: i64) -> Timestamp {
        Timestamp::from_millisecond(frame * 100).unwrap()
    }

    fn person(x: f32, score: f32) -> Detection {
        Detection { class: ObjectClass::Person, score, region: Rect::new(x, 0.3, x + 0.08, 0.6) }
    }

    #[test]
    fn two_people_who_pass_each_other_stay_two_tracks() {
        let mut tracker = Tracker::new(1);
        let mut seen = std::collections::HashSet::new();
        for frame in 0..60 {
            let step = frame as f32 * 0.012;
            let other = Detection { region: Rect::new(0.8 - step, 0.4, 0.88 - step, 0.75), ..person(0.0, 0.8) };
            tracker.update(&[person(0.1 + step, 0.9), other], at(frame));
            seen.extend(tracker.sightings().map(|sighting| sighting.track));
        }
        assert_eq!((seen.len(), tracker.live()), (2, 2));
    }

    #[test]
    fn a_track_survives_an_occlusion_and_a_dip_in_score() {
        let mut tracker = Tracker::new(1);
        let mut seen = std::collections::HashSet::new();
        for frame in 0..40 {
            let x = 0.1 + frame as f32 * 0.01;
            match frame {
                15..24 => tracker.update(&[], at(frame)),
                28..34 => tracker.update(&[person(x, 0.2)], at(frame)),
                _ => tracker.update(&[person(x, 0.8)], at(frame)),
            }
            seen.extend(tracker.sightings().map(|sighting| sighting.track));
        }
        assert_eq!(seen.len(), 1);
    }

    #[test]
    fn a_track_says_which_detection_it_took() {
        let mut tracker = Tracker::new(1);
        for frame in 0..5 {
            let step = frame as f32 * 0.01;
            tracker.update(&[person(0.1 + step, 0.9), person(0.6 - step, 0.8)], at(frame));
        }
        let tracks: Vec<_> = tracker.sightings().map(|seen| (seen.track, seen.region)).collect();
        // The detector says them the other way round.
        let after = [person(0.55, 0.9), person(0.15, 0.8)];
        tracker.update(&after, at(5));
        for (track, region) in tracks {
            let took = tracker.detection_of(track).unwrap();
            assert!(after[took].region.iou(&region) > 0.5);
        }
        tracker.update(&after[..1], at(6));
        assert_eq!(tracker.tracks.iter().filter(|track| tracker.detection_of(track.id).is_some()).count(), 1);
    }

    #[test]
    fn a_flash_is_no_track_and_an_end_is_said_once() {
        let mut tracker = Tracker::new(1);
        tracker.update(&[person(0.1, 0.9)], at(0));
        for frame in 1..10 {
            tracker.update(&[], at(frame));
            assert_eq!(tracker.sightings().count(), 0);
        }
        assert_eq!(tracker.live(), 0);
        for frame in 10..20 {
            tracker.update(&[person(0.5, 0.9)], at(frame));
        }
        let ends: usize = (20..60)
            .map(|frame| {
                tracker.update(&[], at(frame));
                tracker.ended().len()
            })
            .sum();
        assert_eq!(ends, 1);
    }

    #[test]
    fn inv_11_tracks_are_bounded() {
        let mut tracker = Tracker::new(u64::MAX - 3);
        for frame in 0..50 {
            let scattered = |i: usize| {
                let (x, y) = ((i % 10) as f32 / 10.0, (i / 10) as f32 / 10.0 + (frame % 2) as f32 * 0.05);
                Detection { region: Rect::new(x, y, x + 0.02, y + 0.02), ..person(0.0, 0.9) }
            };
            let many: Vec<_> = (0..100).map(scattered).collect();
            tracker.update(&many, at(frame));
            assert!(tracker.live() <= limits::TRACKS_PER_CAMERA);
        }
    }
}
