//! What sources of credentials may look at.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::config::Env;

/// The surroundings of one run.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The environment.
    pub env: &'a Env,
    /// The folder of the person's own files; `None` when there is none.
    pub home: Option<&'a Path>,
    /// The time, to tell what is expired.
    pub now: DateTime<Utc>,
}

impl World<'_> {
    /// A file of the person's own.
    pub fn in_home(&self, path: &str) -> Option<PathBuf> {
        self.home.map(|home| home.join(path))
    }
}
