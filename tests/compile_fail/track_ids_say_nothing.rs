//! ISL-15: a track's id cannot be printed or stored.
fn main() {
    println!("{:?}", vokter_rules::analysis::TrackId::from_random(1));
}
