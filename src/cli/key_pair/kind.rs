//! Where key pairs are: the one difference between clouds that every verb needs to know.

use std::path::Path;

use crate::cli::args::{Changing, Items};
use crate::cli::carry_out::{At, Job};
use crate::cli::read_out::Reading;
use crate::cloud::change::Risk;
use crate::model::{CloudId, Resource};
use crate::ops::change::Extent;

/// A kind of key pair of one cloud.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Kind {
    /// The cloud.
    pub(super) cloud: CloudId,
    /// The kind.
    pub(super) resource: Resource,
    /// The service that holds them, as endpoints are named.
    pub(super) service: &'static str,
}

/// Key pairs of Volcengine ECS.
pub(super) const VOLCENGINE: Kind = Kind {
    cloud: CloudId::Volcengine,
    resource: Resource::KeyPair,
    service: "ecs",
};
/// Key pairs of Tencent Cloud CVM.
pub(super) const CVM: Kind = Kind {
    cloud: CloudId::Tencent,
    resource: Resource::KeyPair,
    service: "cvm",
};
/// Key pairs of Tencent Cloud Lighthouse.
pub(super) const LIGHTHOUSE: Kind = Kind {
    cloud: CloudId::Tencent,
    resource: Resource::LighthouseKeyPair,
    service: "lighthouse",
};
/// Key pairs of Huawei Cloud KPS.
pub(super) const KPS: Kind = Kind {
    cloud: CloudId::Huawei,
    resource: Resource::KeyPair,
    service: "kps",
};

impl Kind {
    /// The command of a verb, without its arguments.
    pub(super) fn command(self, verb: &str) -> String {
        format!("{} {} {verb}", self.cloud, self.resource)
    }

    /// A read.
    pub(super) fn reading<'a>(self, verb: &str, offline: Option<&'a Path>) -> Reading<'a> {
        Reading {
            offline,
            command: self.command(verb),
            cloud: self.cloud,
            service: self.service,
        }
    }

    /// The service that makes changes.
    pub(super) fn at(self) -> At {
        (self.cloud, self.service)
    }

    /// A change.
    pub(super) fn job<'a>(
        self,
        verb: &str,
        changing: &'a Changing,
        extent: Extent,
        accepted: Vec<Risk>,
        from_input: bool,
    ) -> Job<'a> {
        Job {
            extent,
            accepted,
            from_input,
            ..Job::of(self.command(verb), changing)
        }
    }

    /// Ids of key pairs as they stand on the command line.
    pub(super) fn items(self, texts: &[String]) -> Items<'_> {
        Items {
            cloud: self.cloud,
            resource: self.resource,
            texts,
        }
    }

    /// Ids of instances as they stand on the command line.
    pub(super) fn instances(self, texts: &[String]) -> Items<'_> {
        Items {
            resource: Resource::Instance,
            ..self.items(texts)
        }
    }
}
