//! Who may ask for what not everyone may: people by a token, machines by a key that signs each request.
//!
//! ```text
//! vokter token ─▶ clients.json (0600) ─read when it has changed─▶ Known ─▶ who asks ─▶ may its role?
//! ```
//! Of a token only its SHA-256 is kept, of a key pair only the public half: whoever reads the file cannot ask for anything
//! with it. People decide and machines report, so that a decision is always somebody's: the roles are a closed list, and
//! each is of one of the two.

mod file;
mod key;
mod known;
mod token;

pub use file::{ClientsError, ClientsFile};
pub use key::{KeyError, KeyPair, PublicKey};
pub use known::Known;
pub use token::Token;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use token::TokenDigest;
use vokter_rules::limits;

/// What a client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A terminal or the back end of an app: looks up what is due, takes payment, says that it is there.
    Terminal,
    /// A gate: is shown receipts, reports crossings.
    Gate,
    /// A tariff system or a shop that stamps: prices, claims.
    Tariff,
    /// People who run the lot: exceptions, waivers, refunds, recounts.
    Staff,
}

/// Who can have a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People, by a token.
    Person,
    /// Machines, by a key.
    Machine,
}

impl Role {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Terminal, Self::Gate, Self::Tariff, Self::Staff];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Gate => "gate",
            Self::Tariff => "tariff",
            Self::Staff => "staff",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Who can have it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Staff => Kind::Person,
            Self::Terminal | Self::Gate | Self::Tariff => Kind::Machine,
        }
    }
}

/// A person with a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What they are called in what they do.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The only lot in which they may; without it, in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// Since when.
    pub created: Timestamp,
    /// First instant at which the token holds no longer.
    pub expires: Timestamp,
    /// Of the token.
    pub(crate) token_sha256: TokenDigest,
}

/// A machine with a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// What it is called: the `keyid` of its signatures.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The only lot in which it may; without it, in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// The only terminal that it is; without it, it is none, and takes payment elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// Since when.
    pub created: Timestamp,
    /// Its public key (Ed25519, RFC 8032).
    pub public_key: PublicKey,
}

/// All that are known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// People.
    #[serde(default)]
    pub people: Vec<Person>,
    /// Machines.
    #[serde(default)]
    pub machines: Vec<Machine>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The only lot in which it may.
    pub lot: Option<String>,
    /// The only terminal that it is.
    pub terminal: Option<String>,
}

/// What is wrong with a client that is to be known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// A name that is none.
    #[error("`{0}` is no name of a client; write 1 to 64 of a-z, 0-9, hyphens, dots and underscores")]
    Name(String),
    /// Two of a name.
    #[error("there is a client `{0}` already; choose another name, or revoke it first")]
    Twice(String),
    /// Nothing that it may do.
    #[error("`{0}` has no role; write --role with one of terminal, gate, tariff, staff")]
    NoRole(String),
    /// A role that is not for it.
    #[error("`{name}` cannot have the role {}: {}", role.name(), why(*role))]
    Role {
        /// Of whom.
        name: String,
        /// Which.
        role: Role,
    },
    /// A terminal of no lot.
    #[error("`{0}` is a terminal of no lot; write --lot with the lot that it stands in")]
    NoLot(String),
    /// More than are known.
    #[error("a site knows at most {} clients; revoke some", limits::CLIENTS)]
    TooMany,
}

const fn why(role: Role) -> &'static str {
    match role.kind() {
        Kind::Person => "people decide, and have a token of their own: vokter token new",
        Kind::Machine => "it is for machines, which sign their requests: vokter token machine",
    }
}

impl Clients {
    /// The first thing that is wrong with them.
    ///
    /// # Errors
    /// That.
    pub fn check(&self) -> Result<(), ClientFault> {
        let people = self.people.iter().map(|person| (&person.name, &person.roles, Kind::Person));
        let machines = self.machines.iter().map(|machine| (&machine.name, &machine.roles, Kind::Machine));
        let mut names = std::collections::BTreeSet::new();
        for (name, roles, kind) in people.chain(machines) {
            let is_named = (1..=64).contains(&name.len()) && name.bytes().all(is_of_names);
            if !is_named {
                return Err(ClientFault::Name(name.clone()));
            }
            if !names.insert(name) {
                return Err(ClientFault::Twice(name.clone()));
            }
            if roles.is_empty() {
                return Err(ClientFault::NoRole(name.clone()));
            }
            if let Some(role) = roles.iter().find(|role| role.kind() != kind) {
                return Err(ClientFault::Role { name: name.clone(), role: *role });
            }
        }
        if let Some(lost) = self.machines.iter().find(|machine| machine.terminal.is_some() && machine.lot.is_none()) {
            return Err(ClientFault::NoLot(lost.name.clone()));
        }
        if names.len() > limits::CLIENTS { Err(ClientFault::TooMany) } else { Ok(()) }
    }

    /// The person whose token that is, and whose time is not over. Looks at all of them for as long, whoever it is.
    pub(crate) fn person(&self, token: &str, now: Timestamp) -> Option<Client> {
        let digest = TokenDigest::of(token);
        let mut found = None;
        for person in &self.people {
            if person.token_sha256.is(&digest) {
                found = Some(person);
            }
        }
        found.filter(|person| now < person.expires).map(|person| Client {
            name: person.name.clone(),
            roles: person.roles.clone(),
            lot: person.lot.clone(),
            terminal: None,
        })
    }

    /// The machine of that name, and its key.
    pub(crate) fn machine(&self, name: &str) -> Option<(Client, &PublicKey)> {
        let machine = self.machines.iter().find(|machine| machine.name == name)?;
        let client = Client {
            name: machine.name.clone(),
            roles: machine.roles.clone(),
            lot: machine.lot.clone(),
            terminal: machine.terminal.clone(),
        };
        Some((client, &machine.public_key))
    }
}

fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
}
