//! Addresses of cameras, shown without what may be a secret.

/// Keys of a query whose values tell of a stream, and are no secrets.
const HARMLESS: &[&str] =
    &["channel", "ch", "subtype", "stream", "streamtype", "profile", "unicast", "proto", "camera"];
/// What speaks of a secret in the path of an address.
const SUSPECT: &[&str] = &["user", "usr", "pass", "pwd", "psw", "auth", "token", "key", "secret", "login", "@"];
/// What stands where something was taken out.
const HIDDEN: &str = "***";

/// The address with user name, password and whatever else may be a secret taken out.
pub fn shown(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return HIDDEN.to_owned() };
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    // A password may hold a slash, so that the host begins after the last `@` of all.
    let (credentials, rest) = rest.rsplit_once('@').map_or((false, rest), |(_, rest)| (true, rest));
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let mut shown = format!("{scheme}://");
    if credentials {
        shown.push_str(&format!("{HIDDEN}@"));
    }
    shown.push_str(host);
    if let Some(path) = path {
        let lower = path.to_lowercase();
        let suspect = SUSPECT.iter().any(|word| lower.contains(word));
        shown.push('/');
        shown.push_str(if suspect { HIDDEN } else { path });
    }
    if let Some(query) = query {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((key, value)) if HARMLESS.contains(&key.to_lowercase().as_str()) && is_plain(value) => pair.to_owned(),
            Some((key, _)) => format!("{key}={HIDDEN}"),
            None => HIDDEN.to_owned(),
        });
        shown.push('?');
        shown.push_str(&pairs.collect::<Vec<_>>().join("&"));
    }
    shown.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn is_plain(value: &str) -> bool {
    value.len() <= 12 && value.chars().all(|letter| letter.is_ascii_alphanumeric())
}

/// The environment variable for the address of a camera: `GATE_URL` for `gate`.
pub fn variable(camera: &str) -> String {
    let name = camera.to_uppercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let digit_first = name.chars().next().is_none_or(|first| first.is_ascii_digit());
    if digit_first { format!("CAMERA_{name}_URL") } else { format!("{name}_URL") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_never_shown() {
        for (address, expected) in [
            ("rtsp://10.0.0.5:554/live", "rtsp://10.0.0.5:554/live"),
            ("rtsp://viewer:hunter2@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
            ("rtsp://viewer:hunter2/with@slash@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
            ("rtsp://viewer:{FRIGATE_PASSWORD}@cam/1", "rtsp://***@cam/1"),
            ("rtsp://a:b@cam/real?channel=1&subtype=2", "rtsp://***@cam/real?channel=1&subtype=2"),
            ("http://cam/flv?port=1935&user=admin&password=hunter2", "http://cam/flv?port=***&user=***&password=***"),
            ("rtsp://cam/user=admin_password=hunter2_channel=1.sdp?real_stream", "rtsp://cam/***?***"),
            ("rtsp://cam/1?hunter2", "rtsp://cam/1?***"),
            ("exec:ffmpeg -i hunter2", "***"),
            ("hunter2", "***"),
        ] {
            assert_eq!(shown(address), expected);
        }
    }

    #[test]
    fn variables_are_names_that_a_shell_knows() {
        assert_eq!(variable("front-door"), "FRONT_DOOR_URL");
        assert_eq!(variable("2nd floor"), "CAMERA_2ND_FLOOR_URL");
        assert_eq!(variable(""), "CAMERA__URL");
    }
}
