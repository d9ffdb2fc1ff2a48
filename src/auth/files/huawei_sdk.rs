//! `~/.huaweicloud/credentials` of the Huawei Cloud SDKs (spec huawei 8).

use std::path::PathBuf;

use super::super::check::broken;
use super::super::{Endpoints, Login, Recipe, Sealed, WebIdentity, World};
use super::ini::Ini;
use super::pick::{Pick, half, pair};
use super::read::{self, Place};
use crate::error::Error;
use crate::model::CloudId;

pub(super) const WORD: &str = "huawei-sdk";
const CLOUD: CloudId = CloudId::Huawei;
const FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
/// The credentials for services that have regions; all that kpctl asks do.
const BASIC: &str = "basic";
/// Those for services without.
const GLOBAL: &str = "global";

/// The credentials of section `[basic]`.
pub(in crate::auth) fn login(
    world: &World<'_>,
    wanted: Option<&str>,
) -> Result<Option<Login>, Error> {
    let Some(place) = file(world) else {
        return Ok(None);
    };
    let Some(text) = read::text(CLOUD, &place)? else {
        return Ok(None);
    };
    let file = place.shown();
    let ini = Ini::parse(CLOUD, &file, &text)?;
    if ini.is_empty() {
        return Ok(None);
    }
    if let Some(name) = wanted.filter(|name| *name != BASIC) {
        let pick = Pick::of(world, Some(name), &[], None);
        let names = [BASIC.to_owned()];
        return pick.missing(CLOUD, &file, &names).map_or(Ok(None), Err);
    }
    if !ini.has(BASIC) {
        return Err(without_basic(&file, ini.has(GLOBAL)));
    }
    Ok(Some(Login {
        profile: WORD.to_owned(),
        recipe: recipe(&ini, &file)?,
        source: format!("the Huawei Cloud SDKs' file ({file})"),
        region: None,
        project_id: ini.found(BASIC, "project_id").text.map(str::to_owned),
        endpoints: Endpoints::vendors().with_service("iam", ini.found(BASIC, "iam_endpoint").text),
        expect_account: None,
    }))
}

/// The one profile, when there is one.
pub(super) fn profiles(world: &World<'_>) -> Result<Vec<String>, Error> {
    Ok(login(world, None)?
        .map(|_| BASIC.to_owned())
        .into_iter()
        .collect())
}

/// Where the file is.
pub(super) fn place(world: &World<'_>) -> Option<PathBuf> {
    file(world).map(|place| place.path)
}

fn file(world: &World<'_>) -> Option<Place> {
    Place::of(world, FILE, ".huaweicloud/credentials")
}

fn recipe(ini: &Ini, file: &str) -> Result<Recipe, Error> {
    let value = |name| ini.found(BASIC, name);
    let keys = pair(
        CLOUD,
        &value("ak"),
        &value("sk"),
        Some(&value("security_token")),
    )?;
    let (provider, token) = (value("idp_id"), value("id_token_file"));
    let federated = match (provider.text, token.text) {
        (None, None) => None,
        (Some(provider), Some(token)) => Some((provider, token)),
        (Some(_), None) => return Err(half(CLOUD, &provider, &token)),
        (None, Some(_)) => return Err(half(CLOUD, &token, &provider)),
    };
    match (keys, federated) {
        (Some(credential), None) => Ok(Recipe::fixed(credential)),
        (None, Some((provider, token))) => Ok(Recipe::WebIdentity(WebIdentity {
            role: None,
            provider: Some(provider.to_owned()),
            token: Sealed::File(PathBuf::from(token)),
        })),
        // The SDK takes the provider, where everywhere else keys come before tokens.
        (Some(_), Some(_)) => Err(broken(
            CLOUD,
            format!("[basic] in {file} holds both a key pair and an identity provider"),
        )
        .hint("Take out ak and sk, or idp_id and id_token_file.")),
        (None, None) => Err(broken(CLOUD, format!("{file} has no ak under [basic]"))),
    }
}

/// The keys under `[global]` are the same kind of keys, but whoever wrote them kept them from the
/// services with regions.
fn without_basic(file: &str, has_global: bool) -> Error {
    let why = if has_global {
        format!("{file} has only [global], whose credentials are for services without regions")
    } else {
        format!("{file} has no section [basic]")
    };
    broken(CLOUD, why).hint("Add a section [basic] with ak and sk.")
}
