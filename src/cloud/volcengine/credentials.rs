//! Credentials that Volcengine hands out (spec volcengine 7.4 and 7.5).

use super::metadata::InstanceRole;
use super::sts::{AssumeRole, AssumeRoleWithOidc};
use super::wire::VolcengineWire;
use crate::auth::{Recipe, Role, Sealed, Supplier, Temporary, WebIdentity};
use crate::cloud::client::Client;
use crate::cloud::supply::{self, Ground, life, not_got, session_name};
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::CloudId;

/// What carries the recipe out.
pub(in crate::cloud) fn supplier(
    recipe: &Recipe,
    ground: &Ground,
) -> Result<Box<dyn Supplier>, Error> {
    let unknown = |what| supply::unknown(CloudId::Volcengine, what);
    let whole = |role: &Role| {
        let parts = [("external id", &role.external_id)];
        supply::without(CloudId::Volcengine, "AssumeRole", &parts)
    };
    match recipe {
        Recipe::Role(_, role)
        | Recipe::WebIdentity(WebIdentity {
            role: Some(role), ..
        }) => whole(role)?,
        _ => {}
    }
    Ok(match recipe {
        Recipe::Role(base, role) => Box::new(AssumedRole {
            client: ground.client(supply::keys(base, ground)?),
            role: role.clone(),
        }),
        Recipe::WebIdentity(WebIdentity { role, token, .. }) => Box::new(FederatedRole {
            ground: ground.clone(),
            client: ground.anonymous(),
            role: role
                .clone()
                .ok_or_else(|| unknown("a token without a role"))?,
            token: token.clone(),
        }),
        Recipe::InstanceRole { role } => Box::new(InstanceRole {
            ground: ground.clone(),
            role: role.clone(),
        }),
        Recipe::Password(_) => return Err(unknown("user and password")),
        Recipe::Ready(_) | Recipe::Process(_) => return Err(unknown("this way")),
    })
}

fn request(role: &Role) -> AssumeRole {
    AssumeRole {
        role_trn: role.name.clone(),
        role_session_name: session_name(role),
        duration_seconds: life(role),
        policy: role.policy.clone(),
    }
}

/// A role taken on with another key.
struct AssumedRole {
    client: Client<VolcengineWire>,
    role: Role,
}

impl Supplier for AssumedRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let answer = self.client.call(&request(&self.role)).await;
            let what = format!("take on the role {}", self.role.name);
            answer.map_err(|error| not_got(error, &what))?.value.read()
        })
    }
}

/// A role taken on with the token of an identity provider, which is read anew each time.
struct FederatedRole {
    ground: Ground,
    client: Client<VolcengineWire>,
    role: Role,
    token: Sealed,
}

impl Supplier for FederatedRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let token = self
                .ground
                .unseal(&self.token, "Token of the identity provider")
                .await?;
            let call = AssumeRoleWithOidc {
                role: request(&self.role),
                oidc_token: token.expose().to_owned(),
            };
            let what = format!("take on the role {}", self.role.name);
            let answer = self.client.call(&call).await;
            answer.map_err(|error| not_got(error, &what))?.value.read()
        })
    }
}
