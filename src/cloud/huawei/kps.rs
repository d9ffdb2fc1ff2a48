//! Operations of the key pair service, version 3, on key pairs (spec huawei 7). It lives on the
//! host of KMS. Its tasks are in [`tasks`].

pub(super) mod bind;
pub(super) mod key_pairs;
pub(super) mod tasks;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Repeat, Route};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text, null_is_default};
use crate::cloud::seen::Seen;
use crate::http::Method;
use crate::secret::Secret;
use crate::sign::escape::escape;

/// Entries of a page: the service's default. The most that it takes is not known.
const PAGE: usize = 50;
/// Most servers in one [`BatchAssociateKeypair`].
pub(super) const MOST_SERVERS: usize = 10;

/// A path below the project.
pub(super) fn path(project_id: &str, rest: &str) -> String {
    format!("/v3/{}/{rest}", escape(project_id))
}

fn path_of(project_id: &str, name: &str) -> String {
    path(project_id, &format!("keypairs/{}", escape(name)))
}

/// Lists the key pairs that the caller sees.
#[derive(Debug, Default, Serialize)]
pub(super) struct ListKeypairs {
    pub(super) marker: Option<String>,
    /// Markers that were asked for.
    #[serde(skip)]
    asked: Seen,
    /// Name and scope of the pairs that came.
    #[serde(skip)]
    known: Seen,
}

/// A key pair, one level down, as it stands in all answers.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    pub(super) keypair: Listed<Keypair>,
}

/// A key pair. Lists leave out the description and the time.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Keypair {
    pub(super) name: String,
    /// `user` or `domain`.
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) scope: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) public_key: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) fingerprint: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) is_key_protection: Option<String>,
    /// Null is none, and absent is not told.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) description: Option<String>,
    /// Milliseconds.
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) create_time: Option<String>,
}

fn null_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    lenient_text(deserializer).map(|text| Some(text.unwrap_or_default()))
}

#[derive(Debug, Deserialize)]
pub(super) struct KeypairPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    keypairs: Vec<Envelope>,
    #[serde(default, deserialize_with = "null_is_default")]
    page_info: PageInfo,
}

#[derive(Debug, Default, Deserialize)]
struct PageInfo {
    #[serde(default, deserialize_with = "lenient_text")]
    next_marker: Option<String>,
}

impl Operation for ListKeypairs {
    type Cloud = HuaweiWire;
    type Response = KeypairPage;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "ListKeypairs";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        Route::bare(Method::GET, path(project_id, "keypairs"))
            .parameter("limit", Some(PAGE))
            .parameter("marker", self.marker.as_ref())
    }
}

impl Paged for ListKeypairs {
    type Item = Listed<Keypair>;

    /// The last page names a marker, too, and nothing says whether the pair that a marker names
    /// comes again. So a list ends where a marker repeats. A full page that holds nothing new, with
    /// the marker of before, means that markers are not understood: the same request again, which
    /// the reader of pages reports.
    fn advance(&mut self, page: KeypairPage, items: &mut Vec<Listed<Keypair>>) -> bool {
        let received = page.keypairs.len();
        let before = self.known.len();
        for Envelope { keypair } in page.keypairs {
            if self
                .known
                .insert(&(&keypair.known.name, &keypair.known.scope))
            {
                items.push(keypair);
            }
        }
        let fresh = self.known.len() - before;
        match page.page_info.next_marker.filter(|text| !text.is_empty()) {
            None => false,
            Some(marker) if self.asked.insert(&marker) => {
                self.marker = Some(marker);
                true
            }
            Some(_) => received >= PAGE && fresh == 0,
        }
    }
}

/// Shows one key pair.
#[derive(Debug, Serialize)]
pub(super) struct ListKeypairDetail {
    pub(super) name: String,
}

impl Operation for ListKeypairDetail {
    type Cloud = HuaweiWire;
    type Response = Envelope;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "ListKeypairDetail";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        Route::bare(Method::GET, path_of(project_id, &self.name))
    }
}

/// Makes a key pair, or takes one in by its public half.
#[derive(Debug, Serialize)]
pub(super) struct CreateKeypair {
    pub(super) keypair: NewKeypair,
}

/// A key pair that is to be.
#[derive(Debug, Default, Serialize)]
pub(super) struct NewKeypair {
    pub(super) name: String,
    /// `ssh` or `x509`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_key: Option<String>,
    /// `user` or `domain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_protection: Option<KeyProtection>,
}

/// How the private half is stored, too.
#[derive(Debug, Serialize)]
pub(super) struct KeyProtection {
    pub(super) encryption: Encryption,
}

/// By which key it is encrypted.
#[derive(Debug, Serialize)]
pub(super) struct Encryption {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) kms_key_name: String,
}

/// What is read of a creation: nothing that could be missing makes the private key be lost.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) keypair: CreatedKeypair,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct CreatedKeypair {
    #[serde(default, deserialize_with = "secret")]
    pub(super) private_key: Option<Secret>,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = lenient_text(deserializer)?.filter(|text| !text.is_empty());
    Ok(text.map(Secret::new))
}

impl Operation for CreateKeypair {
    type Cloud = HuaweiWire;
    type Response = Created;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "CreateKeypair";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Create;

    fn route(&self, project_id: &str) -> Route {
        Route::post(path(project_id, "keypairs"))
    }
}

/// Nothing is read from the answer: any success is one.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Accepted(serde::de::IgnoredAny);

/// Deletes a key pair, and its private half where that is stored. A second call does not find it.
#[derive(Debug, Serialize)]
pub(super) struct DeleteKeypair {
    #[serde(skip)]
    pub(super) name: String,
}

