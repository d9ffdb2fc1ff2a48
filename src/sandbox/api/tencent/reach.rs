//! How far a call on key pairs reaches: into its region, or into the whole account (spec tencent 2.8: undocumented).

use super::product::Product;
use super::state::Region;
use super::{Call, Quirk, Refusal};

impl Call<'_> {
    /// The regions whose pairs and instances count, for looking.
    pub(crate) fn reach(&self, product: Product) -> Result<Vec<&Region>, Refusal> {
        let own = self.region()?;
        Ok(if self.reaches_all(product) {
            self.state.tencent.regions.values().collect()
        } else {
            vec![own]
        })
    }

    /// The same, for changing.
    pub(crate) fn reach_mut(&mut self, product: Product) -> Result<Vec<&mut Region>, Refusal> {
        self.region()?; // an unknown region is no change
        Ok(if self.reaches_all(product) {
            self.state.tencent.regions.values_mut().collect()
        } else {
            vec![self.region_mut()?]
        })
    }

    fn reaches_all(&self, product: Product) -> bool {
        product == Product::Cvm && self.ctx.has(Quirk::TencentPairsOfAccount)
    }
}
