//! The folders that kpctl writes to.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::env::{self, Env};
use crate::error::Error;

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
            .hint(format!("Set HOME, or name a folder in {variable}."))
    })?;
    Ok(default(&xdg).join("kpctl"))
}

/// The sandbox's own corner of the state folder: its state and its cache.
pub fn sandbox(env: &Env) -> Result<PathBuf, Error> {
    Ok(state(env)?.join("sandbox"))
}
