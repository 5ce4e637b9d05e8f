//! A week profile: what an hour of the week has on average, as a table of shades.

use super::svg::Svg;
use crate::error::StatisticsError;
use crate::published::Table;
use jiff::SignedDuration;
use vokter_rules::policy::Grid;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS: usize = 24;
const CELL: f64 = 29.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 56.0;

/// What was counted in an hour of the week, and for how long.
#[derive(Clone, Copy, Default)]
struct Hour {
    counted: f64,
    hours: f64,
}

/// The average hour of each day of the week, over all categories. Quiet hours share what was counted in them.
///
/// # Errors
/// When the table counts by month, or its time zone is none.
pub fn week_profile(table: &Table) -> Result<String, StatisticsError> {
    let definition = &table.info.definition;
    if definition.grid == Grid::Month {
        let cause = "a month has no days of the week".to_owned();
        return Err(StatisticsError::Format { format: "a week profile", cause });
    }
    let week = averages(table)?;
    let most = week.iter().flatten().map(|hour| hour.counted / hour.hours.max(1e-9)).fold(1.0, f64::max);
    let title = format!("Week profile of {}", definition.title());
    let mut svg = Svg::new(760);
    svg.text(LEFT, 20.0, "", "start", &title);
    for hour in (0..HOURS).step_by(3) {
        svg.text(LEFT + hour as f64 * CELL, TOP - 8.0, "quiet", "start", &format!("{hour:02}"));
    }
    for (day, (name, hours)) in DAYS.iter().zip(&week).enumerate() {
        let y = TOP + day as f64 * CELL;
        svg.text(LEFT - 8.0, y + CELL * 0.65, "quiet", "end", name);
        for (index, hour) in hours.iter().enumerate().filter(|(_, hour)| hour.hours > 0.0) {
            let mean = hour.counted / hour.hours;
            let (x, side, shade) = (LEFT + index as f64 * CELL, CELL - 2.0, (mean / most).clamp(0.0, 1.0));
            svg.add(format_args!(
                "<rect class=\"heat\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{side}\" height=\"{side}\" \
                 opacity=\"{shade:.3}\"><title>{name} {index:02}: {mean:.1} an hour</title></rect>"
            ));
        }
    }
    let bottom = TOP + 7.0 * CELL + 18.0;
    svg.text(LEFT, bottom, "quiet", "start", &format!("full shade: {most:.0} an hour"));
    let description = format!("Mean count an hour by day of the week and hour of the day; the most is {most:.0}.");
    Ok(svg.finish((bottom + 16.0) as u32, &title, &description))
}

fn averages(table: &Table) -> Result<[[Hour; HOURS]; 7], StatisticsError> {
    let spans = table.info.definition.spans()?;
    let mut week = [[Hour::default(); HOURS]; 7];
    for row in table.rows.iter().filter(|row| row.is_complete() && !row.drawn.is_empty()) {
        let an_hour = row.drawn.iter().sum::<i64>() as f64 / (row.span.duration().as_secs_f64() / 3600.0);
        let mut at = row.span.start;
        while at < row.span.end {
            let next = at.checked_add(SignedDuration::from_hours(1))?.min(row.span.end);
            let part = next.duration_since(at).as_secs_f64() / 3600.0;
            let local = spans.zone().to_datetime(at);
            let day = local.date().weekday().to_monday_zero_offset() as usize;
            if let Some(hour) = week.get_mut(day).and_then(|day| day.get_mut(local.hour() as usize)) {
                hour.counted += an_hour * part;
                hour.hours += part;
            }
            at = next;
        }
    }
    Ok(week)
}
