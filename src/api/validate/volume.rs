//! Volumes (upstream: `ValidateVolumes` in `pkg/apis/core/validation/validation.go`).

use k8s_openapi::api::core::v1::{
    DownwardAPIVolumeFile, KeyToPath, ObjectFieldSelector, ProjectedVolumeSource, ResourceFieldSelector,
};

use super::super::Volume;
use super::super::quantity::Amount;
use super::errors::{Errors, list, present, text};
use super::names;

/// Checks the volumes and gives the names of the good ones: a mount of another is told that there is none.
pub(super) fn check<'a>(errors: &mut Errors, volumes: &'a [Volume]) -> Vec<&'a str> {
    let mut seen = Vec::new();
    errors.each("volumes", volumes, |errors, it| {
        let before = errors.found.len();
        source(errors, it);
        errors.check_required("name", &it.name, names::dns_label);
        if seen.contains(&it.name.as_str()) {
            errors.duplicate("name", &it.name);
        }
        if errors.found.len() == before {
            seen.push(it.name.as_str());
        }
    });
    seen
}

/// The kinds of volume in the order in which the server looks for them.
fn kinds(it: &Volume) -> [(&'static str, bool); 30] {
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
}

fn source(errors: &mut Errors, it: &Volume) {
    let kinds = kinds(it);
    let mut kinds = present(&kinds);
    let Some(first) = kinds.next() else {
        errors.required("", "must specify a volume type");
        return;
    };
    let field = if first == "downwarAPI" { "downwardAPI" } else { first };
    errors.within(field, |errors| one_source(errors, it, first));
    for other in kinds {
        errors.forbidden(other, "may not specify more than 1 volume type");
    }
}

/// Checks the one source that counts.
fn one_source(errors: &mut Errors, it: &Volume, kind: &str) {
    match kind {
        "emptyDir" => {
            let limit = it.empty_dir.as_ref().and_then(|it| it.size_limit.as_ref());
            if limit.is_some_and(|limit| Amount::of(limit).is_negative()) {
                errors.forbidden("sizeLimit", "SizeLimit field must be a valid resource quantity");
            }
        }
        "hostPath" => {
            let Some(it) = &it.host_path else { return };
            errors.wanted("path", &it.path);
            if !it.path.is_empty() {
                no_backsteps(errors, "path", &it.path);
                let types =
                    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
                errors.one_of("type", text(&it.type_), &types);
            }
        }
        "secret" => {
            let Some(it) = &it.secret else { return };
            errors.wanted("secretName", text(&it.secret_name));
            mode(errors, "defaultMode", it.default_mode);
            errors.each("items", list(&it.items), key_to_path);
        }
        "configMap" => {
            let Some(it) = &it.config_map else { return };
            errors.wanted("name", &it.name);
            mode(errors, "defaultMode", it.default_mode);
            errors.each("items", list(&it.items), key_to_path);
        }
        "persistentVolumeClaim" => {
            errors.wanted("claimName", it.persistent_volume_claim.as_ref().map_or("", |it| &it.claim_name));
        }
        "nfs" => {
            let Some(it) = &it.nfs else { return };
            errors.wanted("server", &it.server);
            errors.wanted("path", &it.path);
            if !it.path.starts_with('/') {
                errors.invalid("path", &it.path, "must be an absolute path");
            }
        }
        "csi" => errors.wanted("driver", it.csi.as_ref().map_or("", |it| &it.driver)),
        "downwarAPI" => {
            let Some(it) = &it.downward_api else { return };
            mode(errors, "defaultMode", it.default_mode);
            list(&it.items).iter().for_each(|file| downward_file(errors, file));
        }
        "projected" => {
            if let Some(it) = &it.projected {
                projected(errors, it);
            }
        }
        _ => {}
    }
}

fn projected(errors: &mut Errors, it: &ProjectedVolumeSource) {
    mode(errors, "defaultMode", it.default_mode);
    let here = errors.here();
    let mut seen = Vec::new();
    let mut unique = |errors: &mut Errors, target: &str, shown: &str| {
        if !target.is_empty() && seen.iter().any(|it| it == target) {
            errors.at(here, |errors| errors.invalid("", shown, "conflicting duplicate paths"));
        }
        seen.push(target.to_owned());
    };
    errors.each("sources", list(&it.sources), |errors, source| {
        let secret = source.secret.as_ref().map(|it| ("secret", &it.name, &it.items));
        let config_map = source.config_map.as_ref().map(|it| ("configMap", &it.name, &it.items));
        for (field, name, items) in [secret, config_map].into_iter().flatten() {
            errors.within(field, |errors| {
                errors.wanted("name", name);
                errors.each("items", list(items), |errors, key| {
                    key_to_path(errors, key);
                    unique(errors, &key.path, name);
                });
            });
        }
        if let Some(downward) = &source.downward_api {
            for file in list(&downward.items) {
                errors.within("downwardAPI", |errors| downward_file(errors, file));
                unique(errors, &file.path, &file.path);
            }
        }
        if let Some(token) = &source.service_account_token {
            let seconds = token.expiration_seconds.unwrap_or_default();
            let field = "serviceAccountToken.expirationSeconds";
            if seconds < 600 {
                errors.invalid_number(field, seconds, "may not specify a duration less than 10 minutes");
            }
            if seconds > 1 << 32 {
                errors.invalid_number(field, seconds, "may not specify a duration larger than 2^32 seconds");
            }
            errors.at(here, |errors| {
                errors.wanted("path", &token.path);
                local_path(errors, "path", &token.path);
            });
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
            errors.forbidden("", "may not specify more than 1 volume type per source");
        }
    });
}

#[inline(never)]
fn key_to_path(errors: &mut Errors, it: &KeyToPath) {
    errors.wanted("key", &it.key);
    errors.wanted("path", &it.path);
    local_path(errors, "path", &it.path);
    mode(errors, "mode", it.mode);
}

#[inline(never)]
fn downward_file(errors: &mut Errors, it: &DownwardAPIVolumeFile) {
    const FIELDS: [&str; 5] =
        ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    errors.wanted("path", &it.path);
    local_path(errors, "path", &it.path);
    if let Some(field) = &it.field_ref {
        field_ref(errors, field, &FIELDS);
        if it.resource_field_ref.is_some() {
            errors.invalid("", "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
    } else if let Some(resource) = &it.resource_field_ref {
        errors.within("resourceFieldRef", |errors| match text(&resource.container_name) {
            "" => errors.required("containerName", ""),
            _ => resource_ref(errors, resource),
        });
    } else {
        errors.required("", "one of fieldRef and resourceFieldRef is required");
    }
    mode(errors, "mode", it.mode);
}

/// Checks a field of a pod that is handed to its containers.
pub(super) fn field_ref(errors: &mut Errors, it: &ObjectFieldSelector, supported: &[&str]) {
    const KNOWN: &str = "metadata.annotations metadata.labels metadata.name metadata.namespace metadata.uid spec.nodeName \
                         spec.restartPolicy spec.serviceAccountName spec.schedulerName status.phase status.hostIP \
                         status.hostIPs status.podIP status.podIPs";
    let (path, field) = ("fieldRef.fieldPath", it.field_path.as_str());
    if field.is_empty() {
        errors.required(path, "");
        return;
    }
    let unsupported = match field.strip_suffix("']").and_then(|field| field.split_once("['")) {
        Some(("metadata.annotations", key)) => {
            return errors.invalid_each(path, key, names::label_key(&key.to_ascii_lowercase()));
        }
        Some(("metadata.labels", key)) => return errors.check(path, key, names::label_key),
        Some(_) => " does not support subscript",
        None if KNOWN.split(' ').any(|known| known == field) => return errors.one_of(path, field, supported),
        None => " not supported",
    };
    errors.invalid(path, field, &format!("error converting fieldPath: field label{unsupported}: {field}"));
}

/// Checks a resource of a container that is handed to it.
pub(super) fn resource_ref(errors: &mut Errors, it: &ResourceFieldSelector) {
    const RESOURCES: [&str; 6] = [
        "limits.cpu",
        "limits.ephemeral-storage",
        "limits.memory",
        "requests.cpu",
        "requests.ephemeral-storage",
        "requests.memory",
    ];
    let name = it.resource.as_str();
    if !name.starts_with("limits.hugepages-") && !name.starts_with("requests.hugepages-") {
        errors.choice("resource", name, &RESOURCES);
    }
}

fn mode(errors: &mut Errors, field: &str, mode: Option<i32>) {
    if let Some(mode) = mode.filter(|mode| !(0..=0o777).contains(mode)) {
        errors.invalid_number(field, mode.into(), "must be a number between 0 and 0777 (octal), both inclusive");
    }
}

fn no_backsteps(errors: &mut Errors, field: &str, target: &str) {
    if target.split('/').any(|step| step == "..") {
        errors.invalid(field, target, "must not contain '..'");
    }
}

/// Checks a path inside a volume.
#[inline(never)]
pub(super) fn descending_path(errors: &mut Errors, field: &str, target: &str) {
    if target.starts_with('/') {
        errors.invalid(field, target, "must be a relative path");
    }
    no_backsteps(errors, field, target);
}

fn local_path(errors: &mut Errors, field: &str, target: &str) {
    descending_path(errors, field, target);
    if target.starts_with("..") && !target.starts_with("../") && target != ".." {
        errors.invalid(field, target, "must not start with '..'");
    }
}
