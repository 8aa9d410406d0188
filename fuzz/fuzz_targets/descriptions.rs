//! Whatever is handed to `refresh`, it is read or refused; and what was reduced and written once stays as it is.
#![no_main]

use configcat_management_codegen::facts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(description) = facts::read(text) else {
        return;
    };
    let once = facts::canonical(&facts::reduce(&description));
    let again = facts::read(&once).expect("what was reduced can be read");
    let twice = facts::canonical(&facts::reduce(&again));
    assert_eq!(once, twice);
});
