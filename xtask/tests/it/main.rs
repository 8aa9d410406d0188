//! One module for each command and each promise about them.

mod add_source;
mod catalog;
mod check;
mod diff;
mod interrupted;
mod machines;
mod preview;
mod promise;
mod publish;
mod refresh;
mod refresh_repository;
mod support;
mod upload;
