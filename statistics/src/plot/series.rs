//! A series over time: a panel a category, the interval as a band, gaps left open.

use super::svg::{Svg, step};
use crate::csv::local;
use crate::error::StatisticsError;
use crate::grid::Spans;
use crate::published::Table;
use std::fmt::Write as _;

const WIDTH: u32 = 800;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 788.0;
const PANEL: f64 = 150.0;
const TOP: f64 = 44.0;
const BETWEEN: f64 = 34.0;

/// A panel: from values to places.
struct Scale {
    bottom: f64,
    top: f64,
    most: f64,
    rows: f64,
}

impl Scale {
    fn x(&self, row: usize) -> f64 {
        LEFT + (RIGHT - LEFT) * (row as f64 + 0.5) / self.rows
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (value / self.most).clamp(0.0, 1.0)
    }
}

/// The table over time.
///
/// # Errors
/// When its time zone is none.
pub fn series_plot(table: &Table) -> Result<String, StatisticsError> {
    let definition = &table.info.definition;
    let spans = definition.spans()?;
    let mut svg = Svg::new(WIDTH);
    svg.text(LEFT, 20.0, "", "start", &definition.title());
    let categories = definition.breakdown.categories.iter().enumerate();
    for (category, name) in categories.clone() {
        let top = TOP + category as f64 * (PANEL + BETWEEN);
        panel(&mut svg, table, category, name, top);
    }
    let bottom = TOP + categories.len() as f64 * (PANEL + BETWEEN) - BETWEEN;
    times(&mut svg, table, &spans, bottom);
    let noise =
        definition.noise().map(|noise| format!("noise of standard deviation {:.1}", noise.standard_deviation()));
    let description = format!(
        "{} spans, {} of them gaps; the band: {}; {}.",
        table.rows.len(),
        table.rows.iter().filter(|row| row.drawn.is_empty()).count(),
        definition.covers(),
        noise.as_deref().unwrap_or("exact")
    );
    Ok(svg.finish((bottom + 40.0) as u32, &definition.title(), &description))
}

fn panel(svg: &mut Svg, table: &Table, category: usize, name: &str, top: f64) {
    let intervals: Vec<_> = table.rows.iter().map(|row| table.interval(row, category)).collect();
    let most = intervals.iter().flatten().map(|interval| interval.high).fold(1.0, f64::max);
    let scale = Scale { bottom: top + PANEL, top, most, rows: table.rows.len().max(1) as f64 };
    let step = step(most, 4.0);
    for tick in (0..).map(|tick| f64::from(tick) * step).take_while(|value| *value <= most) {
        let y = scale.y(tick);
        svg.add(format_args!("<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>"));
        svg.text(LEFT - 6.0, y + 4.0, "quiet", "end", &format!("{tick}"));
    }
    if name != "all" {
        svg.text(RIGHT, top - 6.0, "quiet", "end", name);
    }
    // A run is what lies between two gaps.
    let numbered: Vec<_> = table.rows.iter().zip(&intervals).enumerate().collect();
    for run in numbered.split(|(_, (_, interval))| interval.is_none()).filter(|run| !run.is_empty()) {
        let (mut line, mut upper, mut lower) = (String::new(), String::new(), vec![]);
        for (index, (row, interval)) in run {
            let (Some(value), Some(interval)) = (row.drawn.get(category), interval) else { continue };
            let x = scale.x(*index);
            // Writing to a string does not fail.
            let _ = write!(line, "{x:.1},{:.1} ", scale.y(*value as f64));
            let _ = write!(upper, "{x:.1},{:.1} ", scale.y(interval.high));
            lower.push(format!("{x:.1},{:.1}", scale.y(interval.low)));
        }
        lower.reverse();
        svg.add(format_args!("<polygon class=\"band\" points=\"{upper}{}\"/>", lower.join(" ")));
        svg.add(format_args!("<polyline class=\"line\" points=\"{}\"/>", line.trim_end()));
    }
}

/// At most six times under the lowest panel.
fn times(svg: &mut Svg, table: &Table, spans: &Spans, bottom: f64) {
    let scale = Scale { bottom, top: TOP, most: 1.0, rows: table.rows.len().max(1) as f64 };
    let every = table.rows.len().div_ceil(6).max(1);
    for (index, row) in table.rows.iter().enumerate().step_by(every) {
        let text = local(row.span.start, spans);
        let (day, time) = text.split_at(text.find('T').unwrap_or(text.len()));
        svg.text(scale.x(index), bottom + 16.0, "quiet", "middle", day);
        svg.text(scale.x(index), bottom + 30.0, "quiet", "middle", time.get(1..6).unwrap_or_default());
    }
}
