//! The OpenAPI document, and a page of it for people.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use std::fmt::Write as _;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi as Document, RefOr};

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8888; padding: .5rem 0 }
h2 { font: 600 1.1rem ui-monospace, monospace; margin: .5rem 0 }
table { border-collapse: collapse } td, th { text-align: left; vertical-align: top; padding: .1rem 1rem .1rem 0 }
code { font-family: ui-monospace, monospace } .about { color: #777 }
";

/// `/openapi.json`, and `/` for people.
pub fn routes<S: Clone + Send + Sync + 'static>(document: &Document) -> Router<S> {
    let (json, page) = (document.to_json().unwrap_or_default(), page(document));
    let json = move || async move { ([("content-type", "application/json")], json) };
    Router::new().route("/openapi.json", get(json)).route("/", get(move || async move { Html(page) }))
}

/// A page with every operation. It has no script and asks nothing of other machines.
fn page(document: &Document) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{about}</p>\
         <p><a href=\"/openapi.json\">OpenAPI document</a></p>",
        title = escaped(&document.info.title),
        about = escaped(document.info.description.as_deref().unwrap_or_default()),
    );
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            section(&mut page, method, path, operation);
        }
    }
    page.push_str("</html>\n");
    page
}

/// The operations of a path.
pub fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter().filter_map(|(name, operation)| Some((name, operation.as_ref()?)))
}

/// The operations of a path, to be changed.
pub fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn section(page: &mut String, method: &str, path: &str, operation: &Operation) {
    let said = |words: &Option<String>| escaped(words.as_deref().unwrap_or_default());
    // Writing to a string does not fail.
    let _ = write!(
        page,
        "<section><h2>{method} {}</h2><p>{} {}</p><p class=\"about\">role: {}; purpose: {}</p>",
        escaped(path),
        said(&operation.summary),
        said(&operation.description),
        escaped(&extension(operation, "x-role")),
        escaped(&extension(operation, "x-purpose")),
    );
    page.push_str("<table>");
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let place = match parameter.parameter_in {
            ParameterIn::Path => "in the path",
            ParameterIn::Header => "a header",
            _ => "in the query",
        };
        let (name, about) = (escaped(&parameter.name), said(&parameter.description));
        let _ = write!(page, "<tr><th><code>{name}</code><td>{place}<td>{about}");
    }
    for status in operation.responses.responses.keys() {
        let _ = write!(page, "<tr><th>{}<td><td>", escaped(status));
        if let Some(RefOr::T(answer)) = operation.responses.responses.get(status) {
            page.push_str(&escaped(&answer.description));
        }
    }
    page.push_str("</table></section>");
}

/// What an operation says of itself under that name.
pub fn extension(operation: &Operation, name: &str) -> String {
    let found = operation.extensions.as_ref().and_then(|all| all.get(name));
    found.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
