//! Volumes (upstream: `ValidateVolumes` in `pkg/apis/core/validation/validation.go`).

use serde_json::Value;

use super::super::quantity::Amount;
use super::errors::{Errors, Holder, entries, has, is_new, is_set, list, number, quoted, text, texts};
use super::{container, metadata, names, rules};

/// The kinds of volume in the order in which the server looks for them; after `>` what it calls one, and another one of several.
const KINDS: &str = "emptyDir hostPath gitRepo gcePersistentDisk>persistentDisk awsElasticBlockStore secret nfs iscsi \
                     glusterfs flocker persistentVolumeClaim rbd cinder cephfs>cephfs>cephFS quobyte \
                     downwardAPI>downwardAPI>downwarAPI fc flexVolume configMap azureFile vsphereVolume \
                     photonPersistentDisk portworxVolume azureDisk storageos projected scaleIO csi ephemeral image";

/// Checks the volumes and remembers the names of the good ones.
pub(super) fn volumes<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let all = it.as_array().map_or(&[][..], Vec::as_slice);
    let mut good = Vec::new();
    errors.each("", all, &mut |errors, it| {
        let before = errors.found.len();
        source(errors, it);
        let name = text(it, "name");
        if name.is_empty() {
            errors.required("name", "");
        } else {
            errors.invalid_each("name", name, names::dns_label(name));
        }
        if good.contains(&name) {
            errors.duplicate("name", name);
        }
        if errors.found.len() == before {
            good.push(name);
        }
        let claim = text(&it["persistentVolumeClaim"], "claimName");
        if !claim.is_empty() && errors.holder == Holder::Pod {
            let made = |volume: &Value| {
                has(volume, "ephemeral")
                    && claim
                        .strip_prefix(errors.name)
                        .is_some_and(|rest| rest.strip_prefix('-') == Some(text(volume, "name")))
            };
            if all.iter().any(made) {
                let detail = "must not reference a PVC that gets created for an ephemeral volume";
                errors.invalid_text("persistentVolumeClaim.claimName", claim, detail);
            }
        }
    });
    errors.volumes = good;
}

fn source<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let mut first = true;
    for kind in KINDS.split(' ') {
        let mut names = kind.split('>');
        let field = names.next().unwrap_or_default();
        let own = names.next().unwrap_or(field);
        if !has(it, field) {
            continue;
        }
        if std::mem::take(&mut first) {
            errors.within(own, |errors| rules::check(errors, field, &it[field]));
        } else {
            errors.forbidden(names.next().unwrap_or(field), "may not specify more than 1 volume type");
        }
        match field {
            "iscsi" => {
                let portal = text(&it[field], "targetPortal");
                if has(&it[field], "initiatorName") && text(it, "name").len() + 1 + portal.len() > 64 {
                    let detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if \
                                  iscsi.initiatorName is specified.";
                    errors.invalid_text("name", text(it, "name"), detail);
                }
            }
            "ephemeral" if errors.holder == Holder::Pod && !text(it, "name").is_empty() => {
                let claim = format!("{}-{}", errors.name, text(it, "name"));
                for wrong in names::dns_subdomain(&claim) {
                    errors.invalid_text("name", text(it, "name"), &format!("PVC name {}: {wrong}", quoted(&claim)));
                }
            }
            _ => {}
        }
    }
    if first {
        errors.required("", "must specify a volume type");
    }
}

pub(super) fn size_limit<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if Amount::from_value(it).is_ok_and(Amount::is_negative) {
        errors.forbidden("", "SizeLimit field must be a valid resource quantity");
    }
}

pub(super) fn host_path_type<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let types = "|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket";
    let given = text(it, "type");
    if !text(it, "path").is_empty() && !types.split('|').any(|known| known == given) {
        errors.not_supported("type", &quoted(given), types);
    }
}

