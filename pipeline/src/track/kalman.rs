//! A constant-velocity Kalman filter (Kalman 1960) for a box, one independent filter for each of its four numbers.
//!
//! Noise is in proportion to the box: far objects move and jitter by fewer pixels than near ones.

use vokter_rules::geometry::Rect;

/// Standard deviation of a measurement, in box heights.
const MEASUREMENT: f32 = 0.05;
/// Standard deviation of acceleration, in box heights a second squared.
const ACCELERATION: f32 = 3.0;
/// Standard deviation of the velocity of a new object, in box heights a second.
const FIRST_VELOCITY: f32 = 2.0;

/// The estimate of one number and its rate.
#[derive(Clone, Copy, Debug)]
struct Axis {
    value: f32,
    rate: f32,
    /// Covariance: value-value, value-rate, rate-rate. In double precision: after a long silence it is a million
    /// times the measurement's, and what an update leaves of it would be lost in single.
    covariance: [f64; 3],
}

impl Axis {
    fn new(value: f32, scale: f32) -> Self {
        let (position, velocity) = (f64::from(MEASUREMENT * scale), f64::from(FIRST_VELOCITY * scale));
        Self { value, rate: 0.0, covariance: [position * position, 0.0, velocity * velocity] }
    }

    fn predict(&mut self, dt: f32, scale: f32) {
        self.value += self.rate * dt;
        let (q, dt) = (f64::from(ACCELERATION * scale).powi(2), f64::from(dt));
        let [vv, vr, rr] = self.covariance;
        self.covariance = [
            vv + 2.0 * dt * vr + dt * dt * rr + q * dt.powi(4) / 4.0,
            vr + dt * rr + q * dt.powi(3) / 2.0,
            rr + q * dt * dt,
        ];
    }

    fn update(&mut self, measured: f32, scale: f32) {
        let [vv, vr, rr] = self.covariance;
        let noise = f64::from(MEASUREMENT * scale).powi(2);
        let total = vv + noise;
        let surprise = measured - self.value;
        self.value += (vv / total) as f32 * surprise;
        self.rate += (vr / total) as f32 * surprise;
        self.covariance = [vv * noise / total, vr * noise / total, rr - vr * vr / total];
    }
}

/// The motion of one box: centre, width and height, with their rates a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Motion {
    centre_x: Axis,
    centre_y: Axis,
    width: Axis,
    height: Axis,
}

impl Motion {
    pub fn new(region: &Rect) -> Self {
        let (x, y) = centre(region);
        // Widths and heights of the picture differ: across, noise is in proportion to the box's width.
        let (across, down) = scales(region);
        Self {
            centre_x: Axis::new(x, across),
            centre_y: Axis::new(y, down),
            width: Axis::new(region.width(), across),
            height: Axis::new(region.height(), down),
        }
    }

    /// Moves the estimate on by `dt` seconds.
    pub fn predict(&mut self, dt: f32) {
        let (across, down) = scales(&self.region());
        self.centre_x.predict(dt, across);
        self.centre_y.predict(dt, down);
        // A size that is not seen does not go on growing.
        self.width.rate *= 0.5;
        self.height.rate *= 0.5;
        self.width.predict(dt, across * 0.5);
        self.height.predict(dt, down * 0.5);
    }

    /// Takes a measured box into account.
    pub fn update(&mut self, region: &Rect) {
        let ((x, y), (across, down)) = (centre(region), scales(region));
        self.centre_x.update(x, across);
        self.centre_y.update(y, down);
        self.width.update(region.width(), across);
        self.height.update(region.height(), down);
    }

    /// The estimated box.
    pub fn region(&self) -> Rect {
        let (x, y) = (self.centre_x.value, self.centre_y.value);
        let (w, h) = (self.width.value.max(1e-4) / 2.0, self.height.value.max(1e-4) / 2.0);
        Rect::new(x - w, y - h, x + w, y + h)
    }
}

fn centre(region: &Rect) -> (f32, f32) {
    ((region.left + region.right) / 2.0, (region.top + region.bottom) / 2.0)
}

fn scales(region: &Rect) -> (f32, f32) {
    (region.width().max(1e-3), region.height().max(1e-3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_walk_is_foreseen() {
        let at = |t: f32| Rect::new(0.2 + 0.1 * t, 0.3, 0.25 + 0.1 * t, 0.5);
        let mut motion = Motion::new(&at(0.0));
        for frame in 1..30 {
            motion.predict(0.1);
            motion.update(&at(frame as f32 * 0.1));
        }
        motion.predict(0.5);
        assert!(motion.region().iou(&at(2.9 + 0.5)) > 0.8, "{:?}", motion.region());
    }

    #[test]
    fn covariance_stays_positive_over_long_silences() {
        let mut motion = Motion::new(&Rect::new(0.4, 0.4, 0.5, 0.6));
        for step in 0..200 {
            motion.predict(if step % 7 == 0 { 30.0 } else { 0.01 });
            if step % 3 == 0 {
                motion.update(&Rect::new(0.4, 0.4, 0.5, 0.6));
            }
            for axis in [motion.centre_x, motion.centre_y, motion.width, motion.height] {
                let [vv, vr, rr] = axis.covariance;
                assert!(vv > 0.0 && rr > 0.0 && vv * rr >= vr * vr * 0.99 && axis.value.is_finite());
            }
        }
    }
}
