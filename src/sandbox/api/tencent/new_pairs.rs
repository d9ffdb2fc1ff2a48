//! New key pairs: made by the cloud or brought along (spec tencent 2.1, 2.2, 3).

use serde_json::{Map, Value, json};

use super::super::super::rsa_pair::RsaPair;
use super::super::super::{clock, fingerprint, identifiers};
use super::key_pairs::{VERSION, public_key};
use super::product::Product;
use super::state::KeyPair;
use super::tags::tags;
use super::{Call, Effect, Operation, Quirk, Refusal, Tag, members};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "cvm",
        version: VERSION,
        name: "CreateKeyPair",
        effect: Effect::Change,
        parameters: &["KeyName", "ProjectId", "TagSpecification"],
        items: &["KeyName"],
        is_regional: true,
        run: create_key_pair,
    },
    Operation {
        product: "cvm",
        version: VERSION,
        name: "ImportKeyPair",
        effect: Effect::Change,
        parameters: &["KeyName", "ProjectId", "PublicKey", "TagSpecification"],
        items: &["KeyName"],
        is_regional: true,
        run: import_key_pair,
    },
];

/// Characters of a name (spec tencent 2.1).
const MOST_NAME: usize = 25;
/// Key pairs of an account (spec tencent 2.1); taken to hold for Lighthouse, too, which states none.
const MOST_KEY_PAIRS: usize = 100;
/// Bits of a pair that the cloud makes (spec tencent 2.1).
const BITS: usize = 2048;

/// What a new pair is to be, but for its key.
pub(crate) struct Draft {
    pub(crate) name: String,
    /// 0 for Lighthouse, which has no projects.
    pub(crate) project_id: i64,
    pub(crate) tags: Vec<Tag>,
}

fn create_key_pair(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let draft = draft(call)?;
    let (pair, private_key) = create(call, Product::Cvm, draft)?;
    let shown = json!({
        "KeyId": pair.id,
        "KeyName": pair.name,
        "ProjectId": pair.project_id,
        "PublicKey": public_key(&pair),
        "PrivateKey": private_key,
        "Tags": tags(&pair.tags),
    });
    Ok(members([("KeyPair", shown)]))
}

fn import_key_pair(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let draft = draft(call)?;
    let pair = import(call, Product::Cvm, draft)?;
    Ok(members([("KeyId", pair.id.into())]))
}

/// Name, project and tags of CVM.
fn draft(call: &Call<'_>) -> Result<Draft, Refusal> {
    let parameters = &call.parameters;
    parameters.require(&["KeyName", "ProjectId"])?;
    let name = parameters.required_string("KeyName")?.to_owned();
    let project = parameters.integer("ProjectId", 0, 0..=i64::MAX, "InvalidProjectId.NotFound")?;
    let tags = parameters.tag_specification()?;
    let project_id = i64::try_from(project).unwrap_or(i64::MAX);
    check_name(Product::Cvm, &name)?;
    if project_id != 0 && !call.state.tencent.projects.contains(&project_id) {
        return Err(Refusal::new(
            "InvalidProjectId.NotFound",
            format!("The project {project_id} does not exist."),
        ));
    }
    Ok(Draft {
        name,
        project_id,
        tags,
    })
}

/// 1 to 25 of letters, digits and `_` (spec tencent 2.1).
pub(crate) fn check_name(product: Product, name: &str) -> Result<(), Refusal> {
    let is_legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let (code, reason) = if name.is_empty() {
        ("InvalidKeyPairNameEmpty", "is empty".to_owned())
    } else if name.chars().count() > MOST_NAME {
        (
            "InvalidKeyPairNameTooLong",
            format!("is longer than {MOST_NAME} characters"),
        )
    } else if !name.chars().all(is_legal) {
        (
            "InvalidKeyPairNameIncludeIllegalChar",
            "has other characters than letters, digits and `_`".to_owned(),
        )
    } else {
        return Ok(());
    };
    Err(Refusal::new(
        &format!("{}{code}", product.codes().name_prefix),
        format!("The key pair name `{name}` {reason}."),
    ))
}

/// Makes a pair. The private half is in the answer and nowhere else.
pub(crate) fn create(
    call: &mut Call<'_>,
    product: Product,
    draft: Draft,
) -> Result<(KeyPair, String), Refusal> {
    call.check_name_is_free(product, &draft.name, None)?;
    call.check_quota(product)?;
    let made = RsaPair::generate(BITS)
        .ok_or_else(|| Refusal::new("InternalServerError", "There are no random bytes."))?;
    let pair = call.keep(product, draft, made.public_key)?;
    Ok((pair, made.private_key.to_string()))
}

