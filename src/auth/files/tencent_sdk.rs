//! `~/.tencentcloud/credentials` of the Tencent Cloud SDKs (spec tencent 5.2).

use std::path::{Path, PathBuf};

use super::super::check::broken;
use super::super::{Endpoints, Login, Recipe, World};
use super::ini::Ini;
use super::pick::{DEFAULT, Pick, pair};
use super::read::{self, Place};
use crate::error::Error;
use crate::model::CloudId;

pub(super) const WORD: &str = "tencent-sdk";
const CLOUD: CloudId = CloudId::Tencent;
const FILE: &str = "TENCENTCLOUD_CREDENTIALS_FILE";
/// Read when the person has no file of their own.
const SYSTEM: &str = "/etc/tencentcloud/credentials";

/// The key pair of section `[default]`.
pub(in crate::auth) fn login(
    world: &World<'_>,
    wanted: Option<&str>,
) -> Result<Option<Login>, Error> {
    login_beside(world, wanted, Path::new(SYSTEM))
}

/// [`login`], with the machine's file elsewhere.
pub(super) fn login_beside(
    world: &World<'_>,
    wanted: Option<&str>,
    system: &Path,
) -> Result<Option<Login>, Error> {
    for place in files(world, system) {
        let Some(text) = read::text(CLOUD, &place)? else {
            continue;
        };
        return read(world, wanted, &place.shown(), &text);
    }
    Ok(None)
}

/// The one profile, when there is one.
pub(super) fn profiles(world: &World<'_>) -> Result<Vec<String>, Error> {
    Ok(login(world, None)?
        .map(|_| DEFAULT.to_owned())
        .into_iter()
        .collect())
}

/// Where the file is: the first that is there.
pub(super) fn place(world: &World<'_>) -> Option<PathBuf> {
    let paths = || files(world, Path::new(SYSTEM)).into_iter();
    paths()
        .find(|place| place.path.exists())
        .or_else(|| paths().next())
        .map(|place| place.path)
}

/// The variable's alone, or the person's and then the machine's.
fn files(world: &World<'_>, system: &Path) -> Vec<Place> {
    match Place::of(world, FILE, ".tencentcloud/credentials") {
        Some(place) if place.named_by.is_some() => vec![place],
        own => own
            .into_iter()
            .chain([Place::at(system.to_owned())])
            .collect(),
    }
}

fn read(
    world: &World<'_>,
    wanted: Option<&str>,
    file: &str,
    text: &str,
) -> Result<Option<Login>, Error> {
    let ini = Ini::parse(CLOUD, file, text)?;
    if ini.is_empty() {
        return Ok(None);
    }
    if let Some(name) = wanted.filter(|name| *name != DEFAULT) {
        let pick = Pick::of(world, Some(name), &[], None);
        let names = [DEFAULT.to_owned()];
        return pick.missing(CLOUD, file, &names).map_or(Ok(None), Err);
    }
    let value = |name| ini.found(DEFAULT, name);
    // The SDKs read `role_arn` too and do nothing with it.
    let credential = pair(CLOUD, &value("secret_id"), &value("secret_key"), None)?
        .ok_or_else(|| broken(CLOUD, format!("{file} has no secret_id under [default]")))?;
    Ok(Some(Login {
        profile: WORD.to_owned(),
        recipe: Recipe::fixed(credential),
        source: format!("the Tencent Cloud SDKs' file ({file})"),
        region: None,
        project_id: None,
        endpoints: Endpoints::vendors(),
        expect_account: None,
    }))
}
