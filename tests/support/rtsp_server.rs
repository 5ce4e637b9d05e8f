//! A small RTSP server (RFC 2326) that loops an H.264 stream over TCP, and can misbehave in every way a camera does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const CLOCK_HZ: f64 = 90_000.0;
const FRAGMENT: usize = 1400;

/// What the server does to its clients.
#[derive(Clone)]
pub struct Manner {
    pub frames_per_second: f64,
    /// User name and password that it wants.
    pub login: Option<(String, String)>,
}

struct Shared {
    stream: Mutex<Vec<Vec<u8>>>,
    manner: Manner,
    frozen: AtomicBool,
    garbage: AtomicBool,
    gone: AtomicBool,
    clients: Mutex<Vec<TcpStream>>,
}

/// A running server; gone when dropped.
pub struct RtspServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    listener: Option<JoinHandle<()>>,
}

impl RtspServer {
    /// Serves a bare H.264 stream on a port of its own.
    pub fn start(annex_b: &Path, manner: Manner) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), annex_b, manner)
    }

    /// The same on a given port, which a server that is gone may have had.
    pub fn start_at(address: SocketAddr, annex_b: &Path, manner: Manner) -> Self {
        let listener = (0..100)
            .find_map(|_| {
                let bound = TcpListener::bind(address).ok();
                if bound.is_none() {
                    std::thread::sleep(Duration::from_millis(50));
                }
                bound
            })
            .expect("the port comes free");
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            stream: Mutex::new(nal_units(&std::fs::read(annex_b).unwrap())),
            manner,
            frozen: AtomicBool::new(false),
            garbage: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            clients: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        let listener = std::thread::spawn(move || {
            for client in listener.incoming() {
                if serving.gone.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                serving.clients.lock().unwrap().push(client.try_clone().unwrap());
                let serving = Arc::clone(&serving);
                std::thread::spawn(move || {
                    let _ = serve(client, &serving);
                });
            }
        });
        Self { shared, address, listener: Some(listener) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("rtsp://{}/stream", self.address)
    }

    /// Stops sending, as a server that hangs does: connections stay open.
    pub fn freeze(&self, frozen: bool) {
        self.shared.frozen.store(frozen, Ordering::Relaxed);
    }

    /// Sends random bytes in the place of a packet's.
    pub fn send_garbage(&self) {
        self.shared.garbage.store(true, Ordering::Relaxed);
    }

    /// Goes on with another stream, from its first key frame.
    pub fn switch(&self, annex_b: &Path) {
        *self.shared.stream.lock().unwrap() = nal_units(&std::fs::read(annex_b).unwrap());
    }

    /// Cuts every connection.
    pub fn drop_clients(&self) {
        for client in self.shared.clients.lock().unwrap().drain(..) {
            let _ = client.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for RtspServer {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::Relaxed);
        self.drop_clients();
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

/// The NAL units of a stream, without start codes.
fn nal_units(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut starts: Vec<usize> =
        stream.windows(3).enumerate().filter(|(_, bytes)| *bytes == [0, 0, 1]).map(|(at, _)| at + 3).collect();
    starts.push(stream.len() + 3);
    let unit = |pair: &[usize]| {
        let mut unit = &stream[pair[0]..pair[1] - 3];
        while let [rest @ .., 0] = unit {
            unit = rest;
        }
        unit.to_vec()
    };
    starts.windows(2).map(unit).collect()
}

fn serve(mut client: TcpStream, shared: &Arc<Shared>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    loop {
        let mut request = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            request += &line;
        }
        let mut words = request.split_whitespace();
        let (method, url) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
        let header = |name: &str| {
            let mut lines = request.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
        };
        let sequence = header("CSeq").to_owned();
        if let Some((user, password)) = &shared.manner.login {
            let wanted = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
            if header("Authorization") != wanted && method != "OPTIONS" {
                let challenge = "WWW-Authenticate: Basic realm=\"camera\"";
                write!(client, "RTSP/1.0 401 Unauthorized\r\nCSeq: {sequence}\r\n{challenge}\r\n\r\n")?;
                continue;
            }
        }
        let reply = |client: &mut TcpStream, more: &str, body: &str| {
            write!(client, "RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{more}\r\n{body}")
        };
        match method.as_str() {
            "OPTIONS" => reply(&mut client, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n", "")?,
            "DESCRIBE" => {
                let sdp = session_description(&shared.stream.lock().unwrap());
                let head = format!(
                    "Content-Type: application/sdp\r\nContent-Base: {url}/\r\nContent-Length: {}\r\n",
                    sdp.len()
                );
                reply(&mut client, &head, &sdp)?;
            }
            "SETUP" => {
                assert!(!url.contains("audio"), "audio was asked for");
                let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=12345678";
                reply(&mut client, &format!("{transport}\r\nSession: 42;timeout=60\r\n"), "")?;
            }
            "PLAY" => {
                reply(&mut client, "Session: 42\r\nRange: npt=0-\r\n", "")?;
                let (client, shared) = (client.try_clone()?, Arc::clone(shared));
                std::thread::spawn(move || {
                    let _ = play(client, &shared);
                });
            }
            "TEARDOWN" => return reply(&mut client, "", ""),
            _ => reply(&mut client, "Session: 42\r\n", "")?,
        }
    }
}

/// The description, with an audio stream that nobody should set up.
fn session_description(units: &[Vec<u8>]) -> String {
    let find = |kind: u8| units.iter().find(|unit| unit[0] & 31 == kind).unwrap();
    let (sps, pps) = (find(7), find(8));
    format!(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n\
         m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:audio\r\n\
         m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:video\r\n\
         a=fmtp:96 packetization-mode=1;profile-level-id={:02x}{:02x}{:02x};sprop-parameter-sets={},{}\r\n",
        sps[1],
        sps[2],
        sps[3],
        STANDARD.encode(sps),
        STANDARD.encode(pps)
    )
}

/// Loops the stream in RTP packets (RFC 3550, RFC 6184), interleaved with the control connection.
fn play(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let begun = Instant::now();
    let (mut sequence, mut frame) = (0u16, 0u64);
    loop {
        let units = shared.stream.lock().unwrap().clone();
        for unit in &units {
            while shared.frozen.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(10));
            }
            let is_picture = matches!(unit[0] & 31, 1 | 5);
            let time = (frame as f64 * CLOCK_HZ / shared.manner.frames_per_second) as u32;
            let mut send = |parts: &[&[u8]], last: bool| {
                let length = 12 + parts.iter().map(|part| part.len()).sum::<usize>();
                let mut packet = vec![b'$', 0];
                packet.extend((length as u16).to_be_bytes());
                packet.extend([0x80, 96 | if last { 128 } else { 0 }]);
                packet.extend(sequence.to_be_bytes());
                packet.extend(time.to_be_bytes());
                packet.extend(0x1234_5678u32.to_be_bytes());
                parts.iter().for_each(|part| packet.extend_from_slice(part));
                sequence = sequence.wrapping_add(1);
                if shared.garbage.swap(false, Ordering::Relaxed) {
                    packet.iter_mut().enumerate().for_each(|(n, byte)| *byte = (n * 151 % 253) as u8);
                }
                client.write_all(&packet)
            };
            if unit.len() <= FRAGMENT {
                send(&[unit], is_picture)?;
            } else {
                let pieces: Vec<_> = unit[1..].chunks(FRAGMENT).collect();
                for (n, piece) in pieces.iter().enumerate() {
                    let (first, last) = (n == 0, n + 1 == pieces.len());
                    let marks = u8::from(first) << 7 | u8::from(last) << 6;
                    send(&[&[unit[0] & 0xe0 | 28, unit[0] & 31 | marks], piece], is_picture && last)?;
                }
            }
            if is_picture {
                frame += 1;
                let due = Duration::from_secs_f64(frame as f64 / shared.manner.frames_per_second);
                std::thread::sleep(due.saturating_sub(begun.elapsed()));
            }
        }
    }
}
