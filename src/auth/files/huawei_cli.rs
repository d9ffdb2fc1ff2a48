//! `~/.hcloud/config.json` of KooCLI, `hcloud` (spec huawei 8).

use std::path::PathBuf;

use serde_json::Value;

use super::super::check::clean;
use super::super::{Domain, Endpoints, Login, Recipe, Role, World};
use super::json::{Document, Members};
use super::pick::{Pick, address, pair, quoted};
use super::read::{self, Place};
use crate::error::Error;
use crate::model::CloudId;

pub(super) const WORD: &str = "koocli";
const CLOUD: CloudId = CloudId::Huawei;
/// KooCLI has no variables; these are Terraform's for the same file.
const FILE: &str = "HW_SHARED_CONFIG_FILE";
const PROFILE: [&str; 1] = ["HW_PROFILE"];

/// The credentials of a profile.
pub(in crate::auth) fn login(
    world: &World<'_>,
    wanted: Option<&str>,
) -> Result<Option<Login>, Error> {
    let Some(place) = file(world) else {
        return Ok(None);
    };
    let name = place.shown();
    let Some(document) = open(&place)? else {
        let pick = Pick::of(world, wanted, &PROFILE, None);
        return pick.without_file(CLOUD, &name).map_or(Ok(None), Err);
    };
    let root = document.members()?;
    let current = root.text("current")?;
    let pick = Pick::of(world, wanted, &PROFILE, current);
    let held = named(&root)?;
    let Some((_, profile)) = held.iter().find(|(name, _)| *name == pick.name) else {
        let names: Vec<String> = held.iter().map(|(name, _)| (*name).to_owned()).collect();
        return pick.missing(CLOUD, &name, &names).map_or(Ok(None), Err);
    };
    let Some(recipe) = recipe(&root, profile)? else {
        if pick.is_asked_for() {
            return Err(profile.broken("accessKeyId", "is not set"));
        }
        return Ok(None);
    };
    Ok(Some(Login {
        profile: address(CLOUD, WORD, &pick.name, current == Some(&pick.name))?,
        recipe,
        source: format!("the KooCLI profile {} ({name})", quoted(&pick.name)),
        region: profile.text("region")?.map(str::to_owned),
        project_id: profile.text("projectId")?.map(str::to_owned),
        endpoints: Endpoints::vendors(),
        expect_account: None,
    }))
}

/// The names of the profiles.
pub(super) fn profiles(world: &World<'_>) -> Result<Vec<String>, Error> {
    let Some(place) = file(world) else {
        return Ok(Vec::new());
    };
    let Some(document) = open(&place)? else {
        return Ok(Vec::new());
    };
    let root = document.members()?;
    let names = named(&root)?;
    Ok(names.into_iter().map(|(name, _)| name.to_owned()).collect())
}

/// Where the file is.
pub(super) fn place(world: &World<'_>) -> Option<PathBuf> {
    file(world).map(|place| place.path)
}

fn file(world: &World<'_>) -> Option<Place> {
    Place::of(world, FILE, ".hcloud/config.json")
}

fn open(place: &Place) -> Result<Option<Document>, Error> {
    match read::text(CLOUD, place)? {
        Some(text) if !text.trim().is_empty() => {
            Document::parse(CLOUD, &place.shown(), &text).map(Some)
        }
        _ => Ok(None),
    }
}

fn named<'a>(root: &Members<'a>) -> Result<Vec<(&'a str, Members<'a>)>, Error> {
    root.list("profiles")?
        .into_iter()
        .map(|profile| Ok((profile.needed("name")?, profile)))
        .collect()
}

/// `None` for a profile that was made and never given any keys.
fn recipe(root: &Members<'_>, profile: &Members<'_>) -> Result<Option<Recipe>, Error> {
    let mode = profile.text("mode")?.unwrap_or("AKSK").to_ascii_lowercase();
    let names = ["accessKeyId", "secretAccessKey", "securityToken"];
    let base = match mode.as_str() {
        "aksk" => keys(root, profile, names)?,
        "sso" => {
            let missing = || {
                profile
                    .broken("ssoAuth.stsToken", "holds no keys")
                    .hint("Run 'hcloud configure sso' again.")
            };
            let token = match profile.object("ssoAuth")? {
                Some(sso) => sso.object("stsToken")?,
                None => None,
            }
            .ok_or_else(missing)?;
            Some(keys(root, &token, names)?.ok_or_else(missing)?)
        }
        "ecsagency" => Some(Recipe::InstanceRole { role: None }),
        // Older ones, token and agency, are not written any more.
        _ => return Err(profile.broken("mode", "is none of AKSK, SSO, ecsAgency")),
    };
    let role = role(profile)?;
    match (base, role) {
        (None, Some(_)) => {
            Err(profile.broken("agencyName", "is set without a key pair to take it on with"))
        }
        (Some(base), Some(role)) => Ok(Some(Recipe::Role(Box::new(base), role))),
        (base, None) => Ok(base),
    }
}

fn keys(
    root: &Members<'_>,
    holder: &Members<'_>,
    [id, secret, token]: [&str; 3],
) -> Result<Option<Recipe>, Error> {
    let (id, secret) = (holder.found(id)?, holder.found(secret)?);
    if id.text.is_some() || secret.text.is_some() {
        refuse_encrypted(root)?;
    }
    let credential = pair(CLOUD, &id, &secret, Some(&holder.found(token)?))?;
    Ok(credential.map(Recipe::fixed))
}

/// KooCLI encrypts unless told not to, so that only a plain no says that these are keys. What is
/// signed with the rest is refused as a wrong signature, and some of it would be sent.
fn refuse_encrypted(root: &Members<'_>) -> Result<(), Error> {
    let plain = match root.raw("authEncrypt") {
        Some(Value::Bool(encrypted)) => !encrypted,
        Some(Value::String(word)) => word.trim().eq_ignore_ascii_case("false"),
        _ => false,
    };
    if plain {
        return Ok(());
    }
    Err(root
        .broken("authEncrypt", "does not say false: the keys are stored encrypted and cannot be read")
        .hint("Run 'hcloud configure set --cli-auth-encrypt=false' to have KooCLI store them plainly.")
        .hint("Or set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK."))
}

fn role(profile: &Members<'_>) -> Result<Option<Role>, Error> {
    let Some(agency) = profile.text("agencyName")? else {
        return Ok(None);
    };
    let domain = match (
        profile.text("agencyDomainId")?,
        profile.text("agencyDomainName")?,
    ) {
        (Some(id), _) => Domain::Id(clean(CLOUD, &profile.place("agencyDomainId"), id)?.to_owned()),
        (None, Some(name)) => Domain::Name(name.to_owned()),
        (None, None) => {
            return Err(profile.broken(
                "agencyName",
                "is set without agencyDomainId or agencyDomainName",
            ));
        }
    };
    Ok(Some(Role {
        name: agency.to_owned(),
        domain: Some(domain),
        ..Role::default()
    }))
}
