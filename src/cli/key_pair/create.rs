//! `CLOUD key-pair create`. By default the pair is made on this machine and only its public half
//! leaves it; `--cloud-generated` lets the cloud make it. Either way the private key is in its file,
//! flushed, before success is reported, and no file is ever overwritten.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;

use super::kind::Kind;
use super::labels::Labels;
use crate::cli::Run;
use crate::cli::args::Changing;
use crate::cli::carry_out::Job;
use crate::cli::key::NewKeyType;
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{ChangeRequest, CloudId, Keeper, NewKeyPair, Outcome, ResultClass};
use crate::ops::change::{Extent, Report};
use crate::secret::Secret;
use crate::sshkey::file::{self, NewFile};
use crate::sshkey::{KeyFormat, PrivateKey, PublicKey};

/// The type that a cloud is documented to take. Volcengine and Tencent Cloud name RSA only.
fn usual_type(kind: Kind) -> NewKeyType {
    match kind.cloud {
        CloudId::Huawei => NewKeyType::Ed25519,
        CloudId::Volcengine | CloudId::Tencent => NewKeyType::Rsa3072,
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Create<L: Labels> {
    /// What the pair is to be called
    #[arg(value_name = "NAME")]
    name: String,

    /// The file for the private key, which must not exist yet; made with mode 0600
    #[arg(long, value_name = "FILE")]
    private_key_file: PathBuf,

    /// Make the pair on this machine and import its public half (the default)
    #[arg(long)]
    generate: bool,

    /// The type to make here: ed25519, rsa-3072, rsa-4096 (default: what the cloud is known to take)
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        hide_possible_values = true
    )]
    key_type: Option<NewKeyType>,

    /// Let the cloud make the pair: its private key then travels once, in the answer
    #[arg(long, conflicts_with_all = ["generate", "key_type"])]
    cloud_generated: bool,

    #[command(flatten)]
    labels: L,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl<L: Labels> Create<L> {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        if self.changing.plan.is_some() {
            return Err(Error::usage(
                "a pair that is made anew cannot be planned: a plan never holds a secret",
            )
            .code("PlanNeedsSecret")
            .hint("Make the key first with kpctl key generate, and plan the import of its public half."));
        }
        let mut pair = NewKeyPair {
            name: self.name.clone(),
            is_fresh: true,
            ..NewKeyPair::default()
        };
        self.labels.apply(&mut pair)?;
        let extent = Extent {
            verify: !self.no_verify,
            ..self.changing.extent()
        };
        let job = kind.job("create", &self.changing, extent, Vec::new(), false);
        self.refuse_existing_files()?;
        if self.cloud_generated {
            self.let_cloud_make(run, kind, &job, pair).await
        } else {
            self.make_here(run, kind, &job, pair).await
        }
    }

    /// The private key is in its file before its public half is sent anywhere. When the service
    /// certainly has no such pair then, the files go again: nothing trusts that key.
    async fn make_here(
        &self,
        run: &Run<'_>,
        kind: Kind,
        job: &Job<'_>,
        mut pair: NewKeyPair,
    ) -> Result<u8, Error> {
        let key_type = self.key_type.unwrap_or_else(|| usual_type(kind));
        let private = PrivateKey::generate(key_type.into(), &self.name)?;
        let public = private.public()?;
        // An RSA pair takes a while: whoever gives up meanwhile is left no empty file.
        let files = if self.changing.dry_run {
            None
        } else {
            let text = private.write(KeyFormat::OpenSsh, None)?;
            Some(Files::reserve(&self.private_key_file)?.fill(&text, &public)?)
        };
        pair.keeper = Some(Keeper::new(self.place(), |_| Ok(())));
        pair.public_key = Some(public);
        let files = RefCell::new(files);
        let settle = |report: &mut Report| {
            let files = files.take();
            if report.outcomes.iter().all(is_certainly_unknown) {
                discard(run, files);
            } else if let Some(files) = files
                && report.outcomes.iter().any(is_open)
            {
                let [private, public] = files.paths.map(|path| path.display().to_string());
                run.context.io.hint(&format!(
                    "{private} is kept: the cloud may know that key. Look, and import {public} if it does not."
                ));
            }
        };
        let result = job
            .one_then(run, kind.at(), &[None], request(kind, pair), &settle)
            .await;
        // What ended before anything was sent has settled nothing.
        discard(run, files.take());
        result
    }

    /// The file is made before the request, so that a place that cannot be written to costs nothing.
    async fn let_cloud_make(
        &self,
        run: &Run<'_>,
        kind: Kind,
        job: &Job<'_>,
        mut pair: NewKeyPair,
    ) -> Result<u8, Error> {
        let file = if self.changing.dry_run {
            None
        } else {
            Some(NewFile::private(&self.private_key_file)?)
        };
        let file = Rc::new(RefCell::new(file));
        let shared = Rc::clone(&file);
        pair.keeper = Some(Keeper::new(
            self.place(),
            move |private_key: &Secret| match shared.borrow_mut().take() {
                Some(file) => file.write_secret(private_key),
                None => Err(Error::new(
                    ErrorKind::Internal,
                    "a second private key came for one file",
                )),
            },
        ));
        job.one(run, kind.at(), &[None], request(kind, pair)).await
    }

    fn place(&self) -> String {
        self.private_key_file.display().to_string()
    }

    /// Early, and in a rehearsal, too; making the files decides.
    fn refuse_existing_files(&self) -> Result<(), Error> {
        file::must_be_new(&self.private_key_file)?;
        if self.cloud_generated {
            return Ok(());
        }
        file::must_be_new(&file::public_path(&self.private_key_file))
    }
}

