//! Counters of what was asked. Names and labels are closed lists: paths as the document has them, classes of answers.

use axum::http::StatusCode;
use prometheus::{IntCounterVec, Opts, Registry};

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing remains due, and the session is erased.
    Whole,
    /// Something does.
    Part,
    /// It was not taken.
    Refused,
}

/// The counters.
#[derive(Clone)]
pub struct Counters {
    requests: IntCounterVec,
    payments: IntCounterVec,
}

impl Counters {
    /// New ones, shown by that registry.
    ///
    /// # Errors
    /// When it has counters of these names.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let requests = Opts::new("vokter_http_requests_total", "Requests, by path of the document and class of answer");
        let requests = IntCounterVec::new(requests, &["route", "class"])?;
        let payments = Opts::new("vokter_parking_payments_total", "Requests to take a payment, by what became of them");
        let payments = IntCounterVec::new(payments, &["taken"])?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(payments.clone()))?;
        Ok(Self { requests, payments })
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, status: StatusCode) {
        let class = match status.as_u16() {
            0..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.requests.with_label_values(&[route, class]).inc();
    }

    /// A payment was asked for.
    pub fn payment(&self, taken: Taken) {
        let taken = match taken {
            Taken::Whole => "whole",
            Taken::Part => "part",
            Taken::Refused => "refused",
        };
        self.payments.with_label_values(&[taken]).inc();
    }
}
