//! A part of an object that many have in common.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use serde_json::Value;

use super::wire::{Mismatch, Wire};

/// A shared value: a clone costs a counter, a change copies what is shared.
///
/// # Examples
/// ```
/// use playground::api::shared::Shared;
/// let one = Shared::from(vec![1, 2]);
/// let mut other = one.clone();
/// other.push(3);
/// assert_eq!((one.len(), other.len()), (2, 3));
/// ```
#[derive(Default)]
pub struct Shared<T>(Rc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        Shared(Rc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    /// Whether both are one, which is sooner seen than whether they are equal.
    pub fn is_shared_with(&self, other: &Shared<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Shared<T> {
        Shared(Rc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Rc::make_mut(&mut self.0)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Shared<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Wire + Clone> Wire for Shared<T> {
    fn blank() -> Shared<T> {
        T::blank().into()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        (**self).read(value)
    }

    fn write(&mut self) -> Option<Value> {
        (**self).write()
    }
}
