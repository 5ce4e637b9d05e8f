//! A web server of one file, which misbehaves as it is told, and a proxy.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Gives what is asked for.
    Serve,
    /// Gives the whole file whatever part is asked for.
    ServeAll,
    /// Breaks off after so many bytes.
    CutAfter(usize),
    /// Breaks off after so many bytes of another file; may say by its tag that it is another.
    CutOther(usize, bool),
    /// Gives no more after so many bytes, and does not close.
    StallAfter(usize),
    /// Gives another byte in the place of one.
    Corrupt(usize),
    /// Gives so many bytes more than there are.
    TooMany(usize),
    /// Answers so, and gives nothing.
    Answer(u16),
}

/// A running server. Its first request meets the first act, and the last act goes on.
pub struct FileServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FileServer {
    pub fn start(file: Vec<u8>, acts: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(vec![]));
        let (seen, acts) = (Arc::clone(&requests), acts.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = seen.lock().unwrap().len();
                let act = acts[count.min(acts.len() - 1)];
                let (file, seen) = (file.clone(), Arc::clone(&seen));
                let Some((line, from, tag)) = request(&stream) else { continue };
                seen.lock().unwrap().push(line);
                let from = if tag.is_none_or(|tag| tag == TAG) { from } else { 0 };
                std::thread::spawn(move || drop(answer(&stream, &file, from, act)));
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far: their first line and the byte they begin at.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// The tag of the file.
const TAG: &str = "\"one\"";

/// Reads a request: its first line with the byte that it wants to begin at, that byte, and the tag that the file must
/// still have.
fn request(stream: &TcpStream) -> Option<(String, usize, Option<String>)> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next()?;
    let (mut from, mut tag) = (0, None);
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok()?;
        }
        if let Some(wanted) = line.to_lowercase().strip_prefix("if-range: ") {
            tag = Some(wanted.to_owned());
        }
    }
    Some((format!("{first} from {from}"), from, tag))
}

fn answer(mut stream: &TcpStream, file: &[u8], from: usize, act: Act) -> std::io::Result<()> {
    if let Act::Answer(status) = act {
        return write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let from = if matches!(act, Act::ServeAll) { 0 } else { from };
    let mut body = file.get(from..).unwrap_or_default().to_vec();
    match act {
        Act::Corrupt(place) => body[place] ^= 1,
        Act::CutOther(..) => body.iter_mut().for_each(|byte| *byte ^= 1),
        Act::TooMany(more) => body.extend(vec![0; more]),
        _ => {}
    }
    if from == 0 {
        write!(stream, "HTTP/1.1 200 OK\r\n")?;
    } else {
        write!(stream, "HTTP/1.1 206 X\r\nContent-Range: bytes {from}-{}/{}\r\n", file.len() - 1, file.len())?;
    }
    match act {
        Act::CutOther(_, false) => {}
        Act::CutOther(_, true) => write!(stream, "ETag: \"two\"\r\n")?,
        _ => write!(stream, "ETag: {TAG}\r\n")?,
    }
    write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    match act {
        Act::CutAfter(count) | Act::CutOther(count, _) => stream.write_all(&body[..count.min(body.len())]),
        Act::StallAfter(count) => {
            stream.write_all(&body[..count.min(body.len())])?;
            stream.flush()?;
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        _ => stream.write_all(&body),
    }
}
