//! Motion JPEG over HTTP: `multipart/x-mixed-replace` (RFC 2046), one picture a part.

use super::credentials::split_credentials;
use super::feed::{Packet, Packets};
use futures::{StreamExt, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use std::time::Instant;
use url::Url;
use vokter_frames::wire::Codec;
use vokter_rules::limits;

const HEADER_BYTES: usize = 8 << 10;

/// Asks a camera for its pictures.
///
/// # Errors
/// When the camera cannot be reached, refuses, or answers with something else.
pub(crate) async fn connect(url: &Url) -> Result<Packets, String> {
    let response = request(url).await?;
    if !response.status().is_success() {
        return Err(format!("the camera answers {}", response.status()));
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned();
    let boundary = boundary(&kind).ok_or_else(|| format!("the camera sends `{kind}` instead of motion JPEG"))?;
    let begun = Instant::now();
    let state = (response, Parts::new(&boundary));
    let packets = stream::try_unfold(state, move |(mut response, mut parts)| async move {
        loop {
            if let Some(data) = parts.next()? {
                // The pictures carry no time of their own: the moment of arrival stands for it.
                let media_ns = i64::try_from(begun.elapsed().as_nanos()).unwrap_or(i64::MAX);
                let packet = Packet { codec: Codec::MotionJpeg, is_key: true, data, media_ns };
                return Ok(Some((packet, (response, parts))));
            }
            match response.chunk().await.map_err(cause)? {
                Some(chunk) => parts.add(&chunk)?,
                None => return Ok(None),
            }
        }
    });
    Ok(packets.boxed())
}

/// The camera's answer; with credentials, if it asks for them and the address has them.
async fn request(url: &Url) -> Result<Response, String> {
    let (bare, credentials) = split_credentials(url);
    let client =
        reqwest::Client::builder().user_agent("vokter").no_proxy().redirect(Policy::none()).build().map_err(cause)?;
    let response = client.get(bare.clone()).send().await.map_err(cause)?;
    if response.status() != StatusCode::UNAUTHORIZED {
        return Ok(response);
    }
    let refused = || "the camera refuses the user name or password".to_owned();
    let (username, password) = credentials.ok_or_else(refused)?;
    let challenge = response.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    let mut login = http_auth::PasswordClient::try_from(challenge.ok_or_else(refused)?).map_err(|_| refused())?;
    let uri = bare.query().map_or_else(|| bare.path().to_owned(), |query| format!("{}?{query}", bare.path()));
    let parameters =
        http_auth::PasswordParams { username: &username, password: &password, uri: &uri, method: "GET", body: None };
    let answer = login.respond(&parameters).map_err(|_| refused())?;
    let response = client.get(bare).header(AUTHORIZATION, answer).send().await.map_err(cause)?;
    if response.status() == StatusCode::UNAUTHORIZED { Err(refused()) } else { Ok(response) }
}

/// An error in one line, without the address.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut deepest: &dyn std::error::Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// The boundary that a content type names.
fn boundary(kind: &str) -> Option<String> {
    let mut parameters = kind.split(';').map(str::trim);
    parameters.next().filter(|kind| kind.eq_ignore_ascii_case("multipart/x-mixed-replace"))?;
    let named = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, value) = named.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"').trim_start_matches("--");
    (!value.is_empty()).then(|| value.to_owned())
}

/// Cuts a multipart stream into its parts. Holds at most one part and what came with it.
struct Parts {
    delimiter: Vec<u8>,
    buffer: Vec<u8>,
    /// In a part's body: its length, if its header gave one.
    body: Option<Option<usize>>,
    /// Bytes of the body that were searched for its end.
    searched: usize,
}

impl Parts {
    fn new(boundary: &str) -> Self {
        Self { delimiter: format!("--{boundary}").into_bytes(), buffer: Vec::new(), body: None, searched: 0 }
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.buffer.len() + bytes.len() > limits::PACKET_BYTES + HEADER_BYTES {
            return Err(format!("a picture is larger than {} bytes, or has no end", limits::PACKET_BYTES));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next whole part, if it has come.
    fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        loop {
            if self.body.is_none() && !self.header()? {
                return Ok(None);
            }
            let Some(length) = self.body else { continue };
            let end = match length {
                Some(length) => Some(length).filter(|length| self.buffer.len() >= *length),
                None => {
                    let from = self.searched.saturating_sub(self.delimiter.len());
                    let rest = self.buffer.get(from..).unwrap_or_default();
                    find(rest, &self.delimiter).map(|at| from + at)
                }
            };
            let Some(end) = end else {
                self.searched = self.buffer.len();
                return Ok(None);
            };
            self.searched = 0;
            let mut part: Vec<u8> = self.buffer.drain(..end).collect();
            if length.is_none() && part.ends_with(b"\r\n") {
                part.truncate(part.len() - 2);
            }
            self.body = None;
            if !part.is_empty() {
                return Ok(Some(part));
            }
        }
    }

    /// Reads the delimiter and header of the next part; whether they were there.
    fn header(&mut self) -> Result<bool, String> {
        let Some(start) = find(&self.buffer, &self.delimiter) else {
            if self.buffer.len() > HEADER_BYTES {
                return Err("no boundary between pictures".to_owned());
            }
            return Ok(false);
        };
        let after = start + self.delimiter.len();
        let rest = self.buffer.get(after..).unwrap_or_default();
        let Some(length) = find(rest, b"\r\n\r\n") else {
            if rest.len() > HEADER_BYTES {
                return Err("the header of a picture has no end".to_owned());
            }
            return Ok(false);
        };
        let header = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
        let fields = header.lines().filter_map(|line| line.split_once(':'));
        let given = fields.filter(|(name, _)| name.trim().eq_ignore_ascii_case("content-length"));
        let length_given = given.filter_map(|(_, value)| value.trim().parse::<usize>().ok()).next();
        if length_given.is_some_and(|length| length > limits::PACKET_BYTES) {
            return Err(format!("a picture is larger than {} bytes", limits::PACKET_BYTES));
        }
        self.buffer.drain(..after + length + 4);
        self.body = Some(length_given);
        Ok(true)
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn content_types_are_read_as_cameras_write_them() {
        assert_eq!(boundary("multipart/x-mixed-replace; boundary=\"frame\""), Some("frame".to_owned()));
        assert_eq!(boundary("Multipart/X-Mixed-Replace;boundary=--myboundary"), Some("myboundary".to_owned()));
        assert_eq!(boundary("text/html"), None);
    }

    proptest! {
        #[test]
        fn parts_come_out_whole_however_they_are_cut(
            pictures in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 1..6),
            lengths in any::<bool>(), cut in 1usize..97,
        ) {
            let mut bytes = b"\r\n".to_vec();
            for picture in &pictures {
                bytes.extend(b"--frame\r\nContent-Type: image/jpeg\r\n");
                if lengths { bytes.extend(format!("Content-Length: {}\r\n", picture.len()).bytes()); }
                bytes.extend(b"\r\n");
                bytes.extend(picture);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"--frame--\r\n");
            let clean = |picture: &&Vec<u8>| find(picture, b"--frame").is_none() && !picture.ends_with(b"\r\n");
            prop_assume!(lengths || pictures.iter().all(|picture| clean(&picture)));
            let mut parts = Parts::new("frame");
            let mut found = vec![];
            for chunk in bytes.chunks(cut) {
                parts.add(chunk).unwrap();
                while let Some(part) = parts.next().unwrap() { found.push(part); }
            }
            prop_assert_eq!(found, pictures);
        }

        #[test]
        fn any_bytes_are_parts_or_an_error(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..64)) {
            let mut parts = Parts::new("f");
            for chunk in chunks {
                if parts.add(&chunk).is_err() { break; }
                while let Ok(Some(_)) = parts.next() {}
            }
        }
    }
}
