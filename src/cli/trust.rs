//! Whose certificates are trusted: the system's authorities, or those that `SSL_CERT_FILE` names in
//! their place, and those of `--ca-bundle` beside them.

use std::path::Path;

use super::args::Global;
use crate::config::{Env, env};
use crate::error::Error;
use crate::http::reqwest::Reqwest;

/// Whether certificates are checked by the system itself, which knows neither variable.
const OWN_STORE: bool = cfg!(any(windows, target_vendor = "apple"));

/// What carries requests, with the authorities that the user names.
pub(super) fn transport(global: &Global, env: &Env) -> Result<Reqwest, Error> {
    let mut pem = Vec::new();
    if let Some(file) = &global.ca_bundle {
        let bundle = read(file).map_err(|error| {
            Error::usage(format!("--ca-bundle {}: {}", file.display(), error.message))
        })?;
        pem.extend(bundle);
        pem.push(b'\n');
    }
    // On Linux the library reads the variable itself. The stores of the other systems do not know
    // it, so that there it adds to them. What is wrong with it is told once TLS is about to be used.
    if OWN_STORE && let Some(file) = env.filled(env::SSL_CERT_FILE) {
        pem.extend(read(Path::new(file)).unwrap_or_default());
    }
    if pem.is_empty() {
        Ok(Reqwest::default())
    } else {
        Reqwest::with_authorities(&pem)
    }
}

/// Refuses an `SSL_CERT_FILE` or `SSL_CERT_DIR` of no use, which the library would pass over: it
/// would then trust nobody, and say so only of the first server. To be called before TLS is used;
/// other commands may run with a variable that was set for other programs.
pub(super) fn check(env: &Env) -> Result<(), Error> {
    if let Some(file) = env.get(env::SSL_CERT_FILE) {
        return read(Path::new(file)).map(|_| ()).map_err(|error| {
            Error::usage(format!(
                "{} is '{file}': {}",
                env::SSL_CERT_FILE,
                error.message
            ))
            .hint("Name a file of certificates in PEM form, or unset the variable.")
        });
    }
    if !OWN_STORE
        && let Some(folders) = env.filled(env::SSL_CERT_DIR)
        && !std::env::split_paths(folders).any(|folder| holds_certificates(&folder))
    {
        return Err(Error::usage(format!(
            "{} is '{folders}': no certificate in PEM form is there",
            env::SSL_CERT_DIR
        ))
        .hint("Name folders of certificates in PEM form, or unset the variable."));
    }
    Ok(())
}

fn holds_certificates(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .map(|file| file.path())
        .any(|file| read(&file).is_ok())
}

/// The file, when it holds certificates.
fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let pem =
        std::fs::read(file).map_err(|error| Error::usage(format!("cannot read it: {error}")))?;
    Reqwest::with_authorities(&pem)?;
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::config::Env;

    fn env(name: &str, value: &str) -> Env {
        [(name.to_owned(), value.to_owned())].into_iter().collect()
    }

    #[test]
    fn what_holds_no_authority_is_refused_by_the_name_of_its_variable() {
        assert!(check(&Env::default()).is_ok());
        let here = env!("CARGO_MANIFEST_DIR");
        let text = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (name, value) in [
            ("SSL_CERT_FILE", ""),
            ("SSL_CERT_FILE", "/no/such/file.pem"),
            ("SSL_CERT_FILE", here),
            ("SSL_CERT_FILE", text),
            ("SSL_CERT_DIR", "/no/such/folder"),
            ("SSL_CERT_DIR", here),
            ("SSL_CERT_DIR", text),
        ] {
            if super::OWN_STORE && name == "SSL_CERT_DIR" {
                continue;
            }
            let error = check(&env(name, value)).expect_err(value);
            assert_eq!(error.exit_code(), 2);
            assert!(
                error.message.starts_with(&format!("{name} is '")),
                "{error}"
            );
        }
        // The library passes by an empty list of folders.
        assert!(check(&env("SSL_CERT_DIR", "")).is_ok());
    }
}