impl Operation for DeleteKeypair {
    type Cloud = HuaweiWire;
    type Response = Accepted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "DeleteKeypair";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Destroy;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        Route::bare(Method::DELETE, path_of(project_id, &self.name))
    }
}

/// Describes a key pair anew.
#[derive(Debug, Serialize)]
pub(super) struct UpdateKeypairDescription {
    #[serde(skip)]
    pub(super) name: String,
    pub(super) keypair: NewDescription,
}

#[derive(Debug, Serialize)]
pub(super) struct NewDescription {
    pub(super) description: String,
}

impl Operation for UpdateKeypairDescription {
    type Cloud = HuaweiWire;
    type Response = Accepted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "UpdateKeypairDescription";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        Route::json(Method::PUT, path_of(project_id, &self.name))
    }
}

/// Binds a key pair to a server. The work goes on after the answer as a task.
#[derive(Debug, Serialize)]
pub(super) struct AssociateKeypair {
    pub(super) keypair_name: String,
    pub(super) server: Server,
}

/// A server, and how the service gets into it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Server {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auth: Option<Auth>,
    /// The service's default is that passwords go on working.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) disable_password: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
}

/// A password of root, or a private key that root trusts.
#[derive(Debug, Serialize)]
pub(super) struct Auth {
    /// `password` or `keypair`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(serialize_with = "exposed")]
    pub(super) key: Secret,
}

/// A secret on its way into a body; what is shown of bodies leaves `auth.key` out.
fn exposed<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// The task that does the work for one server, or why there is none.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Submitted {
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) server_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) task_id: Option<String>,
    /// `SUCCESS`, `FAILED`; `Failed` has been seen, too.
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) error_code: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) error_msg: Option<String>,
}

impl Operation for AssociateKeypair {
    type Cloud = HuaweiWire;
    type Response = Submitted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "AssociateKeypair";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Update;

    fn route(&self, project_id: &str) -> Route {
        Route::post(path(project_id, "keypairs/associate"))
    }
}

/// Binds one key pair to up to [`MOST_SERVERS`] running servers that have none.
#[derive(Debug, Serialize)]
pub(super) struct BatchAssociateKeypair {
    pub(super) batch_keypairs: Vec<AssociateKeypair>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BatchSubmitted {
    pub(super) tasks: Vec<Submitted>,
}

impl Operation for BatchAssociateKeypair {
    type Cloud = HuaweiWire;
    type Response = BatchSubmitted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "BatchAssociateKeypair";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Update;

    fn route(&self, project_id: &str) -> Route {
        Route::post(path(project_id, "keypairs/batch-associate"))
    }
}

/// Takes off a server whichever key pair is bound to it: the request names none.
#[derive(Debug, Serialize)]
pub(super) struct DisassociateKeypair {
    pub(super) server: Server,
}

impl Operation for DisassociateKeypair {
    type Cloud = HuaweiWire;
    type Response = Submitted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "DisassociateKeypair";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Update;

    fn route(&self, project_id: &str) -> Route {
        Route::post(path(project_id, "keypairs/disassociate"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{KeypairPage, ListKeypairs};
    use crate::cloud::pages::Paged;

    fn page(names: std::ops::Range<u32>, next: Option<&str>) -> KeypairPage {
        let pairs: Vec<_> = names
            .map(|number| json!({"keypair": {"name": format!("k{number}"), "scope": "user"}}))
            .collect();
        let body = json!({"keypairs": pairs, "page_info": {"next_marker": next}});
        serde_json::from_value(body).expect("a page")
    }

    #[test]
    fn a_list_ends_where_a_marker_repeats_or_is_missing() {
        for last in [
            page(50..53, None),
            page(50..53, Some("")),
            page(50..53, Some("k49")),
            // Inclusive markers, and the last page that names itself.
            page(49..53, Some("k49")),
            page(0..0, Some("k49")),
        ] {
            let (mut list, mut pairs) = (ListKeypairs::default(), Vec::new());
            let expected = 50 + last.keypairs.len().min(3);
            assert!(list.advance(page(0..50, Some("k49")), &mut pairs));
            assert_eq!(list.marker.as_deref(), Some("k49"));
            assert!(!list.advance(last, &mut pairs));
            assert_eq!(pairs.len(), expected);
        }
        let (mut list, mut pairs) = (ListKeypairs::default(), Vec::new());
        assert!(list.advance(page(0..1, Some("k0")), &mut pairs));
        assert!(list.advance(page(1..2, Some("k1")), &mut pairs));
        assert!(!list.advance(page(2..2, Some("k1")), &mut pairs));
        assert_eq!(pairs.len(), 2, "short pages are no end");
    }

    #[test]
    fn a_service_that_does_not_know_its_marker_is_found_out() {
        let (mut list, mut pairs) = (ListKeypairs::default(), Vec::new());
        assert!(list.advance(page(0..50, Some("k49")), &mut pairs));
        assert!(list.advance(page(0..50, Some("k49")), &mut pairs));
        assert_eq!(list.marker.as_deref(), Some("k49"), "the same request");
    }

    #[test]
    fn an_answer_without_a_list_is_none() {
        for body in [
            json!({}),
            json!({"keypairs": null}),
            json!({"keypairs": [{}]}),
        ] {
            assert!(serde_json::from_value::<KeypairPage>(body).is_err());
        }
        let scopes = json!({"keypairs": [
            {"keypair": {"name": "a", "scope": "user", "frozen_state": "0"}},
            {"keypair": {"name": "a", "scope": "domain", "frozen_state": 0}}]});
        let (mut list, mut pairs) = (ListKeypairs::default(), Vec::new());
        let page = serde_json::from_value(scopes).expect("a page");
        assert!(!list.advance(page, &mut pairs));
        assert_eq!(pairs.len(), 2, "two pairs of one name");
    }
}