/// Checks a name of iSCSI.
pub(super) fn iqn<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let name = it.as_str().unwrap_or_default();
    let is_date = |date: &str| {
        date.split_once('-').is_some_and(|(year, month)| {
            let digits = |text: &str, many| text.len() == many && text.bytes().all(|c| c.is_ascii_digit());
            digits(year, 4) && digits(month, 2)
        })
    };
    let is_host = |host: &str| !host.is_empty() && host.bytes().all(|c| c.is_ascii_alphanumeric() || b"-.".contains(&c));
    let number = |rest: &str, many| {
        let mut rest = rest.chars();
        rest.next().is_some() && rest.as_str().len() == many && rest.as_str().bytes().all(|c| c.is_ascii_alphanumeric())
    };
    let good = match name.split_at_checked(3) {
        Some(("iqn", rest)) => rest.strip_prefix('.').and_then(|rest| rest.split_once('.')).is_some_and(|(date, rest)| {
            let (host, own) = rest.split_once(':').unwrap_or((rest, ""));
            is_date(date) && is_host(host) && !own.is_empty() && !own.contains([',', ';', '*', '&', '$', '|', ' ', '\t'])
        }),
        Some(("eui", rest)) => number(rest, 16),
        Some(("naa", rest)) => number(rest, 32),
        _ => return errors.invalid_text("", name, "must be valid format starting with iqn, eui, or naa"),
    };
    if !good {
        errors.invalid_text("", name, "must be valid format");
    }
}

pub(super) fn iscsi_secret<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if (is_set(it, "chapAuthDiscovery") || is_set(it, "chapAuthSession")) && !has(it, "secretRef") {
        errors.required("secretRef", "");
    }
}

pub(super) fn flocker<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (name, id) = (text(it, "datasetName"), text(it, "datasetUUID"));
    match (name.is_empty(), id.is_empty()) {
        (true, true) => errors.required("", "one of datasetName and datasetUUID is required"),
        (false, false) => {
            errors.invalid_text("", "resource", "datasetName and datasetUUID can not be specified simultaneously");
        }
        _ => {}
    }
    if name.contains('/') {
        errors.invalid_text("datasetName", name, "must not contain '/'");
    }
}

pub(super) fn quobyte<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const PAIRS: &str = "must be a host:port pair or multiple pairs separated by commas";
    let registry = text(it, "registry");
    if registry.is_empty() {
        errors.required("registry", PAIRS);
    } else if text(it, "tenant").len() >= 65 {
        errors.required("tenant", "must be a UUID and may not exceed a length of 64 characters");
    } else {
        let wrong = registry.split(',').filter(|pair| pair.matches(':').count() != 1);
        wrong.for_each(|_| errors.invalid_text("registry", registry, PAIRS));
    }
}

pub(super) fn downward_file<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (path, field, resource) = (text(it, "path"), &it["fieldRef"], &it["resourceFieldRef"]);
    if path.is_empty() {
        errors.required("path", "");
    }
    errors.invalid_each("path", path, names::local(path));
    if !field.is_null() {
        let supported = "metadata.annotations|metadata.labels|metadata.name|metadata.namespace|metadata.uid";
        errors.within("fieldRef", |errors| container::field_ref(errors, field, supported));
        if !resource.is_null() {
            errors.invalid_text("", "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
    } else if !resource.is_null() {
        errors.within("resourceFieldRef", |errors| container::resource_field(errors, resource));
    } else {
        errors.required("", "one of fieldRef and resourceFieldRef is required");
    }
    if has(it, "mode") {
        errors.within("mode", |errors| rules::value_of(errors, "mode", &it["mode"]));
    }
}

pub(super) fn fc<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const FIELD: &str = "targetWWNs";
    match (list(it, FIELD), list(it, "wwids")) {
        ([], []) => errors.required(FIELD, "must specify either targetWWNs or wwids, but not both"),
        ([_, ..], [_, ..]) => {
            errors.invalid(FIELD, &it[FIELD], "targetWWNs and wwids can not be specified simultaneously");
        }
        _ => {}
    }
    if !list(it, FIELD).is_empty() {
        if has(it, "lun") {
            errors.within("lun", |errors| rules::value_of(errors, "0..255", &it["lun"]));
        } else {
            errors.required("lun", "lun is required if targetWWNs is specified");
        }
    }
}

pub(super) fn reserved_options<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    for key in it.as_object().into_iter().flat_map(|map| map.keys()) {
        let domain = format!(".{}", key.split('/').next().unwrap_or_default().to_ascii_lowercase());
        if domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io") {
            errors.invalid_text(&format!("[{key}]"), key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }
}

pub(super) fn azure_uri<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let uri = text(it, "diskURI");
    let managed = text(it, "kind") == "Managed";
    let (start, supported) = if managed {
        (
            "/subscriptions/",
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}",
        )
    } else {
        ("https://", "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd")
    };
    if !uri.starts_with(start) {
        errors.not_supported("diskURI", &quoted(uri), supported);
    }
}

