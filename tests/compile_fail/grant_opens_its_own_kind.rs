//! INV-4: what a grant of one kind of purpose opens is not shown to who may see another.
use vokter_vault::{Access, Grant, Item, LifeAndHealth, ParkingPayment, Reading, Vault};
fn see(_: Item<LifeAndHealth>) {}
fn read(vault: &Vault, grant: &Grant<ParkingPayment>, access: &Access, now: jiff::Timestamp) {
    let _ = vault.read(grant, access, &Reading::default(), now, see);
}
fn main() {}
