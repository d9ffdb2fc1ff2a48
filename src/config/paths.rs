//! The files and folders of kpctl's own.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::env::{self, Env};
use crate::error::Error;

/// The config file: `KPCTL_CONFIG`, or `$XDG_CONFIG_HOME/kpctl/config.toml`.
pub fn config(env: &Env) -> Result<PathBuf, Error> {
    if let Some(file) = env.filled(env::CONFIG) {
        return Ok(PathBuf::from(file));
    }
    Ok(folder(env, env::CONFIG, BaseStrategy::config_dir)?.join("config.toml"))
}

/// The person's folder: `HOME`, or what the system says.
pub fn home(env: &Env) -> Option<PathBuf> {
    match env.filled("HOME") {
        Some(home) => Some(PathBuf::from(home)),
        None => etcetera::home_dir().ok(),
    }
}

/// A path of the config file, in which `~/` is the person's folder.
pub fn of_person(path: &Path, home: Option<&Path>) -> Result<PathBuf, Error> {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => Ok(home.join(rest)),
        (Ok(_), None) => Err(Error::usage(format!(
            "there is no home folder to find '{}' in",
            path.display()
        ))
        .hint("Set HOME, or write the whole path.")),
        (Err(_), _) => Ok(path.to_owned()),
    }
}

/// The state folder: `KPCTL_STATE_DIR`, or `$XDG_STATE_HOME/kpctl`.
pub fn state(env: &Env) -> Result<PathBuf, Error> {
    folder(env, env::STATE_DIR, |xdg| {
        xdg.state_dir().unwrap_or_else(|| xdg.data_dir())
    })
}

/// The cache folder: `KPCTL_CACHE_DIR`, or `$XDG_CACHE_HOME/kpctl`.
pub fn cache(env: &Env) -> Result<PathBuf, Error> {
    folder(env, env::CACHE_DIR, BaseStrategy::cache_dir)
}

fn folder(
    env: &Env,
    variable: &str,
    default: impl FnOnce(&etcetera::base_strategy::Xdg) -> PathBuf,
) -> Result<PathBuf, Error> {
    if let Some(folder) = env.filled(variable) {
        return Ok(PathBuf::from(folder));
    }
    let xdg = etcetera::base_strategy::Xdg::new().map_err(|_| {
        Error::usage("there is no home folder")
            .hint(format!("Set HOME, or name a place in {variable}."))
    })?;
    Ok(default(&xdg).join("kpctl"))
}

/// The folder of the journal, which the sandbox has for itself; `None` when `KPCTL_JOURNAL` is off.
pub fn journal(env: &Env, sandbox: bool) -> Result<Option<PathBuf>, Error> {
    match env.get(env::JOURNAL).unwrap_or_default() {
        "off" => return Ok(None),
        "" | "on" => {}
        other => {
            return Err(Error::usage(format!(
                "{} is '{other}'; write on or off",
                env::JOURNAL
            )));
        }
    }
    journal_folder(env, sandbox).map(Some)
}

/// The same, for whoever reads it.
pub fn journal_folder(env: &Env, sandbox: bool) -> Result<PathBuf, Error> {
    let folder = if sandbox {
        self::sandbox(env)?
    } else {
        state(env)?
    };
    Ok(folder.join("journal"))
}

/// The sandbox's own corner of the state folder: its state and its cache.
pub fn sandbox(env: &Env) -> Result<PathBuf, Error> {
    Ok(state(env)?.join("sandbox"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{config, of_person};
    use crate::config::Env;

    #[test]
    fn the_config_file_is_where_it_is_said_to_be() {
        let env = |value: &str| Env::from_iter([("KPCTL_CONFIG".to_owned(), value.to_owned())]);
        assert_eq!(
            config(&env("/a/b")).ok().as_deref(),
            Some(Path::new("/a/b"))
        );
        let usual = config(&env(" ")).expect("there is a home folder");
        assert!(usual.ends_with("kpctl/config.toml"), "{}", usual.display());
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let of = |path: &str, home: Option<&str>| of_person(Path::new(path), home.map(Path::new));
        assert_eq!(
            of("~/a", Some("/h")).ok().as_deref(),
            Some(Path::new("/h/a"))
        );
        assert_eq!(of("/~/a", None).ok().as_deref(), Some(Path::new("/~/a")));
        assert!(of("~/a", None).is_err());
    }
}
