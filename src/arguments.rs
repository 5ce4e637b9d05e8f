//! What can be said on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Vokter watches cameras for exactly what a written purpose allows, and for nothing else.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 80)]
#[command(after_help = "Examples:
  vokter check site.toml               is this file in order?
  vokter run site.toml                 watch; one JSON line per event
  vokter run site.toml --events e.jsonl --stills pictures/
  vokter demo                          a day at a synthetic site")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check a site file; needs no camera, model or network
    Check(Check),
    /// Watch the cameras of a site and report events
    Run(Run),
    /// Show a day at a synthetic site, and what was found of what happened
    Demo(Demo),
}

/// Reads a site file and says everything that is wrong with it, with the requirement behind it and what to write
/// instead. Exits with 0 if it may run, 1 if it is refused.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter check site.toml
  vokter check site.toml --format json | jq .diagnostics")]
pub struct Check {
    /// The site file
    #[arg(value_name = "SITE.toml")]
    pub site: PathBuf,
    /// How to say it
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For machines
    Json,
}

/// Watches the cameras of a site. Live cameras are watched until Ctrl-C, files to their end. Events are JSON lines;
/// a terminal also shows a line per camera, and anything else gets JSON logs on standard error.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter run site.toml
  vokter run site.toml --events events.jsonl --stills pictures/
  vokter run site.toml --model yolox_s.onnx | jq -c '[.time, .camera, .rule]'
  GATE_URL=rtsp://user:secret@10.0.0.5/1 vokter run site.toml")]
pub struct Run {
    /// The site file
    #[arg(value_name = "SITE.toml")]
    pub site: PathBuf,
    /// Where events go: a file they are added to, or - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub events: PathBuf,
    /// Also save a masked picture of each event in this folder
    #[arg(long, value_name = "FOLDER")]
    pub stills: Option<PathBuf>,
    /// The detection model; without it, the only *.onnx in models/
    #[arg(long, value_name = "FILE.onnx")]
    pub model: Option<PathBuf>,
    /// Inference sessions, of one thread each; without it, one a core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub sessions: Option<u16>,
    /// Play files at the speed at which they were recorded
    #[arg(long)]
    pub pace: bool,
    /// Analyse every frame, whether anything moves or not
    #[arg(long)]
    pub no_gate: bool,
}

/// Renders a day at a small site, watches it, and holds what was found against what happened. Exits with 0 if at
/// least 95 % was found and at most 5 % of what was found is false.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter demo
  vokter demo --fast                   as fast as this machine can
  vokter demo my-site.toml             any site whose sources are scenes")]
pub struct Demo {
    /// A site whose cameras are scenes
    #[arg(value_name = "SITE.toml", default_value = "examples/site/site.toml")]
    pub site: PathBuf,
    /// Do not keep to the clock
    #[arg(long)]
    pub fast: bool,
    /// Where events and masked pictures go
    #[arg(long, value_name = "FOLDER", default_value = "demo-out")]
    pub out: PathBuf,
    /// The detection model
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

impl Demo {
    /// The run that it is.
    pub fn as_run(&self, events: &std::path::Path) -> Run {
        Run {
            site: self.site.clone(),
            events: events.to_owned(),
            stills: None,
            model: self.model.clone(),
            sessions: None,
            pace: false,
            no_gate: false,
        }
    }
}
