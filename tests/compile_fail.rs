//! What must not compile: the guarantees that types give.

#[test]
fn what_the_types_forbid_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
