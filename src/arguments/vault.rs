//! What can be said on the command line of what is kept.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::PathBuf;
use vokter_vault::{ItemId, Outcome, Right, Source};

/// Where a vault is, and its root key.
#[derive(Args)]
pub struct Place {
    /// The folder that the vault is in
    #[arg(long, value_name = "DIR")]
    pub data_dir: PathBuf,
    /// The root key, outside that folder and its backups; without it, a file
    /// beside the folder: DIR.key
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// Whose vault, for which purpose, and why.
#[derive(Args)]
pub struct Asking {
    #[command(flatten)]
    pub place: Place,
    /// The purpose, by its name in the site file
    #[arg(long, value_name = "NAME")]
    pub purpose: String,
    /// Why; it stands in the log (KRS-27)
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// A case of a purpose, and why one takes a step of it.
#[derive(Args)]
pub struct Case {
    #[command(flatten)]
    pub asking: Asking,
    /// The case, by the number that it was opened with
    #[arg(value_name = "CASE")]
    pub number: ItemId,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter events --data-dir data --purpose yard --reason \"the night's alarms\"
  vokter events --data-dir data --purpose yard --reason \"the cut fence\" \\
      --case 000000500000000a --search camera=gate | jq .rule
  vokter events --data-dir data --purpose yard --reason \"who is it\" \\
      --still 0000001000000003 > still.jpg")]
pub struct Events {
    #[command(flatten)]
    pub asking: Asking,
    /// Recorded at this time or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    /// Recorded before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<Timestamp>,
    /// In the window of this incident or request
    #[arg(long, value_name = "CASE")]
    pub case: Option<ItemId>,
    /// One of the purpose's `searches`, such as camera=gate; with --case
    #[arg(long, value_name = "FIELD=VALUE", requires = "case", value_parser = search)]
    pub search: Option<(vokter_rules::search::Search, String)>,
    /// Write the still of this item to standard output instead
    #[arg(long, value_name = "ITEM")]
    pub still: Option<ItemId>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter erase --data-dir data --purpose yard \\
      --reason \"request 12, erasure\" 0000001000000003 0000001000000004")]
#[command(override_usage = "vokter erase --data-dir <DIR> --purpose <NAME> --reason <TEXT> <ITEM>...")]
pub struct Erase {
    #[command(flatten)]
    pub asking: Asking,
    /// The items, as `vokter events` names them
    #[arg(value_name = "ITEM", required = true)]
    pub items: Vec<ItemId>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter log --data-dir data --reason \"yearly check\" | jq -c '[.at, .who, .reason]'")]
pub struct Log {
    #[command(flatten)]
    pub place: Place,
    /// Why you need to see it
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter verify /var/lib/vokter
  vokter verify /var/lib/vokter | tail -1 > head-of-monday
  vokter verify /var/lib/vokter --since head-of-monday")]
pub struct Verify {
    /// The folder that the vault is in
    #[arg(value_name = "DIR")]
    pub data_dir: PathBuf,
    /// A head that a witness kept: a file with its line, or the line itself
    #[arg(long, value_name = "HEAD")]
    pub since: Option<String>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter cases --data-dir data --purpose yard --reason \"weekly meeting\"
  vokter cases --data-dir data --purpose yard --reason \"audit\" --format json")]
pub struct Cases {
    #[command(flatten)]
    pub asking: Asking,
    /// How to say it
    #[arg(long, value_enum, default_value = "text")]
    pub format: super::Format,
}

#[derive(Args)]
#[command(arg_required_else_help = true)]
pub struct Incident {
    #[command(subcommand)]
    pub command: IncidentCommand,
}

#[derive(Subcommand)]
pub enum IncidentCommand {
    /// Open an incident; prints the number of its case
    Open(OpenIncident),
    /// Close it: what lies in its window is not shown any more
    Close(CloseIncident),
    /// Hold items of its window for the police, until a review
    Hold(Hold),
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter incident open --data-dir data --purpose yard --source reported \\
      --evidence \"police report 4711\" --reason \"see who cut the fence\" \\
      --from 2026-11-22T22:00:00Z --to 2026-11-23T05:00:00Z")]
pub struct OpenIncident {
    #[command(flatten)]
    pub asking: Asking,
    /// How it became known: reported, found-on-site, live-alarm or authority
    #[arg(long, value_name = "HOW", value_parser = word::<Source>)]
    pub source: Source,
    /// What shows that: a report's number, a witness
    #[arg(long, value_name = "TEXT")]
    pub evidence: String,
    /// It happened at this time or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub from: Timestamp,
    /// And before this time, at most 24 hours later
    #[arg(long, value_name = "TIME")]
    pub to: Timestamp,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter incident close --data-dir data --purpose yard --reason \"cleared up\" \\
      --evidence \"the neighbour's lorry\" 000000500000000a")]
pub struct CloseIncident {
    #[command(flatten)]
    pub case: Case,
    /// How it was cleared up
    #[arg(long, value_name = "TEXT")]
    pub evidence: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter incident hold --data-dir data --purpose yard --reason \"police asked\" \\
      --evidence \"letter of 23 November\" --review 2026-12-07 \\
      000000500000000a 0000001000000003")]
pub struct Hold {
    #[command(flatten)]
    pub case: Case,
    /// The items, as `vokter events` names them
    #[arg(value_name = "ITEM", required = true)]
    pub items: Vec<ItemId>,
    /// What shows that they will be needed
    #[arg(long, value_name = "TEXT")]
    pub evidence: String,
    /// The day on which it is looked at anew; without that they end on it, and in
    /// any case 30 days after they were recorded (Iceland: 90)
    #[arg(long, value_name = "DAY")]
    pub review: Date,
}

#[derive(Args)]
#[command(arg_required_else_help = true)]
pub struct Disclose {
    #[command(subcommand)]
    pub command: DiscloseCommand,
}

#[derive(Subcommand)]
pub enum DiscloseCommand {
    /// Ask for items to be handed over; prints the number of the case
    Request(RequestDisclosure),
    /// Decide on it; who asked does not
    Decide(Decide),
    /// Write the package, which the recipient alone can open, to a file
    Fetch(Fetch),
    /// Note that the recipient has it, and destroy every copy here
    Received(Received),
}

/// A ground for disclosure. Norway has three, Iceland five, passages two.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroundName {
    /// Everyone who can be recognised consents (WPC-5, ISL-12, ACC-11)
    Consent,
    /// Norway: the police investigate, and no secrecy bars it (WPC-5)
    Police,
    /// Iceland: the competent authority investigates (ISL-12)
    CompetentAuthority,
    /// A law provides for it (WPC-5, ISL-12)
    Law,
    /// Iceland: somebody who was filmed needs it for a claim (ISL-12)
    LegalClaim,
    /// Iceland: Persónuvernd decided it (ISL-12)
    SupervisoryAuthority,
    /// Passages: the police demand it in a criminal case (ACC-11)
    CriminalCase,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter disclose request --data-dir data --purpose yard --reason \"police asked\" \\
      --case 000000500000000a --ground police --evidence \"case 4711\" --no-secrecy \"checked by Kari\" \\
      --recipient age1… 0000001000000003")]
pub struct RequestDisclosure {
    #[command(flatten)]
    pub asking: Asking,
    /// The items, as `vokter events` names them
    #[arg(value_name = "ITEM", required = true)]
    pub items: Vec<ItemId>,
    /// The incident, or the request, in whose window they lie
    #[arg(long = "case", value_name = "CASE")]
    pub within: ItemId,
    /// Why it may be
    #[arg(long, value_enum)]
    pub ground: GroundName,
    /// What shows that: a case number, a provision, the consents
    #[arg(long, value_name = "TEXT")]
    pub evidence: String,
    /// Norway's police: how it was found that no statutory secrecy bars it
    #[arg(long, value_name = "TEXT", required_if_eq("ground", "police"))]
    pub no_secrecy: Option<String>,
    /// The recipient's public key (age-encryption.org)
    #[arg(long, value_name = "age1…")]
    pub recipient: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter disclose decide --data-dir data --purpose yard --approve \\
      --reason \"ground and items fit\" 000000500000000b")]
pub struct Decide {
    #[command(flatten)]
    pub case: Case,
    /// Hand it over
    #[arg(long, conflicts_with = "refuse", required_unless_present = "refuse")]
    pub approve: bool,
    /// Do not
    #[arg(long)]
    pub refuse: bool,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter disclose fetch --data-dir data --purpose yard --reason \"for the police\" \\
      --into case-4711.tar.age 000000500000000b
  age --decrypt -i key.txt case-4711.tar.age | tar -x     at the recipient's")]
pub struct Fetch {
    #[command(flatten)]
    pub case: Case,
    /// The file to write; one that exists is not written over
    #[arg(long, value_name = "FILE")]
    pub into: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter disclose received --data-dir data --purpose yard --reason \"delivered\" \\
      --receipt \"signed by officer Dahl, 24 November\" 000000500000000b")]
pub struct Received {
    #[command(flatten)]
    pub case: Case,
    /// What shows that they have it
    #[arg(long, value_name = "TEXT")]
    pub receipt: String,
}

#[derive(Args)]
#[command(arg_required_else_help = true)]
pub struct Subject {
    #[command(subcommand)]
    pub command: SubjectCommand,
}

#[derive(Subcommand)]
pub enum SubjectCommand {
    /// Note a request; prints the number of its case, and when it is due
    Ask(AskRequest),
    /// Extend the time to answer, once, by two months
    Extend(ExtendRequest),
    /// Make a copy of an item in which everyone else is unrecognisable
    Copy(CopyItem),
    /// Look at a copy that somebody else made
    Look(FetchCopy),
    /// Let a copy go that somebody else made
    Approve(ApproveCopy),
    /// Write a copy that was let go to files, for the one who asked
    Fetch(FetchCopy),
    /// Put a corrected event in the place of a wrong one
    Correct(CorrectItem),
    /// Note how a request was answered
    Answer(AnswerRequest),
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject ask --data-dir data --purpose yard --right access \\
      --who \"Ada Berg, by her passport\" --received 2026-11-20 \\
      --from 2026-11-19T14:00:00Z --to 2026-11-19T15:00:00Z \\
      --reason \"letter of 19 November\"")]
