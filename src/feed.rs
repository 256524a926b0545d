//! Keeping up with the organisation: who there is, what a read says, what the streams say, and how well that works.

pub mod news;
