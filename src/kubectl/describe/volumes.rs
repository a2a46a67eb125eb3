//! Volumes of pods and pod templates, and what is behind a PersistentVolume.

use serde_json::Value;

use super::{Page, amount, list, text};

/// The kinds of volumes: the field, what it is, and its fields.
const KINDS: [(&str, &str, &str); 31] = [
    ("hostPath", "HostPath (bare host directory volume)", "Path=path;HostPathType=type"),
    ("emptyDir", "EmptyDir (a temporary directory that shares a pod's lifetime)", "Medium=medium"),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        "PDName=pdName;FSType=fsType;Partition=partition|0;ReadOnly=readOnly|false",
    ),
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        "VolumeID=volumeID;FSType=fsType;Partition=partition|0;ReadOnly=readOnly|false",
    ),
    (
        "gitRepo",
        "GitRepo (a volume that is pulled from git when the pod is created)",
        "Repository=repository;Revision=revision",
    ),
    ("secret", "Secret (a volume populated by a Secret)", "SecretName=secretName;Optional=optional|false"),
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", "Name=name;Optional=optional|false"),
    ("nfs", "NFS (an NFS mount that lasts the lifetime of a pod)", "Server=server;Path=path;ReadOnly=readOnly|false"),
    (
        "iscsi",
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
        "TargetPortal=targetPortal;IQN=iqn;Lun=lun|0;ISCSIInterface\t=iscsiInterface;FSType=fsType;ReadOnly=readOnly|false;\
         Portals=portals|[];DiscoveryCHAPAuth=chapAuthDiscovery|false;SessionCHAPAuth=chapAuthSession|false;\
         SecretRef=&secretRef;InitiatorName=initiatorName|<none>",
    ),
    (
        "glusterfs",
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        "EndpointsName=endpoints;Path=path;ReadOnly=readOnly|false",
    ),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        "ClaimName=claimName;ReadOnly=readOnly|false",
    ),
    (
        "ephemeral",
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        "StorageClass=volumeClaimTemplate.spec.storageClassName;Volume=volumeClaimTemplate.spec.volumeName",
    ),
    (
        "rbd",
        "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
        "CephMonitors=monitors|[];RBDImage=image;FSType=fsType;RBDPool=pool;RadosUser=user;Keyring=keyring;\
         SecretRef=&secretRef;ReadOnly=readOnly|false",
    ),
    (
        "quobyte",
        "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
        "Registry=registry;Volume=volume;ReadOnly=readOnly|false",
    ),
    ("downwardAPI", "DownwardAPI (a volume populated by information about the pod)", ""),
    (
        "azureDisk",
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        "DiskName=diskName;DiskURI=diskURI;Kind=kind|Shared;FSType=fsType|ext4;CachingMode=cachingMode|ReadWrite;\
         ReadOnly=readOnly|false",
    ),
    (
        "vsphereVolume",
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        "VolumePath=volumePath;FSType=fsType;StoragePolicyName=storagePolicyName",
    ),
    (
        "cinder",
        "Cinder (a Persistent Disk resource in OpenStack)",
        "VolumeID=volumeID;FSType=fsType;ReadOnly=readOnly|false;SecretRef=&secretRef",
    ),
    (
        "photonPersistentDisk",
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
        "PdID=pdID;FSType=fsType",
    ),
    ("portworxVolume", "PortworxVolume (a Portworx Volume resource)", "VolumeID=volumeID"),
    (
        "scaleIO",
        "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
        "Gateway=gateway;System=system;Protection Domain=protectionDomain;Storage Pool=storagePool;Storage Mode=storageMode;\
         VolumeName=volumeName;FSType=fsType;ReadOnly=readOnly|false",
    ),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", "Path=path"),
    (
        "cephfs",
        "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
        "Monitors=monitors|[];Path=path;User=user;SecretFile=secretFile;SecretRef=&secretRef;ReadOnly=readOnly|false",
    ),
    (
        "storageos",
        "StorageOS (a StorageOS Persistent Disk resource)",
        "VolumeName=volumeName;VolumeNamespace=volumeNamespace;FSType=fsType;ReadOnly=readOnly|false",
    ),
    ("fc", "FC (a Fibre Channel disk)", ""),
    (
        "azureFile",
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        "SecretName=secretName;ShareName=shareName;ReadOnly=readOnly|false",
    ),
    (
        "flexVolume",
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
        "Driver=driver;FSType=fsType;SecretRef=&secretRef;ReadOnly=readOnly|false;Options=options|map[]",
    ),
    (
        "flocker",
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        "DatasetName=datasetName;DatasetUUID=datasetUUID",
    ),
    ("projected", "Projected (a volume that contains injected data from multiple sources)", ""),
    (
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        "Driver=driver;FSType=fsType;VolumeHandle?=volumeHandle;ReadOnly=readOnly|false",
    ),
    ("image", "Image (a container image or OCI artifact)", "Reference=reference;PullPolicy=pullPolicy"),
];

