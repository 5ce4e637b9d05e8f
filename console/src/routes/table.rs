//! Which operation asks for which role: read out of the OpenAPI document, so that what it says is what holds.
//!
//! ```text
//! x-role of an operation ─┬─▶ Table: who is let in
//!                         └─▶ its security and refusals in the document
//! ```

use super::documentation::{extension, operations, operations_mut};
use crate::clients::{Kind, Role};
use axum::http::Method;
use std::collections::BTreeMap;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, OpenApi as Document, Ref, RefOr, Required, Response, ResponseBuilder,
};

/// The header by which a request that is repeated is known.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
const SIGNED: &str = "A signature over method, authority, path, query, Content-Digest and Idempotency-Key by Ed25519, in the \
    fields Signature-Input and Signature (RFC 9421, RFC 9530), with created, nonce and keyid.";
const TOKEN: &str = "A token, as `vokter token new` shows it once (RFC 6750).";

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Anyone.
    Anyone,
    /// A client that has this role.
    Of(Role),
    /// Nobody: the document names no role that there is.
    Nobody,
}

/// Whether a request can say that it is a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// It need not: it does nothing twice.
    Harmless,
    /// It can, by a key.
    Told,
    /// It must have a key.
    Keyed,
}

/// What an operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Who may.
    pub asked: Asked,
    /// Whether it may be repeated.
    pub repetition: Repetition,
}

/// All operations.
#[derive(Debug)]
pub struct Table(BTreeMap<String, BTreeMap<&'static str, Need>>);

impl Table {
    /// Those of a document.
    pub fn of(document: &Document) -> Self {
        let paths = document.paths.paths.iter();
        Self(paths.map(|(path, item)| (path.clone(), operations(item).map(|(m, o)| (m, need(o))).collect())).collect())
    }

    /// What an operation asks for; `None` if there is no such operation.
    pub fn need(&self, method: &Method, path: &str) -> Option<Need> {
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        self.0.get(path)?.get(method).copied()
    }

    /// The methods that a path has.
    pub fn methods(&self, path: &str) -> String {
        let methods = self.0.get(path).into_iter().flat_map(BTreeMap::keys).copied();
        methods.collect::<Vec<_>>().join(", ")
    }
}

fn need(operation: &Operation) -> Need {
    let asked = match extension(operation, "x-role").as_str() {
        "anyone" => Asked::Anyone,
        name => Role::from_name(name).map_or(Asked::Nobody, Asked::Of),
    };
    let mut headers = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Header => Some(parameter),
        _ => None,
    });
    let repetition = match headers.find(|header| header.name.eq_ignore_ascii_case(IDEMPOTENCY_KEY)) {
        None => Repetition::Harmless,
        Some(header) if matches!(header.required, Required::True) => Repetition::Keyed,
        Some(_) => Repetition::Told,
    };
    Need { asked, repetition }
}

/// Writes into the document how each operation that asks for a role is asked, and how it refuses.
pub fn say_who_may(document: &mut Document) {
    for item in document.paths.paths.values_mut() {
        for operation in operations_mut(item) {
            let Asked::Of(role) = need(operation).asked else { continue };
            let scheme = match role.kind() {
                Kind::Person => "token",
                Kind::Machine => "signature",
            };
            operation.security = Some(vec![SecurityRequirement::new(scheme, Vec::<String>::new())]);
            let refusals = [
                ("401", "Nobody that is known asks so"),
                ("403", "Who asks has another role, or is of another lot or terminal"),
                ("429", "Too often; Retry-After says when to come again"),
            ];
            for (status, words) in refusals {
                operation.responses.responses.insert(status.to_owned(), RefOr::T(problem(words)));
            }
        }
    }
    let components = document.components.get_or_insert_with(Components::default);
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(TOKEN)).build();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    let signature = ApiKey::Header(ApiKeyValue::with_description("Signature", SIGNED));
    components.add_security_scheme("signature", SecurityScheme::ApiKey(signature));
}

/// An answer that is a problem.
pub fn problem(words: &str) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(words).content("application/problem+json", content).build()
}
