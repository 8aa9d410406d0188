//! Lists that were read, and what is found in them.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use tokio::time::Instant;

use super::Product;
use super::answer::Answer;
use crate::edit::Turns;
use crate::likeness::did_you_mean;
use crate::types::{
    ConfigModel, EnvironmentModel, ProductModel, SegmentListModel, SettingModel, TagModel,
};
use crate::{Error, Operation, ResponseValue, Result};

/// What was read, for each level.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) products: Level<ProductModel>,
    pub(super) configs: Level<ConfigModel>,
    pub(super) environments: Level<EnvironmentModel>,
    pub(super) segments: Level<SegmentListModel>,
    pub(super) settings: Level<SettingModel>,
    pub(super) tags: Level<TagModel>,
    /// Those that read a list.
    turns: Turns,
}

impl Lists {
    /// Has all lists but that of products read again.
    pub(super) fn forget(&self) {
        self.configs.clear();
        self.environments.clear();
        self.segments.clear();
        self.settings.clear();
        self.tags.clear();
    }

    /// The same answer. After a 404, all lists are read again: something has gone, and may have come again with another id.
    pub(super) fn forget_after_404<T>(&self, answer: Result<T>) -> Result<T> {
        if let Err(error) = &answer
            && error.status() == Some(StatusCode::NOT_FOUND)
        {
            self.products.clear();
            self.forget();
        }
        answer
    }
}

/// The lists of one kind.
#[derive(Debug)]
pub(super) struct Level<T>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    /// By the id of what has the list: when it was read, and what it held.
    lists: HashMap<String, (Instant, Vec<T>)>,
    /// By the same id, how many calls for it have failed since the last one that did not.
    failures: HashMap<String, u32>,
    /// How often all were forgotten.
    forgotten: u64,
}

impl<T> Default for Level<T> {
    fn default() -> Self {
        Level(Mutex::new(Kept {
            lists: HashMap::new(),
            failures: HashMap::new(),
            forgotten: 0,
        }))
    }
}

impl<T> Kept<T> {
    fn failures(&self, owner: &str) -> u32 {
        self.failures.get(owner).copied().unwrap_or_default()
    }
}

impl<T> Level<T> {
    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        let mut kept = self.lock();
        kept.lists.clear();
        kept.failures.clear();
        kept.forgotten += 1;
    }
}

impl Product {
    /// The one that the word names in the list of an owner. Makes the call if no list is there, or none that is young enough and
    /// has it. Who needs the list meanwhile waits for that call, and makes another one if it fails.
    pub(super) async fn find<T: Resource>(
        &self,
        lists: &Level<T>,
        operation: &'static Operation,
        (owner, place): (String, String),
        word: &str,
        call: impl Future<Output = Result<ResponseValue<Vec<T>>>>,
    ) -> Result<T> {
        let known = || {
            let kept = lists.lock();
            let (read, list) = kept.lists.get(&owner)?;
            let is_young = self.keep.is_none_or(|keep| read.elapsed() < keep);
            (is_young && !candidates(list, word).is_empty()).then(|| one(list, &place, word))
        };
        if let Some(found) = known() {
            return found;
        }
        let failures = lists.lock().failures(&owner);
        let key = format!("{} {owner}", T::KIND);
        let turns = &self.lists.turns;
        let turn = self.client.take_turn(turns, operation, key).await?;
        if let Some(found) = known() {
            return found;
        }
        // Those that have waited for two calls that failed do not wait for each other as well.
        let failed = lists.lock().failures(&owner) > failures + 1;
        let _turn = (!failed).then_some(turn);
        let forgotten = lists.lock().forgotten;
        match self.lists.forget_after_404(call.await) {
            Ok(list) => {
                let list = list.into_inner();
                let found = one(&list, &place, word);
                let mut kept = lists.lock();
                kept.failures.remove(&owner);
                // One that was read before may have what has gone since.
                if kept.forgotten == forgotten {
                    kept.lists.insert(owner, (Instant::now(), list));
                }
                found
            }
            Err(error) => {
                *lists.lock().failures.entry(owner).or_default() += 1;
                Err(error)
            }
        }
    }
}

/// Whether two names are the same to the service.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Whether a word names what has this name and id.
pub(super) fn fits(word: &str, name: &str, id: &str) -> bool {
    same(word, name) || word.eq_ignore_ascii_case(id)
}

fn candidates<'a, T: Resource>(list: &'a [T], word: &str) -> Vec<&'a T> {
    let fits = |entry: &&T| fits(word, entry.label(), &entry.id());
    let candidates: Vec<&T> = list.iter().filter(fits).collect();
    let exact = candidates.iter().filter(|entry| entry.label() == word);
    match exact.collect::<Vec<_>>().as_slice() {
        [only] => vec![**only],
        _ => candidates,
    }
}

/// The one that the word names, or an error that tells what there is.
pub(super) fn one<T: Resource>(list: &[T], within: &str, word: &str) -> Result<T> {
    let kind = T::KIND;
    let problem = match candidates(list, word).as_slice() {
        [only] => return Ok((*only).clone()),
        [] => {
            let labels = || list.iter().map(Resource::label);
            let (listed, question) = (list_of(labels()), did_you_mean(word, labels()));
            format!("{within} has no {kind} `{word}`; it has {listed}{question}")
        }
        several => {
            let count = several.len();
            let with_id = |it: &&T| format!("{}{} ({})", it.label(), it.of(), it.id());
            let listed = list_of(several.iter().map(with_id));
            format!("`{word}` matches {count} {kind}s in {within}: {listed}; use an id")
        }
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

/// What people find by its name.
pub(super) trait Resource: Clone {
    const KIND: &'static str;
    /// A name, or the key of a setting.
    fn label(&self) -> &str;
    fn id(&self) -> String;
    /// Whose it is, if that tells it from others of its name.
    fn of(&self) -> String {
        String::new()
    }
    /// What an error says of where something was looked for.
    fn place(&self) -> String {
        format!("the {} `{}`", Self::KIND, self.label())
    }
    /// As the owner of a list, for [`Product::find`].
    fn owner(&self) -> (String, String) {
        (self.id(), self.place())
    }
}

macro_rules! resources {
    ($($model:ident: $kind:literal, $($name:ident).+, $($id:ident).+ $(, of $owner:ident)?;)*) => {
        $(impl Resource for $model {
            const KIND: &'static str = $kind;

            fn label(&self) -> &str {
                &self.$($name).+
            }

            fn id(&self) -> String {
                self.$($id).+.to_string()
            }

            $(fn of(&self) -> String {
                format!(" of {}", self.$owner.name)
            })?
        })*
    };
}
resources! {
    ProductModel: "product", name, product_id, of organization;
    ConfigModel: "config", name, config_id;
    EnvironmentModel: "environment", name, environment_id;
    SegmentListModel: "segment", name, segment_id;
    SettingModel: "setting", key, setting_id;
    TagModel: "tag", name, tag_id;
    Answer: "setting", setting.key, setting.setting_id;
}
