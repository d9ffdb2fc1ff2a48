//! Enabling and disabling encryption keys, and scheduling their deletion (spec huawei 6). A look
//! before decides what need not or cannot be sent; the service's own refusals decide the rest.

mod verdict;

use std::time::Duration;

use verdict::{Judgement, compare, goal, judge, settle};

use super::keys::KeyDetails;
use super::state::{self, LOOKS, seen};
use super::{DeleteKey, DisableKey, EnableKey, KeyAnswer, KeyState};
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::{Answer, Preview};
use crate::cloud::huawei::session::Session;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{CloudId, KeyStateChange, Outcome, Resource, Status};
use crate::time::of_milliseconds;

/// The waiting time that the service takes, in days.
const DAYS: std::ops::RangeInclusive<u32> = 7..=1096;
const DAY: i64 = 86_400_000;

/// Changes the state of keys in one project.
pub(in crate::cloud::huawei) struct StateChange<'a> {
    session: &'a Session,
    ids: Vec<String>,
    wanted: KeyStateChange,
}

impl<'a> StateChange<'a> {
    pub(in crate::cloud::huawei) fn new(
        session: &'a Session,
        ids: Vec<String>,
        wanted: KeyStateChange,
    ) -> Result<Self, Error> {
        state::check_ids(&ids)?;
        if let KeyStateChange::ScheduleDeletion { days } = wanted
            && !DAYS.contains(&days)
        {
            return Err(Error::usage(format!(
                "a key cannot be deleted after {days} days: the waiting time is 7 to 1096 days"
            ))
            .cloud(CloudId::Huawei));
        }
        Ok(Self {
            session,
            ids,
            wanted,
        })
    }

    async fn call(&self, item: usize) -> Result<Answer<KeyAnswer>, Error> {
        let key_id = self.ids[item].clone();
        match self.wanted {
            KeyStateChange::Enable => self.session.call(&EnableKey { key_id }).await,
            KeyStateChange::Disable => self.session.call(&DisableKey { key_id }).await,
            KeyStateChange::ScheduleDeletion { days } => {
                let pending_days = days.to_string();
                let request = DeleteKey {
                    key_id,
                    pending_days,
                };
                self.session.call(&request).await
            }
        }
    }

    async fn rehearse(&self, item: usize) -> Result<Preview, Error> {
        let key_id = self.ids[item].clone();
        match self.wanted {
            KeyStateChange::Enable => self.session.preview(&EnableKey { key_id }).await,
            KeyStateChange::Disable => self.session.preview(&DisableKey { key_id }).await,
            KeyStateChange::ScheduleDeletion { days } => {
                let pending_days = days.to_string();
                let request = DeleteKey {
                    key_id,
                    pending_days,
                };
                self.session.preview(&request).await
            }
        }
    }

    /// Decides one key by a look, and says what the user should know of it.
    async fn survey_one(&self, id: &str, survey: &mut Survey) -> Result<Outcome, Error> {
        let scope = &self.session.client.scope;
        let mut outcome = Outcome::draft(scope.address(Resource::KmsKey, id), None);
        let (state, key) = match state::look(self.session, id).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => {
                outcome.fail(Status::NotFound, error);
                outcome.verified = true;
                return Ok(outcome);
            }
            Err(error) if error.kind == ErrorKind::Permission => {
                survey.warnings.push(format!(
                    "the state of {id} cannot be seen (kms:cmk:get); sent all the same: {error}"
                ));
                return Ok(outcome);
            }
            Err(error) => return Err(error),
        };
        outcome.before = Some(seen(&state));
        outcome.name = key.alias().map(str::to_owned);
        match judge(self.wanted, &state, &key, &outcome.address) {
            Judgement::Send => {
                if let Some(alias) = key.alias() {
                    survey.notes.push(format!("{id} is {alias}, {state}"));
                }
            }
            Judgement::Unchanged => {
                outcome.after = Some(seen(&state));
                outcome.seen(Status::Unchanged);
                if let KeyStateChange::ScheduleDeletion { .. } = self.wanted {
                    let date = shown(&key);
                    survey.warnings.push(format!(
                        "{id} is scheduled for deletion already; it is destroyed {date}, as before"
                    ));
                }
            }
            Judgement::Refused(error) => {
                outcome.fail(Status::Refused, error);
                outcome.verified = true;
            }
        }
        Ok(outcome)
    }

    /// What becomes of data, for the consent question.
    fn consequence(&self) -> Option<String> {
        match self.wanted {
            KeyStateChange::Enable => None,
            KeyStateChange::Disable => Some(
                "what is encrypted with a disabled key cannot be decrypted until it is enabled again"
                    .to_owned(),
            ),
            KeyStateChange::ScheduleDeletion { days } => {
                let now = self.session.client.courier().clock.now().timestamp_millis();
                let date = of_milliseconds(now + i64::from(days) * DAY).unwrap_or_default();
                Some(format!(
                    "after {days} days, about {date}, the key is destroyed, and everything that is \
                     encrypted with it is lost for good; until then it cannot be used, and \
                     cancel-deletion calls it off"
                ))
            }
        }
    }

    /// Looks until the key is what was asked for, a few times.
    async fn look_again(&self, item: usize) -> Result<(KeyState, KeyDetails), Error> {
        let mut found = state::look(self.session, &self.ids[item]).await?;
        for look in 1..LOOKS {
            let wait = Duration::from_secs(u64::from(look));
            let is_there = found.0 == goal(self.wanted).0;
            if is_there || !self.session.client.courier().pause(wait).await {
                break;
            }
            found = state::look(self.session, &self.ids[item]).await?;
        }
        Ok(found)
    }
}

