//! `config explain`.

use clap::Args;
use serde_json::Value;

use crate::auth::{Login, Profiles, Step};
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::reads;
use crate::config::{env, paths};
use crate::error::Error;
use crate::model::CloudId;
use crate::output::{Item, ListDocument};

// Of which clouds.
#[derive(Args, Debug)]
pub(in crate::cli) struct Explain {
    /// volcengine, tencent, huawei (default: all of them)
    #[arg(value_name = "CLOUD")]
    clouds: Vec<CloudId>,
}

/// A setting: its value, and who said so.
struct Row {
    cloud: Option<CloudId>,
    setting: String,
    value: Option<String>,
    source: String,
}

impl Row {
    fn item(&self) -> Item {
        let cloud = self.cloud.map(CloudId::name);
        let value = self.value.clone();
        Item {
            columns: vec![
                ("CLOUD", cloud.unwrap_or_default().to_owned()),
                ("SETTING", self.setting.clone()),
                ("VALUE", value.clone().unwrap_or_default()),
                ("SOURCE", self.source.clone()),
            ],
            ..Item::local(vec![
                ("cloud", cloud.map_or(Value::Null, Value::from)),
                ("setting", self.setting.clone().into()),
                ("value", value.map_or(Value::Null, Value::from)),
                ("source", self.source.clone().into()),
            ])
        }
    }
}

impl Explain {
    /// Nothing is sent. A setting that is broken is shown with its error, because finding it is what
    /// this is for.
    pub(in crate::cli) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut rows = general(run, &site);
        let mut code = 0;
        for cloud in CloudId::ALL {
            if self.clouds.is_empty() || self.clouds.contains(&cloud) {
                let result = of_cloud(run, &site, cloud, &mut rows);
                if let Err(error) = result {
                    code = error.exit_code();
                    rows.push(Row {
                        cloud: Some(cloud),
                        setting: "error".to_owned(),
                        value: Some(error.to_string()),
                        source: error.hints.join(" "),
                    });
                }
            }
        }
        let document = ListDocument {
            kind: "List",
            command: "config explain",
            items: rows.iter().map(Row::item).collect(),
            warnings: &[],
            endpoint: None,
            sandbox: site.is_sandbox(),
            is_single: false,
            reach: None,
        };
        output.list(&document, &run.context.io)?;
        Ok(code)
    }
}

fn general(run: &Run<'_>, site: &Site<'_>) -> Vec<Row> {
    let variables = &run.context.env;
    let by = |variable: &str| match variables.filled(variable) {
        Some(_) => variable.to_owned(),
        None => "default".to_owned(),
    };
    let folder = |setting: &str, folder: Result<std::path::PathBuf, Error>, variable: &str| Row {
        cloud: None,
        setting: setting.to_owned(),
        value: folder.ok().map(|folder| folder.display().to_string()),
        source: by(variable),
    };
    let mut rows = vec![
        folder("config-file", paths::config(variables), env::CONFIG),
        folder("state-folder", paths::state(variables), env::STATE_DIR),
        folder("cache-folder", paths::cache(variables), env::CACHE_DIR),
    ];
    if let Some((name, by)) = site.named_profile() {
        rows.push(Row {
            cloud: None,
            setting: "profile".to_owned(),
            value: Some(name.to_owned()),
            source: by.to_owned(),
        });
    }
    rows
}

fn of_cloud(
    run: &Run<'_>,
    site: &Site<'_>,
    cloud: CloudId,
    rows: &mut Vec<Row>,
) -> Result<(), Error> {
    let mut add = |setting: &str, value: Option<String>, source: &str| {
        rows.push(Row {
            cloud: Some(cloud),
            setting: setting.to_owned(),
            value,
            source: source.to_owned(),
        });
    };
    let is_named = site.named_profile().is_some();
    if !is_named && !site.is_sandbox() {
        for (name, step) in site.trail(cloud) {
            let came = match step {
                Step::Absent => "has none".to_owned(),
                Step::Used => "used".to_owned(),
                Step::NotAsked => "not looked at".to_owned(),
                Step::Broken(error) => format!("broken: {error}"),
            };
            add("source", Some(came), &name);
        }
    }
    let login = match site.login_of(cloud, None) {
        Ok(login) => login,
        Err(error) if error.code.as_deref() == Some("NoCredentials") => {
            add("credentials", None, "no source has any");
            return Ok(());
        }
        // Another cloud's profile says nothing about this one.
        Err(error) if is_named && error.kind == crate::error::ErrorKind::Usage => {
            add("credentials", None, &error.to_string());
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    add("profile", Some(login.profile.clone()), &login.source);
    let region = site.region(cloud, &login).ok();
    let by = if run.global.region.is_some() {
        "-r"
    } else {
        &login.source
    };
    add("region", region.clone(), by);
    if cloud == CloudId::Huawei {
        let by = match login.project_id {
            Some(_) => login.source.as_str(),
            None => "looked up in IAM by the region's name",
        };
        add("project-id", login.project_id.clone(), by);
    }
    expectations(run, cloud, &login, &mut add);
    let Some(region) = region else {
        return Ok(());
    };
    let mut services: Vec<_> = reads(cloud).iter().map(|(service, _)| *service).collect();
    services.dedup();
    for service in services {
        let setting = format!("endpoint-{service}");
        match site.endpoint(cloud, service, &login, &region) {
            Ok((endpoint, by)) => add(
                &setting,
                Some(endpoint.to_string()),
                by.as_deref().unwrap_or("the vendor's table"),
            ),
            Err(error) => add(&setting, None, &error.to_string()),
        }
    }
    if !site.is_sandbox() {
        let rules = site.config()?.protect.len();
        add("protect-rules", Some(rules.to_string()), "the config file");
    }
    Ok(())
}

fn expectations(
    run: &Run<'_>,
    cloud: CloudId,
    login: &Login,
    add: &mut dyn FnMut(&str, Option<String>, &str),
) {
    let variable = format!("{}_{}", env::EXPECT_ACCOUNT, cloud.name().to_uppercase());
    if let Some(account) = run.context.env.get(&variable) {
        add("expect-account", Some(account.to_owned()), &variable);
    }
    if let Some(account) = &login.expect_account {
        add("expect-account", Some(account.clone()), &login.source);
    }
}
