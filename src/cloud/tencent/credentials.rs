//! Credentials that Tencent Cloud hands out (spec tencent 5.4).

use super::metadata::InstanceRole;
use super::sts::{AssumeRole, AssumeRoleWithWebIdentity};
use super::wire::TencentWire;
use crate::auth::{Recipe, Role, Sealed, Supplier, Temporary, WebIdentity};
use crate::cloud::client::Client;
use crate::cloud::supply::{self, Ground, life, not_got, session_name, unseal, with_all_of};
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::CloudId;
use crate::sign::escape::escape;

/// What carries the recipe out.
pub(in crate::cloud) fn supplier(
    recipe: &Recipe,
    ground: &Ground,
) -> Result<Box<dyn Supplier>, Error> {
    let unknown = |what| supply::unknown(CloudId::Tencent, what);
    Ok(match recipe {
        Recipe::Role(base, role) => Box::new(AssumedRole {
            client: ground.client(supply::keys(base, ground)?),
            role: role.clone(),
        }),
        Recipe::WebIdentity(WebIdentity {
            role,
            provider,
            token,
        }) => Box::new(FederatedRole {
            client: ground.anonymous(),
            role: with_all_of(
                CloudId::Tencent,
                role.as_ref()
                    .ok_or_else(|| unknown("a token without a role"))?,
                &[],
            )?,
            provider: provider
                .clone()
                .ok_or_else(|| unknown("a token without its provider"))?,
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

/// A role taken on with another key.
struct AssumedRole {
    client: Client<TencentWire>,
    role: Role,
}

impl Supplier for AssumedRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let role = &self.role;
            let call = AssumeRole {
                role_arn: role.name.clone(),
                role_session_name: session_name(role),
                duration_seconds: life(role),
                policy: role.policy.as_deref().map(escape),
                external_id: role.external_id.clone(),
            };
            let what = format!("take on the role {}", role.name);
            let answer = self.client.call(&call).await;
            answer.map_err(|error| not_got(error, &what))?.value.read()
        })
    }
}

/// A role taken on with the token of an identity provider, which is read anew each time.
struct FederatedRole {
    client: Client<TencentWire>,
    role: Role,
    provider: String,
    token: Sealed,
}

impl Supplier for FederatedRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let role = &self.role;
            let token = unseal(CloudId::Tencent, &self.token)?;
            let call = AssumeRoleWithWebIdentity {
                provider_id: self.provider.clone(),
                web_identity_token: token.expose().to_owned(),
                role_arn: role.name.clone(),
                role_session_name: session_name(role),
                duration_seconds: life(role),
            };
            let what = format!("take on the role {}", role.name);
            let answer = self.client.call(&call).await;
            answer.map_err(|error| not_got(error, &what))?.value.read()
        })
    }
}
