//! INV-4: who keeps events cannot read them.
use vokter_vault::{Access, Reading, Recorder, Vault};
fn read(vault: &Vault, recorder: &Recorder, access: &Access, now: jiff::Timestamp) {
    let _ = vault.read(recorder, access, &Reading::default(), now, |_| {});
}
fn main() {}
