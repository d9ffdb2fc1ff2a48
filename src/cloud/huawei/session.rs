//! A client for services that live in a project: the project's id is kept on disk between
//! commands, because looking it up costs a call and a permission (spec huawei 4.4).

use std::cell::Cell;
use std::path::PathBuf;

use super::errors::is_wrong_project;
use super::iam;
use super::project_cache::ProjectCache;
use super::wire::HuaweiWire;
use crate::cloud::client::{Answer, Client, Preview, Wire as _};
use crate::cloud::operation::Callable;
use crate::cloud::pages::{self, Paged};
use crate::cloud::seen::Seen;
use crate::error::Error;
use crate::model::{Listing, Record};

/// One account in one region, and the project there.
#[derive(Debug)]
pub(super) struct Session {
    /// For services without a project.
    pub(super) client: Client<HuaweiWire>,
    cache_folder: Option<PathBuf>,
    /// Whether the project in use was read from the cache.
    from_cache: Cell<bool>,
}

impl Session {
    pub(super) fn new(client: Client<HuaweiWire>, cache_folder: Option<PathBuf>) -> Self {
        Self {
            client,
            cache_folder,
            from_cache: Cell::new(false),
        }
    }

    /// Calls an operation of a service that lives in a project.
    pub(super) async fn call<O>(&self, operation: &O) -> Result<Answer<O::Response>, Error>
    where
        O: Callable<Cloud = HuaweiWire>,
    {
        self.find_project().await?;
        self.client
            .call(operation)
            .await
            .map_err(|error| self.doubt_project(error))
    }

    /// Reads all pages of a list in a project.
    pub(super) async fn all<O>(&self, operation: O) -> Result<Vec<O::Item>, Error>
    where
        O: Paged<Cloud = HuaweiWire>,
    {
        self.find_project().await?;
        pages::all(&self.client, operation)
            .await
            .map_err(|error| self.doubt_project(error))
    }

