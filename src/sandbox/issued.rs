//! Temporary credentials that this process gave out.
//!
//! They are kept in memory only: the state is printed by `kpctl sandbox show`, and nothing in there may be a secret. They
//! end with the process.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::cloud::Cloud;
use super::credentials::ISSUED_MARK;
use super::{identifiers, verify};

/// So many are remembered; a server that runs for days forgets the oldest.
const MOST_KEPT: usize = 10_000;
/// Length of an IAM token (spec huawei 4.1): long enough to find limits that a short one would not.
const IAM_TOKEN_LENGTH: usize = 9_100;

/// Everything that was given out.
#[derive(Default)]
pub(crate) struct Issued {
    /// How long everything lives, whatever is asked.
    lifetime: Option<Duration>,
    given: Mutex<Given>,
}

#[derive(Default)]
struct Given {
    keys: Vec<Keys>,
    tokens: Vec<Token>,
    /// Access keys and tokens, given out or not, that a fault rule ended.
    ended_early: HashSet<String>,
}

/// A temporary access key.
#[derive(Clone)]
pub(crate) struct Keys {
    cloud: Cloud,
    /// The public half.
    pub(crate) id: String,
    /// The secret half.
    pub(crate) secret: String,
    /// Comes along with every request.
    pub(crate) token: String,
    /// The end.
    pub(crate) expires_at: DateTime<Utc>,
    /// Who it is; `None` for the user of the permanent key.
    pub(crate) session: Option<Session>,
}

/// A role or an agency that was assumed.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Name of the role or agency.
    pub(crate) role: &'static str,
    /// What the caller called it.
    pub(crate) name: String,
}

/// Something that is sent in place of a signature.
#[derive(Clone)]
pub(crate) struct Token {
    /// What it is good for.
    pub(crate) purpose: Purpose,
    text: String,
    /// The end.
    pub(crate) expires_at: DateTime<Utc>,
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The metadata service of a cloud.
    Metadata(Cloud),
    /// The APIs of Huawei Cloud, as `X-Auth-Token`.
    Iam(Reach),
}

/// How far an IAM token reaches (spec huawei 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A federated token without scope: good for getting other credentials only.
    Unscoped,
    /// Global services.
    Domain,
    /// The regional services of the project with this id.
    Project(String),
}

impl Issued {
    /// Nothing yet.
    pub(crate) fn new(lifetime: Option<Duration>) -> Self {
        Self {
            lifetime,
            given: Mutex::default(),
        }
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, now: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
        let asked = TimeDelta::try_seconds(seconds);
        let lifetime = match self.lifetime {
            Some(lifetime) => TimeDelta::from_std(lifetime).ok(),
            None => asked,
        };
        lifetime
            .and_then(|lifetime| now.checked_add_signed(lifetime))
            .unwrap_or(now)
    }

    /// Gives out a new key.
    pub(crate) fn keys(
        &self,
        cloud: Cloud,
        now: DateTime<Utc>,
        seconds: i64,
        session: Option<Session>,
    ) -> Keys {
        let keys = Keys {
            cloud,
            id: match cloud {
                Cloud::Volcengine => format!("AKTPNotReal{}", identifiers::letters24()),
                Cloud::Tencent => format!("AKIDNotReal{}", identifiers::letters24()),
                Cloud::Huawei => format!("NOTREAL{}", identifiers::capitals13()),
            },
            secret: format!("{ISSUED_MARK}-secret-{}", identifiers::hex32()),
            token: format!("{ISSUED_MARK}-session-token-{}", identifiers::hex(256)),
            expires_at: self.end(now, seconds),
            session,
        };
        let mut given = self.given();
        forget_oldest(&mut given.keys);
        given.keys.push(keys.clone());
        keys
    }

    /// Gives out a new token: its text and its end.
    pub(crate) fn token(
        &self,
        purpose: Purpose,
        now: DateTime<Utc>,
        seconds: i64,
    ) -> (String, DateTime<Utc>) {
        let length = match purpose {
            Purpose::Metadata(_) => 64,
            Purpose::Iam(_) => IAM_TOKEN_LENGTH,
        };
        let text = format!("{ISSUED_MARK}-token-{}", identifiers::hex(length));
        let expires_at = self.end(now, seconds);
        let mut given = self.given();
        forget_oldest(&mut given.tokens);
        given.tokens.push(Token {
            purpose,
            text: text.clone(),
            expires_at,
        });
        (text, expires_at)
    }

    /// From now on this access key or token is over.
    pub(crate) fn end_early(&self, credential: &str) {
        self.given().ended_early.insert(credential.to_owned());
    }

    /// Whether that was said of it.
    pub(crate) fn has_ended_early(&self, credential: &str) -> bool {
        self.given().ended_early.contains(credential)
    }

    /// The key of that access key, over or not.
    pub(crate) fn find_keys(&self, cloud: Cloud, id: &str) -> Option<Keys> {
        let given = self.given();
        let mut keys = given.keys.iter();
        keys.find(|keys| keys.cloud == cloud && keys.id == id)
            .cloned()
    }

    /// The IAM token of that text, over or not.
    pub(crate) fn find_iam_token(&self, text: &str) -> Option<(Reach, DateTime<Utc>)> {
        let given = self.given();
        given.tokens.iter().find_map(|token| match &token.purpose {
            Purpose::Iam(reach) if token.text == text => Some((reach.clone(), token.expires_at)),
            _ => None,
        })
    }

    /// Whether a metadata service gave out this token, and it is not over.
    pub(crate) fn opens_metadata(&self, cloud: Cloud, text: &str, now: DateTime<Utc>) -> bool {
        let purpose = Purpose::Metadata(cloud);
        let given = self.given();
        let mut tokens = given.tokens.iter();
        tokens.any(|token| token.purpose == purpose && token.text == text && now < token.expires_at)
    }
}

fn forget_oldest<T>(given: &mut Vec<T>) {
    if given.len() >= MOST_KEPT {
        given.drain(..MOST_KEPT / 2);
    }
}

impl Keys {
    /// As the signature checks take it.
    pub(crate) fn as_key(&self) -> verify::Key<'_> {
        verify::Key {
            id: &self.id,
            secret: &self.secret,
            token: Some(&self.token),
        }
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Issued") // all of it is secret
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keys")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
