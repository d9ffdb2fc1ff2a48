//! Whose certificates are trusted: the system's authorities, or those that `SSL_CERT_FILE` names in
//! their place, and those of `--ca-bundle` beside them.

use std::path::Path;

use super::args::Global;
use crate::config::{Env, env};
use crate::error::Error;
use crate::http::reqwest::Reqwest;

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
    if cfg!(any(windows, target_vendor = "apple"))
        && let Some(file) = env.filled(env::SSL_CERT_FILE)
    {
        pem.extend(read(Path::new(file)).unwrap_or_default());
    }
    if pem.is_empty() {
        Ok(Reqwest::default())
    } else {
        Reqwest::with_authorities(&pem)
    }
}

/// Refuses an `SSL_CERT_FILE` of no use, which the library would pass over: it would then trust
/// nobody, and say so only of the first server. To be called before TLS is used; other commands
/// may run with a variable that was set for other programs.
pub(super) fn check(env: &Env) -> Result<(), Error> {
    let Some(file) = env.get(env::SSL_CERT_FILE) else {
        return Ok(());
    };
    match read(Path::new(file)) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::usage(format!(
            "{} is '{file}': {}",
            env::SSL_CERT_FILE,
            error.message
        ))
        .hint("Name a file of certificates in PEM form, or unset the variable.")),
    }
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

    fn env(value: &str) -> Env {
        [("SSL_CERT_FILE".to_owned(), value.to_owned())]
            .into_iter()
            .collect()
    }

    #[test]
    fn a_file_of_authorities_is_one_or_is_refused_by_the_name_of_its_variable() {
        assert!(check(&Env::default()).is_ok());
        for bad in [
            "",
            "/no/such/file.pem",
            env!("CARGO_MANIFEST_DIR"),
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ] {
            let error = check(&env(bad)).expect_err(bad);
            assert_eq!(error.exit_code(), 2);
            assert!(error.message.starts_with("SSL_CERT_FILE is '"), "{error}");
        }
    }
}
