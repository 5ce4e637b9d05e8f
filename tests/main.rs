//! All behaviour tests, as one program.
