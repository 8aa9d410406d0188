// Uses everything that the garden has, as a program may: it must go on compiling as long as no rule says `breaking`.
// `CLIENT` becomes the module of the client that it is written against.
use configcat_management::CLIENT::{Client, OPERATIONS, operations, types};
use configcat_management::{Result, uuid::Uuid};

pub async fn calls(client: &Client, id: Uuid) -> Result<()> {
    let list: operations::ListBeds = client.list_beds();
    let beds: Vec<types::Bed> = list.size(5).soil(types::Soil::Clay).x_trace("me").send().await?.into_inner();
    let new = types::NewBed::new("roses", vec!["rose".to_owned()]).with_note("red").with_soil(types::Soil::Sand).with_width(3);
    let new = new.with_wish(types::Wish::new().with_text("rain")).with_wish(types::Wish::default());
    let made: types::Bed = client.add_bed(new).send().await?.into_inner();
    let found: types::Bed = client.get_bed(id, 2026).send().await?.into_inner();
    let moved: types::Bed = client.move_bed(id, types::Place::new(1).with_column(2)).send().await?.into_inner();
    let () = client.remove_bed(id).send().await?.into_inner();
    for bed in beds.into_iter().chain([made, found, moved]) {
        fields(bed);
    }
    println!("{}", OPERATIONS.len());
    Ok(())
}

fn fields(bed: types::Bed) {
    let types::Bed { id, soil, place, note, plants, prices, width, light, label, .. } = bed;
    let _: Uuid = id;
    let _: &str = match &soil {
        types::Soil::Clay => "clay",
        types::Soil::Sand => "sand",
        other => other.as_str(),
    };
    let types::Place { row, column, .. } = place;
    let _: (i32, Option<i32>) = (row, column);
    let _: (Option<String>, Vec<String>, Option<i32>) = (note, plants, width);
    let _: std::collections::BTreeMap<String, i32> = prices;
    let _: bool = light == Some(types::BedLight::Sun) || light == Some(types::BedLight::Shade);
    match label {
        Some(types::Label::String(text)) => println!("{text}"),
        Some(types::Label::Boolean(yes)) => println!("{yes}"),
        None => {}
    }
}

pub fn weather(weather: types::Weather) -> Option<bool> {
    weather.sunny
}
