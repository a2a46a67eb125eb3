//! What the API server says to the kinds beside DaemonSets and pods: refusals of new objects and of changes, word for word
//! (upstream: the tables of `pkg/apis/*/validation/validation_test.go` and their messages).

use std::time::Duration;

use playground::api::{Key, decode, kind};
use playground::cluster::Cluster;
use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Session};
use playground::sim::SimTime;

const SELECTED: &str = "selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}";

/// The server's answer to each manifest, one after the other; nothing where it takes it.
fn answers(manifests: &[&str]) -> Vec<String> {
    let mut cluster = Cluster::new(1, SimTime::ZERO.timestamp());
    let one = |manifest: &&str| {
        let object = match decode::decode("x.yaml", manifest, &cluster.custom_kinds(), true).remove(0) {
            Ok(manifest) => match manifest.object() {
                Ok(object) => object,
                Err(error) => return error.to_string(),
            },
            Err(error) => return error.to_string(),
        };
        let key = object.key();
        let key = Key::new(key.kind, if key.namespace.is_empty() { "default" } else { &key.namespace }, &key.name);
        let mut object = object;
        if key.kind.is_namespaced() {
            object.meta_mut().namespace = Some(key.namespace.to_string());
        }
        let done = if cluster.store().object(&key).is_some() { cluster.update(object) } else { cluster.create(object) };
        done.err().map(|error| error.to_string()).unwrap_or_default()
    };
    manifests.iter().map(one).collect()
}