/// Takes a public key in. It binds nothing (spec tencent 2.2).
pub(crate) fn import(
    call: &mut Call<'_>,
    product: Product,
    draft: Draft,
) -> Result<KeyPair, Refusal> {
    let text = call.parameters.required_string("PublicKey")?;
    let takes_all = call.ctx.has(Quirk::TencentEd25519Accepted);
    let codes = product.codes();
    let public_key = without_comment(text, takes_all).ok_or_else(|| {
        let message = "The public key is not an OpenSSH RSA public key.";
        Refusal::new(codes.public_key_malformed, message)
    })?;
    call.check_name_is_free(product, &draft.name, None)?;
    // Within the region: the demo fleet has one key in two of them, and nobody could say whether a pair of one region is
    // seen in another (spec tencent 7.1).
    let regions = call.reach(product)?;
    let mut pairs = regions.iter().flat_map(|region| product.key_pairs(region));
    let registered = pairs.find(|pair| {
        let known = fingerprint::parse(&pair.public_key);
        known.is_some() && known == fingerprint::parse(&public_key)
    });
    if let Some(pair) = registered {
        return Err(Refusal::new(
            codes.public_key_taken,
            format!("The public key is that of the key pair `{}`.", pair.id),
        ));
    }
    call.check_quota(product)?;
    call.keep(product, draft, public_key)
}

/// Type and blob of one OpenSSH line; `None` when it is none, or not of a type that is taken.
fn without_comment(text: &str, takes_all: bool) -> Option<String> {
    let line = text.trim();
    if line.contains(['\r', '\n']) {
        return None;
    }
    let (kind, blob) = fingerprint::parse(line)?;
    let is_taken = match kind.as_str() {
        "ssh-rsa" => is_rsa(&blob),
        "ssh-ed25519" => takes_all,
        _ => takes_all && kind.starts_with("ecdsa-sha2-"),
    };
    let words: Vec<&str> = line.split_whitespace().take(2).collect();
    is_taken.then(|| words.join(" "))
}

/// Three strings that fill the blob: the type, the exponent and the modulus (RFC 4253 6.6).
fn is_rsa(blob: &[u8]) -> bool {
    let mut rest = blob;
    for _ in 0..3 {
        let Some((length, after)) = rest.split_first_chunk() else {
            return false;
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some((part, after)) = after.split_at_checked(length) else {
            return false;
        };
        if part.is_empty() {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

impl Call<'_> {
    /// Names are unique among all pairs of the account (spec tencent 2.1), but for the one that is renamed.
    pub(crate) fn check_name_is_free(
        &self,
        product: Product,
        name: &str,
        own_id: Option<&str>,
    ) -> Result<(), Refusal> {
        let regions = self.state.tencent.regions.values();
        let mut pairs = regions.flat_map(|region| product.key_pairs(region));
        if pairs.any(|pair| pair.name == name && Some(pair.id.as_str()) != own_id) {
            return Err(Refusal::new(
                product.codes().name_taken,
                format!("The key pair name `{name}` exists already."),
            ));
        }
        Ok(())
    }

    fn check_quota(&self, product: Product) -> Result<(), Refusal> {
        let regions = self.state.tencent.regions.values();
        let count: usize = regions.map(|region| product.key_pairs(region).len()).sum();
        if count >= MOST_KEY_PAIRS {
            return Err(Refusal::new(
                product.codes().quota,
                format!("There are {count} key pairs, the limit is {MOST_KEY_PAIRS}."),
            ));
        }
        Ok(())
    }

    fn keep(
        &mut self,
        product: Product,
        draft: Draft,
        public_key: String,
    ) -> Result<KeyPair, Refusal> {
        let pair = KeyPair {
            id: format!("{}{}", product.key_prefix(), identifiers::letters8()),
            name: draft.name,
            project_id: draft.project_id,
            public_key,
            created_time: clock::utc(self.ctx.now),
            tags: draft.tags,
            ..KeyPair::default()
        };
        let pairs = product.key_pairs_mut(self.region_mut()?);
        pairs.push(pair.clone());
        Ok(pair)
    }
}