pub struct AskRequest {
    #[command(flatten)]
    pub asking: Asking,
    /// What they ask for: access, rectification, erasure or objection
    #[arg(long, value_name = "RIGHT", value_parser = word::<Right>)]
    pub right: Right,
    /// Who they are, and how that was shown
    #[arg(long, value_name = "TEXT")]
    pub who: String,
    /// The day on which it was received; without it, today
    #[arg(long, value_name = "DAY")]
    pub received: Option<Date>,
    /// They say that they were there at this time or later (RFC 3339)
    #[arg(long, value_name = "TIME", requires = "to")]
    pub from: Option<Timestamp>,
    /// And before this time, at most 24 hours later
    #[arg(long, value_name = "TIME", requires = "from")]
    pub to: Option<Timestamp>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject extend --data-dir data --purpose yard --reason \"many requests\" \\
      --because \"120 requests after the fire; told on 3 December\" 000000500000000c")]
pub struct ExtendRequest {
    #[command(flatten)]
    pub case: Case,
    /// Why; the one who asked was told
    #[arg(long, value_name = "TEXT")]
    pub because: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject copy --data-dir data --purpose yard --reason \"Ada's copy\" \\
      --keep 0.42,0.30,0.12,0.55 000000500000000c 0000001000000003")]
pub struct CopyItem {
    #[command(flatten)]
    pub case: Case,
    /// The item
    #[arg(value_name = "ITEM")]
    pub item: ItemId,
    /// Where the one who asks is in the picture, and nobody else: left, top, width
    /// and height as parts of it. All the rest is made unrecognisable; so is the
    /// whole picture without this
    #[arg(long, value_name = "X,Y,W,H", value_parser = crate::conceal::region)]
    pub keep: Option<crate::conceal::Region>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject approve --data-dir data --purpose yard --reason \"Ada alone\" \\
      000000500000000c 0000007000000001")]
pub struct ApproveCopy {
    #[command(flatten)]
    pub case: Case,
    /// The copy
    #[arg(value_name = "COPY")]
    pub copy: ItemId,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject look --data-dir data --purpose yard --reason \"Ada's copy\" \\
      --into /run/user/1000 000000500000000c 0000007000000001
  vokter subject fetch --data-dir data --purpose yard --reason \"for Ada\" \\
      --into ada/ 000000500000000c 0000007000000001")]
pub struct FetchCopy {
    #[command(flatten)]
    pub case: Case,
    /// The copy
    #[arg(value_name = "COPY")]
    pub copy: ItemId,
    /// The folder to write COPY.json and COPY.jpg into
    #[arg(long, value_name = "FOLDER")]
    pub into: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject correct --data-dir data --purpose yard --reason \"it was a cart\" \\
      --set class=bicycle 000000500000000c 0000001000000003")]
pub struct CorrectItem {
    #[command(flatten)]
    pub case: Case,
    /// The item
    #[arg(value_name = "ITEM")]
    pub item: ItemId,
    /// A field of the event and what it is to say
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
    pub set: (String, String),
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter subject answer --data-dir data --purpose yard --reason \"sent\" \\
      --outcome granted --evidence \"letter of 2 December\" 000000500000000c")]
pub struct AnswerRequest {
    #[command(flatten)]
    pub case: Case,
    /// How: granted, nothing-kept or refused
    #[arg(long, value_name = "OUTCOME", value_parser = word::<Outcome>)]
    pub outcome: Outcome,
    /// The answer's reference; of a refusal why, and that they can complain
    #[arg(long, value_name = "TEXT")]
    pub evidence: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter passages site.toml --data-dir /var/lib/vokter-doors passages.jsonl
  door-controller --follow | vokter passages site.toml --data-dir doors

A passage is a line such as
  {\"point\":\"main\",\"time\":\"2026-11-22T07:58:00Z\",\"proof\":\"pin-and-card\",
   \"holder\":\"1234\",\"area\":\"store\"}
with holder, vehicle, company, area and period where there are any, and no
other field (ACC-5).")]
pub struct Passages {
    /// The site file
    #[arg(value_name = "SITE.toml")]
    pub site: PathBuf,
    #[command(flatten)]
    pub place: Place,
    /// Passages as JSON lines, or - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub from: PathBuf,
}

/// A word of a closed set, as it stands in records.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    Ok((field.to_owned(), value.to_owned()))
}

fn search(text: &str) -> Result<(vokter_rules::search::Search, String), String> {
    let (field, value) = pair(text)?;
    let names = vokter_rules::search::Search::ALL.iter().map(|search| search.name()).collect::<Vec<_>>().join(", ");
    let search = vokter_rules::search::Search::from_name(&field);
    Ok((search.ok_or_else(|| format!("there is no search by {field}; there are {names}"))?, value))
}
