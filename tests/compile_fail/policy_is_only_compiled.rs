//! INV-3: a policy that did not pass the compiler does not exist.
fn main() {
    let _ = vokter_rules::policy::SitePolicy { name: String::new() };
}
