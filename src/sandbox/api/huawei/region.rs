//! Which region a request is for: no service of this vendor signs it, but most say it somewhere (spec huawei 4.4, 5).

use super::{Request, State, Target};

impl Target {
    /// The region that it is for: that of the project in the path, or else in `X-Project-Id`, or else of the host.
    pub(crate) fn region(&self, request: &Request, state: &State) -> Option<String> {
        let sent = request.header("x-project-id");
        match self.project_id().or(sent) {
            Some(id) => state.huawei.project(id).map(|row| row.region().to_owned()),
            None => region_of_host(request.header("host")?).map(str::to_owned),
        }
    }
}

/// The region in `SERVICE.REGION.myhuaweicloud.com`, and under the European name; services of the whole world have none.
fn region_of_host(host: &str) -> Option<&str> {
    let name = host.split(':').next()?;
    let name = name
        .strip_suffix(".myhuaweicloud.com")
        .or_else(|| name.strip_suffix(".myhuaweicloud.eu"))?;
    let (_, region) = name.split_once('.')?;
    (!region.contains('.')).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_tell_their_region() {
        for (host, expected) in [
            (
                "codehub-ext.cn-north-4.myhuaweicloud.com",
                Some("cn-north-4"),
            ),
            ("iam.eu-west-101.myhuaweicloud.eu:443", Some("eu-west-101")),
            ("iam.myhuaweicloud.com", None),
            ("a.b.cn-north-4.myhuaweicloud.com", None),
            ("127.0.0.1:7780", None),
            ("", None),
        ] {
            assert_eq!(region_of_host(host), expected, "{host}");
        }
    }
}
