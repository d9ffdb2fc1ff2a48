//! Cloud phone servers as lists and looks show them (spec huawei-codearts-cph 6.3).

use super::{ListCloudPhoneServers, Server, ShowCloudPhoneServerDetail};
use crate::cloud::huawei::session::Session;
use crate::cloud::reply::Listed;
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Facts, Listing, Record, Resource, Scope};

/// All servers of the project, newest first. One without an id cannot be told from another, and the
/// reader of pages drops it.
pub(in crate::cloud::huawei) async fn list(session: &Session) -> Result<Listing, Error> {
    let servers = session.all(ListCloudPhoneServers::default()).await?;
    let scope = &session.client.scope;
    let named = |server: Listed<Server>| Some((server.known.id.clone()?, server));
    let records = servers
        .into_iter()
        .filter_map(named)
        .map(|(id, server)| record(scope, &id, server));
    Ok(session.listing(records.collect()))
}

/// One server.
pub(in crate::cloud::huawei) async fn show(session: &Session, id: &str) -> Result<Listing, Error> {
    if !may_be_id(id) {
        let id = id.escape_debug();
        let error = Error::usage(format!("'{id}' cannot be the id of a cloud phone server"));
        return Err(error.cloud(CloudId::Huawei));
    }
    let server_id = id.to_owned();
    let request = ShowCloudPhoneServerDetail { server_id };
    let server = session.call(&request).await?.value;
    if server.known.id.is_none() && server.known.state().is_none() {
        return Err(
            Error::new(ErrorKind::Server, "the answer does not describe the server")
                .cloud(CloudId::Huawei),
        );
    }
    Ok(vec![record(&session.client.scope, id, server)].into())
}

/// Whether a text can stand in a path as the id of a server or a job. The form is not quite sure:
/// 32 hex digits in nearly all samples.
pub(in crate::cloud::huawei) fn may_be_id(id: &str) -> bool {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | ',' | '{' | '}');
    !id.is_empty() && id != "." && !id.contains("..") && !id.contains(wrong)
}

fn record(scope: &Scope, id: &str, server: Listed<Server>) -> Record {
    Record {
        scope: scope.clone(),
        address: Some(scope.address(Resource::CphServer, id)),
        id: id.to_owned(),
        facts: Facts::CphServer(server.known.facts()),
        raw: server.raw,
    }
}

#[cfg(test)]
mod tests;
