//! What a request asks for: it is told apart here, verified and run.

use chrono::{DateTime, Utc};

use super::api::{Context, huawei, metadata, tencent, volcengine};
use super::cloud::{Cloud, Effect};
use super::faults::Kind;
use super::issued::Keys;
use super::reply::Reply;
use super::request::Request;
use super::state::Tracked;
use super::verify::{Denial, Key, Stage};
use super::{identifiers, verify};

/// What a request asks for, in the terms of its cloud.
pub(crate) enum Target {
    /// Of the Volcengine API.
    Volcengine(volcengine::Target),
    /// Of the Tencent Cloud API.
    Tencent(tencent::Target),
    /// Of a Huawei Cloud API.
    Huawei(huawei::Target),
    /// Of the metadata service of an instance of any of them.
    Metadata(metadata::Target),
}

impl Target {
    /// Finds out whom a request is for.
    pub(crate) fn of(request: &Request) -> Self {
        if let Some(target) = metadata::Target::of(request) {
            return Self::Metadata(target);
        }
        match recognise(request) {
            Cloud::Volcengine => Self::Volcengine(volcengine::Target::of(request)),
            Cloud::Tencent => Self::Tencent(tencent::Target::of(request)),
            Cloud::Huawei => Self::Huawei(huawei::Target::of(request)),
        }
    }

    /// Its cloud.
    pub(crate) fn cloud(&self) -> Cloud {
        match self {
            Self::Volcengine(_) => Cloud::Volcengine,
            Self::Tencent(_) => Cloud::Tencent,
            Self::Huawei(_) => Cloud::Huawei,
            Self::Metadata(target) => target.cloud,
        }
    }

    /// The operation's name; without one, what was sent.
    pub(crate) fn operation(&self, request: &Request) -> String {
        match self {
            Self::Volcengine(target) => target.action.clone(),
            Self::Tencent(target) => target.action.clone(),
            Self::Huawei(target) => match target.operation() {
                Some(row) => row.name.to_owned(),
                None => format!("{} {}", request.method, request.path),
            },
            Self::Metadata(target) => match target.operation() {
                Some(row) => row.name.to_owned(),
                None => format!("{} {}", request.method, request.path),
            },
        }
    }

    /// The region that the request itself names. That of Huawei Cloud is in the project: [`huawei::Target::region`].
    pub(crate) fn region(&self, request: &Request) -> Option<String> {
        let region = match self {
            Self::Volcengine(target) => target.region()?,
            Self::Tencent(_) => request.header("x-tc-region")?,
            Self::Huawei(_) | Self::Metadata(_) => return None,
        };
        (!region.is_empty()).then(|| region.to_owned())
    }

    /// Whether it changes anything. Giving out credentials changes nothing that can be seen.
    pub(crate) fn effect(&self) -> Effect {
        match self {
            Self::Volcengine(target) => target.operation.map(|row| row.effect),
            Self::Tencent(target) => target.operation.map(|row| row.effect),
            Self::Huawei(target) => target.operation().map(|row| row.effect),
            Self::Metadata(_) => None,
        }
        .unwrap_or(Effect::Read)
    }

    /// The ids or names that it is about, for the journal.
    pub(crate) fn items(&self, request: &Request) -> Vec<String> {
        match self {
            Self::Volcengine(target) => target.items(request),
            Self::Tencent(target) => target.items(request),
            Self::Huawei(target) => target.items(request),
            Self::Metadata(target) => target.items(),
        }
    }

