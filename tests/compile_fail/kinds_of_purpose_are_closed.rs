//! INV-4: nobody adds a kind of purpose.
enum Marketing {}
impl vokter_vault::Kind for Marketing {
    const KIND: vokter_rules::purpose::PurposeKind = vokter_rules::purpose::PurposeKind::LifeAndHealth;
}
fn main() {}