#[test]
fn new_objects_are_refused_in_the_servers_words() {
    let check = |kind: &str, body: &str, expect: &str| {
        let version = kind::ALL.iter().find(|it| it.name() == kind).expect("a kind").api_version();
        let manifest = format!("apiVersion: {version}\nkind: {kind}\n{}", body.replace("SELECTED", SELECTED));
        assert_eq!(answers(&[&manifest]), [expect], "{manifest}");
    };
    check("Deployment", "metadata: {name: a}\nspec: {SELECTED}", "");
    check(
        "Deployment",
        "metadata: {name: a}\nspec: {replicas: -1, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}",
        "Deployment \"a\" is invalid: \n* spec.replicas: Invalid value: -1: must be greater than or equal to 0\n\
         * spec.selector: Required value\n\
         * spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`",
    );
    check(
        "Deployment",
        "metadata: {name: a}\nspec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}, progressDeadlineSeconds: 5, minReadySeconds: 5, SELECTED}",
        "Deployment \"a\" is invalid: \n\
         * spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0\n\
         * spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
    );
    check(
        "Deployment",
        "metadata: {name: a}\nspec: {strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, SELECTED}",
        "Deployment \"a\" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    );
    check(
        "Deployment",
        "metadata: {name: a}\nspec: {strategy: {type: Canary}, SELECTED}",
        "Deployment \"a\" is invalid: spec.strategy: Unsupported value: {\"Type\":\"Canary\",\"RollingUpdate\":null}: supported \
         values: \"Recreate\", \"RollingUpdate\"",
    );
    check(
        "ReplicaSet",
        "metadata: {name: a}\nspec: {selector: {}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}",
        "ReplicaSet \"a\" is invalid: \n* spec.selector: Invalid value: {}: empty selector is invalid for deployment\n\
         * spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
    );
    check(
        "StatefulSet",
        "metadata: {name: a.b}\nspec: {serviceName: a, SELECTED}",
        "StatefulSet \"a.b\" is invalid: metadata.name: Invalid value: \"a.b\": must not contain dots",
    );
    check(
        "StatefulSet",
        "metadata: {name: a}\nspec: {podManagementPolicy: Any, updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {}}], SELECTED}",
        "StatefulSet \"a\" is invalid: \n\
         * spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'\n\
         * spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":1,\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'\n\
         * spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required\n\
         * spec.volumeClaimTemplates[0].spec.resources[storage]: Required value",
    );
    check(
        "Job",
        "metadata: {name: a}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}",
        "",
    );
    check(
        "Job",
        "metadata: {name: a}\nspec: {parallelism: -1, template: {spec: {containers: [{name: c, image: x}]}}}",
        "Job \"a\" is invalid: \n* spec.parallelism: Invalid value: -1: must be greater than or equal to 0\n\
         * spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
    );
    check(
        "CronJob",
        "metadata: {name: a}\nspec: {schedule: '61 * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}}",
        "CronJob \"a\" is invalid: spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61",
    );
    check(
        "PodDisruptionBudget",
        "metadata: {name: a}\nspec: {minAvailable: 1, maxUnavailable: 110%, selector: {matchLabels: {a: b}}}",
        "PodDisruptionBudget \"a\" is invalid: \n\
         * spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{\"matchLabels\":{\"a\":\"b\"}},\"MaxUnavailable\":\"110%\",\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set\n\
         * spec.maxUnavailable: Invalid value: \"110%\": must not be greater than 100%",
    );
    check(
        "PriorityClass",
        "metadata: {name: big}\nvalue: 1000000001",
        "PriorityClass \"big\" is invalid: value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
    );
    check(
        "PriorityClass",
        "metadata: {name: system-mine}\nvalue: 1",
        "PriorityClass \"system-mine\" is invalid: metadata.name: Forbidden: priority class names with 'system-' prefix are \
         reserved for system use only. error: system-mine is not a known system priority class",
    );
    check(
        "ConfigMap",
        "metadata: {name: a}\ndata: {'a b': x}",
        "ConfigMap \"a\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric \
         characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is \
         '[-._a-zA-Z0-9]+')",
    );
    check(
        "Secret",
        "metadata: {name: a}\ntype: kubernetes.io/tls\nstringData: {tls.crt: x}",
        "Secret \"a\" is invalid: data[tls.key]: Required value",
    );
    check("Service", "metadata: {name: a}\nspec: {}", "Service \"a\" is invalid: spec.ports: Required value");
    check("Service", "metadata: {name: a}\nspec: {clusterIP: None}", "");
    check(
        "Service",
        "metadata: {name: a}\nspec: {ports: [{port: 80}, {port: 80, name: b}, {port: 70000, name: b, nodePort: 30000}]}",
        "Service \"a\" is invalid: \n* spec.ports[0].name: Required value\n* spec.ports[2].name: Duplicate value: \"b\"\n\
         * spec.ports[2].port: Invalid value: 70000: must be between 1 and 65535, inclusive\n\
         * spec.ports[2].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive\n\
         * spec.ports[2].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'\n\
         * spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}",
    );
    check(
        "Service",
        "metadata: {name: a}\nspec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}",
        "Service \"a\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.1\"]: failed to allocate IP 10.96.0.1: provided IP is already allocated",
    );
    check("ClusterRole", "metadata: {name: 'system:a:b'}\nrules: [{nonResourceURLs: [/healthz], verbs: [get]}]", "");
    check(
        "ClusterRole",
        "metadata: {name: a/b}\nrules: []",
        "ClusterRole \"a/b\" is invalid: metadata.name: Invalid value: \"a/b\": may not contain '/'",
    );
    check(
        "Role",
        "metadata: {name: a}\nrules: [{resources: [pods]}]",
        "Role \"a\" is invalid: \n* rules[0].verbs: Required value: verbs must contain at least one value\n\
         * rules[0].apiGroups: Required value: resource rules must supply at least one api group",
    );
    check(
        "ClusterRoleBinding",
        "metadata: {name: a}\nroleRef: {kind: Role, name: b}\nsubjects: [{kind: ServiceAccount, name: c}, {kind: Robot, name: d}]",
        "ClusterRoleBinding \"a\" is invalid: \n\
         * roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"\n* subjects[0].namespace: Required value\n\
         * subjects[1].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\"",
    );
    check(
        "PersistentVolumeClaim",
        "metadata: {name: a}\nspec: {accessModes: [Often], resources: {requests: {storage: 0}}}",
        "PersistentVolumeClaim \"a\" is invalid: \n\
         * spec.accessModes: Unsupported value: \"Often\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"\n\
         * spec.resources[storage]: Invalid value: \"0\": must be greater than zero",
    );
    check(
        "Ingress",
        "metadata: {name: a}\nspec: {}",
        "Ingress \"a\" is invalid: spec: Invalid value: null: either `defaultBackend` or `rules` must be specified",
    );
    check(
        "Ingress",
        "metadata: {name: a}\nspec: {rules: [{http: {paths: [{path: x, pathType: Prefix, backend: {}}, {path: /}]}}]}",
        "Ingress \"a\" is invalid: \n* spec.rules[0].http.paths[0].path: Invalid value: \"x\": must be an absolute path\n\
         * spec.rules[0].http.paths[0].backend: Invalid value: \"\": resource or service backend is required\n\
         * spec.rules[0].http.paths[1].pathType: Required value: pathType must be specified",
    );
    check(
        "HorizontalPodAutoscaler",
        "metadata: {name: a}\nspec: {scaleTargetRef: {kind: Deployment}}",
        "HorizontalPodAutoscaler \"a\" is invalid: \n* spec.maxReplicas: Required value: must be set and greater than 0\n\
         * spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`\n\
         * spec.scaleTargetRef.name: Required value",
    );
    check(
        "CustomResourceDefinition",
        "metadata: {name: foos.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Foo, plural: foo}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}",
        "CustomResourceDefinition \"foos.example.com\" is invalid: metadata.name: Invalid value: \"foos.example.com\": must be spec.names.plural+\".\"+spec.group",
    );
}

#[test]
fn what_cannot_change_does_not() {
    let check = |kind: &str, before: &str, after: &str, expect: &str| {
        let version = kind::ALL.iter().find(|it| it.name() == kind).expect("a kind").api_version();
        let manifest = |body: &str| {
            format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n{}", body.replace("SELECTED", SELECTED))
        };
        assert_eq!(answers(&[&manifest(before), &manifest(after)]), ["", expect], "{kind} {after}");
    };
    let other = "selector: {matchLabels: {app: other}}, template: {metadata: {labels: {app: other}}, spec: {containers: [{name: c, image: nginx}]}}";
    check("Deployment", "spec: {SELECTED}", "spec: {replicas: 3, SELECTED}", "");
    check(
        "Deployment",
        "spec: {SELECTED}",
        &format!("spec: {{{other}}}"),
        "Deployment \"a\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is immutable",
    );
    check("StatefulSet", "spec: {serviceName: a, SELECTED}", "spec: {serviceName: a, replicas: 2, SELECTED}", "");
    check(
        "StatefulSet",
        "spec: {serviceName: a, SELECTED}",
        "spec: {serviceName: b, SELECTED}",
        "StatefulSet \"a\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', \
         'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are \
         forbidden",
    );
    check(
        "PriorityClass",
        "value: 5",
        "value: 6",
        "PriorityClass \"a\" is invalid: value: Forbidden: may not be changed in an update.",
    );
    check(
        "ConfigMap",
        "immutable: true\ndata: {a: b}",
        "immutable: true\ndata: {a: c}",
        "ConfigMap \"a\" is invalid: data: Forbidden: field is immutable when `immutable` is set",
    );
    check(
        "RoleBinding",
        "roleRef: {kind: Role, name: b}",
        "roleRef: {kind: Role, name: c}",
        "RoleBinding \"a\" is invalid: roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"Role\",\"Name\":\"c\"}: cannot change roleRef",
    );
    check("Secret", "type: a", "type: b", "Secret \"a\" is invalid: type: Invalid value: \"b\": field is immutable");
    check("Service", "spec: {ports: [{port: 80}]}", "spec: {ports: [{port: 81}]}", "");
    check(
        "Service",
        "spec: {clusterIP: 10.96.0.20, ports: [{port: 80}]}",
        "spec: {clusterIP: 10.96.0.21, ports: [{port: 80}]}",
        "Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.96.0.21\"]: may not change once set",
    );
    check(
        "StorageClass",
        "provisioner: a.b/c",
        "provisioner: a.b/d",
        "StorageClass \"a\" is invalid: provisioner: Invalid value: \"a.b/d\": field is immutable",
    );
}

/// A pod's service account and priority are looked up, as admission does.
#[test]
fn pods_need_their_account_and_their_class() {
    let pod = |name: &str, spec: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: x}}], {spec}}}"
        )
    };
    let class = |name: &str, rest: &str| {
        format!("apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: {name}}}\n{rest}")
    };
    let account =
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: agent}\nautomountServiceAccountToken: false".to_owned();
    let cases = [
        (
            pod("a", "serviceAccountName: agent"),
            "pods \"a\" is forbidden: error looking up service account default/agent: serviceaccount \"agent\" not found",
        ),
        (account, ""),
        (pod("a", "serviceAccountName: agent"), ""),
        (pod("b", "priorityClassName: high"), "pods \"b\" is forbidden: no PriorityClass with name high was found"),
        (class("high", "value: 1000"), ""),
        (pod("b", "priorityClassName: high"), ""),
        (
            pod("c", "priorityClassName: high, priority: 5"),
            "pods \"c\" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission \
             controller computed 1000 from the given PriorityClass name",
        ),
        (class("usual", "value: 10\nglobalDefault: true\npreemptionPolicy: Never"), ""),
        (
            class("other", "value: 11\nglobalDefault: true"),
            "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual is already marked as default. Only one default can exist",
        ),
    ];
    let manifests: Vec<&str> = cases.iter().map(|(manifest, _)| manifest.as_str()).collect();
    let expected: Vec<&str> = cases.iter().map(|(_, answer)| *answer).collect();
    assert_eq!(answers(&manifests), expected);
}