/// When a key is destroyed, for people.
fn shown(key: &KeyDetails) -> String {
    match key.deletion_at().and_then(of_milliseconds) {
        Some(date) => format!("on {date}"),
        None => "on a date that is not told".to_owned(),
    }
}

impl Change for StateChange<'_> {
    fn purpose(&self) -> String {
        match self.wanted {
            KeyStateChange::Enable => "enable KMS keys".to_owned(),
            KeyStateChange::Disable => "disable KMS keys".to_owned(),
            KeyStateChange::ScheduleDeletion { days } => {
                format!("schedule the deletion of KMS keys in {days} days")
            }
        }
    }

    fn asks(&self) -> bool {
        self.wanted != KeyStateChange::Enable
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            self.session.find_project().await?;
            let mut survey = Survey::default();
            for id in &self.ids {
                let outcome = self.survey_one(id, &mut survey).await?;
                survey.outcomes.push(outcome);
            }
            survey.notes.extend(self.consequence());
            Ok(survey)
        })
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async move {
            let mut previews = Vec::new();
            for &item in batch {
                previews.push(self.rehearse(item).await?);
            }
            Ok(previews)
        })
    }

    /// A lost answer is left to [`Self::prove`], which looks more than once.
    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for &item in batch {
                let outcome = &mut outcomes[item];
                outcome.error = None;
                let error = match self.call(item).await {
                    Ok(answer) => {
                        outcome.status = goal(self.wanted).1;
                        outcome.request_id = answer.request_id;
                        outcome.after = answer.value.state().as_ref().map(seen);
                        continue;
                    }
                    Err(error) => error,
                };
                // Nothing to do, or not from this state: somebody else was quicker.
                let is_late = error.code.as_deref() == Some(goal(self.wanted).2);
                if !is_late || error.fate == Fate::Unknown {
                    return Err(error);
                }
                match state::look(self.session, &self.ids[item]).await {
                    Ok((state, _)) => settle(outcome, error, &state, self.wanted),
                    Err(_) => return Err(error),
                }
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let mut warnings = Vec::new();
            let mut unread = Vec::new();
            for &item in sent {
                let outcome = &mut outcomes[item];
                let (state, key) = match self.look_again(item).await {
                    Ok(found) => found,
                    Err(error) => {
                        unread.push((item, error));
                        continue;
                    }
                };
                compare(outcome, &state, self.wanted);
                if outcome.status == Status::Scheduled {
                    let (id, date) = (&self.ids[item], shown(&key));
                    let region = &self.session.client.scope.region;
                    warnings.push(format!(
                        "{id} is destroyed {date}, unless that is called off: \
                         kpctl huawei kms-key cancel-deletion {id} -r {region}"
                    ));
                }
            }
            warnings.extend(state::report_unread(unread, sent, outcomes)?);
            Ok(warnings)
        })
    }
}

#[cfg(test)]
mod tests;
