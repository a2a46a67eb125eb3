//! `metav1.Condition`, the one type of the served kinds that has no default: its time must be there.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::Value;

use super::{Fields, Mismatch, Wire, read_fields, write_fields};

impl Wire for Condition {
    fn blank() -> Condition {
        Condition {
            last_transition_time: Time::blank(),
            message: String::new(),
            observed_generation: None,
            reason: String::new(),
            status: String::new(),
            type_: String::new(),
        }
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        read_fields(&mut Named(self), value)
    }

    fn write(&mut self) -> Option<Value> {
        Some(write_fields(&mut Named(self)))
    }
}

struct Named<'a>(&'a mut Condition);

impl Fields for Named<'_> {
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn Wire)) {
        visit("lastTransitionTime", &mut self.0.last_transition_time);
        visit("message", &mut self.0.message);
        visit("observedGeneration", &mut self.0.observed_generation);
        visit("reason", &mut self.0.reason);
        visit("status", &mut self.0.status);
        visit("type", &mut self.0.type_);
    }
}
