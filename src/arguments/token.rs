//! What can be said on the command line of those who may ask over HTTP.

use clap::{Args, Subcommand};
use std::path::PathBuf;
use vokter_console::Role;

#[derive(Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  vokter token new anna --role staff --data-dir /var/lib/vokter
  vokter token key hall.key            on the terminal: prints the public key
  vokter token machine hall --role terminal --lot north --terminal hall \\
      --public-key hall.pub --data-dir /var/lib/vokter
  vokter token list --data-dir /var/lib/vokter
  vokter token revoke anna --data-dir /var/lib/vokter")]
pub struct Token {
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a person known, and print their token once
    ///
    /// Prints a token that the person shows with each request (Authorization: Bearer …). Only its SHA-256 is kept, so it cannot
    /// be shown again.
    New(NewToken),
    /// Make a machine known by its public key
    ///
    /// A terminal, gate or tariff system signs each request with its key (HTTP Message Signatures, RFC 9421, Ed25519). Only
    /// the public half is kept here.
    Machine(NewMachine),
    /// Make a key pair for a machine, and print its public half
    ///
    /// Writes a private key of Ed25519 as PEM, as `openssl genpkey -algorithm ed25519` does. It stays on the machine.
    Key(NewKey),
    /// Print the header fields by which a machine signs a request
    ///
    /// For trying things out with curl, and for machines that cannot sign themselves. A signature holds for a minute, and once.
    Sign(SignRequest),
    /// Show who is known, what they may do, and until when
    List(ListClients),
    /// Forget a person or a machine: from the next request on, it is nobody
    Revoke(RevokeClient),
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter token new anna --role staff --data-dir /var/lib/vokter
  vokter token new ola --role staff --lot north --days 7 --data-dir data")]
pub struct NewToken {
    /// What the person is called in what they decide: a-z, 0-9, - . _
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What they may do: staff
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    pub roles: Vec<Role>,
    /// The only lot in which they may; without it, in all
    #[arg(long, value_name = "LOT")]
    pub lot: Option<String>,
    /// Days for which the token holds
    #[arg(long, value_name = "DAYS", default_value = "90")]
    pub days: u32,
    #[command(flatten)]
    pub place: ClientsPlace,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter token machine hall --role terminal --lot north --terminal hall \\
      --public-key hall.pub --data-dir /var/lib/vokter
  vokter token machine gate --role gate --lot north \\
      --public-key JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs= --data-dir data")]
pub struct NewMachine {
    /// What the machine is called: the keyid of its signatures; a-z, 0-9, - . _
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it may do: terminal, gate or tariff
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    pub roles: Vec<Role>,
    /// The only lot in which it may; without it, in all
    #[arg(long, value_name = "LOT")]
    pub lot: Option<String>,
    /// The terminal that it is, for heartbeats; without it, it is none
    #[arg(long, value_name = "TERMINAL", requires = "lot")]
    pub terminal: Option<String>,
    /// Its public key: a PEM file, or 32 bytes in Base64
    #[arg(long, value_name = "FILE|BASE64")]
    pub public_key: String,
    #[command(flatten)]
    pub place: ClientsPlace,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter token key hall.key > hall.pub")]
pub struct NewKey {
    /// The file to write; one that exists is never written over
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  URL=http://127.0.0.1:8080/v1/parking/lots/north/look-up
  echo -n '{\"plate\": \"AB 12345\"}' > plate.json
  vokter token sign POST $URL --name hall --key hall.key --body plate.json |
    curl -H @- --json @plate.json $URL")]
pub struct SignRequest {
    /// GET, POST or PUT
    #[arg(value_name = "METHOD")]
    pub method: String,
    /// The whole address
    #[arg(value_name = "URL")]
    pub url: String,
    /// The machine, as it is known
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Its private key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The body, exactly as it will be sent
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// The Idempotency-Key, a UUID
    #[arg(long, value_name = "UUID")]
    pub idempotency_key: Option<uuid::Uuid>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter token list --data-dir /var/lib/vokter")]
pub struct ListClients {
    #[command(flatten)]
    pub place: ClientsPlace,
}

#[derive(Args)]
#[command(after_help = "Examples:
  vokter token revoke anna --data-dir /var/lib/vokter")]
pub struct RevokeClient {
    /// Who
    #[arg(value_name = "NAME")]
    pub name: String,
    #[command(flatten)]
    pub place: ClientsPlace,
}

/// Where those who are known stand.
#[derive(Args)]
pub struct ClientsPlace {
    /// The folder of `vokter run --data-dir`; run this as the user whose it is
    #[arg(long, value_name = "DIR")]
    pub data_dir: PathBuf,
}

fn role(name: &str) -> Result<Role, String> {
    let all = || Role::ALL.map(Role::name).join(", ");
    Role::from_name(name).ok_or_else(|| format!("there is no such role; there are {}", all()))
}
