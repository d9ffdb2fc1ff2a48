//! The credential files of the vendors' own tools. They are read and never written.
//!
//! A file that is not there is no source; one that is there and cannot be used ends the command.

mod huawei_cli;
mod huawei_sdk;
mod ini;
mod json;
mod pick;
mod read;
mod tencent_cli;
mod tencent_sdk;
mod volcengine_cli;
mod volcengine_legacy;
mod volcengine_login;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub(in crate::auth) use read::secret;

use super::{Login, World};
use crate::error::Error;
use crate::model::CloudId;

/// A tool that keeps credentials in a file.
pub(in crate::auth) struct FileSource {
    /// The first word of its profiles in addresses.
    pub(in crate::auth) word: &'static str,
    /// The cloud that its credentials are for.
    pub(in crate::auth) cloud: CloudId,
    /// The tool, for people.
    pub(in crate::auth) tool: &'static str,
    /// Reads a profile: the named one, or the one that the tool itself would take.
    pub(in crate::auth) login: fn(&World<'_>, Option<&str>) -> Result<Option<Login>, Error>,
    /// The profiles in the file.
    pub(in crate::auth) profiles: fn(&World<'_>) -> Result<Vec<String>, Error>,
    /// Where the file is, or would be.
    pub(in crate::auth) place: fn(&World<'_>) -> Option<PathBuf>,
}

/// All of them; those of a cloud in the order in which they are asked.
pub(in crate::auth) static FILES: [FileSource; 6] = [
    FileSource {
        word: volcengine_cli::WORD,
        cloud: CloudId::Volcengine,
        tool: "the Volcengine CLI (ve)",
        login: volcengine_cli::login,
        profiles: volcengine_cli::profiles,
        place: volcengine_cli::place,
    },
    FileSource {
        word: volcengine_legacy::WORD,
        cloud: CloudId::Volcengine,
        tool: "the older Volcengine SDKs",
        login: volcengine_legacy::login,
        profiles: volcengine_legacy::profiles,
        place: volcengine_legacy::place,
    },
    FileSource {
        word: tencent_cli::WORD,
        cloud: CloudId::Tencent,
        tool: "the Tencent Cloud CLI (tccli)",
        login: tencent_cli::login,
        profiles: tencent_cli::profiles,
        place: tencent_cli::place,
    },
    FileSource {
        word: tencent_sdk::WORD,
        cloud: CloudId::Tencent,
        tool: "the Tencent Cloud SDKs",
        login: tencent_sdk::login,
        profiles: tencent_sdk::profiles,
        place: tencent_sdk::place,
    },
    FileSource {
        word: huawei_cli::WORD,
        cloud: CloudId::Huawei,
        tool: "KooCLI (hcloud)",
        login: huawei_cli::login,
        profiles: huawei_cli::profiles,
        place: huawei_cli::place,
    },
    FileSource {
        word: huawei_sdk::WORD,
        cloud: CloudId::Huawei,
        tool: "the Huawei Cloud SDKs",
        login: huawei_sdk::login,
        profiles: huawei_sdk::profiles,
        place: huawei_sdk::place,
    },
];

/// The files of a cloud's tools, in the order in which they are asked.
pub(in crate::auth) fn of(cloud: CloudId) -> impl Iterator<Item = &'static FileSource> {
    FILES.iter().filter(move |source| source.cloud == cloud)
}

/// The file that a profile's name means, and the profile in it: `ve`, `ve.prod`.
pub(in crate::auth) fn named(name: &str) -> Option<(&'static FileSource, Option<&str>)> {
    FILES.iter().find_map(|source| {
        let rest = name.strip_prefix(source.word)?;
        match rest.strip_prefix('.') {
            Some(inner) => Some((source, Some(inner))),
            None => rest.is_empty().then_some((source, None)),
        }
    })
}