/// What kubectl prints, line by line, on a cluster of one node.
fn check(files: &[(&str, &str)], lines: &[(&str, &str)]) {
    let mut session =
        Session::new(&Scenario::parse("version: 1\nnodes: [{name: worker-1}]\nsteps: []\n").expect("a scenario"));
    for (file, text) in files {
        session.act(Action::Write { file: (*file).to_owned(), text: (*text).to_owned() });
    }
    for (line, expect) in lines {
        session.act(Action::Run((*line).to_owned()));
        session.finish_command(Duration::from_secs(60));
        let output = &session.entries().last().expect("a command").job.output;
        assert_eq!(output.text(Stream::Out) + &output.text(Stream::Err), *expect, "$ {line}");
    }
}

#[test]
fn people_may_define_kinds_of_their_own() {
    let definition = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: felixconfigurations.crd.projectcalico.org}
spec:
  group: crd.projectcalico.org
  names: {kind: FelixConfiguration, plural: felixconfigurations, shortNames: [felix]}
  scope: Cluster
  versions:
  - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    additionalPrinterColumns: [{name: Log, type: string, jsonPath: .spec.logSeverityScreen}, {name: Age, type: date, jsonPath: .metadata.creationTimestamp}]
"#;
    let object = "apiVersion: crd.projectcalico.org/v1\nkind: FelixConfiguration\nmetadata: {name: default}\nspec: {logSeverityScreen: Info, ipipEnabled: false}\n";
    let unknown = "error: resource mapping not found for name: \"default\" namespace: \"\" from \"felix.yaml\": no matches for kind \
                   \"FelixConfiguration\" in version \"crd.projectcalico.org/v1\"\nensure CRDs are installed first\n";
    let files = [("crd.yaml", definition), ("felix.yaml", object)];
    check(
        &files,
        &[
            ("kubectl apply -f felix.yaml", unknown),
            ("kubectl get felix", "error: the server doesn't have a resource type \"felix\"\n"),
            (
                "kubectl apply -f crd.yaml -f felix.yaml",
                &format!(
                    "customresourcedefinition.apiextensions.k8s.io/felixconfigurations.crd.projectcalico.org created\n{unknown}"
                ),
            ),
            ("kubectl apply -f felix.yaml", "felixconfiguration.crd.projectcalico.org/default created\n"),
            ("kubectl apply -f felix.yaml", "felixconfiguration.crd.projectcalico.org/default unchanged\n"),
            ("kubectl get felix", "NAME      LOG    AGE\ndefault   Info   0s\n"),
            (
                "kubectl get felix default -o jsonpath='{.spec} {.metadata.generation}'",
                "{\"ipipEnabled\":false,\"logSeverityScreen\":\"Info\"} 1",
            ),
            (
                "kubectl patch felix default --type merge -p '{\"spec\":{\"a\":1}}'",
                "felixconfiguration.crd.projectcalico.org/default patched\n",
            ),
            ("kubectl get felix default -o jsonpath='{.metadata.generation}'", "2"),
            (
                "kubectl patch felix default -p '{}'",
                "error: application/strategic-merge-patch+json is not supported by crd.projectcalico.org/v1, \
                 Kind=FelixConfiguration: the body of the request was in an unknown format - accepted media types include: \
                 application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml\n",
            ),
            (
                "kubectl delete crd felixconfigurations.crd.projectcalico.org",
                "customresourcedefinition.apiextensions.k8s.io \"felixconfigurations.crd.projectcalico.org\" deleted\n",
            ),
            ("kubectl get felix", "error: the server doesn't have a resource type \"felix\"\n"),
            (
                "kubectl apply -f crd.yaml",
                "customresourcedefinition.apiextensions.k8s.io/felixconfigurations.crd.projectcalico.org created\n",
            ),
            ("kubectl get felix", "No resources found\n"),
        ],
    );
}

