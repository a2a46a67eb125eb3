//! The fields of Kubernetes' types. Made by `UPDATE_WIRE=1 cargo test --test wire`; not to be changed by hand.

#[rustfmt::skip]
super::table! {
    k8s_openapi::api::apps::v1::ControllerRevision { "data" data "metadata" metadata "revision" revision }
    k8s_openapi::api::apps::v1::DaemonSet { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::apps::v1::DaemonSetCondition { "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::apps::v1::DaemonSetSpec { "minReadySeconds" min_ready_seconds "revisionHistoryLimit" revision_history_limit "selector" selector "template" template "updateStrategy" update_strategy }
    k8s_openapi::api::apps::v1::DaemonSetStatus { "collisionCount" collision_count "conditions" conditions "currentNumberScheduled" current_number_scheduled "desiredNumberScheduled" desired_number_scheduled "numberAvailable" number_available "numberMisscheduled" number_misscheduled "numberReady" number_ready "numberUnavailable" number_unavailable "observedGeneration" observed_generation "updatedNumberScheduled" updated_number_scheduled }
    k8s_openapi::api::apps::v1::DaemonSetUpdateStrategy { "rollingUpdate" rolling_update "type" type_ }
    k8s_openapi::api::apps::v1::Deployment { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::apps::v1::DeploymentCondition { "lastTransitionTime" last_transition_time "lastUpdateTime" last_update_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::apps::v1::DeploymentSpec { "minReadySeconds" min_ready_seconds "paused" paused "progressDeadlineSeconds" progress_deadline_seconds "replicas" replicas "revisionHistoryLimit" revision_history_limit "selector" selector "strategy" strategy "template" template }
    k8s_openapi::api::apps::v1::DeploymentStatus { "availableReplicas" available_replicas "collisionCount" collision_count "conditions" conditions "observedGeneration" observed_generation "readyReplicas" ready_replicas "replicas" replicas "terminatingReplicas" terminating_replicas "unavailableReplicas" unavailable_replicas "updatedReplicas" updated_replicas }
    k8s_openapi::api::apps::v1::DeploymentStrategy { "rollingUpdate" rolling_update "type" type_ }
    k8s_openapi::api::apps::v1::ReplicaSet { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::apps::v1::ReplicaSetCondition { "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::apps::v1::ReplicaSetSpec { "minReadySeconds" min_ready_seconds "replicas" replicas "selector" selector "template" template }
    k8s_openapi::api::apps::v1::ReplicaSetStatus { "availableReplicas" available_replicas "conditions" conditions "fullyLabeledReplicas" fully_labeled_replicas "observedGeneration" observed_generation "readyReplicas" ready_replicas "replicas" replicas "terminatingReplicas" terminating_replicas }
    k8s_openapi::api::apps::v1::RollingUpdateDaemonSet { "maxSurge" max_surge "maxUnavailable" max_unavailable }
    k8s_openapi::api::apps::v1::RollingUpdateDeployment { "maxSurge" max_surge "maxUnavailable" max_unavailable }
    k8s_openapi::api::apps::v1::RollingUpdateStatefulSetStrategy { "maxUnavailable" max_unavailable "partition" partition }
    k8s_openapi::api::apps::v1::StatefulSet { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::apps::v1::StatefulSetCondition { "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::apps::v1::StatefulSetOrdinals { "start" start }
    k8s_openapi::api::apps::v1::StatefulSetPersistentVolumeClaimRetentionPolicy { "whenDeleted" when_deleted "whenScaled" when_scaled }
    k8s_openapi::api::apps::v1::StatefulSetSpec { "minReadySeconds" min_ready_seconds "ordinals" ordinals "persistentVolumeClaimRetentionPolicy" persistent_volume_claim_retention_policy "podManagementPolicy" pod_management_policy "replicas" replicas "revisionHistoryLimit" revision_history_limit "selector" selector "serviceName" service_name "template" template "updateStrategy" update_strategy "volumeClaimTemplates" volume_claim_templates }
    k8s_openapi::api::apps::v1::StatefulSetStatus { "availableReplicas" available_replicas "collisionCount" collision_count "conditions" conditions "currentReplicas" current_replicas "currentRevision" current_revision "observedGeneration" observed_generation "readyReplicas" ready_replicas "replicas" replicas "updateRevision" update_revision "updatedReplicas" updated_replicas }
    k8s_openapi::api::apps::v1::StatefulSetUpdateStrategy { "rollingUpdate" rolling_update "type" type_ }
    k8s_openapi::api::batch::v1::Job { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::batch::v1::JobCondition { "lastProbeTime" last_probe_time "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::batch::v1::JobSpec { "activeDeadlineSeconds" active_deadline_seconds "backoffLimit" backoff_limit "backoffLimitPerIndex" backoff_limit_per_index "completionMode" completion_mode "completions" completions "managedBy" managed_by "manualSelector" manual_selector "maxFailedIndexes" max_failed_indexes "parallelism" parallelism "podFailurePolicy" pod_failure_policy "podReplacementPolicy" pod_replacement_policy "selector" selector "successPolicy" success_policy "suspend" suspend "template" template "ttlSecondsAfterFinished" ttl_seconds_after_finished }
    k8s_openapi::api::batch::v1::JobStatus { "active" active "completedIndexes" completed_indexes "completionTime" completion_time "conditions" conditions "failed" failed "failedIndexes" failed_indexes "ready" ready "startTime" start_time "succeeded" succeeded "terminating" terminating "uncountedTerminatedPods" uncounted_terminated_pods }
    k8s_openapi::api::batch::v1::PodFailurePolicy { "rules" rules }
    k8s_openapi::api::batch::v1::PodFailurePolicyOnExitCodesRequirement { "containerName" container_name "operator" operator "values" values }
    k8s_openapi::api::batch::v1::PodFailurePolicyOnPodConditionsPattern { "status" status "type" type_ }
    k8s_openapi::api::batch::v1::PodFailurePolicyRule { "action" action "onExitCodes" on_exit_codes "onPodConditions" on_pod_conditions }
    k8s_openapi::api::batch::v1::SuccessPolicy { "rules" rules }
    k8s_openapi::api::batch::v1::SuccessPolicyRule { "succeededCount" succeeded_count "succeededIndexes" succeeded_indexes }
    k8s_openapi::api::batch::v1::UncountedTerminatedPods { "failed" failed "succeeded" succeeded }
    k8s_openapi::api::core::v1::AWSElasticBlockStoreVolumeSource { "fsType" fs_type "partition" partition "readOnly" read_only "volumeID" volume_id }
    k8s_openapi::api::core::v1::Affinity { "nodeAffinity" node_affinity "podAffinity" pod_affinity "podAntiAffinity" pod_anti_affinity }
    k8s_openapi::api::core::v1::AppArmorProfile { "localhostProfile" localhost_profile "type" type_ }
    k8s_openapi::api::core::v1::AttachedVolume { "devicePath" device_path "name" name }
    k8s_openapi::api::core::v1::AzureDiskVolumeSource { "cachingMode" caching_mode "diskName" disk_name "diskURI" disk_uri "fsType" fs_type "kind" kind "readOnly" read_only }
    k8s_openapi::api::core::v1::AzureFileVolumeSource { "readOnly" read_only "secretName" secret_name "shareName" share_name }
    k8s_openapi::api::core::v1::CSIVolumeSource { "driver" driver "fsType" fs_type "nodePublishSecretRef" node_publish_secret_ref "readOnly" read_only "volumeAttributes" volume_attributes }
    k8s_openapi::api::core::v1::Capabilities { "add" add "drop" drop }
    k8s_openapi::api::core::v1::CephFSVolumeSource { "monitors" monitors "path" path "readOnly" read_only "secretFile" secret_file "secretRef" secret_ref "user" user }
    k8s_openapi::api::core::v1::CinderVolumeSource { "fsType" fs_type "readOnly" read_only "secretRef" secret_ref "volumeID" volume_id }
    k8s_openapi::api::core::v1::ClusterTrustBundleProjection { "labelSelector" label_selector "name" name "optional" optional "path" path "signerName" signer_name }
    k8s_openapi::api::core::v1::ConfigMapEnvSource { "name" name "optional" optional }
    k8s_openapi::api::core::v1::ConfigMapKeySelector { "key" key "name" name "optional" optional }
    k8s_openapi::api::core::v1::ConfigMapNodeConfigSource { "kubeletConfigKey" kubelet_config_key "name" name "namespace" namespace "resourceVersion" resource_version "uid" uid }
    k8s_openapi::api::core::v1::ConfigMapProjection { "items" items "name" name "optional" optional }
    k8s_openapi::api::core::v1::ConfigMapVolumeSource { "defaultMode" default_mode "items" items "name" name "optional" optional }
    k8s_openapi::api::core::v1::Container { "args" args "command" command "env" env "envFrom" env_from "image" image "imagePullPolicy" image_pull_policy "lifecycle" lifecycle "livenessProbe" liveness_probe "name" name "ports" ports "readinessProbe" readiness_probe "resizePolicy" resize_policy "resources" resources "restartPolicy" restart_policy "restartPolicyRules" restart_policy_rules "securityContext" security_context "startupProbe" startup_probe "stdin" stdin "stdinOnce" stdin_once "terminationMessagePath" termination_message_path "terminationMessagePolicy" termination_message_policy "tty" tty "volumeDevices" volume_devices "volumeMounts" volume_mounts "workingDir" working_dir }
    k8s_openapi::api::core::v1::ContainerExtendedResourceRequest { "containerName" container_name "requestName" request_name "resourceName" resource_name }
    k8s_openapi::api::core::v1::ContainerImage { "names" names "sizeBytes" size_bytes }
    k8s_openapi::api::core::v1::ContainerPort { "containerPort" container_port "hostIP" host_ip "hostPort" host_port "name" name "protocol" protocol }
    k8s_openapi::api::core::v1::ContainerResizePolicy { "resourceName" resource_name "restartPolicy" restart_policy }
    k8s_openapi::api::core::v1::ContainerRestartRule { "action" action "exitCodes" exit_codes }
    k8s_openapi::api::core::v1::ContainerRestartRuleOnExitCodes { "operator" operator "values" values }
    k8s_openapi::api::core::v1::ContainerState { "running" running "terminated" terminated "waiting" waiting }
    k8s_openapi::api::core::v1::ContainerStateRunning { "startedAt" started_at }
    k8s_openapi::api::core::v1::ContainerStateTerminated { "containerID" container_id "exitCode" exit_code "finishedAt" finished_at "message" message "reason" reason "signal" signal "startedAt" started_at }
    k8s_openapi::api::core::v1::ContainerStateWaiting { "message" message "reason" reason }
    k8s_openapi::api::core::v1::ContainerStatus { "allocatedResources" allocated_resources "allocatedResourcesStatus" allocated_resources_status "containerID" container_id "image" image "imageID" image_id "lastState" last_state "name" name "ready" ready "resources" resources "restartCount" restart_count "started" started "state" state "stopSignal" stop_signal "user" user "volumeMounts" volume_mounts }
    k8s_openapi::api::core::v1::ContainerUser { "linux" linux }
    k8s_openapi::api::core::v1::DaemonEndpoint { "Port" port }
    k8s_openapi::api::core::v1::DownwardAPIProjection { "items" items }
    k8s_openapi::api::core::v1::DownwardAPIVolumeFile { "fieldRef" field_ref "mode" mode "path" path "resourceFieldRef" resource_field_ref }
    k8s_openapi::api::core::v1::DownwardAPIVolumeSource { "defaultMode" default_mode "items" items }
    k8s_openapi::api::core::v1::EmptyDirVolumeSource { "medium" medium "sizeLimit" size_limit }
    k8s_openapi::api::core::v1::EnvFromSource { "configMapRef" config_map_ref "prefix" prefix "secretRef" secret_ref }
    k8s_openapi::api::core::v1::EnvVar { "name" name "value" value "valueFrom" value_from }
    k8s_openapi::api::core::v1::EnvVarSource { "configMapKeyRef" config_map_key_ref "fieldRef" field_ref "fileKeyRef" file_key_ref "resourceFieldRef" resource_field_ref "secretKeyRef" secret_key_ref }
    k8s_openapi::api::core::v1::EphemeralContainer { "args" args "command" command "env" env "envFrom" env_from "image" image "imagePullPolicy" image_pull_policy "lifecycle" lifecycle "livenessProbe" liveness_probe "name" name "ports" ports "readinessProbe" readiness_probe "resizePolicy" resize_policy "resources" resources "restartPolicy" restart_policy "restartPolicyRules" restart_policy_rules "securityContext" security_context "startupProbe" startup_probe "stdin" stdin "stdinOnce" stdin_once "targetContainerName" target_container_name "terminationMessagePath" termination_message_path "terminationMessagePolicy" termination_message_policy "tty" tty "volumeDevices" volume_devices "volumeMounts" volume_mounts "workingDir" working_dir }
    k8s_openapi::api::core::v1::EphemeralVolumeSource { "volumeClaimTemplate" volume_claim_template }
    k8s_openapi::api::core::v1::Event { "action" action "count" count "eventTime" event_time "firstTimestamp" first_timestamp "involvedObject" involved_object "lastTimestamp" last_timestamp "message" message "metadata" metadata "reason" reason "related" related "reportingComponent" reporting_component "reportingInstance" reporting_instance "series" series "source" source "type" type_ }
    k8s_openapi::api::core::v1::EventSeries { "count" count "lastObservedTime" last_observed_time }
    k8s_openapi::api::core::v1::EventSource { "component" component "host" host }
    k8s_openapi::api::core::v1::ExecAction { "command" command }
    k8s_openapi::api::core::v1::FCVolumeSource { "fsType" fs_type "lun" lun "readOnly" read_only "targetWWNs" target_wwns "wwids" wwids }
    k8s_openapi::api::core::v1::FileKeySelector { "key" key "optional" optional "path" path "volumeName" volume_name }
    k8s_openapi::api::core::v1::FlexVolumeSource { "driver" driver "fsType" fs_type "options" options "readOnly" read_only "secretRef" secret_ref }
    k8s_openapi::api::core::v1::FlockerVolumeSource { "datasetName" dataset_name "datasetUUID" dataset_uuid }
    k8s_openapi::api::core::v1::GCEPersistentDiskVolumeSource { "fsType" fs_type "partition" partition "pdName" pd_name "readOnly" read_only }
    k8s_openapi::api::core::v1::GRPCAction { "port" port "service" service }
    k8s_openapi::api::core::v1::GitRepoVolumeSource { "directory" directory "repository" repository "revision" revision }
    k8s_openapi::api::core::v1::GlusterfsVolumeSource { "endpoints" endpoints "path" path "readOnly" read_only }
    k8s_openapi::api::core::v1::HTTPGetAction { "host" host "httpHeaders" http_headers "path" path "port" port "scheme" scheme }
    k8s_openapi::api::core::v1::HTTPHeader { "name" name "value" value }
    k8s_openapi::api::core::v1::HostAlias { "hostnames" hostnames "ip" ip }
    k8s_openapi::api::core::v1::HostIP { "ip" ip }
    k8s_openapi::api::core::v1::HostPathVolumeSource { "path" path "type" type_ }
    k8s_openapi::api::core::v1::ISCSIVolumeSource { "chapAuthDiscovery" chap_auth_discovery "chapAuthSession" chap_auth_session "fsType" fs_type "initiatorName" initiator_name "iqn" iqn "iscsiInterface" iscsi_interface "lun" lun "portals" portals "readOnly" read_only "secretRef" secret_ref "targetPortal" target_portal }
    k8s_openapi::api::core::v1::ImageVolumeSource { "pullPolicy" pull_policy "reference" reference }
    k8s_openapi::api::core::v1::ImageVolumeStatus { "imageRef" image_ref }
    k8s_openapi::api::core::v1::KeyToPath { "key" key "mode" mode "path" path }
    k8s_openapi::api::core::v1::Lifecycle { "postStart" post_start "preStop" pre_stop "stopSignal" stop_signal }
    k8s_openapi::api::core::v1::LifecycleHandler { "exec" exec "httpGet" http_get "sleep" sleep "tcpSocket" tcp_socket }
    k8s_openapi::api::core::v1::LinuxContainerUser { "gid" gid "supplementalGroups" supplemental_groups "uid" uid }
    k8s_openapi::api::core::v1::LocalObjectReference { "name" name }
    k8s_openapi::api::core::v1::ModifyVolumeStatus { "status" status "targetVolumeAttributesClassName" target_volume_attributes_class_name }
    k8s_openapi::api::core::v1::NFSVolumeSource { "path" path "readOnly" read_only "server" server }
    k8s_openapi::api::core::v1::Namespace { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::core::v1::NamespaceCondition { "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::core::v1::NamespaceSpec { "finalizers" finalizers }
    k8s_openapi::api::core::v1::NamespaceStatus { "conditions" conditions "phase" phase }
    k8s_openapi::api::core::v1::Node { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::core::v1::NodeAddress { "address" address "type" type_ }
    k8s_openapi::api::core::v1::NodeAffinity { "preferredDuringSchedulingIgnoredDuringExecution" preferred_during_scheduling_ignored_during_execution "requiredDuringSchedulingIgnoredDuringExecution" required_during_scheduling_ignored_during_execution }
    k8s_openapi::api::core::v1::NodeAllocatableResourceClaimStatus { "containers" containers "resourceClaimName" resource_claim_name "resources" resources }
    k8s_openapi::api::core::v1::NodeCondition { "lastHeartbeatTime" last_heartbeat_time "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::core::v1::NodeConfigSource { "configMap" config_map }
    k8s_openapi::api::core::v1::NodeConfigStatus { "active" active "assigned" assigned "error" error "lastKnownGood" last_known_good }
    k8s_openapi::api::core::v1::NodeDaemonEndpoints { "kubeletEndpoint" kubelet_endpoint }
    k8s_openapi::api::core::v1::NodeFeatures { "supplementalGroupsPolicy" supplemental_groups_policy }
    k8s_openapi::api::core::v1::NodeRuntimeHandler { "features" features "name" name }
    k8s_openapi::api::core::v1::NodeRuntimeHandlerFeatures { "recursiveReadOnlyMounts" recursive_read_only_mounts "userNamespaces" user_namespaces }
    k8s_openapi::api::core::v1::NodeSelector { "nodeSelectorTerms" node_selector_terms }
    k8s_openapi::api::core::v1::NodeSelectorRequirement { "key" key "operator" operator "values" values }
    k8s_openapi::api::core::v1::NodeSelectorTerm { "matchExpressions" match_expressions "matchFields" match_fields }
    k8s_openapi::api::core::v1::NodeSpec { "configSource" config_source "externalID" external_id "podCIDR" pod_cidr "podCIDRs" pod_cidrs "providerID" provider_id "taints" taints "unschedulable" unschedulable }
    k8s_openapi::api::core::v1::NodeStatus { "addresses" addresses "allocatable" allocatable "capacity" capacity "conditions" conditions "config" config "daemonEndpoints" daemon_endpoints "declaredFeatures" declared_features "features" features "images" images "nodeInfo" node_info "phase" phase "runtimeHandlers" runtime_handlers "volumesAttached" volumes_attached "volumesInUse" volumes_in_use }
    k8s_openapi::api::core::v1::NodeSwapStatus { "capacity" capacity }
    k8s_openapi::api::core::v1::NodeSystemInfo { "architecture" architecture "bootID" boot_id "containerRuntimeVersion" container_runtime_version "kernelVersion" kernel_version "kubeProxyVersion" kube_proxy_version "kubeletVersion" kubelet_version "machineID" machine_id "operatingSystem" operating_system "osImage" os_image "swap" swap "systemUUID" system_uuid }
    k8s_openapi::api::core::v1::ObjectFieldSelector { "apiVersion" api_version "fieldPath" field_path }
    k8s_openapi::api::core::v1::ObjectReference { "apiVersion" api_version "fieldPath" field_path "kind" kind "name" name "namespace" namespace "resourceVersion" resource_version "uid" uid }
    k8s_openapi::api::core::v1::PersistentVolumeClaim { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::core::v1::PersistentVolumeClaimCondition { "lastProbeTime" last_probe_time "lastTransitionTime" last_transition_time "message" message "reason" reason "status" status "type" type_ }
    k8s_openapi::api::core::v1::PersistentVolumeClaimSpec { "accessModes" access_modes "dataSource" data_source "dataSourceRef" data_source_ref "resources" resources "selector" selector "storageClassName" storage_class_name "volumeAttributesClassName" volume_attributes_class_name "volumeMode" volume_mode "volumeName" volume_name }
    k8s_openapi::api::core::v1::PersistentVolumeClaimStatus { "accessModes" access_modes "allocatedResourceStatuses" allocated_resource_statuses "allocatedResources" allocated_resources "capacity" capacity "conditions" conditions "currentVolumeAttributesClassName" current_volume_attributes_class_name "modifyVolumeStatus" modify_volume_status "phase" phase }
    k8s_openapi::api::core::v1::PersistentVolumeClaimTemplate { "metadata" metadata "spec" spec }
    k8s_openapi::api::core::v1::PersistentVolumeClaimVolumeSource { "claimName" claim_name "readOnly" read_only }
    k8s_openapi::api::core::v1::PhotonPersistentDiskVolumeSource { "fsType" fs_type "pdID" pd_id }
    k8s_openapi::api::core::v1::Pod { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::core::v1::PodAffinity { "preferredDuringSchedulingIgnoredDuringExecution" preferred_during_scheduling_ignored_during_execution "requiredDuringSchedulingIgnoredDuringExecution" required_during_scheduling_ignored_during_execution }
    k8s_openapi::api::core::v1::PodAffinityTerm { "labelSelector" label_selector "matchLabelKeys" match_label_keys "mismatchLabelKeys" mismatch_label_keys "namespaceSelector" namespace_selector "namespaces" namespaces "topologyKey" topology_key }
    k8s_openapi::api::core::v1::PodAntiAffinity { "preferredDuringSchedulingIgnoredDuringExecution" preferred_during_scheduling_ignored_during_execution "requiredDuringSchedulingIgnoredDuringExecution" required_during_scheduling_ignored_during_execution }
    k8s_openapi::api::core::v1::PodCertificateProjection { "certificateChainPath" certificate_chain_path "credentialBundlePath" credential_bundle_path "keyPath" key_path "keyType" key_type "maxExpirationSeconds" max_expiration_seconds "signerName" signer_name "userAnnotations" user_annotations }
    k8s_openapi::api::core::v1::PodCondition { "lastProbeTime" last_probe_time "lastTransitionTime" last_transition_time "message" message "observedGeneration" observed_generation "reason" reason "status" status "type" type_ }
    k8s_openapi::api::core::v1::PodDNSConfig { "nameservers" nameservers "options" options "searches" searches }
    k8s_openapi::api::core::v1::PodDNSConfigOption { "name" name "value" value }
    k8s_openapi::api::core::v1::PodExtendedResourceClaimStatus { "requestMappings" request_mappings "resourceClaimName" resource_claim_name }
    k8s_openapi::api::core::v1::PodIP { "ip" ip }
    k8s_openapi::api::core::v1::PodOS { "name" name }
    k8s_openapi::api::core::v1::PodReadinessGate { "conditionType" condition_type }
    k8s_openapi::api::core::v1::PodResourceClaim { "name" name "resourceClaimName" resource_claim_name "resourceClaimTemplateName" resource_claim_template_name }
    k8s_openapi::api::core::v1::PodResourceClaimStatus { "name" name "resourceClaimName" resource_claim_name }
    k8s_openapi::api::core::v1::PodSchedulingGate { "name" name }
    k8s_openapi::api::core::v1::PodSchedulingGroup { "podGroupName" pod_group_name }
    k8s_openapi::api::core::v1::PodSecurityContext { "appArmorProfile" app_armor_profile "fsGroup" fs_group "fsGroupChangePolicy" fs_group_change_policy "runAsGroup" run_as_group "runAsNonRoot" run_as_non_root "runAsUser" run_as_user "seLinuxChangePolicy" se_linux_change_policy "seLinuxOptions" se_linux_options "seccompProfile" seccomp_profile "supplementalGroups" supplemental_groups "supplementalGroupsPolicy" supplemental_groups_policy "sysctls" sysctls "windowsOptions" windows_options }
    k8s_openapi::api::core::v1::PodSpec { "activeDeadlineSeconds" active_deadline_seconds "affinity" affinity "automountServiceAccountToken" automount_service_account_token "containers" containers "dnsConfig" dns_config "dnsPolicy" dns_policy "enableServiceLinks" enable_service_links "ephemeralContainers" ephemeral_containers "hostAliases" host_aliases "hostIPC" host_ipc "hostNetwork" host_network "hostPID" host_pid "hostUsers" host_users "hostname" hostname "hostnameOverride" hostname_override "imagePullSecrets" image_pull_secrets "initContainers" init_containers "nodeName" node_name "nodeSelector" node_selector "os" os "overhead" overhead "preemptionPolicy" preemption_policy "priority" priority "priorityClassName" priority_class_name "readinessGates" readiness_gates "resourceClaims" resource_claims "resources" resources "restartPolicy" restart_policy "runtimeClassName" runtime_class_name "schedulerName" scheduler_name "schedulingGates" scheduling_gates "schedulingGroup" scheduling_group "securityContext" security_context "serviceAccount" service_account "serviceAccountName" service_account_name "setHostnameAsFQDN" set_hostname_as_fqdn "shareProcessNamespace" share_process_namespace "subdomain" subdomain "terminationGracePeriodSeconds" termination_grace_period_seconds "tolerations" tolerations "topologySpreadConstraints" topology_spread_constraints "volumes" volumes }
    k8s_openapi::api::core::v1::PodStatus { "allocatedResources" allocated_resources "conditions" conditions "containerStatuses" container_statuses "ephemeralContainerStatuses" ephemeral_container_statuses "extendedResourceClaimStatus" extended_resource_claim_status "hostIP" host_ip "hostIPs" host_ips "initContainerStatuses" init_container_statuses "message" message "nodeAllocatableResourceClaimStatuses" node_allocatable_resource_claim_statuses "nominatedNodeName" nominated_node_name "observedGeneration" observed_generation "phase" phase "podIP" pod_ip "podIPs" pod_ips "qosClass" qos_class "reason" reason "resize" resize "resourceClaimStatuses" resource_claim_statuses "resources" resources "startTime" start_time }
    k8s_openapi::api::core::v1::PodTemplateSpec { "metadata" metadata "spec" spec }
    k8s_openapi::api::core::v1::PortworxVolumeSource { "fsType" fs_type "readOnly" read_only "volumeID" volume_id }
    k8s_openapi::api::core::v1::PreferredSchedulingTerm { "preference" preference "weight" weight }
    k8s_openapi::api::core::v1::Probe { "exec" exec "failureThreshold" failure_threshold "grpc" grpc "httpGet" http_get "initialDelaySeconds" initial_delay_seconds "periodSeconds" period_seconds "successThreshold" success_threshold "tcpSocket" tcp_socket "terminationGracePeriodSeconds" termination_grace_period_seconds "timeoutSeconds" timeout_seconds }
    k8s_openapi::api::core::v1::ProjectedVolumeSource { "defaultMode" default_mode "sources" sources }
    k8s_openapi::api::core::v1::QuobyteVolumeSource { "group" group "readOnly" read_only "registry" registry "tenant" tenant "user" user "volume" volume }
    k8s_openapi::api::core::v1::RBDVolumeSource { "fsType" fs_type "image" image "keyring" keyring "monitors" monitors "pool" pool "readOnly" read_only "secretRef" secret_ref "user" user }
    k8s_openapi::api::core::v1::ResourceClaim { "name" name "request" request }
    k8s_openapi::api::core::v1::ResourceFieldSelector { "containerName" container_name "divisor" divisor "resource" resource }
    k8s_openapi::api::core::v1::ResourceHealth { "health" health "message" message "resourceID" resource_id }
    k8s_openapi::api::core::v1::ResourceRequirements { "claims" claims "limits" limits "requests" requests }
    k8s_openapi::api::core::v1::ResourceStatus { "name" name "resources" resources }
    k8s_openapi::api::core::v1::SELinuxOptions { "level" level "role" role "type" type_ "user" user }
    k8s_openapi::api::core::v1::ScaleIOVolumeSource { "fsType" fs_type "gateway" gateway "protectionDomain" protection_domain "readOnly" read_only "secretRef" secret_ref "sslEnabled" ssl_enabled "storageMode" storage_mode "storagePool" storage_pool "system" system "volumeName" volume_name }
    k8s_openapi::api::core::v1::SeccompProfile { "localhostProfile" localhost_profile "type" type_ }
    k8s_openapi::api::core::v1::SecretEnvSource { "name" name "optional" optional }
    k8s_openapi::api::core::v1::SecretKeySelector { "key" key "name" name "optional" optional }
    k8s_openapi::api::core::v1::SecretProjection { "items" items "name" name "optional" optional }
    k8s_openapi::api::core::v1::SecretVolumeSource { "defaultMode" default_mode "items" items "optional" optional "secretName" secret_name }
    k8s_openapi::api::core::v1::SecurityContext { "allowPrivilegeEscalation" allow_privilege_escalation "appArmorProfile" app_armor_profile "capabilities" capabilities "privileged" privileged "procMount" proc_mount "readOnlyRootFilesystem" read_only_root_filesystem "runAsGroup" run_as_group "runAsNonRoot" run_as_non_root "runAsUser" run_as_user "seLinuxOptions" se_linux_options "seccompProfile" seccomp_profile "windowsOptions" windows_options }
    k8s_openapi::api::core::v1::ServiceAccountTokenProjection { "audience" audience "expirationSeconds" expiration_seconds "path" path }
    k8s_openapi::api::core::v1::SleepAction { "seconds" seconds }
    k8s_openapi::api::core::v1::StorageOSVolumeSource { "fsType" fs_type "readOnly" read_only "secretRef" secret_ref "volumeName" volume_name "volumeNamespace" volume_namespace }
    k8s_openapi::api::core::v1::Sysctl { "name" name "value" value }
    k8s_openapi::api::core::v1::TCPSocketAction { "host" host "port" port }
    k8s_openapi::api::core::v1::Taint { "effect" effect "key" key "timeAdded" time_added "value" value }
    k8s_openapi::api::core::v1::Toleration { "effect" effect "key" key "operator" operator "tolerationSeconds" toleration_seconds "value" value }
    k8s_openapi::api::core::v1::TopologySpreadConstraint { "labelSelector" label_selector "matchLabelKeys" match_label_keys "maxSkew" max_skew "minDomains" min_domains "nodeAffinityPolicy" node_affinity_policy "nodeTaintsPolicy" node_taints_policy "topologyKey" topology_key "whenUnsatisfiable" when_unsatisfiable }
    k8s_openapi::api::core::v1::TypedLocalObjectReference { "apiGroup" api_group "kind" kind "name" name }
    k8s_openapi::api::core::v1::TypedObjectReference { "apiGroup" api_group "kind" kind "name" name "namespace" namespace }
    k8s_openapi::api::core::v1::Volume { "awsElasticBlockStore" aws_elastic_block_store "azureDisk" azure_disk "azureFile" azure_file "cephfs" cephfs "cinder" cinder "configMap" config_map "csi" csi "downwardAPI" downward_api "emptyDir" empty_dir "ephemeral" ephemeral "fc" fc "flexVolume" flex_volume "flocker" flocker "gcePersistentDisk" gce_persistent_disk "gitRepo" git_repo "glusterfs" glusterfs "hostPath" host_path "image" image "iscsi" iscsi "name" name "nfs" nfs "persistentVolumeClaim" persistent_volume_claim "photonPersistentDisk" photon_persistent_disk "portworxVolume" portworx_volume "projected" projected "quobyte" quobyte "rbd" rbd "scaleIO" scale_io "secret" secret "storageos" storageos "vsphereVolume" vsphere_volume }
    k8s_openapi::api::core::v1::VolumeDevice { "devicePath" device_path "name" name }
    k8s_openapi::api::core::v1::VolumeMount { "mountPath" mount_path "mountPropagation" mount_propagation "name" name "readOnly" read_only "recursiveReadOnly" recursive_read_only "subPath" sub_path "subPathExpr" sub_path_expr }
    k8s_openapi::api::core::v1::VolumeMountStatus { "mountPath" mount_path "name" name "readOnly" read_only "recursiveReadOnly" recursive_read_only "volumeStatus" volume_status }
    k8s_openapi::api::core::v1::VolumeProjection { "clusterTrustBundle" cluster_trust_bundle "configMap" config_map "downwardAPI" downward_api "podCertificate" pod_certificate "secret" secret "serviceAccountToken" service_account_token }
    k8s_openapi::api::core::v1::VolumeResourceRequirements { "limits" limits "requests" requests }
    k8s_openapi::api::core::v1::VolumeStatus { "image" image }
    k8s_openapi::api::core::v1::VsphereVirtualDiskVolumeSource { "fsType" fs_type "storagePolicyID" storage_policy_id "storagePolicyName" storage_policy_name "volumePath" volume_path }
    k8s_openapi::api::core::v1::WeightedPodAffinityTerm { "podAffinityTerm" pod_affinity_term "weight" weight }
    k8s_openapi::api::core::v1::WindowsSecurityContextOptions { "gmsaCredentialSpec" gmsa_credential_spec "gmsaCredentialSpecName" gmsa_credential_spec_name "hostProcess" host_process "runAsUserName" run_as_user_name }
    k8s_openapi::api::policy::v1::PodDisruptionBudget { "metadata" metadata "spec" spec "status" status }
    k8s_openapi::api::policy::v1::PodDisruptionBudgetSpec { "maxUnavailable" max_unavailable "minAvailable" min_available "selector" selector "unhealthyPodEvictionPolicy" unhealthy_pod_eviction_policy }
    k8s_openapi::api::policy::v1::PodDisruptionBudgetStatus { "conditions" conditions "currentHealthy" current_healthy "desiredHealthy" desired_healthy "disruptedPods" disrupted_pods "disruptionsAllowed" disruptions_allowed "expectedPods" expected_pods "observedGeneration" observed_generation }
    k8s_openapi::api::scheduling::v1::PriorityClass { "description" description "globalDefault" global_default "metadata" metadata "preemptionPolicy" preemption_policy "value" value }
    k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector { "matchExpressions" match_expressions "matchLabels" match_labels }
    k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement { "key" key "operator" operator "values" values }
    k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry { "apiVersion" api_version "fieldsType" fields_type "fieldsV1" fields_v1 "manager" manager "operation" operation "subresource" subresource "time" time }
    k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta { "annotations" annotations "creationTimestamp" creation_timestamp "deletionGracePeriodSeconds" deletion_grace_period_seconds "deletionTimestamp" deletion_timestamp "finalizers" finalizers "generateName" generate_name "generation" generation "labels" labels "managedFields" managed_fields "name" name "namespace" namespace "ownerReferences" owner_references "resourceVersion" resource_version "selfLink" self_link "uid" uid }
    k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference { "apiVersion" api_version "blockOwnerDeletion" block_owner_deletion "controller" controller "kind" kind "name" name "uid" uid }
}
