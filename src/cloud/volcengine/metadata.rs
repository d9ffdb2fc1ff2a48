//! The role of the instance that this runs on (spec volcengine 7.5).

use super::sts::IssuedKey;
use crate::auth::{Supplier, Temporary};
use crate::cloud::supply::{Ground, metadata_refused, metadata_request};
use crate::error::Error;
use crate::http::{BoxFuture, Method};
use crate::model::CloudId;
use crate::sign::escape::escape;

const ADDRESS: &str = "100.96.0.96";
const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/volcstack/latest/iam/security_credentials";
/// How long the token of the metadata service itself lives, in seconds.
const TOKEN_LIFE: &str = "21600";

/// Asks the metadata service.
pub(super) struct InstanceRole {
    pub(super) ground: Ground,
    pub(super) role: Option<String>,
}

impl InstanceRole {
    async fn get(&self) -> Result<Temporary, Error> {
        let endpoint = self.ground.metadata(ADDRESS)?;
        let refused = |reply: &_, what| Err(metadata_refused(CloudId::Volcengine, reply, what));
        let mut request = metadata_request(Method::PUT, &endpoint, TOKEN, "");
        request.header("x-volc-ecs-metadata-token-ttl-seconds", TOKEN_LIFE);
        let reply = self.ground.ask_metadata(&request).await?;
        if reply.status != 200 {
            return refused(&reply, "token");
        }
        let token = String::from_utf8_lossy(&reply.body).trim().to_owned();
        let ask = async |path: &str, query: &str| {
            let mut request = metadata_request(Method::GET, &endpoint, path, query);
            request.secret_header("x-volc-ecs-metadata-token", token.as_str());
            self.ground.ask_metadata(&request).await
        };
        let role = if let Some(role) = &self.role {
            role.clone()
        } else {
            let reply = ask(ROLES, "type=user&format=json").await?;
            match first_name(&reply.body) {
                Some(name) if reply.status == 200 => name,
                _ => return refused(&reply, "role"),
            }
        };
        let reply = ask(&format!("{ROLES}/{}", escape(&role)), "").await?;
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

/// A JSON list of names, or one a line.
fn first_name(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let names = serde_json::from_str::<Vec<String>>(text)
        .unwrap_or_else(|_| text.lines().map(|line| line.trim().to_owned()).collect());
    let plain = |name: &String| !name.is_empty() && !name.contains(['<', '{', '[', ' ']);
    names.into_iter().find(plain)
}

#[cfg(test)]
mod tests {
    use super::first_name;

    #[test]
    fn the_first_name_wins() {
        assert_eq!(first_name(br#"["ops","other"]"#).as_deref(), Some("ops"));
        assert_eq!(first_name(b"\n ops \nother\n").as_deref(), Some("ops"));
        for none in [&b""[..], b"[]", b"<html>", b"{}", b"\xff"] {
            assert_eq!(first_name(none), None);
        }
    }
}
