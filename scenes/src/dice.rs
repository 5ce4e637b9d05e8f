//! Chance from a seed: the same seed gives the same pictures on every machine and in every version.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Dice(Pcg32);

impl Dice {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Pcg32::seed_from_u64(seed))
    }

    /// Another stream, which does not disturb this one however much is drawn from it.
    pub fn fork(&mut self) -> Self {
        Self::new(self.bits())
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32
    }

    /// Uniform in `low..high`.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `0..count`; 0 if there is nothing to choose from.
    pub fn below(&mut self, count: usize) -> usize {
        ((u64::from(self.0.next_u32()) * count as u64) >> 32) as usize
    }

    /// Whether something with that probability happens.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        of.get(self.below(of.len())).copied().unwrap_or(otherwise)
    }
}

/// A hash of a lattice point as a number in 0..1.
pub fn lattice(x: i32, y: i32, seed: u32) -> f32 {
    let mut hash = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77) ^ seed;
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    hash = (hash ^ (hash >> 12)).wrapping_mul(0x297a_2d39);
    ((hash ^ (hash >> 15)) >> 8) as f32 / (1 << 24) as f32
}

/// Value noise in 0..1 with features of size one.
pub fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (fx, fy) = (smooth(fx), smooth(fy));
    let (x0, y0) = (x0 as i32, y0 as i32);
    let upper = lattice(x0, y0, seed) * (1.0 - fx) + lattice(x0 + 1, y0, seed) * fx;
    let lower = lattice(x0, y0 + 1, seed) * (1.0 - fx) + lattice(x0 + 1, y0 + 1, seed) * fx;
    upper * (1.0 - fy) + lower * fy
}
