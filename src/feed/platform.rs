//! Keeping up with an organisation that is reached by the Platform API: topics over notification channels, and reads for
//! what no channel carries.

pub(super) mod callbacks;
pub(super) mod channels;
pub(super) mod estate;
