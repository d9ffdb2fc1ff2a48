//! The embedded cloud of `--sandbox`: what it is started with, and who works there.

use super::args::Global;
use crate::auth::{Credential, Endpoints, Login, Recipe, SANDBOX_PROFILE};
use crate::config::paths;
use crate::context::Context;
use crate::error::Error;
use crate::model::CloudId;
use crate::sandbox;
use crate::secret::Secret;

/// Options that mean nothing there.
pub(super) fn refuse_beside(global: &Global) -> Result<(), Error> {
    let beside = [
        ("--profile", global.profile.is_some()),
        ("--endpoint-url", global.endpoint_url.is_some()),
        ("--ca-bundle", global.ca_bundle.is_some()),
        ("--insecure-endpoint", global.insecure_endpoint),
    ];
    match beside.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Error::usage(format!(
            "{option} means nothing beside the sandbox"
        ))
        .hint("The sandbox has its own profile, endpoint and credentials: leave the option out.")),
        None => Ok(()),
    }
}

/// Starts it, on the state that the last command left.
pub(super) async fn start(context: &Context, global: &Global) -> Result<sandbox::Server, Error> {
    let log: Option<sandbox::Log> = global.verbose.then(|| {
        let lines = crate::io::Talk::of_process();
        sandbox::Log::new(move |line| lines.say(&format!("sandbox: {line}")))
    });
    let options = sandbox::Options {
        state_file: Some(paths::sandbox(&context.env)?.join("state.json")),
        log,
        ..sandbox::Options::default()
    };
    sandbox::start(options)
        .await
        .map_err(|error| Error::usage(format!("the sandbox does not start: {error}")))
}

/// Its own credentials, which are plainly fake.
pub(super) fn login(cloud: CloudId) -> Login {
    use sandbox::credentials as fake;
    let (id, secret, region, project_id) = match cloud {
        CloudId::Volcengine => (
            fake::VOLCENGINE_ACCESS_KEY,
            fake::VOLCENGINE_SECRET_KEY,
            fake::VOLCENGINE_REGION,
            None,
        ),
        CloudId::Tencent => (
            fake::TENCENT_SECRET_ID,
            fake::TENCENT_SECRET_KEY,
            fake::TENCENT_REGION,
            None,
        ),
        // The project is looked up as in a real account.
        CloudId::Huawei => (
            fake::HUAWEI_ACCESS_KEY,
            fake::HUAWEI_SECRET_KEY,
            fake::HUAWEI_REGION,
            None::<String>,
        ),
    };
    Login {
        profile: SANDBOX_PROFILE.to_owned(),
        recipe: Recipe::fixed(Credential::AccessKey {
            id: id.to_owned(),
            secret: Secret::new(secret.to_owned()),
            session_token: None,
        }),
        source: "the sandbox".to_owned(),
        region: Some(region.to_owned()),
        project_id,
        endpoints: Endpoints::default(),
        expect_account: None,
    }
}
