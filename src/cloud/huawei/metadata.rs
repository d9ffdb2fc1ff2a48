//! The agency of the instance that this runs on (spec huawei 4.3).

use super::tokens::IssuedKey;
use crate::auth::{Supplier, Temporary};
use crate::cloud::supply::{Ground, metadata_refused, metadata_request};
use crate::error::Error;
use crate::http::{BoxFuture, Method};
use crate::model::CloudId;

const ADDRESS: &str = "169.254.169.254";
const TOKEN: &str = "/meta-data/latest/api/token";
const KEY: &str = "/openstack/latest/securitykey";
/// How long the token of the metadata service itself lives, in seconds.
const TOKEN_LIFE: &str = "21600";

/// Asks the metadata service.
pub(super) struct InstanceRole {
    pub(super) ground: Ground,
}

impl InstanceRole {
    async fn get(&self) -> Result<Temporary, Error> {
        let endpoint = self.ground.metadata(ADDRESS)?;
        let refused = |reply: &_, what| Err(metadata_refused(CloudId::Huawei, reply, what));
        let mut request = metadata_request(Method::PUT, &endpoint, TOKEN, "");
        request.header("x-metadata-token-ttl-seconds", TOKEN_LIFE);
        let reply = self.ground.ask_metadata(&request).await?;
        let token = match reply.status {
            200 => Some(String::from_utf8_lossy(&reply.body).trim().to_owned()),
            // Older instances know no tokens.
            404 | 405 | 503 => None,
            _ => return refused(&reply, "token"),
        };
        let mut request = metadata_request(Method::GET, &endpoint, KEY, "");
        if let Some(token) = token {
            request.secret_header("x-metadata-token", token);
        }
        let reply = self.ground.ask_metadata(&request).await?;
        match serde_json::from_slice::<IssuedKey>(&reply.body) {
            Ok(key) if reply.status == 200 => key.read(),
            _ => refused(&reply, "credential"),
        }
    }
}

impl Supplier for InstanceRole {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        Box::pin(self.get())
    }
}
