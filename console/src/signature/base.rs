//! What is signed: a line for each component that is covered, and one for the list of them (RFC 9421, section 2.5).

use super::SignatureFault;
use axum::http::HeaderMap;

/// The parts of a request that can be covered.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// `POST`, as it was sent.
    pub method: &'a str,
    /// The host, with its port unless it is that of the scheme.
    pub authority: &'a str,
    /// The path, as it was sent.
    pub path: &'a str,
    /// The query without its question mark, if there is one.
    pub query: Option<&'a str>,
    /// The header fields.
    pub headers: &'a HeaderMap,
}

/// The signature base.
pub fn of(message: &Message<'_>, covered: &[String], parameters: &str) -> Result<String, SignatureFault> {
    let mut base = String::new();
    for (at, name) in covered.iter().enumerate() {
        if covered.iter().take(at).any(|earlier| earlier == name) {
            return Err(SignatureFault::Component);
        }
        let value = component(message, name).ok_or(SignatureFault::Component)?;
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {parameters}"));
    Ok(base)
}

fn component(message: &Message<'_>, name: &str) -> Option<String> {
    match name {
        "@method" => Some(message.method.to_owned()),
        "@authority" => Some(authority(message.authority)),
        "@path" => Some(if message.path.is_empty() { "/" } else { message.path }.to_owned()),
        "@query" => Some(format!("?{}", message.query.unwrap_or_default())),
        _ if name.starts_with('@') || name.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
        _ => field(message.headers, name),
    }
}

/// In lower case, and without the port of its scheme (section 2.2.3).
fn authority(written: &str) -> String {
    let lower = written.to_ascii_lowercase();
    let bare = lower.strip_suffix(":443").or_else(|| lower.strip_suffix(":80"));
    bare.map_or_else(|| lower.clone(), str::to_owned)
}

/// The lines of a header field as one (section 2.1); `None` if there is none, or it is no text.
pub fn field(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Option<Vec<_>> =
        headers.get_all(name).iter().map(|line| line.to_str().ok().map(|line| line.trim().to_owned())).collect();
    lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(", "))
}
