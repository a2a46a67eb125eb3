//! What leads to the API server is made again when somebody has deleted it
//! (`pkg/controlplane/controller/kubernetesservice/controller.go`).

use std::time::Duration;

use super::{Desk, Work};
use crate::api::{Kind, Object};
use crate::cluster::{Change, ChangeKind, of_api_server};

/// How often the API server looks (`pkg/controlplane/instance.go` `DefaultEndpointReconcilerInterval`).
const PERIOD: Duration = Duration::from_secs(10);

/// A part of it that is gone.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    let object = &change.object;
    if change.kind == ChangeKind::Deleted
        && matches!(object.kind(), Kind::Service | Kind::Endpoints | Kind::EndpointSlice)
        && (object.namespace(), object.name()) == ("default", "kubernetes")
    {
        desk.queue.push(desk.now.next_tick(PERIOD, Duration::ZERO), Work::ApiServer);
    }
}

/// Makes what is missing.
#[inline(never)]
pub(super) fn sync(desk: &mut Desk<'_>) {
    for object in of_api_server().map(Object::from) {
        if desk.cluster.store().object(&object.key()).is_none() {
            let _ = desk.cluster.create(object);
        }
    }
}
