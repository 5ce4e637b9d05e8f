//! RTSP over TCP (RFC 2326, RFC 7826) by `retina`. Only the video stream is set up: audio is never asked for.

use super::credentials::split_credentials;
use super::feed::{Packet, Packets};
use futures::{StreamExt, future};
use retina::client::{Credentials, PlayOptions, Session, SessionOptions, SetupOptions, TcpTransportOptions, Transport};
use retina::codec::{CodecItem, FrameFormat};
use url::Url;
use vokter_frames::wire::Codec;

/// Asks a camera for its video.
///
/// # Errors
/// When the camera cannot be reached, refuses, or has no video that is decoded here.
pub(crate) async fn connect(url: &Url) -> Result<Packets, String> {
    let (bare, credentials) = split_credentials(url);
    let credentials = credentials.map(|(username, password)| Credentials { username, password });
    let options = SessionOptions::default().creds(credentials).user_agent("vokter".to_owned());
    let mut session = Session::describe(bare, options).await.map_err(cause)?;
    let codec = |name: &str| match name {
        "h264" => Some(Codec::H264),
        "h265" => Some(Codec::H265),
        "jpeg" => Some(Codec::MotionJpeg),
        _ => None,
    };
    let video = session.streams().iter().enumerate().filter(|(_, stream)| stream.media() == "video");
    let offered: Vec<_> = video.clone().map(|(_, stream)| stream.encoding_name().to_owned()).collect();
    let chosen = video.filter_map(|(index, stream)| Some((index, codec(stream.encoding_name())?))).next();
    let Some((index, codec)) = chosen else {
        let offered = if offered.is_empty() { "no video".to_owned() } else { offered.join(", ") };
        return Err(format!("the camera offers {offered}; H.264, H.265 and JPEG are read"));
    };
    let setup = SetupOptions::default()
        .transport(Transport::Tcp(TcpTransportOptions::default()))
        .frame_format(FrameFormat::SIMPLE);
    session.setup(index, setup).await.map_err(cause)?;
    let session = session.play(PlayOptions::default()).await.map_err(cause)?;
    let packets = session.demuxed().map_err(cause)?.filter_map(move |item| {
        future::ready(match item {
            Ok(CodecItem::VideoFrame(frame)) => {
                let (time, is_key) = (frame.timestamp(), frame.is_random_access_point());
                let media_ns = (time.elapsed_secs() * 1e9) as i64;
                let is_key = is_key || codec == Codec::MotionJpeg;
                Some(Ok(Packet { codec, is_key, data: frame.into_data(), media_ns }))
            }
            Ok(_) => None,
            Err(error) => Some(Err(cause(error))),
        })
    });
    Ok(packets.boxed())
}

/// An error in one line, without the details of its connection.
fn cause(error: retina::Error) -> String {
    if error.status_code() == Some(401) {
        return "the camera refuses the user name or password".to_owned();
    }
    error.to_string().lines().next().unwrap_or("the connection failed").to_owned()
}
