//! Credentials that Huawei Cloud hands out (spec huawei 4.1 to 4.3).

use super::metadata::InstanceRole;
use super::sts::{AssumeAgency, AssumeAgencyWithOidc};
use super::tokens::{CreateTemporaryAccessKey, CreateTokenByIdToken, CreateTokenByPassword};
use super::wire::HuaweiWire;
use crate::auth::{Keys, Password, Recipe, Role, Sealed, Supplier, Temporary, WebIdentity};
use crate::cloud::client::Client;
use crate::cloud::supply::{self, Ground, life, not_got, session_name, unseal, with_all_of};
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::CloudId;

/// What carries the recipe out.
pub(in crate::cloud) fn supplier(
    recipe: &Recipe,
    ground: &Ground,
) -> Result<Box<dyn Supplier>, Error> {
    let unknown = |what| supply::unknown(CloudId::Huawei, what);
    Ok(match recipe {
        Recipe::Role(base, role) => Box::new(Agency {
            client: ground.client(supply::keys(base, ground)?),
            role: match &role.domain {
                Some(_) => with_all_of(CloudId::Huawei, role, &[])?,
                None => role.clone(),
            },
        }),
        Recipe::WebIdentity(WebIdentity {
            role,
            provider,
            token,
        }) => Box::new(Federation {
            ground: ground.clone(),
            role: match role {
                Some(role) => Some(with_all_of(CloudId::Huawei, role, &[])?),
                None => None,
            },
            provider: provider
                .clone()
                .ok_or_else(|| unknown("a token without its provider"))?,
            token: token.clone(),
        }),
        Recipe::InstanceRole { .. } => Box::new(InstanceRole {
            ground: ground.clone(),
        }),
        Recipe::Password(password) => Box::new(Login {
            client: ground.anonymous(),
            password: password.clone(),
        }),
        Recipe::Ready(_) | Recipe::Process(_) => return Err(unknown("this way")),
    })
}

/// An agency taken on with another key: by its URN at STS, or by its name at IAM when the account that
/// it belongs to is named beside it.
struct Agency {
    client: Client<HuaweiWire>,
    role: Role,
}

impl Agency {
    async fn get(&self) -> Result<Temporary, Error> {
        let role = &self.role;
        if let Some(domain) = &role.domain {
            let call = CreateTemporaryAccessKey::of_agency(&role.name, domain, life(role));
            return self.client.call(&call).await?.value.read();
        }
        let call = AssumeAgency {
            agency_urn: role.name.clone(),
            agency_session_name: session_name(role),
            duration_seconds: life(role),
            policy: role.policy.clone(),
            external_id: role.external_id.clone(),
        };
        self.client.call(&call).await?.value.read()
    }
}

impl Supplier for Agency {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let what = format!("take on the agency {}", self.role.name);
            self.get().await.map_err(|error| not_got(error, &what))
        })
    }
}

/// The token of an identity provider, which is read anew each time.
struct Federation {
    ground: Ground,
    role: Option<Role>,
    provider: String,
    token: Sealed,
}

impl Federation {
    async fn get(&self) -> Result<Temporary, Error> {
        let token = unseal(CloudId::Huawei, &self.token)?;
        let client: Client<HuaweiWire> = self.ground.anonymous();
        let Some(role) = &self.role else {
            // The older way: a token for a token, and a key for that.
            let call = CreateTokenByIdToken::new(&self.provider, &token);
            let token = client.call(&call).await?.value.read()?;
            let client: Client<HuaweiWire> = self.ground.client(Keys::ready(token, None));
            let call = CreateTemporaryAccessKey::of_token(life(&Role::default()));
            return client.call(&call).await?.value.read();
        };
        let call = AssumeAgencyWithOidc {
            provider_urn: self.provider.clone(),
            agency_urn: role.name.clone(),
            agency_session_name: session_name(role),
            id_token: token.expose().to_owned(),
            duration_seconds: life(role),
        };
        client.call(&call).await?.value.read()
    }
}

impl Supplier for Federation {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let what = format!("log in through {}", self.provider);
            self.get().await.map_err(|error| not_got(error, &what))
        })
    }
}

/// A user's password, for a token that is good in the region's project.
struct Login {
    client: Client<HuaweiWire>,
    password: Password,
}

impl Supplier for Login {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(async {
            let Password {
                user,
                domain,
                password,
            } = &self.password;
            let password = unseal(CloudId::Huawei, password)?;
            let region = &self.client.scope.region;
            let call = CreateTokenByPassword::new(user, domain, &password, region);
            let what = format!("log in as {user}");
            let answer = self.client.call(&call).await;
            answer.map_err(|error| not_got(error, &what))?.value.read()
        })
    }
}
