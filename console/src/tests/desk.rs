//! A site with one lot, whose clock the test turns, and clients that show tokens or sign.

use crate::clients::{KeyPair, Role};
use crate::{ClientsFile, Desk, DeskError, Machine, Site, router};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::Signer as _;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use prometheus::Registry;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;
use uuid::Uuid;
use vokter_parking::lot::{
    Due, Exception, ExceptionId, Found, Heading, IdempotencyKey, Lot, Match, Passage, Passed, Payment, Receipt,
    ReceiptNumber, Refusal, Resolution, SessionId, Sought, Step,
};
use vokter_parking::money::Money;
use vokter_parking::occupancy::{Occupancy, Place};
use vokter_parking::permit::{Permit, PermitId, can_hold_until};
use vokter_parking::plate::Plate;
use vokter_parking::tariff::Entitlement;

const TERMS: &str = r#"
    name = "north"
    capacity = 100
    terminals = ["hall", "exit"]
    fallback = "gates-open"
    hand_over = false
    plate_cap_days = 7
    lanes = [
        { name = "in", direction = "entry", barrier = true },
        { name = "out", direction = "exit", barrier = true },
    ]
    [tariff]
    currency = "NOK"
    time_zone = "Europe/Oslo"
    free = { minutes = 15, of = "short-stays" }
    rates = [{ price = 3000 }]
    concessions = { validated = { free_minutes = 120 }, resident = "free", disabled-permit = "free" }
"#;

/// One lot, with its clock.
pub struct North {
    lot: Mutex<Lot>,
    now: Mutex<Timestamp>,
    receipts: AtomicU64,
    permits: Mutex<Vec<(Permit, Plate)>>,
    /// Who has decided what.
    pub decided: Mutex<Vec<(String, &'static str)>>,
}

/// A hash as a lot's key would make it: one to one, and nothing like the plate.
fn hash(plate: &Plate) -> Match {
    let mut hash = [0xa5; 32];
    hash.iter_mut().zip(plate.disclose_text().bytes()).for_each(|(to, from)| *to = from.wrapping_mul(167));
    hash.into()
}

fn sought(plate: &Plate) -> Sought {
    Sought::of(plate, &hash, &[])
}

impl North {
    fn new(terms: &str) -> Self {
        let now = "2026-11-23T10:00:00+01".parse().unwrap();
        let lot = Lot::new(toml::from_str(terms).unwrap(), now).unwrap();
        let (lot, now, receipts) = (Mutex::new(lot), Mutex::new(now), 1.into());
        let north = Self { lot, now, receipts, permits: Mutex::default(), decided: Mutex::default() };
        north.wait(0);
        north
    }

    fn step<A>(&self, name: &str, step: impl FnOnce(&mut Lot, Timestamp) -> Step<A>) -> Result<A, DeskError> {
        if name != "north" {
            return Err(DeskError::UnknownLot);
        }
        let now = self.now();
        Ok(step(&mut self.lot.lock().unwrap(), now).answer?)
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    /// Time goes by, while a terminal says each minute that it is there.
    pub fn wait(&self, minutes: u32) {
        for minute in 0..=minutes {
            *self.now.lock().unwrap() += SignedDuration::from_mins(i64::from(minute > 0));
            self.heartbeat("north", "exit", true).unwrap();
        }
    }

    /// A car comes in.
    pub fn enter(&self, plate: &str) -> SessionId {
        let sought = sought(&Plate::new(plate).unwrap());
        let passage = Passage { lane: "in", heading: Heading::In, sought: Some(sought), grants: vec![] };
        let Ok(Passed::Entered(id)) = self.step("north", |lot, now| lot.pass(passage, now)) else { panic!("enters") };
        self.step("north", |lot, now| lot.cross("in", Heading::In, None, now)).unwrap();
        id
    }

    /// A car is read at the exit.
    pub fn leave(&self, plate: &str) -> Passed {
        let sought = sought(&Plate::new(plate).unwrap());
        let passage = Passage { lane: "out", heading: Heading::Out, sought: Some(sought), grants: vec![] };
        self.step("north", |lot, now| lot.pass(passage, now)).unwrap()
    }

    /// Nobody else is answered meanwhile.
    pub fn hold(&self, meanwhile: impl FnOnce()) {
        let lot = self.lot.lock().unwrap();
        meanwhile();
        drop(lot);
    }

    /// All that the lot knows.
    pub fn state(&self) -> String {
        let lot = self.lot.lock().unwrap();
        let records = lot.state().record_ids().map(|id| (id, lot.record(id).unwrap()));
        records.map(|(id, record)| format!("{id:?} {}\n", String::from_utf8_lossy(&record.unwrap().0))).collect()
    }

    fn decided(&self, who: &str, what: &'static str) {
        self.decided.lock().unwrap().push((who.to_owned(), what));
    }
}

impl Desk for North {
    fn lots(&self) -> Vec<String> {
        vec!["north".to_owned()]
    }

