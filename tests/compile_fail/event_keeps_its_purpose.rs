//! IVA-2b: an event's purpose cannot be changed.
fn repurpose(mut event: vokter_rules::event::Event) {
    event.purpose = "marketing".into();
}
fn main() {}
