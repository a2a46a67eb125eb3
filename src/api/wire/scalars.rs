//! The values that objects are made of.

use std::collections::BTreeMap;
use std::mem::take;

use k8s_openapi::ByteString;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::FieldsV1;
use serde_json::{Map, Value};

use super::super::{IntOrString, Quantity, RawExtension};
use super::{Mismatch, Wire};

impl Wire for String {
    fn blank() -> String {
        String::new()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        let Value::String(text) = value else { return Err(Mismatch::expected("a string")) };
        *self = text;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some(Value::String(take(self)))
    }
}

impl Wire for bool {
    fn blank() -> bool {
        false
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        *self = value.as_bool().ok_or(Mismatch::expected("true or false"))?;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
}

impl Wire for i64 {
    fn blank() -> i64 {
        0
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        *self = value.as_i64().ok_or(Mismatch::expected("an integer"))?;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some((*self).into())
    }
}

impl Wire for i32 {
    fn blank() -> i32 {
        0
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        *self = number.ok_or(Mismatch::expected("an integer of 32 bits"))?;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some((*self).into())
    }
}

impl<T: Wire> Wire for Option<T> {
    fn blank() -> Option<T> {
        None
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        self.insert(T::blank()).read(value)
    }

    fn write(&mut self) -> Option<Value> {
        self.as_mut()?.write()
    }
}

/// A list, whatever it is a list of: the walker is written once.
trait List {
    fn add(&mut self) -> Option<&mut dyn Wire>;
    fn at(&mut self, index: usize) -> Option<&mut dyn Wire>;
}

impl<T: Wire> List for Vec<T> {
    fn add(&mut self) -> Option<&mut dyn Wire> {
        self.push(T::blank());
        self.at(self.len() - 1)
    }

    fn at(&mut self, index: usize) -> Option<&mut dyn Wire> {
        self.get_mut(index).map(|item| item as &mut dyn Wire)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn blank() -> Vec<T> {
        Vec::new()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        read_list(self, value)
    }

    fn write(&mut self) -> Option<Value> {
        Some(write_list(self))
    }
}

fn read_list(list: &mut dyn List, value: Value) -> Result<(), Mismatch> {
    let Value::Array(items) = value else { return Err(Mismatch::expected("a list")) };
    for item in items {
        if let Some(slot) = list.add() {
            slot.read(item)?;
        }
    }
    Ok(())
}

fn write_list(list: &mut dyn List) -> Value {
    let mut items = Vec::new();
    while let Some(item) = list.at(items.len()) {
        items.push(item.write().unwrap_or(Value::Null));
    }
    Value::Array(items)
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn blank() -> BTreeMap<String, T> {
        BTreeMap::new()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        let Value::Object(entries) = value else { return Err(Mismatch::expected("a map")) };
        for (key, value) in entries {
            let mut typed = T::blank();
            typed.read(value)?;
            self.insert(key, typed);
        }
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        let mut entries = Map::new();
        for (key, value) in self {
            entries.insert(key.clone(), value.write().unwrap_or(Value::Null));
        }
        Some(Value::Object(entries))
    }
}

impl Wire for Quantity {
    fn blank() -> Quantity {
        Quantity(String::new())
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        self.0.read(value)
    }

    fn write(&mut self) -> Option<Value> {
        self.0.write()
    }
}

impl Wire for IntOrString {
    fn blank() -> IntOrString {
        IntOrString::Int(0)
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        *self = match value {
            Value::String(text) => IntOrString::String(text),
            number => {
                let mut int = 0;
                i32::read(&mut int, number)?;
                IntOrString::Int(int)
            }
        };
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        match self {
            IntOrString::Int(number) => number.write(),
            IntOrString::String(text) => text.write(),
        }
    }
}

impl Wire for RawExtension {
    fn blank() -> RawExtension {
        RawExtension(Value::Null)
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        self.0 = value;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some(take(&mut self.0))
    }
}

/// Which fields somebody manages: nobody reads them here.
impl Wire for FieldsV1 {
    fn blank() -> FieldsV1 {
        FieldsV1(Value::Null)
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        self.0 = value;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some(take(&mut self.0))
    }
}

/// No served kind has bytes yet; a type that some do has (a Secret's `data`) would come as base64.
impl Wire for ByteString {
    fn blank() -> ByteString {
        ByteString::default()
    }

    fn read(&mut self, _: Value) -> Result<(), Mismatch> {
        Err(Mismatch::expected("no bytes here"))
    }

    fn write(&mut self) -> Option<Value> {
        None
    }
}