    fn place(&self, lot: &str) -> Result<Place, DeskError> {
        self.step(lot, |lot, now| Step { answer: Ok(lot.place()), effects: lot.tick(now).effects })
    }

    fn occupancy(&self, lot: &str) -> Result<Occupancy, DeskError> {
        self.step(lot, |lot, now| Step { answer: Ok(lot.occupancy()), effects: lot.tick(now).effects })
    }

    fn look_up(&self, lot: &str, plate: Plate) -> Result<Found, DeskError> {
        self.step(lot, |lot, now| lot.look_up(&sought(&plate), now))
    }

    fn pay(&self, lot: &str, session: SessionId, key: IdempotencyKey, amount: Money) -> Result<Receipt, DeskError> {
        let receipt = u128::from(self.receipts.fetch_add(1, Ordering::Relaxed)).into();
        self.step(lot, |lot, now| lot.pay(session, Payment { key, receipt, amount }, now))
    }

    fn price(&self, lot: &str, session: SessionId, amount: Money) -> Result<Due, DeskError> {
        self.step(lot, |lot, now| lot.price(session, amount, now))
    }

    fn grant(
        &self,
        lot: &str,
        session: SessionId,
        (entitlement, until): (Entitlement, Option<Timestamp>),
        key: IdempotencyKey,
    ) -> Result<Due, DeskError> {
        self.step(lot, |lot, now| match lot.terms().tariff.grant(entitlement, until) {
            Some(grant) => lot.grant(session, grant, Some(key), now),
            None => Step { answer: Err(Refusal::NoConcession), effects: vec![] },
        })
    }

    fn permit(
        &self,
        lot: &str,
        plate: Plate,
        entitlement: Entitlement,
        until: Timestamp,
        who: &str,
    ) -> Result<Permit, DeskError> {
        let (grant, now) = (self.lot.lock().unwrap().terms().tariff.grant(entitlement, Some(until)), self.now());
        let _ = (self.step(lot, |lot, now| lot.tick(now))?, grant.ok_or(Refusal::NoConcession)?);
        if !can_hold_until(until, now) {
            return Err(Refusal::PermitTerm.into());
        }
        let mut permits = self.permits.lock().unwrap();
        let id = PermitId::from((permits.len() as u64 + 1) << 11);
        permits.push((Permit { id, until }, plate));
        self.decided(who, "a permit");
        Ok(Permit { id, until })
    }

    fn permits(&self, lot: &str, of: Option<Plate>, _: &str) -> Result<Vec<Permit>, DeskError> {
        self.step(lot, |lot, now| lot.tick(now))?;
        let permits = self.permits.lock().unwrap();
        let is_of = |plate: &Plate| of.as_ref().is_none_or(|of| of.disclose_text() == plate.disclose_text());
        Ok(permits.iter().filter(|(_, plate)| is_of(plate)).map(|(permit, _)| *permit).collect())
    }

