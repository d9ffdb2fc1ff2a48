//! `~/.volc/credentials` and `~/.volc/config` of the older Volcengine SDKs (spec volcengine 7.3).

use std::path::PathBuf;

use super::super::check::broken;
use super::super::{Credential, Endpoints, Login, Recipe, World};
use super::ini::Ini;
use super::json::Document;
use super::pick::{DEFAULT, Pick, pair};
use super::read::{self, Place};
use crate::error::Error;
use crate::model::CloudId;

pub(super) const WORD: &str = "volcengine-legacy";
const CLOUD: CloudId = CloudId::Volcengine;

/// The key pair of the first of both files that holds one.
pub(in crate::auth) fn login(
    world: &World<'_>,
    wanted: Option<&str>,
) -> Result<Option<Login>, Error> {
    for (place, read) in files(world) {
        let file = place.shown();
        let Some(text) = read::text(CLOUD, &place)? else {
            continue;
        };
        let Some(credential) = read(&file, &text)? else {
            continue;
        };
        if let Some(name) = wanted.filter(|name| *name != DEFAULT) {
            let pick = Pick::of(world, Some(name), &[], None);
            let names = [DEFAULT.to_owned()];
            return pick.missing(CLOUD, &file, &names).map_or(Ok(None), Err);
        }
        return Ok(Some(Login {
            profile: WORD.to_owned(),
            recipe: Recipe::fixed(credential),
            source: format!("the older Volcengine SDKs' file ({file})"),
            region: None,
            project_id: None,
            endpoints: Endpoints::vendors(),
            expect_account: None,
        }));
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
    let mut paths = files(world).into_iter().map(|(place, _)| place.path);
    let first = paths.next()?;
    if first.exists() {
        return Some(first);
    }
    Some(paths.find(|path| path.exists()).unwrap_or(first))
}

type Reader = fn(&str, &str) -> Result<Option<Credential>, Error>;

fn files(world: &World<'_>) -> Vec<(Place, Reader)> {
    let readers: [(&str, Reader); 2] = [(".volc/credentials", ini), (".volc/config", json)];
    readers
        .into_iter()
        .filter_map(|(path, reader)| Some((Place::at(world.in_home(path)?), reader)))
        .collect()
}

fn ini(file: &str, text: &str) -> Result<Option<Credential>, Error> {
    let ini = Ini::parse(CLOUD, file, text)?;
    if ini.is_empty() {
        return Ok(None);
    }
    if !ini.has(DEFAULT) {
        return Err(broken(CLOUD, format!("{file} has no section [default]")));
    }
    let value = |name| ini.found(DEFAULT, name);
    pair(
        CLOUD,
        &value("access_key_id"),
        &value("secret_access_key"),
        None,
    )
}

fn json(file: &str, text: &str) -> Result<Option<Credential>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let document = Document::parse(CLOUD, file, text)?;
    let root = document.members()?;
    pair(CLOUD, &root.found("ak")?, &root.found("sk")?, None)
}