/// What the server fills in, and what a cluster has from the beginning.
#[test]
fn stored_kinds_are_printed_with_what_the_server_added() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80}]}\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n";
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}\n";
    check(
        &[("service.yaml", service), ("secret.yaml", secret), ("claim.yaml", claim)],
        &[
            (
                "kubectl create -f service.yaml -f secret.yaml -f claim.yaml",
                "service/web created\nsecret/s created\npersistentvolumeclaim/c created\n",
            ),
            (
                "kubectl get service web -o jsonpath='{.spec.ports} {.spec.ipFamilies} {.spec.ipFamilyPolicy} {.spec.sessionAffinity} {.spec.externalTrafficPolicy} {.status}' | sed 's/[0-9][0-9][0-9][0-9][0-9]/PORT/'",
                "[{\"nodePort\":PORT,\"port\":80,\"protocol\":\"TCP\",\"targetPort\":80}] [\"IPv4\"] SingleStack None Cluster {\"loadBalancer\":{}}",
            ),
            ("kubectl get secret s -o jsonpath='{.data} {.type}'", "{\"a\":\"Yg==\"} Opaque"),
            (
                "kubectl get pvc c -o jsonpath='{.spec.resources} {.spec.volumeMode} {.status}'",
                "{\"requests\":{\"storage\":\"1Gi\"}} Filesystem {\"phase\":\"Pending\"}",
            ),
            (
                "kubectl get sa,cm",
                "NAME                     AGE\nserviceaccount/default   1s\n\nNAME                         DATA   AGE\nconfigmap/kube-root-ca.crt   1      1s\n",
            ),
            ("kubectl create namespace agents", "namespace/agents created\n"),
            ("kubectl get sa,cm -n agents -o name", "serviceaccount/default\nconfigmap/kube-root-ca.crt\n"),
            ("kubectl delete sa default -n agents", "serviceaccount \"default\" deleted from agents namespace\n"),
            ("kubectl get sa -n agents -o name", "serviceaccount/default\n"),
            ("kubectl delete namespace agents", "namespace \"agents\" deleted\n"),
            (
                "kubectl get sa -A -o custom-columns=NS:.metadata.namespace --no-headers",
                "default\nkube-node-lease\nkube-public\nkube-system\n",
            ),
            (
                "kubectl get pc -o name",
                "priorityclass.scheduling.k8s.io/system-cluster-critical\npriorityclass.scheduling.k8s.io/system-node-critical\n",
            ),
        ],
    );
}