    fn withdraw_permit(&self, lot: &str, permit: PermitId, who: &str) -> Result<(), DeskError> {
        self.step(lot, |lot, now| lot.tick(now))?;
        let mut permits = self.permits.lock().unwrap();
        let place = permits.iter().position(|(known, _)| known.id == permit).ok_or(Refusal::UnknownPermit)?;
        permits.remove(place);
        self.decided(who, "a permit withdrawn");
        Ok(())
    }

    fn show_receipt(&self, lot: &str, lane: &str, number: ReceiptNumber) -> Result<Passed, DeskError> {
        self.step(lot, |lot, now| lot.show_receipt(lane, number, now))
    }

    fn cross(&self, lot: &str, lane: &str, heading: Heading, key: IdempotencyKey) -> Result<(), DeskError> {
        self.step(lot, |lot, now| lot.cross(lane, heading, Some(key), now))
    }

    fn refund(&self, lot: &str, number: ReceiptNumber, who: &str) -> Result<Money, DeskError> {
        self.decided(who, "refund");
        self.step(lot, |lot, now| lot.refund(number, now))
    }

    fn heartbeat(&self, lot: &str, terminal: &str, can_take_payment: bool) -> Result<(), DeskError> {
        self.step(lot, |lot, now| lot.heartbeat(terminal, can_take_payment, now))
    }

    fn exceptions(&self, lot: &str) -> Result<Vec<(ExceptionId, Exception)>, DeskError> {
        self.step(lot, |lot, now| {
            let effects = lot.tick(now).effects;
            Step { answer: Ok(lot.state().exceptions().map(|(id, one)| (id, one.clone())).collect()), effects }
        })
    }

    fn resolve(&self, lot: &str, exception: ExceptionId, resolution: Resolution, who: &str) -> Result<(), DeskError> {
        self.decided(who, "resolve");
        self.step(lot, |lot, now| lot.resolve(exception, resolution, now))
    }

    fn waive(&self, lot: &str, session: SessionId, who: &str) -> Result<(), DeskError> {
        self.decided(who, "waive");
        self.step(lot, |lot, now| lot.waive(session, now))
    }