pub(super) fn describe(volumes: &[Value], space: &str, page: &mut Page) {
    let none = if volumes.is_empty() { "\t<none>" } else { "" };
    page.row(0, format_args!("{space}Volumes:{none}"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        page.row(1, format_args!("{name_indent}{}:", text(volume, "name")));
        source(volume, page);
    }
}

/// What a volume is, and where it comes from.
pub(super) fn source(volume: &Value, page: &mut Page) {
    let Some((kind, type_, fields)) = KINDS.iter().find(|(kind, ..)| volume[kind].is_object()) else {
        return page.line(1, "<unknown>");
    };
    let it = &volume[kind];
    page.row(2, format_args!("Type:\t{type_}"));
    page.fields(2, it, fields);
    match *kind {
        "emptyDir" => {
            let limit = amount(&it["sizeLimit"]);
            let is_set = !limit.is_zero() && !limit.is_negative();
            let limit = if is_set { limit.to_string() } else { "<unset>".to_owned() };
            page.row(2, format_args!("SizeLimit:\t{limit}"));
        }
        "downwardAPI" => {
            page.line(2, "Items:");
            for item in list(it, "items") {
                let from = text(item, "fieldRef.fieldPath") + &text(item, "resourceFieldRef.resource");
                page.row(3, format_args!("{from} -> {}", text(item, "path")));
            }
        }
        "ephemeral" => {
            let claim = &it["volumeClaimTemplate"];
            entries("Labels", &claim["metadata"]["labels"], "=", "    <none>", page);
            entries("Annotations", &claim["metadata"]["annotations"], ": ", "    <none>", page);
            page.fields(2, claim, "Capacity=;Access Modes=;VolumeMode?=spec.volumeMode");
            if claim["spec"]["dataSource"].is_object() {
                page.line(2, "DataSource:");
                page.fields(3, &claim["spec"]["dataSource"], "APIGroup?=apiGroup;Kind=kind;Name=name");
            }
        }
        "fc" => {
            let names: Vec<&str> = list(it, "targetWWNs").iter().filter_map(Value::as_str).collect();
            page.row(2, format_args!("TargetWWNs:\t{}", names.join(", ")));
            page.fields(2, it, "LUN=lun|<none>;FSType=fsType;ReadOnly=readOnly|false");
        }
        "projected" => list(it, "sources").iter().for_each(|part| projected(part, page)),
        "csi" => entries("VolumeAttributes", &it["volumeAttributes"], "=", "<none>", page),
        _ => {}
    }
}

fn projected(source: &Value, page: &mut Page) {
    for (kind, fields) in [
        ("secret", "SecretName=name;Optional=optional|false"),
        ("downwardAPI", "DownwardAPI=|true"),
        ("configMap", "ConfigMapName=name;Optional=optional|false"),
        ("serviceAccountToken", "TokenExpirationSeconds=expirationSeconds|3600"),
    ] {
        if source[kind].is_object() {
            return page.fields(2, &source[kind], fields);
        }
    }
}

/// The entries of a map, a line each. Upstream indents what stands behind the tab as well.
fn entries(title: &str, map: &Value, equals: &str, none: &str, page: &mut Page) {
    let entries = map.as_object().into_iter().flatten();
    let mut lines = entries.map(|(key, value)| format!("    {key}{equals}{}", value.as_str().unwrap_or_default()));
    page.row(2, format_args!("{title}:\t{}", lines.next().as_deref().unwrap_or(none)));
    lines.for_each(|line| page.row(4, format_args!("\t{line}")));
}
