//! What can be said on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Vokter watches cameras for exactly what a written purpose allows, and for nothing else.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 80)]
#[command(after_help = "Examples:
  vokter check site.toml               is this file in order?
  vokter import frigate config.yml     a site file of a Frigate configuration
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
    /// Make a site file of another program's configuration
    Import(Import),
    /// Print the JSON Schema of a site file, for editors
    Schema(Schema),
    /// Watch the cameras of a site and report events
    Run(Run),
    /// Show a day at a synthetic site, and what was found of what happened
    Demo(Demo),
    /// Find, look into and fetch models
    Models(Models),
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

/// Makes a site file of what another program was told: cameras, masks, zones and objects. What may not be done, and
/// what it does not know, is left behind and said, with the requirement behind it.
#[derive(Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  vokter import frigate config.yml
  vokter import frigate config.yml --into storgata.toml")]
pub struct Import {
    #[command(subcommand)]
    pub from: ImportFrom,
}

#[derive(Subcommand)]
pub enum ImportFrom {
    /// Take over cameras, masks, zones and objects from Frigate
    Frigate(Frigate),
}

/// Writes a commented site file with the cameras, masks, zones and objects of a Frigate configuration. Addresses of
/// cameras go into environment variables, which are named; no password is written. What only people can answer is
/// left open: `vokter check` asks for it. A file that exists is never written over.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter import frigate config.yml
  vokter import frigate config.yml --into storgata.toml
  vokter check storgata.toml           the questions that are left")]
pub struct Frigate {
    /// Frigate's configuration
    #[arg(value_name = "CONFIG.yml")]
    pub config: PathBuf,
    /// The site file to write
    #[arg(long, value_name = "FILE", default_value = "site.toml")]
    pub into: PathBuf,
}

/// Prints the JSON Schema (draft 2020-12) of a site file. An editor that knows it completes words, explains them and
/// marks what is no word; what a purpose may do is for `vokter check`.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter schema > site.schema.json
  then write as the first line of site.toml, for Taplo, Even Better TOML
  and other editors for TOML:
  #:schema ./site.schema.json")]
pub struct Schema {}

/// Watches the cameras of a site. Live cameras are watched until Ctrl-C, files to their end. Events are JSON lines;
/// a terminal also shows a line per camera, and anything else gets JSON logs on standard error.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter run site.toml
  vokter run site.toml --events events.jsonl --stills pictures/
  vokter run site.toml --model models/yolox-s.toml | jq -c '[.time, .camera, .rule]'
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
    /// The detection model: its model.toml, or its .onnx with the model.toml
    /// beside it; without it, the one that comes with Vokter
    #[arg(long, value_name = "FILE")]
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
    pub fn as_run(&self, events: PathBuf, stills: PathBuf) -> Run {
        Run {
            site: self.site.clone(),
            events,
            stills: Some(stills),
            model: self.model.clone(),
            sessions: None,
            pace: !self.fast,
            no_gate: false,
        }
    }
}

/// Models are loaded under a manifest, `model.toml`, that says what each of their outputs and classes is. Whatever
/// speaks of a person's sex, age, skin, identity, emotion, religion or clothing is refused. See docs/models.md.
#[derive(Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  vokter models list
  vokter models inspect detector.onnx
  vokter models pull yolox-s")]
pub struct Models {
    #[command(subcommand)]
    pub command: ModelsCommand,
}

#[derive(Subcommand)]
pub enum ModelsCommand {
    /// Show the well-known public models
    List(List),
    /// Show what a model says about itself, and whether it may be loaded
    Inspect(Inspect),
    /// Fetch a well-known model, with its manifest
    Pull(Pull),
}

/// Shows the well-known public models: those that can be fetched, and those whose file a user must bring because
/// their publisher gives no digest.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter models list
  vokter models list --registry our-models.toml")]
pub struct List {
    /// Another list of models, of the form of models/registry.toml
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
}

/// Shows a model's inputs, outputs, operators and metadata, and what the whitelist says; proposes a model.toml if there
/// is none. Needs no ONNX Runtime. Exits with 0 if the model may be loaded, 1 if it is refused.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter models inspect detector.onnx
  vokter models inspect models/yolox-s.toml")]
pub struct Inspect {
    /// A model (.onnx) or its manifest (.toml)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Fetches a well-known model and writes its manifest beside it. An interrupted download is taken up where it ended;
/// a file with another SHA-256 than the published one is thrown away. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are heeded.
#[derive(Args)]
#[command(after_help = "Examples:
  vokter models pull yolox-s
  vokter models pull yunet --into /usr/share/vokter/models
  vokter models pull yolox-s --from http://mirror.example/models
  HTTPS_PROXY=http://proxy.example:3128 vokter models pull yolox-s")]
pub struct Pull {
    /// The model, as `vokter models list` names it
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The folder that it is written to
    #[arg(long, value_name = "FOLDER", default_value = "models")]
    pub into: PathBuf,
    /// A server that has the files by their names; the digest decides
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
    /// Another list of models, of the form of models/registry.toml
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
    /// Connect anew after so many seconds without a byte
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub stall: u16,
}