    fn reset_occupancy(&self, lot: &str, occupied: u32, who: &str) -> Result<(), DeskError> {
        self.decided(who, "recount");
        self.step(lot, |lot, now| lot.reset_occupancy(occupied, now))
    }
}

/// The site, its routes, and a client of each role.
pub struct ParkingSite {
    pub north: Arc<North>,
    pub router: Router,
    pub file: ClientsFile,
    pub terminal: Signer,
    pub gate: Signer,
    pub tariff: Signer,
    pub staff: String,
    pub addresses: AtomicU64,
    pub _folder: tempfile::TempDir,
}

/// A machine with its key.
pub struct Signer {
    pub name: &'static str,
    pub pair: KeyPair,
}

/// How a request is sent.
pub enum By<'a> {
    Nobody,
    Token(&'a str),
    Machine(&'a Signer),
}

impl Signer {
    fn known(file: &ClientsFile, name: &'static str, role: Role, lot: Option<&str>, terminal: Option<&str>) -> Self {
        let (pair, created) = (KeyPair::draw().unwrap(), Timestamp::now());
        let (lot, terminal) = (lot.map(str::to_owned), terminal.map(str::to_owned));
        let (roles, public_key) = (vec![role], pair.public());
        let name_of = name.to_owned();
        file.add_machine(Machine { name: name_of, roles, lot, terminal, created, public_key }).unwrap();
        Self { name, pair }
    }

    /// Signs a request as RFC 9421 says, with nothing of the code under test.
    pub fn sign(&self, request: &mut Request<Body>, body: &str, created: i64) {
        let nonce = Uuid::now_v7();
        let headers = request.headers_mut();
        let mut covered = vec!["@method", "@authority", "@path"];
        if !body.is_empty() {
            let digest = BASE64_STANDARD.encode(Sha256::digest(body));
            headers.insert("content-digest", format!("sha-256=:{digest}:").parse().unwrap());
            covered.push("content-digest");
        }
        if headers.contains_key("idempotency-key") {
            covered.push("idempotency-key");
        }
        let mut base = String::new();
        for name in &covered {
            let value = match *name {
                "@method" => request.method().as_str(),
                "@authority" => request.headers()["host"].to_str().unwrap(),
                "@path" => request.uri().path(),
                field => request.headers()[field].to_str().unwrap(),
            };
            base += &format!("\"{name}\": {value}\n");
        }
        let list: Vec<_> = covered.iter().map(|name| format!("\"{name}\"")).collect();
        let parameters = format!("({});created={created};keyid=\"{}\";nonce=\"{nonce}\"", list.join(" "), self.name);
        base += &format!("\"@signature-params\": {parameters}");
        let signature = BASE64_STANDARD.encode(self.pair.signing().sign(base.as_bytes()).to_bytes());
        let headers = request.headers_mut();
        headers.insert("signature-input", format!("s={parameters}").parse().unwrap());
        headers.insert("signature", format!("s=:{signature}:").parse().unwrap());
    }
}

fn routes(north: &Arc<North>, file: &ClientsFile) -> Router {
    router(Site {
        statistics: None,
        parking: Some(Arc::clone(north) as Arc<dyn Desk>),
        clients: Some(file.clone()),
        metrics: Registry::new(),
        readiness: Arc::new(|| Ok(())),
    })
}

impl ParkingSite {
    pub fn new() -> Self {
        Self::with(TERMS)
    }

    /// Where another system prices.
    pub fn external() -> Self {
        let (before, _) = TERMS.split_once("[tariff]").unwrap();
        Self::with(&format!("{before}\n    tariff = \"external\""))
    }

    fn with(terms: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (file, north) = (ClientsFile::of(folder.path()), Arc::new(North::new(terms)));
        let terminal = Signer::known(&file, "hall-terminal", Role::Terminal, Some("north"), Some("hall"));
        let gate = Signer::known(&file, "gate", Role::Gate, Some("north"), None);
        let tariff = Signer::known(&file, "tariffs", Role::Tariff, None, None);
        let staff = file.add_person("anna", &[Role::Staff], None, 90, Timestamp::now()).unwrap();
        let (router, staff) = (routes(&north, &file), staff.disclose().to_owned());
        Self { north, router, file, terminal, gate, tariff, staff, addresses: 0.into(), _folder: folder }
    }

    /// The routes as after a restart.
    pub fn routes_anew(&self) -> Router {
        routes(&self.north, &self.file)
    }

    /// The client of a role.
    pub fn of(&self, role: Role) -> By<'_> {
        match role {
            Role::Terminal => By::Machine(&self.terminal),
            Role::Gate => By::Machine(&self.gate),
            Role::Tariff => By::Machine(&self.tariff),
            Role::Staff => By::Token(&self.staff),
        }
    }

    /// A request, signed by whoever sends it.
    pub fn request(by: &By<'_>, method: &Method, path: &str, body: &str, key: Option<Uuid>) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path).header("host", "lot.example");
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", format!("\"{key}\""));
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        match by {
            By::Nobody => {}
            By::Token(token) => {
                request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
            }
            By::Machine(signer) => signer.sign(&mut request, body, Timestamp::now().as_second()),
        }
        request
    }

    /// Sends a request, from an address of its own.
    pub async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        let [.., b, c, d] = self.addresses.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, b, c, d], 40_000))));
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Asks, and reads the answer as JSON; null if there is none.
    pub async fn ask(
        &self,
        by: By<'_>,
        method: Method,
        path: &str,
        body: &str,
        key: Option<Uuid>,
    ) -> (StatusCode, serde_json::Value) {
        let path = format!("/v1/parking/lots{path}");
        let answer = self.send(Self::request(&by, &method, &path, body, key)).await;
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}
