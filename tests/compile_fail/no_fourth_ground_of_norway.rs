//! WPC-5: a fourth ground of disclosure does not exist, and a ground without its evidence neither.
fn main() {
    let _ = vokter_vault::NorwayGround::LegalClaim { claim: vokter_vault::Evidence::new("a claim").unwrap() };
    let _ = vokter_vault::NorwayGround::Police { investigation: vokter_vault::Evidence::new("case 7").unwrap() };
}