/// One small object of each kind.
const ONE_OF_EACH: &str = r#"
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.example.com}, spec: {group: example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 1, service: {name: a, namespace: b}}}
---
{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: a}, spec: {request: eA==, signerName: example.com/a, usages: [client auth]}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}, roleRef: {kind: ClusterRole, name: a}, subjects: [{kind: Group, name: g}]}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}, binaryData: {c: eA==}}
---
{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: a}, revision: 1, data: {a: b}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {schedule: "@hourly", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}}}
---
{apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: {name: a}, spec: {}}
---
{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {name: a}, spec: {drivers: [{name: d, nodeID: node}]}}
---
{apiVersion: storage.k8s.io/v1, kind: CSIStorageCapacity, metadata: {name: a}, storageClassName: s, capacity: 1Gi}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: foos.example.com}, spec: {group: example.com, scope: Cluster, names: {kind: Foo, plural: foos}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {SELECTED}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {SELECTED}}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: a}, subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 80}]}]}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]}
---
{apiVersion: v1, kind: Event, metadata: {name: a, namespace: default}, involvedObject: {kind: Pod, name: a}, reason: R, type: Normal}
---
{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: a}, spec: {priorityLevelConfiguration: {name: exempt}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: a}, behavior: {scaleUp: {selectPolicy: Min}}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {defaultBackend: {service: {name: a, port: {number: 80}}}}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}, spec: {controller: example.com/a}}
---
{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: 10.0.0.1}, spec: {parentRef: {resource: services, namespace: a, name: b}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}, spec: {holderIdentity: b, renewTime: "2026-01-05T09:00:00.000000Z"}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: a}, spec: {limits: [{type: Container, max: {cpu: 1000m}}]}}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: a.b.c, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {service: {name: a, namespace: b}}, rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: [pods]}]}]}
---
{apiVersion: v1, kind: Namespace, metadata: {name: a}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, ingress: [{ports: [{port: 80}], from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: a}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1024Mi}, hostPath: {path: /a}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: x}]}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {minAvailable: 1, selector: {matchLabels: {a: b}}}}
---
{apiVersion: v1, kind: PodTemplate, metadata: {name: a}, template: {spec: {containers: [{name: c, image: x}]}}}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: 1}
---
{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: PriorityLevelConfiguration, metadata: {name: a}, spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {}}}}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a}, spec: {SELECTED}}
---
{apiVersion: v1, kind: ReplicationController, metadata: {name: a}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: a}, spec: {hard: {pods: 10, requests.cpu: 1500m}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a}, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}, roleRef: {kind: Role, name: a}, subjects: [{kind: ServiceAccount, name: s}]}
---
{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: a}, handler: runc, overhead: {podFixed: {cpu: 100m}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: b}}
---
{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}, imagePullSecrets: [{name: s}]}
---
{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: a}, spec: {cidrs: [10.0.0.0/24]}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {serviceName: a, SELECTED, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisioner: example.com/a}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: a}, spec: {validations: [{expression: "true"}], matchConstraints: {}}}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: a}, spec: {policyName: a, validationActions: [Deny]}}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: a.b.c, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: "https://a"}}]}
---
{apiVersion: storage.k8s.io/v1, kind: VolumeAttachment, metadata: {name: a}, spec: {attacher: a, nodeName: b, source: {persistentVolumeName: c}}}
---
{apiVersion: storage.k8s.io/v1, kind: VolumeAttributesClass, metadata: {name: a}, driverName: a}
"#;

