//! User name and password of a camera's address.

use url::Url;

/// User name and password of an address, taken out of it.
pub(crate) fn split_credentials(url: &Url) -> (Url, Option<(String, String)>) {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials =
        (!url.username().is_empty()).then(|| (decode(url.username()), url.password().map(decode).unwrap_or_default()));
    let mut bare = url.clone();
    // Only addresses without a host refuse this, and those were refused before.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    (bare, credentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_leave_the_address() {
        let url = Url::parse("rtsp://us%40er:p%3Ass%20+@10.0.0.1:554/stream?x=1").unwrap();
        let (bare, credentials) = split_credentials(&url);
        assert_eq!(bare.as_str(), "rtsp://10.0.0.1:554/stream?x=1");
        assert_eq!(credentials, Some(("us@er".to_owned(), "p:ss +".to_owned())));
    }
}
