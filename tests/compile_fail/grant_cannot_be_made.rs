//! INV-4: a grant cannot be made, only minted.
fn make(label: vokter_vault::PurposeLabel) -> vokter_vault::Grant<vokter_vault::LifeAndHealth> {
    vokter_vault::Grant { label, kind: std::marker::PhantomData }
}
fn main() {}
