//! Where the organisations of Genesys Cloud live: an API host and a login host for each region (Platform API).

use std::fmt;

/// One region: organisations belong to exactly one, and its hosts know no other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The AWS region, by which people know it: `eu-central-1`.
    pub aws: &'static str,
    /// The domain that its hosts are under: `mypurecloud.de`.
    pub domain: &'static str,
}

impl Region {
    /// Every region.
    pub const ALL: [Self; 18] = [
        region("us-east-1", "mypurecloud.com"),
        region("us-east-2", "use2.us-gov-pure.cloud"),
        region("us-west-2", "usw2.pure.cloud"),
        region("ca-central-1", "cac1.pure.cloud"),
        region("mx-central-1", "mxc1.pure.cloud"),
        region("sa-east-1", "sae1.pure.cloud"),
        region("eu-west-1", "mypurecloud.ie"),
        region("eu-west-2", "euw2.pure.cloud"),
        region("eu-central-1", "mypurecloud.de"),
        region("eu-central-2", "euc2.pure.cloud"),
        region("eusc-de-east-1", "edee1.eusc-pure.cloud"),
        region("me-central-1", "mec1.pure.cloud"),
        region("ap-south-1", "aps1.pure.cloud"),
        region("ap-southeast-1", "apse1.pure.cloud"),
        region("ap-southeast-2", "mypurecloud.com.au"),
        region("ap-northeast-1", "mypurecloud.jp"),
        region("ap-northeast-2", "apne2.pure.cloud"),
        region("ap-northeast-3", "apne3.pure.cloud"),
    ];

    /// The region of that name, or of that domain: both are in use.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|region| region.aws == word || region.domain == word)
    }

    /// Where its API is.
    #[must_use]
    pub fn api(self) -> String {
        format!("https://api.{}/", self.domain)
    }

    /// A page of its web application, by what follows `https://apps.DOMAIN/directory/#/`.
    #[must_use]
    pub fn page(self, page: &str) -> String {
        format!("https://apps.{}/directory/#/{page}", self.domain)
    }

    /// Where its tokens come from.
    #[must_use]
    pub fn login(self) -> String {
        format!("https://login.{}/", self.domain)
    }

    /// The region whose API is at this host.
    #[must_use]
    pub fn of_api_host(host: &str) -> Option<Self> {
        let domain = host.strip_prefix("api.")?;
        let mut all = Self::ALL.into_iter();
        all.find(|region| region.domain == domain)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.aws)
    }
}

const fn region(aws: &'static str, domain: &'static str) -> Region {
    Region { aws, domain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_known_by_its_name_and_by_its_domain() {
        for region in Region::ALL {
            assert_eq!(Region::named(region.aws), Some(region));
            assert_eq!(Region::named(region.domain), Some(region));
            let host = format!("api.{}", region.domain);
            assert_eq!(Region::of_api_host(&host), Some(region));
        }
        assert_eq!(Region::named("mypurecloud"), None);
        assert_eq!(Region::of_api_host("login.mypurecloud.de"), None);
    }

    #[test]
    fn hosts_are_those_that_are_published() {
        let region = Region::named("eusc-de-east-1").unwrap();
        assert_eq!(region.api(), "https://api.edee1.eusc-pure.cloud/");
        assert_eq!(region.login(), "https://login.edee1.eusc-pure.cloud/");
    }
}
