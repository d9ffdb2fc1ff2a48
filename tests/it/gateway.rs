//! What stands between a client and a cloud: servers with certificates of a private authority, in
//! front of a served sandbox, and proxies. All of it on this machine.

use std::io::{self, Read, Write};
use std::net::{Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use crate::fixture::World;

/// The name that the proxies here know; it ends where no real name ends.
pub(crate) const HOST: &str = "kpctl-test.example";

/// An authority that nobody trusts by itself.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The time in which a certificate is good.
#[derive(Clone, Copy)]
pub(crate) enum Valid {
    Now,
    Past,
    Future,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        Self { issuer }
    }

    /// Its certificate, in a file of the world.
    pub(crate) fn file(&self, world: &World) -> PathBuf {
        let path = world.path("authority.pem");
        std::fs::write(&path, self.issuer.pem()).expect("writes");
        path
    }

    fn server(
        &self,
        name: &str,
        valid: Valid,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        (params.not_before, params.not_after) = match valid {
            Valid::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2200, 1, 1)),
            Valid::Past => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 3, 4)),
            Valid::Future => (date_time_ymd(2190, 5, 6), date_time_ymd(2200, 1, 1)),
        };
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions that ring has")
            .with_no_client_auth()
            .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .expect("a key of its certificate");
        Arc::new(config)
    }

    /// A server that speaks TLS under that name and passes what it is asked to a port. Its port.
    pub(crate) fn serve(&self, name: &str, valid: Valid, to: u16) -> u16 {
        self.serve_versions(name, valid, to, rustls::ALL_VERSIONS)
    }

    pub(crate) fn serve_versions(
        &self,
        name: &str,
        valid: Valid,
        to: u16,
        versions: &[&'static SupportedProtocolVersion],
    ) -> u16 {
        self.serve_on(loopback(), name, valid, to, versions)
    }

    pub(crate) fn serve_on(
        &self,
        listener: TcpListener,
        name: &str,
        valid: Valid,
        to: u16,
        versions: &[&'static SupportedProtocolVersion],
    ) -> u16 {
        let config = self.server(name, valid, versions);
        each(listener, move |stream| {
            let tls = ServerConnection::new(Arc::clone(&config)).expect("a configuration");
            let mut client = rustls::StreamOwned::new(tls, stream);
            let mut service = TcpStream::connect(("127.0.0.1", to))?;
            while let Some(request) = message(&mut client)? {
                service.write_all(&request)?;
                let answer = message(&mut service)?.ok_or(io::ErrorKind::UnexpectedEof)?;
                client.write_all(&answer)?;
                client.flush()?;
            }
            Ok(())
        })
    }
}

/// A free port of this machine.
pub(crate) fn loopback() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).expect("a port")
}

/// A free port of `::1`, when this machine has that address.
pub(crate) fn loopback_v6() -> Option<TcpListener> {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok()
}

/// A server that answers every first message with these bytes. Its port.
pub(crate) fn answers(bytes: &'static [u8]) -> u16 {
    each(loopback(), move |mut stream| {
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello)?;
        stream.write_all(bytes)?;
        stream.shutdown(Shutdown::Write)?;
        // The client may still be writing: a reset would take the answer away from it.
        io::copy(&mut stream, &mut io::sink()).map(|_| ())
    })
}

/// A server that passes bytes to a port as they are. Its port.
pub(crate) fn forward(listener: TcpListener, to: u16) -> u16 {
    each(listener, move |stream| {
        splice(stream, TcpStream::connect(("127.0.0.1", to))?)
    })
}

/// How a proxy treats who asks for a connection.
#[derive(Clone, Copy)]
pub(crate) enum Manners {
    /// It connects.
    Open,
    /// It connects those who come with this header.
    Login(&'static str),
    /// It answers with this status line.
    Says(&'static str),
    /// It never answers.
    Silent,
}

/// A proxy that knows one name, [`HOST`], and takes it for this machine.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn new(manners: Manners) -> Self {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let list = Arc::clone(&asked);
        let port = each(loopback(), move |mut client| {
            let head = String::from_utf8(head(&mut client)?).expect("text");
            let line = head.lines().next().unwrap_or_default().to_owned();
            list.lock().expect("no panic").push(line.clone());
            let refusal = match manners {
                Manners::Open => None,
                Manners::Login(login) => {
                    let fits = |line: &str| {
                        line.to_ascii_lowercase()
                            .starts_with("proxy-authorization:")
                            && line.ends_with(login)
                    };
                    (!head.lines().any(fits)).then_some("407 Proxy Authentication Required")
                }
                Manners::Says(status) => Some(status),
                Manners::Silent => {
                    return io::copy(&mut client, &mut io::sink()).map(|_| ());
                }
            };
            let target = line
                .strip_prefix(&format!("CONNECT {HOST}:"))
                .and_then(|rest| rest.split(' ').next()?.parse::<u16>().ok());
            match (refusal, target) {
                (None, Some(port)) => {
                    let service = TcpStream::connect(("127.0.0.1", port))?;
                    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
                    splice(client, service)
                }
                (refusal, _) => {
                    let status = refusal.unwrap_or("502 Bad Gateway");
                    write!(client, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")
                }
            }
        });
        Self { port, asked }
    }

    /// The first lines of what it was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

/// Serves each connection in a thread of its own until the test process ends. The port.
fn each(
    listener: TcpListener,
    serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> u16 {
    let port = listener.local_addr().expect("bound").port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            // A client that goes away is nothing to talk about.
            thread::spawn(move || drop(serve(stream)));
        }
    });
    port
}

fn splice(client: TcpStream, service: TcpStream) -> io::Result<()> {
    let (mut from_client, mut to_service) = (client.try_clone()?, service.try_clone()?);
    let (mut from_service, mut to_client) = (service, client);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_service);
        let _ = to_service.shutdown(Shutdown::Write);
    });
    io::copy(&mut from_service, &mut to_client)?;
    to_client.shutdown(Shutdown::Write)
}

/// The bytes up to the empty line; nothing when the other side has closed.
fn head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            break;
        }
        bytes.push(byte[0]);
    }
    Ok(bytes)
}

/// One HTTP message with a body of a known length.
fn message(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = head(stream)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let start = bytes.len();
    bytes.resize(start + length.unwrap_or(0), 0);
    stream.read_exact(&mut bytes[start..])?;
    Ok(Some(bytes))
}
