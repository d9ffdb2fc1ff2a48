//! `~/.volcengine/config.json` of the Volcengine CLI, `ve` (spec volcengine 7.3).

use std::path::PathBuf;

use super::super::check::clean;
use super::super::{Endpoints, Login, Recipe, Role, Sealed, WebIdentity, World};
use super::json::{Document, Members};
use super::pick::{Pick, address, pair, quoted};
use super::read::{self, Place};
use super::volcengine_login as cached;
use crate::error::Error;
use crate::model::CloudId;

pub(super) const WORD: &str = "ve";
/// The host of all services that have no other; as good as none.
const USUAL_HOST: &str = "open.volcengineapi.com";
const CLOUD: CloudId = CloudId::Volcengine;
const FILE: &str = "VOLCENGINE_CLI_CONFIG_FILE";
/// The SDKs take the variable before the file's current profile, `ve` the other way round (spec
/// volcengine 7.2). A variable is set on purpose and for this shell, so it is taken first.
const PROFILE: [&str; 2] = ["VOLCENGINE_PROFILE", "VOLCSTACK_PROFILE"];

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
    let profiles = root.object("profiles")?;
    let profile = match &profiles {
        Some(profiles) => profiles.object(&pick.name)?,
        None => None,
    };
    let Some(profile) = profile else {
        let names = profiles.map(|held| held.names()).unwrap_or_default();
        return pick.missing(CLOUD, &name, &names).map_or(Ok(None), Err);
    };
    let Some(recipe) = recipe(world, &place, &profile)? else {
        if pick.is_asked_for() {
            return Err(half_of_nothing(&profile));
        }
        return Ok(None);
    };
    // What else a profile may hold changes no account: `disable-ssl` would send keys in the clear,
    // and proxies are the environment's.
    Ok(Some(Login {
        profile: address(CLOUD, WORD, &pick.name, current == Some(&pick.name))?,
        recipe,
        source: format!("the ve profile {} ({name})", quoted(&pick.name)),
        region: profile.text("region")?.map(str::to_owned),
        project_id: None,
        endpoints: Endpoints::vendors().with_all(profile.text("endpoint")?, USUAL_HOST),
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
    let held = document.members()?.object("profiles")?;
    Ok(held.map(|held| held.names()).unwrap_or_default())
}

/// Where the file is.
pub(super) fn place(world: &World<'_>) -> Option<PathBuf> {
    file(world).map(|place| place.path)
}

fn file(world: &World<'_>) -> Option<Place> {
    Place::of(world, FILE, ".volcengine/config.json")
}

/// `ve` makes the file empty on its first run.
fn open(place: &Place) -> Result<Option<Document>, Error> {
    match read::text(CLOUD, place)? {
        Some(text) if !text.trim().is_empty() => {
            Document::parse(CLOUD, &place.shown(), &text).map(|found| Some(found.trimming()))
        }
        _ => Ok(None),
    }
}

/// `None` for a profile that was made and never given any keys.
fn recipe(
    world: &World<'_>,
    place: &Place,
    profile: &Members<'_>,
) -> Result<Option<Recipe>, Error> {
    let mode = profile.text("mode")?.unwrap_or("ak").to_ascii_lowercase();
    let recipe = match mode.as_str() {
        "ak" => return keys(profile),
        "ramrolearn" => {
            let base = keys(profile)?.ok_or_else(|| half_of_nothing(profile))?;
            let (account, role) = (
                needed(profile, "account-id")?,
                needed(profile, "role-name")?,
            );
            let role = Role {
                name: format!("trn:iam::{account}:role/{role}"),
                ..Role::default()
            };
            Recipe::Role(Box::new(base), role)
        }
        "oidc" => Recipe::WebIdentity(WebIdentity {
            role: Some(Role {
                name: needed(profile, "role-trn")?.to_owned(),
                policy: profile.text("policy")?.map(str::to_owned),
                ..Role::default()
            }),
            provider: None,
            token: Sealed::File(PathBuf::from(profile.needed("oidc-token-file")?)),
        }),
        "ecsrole" => Recipe::InstanceRole {
            role: Some(needed(profile, "role-name")?.to_owned()),
        },
        "sso" => cached::sso(world, profile)?,
        "console-login" => {
            let session = profile.needed("login-session")?;
            cached::console(world, &place.path, session)?
        }
        _ => {
            return Err(profile.broken(
                "mode",
                "is none of ak, ramrolearn, oidc, ecsrole, sso, console-login",
            ));
        }
    };
    Ok(Some(recipe))
}

fn keys(profile: &Members<'_>) -> Result<Option<Recipe>, Error> {
    let credential = pair(
        CLOUD,
        &profile.found("access-key")?,
        &profile.found("secret-key")?,
        Some(&profile.found("session-token")?),
    )?;
    Ok(credential.map(Recipe::fixed))
}

/// A name that goes into a request.
fn needed<'a>(profile: &Members<'a>, name: &str) -> Result<&'a str, Error> {
    clean(CLOUD, &profile.place(name), profile.needed(name)?)
}

fn half_of_nothing(profile: &Members<'_>) -> Error {
    profile
        .broken("access-key", "is not set")
        .hint("Run 've configure set' with a key pair for this profile, or name another profile.")
}
