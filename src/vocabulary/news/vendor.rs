//! What became known of the vendor's status page.

use serde::{Deserialize, Serialize};

use crate::model::vendor::VendorReport;
use crate::text::Text;

/// What became known of the vendor's own word on its cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VendorNews {
    /// A status page is asked, and has not answered yet.
    Asked,
    /// What it answered.
    Told(VendorReport),
    /// It could not be read, and why.
    Failed(Text),
}
