//! The passes, the reports and the diff, in one program.

mod diff;
mod facts;
mod passes;
mod reports;
