//! Carriers by their trunks, edges, and the provisioning of phones.

mod carriers;
mod phones;
mod recycle;
mod repairs;
