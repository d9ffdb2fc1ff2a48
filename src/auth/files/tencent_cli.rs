//! `~/.tccli/NAME.credential` and `NAME.configure` of the Tencent Cloud CLI (spec tencent 5.2).

use std::fs;
use std::path::PathBuf;

use chrono::DateTime;

use super::super::check::{clean, expired};
use super::super::{Credential, Endpoints, Login, Recipe, Role, Temporary, World};
use super::json::{Document, Members};
use super::pick::{Pick, address, can_stand_in_an_address, pair, quoted};
use super::read::{self, Place, is_absent, unreadable};
use crate::error::Error;
use crate::model::CloudId;

pub(super) const WORD: &str = "tccli";
const CLOUD: CloudId = CloudId::Tencent;
/// Terraform's and Packer's name for the folder; tccli itself knows one folder only.
const FOLDER: &str = "TENCENTCLOUD_SHARED_CREDENTIALS_DIR";
/// tccli's variable, then Terraform's (spec tencent 5.1): the file is tccli's.
const PROFILE: [&str; 2] = ["TCCLI_PROFILE", "TENCENTCLOUD_PROFILE"];
const KEYS: &str = ".credential";

/// The credentials of a profile.
pub(in crate::auth) fn login(
    world: &World<'_>,
    wanted: Option<&str>,
) -> Result<Option<Login>, Error> {
    let Some(folder) = folder(world) else {
        return Ok(None);
    };
    let pick = Pick::of(world, wanted, &PROFILE, None);
    let missing = || {
        let names = profiles(world)?;
        let error = if names.is_empty() {
            pick.without_file(CLOUD, &folder.shown())
        } else {
            pick.missing(CLOUD, &folder.shown(), &names)
        };
        error.map_or(Ok(None), Err)
    };
    // The name becomes a file's: one with a slash would lead out of the folder.
    if !can_stand_in_an_address(&pick.name) {
        if profiles(world)?.contains(&pick.name) {
            address(CLOUD, WORD, &pick.name, false)?;
        }
        return missing();
    }
    let in_folder = |ending: &str| Place::at(folder.path.join(format!("{}{ending}", pick.name)));
    let place = in_folder(KEYS);
    let Some(text) = read::text(CLOUD, &place)? else {
        return missing();
    };
    let file = place.shown();
    let document = Document::parse(CLOUD, &file, &text)?;
    let members = document.members()?;
    let Some(recipe) = recipe(world, &members)? else {
        if pick.is_asked_for() {
            return Err(members.broken("secretId", "is not set"));
        }
        return Ok(None);
    };
    // Endpoints stand there by product, and a login has one for all services: they are not read.
    Ok(Some(Login {
        profile: address(CLOUD, WORD, &pick.name, false)?,
        recipe,
        source: format!("the tccli profile {} ({file})", quoted(&pick.name)),
        region: region(&in_folder(".configure"))?,
        project_id: None,
        endpoints: Endpoints::vendors(),
        expect_account: None,
    }))
}

/// The names of the profiles.
pub(super) fn profiles(world: &World<'_>) -> Result<Vec<String>, Error> {
    let Some(folder) = folder(world) else {
        return Ok(Vec::new());
    };
    let entries = match fs::read_dir(&folder.path) {
        Ok(entries) => entries,
        Err(error) if folder.named_by.is_none() && is_absent(error.kind()) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(unreadable(CLOUD, &folder.shown(), error.kind())),
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(KEYS).map(str::to_owned)
        })
        .collect();
    names.sort();
    Ok(names)
}

/// Where the file is of the profile that tccli would take.
pub(super) fn place(world: &World<'_>) -> Option<PathBuf> {
    let pick = Pick::of(world, None, &PROFILE, None);
    let folder = folder(world)?.path;
    if can_stand_in_an_address(&pick.name) {
        Some(folder.join(format!("{}{KEYS}", pick.name)))
    } else {
        Some(folder)
    }
}

fn folder(world: &World<'_>) -> Option<Place> {
    Place::of(world, FOLDER, ".tccli")
}

/// `None` for a file without any keys.
fn recipe(world: &World<'_>, members: &Members<'_>) -> Result<Option<Recipe>, Error> {
    let keys = || {
        pair(
            CLOUD,
            &members.found("secretId")?,
            &members.found("secretKey")?,
            Some(&members.found("token")?),
        )
    };
    let base = match members.text("type")?.unwrap_or("default") {
        "default" => match keys()? {
            Some(credential) => Recipe::fixed(credential),
            None if members.text("role-arn")?.is_some() => {
                return Err(
                    members.broken("role-arn", "is set without a key pair to take it on with")
                );
            }
            None => return Ok(None),
        },
        // tccli has the instance's role win over one to take on (spec tencent 5.3).
        "cvm-role" => return Ok(Some(Recipe::InstanceRole { role: None })),
        "oauth" => held(world, members, keys()?, "tccli auth login")?,
        "sso" => held(world, members, keys()?, "tccli sso login")?,
        _ => {
            return Err(members.broken("type", "is none of default, cvm-role, oauth, sso"));
        }
    };
    let Some(role) = members.text("role-arn")? else {
        return Ok(Some(base));
    };
    let session = members.text("role-session-name")?;
    let role = Role {
        name: clean(CLOUD, &members.place("role-arn"), role)?.to_owned(),
        session_name: session.map(str::to_owned),
        ..Role::default()
    };
    Ok(Some(Recipe::Role(Box::new(base), role)))
}

/// The keys of a login. Only tccli renews them, through a service of its own.
fn held(
    world: &World<'_>,
    members: &Members<'_>,
    keys: Option<Credential>,
    command: &str,
) -> Result<Recipe, Error> {
    let credential = keys.ok_or_else(|| members.broken("secretId", "is not set"))?;
    let end = members
        .number("expiresAt")?
        .ok_or_else(|| members.broken("expiresAt", "is not set"))?;
    let end = DateTime::from_timestamp_secs(end)
        .ok_or_else(|| members.broken("expiresAt", "is no time that can be"))?;
    if end <= world.now {
        let place = members.place("expiresAt");
        return Err(expired(
            CLOUD,
            format!("the login is over by {place}"),
            command,
        ));
    }
    Ok(Recipe::Ready(Temporary {
        credential,
        expires_at: Some(end),
    }))
}

fn region(place: &Place) -> Result<Option<String>, Error> {
    let Some(text) = read::text(CLOUD, place)? else {
        return Ok(None);
    };
    let document = Document::parse(CLOUD, &place.shown(), &text)?;
    let region = match document.members()?.object("_sys_param")? {
        Some(settings) => settings.text("region")?.map(str::to_owned),
        None => None,
    };
    Ok(region)
}