    /// Reads all pages of a list in a project and hands them out one by one.
    pub(super) async fn each<O>(
        &self,
        operation: O,
        is_new: impl Fn(&O::Item, &mut Seen) -> bool,
        take: impl FnMut(Vec<O::Item>) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        O: Paged<Cloud = HuaweiWire>,
    {
        self.find_project().await?;
        pages::each(&self.client, operation, is_new, take)
            .await
            .map_err(|error| self.doubt_project(error))
    }

    /// What [`Self::call`] would send.
    pub(super) async fn preview<O>(&self, operation: &O) -> Result<Preview, Error>
    where
        O: Callable<Cloud = HuaweiWire>,
    {
        self.find_project().await?;
        self.client.preview(operation).await
    }

    /// Makes the project known to the client: as given, as kept on disk, or as IAM says.
    pub(super) async fn find_project(&self) -> Result<(), Error> {
        if iam::given(&self.client)?.is_some() || self.client.project().get().is_some() {
            return Ok(());
        }
        let cache = self.cache()?;
        if let Some(id) = cache.as_ref().and_then(ProjectCache::read) {
            self.from_cache.set(self.client.project().set(id).is_ok());
            return Ok(());
        }
        let id = iam::wanted(&self.client).await?;
        if let Some(cache) = cache {
            cache.write(Some(id));
        }
        Ok(())
    }

    /// A list of things in the project. Where nothing says which region a given project belongs to,
    /// it is used in all of them, and an empty list may only mean that it is another one's.
    pub(super) fn listing(&self, records: Vec<Record>) -> Listing {
        let mut listing = Listing::from(records);
        let login = &self.client.login;
        if let (true, Some(id), None) =
            (listing.records.is_empty(), &login.project_id, &login.region)
        {
            let region = &self.client.scope.region;
            listing.warnings.push(format!(
                "project {id} was taken for one of {region}: if it belongs to another region, say so in HW_REGION_NAME or in the profile"
            ));
        }
        listing
    }

    /// Projects are deleted and made anew under their name: one that the service does not take is
    /// not kept.
    pub(super) fn doubt_project(&self, error: Error) -> Error {
        if !self.from_cache.get() || !is_wrong_project(&error) {
            return error;
        }
        if let Ok(Some(cache)) = self.cache() {
            cache.write(None);
        }
        error.hint("The project id was one that kpctl had kept, and is forgotten now: run the same command again.")
    }

    /// Keeps the ids of the projects of regions, as [`Self::find_project`] would in each of them.
    pub(super) fn keep(&self, projects: &[(&str, &str)]) {
        let (Some(folder), Some(identity)) = (&self.cache_folder, self.client.keys.identity())
        else {
            return;
        };
        let entry = |(region, id): &(&str, &str)| {
            let host = self.iam_in(region).ok()?;
            let cache = ProjectCache::new(folder, identity, &host, region);
            Some((cache, (*id).to_owned()))
        };
        ProjectCache::write_all(&projects.iter().filter_map(entry).collect::<Vec<_>>());
    }

    /// The host that a session in another region would ask for its project. Where the endpoint is not the
    /// vendor's, what names this region in it names the other one there; a wrong guess is looked up again.
    fn iam_in(&self, region: &str) -> Result<String, Error> {
        let own = &self.client.scope.region;
        let host = self.client.endpoint("iam")?;
        if host.authority() == HuaweiWire::endpoint("iam", own)?.authority() {
            return Ok(HuaweiWire::endpoint("iam", region)?.authority().to_owned());
        }
        Ok(host.authority().replace(own, region))
    }

    /// A token is not cached for: it has no name to keep its project under. Nor is what may lead to
    /// another account the next time.
    fn cache(&self) -> Result<Option<ProjectCache>, Error> {
        let (Some(folder), Some(id)) = (&self.cache_folder, self.client.keys.identity()) else {
            return Ok(None);
        };
        let host = self.client.endpoint("iam")?;
        Ok(Some(ProjectCache::new(
            folder,
            id,
            host.authority(),
            &self.client.scope.region,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Script, session};
    use crate::cloud::huawei::kms::ListKeyDetail;
    use crate::error::ErrorKind;

    const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    const FOUND: &str = r#"{"projects":[{"id":"p1","name":"cn-north-4"}]}"#;
    const KEY_ANSWER: &str = r#"{"key_info":{"key_state":"3"}}"#;

    fn describe() -> ListKeyDetail {
        ListKeyDetail {
            key_id: KEY.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_project_is_looked_up_once_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = Script::new(&[(200, FOUND), (200, KEY_ANSWER), (200, KEY_ANSWER)]);
        let first = session(&script, None, Some(folder.path()));
        first.call(&describe()).await.expect("an answer");
        first.call(&describe()).await.expect("an answer");
        assert_eq!(
            script.lines(),
            [
                "GET /v3/projects?name=cn-north-4",
                "POST /v1.0/p1/kms/describe-key",
                "POST /v1.0/p1/kms/describe-key"
            ]
        );
        let script = Script::new(&[(200, KEY_ANSWER)]);
        session(&script, None, Some(folder.path()))
            .call(&describe())
            .await
            .expect("an answer");
        assert_eq!(script.lines(), ["POST /v1.0/p1/kms/describe-key"]);
    }

    #[tokio::test]
    async fn a_kept_project_that_is_refused_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let refusal = r#"{"error":{"error_code":"KMS.0321","error_msg":"m"}}"#;
        let script = Script::new(&[(200, FOUND), (200, KEY_ANSWER)]);
        session(&script, None, Some(folder.path()))
            .call(&describe())
            .await
            .expect("an answer");

        let script = Script::new(&[(403, refusal)]);
        let error = session(&script, None, Some(folder.path()))
            .call(&describe())
            .await;
        let error = error.expect_err("refused");
        assert!(
            error
                .hints
                .iter()
                .any(|hint| hint.contains("run the same command again"))
        );

        let script = Script::new(&[(200, FOUND), (200, KEY_ANSWER)]);
        session(&script, None, Some(folder.path()))
            .call(&describe())
            .await
            .expect("an answer");
        assert_eq!(script.lines().len(), 2, "looked up anew");
    }

    #[tokio::test]
    async fn a_given_project_is_used_as_it_is_or_refused() {
        let script = Script::new(&[(200, KEY_ANSWER)]);
        session(&script, Some("given"), None)
            .call(&describe())
            .await
            .expect("an answer");
        assert_eq!(script.lines(), ["POST /v1.0/given/kms/describe-key"]);

        for wrong in ["", "{project_id}", "%7Bproject_id%7D", ".."] {
            let script = Script::new(&[]);
            let error = session(&script, Some(wrong), None).call(&describe()).await;
            assert_eq!(error.expect_err(wrong).exit_code(), 2);
            assert!(script.lines().is_empty(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_denied_look_up_keeps_the_services_words_and_names_the_way_out() {
        let denied = r#"{"error_msg":"You are not authorized.","error_code":"IAM.0002"}"#;
        let script = Script::new(&[(403, denied)]);
        let error = session(&script, None, None)
            .call(&describe())
            .await
            .expect_err("denied");
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (ErrorKind::Permission, Some("IAM.0002"))
        );
        assert!(
            error
                .hints
                .iter()
                .any(|hint| hint.contains("HUAWEICLOUD_SDK_PROJECT_ID"))
        );
    }
}
