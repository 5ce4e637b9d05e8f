//! From decoded bytes to masked pictures and tensors.
//!
//! ```text
//! shared memory ─▶ RawFrame ──mask──▶ MaskedFrame ─┬─▶ luma plane    (motion gate)
//!                  nothing           rows are      ├─▶ tensor, NCHW  (detector)
//!                  readable          burned as     ├─▶ crop, tensor  (plate finder and reader)
//!                                    they are read └─▶ still, RGB    (alarm picture)
//! ```
//!
//! There is one door to pixels: [`MaskedFrame`] copies a row out of shared memory and burns the camera's masks into
//! that copy before anyone sees it (INV-2). Every product here is made of such rows.
//!
//! This crate refuses to know where frames come from, what is in them, and what time it is.

mod crop;
mod layout;
mod letterbox;
mod luma;
mod mask;
mod still;
pub mod wire;

pub use crop::{Cropper, Filling, Quad, Resize, Shown};
pub use layout::{ColourMatrix, Layout, LayoutError, PixelFormat, Plane};
pub use letterbox::{Channels, Fit, Letterbox, Placement, TensorSpec, kernel_name};
pub use luma::LumaPlane;
pub use mask::{MASKED_CHROMA, MASKED_LUMA, MaskPlan, MaskedFrame, PixelLease, RawFrame, SlotOwner};
pub use still::Still;
