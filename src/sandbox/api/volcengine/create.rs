//! New key pairs of Volcengine ECS, version 2020-04-01 (spec volcengine 4.1, 4.2).

use serde_json::{Value, json};

use super::ecs::VERSION;
use super::state::KeyPair;
use super::{
    Call, Effect, Operation, Quirk, Refusal, RsaPair, Tag, clock, fingerprint, identifiers, rules,
};

/// Pairs in a region, created and imported together (spec volcengine 4).
const MOST_KEY_PAIRS: usize = 500;
/// What `CreateKeyPair` makes (spec volcengine 4.0).
const BITS: usize = 2048;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "ecs",
        version: VERSION,
        name: "CreateKeyPair",
        effect: Effect::Change,
        items: &["KeyPairName"],
        has_item_errors: false,
        run: create_key_pair,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "ImportKeyPair",
        effect: Effect::Change,
        items: &["KeyPairName"],
        has_item_errors: false,
        run: import_key_pair,
    },
];

/// Only the public half is kept.
fn create_key_pair(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let order = Order::of(call)?;
    order.check_room(call)?;
    let made = RsaPair::generate(BITS).ok_or_else(Refusal::internal_error)?;
    let public_key = format!("{} {}", made.public_key, order.name);
    let mut result = order.carry_out(call, public_key)?;
    let private_key = if call.ctx.has(Quirk::VolcenginePrivateKeyEscaped) {
        made.private_key.replace('\n', "\\n")
    } else {
        made.private_key.as_str().to_owned()
    };
    result["PrivateKey"] = private_key.into();
    Ok(result)
}

fn import_key_pair(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let order = Order::of(call)?;
    let sent = call.parameters.filled_text("PublicKey");
    let sent = sent.ok_or_else(|| Refusal::missing("PublicKey"))?;
    let public_key = rules::public_key(sent, call.ctx.has(Quirk::VolcengineRsaOnly))?.to_owned();
    order.check_room(call)?;
    order.carry_out(call, public_key)
}

/// What both ways of making a pair are told.
struct Order {
    name: String,
    description: String,
    project_name: String,
    tags: Vec<Tag>,
}

impl Order {
    /// Reads it and checks it against the rules.
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        let parameters = &call.parameters;
        let name = parameters
            .filled_text("KeyPairName")
            .ok_or_else(|| Refusal::missing("KeyPairName"))?;
        rules::name(name, !call.ctx.has(Quirk::VolcengineUnderscoreRefused))?;
        let description = parameters.text("Description").unwrap_or_default();
        rules::description(description)?;
        let project_name = parameters.filled_text("ProjectName").unwrap_or("default");
        rules::project_name(project_name)?;
        let tags = parameters.tags()?;
        rules::tags(&tags)?;
        Ok(Self {
            name: name.to_owned(),
            description: description.to_owned(),
            project_name: project_name.to_owned(),
            tags,
        })
    }

    /// Whether the name is free and the region has room. The codes of both refusals are not documented.
    fn check_room(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let region = call.region()?;
        if region.key_pair(&self.name).is_some() {
            let message = "The specified KeyPairName already exists.";
            return Err(if call.ctx.has(Quirk::VolcengineDuplicateConflict) {
                Refusal::conflict("KeyPairAlreadyExist", message)
            } else {
                Refusal::bad_request("InvalidKeyPairName.Duplicate", message)
            });
        }
        if region.existing_key_pairs().count() >= MOST_KEY_PAIRS {
            let code = if call.ctx.has(Quirk::VolcengineQuotaAsLimit) {
                "LimitExceeded.MaximumKeyPairs"
            } else {
                "QuotaExceeded.KeyPairs"
            };
            return Err(Refusal::bad_request(
                code,
                "You've reached the limit on the number of KeyPairs in the region.",
            ));
        }
        Ok(())
    }

    /// Adds the pair and tells what both operations answer.
    fn carry_out(self, call: &mut Call<'_>, public_key: String) -> Result<Value, Refusal> {
        let now = clock::volcengine(call.ctx.now);
        let pair = KeyPair {
            id: identifiers::volcengine_key_pair(),
            name: self.name,
            description: self.description,
            public_key,
            project_name: self.project_name,
            tags: self.tags,
            created_at: now.clone(),
            updated_at: now,
            listings_left: None,
        };
        let result = json!({
            "KeyPairName": pair.name,
            "KeyPairId": pair.id,
            "FingerPrint": fingerprint::md5_hex(&pair.public_key),
        });
        call.region_mut()?.key_pairs.push(pair);
        Ok(result)
    }
}
