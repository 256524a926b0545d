//! The words that the rooms share: what a person asks for, what the feeds tell, what has gone wrong, what is said to the
//! operator, and what a cell is for. Plain data at the bottom of the house, so that no room needs the loop to name them.

pub mod action;
pub mod chart;
pub mod command;
pub mod messages;
pub mod news;
pub mod problem;
pub mod role;
