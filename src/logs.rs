//! Logs: short lines in a terminal, above the live view; JSON lines otherwise.

use crate::live_view::LiveView;
use std::io::Write;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging to standard error. `RUST_LOG` chooses what is logged.
pub fn start(view: Option<LiveView>) {
    let usual = if view.is_some() { "warn" } else { "warn,vokter=info,vokter_pipeline=info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    match view {
        Some(view) => {
            let colour = std::env::var_os("NO_COLOR").is_none();
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_ansi(colour)
                .with_target(false)
                .without_time()
                .with_writer(AboveView(view))
                .init();
        }
        None => tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init(),
    }
}

/// Writes lines above the live view, so that the two do not overwrite each other.
struct AboveView(LiveView);

impl<'a> MakeWriter<'a> for AboveView {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { view: &self.0, bytes: Vec::new() }
    }
}

struct Line<'a> {
    view: &'a LiveView,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.view.above(|| {
            let _ = std::io::stderr().write_all(&self.bytes);
        });
    }
}
