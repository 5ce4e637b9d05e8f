//! Pictures of a table, as SVG that stands alone: readable in light and dark, with a title and a description.

mod series;
mod svg;
mod week;

pub use series::series_plot;
pub use week::week_profile;
