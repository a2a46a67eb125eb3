//! Times as the API writes them: `2026-01-05T09:00:00Z`, with microseconds where a type keeps them.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use serde_json::Value;

use super::super::Time;
use super::super::date::{self, Date};
use super::{Mismatch, Wire};

impl Wire for Time {
    fn blank() -> Time {
        Time(Timestamp::UNIX_EPOCH)
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        self.0 = value.as_str().and_then(date::parse).ok_or(Mismatch::expected("a time such as 2026-01-05T09:00:00Z"))?;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        Some(Value::String(format!("{}Z", Date::of(self.0).rfc3339())))
    }
}

impl Wire for MicroTime {
    fn blank() -> MicroTime {
        MicroTime(Timestamp::UNIX_EPOCH)
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        self.0 =
            value.as_str().and_then(date::parse).ok_or(Mismatch::expected("a time such as 2026-01-05T09:00:00.000000Z"))?;
        Ok(())
    }

    fn write(&mut self) -> Option<Value> {
        let micros = self.0.as_microsecond().rem_euclid(1_000_000);
        Some(Value::String(format!("{}.{micros:06}Z", Date::of(self.0).rfc3339())))
    }
}
