//! A part of an object that its versions share until one of them changes it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use super::wire::{Fields, Wire};

/// Reads and changes like a `T`. A clone costs a counter; whoever changes what others hold gets a copy first.
#[derive(Default)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Whether both are one, which is sooner seen than whether they are equal.
    pub fn is_one_with(&self, other: &Shared<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Rc::clone(&self.0))
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

impl<T> From<T> for Shared<T> {
    fn from(it: T) -> Self {
        Shared(Rc::new(it))
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_one_with(other) || self.0 == other.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Fields + Clone> Fields for Shared<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn Wire)) {
        (**self).each(visit);
    }
}