    /// A new id for the answer, in the form of its cloud.
    pub(crate) fn request_id(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Volcengine(_) => identifiers::volcengine_request(now),
            Self::Tencent(_) => identifiers::uuid(),
            Self::Huawei(_) | Self::Metadata(_) => identifiers::hex32(),
        }
    }

    /// Verifies and runs: the answer, and why the signature was refused if it was.
    pub(crate) fn serve(
        &self,
        request: &Request,
        ctx: &Context<'_>,
        fault: Option<Kind>,
        state: &mut Tracked,
    ) -> (Reply, Option<String>) {
        match self {
            Self::Volcengine(target) => {
                let keys = known_keys(verify::volcengine::KEYS, ctx);
                let checked = if target.is_unsigned(request) {
                    Ok(())
                } else {
                    verify::volcengine::check(request, &keys, Some(ctx.now))
                        .and_then(|_| in_time(ctx, |_| volcengine::Refusal::invalid_secret_token()))
                };
                let (outcome, explanation) = judge(checked, || {
                    let refusal = fault.and_then(|kind| target.refusal_of_fault(kind));
                    refusal.map_or_else(|| target.run(request, ctx, state), Err)
                });
                (target.reply(ctx.request_id, outcome), explanation)
            }
            Self::Tencent(target) => {
                let keys = known_keys(verify::tencent::KEYS, ctx);
                let checked = if target.is_unsigned(request) {
                    Ok(())
                } else {
                    verify::tencent::check(request, &keys, Some(ctx.now))
                        .and_then(|_| in_time(ctx, |_| tencent::Refusal::token_failure()))
                };
                let (outcome, explanation) = judge(checked, || {
                    let refusal = fault.and_then(|kind| target.refusal_of_fault(kind, request));
                    refusal.map_or_else(|| target.run(request, ctx, state), Err)
                });
                (tencent::Target::reply(ctx.request_id, outcome), explanation)
            }
            Self::Huawei(target) => {
                let keys = known_keys(verify::huawei::KEYS, ctx);
                let service = target.operation().map(|row| row.service);
                let checked = if target.is_unsigned(request) {
                    Ok(())
                } else if request.header("authorization").is_none() {
                    verify::huawei::check_token(request, ctx, target.project_id(), service)
                } else {
                    verify::huawei::check_and_count(request, &keys, ctx.now, state).and_then(|()| {
                        in_time(ctx, |end| huawei::Refusal::token_expired(end, service))
                    })
                };
                let (outcome, explanation) = judge(checked, || {
                    let refusal = fault
                        .zip(service)
                        .and_then(|(kind, service)| huawei::Refusal::of_fault(kind, service));
                    refusal.map_or_else(|| target.run(request, ctx, state), Err)
                });
                (huawei::Target::reply(ctx.request_id, outcome), explanation)
            }
            Self::Metadata(target) => {
                let reply = fault.and_then(metadata::refusal_of_fault);
                (reply.unwrap_or_else(|| target.run(request, ctx)), None)
            }
        }
    }
}

/// The fixed keys, and the one that was given out and that the request claims to be signed with.
fn known_keys<'k>(fixed: &[Key<'k>], ctx: &Context<'k>) -> Vec<Key<'k>> {
    let given = ctx.signer.map(Keys::as_key);
    fixed.iter().cloned().chain(given).collect()
}

/// Refuses what is signed, and rightly so, with a key whose time is over.
fn in_time<R>(
    ctx: &Context<'_>,
    refusal: impl FnOnce(DateTime<Utc>) -> R,
) -> Result<(), Denial<R>> {
    match ctx.signer {
        Some(keys) if keys.expires_at <= ctx.now => Err(Denial::new(
            Stage::Credential,
            "the session of this key is over",
            refusal(keys.expires_at),
        )),
        _ => Ok(()),
    }
}

/// Runs what was let in; tells why the rest was not.
fn judge<T, R>(
    checked: Result<(), Denial<R>>,
    run: impl FnOnce() -> Result<T, R>,
) -> (Result<T, R>, Option<String>) {
    match checked {
        Ok(()) => (run(), None),
        Err(denial) => {
            let explanation = denial.explanation();
            (Err(denial.refusal), Some(explanation))
        }
    }
}

/// Tells the clouds apart by the algorithm of the signature, then by what else only one of them has.
fn recognise(request: &Request) -> Cloud {
    let header = request.header("authorization").unwrap_or_default();
    let algorithm = header.split(' ').next().unwrap_or_default();
    if algorithm == verify::volcengine::ALGORITHM {
        Cloud::Volcengine
    } else if algorithm == verify::tencent::ALGORITHM {
        Cloud::Tencent
    } else if algorithm == verify::huawei::ALGORITHM || request.header("x-auth-token").is_some() {
        Cloud::Huawei
    } else if request.header("x-tc-action").is_some()
        || verify::tencent::carries_old_signature(request)
    {
        Cloud::Tencent
    } else if request.path == "/" && request.query_value("Action").is_some() {
        Cloud::Volcengine
    } else {
        Cloud::Huawei
    }
}