pub(super) fn csi_driver<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let driver = it.as_str().unwrap_or_default();
    if driver.len() > 63 {
        errors.too_long("", 63);
    }
    errors.invalid_each("", driver, names::dns_subdomain(&driver.to_ascii_lowercase()));
}

pub(super) fn image_reference<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if errors.holder == Holder::Pod && text(it, "reference").is_empty() {
        errors.required("reference", "");
    }
}

pub(super) fn projections<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let mut seen = Vec::new();
    let mut unique = |errors: &mut Errors<'a>, target: &'a str, shown: &str| {
        if !target.is_empty() && !is_new(&mut seen, target) {
            // It is told of the volume, not of one of its sources.
            let volume = errors.path().find(".sources[").unwrap_or_default();
            errors.at(volume, |errors| errors.invalid_text("", shown, "conflicting duplicate paths"));
        }
    };
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, source| {
        for field in ["secret", "configMap"] {
            let (it, name) = (&source[field], text(&source[field], "name"));
            if it.is_null() {
                continue;
            }
            errors.within(field, |errors| {
                if name.is_empty() {
                    errors.required("name", "");
                }
                errors.each("items", list(it, "items"), &mut |errors, key| {
                    rules::check(errors, "KeyToPath", key);
                    unique(errors, text(key, "path"), name);
                });
            });
        }
        for file in list(&source["downwardAPI"], "items") {
            errors.within("downwardAPI", |errors| downward_file(errors, file));
            unique(errors, text(file, "path"), text(file, "path"));
        }
        if has(source, "serviceAccountToken") {
            token(errors, &source["serviceAccountToken"]);
        }
        let kinds = ["secret", "configMap", "downwardAPI", "serviceAccountToken"];
        if kinds.iter().filter(|kind| has(source, kind)).count() > 1 {
            errors.forbidden("", "may not specify more than 1 volume type per source");
        }
    });
}

fn token(errors: &mut Errors<'_>, it: &Value) {
    let (seconds, path) = (number(it, "expirationSeconds"), text(it, "path"));
    let field = "serviceAccountToken.expirationSeconds";
    if seconds < 600 {
        errors.shown(field, &seconds.to_string(), "may not specify a duration less than 10 minutes");
    }
    if seconds > 1 << 32 {
        errors.shown(field, &seconds.to_string(), "may not specify a duration larger than 2^32 seconds");
    }
    let volume = errors.path().find(".sources[").unwrap_or_default();
    errors.at(volume, |errors| {
        if path.is_empty() {
            errors.required("path", "");
        }
        errors.invalid_each("path", path, names::local(path));
    });
}

pub(super) fn claim_metadata<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    metadata::annotations(errors, "annotations", it);
    metadata::labels(errors, "labels", &it["labels"]);
    let others = "name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp \
                  deletionGracePeriodSeconds ownerReferences finalizers managedFields";
    for field in others.split(' ').filter(|field| has(it, field)) {
        errors.forbidden(field, "cannot be set");
    }
}

pub(super) fn claim_spec<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const MODES: &str = "ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod";
    const FIELD: &str = "accessModes";
    let modes = || texts(list(it, FIELD));
    if modes().count() == 0 {
        errors.required(FIELD, "at least 1 access mode is required");
    }
    if has(it, "selector") {
        errors.within("selector", |errors| rules::check(errors, "LabelSelector", &it["selector"]));
    }
    let known = |mode: &&str| MODES.split('|').any(|known| known == *mode);
    for mode in modes().filter(|mode| !known(mode)) {
        errors.not_supported(FIELD, &quoted(mode), MODES);
    }
    let alone = "ReadWriteOncePod";
    if modes().any(|mode| mode == alone) && modes().any(|mode| mode != alone && known(&mode)) {
        errors.forbidden(FIELD, "may not use ReadWriteOncePod with other access modes");
    }
    match entries(&it["resources"], "requests").find(|(name, _)| *name == "storage") {
        None => errors.required("resources[storage]", ""),
        Some((_, size)) => {
            let size = Amount::from_value(size).unwrap_or_default();
            if size.is_negative() || size.is_zero() {
                errors.invalid_text("resources[storage]", &size.to_string(), "must be greater than zero");
            }
        }
    }
    rules::check(errors, "ClaimSpec", it);
}

pub(super) fn claim_source<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if text(it, "apiGroup").is_empty() && text(it, "kind") != "PersistentVolumeClaim" {
        let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        errors.invalid_text("", text(it, "kind"), detail);
    }
}