/// Each kind is created, printed, listed, applied again, and deleted; what was printed is read as strictly as a manifest, and
/// changes nothing.
#[test]
fn every_kind_is_taken_printed_and_deleted() {
    let mut session = Session::new(&Scenario::parse("version: 1\nsteps: []\n").expect("a scenario"));
    let run = |session: &mut Session, line: &str| {
        session.act(Action::Run(line.to_owned()));
        session.finish_command(Duration::from_secs(60));
        let output = &session.entries().last().expect("a command").job.output;
        (output.text(Stream::Out), output.text(Stream::Err))
    };
    let all = ONE_OF_EACH.replace("SELECTED", SELECTED);
    let mut seen = vec![];
    for text in all.split("---\n") {
        let manifest = decode::decode("x.yaml", text, &[], true).remove(0).unwrap_or_else(|error| panic!("{text}: {error}"));
        let (kind, name) = (manifest.kind, manifest.name);
        seen.push(kind);
        let (resource, full) = (kind.resource(), format!("{}/{name}", kind.singular_with_group()));
        session.act(Action::Write { file: "x.yaml".to_owned(), text: text.to_owned() });
        assert_eq!(run(&mut session, "kubectl create -f x.yaml").0, format!("{full} created\n"), "{text}");
        let printed = run(&mut session, &format!("kubectl get {resource} {name} -o yaml")).0;
        session.act(Action::Write { file: "printed.yaml".to_owned(), text: printed.clone() });
        assert_eq!(run(&mut session, "kubectl replace -f printed.yaml").0, format!("{full} replaced\n"), "{printed}");
        assert_eq!(run(&mut session, &format!("kubectl get {resource} {name} -o yaml")).0, printed);
        let table = run(&mut session, &format!("kubectl get {resource} {name} -o wide")).0;
        assert_eq!(table.lines().count(), 2, "{table}");
        assert_eq!(run(&mut session, &format!("kubectl label {resource} {name} team=x")).0, format!("{full} labeled\n"));
        let deleted = run(&mut session, &format!("kubectl delete {resource} {name} --wait=false")).0;
        assert!(deleted.starts_with(&format!("{} {name:?} deleted", kind.singular_with_group())), "{deleted}");
    }
    assert_eq!(seen, kind::ALL);
}
