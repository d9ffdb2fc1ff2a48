//! What was asked for, judged before anything is sent.

use super::super::key_pairs::check_name;
use crate::error::Error;
use crate::model::{Access, Binding, CloudId};
use crate::sshkey::PrivateKey;

/// Refuses what cannot be; answers with what is odd.
pub(super) fn check(binding: &Binding) -> Result<Vec<String>, Error> {
    for name in &binding.key_pairs {
        check_name(name)?;
    }
    let mut warnings = Vec::new();
    for id in &binding.instances {
        warnings.extend(check_server(id)?);
    }
    if let Some(Access::PrivateKey(text)) = &binding.access
        && PrivateKey::is_locked(text)?
    {
        return Err(Error::usage(
            "the private key is locked by a passphrase, so the service could not use it",
        )
        .hint("Give an unlocked copy: kpctl key convert FILE --to pkcs8 --out COPY --no-passphrase")
        .cloud(CloudId::Huawei));
    }
    if binding.port == Some(0) {
        return Err(Error::usage("0 is no port").cloud(CloudId::Huawei));
    }
    if binding.access.is_none() && binding.port.is_some_and(|port| port != 22) {
        return Err(Error::usage("a server that is reset is reached on port 22")
            .hint("--port goes with a login: --password-file or --send-private-key.")
            .cloud(CloudId::Huawei));
    }
    Ok(warnings)
}

/// Server ids are those of ECS, UUIDs in all samples.
fn check_server(id: &str) -> Result<Option<String>, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if id.is_empty() || !id.bytes().all(plain) {
        let id = id.escape_debug();
        return Err(Error::usage(format!("'{id}' cannot be the id of a server"))
            .hint("An id looks like d76baba7-ef09-40a2-87ff-3eafec0696e7.")
            .cloud(CloudId::Huawei));
    }
    let usual = id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4;
    Ok((!usual).then(|| {
        format!("'{id}' does not look like the id of a server; asking the service all the same")
    }))
}
