//! Whatever stands in a `docs.yaml`, it is read or refused.
#![no_main]

use configcat_management_codegen::docs::Docs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Docs::read(text);
});
