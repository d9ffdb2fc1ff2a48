//! One key pair with what holds it (spec volcengine 4.3 and 5.1).

use super::wire::VolcengineWire;
use super::{look, names, records};
use crate::cloud::client::Client;
use crate::cloud::not_found;
use crate::error::{Error, ErrorKind};
use crate::model::{Facts, Listing, Resource};

/// The key pair of this name, or else of this id.
pub(super) async fn key_pair(client: &Client<VolcengineWire>, id: &str) -> Result<Listing, Error> {
    names::check(id)?;
    let mut found = look::find(client, &[id.to_owned()]).await?;
    let Some(pair) = found.pairs.remove(id) else {
        let error = not_found(&client.scope, Resource::KeyPair, id);
        return Err(match found.alike(id) {
            Some(other) => error.hint(format!("There is one named {other}.")),
            None => error,
        });
    };
    let mut warnings = Vec::new();
    let bound_to = match look::holders(client, &pair.known).await {
        Ok(holders) if holders.doubtful.is_empty() => Some(holders.ids),
        Ok(holders) => {
            warnings.push(format!(
                "nobody can tell whether these instances hold {} or a key pair of a name like it: {}",
                pair.known.name,
                holders.doubtful.join(", ")
            ));
            None
        }
        Err(error) if error.kind == ErrorKind::Permission => {
            warnings.push(format!(
                "which instances hold {} cannot be seen: {error}",
                pair.known.name
            ));
            None
        }
        Err(error) => return Err(error),
    };
    let mut record = records::key_pair(&client.scope, pair);
    if let Facts::KeyPair(pair) = &mut record.facts {
        let address = |id| client.scope.address(Resource::Instance, id);
        pair.bound_to = bound_to.map(|ids| ids.into_iter().map(address).collect());
    }
    Ok(Listing {
        records: vec![record],
        warnings,
    })
}
