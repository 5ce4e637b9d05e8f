//! `vokter statistics`: what was released, for anyone. It asks for no role and no reason, since it is about nobody.

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use vokter_statistics::{
    Language, Published, TableInfo, csv, json_stat, listing, metadata, parquet, series_plot, statement, week_profile,
};

#[derive(Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  vokter statistics list --data-dir /var/lib/vokter
  vokter statistics export visitors.crossings --data-dir /var/lib/vokter
  vokter statistics plot visitors.crossings --week --data-dir data > week.svg
  vokter statistics statement visitors.crossings --data-dir data --language nb")]
pub struct Statistics {
    #[command(subcommand)]
    command: StatisticsCommand,
}

#[derive(Subcommand)]
enum StatisticsCommand {
    /// Show which tables there are
    List(List),
    /// Write a table as CSV, JSON-stat, Parquet, or its metadata
    Export(Export),
    /// Draw a table as SVG: over time, or as a week
    Plot(Plot),
    /// Say what a table promises to those who were counted
    Statement(Statement),
}

/// Where the statistics are.
#[derive(Args)]
struct Place {
    /// The folder that the statistics are in
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
}

/// A table of them.
#[derive(Args)]
struct Chosen {
    /// The table, as `vokter statistics list` names it; a series with one
    /// definition alone is also known by its purpose and name
    #[arg(value_name = "TABLE")]
    table: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter statistics list --data-dir /var/lib/vokter
  vokter statistics list --data-dir data --format json | jq '.tables[].id'")]
struct List {
    #[command(flatten)]
    place: Place,
    /// How to say it
    #[arg(long, value_enum, default_value = "text")]
    format: crate::arguments::Format,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter statistics export visitors.crossings --data-dir data > crossings.csv
  vokter statistics export visitors.crossings --data-dir data \\
    --format parquet > crossings.parquet")]
struct Export {
    #[command(flatten)]
    chosen: Chosen,
    /// In which format
    #[arg(long, value_enum, default_value = "csv")]
    format: TableFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum TableFormat {
    /// Comma-separated values
    Csv,
    /// A JSON-stat 2.0 dataset
    JsonStat,
    /// Apache Parquet
    Parquet,
    /// What must be known to use it, as JSON
    Metadata,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter statistics plot visitors.crossings --data-dir data > crossings.svg")]
struct Plot {
    #[command(flatten)]
    chosen: Chosen,
    /// The average week, rather than the whole time
    #[arg(long)]
    week: bool,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter statistics statement visitors.crossings --data-dir data")]
struct Statement {
    #[command(flatten)]
    chosen: Chosen,
    /// In which language
    #[arg(long, value_enum, default_value = "en")]
    language: Tongue,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    /// English
    En,
    /// Norwegian, bokmål
    Nb,
}

pub fn run(arguments: &Statistics) -> Result<ExitCode> {
    let text = match &arguments.command {
        StatisticsCommand::List(list) => {
            let tables = Published::open(&list.place.data_dir)?.tables()?;
            match list.format {
                crate::arguments::Format::Json => pretty(&listing(&tables, "")?)?,
                crate::arguments::Format::Text => tables.iter().map(line).collect::<String>().into_bytes(),
            }
        }
        StatisticsCommand::Export(export) => {
            let table = Published::open(&export.chosen.place.data_dir)?.table(&export.chosen.table)?;
            match export.format {
                TableFormat::Csv => csv(&table)?.into_bytes(),
                TableFormat::JsonStat => pretty(&json_stat(&table)?)?,
                TableFormat::Parquet => parquet(&table)?,
                TableFormat::Metadata => pretty(&metadata(&table)?)?,
            }
        }
        StatisticsCommand::Plot(plot) => {
            let table = Published::open(&plot.chosen.place.data_dir)?.table(&plot.chosen.table)?;
            let picture = if plot.week { week_profile(&table)? } else { series_plot(&table)? };
            picture.into_bytes()
        }
        StatisticsCommand::Statement(wanted) => {
            let mut published = Published::open(&wanted.chosen.place.data_dir)?;
            let (table, tables) = (published.table(&wanted.chosen.table)?, published.tables()?);
            let language = match wanted.language {
                Tongue::En => Language::English,
                Tongue::Nb => Language::Norwegian,
            };
            statement(&table.info, &tables, language).into_bytes()
        }
    };
    std::io::stdout().lock().write_all(&text).context("the table cannot be written out")?;
    Ok(ExitCode::SUCCESS)
}

fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// A table in a line: its name, what it is, and until when.
fn line(info: &TableInfo) -> String {
    let until = info.period.map_or_else(|| "nothing yet".to_owned(), |(_, last)| format!("until {}", last.end));
    let ended = if info.ended.is_some() { ", ended" } else { "" };
    format!("{}  {} ({until}{ended})\n", info.id, info.definition.title())
}
