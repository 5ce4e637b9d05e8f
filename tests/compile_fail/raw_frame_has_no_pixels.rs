//! INV-2: a frame that is not masked shows nothing but its shape.
fn main() {
    let layout = vokter_frames::Layout::packed(32, 32, vokter_frames::PixelFormat::Gray);
    let lease = vokter_frames::PixelLease::of_bytes(vec![0; 1024]);
    let raw = vokter_frames::RawFrame::new(lease, layout).unwrap();
    vokter_frames::LumaPlane::default().fill(&raw);
}
