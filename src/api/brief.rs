//! What is known in short, and written out once somebody reads all of it.

use std::cell::OnceCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use serde_json::Value;

use super::wire::{Mismatch, Wire};

/// It reads and changes like what its short form is written out to. Whoever does either has it written out, which takes time and
/// room; what the short form says itself does not.
pub struct Brief<S: InShort + ?Sized> {
    /// As it was made.
    short: Option<Rc<S>>,
    /// The same as somebody has read it.
    read: OnceCell<Rc<S::Whole>>,
    /// What was written in its place.
    changed: Option<Rc<S::Whole>>,
}

/// A short form.
pub trait InShort {
    /// What it stands for.
    type Whole: Clone + Default + PartialEq + fmt::Debug;
    /// All of it.
    fn write_out(&self) -> Self::Whole;
    /// Whether both stand for the same, where that is seen without writing them out.
    fn equals(&self, _other: &Self) -> Option<bool> {
        None
    }
}

impl<S: InShort + ?Sized> Brief<S> {
    /// What is to be written out once somebody reads it.
    pub fn in_short(short: Rc<S>) -> Brief<S> {
        Brief { short: Some(short), ..Brief::default() }
    }

    /// What is written out already.
    pub fn written(whole: S::Whole) -> Brief<S> {
        Brief { changed: Some(Rc::new(whole)), ..Brief::default() }
    }

    /// The short form, unless something was written in its place.
    #[inline]
    pub fn short(&self) -> Option<&Rc<S>> {
        match self.changed {
            None => self.short.as_ref(),
            Some(_) => None,
        }
    }

    /// The same, to be changed: what was read of it is forgotten.
    pub fn short_mut(&mut self) -> Option<&mut Rc<S>> {
        self.read.take();
        self.short.as_mut().filter(|_| self.changed.is_none())
    }

    /// What was written in its place.
    pub fn changed(&self) -> Option<&Rc<S::Whole>> {
        self.changed.as_ref()
    }

    /// Whether both are one, which is sooner seen than whether they are equal.
    #[inline]
    pub fn is_shared_with(&self, other: &Brief<S>) -> bool {
        fn is_one<T: ?Sized>(one: Option<&Rc<T>>, other: Option<&Rc<T>>) -> bool {
            one.zip(other).is_some_and(|(one, other)| Rc::ptr_eq(one, other))
        }
        is_one(self.short(), other.short()) || is_one(self.changed(), other.changed())
    }

    /// Whether somebody has read all of it.
    #[cfg(test)]
    pub(super) fn is_read(&self) -> bool {
        self.read.get().is_some()
    }

    fn written_out(&self) -> Rc<S::Whole> {
        Rc::new(self.short.as_ref().map(|short| short.write_out()).unwrap_or_default())
    }
}

impl<S: InShort + ?Sized> Clone for Brief<S> {
    fn clone(&self) -> Brief<S> {
        Brief { short: self.short.clone(), read: self.read.clone(), changed: self.changed.clone() }
    }
}

impl<S: InShort + ?Sized> Default for Brief<S> {
    fn default() -> Brief<S> {
        Brief { short: None, read: OnceCell::new(), changed: None }
    }
}

impl<S: InShort + ?Sized> Deref for Brief<S> {
    type Target = S::Whole;

    fn deref(&self) -> &S::Whole {
        self.changed.as_ref().unwrap_or_else(|| self.read.get_or_init(|| self.written_out()))
    }
}

impl<S: InShort + ?Sized> DerefMut for Brief<S> {
    fn deref_mut(&mut self) -> &mut S::Whole {
        if self.changed.is_none() {
            self.changed = Some(self.read.take().unwrap_or_else(|| self.written_out()));
        }
        Rc::make_mut(self.changed.get_or_insert_default())
    }
}

impl<S: InShort + ?Sized> PartialEq for Brief<S> {
    fn eq(&self, other: &Brief<S>) -> bool {
        let in_short = || self.short().zip(other.short()).and_then(|(one, other)| one.equals(other));
        self.is_shared_with(other) || in_short().unwrap_or_else(|| **self == **other)
    }
}

impl<S: InShort + ?Sized> fmt::Debug for Brief<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<S: InShort<Whole: Wire> + ?Sized> Wire for Brief<S> {
    fn blank() -> Brief<S> {
        Brief::default()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        (**self).read(value)
    }

    fn write(&mut self) -> Option<Value> {
        (**self).write()
    }
}