fn request(kind: Kind, pair: NewKeyPair) -> ChangeRequest {
    ChangeRequest::AddKeyPairs {
        resource: kind.resource,
        pairs: vec![pair],
    }
}

/// Whether the cloud certainly does not know the key: it was refused, and no answer was lost on the
/// way, after which it might still turn up.
fn is_certainly_unknown(outcome: &Outcome) -> bool {
    let error = outcome.error.as_ref();
    outcome.status.class() == ResultClass::Failed
        && error.is_none_or(|error| error.fate == Fate::NotDone && !error.after_lost_answer)
}

/// Whether nobody has seen the key in the cloud, as far as this run goes.
fn is_open(outcome: &Outcome) -> bool {
    outcome.status.class() != ResultClass::Done
}

/// Removes the files of a key that nothing trusts.
fn discard(run: &Run<'_>, files: Option<Filled>) {
    let Some(files) = files else { return };
    run.context.io.say(&format!(
        "{} was not kept: the cloud does not know that key",
        files.paths[0].display()
    ));
    files.remove();
}

/// The two files of a pair that is made here, still empty.
struct Files {
    private: NewFile,
    public: NewFile,
}

/// The two files, with the keys in them.
struct Filled {
    paths: [PathBuf; 2],
}

impl Files {
    fn reserve(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            private: NewFile::private(path)?,
            public: NewFile::public(&file::public_path(path))?,
        })
    }

    fn fill(self, private_key: &Secret, public_key: &PublicKey) -> Result<Filled, Error> {
        let paths = [
            self.private.path().to_owned(),
            self.public.path().to_owned(),
        ];
        self.private.write_secret(private_key)?;
        let filled = Filled { paths };
        match self.public.write_public(public_key) {
            Ok(()) => Ok(filled),
            Err(error) => {
                filled.remove();
                Err(error)
            }
        }
    }
}

impl Filled {
    fn remove(self) {
        for path in self.paths {
            // Made by this very run, and trusted by nothing; what stays behind does no harm.
            let _ = std::fs::remove_file(path);
        }
    }
}
