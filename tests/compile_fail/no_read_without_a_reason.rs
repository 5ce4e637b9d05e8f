//! INV-8: an access without a reason does not exist.
fn main() {
    let _ = vokter_vault::Access { who: String::new(), reason: String::new() };
}
