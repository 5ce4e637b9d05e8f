//! INV-2: what a masked frame reads from cannot be taken out of it.
fn look(frame: vokter_frames::MaskedFrame) -> vokter_frames::PixelLease {
    frame.lease
}
fn main() {}
