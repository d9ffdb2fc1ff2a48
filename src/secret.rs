//! A secret cannot be printed.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroizing;

/// What stands in the place of a secret.
pub const REDACTED: &str = "(redacted)";

/// Names under which the vendors' requests and answers hold secrets, in lower case without
/// separators.
const NAMES: [&str; 19] = [
    "accesstoken",
    "adminpass",
    "credential",
    "idtoken",
    "oidctoken",
    "password",
    "plaintext",
    "plaintextbase64",
    "privatekey",
    "secret",
    "secretaccesskey",
    "secretkey",
    "securitytoken",
    "sessiontoken",
    "tmpsecretkey",
    "token",
    "userdata",
    "webidentitytoken",
    "xsubjecttoken",
];
/// How every private key in a text begins, whatever its form.
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// A secret key, a session token or a password: wiped when dropped, and without any way to print
/// it. The bytes come out of [`Secret::expose`] only, which makes every use easy to find.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the signer and the header that need it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

/// An access key id for people: the first four and the last four characters.
///
/// The id is no secret by itself, but logs are read by many and a key is told apart by its ends.
pub fn masked(key_id: &str) -> String {
    let letters: Vec<char> = key_id.chars().collect();
    if letters.len() < 12 {
        return "****".to_owned();
    }
    let (head, tail) = (&letters[..4], &letters[letters.len() - 4..]);
    format!(
        "{}****{}",
        head.iter().collect::<String>(),
        tail.iter().collect::<String>()
    )
}

/// Whether what has this name in a request or an answer is a secret: `Instances.1.Password`,
/// `Passwords.Password.1`.
pub fn is_secret_name(name: &str) -> bool {
    let is_word = |part: &&str| part.parse::<u32>().is_err();
    let last = name.rsplit('.').find(is_word).unwrap_or(name);
    let plain = last.replace(['-', '_'], "").to_ascii_lowercase();
    NAMES.contains(&plain.as_str())
}

/// Whether a text is a secret, whatever its name.
pub fn is_secret_text(text: &str) -> bool {
    text.contains(PRIVATE_KEY)
}

/// Puts [`REDACTED`] in the place of every secret; where they were, as JSON pointers.
pub fn redact(value: &mut Value) -> Vec<String> {
    let mut places = Vec::new();
    visit(value, "", false, &mut |place, secret| {
        *secret = REDACTED.into();
        places.push(place.to_owned());
    });
    places
}

/// The secrets among the values of a request, longest first.
pub fn values(value: &Value) -> Vec<Secret> {
    let mut found = Vec::new();
    visit(&mut value.clone(), "", false, &mut |_, secret| {
        found.extend(secret.as_str().map(|text| Secret::new(text.to_owned())));
    });
    found.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    found
}

/// Sees every scalar that is a secret. `auth.key` of a key-pair binding is one by its place, and so is
/// the `id` of a token that is exchanged for another.
fn visit(value: &mut Value, place: &str, named: bool, see: &mut dyn FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            let binds = fields.contains_key("type");
            for (name, inner) in fields {
                let place = format!("{place}/{name}");
                let by_place = binds && name == "key" && place.ends_with("/auth/key");
                let of_token =
                    place.ends_with("/identity/token/id") || place.ends_with("/id_token/id");
                let is_secret = is_secret_name(name) || by_place || of_token;
                visit(inner, &place, is_secret, see);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter_mut().enumerate() {
                visit(inner, &format!("{place}/{number}"), named, see);
            }
        }
        Value::String(text) if !text.is_empty() && (named || is_secret_text(text)) => {
            see(place, value);
        }
        Value::Number(_) if named => see(place, value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Secret, is_secret_name, masked, redact, values};

    #[test]
    fn secrets_are_known_by_name_and_by_look() {
        let mut answer = json!({
            "KeyPair": {"PrivateKey": "k", "PublicKey": "ssh-rsa AAAA", "KeyId": "skey-1"},
            "credential": {"access": "a", "secret": "s", "securitytoken": "t", "expires_at": "e"},
            "Odd": ["-----BEGIN OPENSSH PRIVATE KEY-----\nx"],
            "NextToken": "n", "ClientToken": "c", "token": {"expires_at": "e"},
            "server": {"auth": {"type": "password", "key": "p"}},
            "empty": {"password": "", "PrivateKey": null},
            "auth": {"id_token": {"id": "i"}},
        });
        assert_eq!(values(&answer).len(), 6);
        let places = redact(&mut answer);
        assert_eq!(
            places,
            [
                "/KeyPair/PrivateKey",
                "/credential/secret",
                "/credential/securitytoken",
                "/Odd/0",
                "/server/auth/key",
                "/auth/id_token/id"
            ]
        );
        assert_eq!(answer["KeyPair"]["KeyId"], "skey-1");
        assert_eq!(answer["NextToken"], "n");
        assert_eq!(answer["credential"]["expires_at"], "e");
        assert_eq!(answer["KeyPair"]["PrivateKey"], "(redacted)");
        assert!(is_secret_name("LoginSettings.Password") && is_secret_name("PrivateKey.1"));
        assert!(!is_secret_name("Password.Policy"));
    }

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::new("canary".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
        assert_eq!(secret.expose(), "canary");
    }

    #[test]
    fn masks_keep_only_the_ends() {
        assert_eq!(masked("AKLTexampleexample1234"), "AKLT****1234");
        assert_eq!(masked("short"), "****");
        assert_eq!(masked("密钥密钥密钥密钥密钥密钥"), "密钥密钥****密钥密钥");
    }
}
