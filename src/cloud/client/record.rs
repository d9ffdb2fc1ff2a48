//! The record that the journal keeps of calls, and what is found there again.

use super::{Call, Client, Decoded, Task, Wire};
use crate::cloud::operation::Callable;
use crate::error::Error;
use crate::http::{BoxFuture, Request};
use crate::journal::{Answer as Answered, Problem, Sent};
use crate::random;
use crate::sign::escape::unescape;
use crate::sign::sha256_hex;

impl<W: Wire> Client<W> {
    /// Makes a call, and keeps a record of it when it changes something: the request is on the disk before
    /// it leaves.
    pub(super) fn perform<'a>(
        &'a self,
        task: Task<'a>,
    ) -> BoxFuture<'a, Result<(Decoded, bool), Error>> {
        Box::pin(async move {
            let journal = self.courier.journal.borrow().clone();
            let Some(journal) = journal.filter(|_| !task.is_read) else {
                return self.repeat(task).await;
            };
            // Signals are watched from the first wait on (lib.rs): a change that is on record must not be
            // ended by one as if nothing had begun.
            tokio::task::yield_now().await;
            let number = journal.sending(self.sent(&task))?;
            let result = self.repeat(task).await;
            journal.answered(
                number,
                match &result {
                    Ok((decoded, _)) => Answered {
                        request_id: decoded.request_id.clone(),
                        error: None,
                    },
                    Err(error) => Answered {
                        request_id: error.request_id.clone(),
                        error: Some(Problem::from(error)),
                    },
                },
            );
            result
        })
    }

    /// What the journal is told of a request.
    fn sent(&self, task: &Task<'_>) -> Sent {
        let call = task.call;
        let (digest, token) = self.digest(call, &task.request);
        Sent {
            cloud: W::CLOUD.name().to_owned(),
            profile: self.scope.profile.clone(),
            region: call.region.clone(),
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            digest,
            token,
        }
    }

    /// A digest of what a request asks for, where, and for whom; and the idempotency token in its query,
    /// which is no part of it.
    fn digest(&self, call: &Call, request: &Request) -> (String, Option<String>) {
        let is_token = |pair: &&str| {
            pair.split_once('=')
                .is_some_and(|(name, _)| Some(name) == W::TOKEN)
        };
        let (tokens, rest): (Vec<&str>, Vec<&str>) = request.query.split('&').partition(is_token);
        let value = tokens.first().and_then(|pair| pair.split_once('='));
        let value = value.map(|(_, value)| String::from_utf8_lossy(&unescape(value)).into_owned());
        let asked = [
            &self.scope.profile,
            &call.region,
            call.operation,
            request.method.as_str(),
            &request.endpoint.to_string(),
            &request.path,
            &rest.join("&"),
        ];
        let mut text = asked.join("\n").into_bytes();
        text.push(b'\n');
        text.extend_from_slice(&request.body);
        (sha256_hex(&text), value.filter(|value| !value.is_empty()))
    }

    /// An idempotency token for an operation that was made without one: that of the same request, when
    /// an earlier run sent it lately and was cut off before the answer, else a new one.
    pub async fn token<O: Callable<Cloud = W>>(&self, operation: &O) -> Result<String, Error> {
        let journal = self.courier.journal.borrow().clone();
        if let Some(journal) = journal {
            let call = self.prepare(operation.facts()).await?;
            let request = W::encode(operation, &call)?;
            let (digest, _) = self.digest(&call, &request);
            if let Some(token) = journal.unanswered_token(&digest) {
                return Ok(token);
            }
        }
        random::token()
    }
}
