//! Volumes (upstream: `ValidateVolumes` in `pkg/apis/core/validation/validation.go`).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{
    DownwardAPIVolumeFile, KeyToPath, ObjectFieldSelector, ProjectedVolumeSource, ResourceFieldSelector,
};

use super::super::Volume;
use super::super::quantity::Amount;
use super::errors::{Errors, json, text};
use super::names;

/// Checks the volumes at `path` and gives the names of the good ones: a mount of another is told that there is none.
pub(super) fn check(errors: &mut Errors, path: &str, volumes: &[Volume]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for (index, it) in volumes.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let mut found = Errors::default();
        source(&mut found, &path, it);
        match it.name.as_str() {
            "" => found.required(&format!("{path}.name"), ""),
            name => found.invalid_each(&format!("{path}.name"), name, names::dns_label(name)),
        }
        if seen.contains(&it.name) {
            found.duplicate(&format!("{path}.name"), it.name.as_str(), "");
        }
        if found.0.is_empty() {
            seen.insert(it.name.clone());
        }
        errors.0.append(&mut found.0);
    }
    seen
}

/// The kinds of volume in the order in which the server looks for them.
fn kinds(it: &Volume) -> impl Iterator<Item = &'static str> {
    [
        ("emptyDir", it.empty_dir.is_some()),
        ("hostPath", it.host_path.is_some()),
        ("gitRepo", it.git_repo.is_some()),
        ("gcePersistentDisk", it.gce_persistent_disk.is_some()),
        ("awsElasticBlockStore", it.aws_elastic_block_store.is_some()),
        ("secret", it.secret.is_some()),
        ("nfs", it.nfs.is_some()),
        ("iscsi", it.iscsi.is_some()),
        ("glusterfs", it.glusterfs.is_some()),
        ("flocker", it.flocker.is_some()),
        ("persistentVolumeClaim", it.persistent_volume_claim.is_some()),
        ("rbd", it.rbd.is_some()),
        ("cinder", it.cinder.is_some()),
        ("cephFS", it.cephfs.is_some()),
        ("quobyte", it.quobyte.is_some()),
        // The server's own spelling.
        ("downwarAPI", it.downward_api.is_some()),
        ("fc", it.fc.is_some()),
        ("flexVolume", it.flex_volume.is_some()),
        ("configMap", it.config_map.is_some()),
        ("azureFile", it.azure_file.is_some()),
        ("vsphereVolume", it.vsphere_volume.is_some()),
        ("photonPersistentDisk", it.photon_persistent_disk.is_some()),
        ("portworxVolume", it.portworx_volume.is_some()),
        ("azureDisk", it.azure_disk.is_some()),
        ("storageos", it.storageos.is_some()),
        ("projected", it.projected.is_some()),
        ("scaleIO", it.scale_io.is_some()),
        ("csi", it.csi.is_some()),
        ("ephemeral", it.ephemeral.is_some()),
        ("image", it.image.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
}

fn source(errors: &mut Errors, path: &str, it: &Volume) {
    let mut kinds = kinds(it);
    let Some(first) = kinds.next() else {
        errors.required(path, "must specify a volume type");
        return;
    };
    one_source(errors, &format!("{path}.{first}"), it, first);
    for other in kinds {
        errors.forbidden(&format!("{path}.{other}"), "may not specify more than 1 volume type");
    }
}

/// Checks the one source that counts.
fn one_source(errors: &mut Errors, path: &str, it: &Volume, kind: &str) {
    let mut wanted = |field: &str, value: &str| {
        if value.is_empty() {
            errors.required(&format!("{path}.{field}"), "");
        }
    };
    match kind {
        "secret" => wanted("secretName", it.secret.as_ref().map_or("", |it| text(&it.secret_name))),
        "configMap" => wanted("name", it.config_map.as_ref().map_or("", |it| &it.name)),
        "persistentVolumeClaim" => wanted("claimName", it.persistent_volume_claim.as_ref().map_or("", |it| &it.claim_name)),
        "nfs" => {
            wanted("server", it.nfs.as_ref().map_or("", |it| &it.server));
            let path_of = it.nfs.as_ref().map_or("", |it| &it.path);
            wanted("path", path_of);
            if !path_of.starts_with('/') {
                errors.invalid(&format!("{path}.path"), path_of, "must be an absolute path");
            }
        }
        "csi" => wanted("driver", it.csi.as_ref().map_or("", |it| &it.driver)),
        _ => {}
    }
    match kind {
        "emptyDir" => {
            let limit = it.empty_dir.as_ref().and_then(|it| it.size_limit.as_ref());
            if limit.is_some_and(|limit| Amount::of(limit).is_negative()) {
                errors.forbidden(&format!("{path}.sizeLimit"), "SizeLimit field must be a valid resource quantity");
            }
        }
        "hostPath" => {
            let Some(it) = &it.host_path else { return };
            if it.path.is_empty() {
                errors.required(&format!("{path}.path"), "");
                return;
            }
            no_backsteps(errors, &format!("{path}.path"), &it.path);
            let types =
                ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
            if !types.contains(&text(&it.type_)) {
                errors.not_supported(&format!("{path}.type"), text(&it.type_), &types);
            }
        }
        "secret" => {
            let Some(it) = &it.secret else { return };
            mode(errors, &format!("{path}.defaultMode"), it.default_mode);
            keys(errors, path, it.items.as_deref().unwrap_or_default());
        }
        "configMap" => {
            let Some(it) = &it.config_map else { return };
            mode(errors, &format!("{path}.defaultMode"), it.default_mode);
            keys(errors, path, it.items.as_deref().unwrap_or_default());
        }
        "downwarAPI" => {
            let path = path.replace("downwarAPI", "downwardAPI");
            let Some(it) = &it.downward_api else { return };
            mode(errors, &format!("{path}.defaultMode"), it.default_mode);
            it.items.iter().flatten().for_each(|file| downward_file(errors, &path, file));
        }
        "projected" => {
            if let Some(it) = &it.projected {
                projected(errors, path, it);
            }
        }
        _ => {}
    }
}

fn projected(errors: &mut Errors, path: &str, it: &ProjectedVolumeSource) {
    mode(errors, &format!("{path}.defaultMode"), it.default_mode);
    let mut seen = BTreeSet::new();
    let mut unique = |errors: &mut Errors, target: &str, shown: &str| {
        if !target.is_empty() && !seen.insert(target.to_owned()) {
            errors.invalid(path, shown, "conflicting duplicate paths");
        }
    };
    for (index, source) in it.sources.iter().flatten().enumerate() {
        let item = format!("{path}.sources[{index}]");
        let secret = source.secret.as_ref().map(|it| ("secret", &it.name, &it.items));
        let config_map = source.config_map.as_ref().map(|it| ("configMap", &it.name, &it.items));
        for (field, name, items) in [secret, config_map].into_iter().flatten() {
            let path = format!("{item}.{field}");
            if name.is_empty() {
                errors.required(&format!("{path}.name"), "");
            }
            for (index, key) in items.iter().flatten().enumerate() {
                key_to_path(errors, &format!("{path}.items[{index}]"), key);
                unique(errors, &key.path, name);
            }
        }
        if let Some(downward) = &source.downward_api {
            for file in downward.items.iter().flatten() {
                downward_file(errors, &format!("{item}.downwardAPI"), file);
                unique(errors, &file.path, &file.path);
            }
        }
        if let Some(token) = &source.service_account_token {
            let seconds = token.expiration_seconds.unwrap_or_default();
            let token_path = format!("{item}.serviceAccountToken.expirationSeconds");
            if seconds < 600 {
                errors.invalid(&token_path, seconds, "may not specify a duration less than 10 minutes");
            }
            if seconds > 1 << 32 {
                errors.invalid(&token_path, seconds, "may not specify a duration larger than 2^32 seconds");
            }
            match token.path.as_str() {
                "" => errors.required(&format!("{path}.path"), ""),
                target => local_path(errors, &format!("{path}.path"), target),
            }
        }
        let sources = [
            secret.is_some(),
            config_map.is_some(),
            source.downward_api.is_some(),
            source.service_account_token.is_some(),
            source.cluster_trust_bundle.is_some(),
            source.pod_certificate.is_some(),
        ];
        if sources.iter().filter(|there| **there).count() > 1 {
            errors.forbidden(&item, "may not specify more than 1 volume type per source");
        }
    }
}

fn keys(errors: &mut Errors, path: &str, items: &[KeyToPath]) {
    for (index, key) in items.iter().enumerate() {
        key_to_path(errors, &format!("{path}.items[{index}]"), key);
    }
}

fn key_to_path(errors: &mut Errors, path: &str, it: &KeyToPath) {
    if it.key.is_empty() {
        errors.required(&format!("{path}.key"), "");
    }
    if it.path.is_empty() {
        errors.required(&format!("{path}.path"), "");
    }
    local_path(errors, &format!("{path}.path"), &it.path);
    mode(errors, &format!("{path}.mode"), it.mode);
}

fn downward_file(errors: &mut Errors, path: &str, it: &DownwardAPIVolumeFile) {
    const FIELDS: [&str; 5] =
        ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    if it.path.is_empty() {
        errors.required(&format!("{path}.path"), "");
    }
    local_path(errors, &format!("{path}.path"), &it.path);
    if let Some(field) = &it.field_ref {
        field_ref(errors, &format!("{path}.fieldRef"), field, &FIELDS);
        if it.resource_field_ref.is_some() {
            errors.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
    } else if let Some(resource) = &it.resource_field_ref {
        let path = format!("{path}.resourceFieldRef");
        if text(&resource.container_name).is_empty() {
            errors.required(&format!("{path}.containerName"), "");
        } else {
            resource_ref(errors, &path, resource);
        }
    } else {
        errors.required(path, "one of fieldRef and resourceFieldRef is required");
    }
    mode(errors, &format!("{path}.mode"), it.mode);
}

/// Checks a field of a pod that is handed to its containers.
pub(super) fn field_ref(errors: &mut Errors, path: &str, it: &ObjectFieldSelector, supported: &[&str]) {
    let field = it.field_path.as_str();
    if field.is_empty() {
        errors.required(&format!("{path}.fieldPath"), "");
        return;
    }
    let path = format!("{path}.fieldPath");
    if let Some((start, key)) = field.strip_suffix("']").and_then(|field| field.split_once("['")) {
        match start {
            "metadata.annotations" => errors.invalid_each(&path, key, names::label_key(&key.to_ascii_lowercase())),
            "metadata.labels" => errors.invalid_each(&path, key, names::label_key(key)),
            _ => {
                let detail = format!("error converting fieldPath: field label does not support subscript: {field}");
                errors.invalid(&path, field, &detail);
            }
        }
        return;
    }
    const KNOWN: &str = "metadata.annotations metadata.labels metadata.name metadata.namespace metadata.uid spec.nodeName \
                         spec.restartPolicy spec.serviceAccountName spec.schedulerName status.phase status.hostIP \
                         status.hostIPs status.podIP status.podIPs";
    if !KNOWN.split(' ').any(|known| known == field) {
        let detail = format!("error converting fieldPath: field label not supported: {field}");
        errors.invalid(&path, field, &detail);
    } else if !supported.contains(&field) {
        errors.not_supported(&path, field, supported);
    }
}

/// Checks a resource of a container that is handed to it.
pub(super) fn resource_ref(errors: &mut Errors, path: &str, it: &ResourceFieldSelector) {
    const RESOURCES: [&str; 6] = [
        "limits.cpu",
        "limits.ephemeral-storage",
        "limits.memory",
        "requests.cpu",
        "requests.ephemeral-storage",
        "requests.memory",
    ];
    let path = format!("{path}.resource");
    match it.resource.as_str() {
        "" => errors.required(&path, ""),
        name if RESOURCES.contains(&name) => {}
        name if name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-") => {}
        name => errors.not_supported(&path, json(&name.to_owned()), &RESOURCES),
    }
}

fn mode(errors: &mut Errors, path: &str, mode: Option<i32>) {
    if let Some(mode) = mode.filter(|mode| !(0..=0o777).contains(mode)) {
        errors.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}

fn no_backsteps(errors: &mut Errors, path: &str, target: &str) {
    if target.split('/').any(|step| step == "..") {
        errors.invalid(path, target, "must not contain '..'");
    }
}

/// Checks a path inside a volume.
pub(super) fn descending_path(errors: &mut Errors, path: &str, target: &str) {
    if target.starts_with('/') {
        errors.invalid(path, target, "must be a relative path");
    }
    no_backsteps(errors, path, target);
}

fn local_path(errors: &mut Errors, path: &str, target: &str) {
    descending_path(errors, path, target);
    if target.starts_with("..") && !target.starts_with("../") && target != ".." {
        errors.invalid(path, target, "must not start with '..'");
    }
}
