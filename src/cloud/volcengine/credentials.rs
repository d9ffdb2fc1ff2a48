//! Credentials that Volcengine hands out (spec volcengine 7.4 and 7.5).

use super::metadata::InstanceRole;
use super::sts::{AssumeRole, AssumeRoleWithOidc};
use super::wire::VolcengineWire;
use crate::auth::{Recipe, Role, Sealed, Supplier, Temporary, WebIdentity};
use crate::cloud::client::Client;
use crate::cloud::supply::{
    self, Ground, RolePart, life, not_got, session_name, unseal, with_all_of,
};
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::CloudId;

/// What carries the recipe out.
pub(in crate::cloud) fn supplier(
    recipe: &Recipe,
    ground: &Ground,
) -> Result<Box<dyn Supplier>, Error> {
    let unknown = |what| supply::unknown(CloudId::Volcengine, what);
    // STS knows no external ids (spec volcengine 7.4).
    let with_all = |role| with_all_of(CloudId::Volcengine, role, &[RolePart::Policy]);
    Ok(match recipe {
        Recipe::Role(base, role) => Box::new(AssumedRole {
            client: ground.client(supply::keys(base, ground)?),
            role: with_all(role)?,
        }),
        Recipe::WebIdentity(WebIdentity { role, token, .. }) => Box::new(FederatedRole {
            client: ground.anonymous(),
            role: with_all(
                role.as_ref()
                    .ok_or_else(|| unknown("a token without a role"))?,
            )?,
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
    client: Client<VolcengineWire>,
    role: Role,
    token: Sealed,
}

impl Supplier for FederatedRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let token = unseal(CloudId::Volcengine, &self.token)?;
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
