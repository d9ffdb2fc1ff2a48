//! What is wanted of key pairs and instances, and which wishes a product cannot grant.

use crate::cloud::tencent::product::Product;
use crate::error::Error;
use crate::model::{Binding, CloudId, Power, Status};

/// The direction of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// The key pairs are to be on the instances.
    Attach {
        /// And no others.
        replace: bool,
    },
    /// The key pairs are to be off the instances.
    Detach,
}

impl Goal {
    /// The action's name, as an instance shows it in `LatestOperation`.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Attach { .. } => "AssociateInstancesKeyPairs",
            Self::Detach => "DisassociateInstancesKeyPairs",
        }
    }

    /// The status of an item that is as it is to be.
    pub(super) fn status(self) -> Status {
        match self {
            Self::Attach { .. } => Status::Attached,
            Self::Detach => Status::Detached,
        }
    }

    /// What is about to be done, for people.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Attach { .. } => "attach key pairs to instances",
            Self::Detach => "detach key pairs from instances",
        }
    }
}

/// Refuses options that would do nothing, before anything is sent.
pub(super) fn check<P: Product>(binding: &Binding, goal: Goal) -> Result<(), Error> {
    let stops = matches!(binding.power, Power::StopSoftly | Power::StopHard);
    let complaint = if binding.key_pairs.is_empty() || binding.instances.is_empty() {
        "key pairs and instances are both needed"
    } else if binding.replace && goal == Goal::Detach {
        "nothing is replaced when key pairs are taken off"
    } else if binding.start_again && !stops {
        "only machines that are stopped first can be started again"
    } else if binding.reboot {
        "tencent needs no restart: the change takes effect at once"
    } else if binding.access.is_some() {
        "tencent needs neither password nor private key to change key pairs"
    } else if binding.disable_password {
        "tencent switches password login off by itself when a key pair is bound"
    } else if binding.port.is_some() {
        "tencent does not go through SSH, so no port is needed"
    } else {
        return P::check_binding(binding);
    };
    Err(Error::usage(complaint)
        .hint("Leave that option out, or see --help.")
        .cloud(CloudId::Tencent))
}
