//! What can be said on the command line.

mod token;
mod vault;

pub use token::{NewKey, NewMachine, NewToken, SignRequest, Token, TokenCommand};
pub use vault::{
    AnswerRequest, ApproveCopy, AskRequest, Asking, Cases, CloseIncident, CopyItem, CorrectItem, Decide, Disclose,
    DiscloseCommand, Erase, Events, ExtendRequest, Fetch, FetchCopy, GroundName, Hold, Incident, IncidentCommand, Log,
    OpenIncident, Passages, Place, Received, RequestDisclosure, Subject, SubjectCommand, Verify,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

/// Vokter watches cameras for exactly what a written purpose allows, and for nothing else.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 80)]
#[command(after_help = "Examples:
  vokter new car-park                  a site file to begin with
  vokter check site.toml               is this file in order?
  vokter status site.toml              which purposes may watch?
  vokter import frigate config.yml     a site file of a Frigate configuration
  vokter run site.toml                 watch; one JSON line per event
  vokter run site.toml --events e.jsonl --stills pictures/
  vokter explain IVA-4b                what is required, and what holds it
  vokter run site.toml --data-dir /var/lib/vokter
                                       keep events, sealed, until their deadline
  vokter events --data-dir /var/lib/vokter --purpose yard --reason \"alarm\"
  vokter verify /var/lib/vokter        does everything that is kept hold?
  vokter demo                          a day at a synthetic site")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check a site file; needs no camera, model or network
    ///
    /// Reads a site file and says everything that is wrong with it, with the requirement behind it and what to write
    /// instead. Exits with 0 if it is in order, 1 if it is refused, 2 if it cannot be read.
    Check(Check),
    /// Write a site file for a car park, school, town hall, shop or yard
    ///
    /// Writes a commented site file that checks, and a draft of every document that it names. In a terminal it asks for the
    /// names; options answer beforehand.
    New(New),
    /// Show which purposes may watch, and what is missing for the rest
    ///
    /// Shows every purpose with its standing: commissioning (files and scenes alone), pending, active or suspended, and each
    /// gate that is open. With --since, also what changed since another version of the file, and which gates that opens.
    /// Exits with 0 if every purpose may watch, 1 if one may not or the file is refused.
    Status(Status),
    /// Sign a record of a site: its document, its purpose, a name and a day
    ///
    /// Writes a signature into the site file: the SHA-256 of the document, a fingerprint of what is signed over, who signs,
    /// when, and until when it holds. A later change of the document or of what was signed over opens the gate again.
    /// Comments and order of the file stay.
    Sign(Sign),
    /// Explain a requirement, rule, purpose, place or check
    ///
    /// Says what a requirement, an analysis rule, a kind of purpose, a class of place, a check or another word of the policy
    /// means; of a requirement also what holds it today, and which tests defend it. Exits with 0, or with 2 if it does not
    /// know the word.
    Explain(Explain),
    /// Make a site file of another program's configuration
    ///
    /// Makes a site file of what another program was told: cameras, masks, zones and objects. What may not be done, and
    /// what it does not know, is left behind and said, with the requirement behind it.
    Import(Import),
    /// Print the JSON Schema of a site file, for editors
    ///
    /// Prints the JSON Schema (draft 2020-12) of a site file. An editor that knows it completes words, explains them and
    /// marks what is no word; what a purpose may do is for `vokter check`.
    Schema(Schema),
    /// Watch the cameras of a site and report events
    ///
    /// Watches the cameras of a site. Live cameras are watched until Ctrl-C, files to their end. Events are JSON lines;
    /// a terminal also shows a line per camera, and anything else gets JSON logs on standard error.
    Run(Run),
    /// Answer HTTP over what a run has released, without watching
    ///
    /// Serves released statistics, which are about nobody, to anyone: /v1/statistics, described by /openapi.json and, for
    /// people, by /. A run does so itself with --listen. Ends with Ctrl-C.
    Serve(Serve),
    /// Show a day at a synthetic site, and what was found of what happened
    ///
    /// Renders a day at a small site, watches it, and holds what was found against what happened. Exits with 0 if at
    /// least 95 % was found and at most 5 % of what was found is false.
    Demo(Demo),
    /// Find, look into and fetch models
    ///
    /// Models are loaded under a manifest, `model.toml`, that says what each of their outputs and classes is. Whatever
    /// speaks of a person's sex, age, skin, identity, emotion, religion or clothing is refused. See docs/models.md.
    Models(Models),
    /// Show what is kept for a purpose; needs a reason, and is logged
    ///
    /// Shows what is kept for one purpose, as JSON lines, or one still: of the last 24 hours, so that alarms can be handled;
    /// of earlier in the window of a case (KRS-28). Who asks, in what role and why is written to the log before anything is
    /// shown; if it cannot be, nothing is. What you write elsewhere is yours to erase.
    ///
    /// Who you are is the user that you logged in as; what you may do is what site.toml says of you, as the last `vokter run`
    /// told the vault.
    Events(Events),
    /// Erase events before their deadline; needs a reason, and is logged
    ///
    /// Erases items of one purpose: event, still and key, and every copy and extract that the vault made of them. A copy of
    /// the row in a backup from before opens nothing from the next night on.
    Erase(Erase),
    /// Say that something happened, hold what is needed for it
    ///
    /// An incident became known elsewhere than from what is kept. It has a window of at most 24 hours; what was recorded in
    /// it may be looked at, searched, and held for the police, until it is closed.
    Incident(Incident),
    /// Hand events over: ask, decide, fetch, note the receipt
    ///
    /// Hands items over to a recipient, on a closed list of grounds. One person asks, another decides. The package is
    /// encrypted to the recipient (age-encryption.org) and lies in the vault until they have it; then every copy here is
    /// destroyed. If they never get it, it is destroyed with its items, and a certificate is written.
    Disclose(Disclose),
    /// Answer a person who was filmed: access, correction, erasure, objection
    ///
    /// A request is due a month after it was received. A copy shows nobody but the person who asks: one makes it, another
    /// looks at it and lets it go.
    Subject(Subject),
    /// Show the incidents, disclosures and requests of a purpose
    ///
    /// Shows each case with its steps: who took them, when, and on which evidence. No item is shown.
    Cases(Cases),
    /// Keep the passages that an access control system reports
    ///
    /// Reads passages as JSON lines and keeps those of doors that store them, where the holder proved who they are strongly.
    /// Of any other it keeps nothing and writes nothing. Passages have a data directory and a key of their own.
    Passages(Passages),
    /// Show who has read what, and why; needs a reason, and is logged
    ///
    /// Shows who has read or tried to read what, in what role and why, as JSON lines.
    Log(Log),
    /// Check log, database, files and deadlines of a vault, without keys
    ///
    /// Checks that the log is whole and signed, that the database and every file are as the log has them, and that every
    /// deadline was kept. Needs no key. The last line is the head of the log: whoever keeps it (a privacy officer, the
    /// employees' representative) can check later that the log only grew. Exits with 0 if all holds, 1 if not.
    Verify(Verify),
    /// Show, export and draw anonymous counts; needs no reason
    ///
    /// Shows what counting purposes have released: tables, pictures, and the privacy statement of each. It is about nobody,
    /// so it needs no role and no reason. See docs/statistics.md.
    Statistics(crate::command::statistics::Statistics),
    /// Say who may ask over HTTP for what not everyone may
    ///
    /// People who decide have a token, machines (terminals, gates, tariff systems) a key with which they sign each request. Both
    /// stand in clients.json in the data directory, and hold from the next request on. See docs/parking-api.md.
    Token(Token),
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter check site.toml
  vokter check site.toml --format json | jq .diagnostics")]
pub struct Check {
    /// The site file
    #[arg(value_name = "SITE.toml")]
    pub site: PathBuf,
    /// The detection model that will be used: a rule that looks for what it cannot
    /// tell apart is refused; without it, the one that comes with Vokter
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  vokter explain IVA-4b                a requirement
  vokter explain line-crossing         an analysis rule
  vokter explain parking-payment       a kind of purpose
  vokter explain always-open           a check, as a diagnostic names it
  vokter explain --list                every word there is
  vokter explain --coverage            what is held, and what is not yet")]
pub struct Explain {
    /// What to explain
    #[arg(value_name = "WORD", required_unless_present_any = ["list", "coverage"])]
    pub word: Option<String>,
    /// Show every word that can be explained
    #[arg(long, conflicts_with = "word")]
    pub list: bool,
    /// Show how far each requirement is held in this version
    #[arg(long, conflicts_with_all = ["word", "list"])]
    pub coverage: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For machines
    Json,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter new car-park
  vokter new school --name 'Lund school' --controller 'Kristiansand kommune'
  vokter new workplace-yard --into yard/site.toml --yes")]
pub struct New {
    /// What is watched
    #[arg(value_name = "KIND", value_enum)]
    pub kind: SiteKind,
    /// The file to write; its documents go into `records` beside it
    #[arg(long, value_name = "FILE", default_value = "site.toml")]
    pub into: PathBuf,
    /// What the site is called
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Who is responsible for it
    #[arg(long, value_name = "NAME")]
    pub controller: Option<String>,
    /// The telephone number on the sign
    #[arg(long, value_name = "NUMBER")]
    pub phone: Option<String>,
    /// The web address on the sign, where the information is
    #[arg(long, value_name = "URL")]
    pub information: Option<String>,
    /// How the data protection officer is reached
    #[arg(long, value_name = "ADDRESS")]
    pub officer: Option<String>,
    /// Ask nothing; what is not said stays as in the example
    #[arg(long)]
    pub yes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SiteKind {
    /// Plates until parking is paid, and a shed at night
    CarPark,
    /// A school when it is closed
    School,
    /// A town hall: its back door, and visitors counted
    MunicipalBuilding,
    /// A shop when it is closed
    ShopEntrance,
    /// A yard where people work by day
    WorkplaceYard,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter status site.toml
  vokter status site.toml --since yesterday.toml
  vokter status site.toml --format json | jq '.purposes[].standing'")]
pub struct Status {
    /// The site file
    #[arg(value_name = "SITE.toml")]
    pub site: PathBuf,
    /// An earlier version of it
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter sign site.toml shed-at-night balancing --by 'Kari Nordmann, manager'
  vokter sign site.toml site rights-routine --by 'Kari Nordmann, manager'
  vokter sign site.toml yard sign --by 'Ola Hansen, guard' --date 2026-11-20")]
pub struct Sign {
    /// The site file
    #[arg(value_name = "SITE.toml")]
    pub site: PathBuf,
    /// Whose record it is: a purpose, a place, a processor, a joint controller,
    /// or `site`
    #[arg(value_name = "OF")]
    pub of: String,
    /// Which records, as `vokter status` names them
    #[arg(value_name = "RECORD", required = true)]
    pub records: Vec<String>,
    /// Who signs: name and function
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// The day of the signature; today if it is not said
    #[arg(long, value_name = "DAY")]
    pub date: Option<Date>,
    /// The last day on which it holds; a year from its date for what is looked at
    /// anew each year
    #[arg(long, value_name = "DAY")]
    pub expires: Option<Date>,
}
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
    ///
    /// Writes a commented site file with the cameras, masks, zones and objects of a Frigate configuration. Addresses of
    /// cameras go into environment variables, which are named; no password is written. What only people can answer is
    /// left open: `vokter check` asks for it. A file that exists is never written over.
    Frigate(Frigate),
}

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

#[derive(Args)]
#[command(after_help = "Examples:
  vokter schema > site.schema.json
  then write as the first line of site.toml, for Taplo, Even Better TOML
  and other editors for TOML:
  #:schema ./site.schema.json")]
pub struct Schema {}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter run site.toml
  vokter run site.toml --events events.jsonl --stills pictures/
  vokter run site.toml --data-dir /var/lib/vokter > /dev/null
  vokter run site.toml --data-dir data --listen 127.0.0.1:8080
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
    /// Also keep events and their masked pictures in this folder, sealed, until
    /// their deadline, which is that of their purpose
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The root key of that folder, outside it and its backups; without it, a
    /// file beside the folder: DIR.key
    #[arg(long, value_name = "FILE", requires = "data_dir")]
    pub key_file: Option<PathBuf>,
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
    #[command(flatten)]
    pub listen: Listen,
}

/// Where HTTP is answered.
#[derive(Args, Default)]
pub struct Listen {
    /// Answer HTTP here: health, metrics, released statistics; / shows all of it
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,
    /// The certificate, as PEM; without it, only this machine is answered
    #[arg(long, value_name = "FILE", requires_all = ["listen", "tls_key"])]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter serve --data-dir /var/lib/vokter --listen 127.0.0.1:8080
  vokter serve --data-dir data --listen 0.0.0.0:443 \\
    --tls-cert cert.pem --tls-key key.pem
  curl http://127.0.0.1:8080/v1/statistics/tables | jq '.tables[].id'")]
pub struct Serve {
    /// The folder that a run keeps its statistics in
    #[arg(long, value_name = "DIR")]
    pub data_dir: PathBuf,
    #[command(flatten)]
    pub listen: Listen,
}

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
            data_dir: None,
            key_file: None,
            model: self.model.clone(),
            sessions: None,
            pace: !self.fast,
            no_gate: false,
            listen: Listen::default(),
        }
    }
}

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
    ///
    /// Shows the well-known public models: those that can be fetched, and those whose file a user must bring because
    /// their publisher gives no digest.
    List(List),
    /// Show what a model says about itself, and whether it may be loaded
    ///
    /// Shows a model's inputs, outputs, operators and metadata, and what the whitelist says; proposes a model.toml if there
    /// is none. Needs no ONNX Runtime. Exits with 0 if the model may be loaded, 1 if it is refused.
    Inspect(Inspect),
    /// Fetch a well-known model, with its manifest
    ///
    /// Fetches a well-known model and writes its manifest beside it. An interrupted download is taken up where it ended;
    /// a file with another SHA-256 than the published one is thrown away. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are heeded.
    Pull(Pull),
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter models list
  vokter models list --registry our-models.toml")]
pub struct List {
    /// Another list of models, of the form of models/registry.toml
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter models inspect detector.onnx
  vokter models inspect models/yolox-s.toml")]
pub struct Inspect {
    /// A model (.onnx) or its manifest (.toml)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

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
