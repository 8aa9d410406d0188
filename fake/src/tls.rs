//! TLS, with a certificate that the server makes for itself or one that it is given.

use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::saving::{add_name, in_place_of};

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub(crate) enum Certificate {
    /// Made by the server, for this machine and these names.
    SelfSigned(Vec<String>),
    /// In files of these names.
    Own { certificate: PathBuf, key: PathBuf },
}

/// What speaks TLS, and the certificate that it shows, as PEM.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) pem: String,
}

impl Certificate {
    /// Reads the certificate, or makes one for `localhost`, both loopback addresses and the address that the server listens on.
    /// One that is made is kept beside the state, so that clients trust the next server too.
    pub(crate) fn identity(&self, address: IpAddr, state: Option<&Path>) -> io::Result<Identity> {
        match self {
            Certificate::Own { certificate, key } => Identity::read(certificate, key),
            Certificate::SelfSigned(names) => {
                let names = all_names(names, address);
                match state {
                    None => Identity::new(&make(&names)?),
                    Some(state) => kept(&beside(state), &names),
                }
            }
        }
    }
}

impl Identity {
    fn new(pem: &Pem) -> io::Result<Self> {
        let chain = CertificateDer::pem_slice_iter(pem.certificate.as_bytes());
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(wrong)?;
        let key = PrivateKeyDer::from_pem_slice(pem.key.as_bytes()).map_err(wrong)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(wrong)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Identity {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            pem: pem.certificate.clone(),
        })
    }

    fn read(certificate: &Path, key: &Path) -> io::Result<Self> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path);
            text.map_err(|error| add_name(path.display(), &error))
        };
        let pem = Pem {
            certificate: read(certificate)?,
            key: read(key)?,
        };
        let files = format!("{} and {}", certificate.display(), key.display());
        Identity::new(&pem).map_err(|error| add_name(files, &error))
    }
}

fn wrong(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// A certificate and its key.
struct Pem {
    certificate: String,
    key: String,
}

fn all_names(more: &[String], address: IpAddr) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).into();
    for name in more.iter().cloned().chain([address.to_string()]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn make(names: &[String]) -> io::Result<Pem> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).map_err(wrong)?;
    Ok(Pem {
        certificate: cert.pem(),
        key: signing_key.serialize_pem(),
    })
}

/// Where the certificate of a state is kept.
fn beside(state: &Path) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(".tls.pem");
    path.into()
}

/// How a kept certificate begins: with the names that it is for.
const NAMES: &str = "Names: ";

/// The certificate in a file, if it is for these names; otherwise one that is put there.
fn kept(path: &Path, names: &[String]) -> io::Result<Identity> {
    let about = |error: io::Error| add_name(path.display(), &error);
    let first = format!("{NAMES}{}\n", names.join(", "));
    match std::fs::read_to_string(path) {
        Ok(text) if text.starts_with(&first) => {
            let end = "-----END CERTIFICATE-----\n";
            let text = text.trim_start_matches(&first);
            let at = text.find(end).map_or(text.len(), |at| at + end.len());
            let (certificate, key) = text.split_at(at);
            let pem = Pem {
                certificate: certificate.to_string(),
                key: key.to_string(),
            };
            return Identity::new(&pem).map_err(about);
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(about(error)),
        _ => {}
    }
    let pem = make(names)?;
    let text = format!("{first}{}{}", pem.certificate, pem.key);
    write(path, &text).map_err(about)?;
    Identity::new(&pem)
}

/// Only its owner can read it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = in_place_of(path)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
