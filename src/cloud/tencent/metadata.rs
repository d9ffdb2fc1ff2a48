//! The role of the instance that this runs on (spec tencent 5.4).

use serde::Deserialize;

use crate::auth::{Supplier, Temporary};
use crate::cloud::reply::lenient_text;
use crate::cloud::supply::{Ground, Parts, metadata_refused, metadata_request};
use crate::error::Error;
use crate::http::{BoxFuture, Method};
use crate::model::CloudId;
use crate::sign::escape::escape;

const ADDRESS: &str = "metadata.tencentyun.com";
const ROLES: &str = "/latest/meta-data/cam/security-credentials/";

/// Asks the metadata service.
pub(super) struct InstanceRole {
    pub(super) ground: Ground,
    pub(super) role: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: Option<String>,
    tmp_secret_id: Option<String>,
    tmp_secret_key: Option<String>,
    token: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    expired_time: Option<String>,
}

impl InstanceRole {
    async fn get(&self) -> Result<Temporary, Error> {
        let endpoint = self.ground.metadata(ADDRESS)?;
        let refused = |reply: &_, what| Err(metadata_refused(CloudId::Tencent, reply, what));
        let ask = async |path: &str| {
            let request = metadata_request(Method::GET, &endpoint, path, "");
            self.ground.ask_metadata(&request).await
        };
        let role = if let Some(role) = &self.role {
            role.clone()
        } else {
            let reply = ask(ROLES).await?;
            let name = String::from_utf8_lossy(&reply.body).trim().to_owned();
            let plain = |c: char| {
                c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '=' | '@' | ',')
            };
            if reply.status != 200 || name.is_empty() || !name.chars().all(plain) {
                return refused(&reply, "role");
            }
            name
        };
        let reply = ask(&format!("{ROLES}{}", escape(&role))).await?;
        match serde_json::from_slice::<Answer>(&reply.body) {
            Ok(answer)
                if reply.status == 200
                    && answer.code.as_deref().is_none_or(|code| code == "Success") =>
            {
                Parts {
                    id: answer.tmp_secret_id,
                    secret: answer.tmp_secret_key,
                    token: answer.token,
                    end: answer.expired_time,
                }
                .join(CloudId::Tencent)
            }
            _ => refused(&reply, "credential"),
        }
    }
}

impl Supplier for InstanceRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(self.get())
    }
}
