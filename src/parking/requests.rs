//! What a lot asks of the world: that a barrier opens, that a ticket is printed, what a stay costs. It is sent to the outlets of
//! the site file, as JSON by HTTP.
//!
//! A barrier must not depend on us: while every lot does its work, its outlet hears `watching` every twenty seconds with the time for
//! which that holds. A controller that hears nothing for as long opens its barriers (fail-open).

use anyhow::{Context, Result, bail};
use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};
use jiff::Timestamp;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vokter_parking::lot::{Effect, Fallback, SessionId};
use vokter_rules::limits;
use vokter_rules::outlet::{Address, Outlet, Sends};

/// How often a barrier's controller hears that we are there.
const WATCHING: Duration = Duration::from_secs(20);
/// For which that holds.
const VALID_SECONDS: u32 = 60;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often one request is tried.
const TRIES: u32 = 3;

/// One request, as it is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Let one car through.
    OpenBarrier { lot: String, lane: String },
    /// Hold every barrier open, or give out tickets: nobody can pay.
    StopReading { lot: String, fallback: Fallback },
    /// As before.
    ResumeReading { lot: String },
    /// Print a ticket.
    IssueTicket { lot: String, lane: String },
    /// We are there, and for so long it need not be asked.
    Watching { valid_seconds: u32 },
    /// What a stay costs; the answer comes by the API.
    AskPrice { lot: String, session: SessionId, entered: Timestamp, until: Timestamp },
}

impl Request {
    /// What an effect asks for, if it asks for something.
    pub fn of(lot: &str, effect: &Effect) -> Option<Self> {
        let lot = lot.to_owned();
        Some(match effect {
            Effect::OpenBarrier { lane } => Self::OpenBarrier { lot, lane: lane.clone() },
            Effect::StopReading { fallback } => Self::StopReading { lot, fallback: *fallback },
            Effect::ResumeReading => Self::ResumeReading { lot },
            Effect::IssueTicket { lane } => Self::IssueTicket { lot, lane: lane.clone() },
            Effect::AskPrice { session, entered, until } => {
                Self::AskPrice { lot, session: *session, entered: *entered, until: *until }
            }
            _ => return None,
        })
    }

    /// What an outlet must be sent to get it.
    const fn sends(&self) -> Sends {
        match self {
            Self::AskPrice { .. } => Sends::Prices,
            _ => Sends::Barriers,
        }
    }
}

/// When every lot last did what a second asks of it.
#[derive(Clone)]
pub struct Pulse(Arc<Mutex<Instant>>);

impl Pulse {
    /// They have just done it.
    pub fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_alive(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < WATCHING
    }
}

/// A thread that sends requests.
pub struct Requests {
    pulse: Pulse,
    sender: Sender<Request>,
    thread: JoinHandle<()>,
}

impl Requests {
    /// Begins to send to the outlets of a site.
    pub fn start(outlets: &[Outlet]) -> Result<Self> {
        let of_lots = outlets.iter().filter(|outlet| matches!(outlet.sends, Sends::Barriers | Sends::Prices));
        let outlets: Vec<_> = of_lots.map(Line::of).collect::<Result<_>>()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = {
            let _guard = runtime.enter();
            reqwest::Client::builder().timeout(PATIENCE).build()?
        };
        let (sender, requests) = bounded(limits::REQUESTS_WAITING);
        let pulse = Pulse(Arc::new(Mutex::new(Instant::now())));
        let thread = std::thread::spawn({
            let pulse = pulse.clone();
            move || {
                let post = |line: &Line, request: &Request| runtime.block_on(line.post(&client, request));
                send_all(&outlets, &requests, &pulse, &post);
            }
        });
        Ok(Self { pulse, sender, thread })
    }

    /// Where requests are put.
    pub fn sender(&self) -> Sender<Request> {
        self.sender.clone()
    }

    /// What the lots tell that they live.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// Sends what waits, and ends.
    pub fn finish(self) {
        drop(self.sender);
        // It has said what went wrong.
        let _ = self.thread.join();
    }
}

/// An outlet and its address.
struct Line {
    name: String,
    address: String,
    sends: Sends,
}

impl Line {
    fn of(outlet: &Outlet) -> Result<Self> {
        let name = outlet.name.clone();
        let address = match &outlet.address {
            Address::Written(address) => address.clone(),
            Address::Env(variable) => {
                std::env::var(variable).with_context(|| format!("outlet `{name}`: ${variable} is not set"))?
            }
        };
        Ok(Self { name, address, sends: outlet.sends })
    }

    async fn post(&self, client: &reqwest::Client, request: &Request) -> Result<()> {
        let body = serde_json::to_vec(request)?;
        let request = client.post(&self.address).header("content-type", "application/json").body(body);
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        if !answer.status().is_success() {
            bail!("it answered {}", answer.status());
        }
        Ok(())
    }
}

fn send_all(
    outlets: &[Line],
    requests: &Receiver<Request>,
    pulse: &Pulse,
    post: &dyn Fn(&Line, &Request) -> Result<()>,
) {
    let mut said = Instant::now().checked_sub(WATCHING);
    loop {
        // A lot that cannot work must not keep its barriers shut.
        if pulse.is_alive() && said.is_none_or(|said| said.elapsed() >= WATCHING) {
            send(outlets, &Request::Watching { valid_seconds: VALID_SECONDS }, post);
            said = Some(Instant::now());
        }
        match requests.recv_timeout(Duration::from_secs(1)) {
            Ok(request) => send(outlets, &request, post),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn send(outlets: &[Line], request: &Request, post: &dyn Fn(&Line, &Request) -> Result<()>) {
    for outlet in outlets.iter().filter(|outlet| outlet.sends == request.sends()) {
        let mut done = Ok(());
        for _ in 0..TRIES {
            done = post(outlet, request);
            if done.is_ok() {
                break;
            }
        }
        if let Err(error) = done {
            // The address may hold a secret, so it is not said.
            tracing::error!(outlet = outlet.name, "has not got what it was asked for: {error}");
        }
    }
}
