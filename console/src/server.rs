//! Listening: on this machine alone, or with a certificate (IVA-8).

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Builder;

/// How long requests that are being answered have, when the server is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// A certificate and its key, as PEM files.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate, and those that lead to its root.
    pub chain: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Where to listen.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address; port 0 for one that is free.
    pub listen: SocketAddr,
    /// The certificate; without one, only an address of this machine is listened on.
    pub certificate: Option<Certificate>,
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// An address that others can reach, and nothing is encrypted.
    #[error("{0} can be reached from other machines: name a certificate with --tls-cert and --tls-key (IVA-8)")]
    Open(SocketAddr),
    /// The address is taken, or none of this machine's.
    #[error("{address} cannot be listened on: {cause}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate {} with the key {} cannot be used: {cause}", chain.display(), key.display())]
    Certificate {
        /// The certificate.
        chain: PathBuf,
        /// Its key.
        key: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The system gives no thread.
    #[error("the server cannot be started: {0}")]
    Start(std::io::Error),
}

/// A server that runs until it is stopped.
pub struct Server {
    handle: Handle<SocketAddr>,
    address: SocketAddr,
    thread: JoinHandle<()>,
}

impl Server {
    /// Listens, and answers on a thread of its own.
    ///
    /// # Errors
    /// When the address or the certificate cannot be used.
    pub fn start(options: &Options, router: Router) -> Result<Self, ServerError> {
        let address = options.listen;
        if options.certificate.is_none() && !address.ip().is_loopback() {
            return Err(ServerError::Open(address));
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(ServerError::Start)?;
        let of_address = |cause| ServerError::Address { address, cause };
        let listener = std::net::TcpListener::bind(address).map_err(of_address)?;
        listener.set_nonblocking(true).map_err(of_address)?;
        let address = listener.local_addr().map_err(of_address)?;
        let tls = options.certificate.as_ref().map(|Certificate { chain, key }| {
            runtime.block_on(RustlsConfig::from_pem_file(chain, key)).map_err(|cause| ServerError::Certificate {
                chain: chain.clone(),
                key: key.clone(),
                cause,
            })
        });
        let (tls, handle) = (tls.transpose()?, Handle::new());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let thread = std::thread::spawn({
            let handle = handle.clone();
            move || {
                let served = runtime.block_on(async {
                    match tls {
                        Some(tls) => axum_server::from_tcp_rustls(listener, tls)?.handle(handle).serve(service).await,
                        None => axum_server::from_tcp(listener)?.handle(handle).serve(service).await,
                    }
                });
                if let Err(error) = served {
                    tracing::error!("the server has stopped: {error}");
                }
            }
        });
        Ok(Self { handle, address, thread })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, and waits for those that are being answered.
    pub fn stop(self) {
        self.handle.graceful_shutdown(Some(GRACE));
        // It has said what went wrong.
        let _ = self.thread.join();
    }
}
