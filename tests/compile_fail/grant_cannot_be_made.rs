//! INV-4: a grant can be neither made nor copied, only minted.
fn copy(grant: &vokter_vault::Grant<vokter_vault::LifeAndHealth>) -> vokter_vault::Grant<vokter_vault::LifeAndHealth> {
    grant.clone()
}
fn main() {
    let label = vokter_vault::PurposeLabel::new(vokter_rules::purpose::PurposeKind::LifeAndHealth, "a").unwrap();
    let _ = vokter_vault::Grant::<vokter_vault::LifeAndHealth> { label, kind: std::marker::PhantomData };
}
