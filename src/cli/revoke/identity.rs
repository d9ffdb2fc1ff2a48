//! What a revocation rests on, looked at once more after the question.

use futures_util::future::join_all;

use crate::cli::carry_out::Part;
use crate::error::Error;
use crate::http::BoxFuture;
use crate::ops::change::Recheck;
use crate::ops::find::Sought;
use crate::ops::identity;

/// What a revocation rests on: that all it takes away is that key.
pub(super) struct Identity<'a> {
    pub(super) steps: &'a [Vec<Part>],
    pub(super) sought: &'a Sought,
}

impl Recheck for Identity<'_> {
    fn look(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            let parts = self.steps.iter().flatten();
            let looks = parts
                .map(|part| identity::check(part.provider.as_ref(), self.sought, &part.request));
            join_all(looks).await.into_iter().collect()
        })
    }
}
