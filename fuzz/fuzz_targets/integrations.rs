//! Whatever parameters an integration has, they are read and checked, and written back as they were.
#![no_main]

use std::collections::BTreeMap;

use configcat_management::integration::{self, IntegrationParameters, Map};
use configcat_management::types::IntegrationType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, BTreeMap<String, String>)| {
    let (kind, map) = input;
    let kinds = [
        "dataDog",
        "slack",
        "amplitude",
        "mixPanel",
        "segment",
        "pubNub",
        "novel",
    ];
    let kind = IntegrationType::from(kinds[usize::from(kind) % kinds.len()]);
    let map: Map = map
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    let checked = integration::check_map(&kind, &map).is_ok();
    let parameters = IntegrationParameters::read(kind.clone(), map.clone());
    assert_eq!(parameters.integration_type(), kind);
    let written = Map::from(parameters);
    if checked {
        assert_eq!(written, map);
    }
});
