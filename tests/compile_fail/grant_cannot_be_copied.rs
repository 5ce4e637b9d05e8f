//! INV-4: a grant cannot be copied: each component has its own, or none.
fn copy(grant: &vokter_vault::Grant<vokter_vault::LifeAndHealth>) -> vokter_vault::Grant<vokter_vault::LifeAndHealth> {
    grant.clone()
}
fn main() {}
