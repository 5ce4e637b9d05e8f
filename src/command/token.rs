//! `vokter token`: who may ask over HTTP for what not everyone may.

use crate::arguments::{NewKey, NewMachine, NewToken, SignRequest, Token, TokenCommand};
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::ExitCode;
use vokter_console::{ClientsFile, KeyPair, Machine, PublicKey, Role, Signing};
use zeroize::Zeroizing;

pub fn run(arguments: &Token) -> Result<ExitCode> {
    match &arguments.command {
        TokenCommand::New(new) => person(new)?,
        TokenCommand::Machine(new) => machine(new)?,
        TokenCommand::Key(new) => key(new)?,
        TokenCommand::Sign(request) => sign(request)?,
        TokenCommand::List(list) => print!("{}", listed(&ClientsFile::of(&list.place.data_dir))?),
        TokenCommand::Revoke(revoke) => ClientsFile::of(&revoke.place.data_dir).revoke(&revoke.name)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn person(new: &NewToken) -> Result<()> {
    let file = made(&new.place.data_dir)?;
    let token = file.add_person(&new.name, &new.roles, new.lot.as_deref(), new.days, Timestamp::now())?;
    eprintln!("the token of {}, for {} days; it is shown this once:", new.name, new.days);
    println!("{}", token.disclose());
    Ok(())
}

fn machine(new: &NewMachine) -> Result<()> {
    let machine = Machine {
        name: new.name.clone(),
        roles: new.roles.clone(),
        lot: new.lot.clone(),
        terminal: new.terminal.clone(),
        created: Timestamp::now(),
        public_key: public_key(&new.public_key)?,
    };
    Ok(made(&new.place.data_dir)?.add_machine(machine)?)
}

/// The file of a data directory, which is made if it is not there.
fn made(directory: &Path) -> Result<ClientsFile> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.with_context(|| format!("{} cannot be made", directory.display()))?;
    Ok(ClientsFile::of(directory))
}

/// Of a file, if there is one of that name, or of the text itself.
fn public_key(said: &str) -> Result<PublicKey> {
    match std::fs::read_to_string(said) {
        Ok(text) => text.parse().with_context(|| said.to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            said.parse().with_context(|| format!("--public-key {said}"))
        }
        Err(error) => Err(error).with_context(|| format!("{said} cannot be read")),
    }
}

fn key(new: &NewKey) -> Result<()> {
    let pair = KeyPair::draw()?;
    let named = || format!("{} cannot be written", new.file.display());
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new.file).with_context(named)?;
    file.write_all(pair.to_pem().as_bytes()).and_then(|()| file.sync_all()).with_context(named)?;
    println!("{}", pair.public());
    Ok(())
}

fn sign(request: &SignRequest) -> Result<()> {
    let read = |path: &Path| {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
        bytes.map(Zeroizing::new)
    };
    let pem = read(&request.key)?;
    let pem = std::str::from_utf8(&pem).with_context(|| format!("{} is no text", request.key.display()))?;
    let pair = KeyPair::from_pem(pem).with_context(|| request.key.display().to_string())?;
    let body = request.body.as_deref().map(read).transpose()?.unwrap_or_default();
    let key = request.idempotency_key.map(|key| key.to_string());
    let signing = Signing { method: &request.method, url: &request.url, body: &body, idempotency_key: key.as_deref() };
    for (name, value) in signing.sign(&request.name, &pair, Timestamp::now())? {
        println!("{name}: {value}");
    }
    Ok(())
}

fn listed(file: &ClientsFile) -> Result<String> {
    let clients = file.read()?;
    let roles = |roles: &[Role]| roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ");
    let of = |lot: Option<&str>| lot.map_or_else(String::new, |lot| format!(", lot {lot}"));
    let mut out = String::new();
    for person in &clients.people {
        let (roles, lot) = (roles(&person.roles), of(person.lot.as_deref()));
        let until = person.expires.strftime("%Y-%m-%d %H:%M UTC");
        let over = if person.expires <= Timestamp::now() { "over since" } else { "until" };
        writeln!(out, "{}: person, {roles}{lot}, {over} {until}", person.name)?;
    }
    for machine in &clients.machines {
        let (roles, lot) = (roles(&machine.roles), of(machine.lot.as_deref()));
        let terminal = machine.terminal.as_deref().map_or_else(String::new, |name| format!(", terminal {name}"));
        writeln!(out, "{}: machine, {roles}{lot}{terminal}, key {}", machine.name, machine.public_key)?;
    }
    Ok(out)
}
