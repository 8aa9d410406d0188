//! Lists that were read, and what is found in them.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::likeness::did_you_mean;
use crate::types::{
    ConfigId, ConfigModel, EnvironmentModel, ProductId, ProductModel, SegmentListModel,
    SettingModel, TagModel,
};
use crate::{Error, Result};

/// One list for each place at each level.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) products: Level<String, ProductModel>,
    pub(super) configs: Level<ProductId, ConfigModel>,
    pub(super) environments: Level<ProductId, EnvironmentModel>,
    pub(super) segments: Level<ProductId, SegmentListModel>,
    pub(super) settings: Level<ConfigId, SettingModel>,
    pub(super) tags: Level<ProductId, TagModel>,
}

/// The lists of one level, and when they were read. Who reads one holds the lock, so that all who wait share it.
pub(super) struct Level<K, T>(Mutex<HashMap<K, Read<T>>>);

/// When a list was read, and what it held.
type Read<T> = (Instant, Arc<Vec<T>>);

impl<K, T> Default for Level<K, T> {
    fn default() -> Self {
        Level(Mutex::default())
    }
}

/// What is looked for, and where.
pub(super) struct Place<'a> {
    /// Such as "the product `Web shop`".
    pub(super) within: &'a str,
    pub(super) kind: &'a str,
    pub(super) word: &'a str,
    pub(super) keep: Option<Duration>,
}

impl<K: Eq + Hash, T: Named> Level<K, T> {
    /// The one that the word names. Reads the list if there is none, or none that is young enough and has it.
    pub(super) async fn find<F>(
        &self,
        key: K,
        place: Place<'_>,
        load: impl FnOnce() -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<Vec<T>>>,
    {
        let mut lists = self.0.lock().await;
        if let Some((read, list)) = lists.get(&key) {
            let is_young = place.keep.is_none_or(|keep| read.elapsed() < keep);
            if is_young && !fitting(list, place.word).is_empty() {
                return one(list, &place);
            }
        }
        let list = Arc::new(load().await?);
        lists.insert(key, (Instant::now(), Arc::clone(&list)));
        drop(lists);
        one(&list, &place)
    }
}

/// Whether two names are the same to the service.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn fitting<'a, T: Named>(list: &'a [T], word: &str) -> Vec<&'a T> {
    let fits = |entry: &&T| same(entry.label(), word) || entry.id().eq_ignore_ascii_case(word);
    let fitting: Vec<&T> = list.iter().filter(fits).collect();
    let exact = fitting.iter().filter(|entry| entry.label() == word);
    match exact.collect::<Vec<_>>().as_slice() {
        [only] => vec![**only],
        _ => fitting,
    }
}

fn one<T: Named>(list: &[T], place: &Place<'_>) -> Result<T> {
    let Place {
        within, kind, word, ..
    } = place;
    let problem = match fitting(list, word).as_slice() {
        [only] => return Ok((*only).clone()),
        [] => {
            let labels = || list.iter().map(Named::label);
            let question = did_you_mean(word, labels());
            let listed = list_of(labels());
            format!("{within} has no {kind} `{word}`; it has {listed}{question}")
        }
        several => format!(
            "{within} has {} that `{word}` fits, and one is needed: the {kind} {}; an id tells them apart",
            several.len(),
            list_of(several.iter().map(|entry| entry.with_id()))
        ),
    };
    Err(Error::other(problem))
}

/// As many as one reads.
fn list_of(words: impl Iterator<Item = impl Display>) -> String {
    const MOST: usize = 20;
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.len() {
        0 => "none".to_string(),
        all if all > MOST => format!("{} and {} more", words[..MOST].join(", "), all - MOST),
        _ => words.join(", "),
    }
}

/// What people name.
pub(super) trait Named: Clone {
    /// A name, or the key of a setting.
    fn label(&self) -> &str;
    fn id(&self) -> String;
    fn with_id(&self) -> String {
        format!("{} ({})", self.label(), self.id())
    }
}

macro_rules! named {
    ($($model:ident: $name:ident, $id:ident;)*) => {
        $(impl Named for $model {
            fn label(&self) -> &str {
                &self.$name
            }

            fn id(&self) -> String {
                self.$id.to_string()
            }
        })*
    };
}
named! {
    ConfigModel: name, config_id;
    EnvironmentModel: name, environment_id;
    SegmentListModel: name, segment_id;
    SettingModel: key, setting_id;
    TagModel: name, tag_id;
}

impl Named for ProductModel {
    fn label(&self) -> &str {
        &self.name
    }

    fn id(&self) -> String {
        self.product_id.to_string()
    }

    fn with_id(&self) -> String {
        format!(
            "{} of {} ({})",
            self.name, self.organization.name, self.product_id
        )
    }
}
