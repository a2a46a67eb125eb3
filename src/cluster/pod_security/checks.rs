//! The checks of the policies `baseline` and `restricted`, in the order in which they are told (`policy/check_*.go`).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{SELinuxOptions, SecurityContext};

use crate::api::{Container, ObjectMeta, PodSpec, Volume};

/// What the container runtime gives every process may be asked for.
const CAPABILITIES: &str =
    " AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT ";
const SYSCTLS: &str = " kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range \
    net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout \
    net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem ";
const SELINUX_TYPES: &str = " container_t container_init_t container_kvm_t container_engine_t ";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Whether a word stands in a list with blanks around each.
fn is_in(list: &str, word: &str) -> bool {
    list.contains(&format!(" {word} "))
}

/// What is forbidden, and the details of it.
type Forbidden = (String, String);

/// What a policy forbids of a pod.
pub(super) fn run(meta: &ObjectMeta, spec: &PodSpec, restricted: bool) -> Vec<Forbidden> {
    let pod = Checked { meta, spec };
    let is_windows = spec.os.as_ref().is_some_and(|os| os.name == "windows");
    let lives_apart = spec.host_users == Some(false);
    let when = |holds: bool, check: &dyn Fn() -> Option<Forbidden>| if holds { check() } else { None };
    let all = [
        pod.app_armor(),
        when(!restricted, &|| pod.capabilities()),
        pod.host_namespaces(),
        when(!restricted, &|| pod.host_paths()),
        pod.host_ports(),
        pod.hosts_of_probes(),
        pod.privileged(),
        when(!restricted && !lives_apart, &|| pod.proc_mount()),
        pod.selinux(),
        when(!restricted, &|| pod.seccomp(false)),
        pod.sysctls(),
        pod.host_process(),
        when(restricted && !is_windows, &|| pod.escalation()),
        when(restricted && !is_windows, &|| pod.dropped_capabilities()),
        when(restricted, &|| pod.proc_mount()),
        when(restricted, &|| pod.volumes()),
        when(restricted && !lives_apart, &|| pod.non_root()),
        when(restricted && !lives_apart, &|| pod.user()),
        when(restricted && !is_windows, &|| pod.seccomp(true)),
    ];
    all.into_iter().flatten().collect()
}

struct Checked<'a> {
    meta: &'a ObjectMeta,
    spec: &'a PodSpec,
}

/// Texts, each once and sorted.
type Values = BTreeSet<String>;

fn plural<'t>(one: &'t str, many: &'t str, count: usize) -> &'t str {
    if count == 1 { one } else { many }
}

fn quoted(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    texts.into_iter().map(|text| format!("\"{}\"", text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// `container "a"`, `containers "a", "b"`.
fn named(names: &[&str]) -> String {
    format!("{} {}", plural("container", "containers", names.len()), quoted(names))
}

/// `pod and container "a"`, for those that set something bad; nothing where nobody does.
fn setters(pod: bool, names: &[&str]) -> Option<String> {
    let containers = (!names.is_empty()).then(|| named(names));
    let all: Vec<String> = pod.then(|| "pod".to_owned()).into_iter().chain(containers).collect();
    (!all.is_empty()).then(|| all.join(" and "))
}

fn forbidden(reason: &str, details: String) -> Option<Forbidden> {
    Some((reason.to_owned(), details))
}

impl<'a> Checked<'a> {
    /// The names of the containers of which something holds.
    fn names(&self, mut holds: impl FnMut(&'a Container) -> bool) -> Vec<&'a str> {
        let all = self.spec.init_containers.iter().flatten().chain(&self.spec.containers);
        all.filter(|container| holds(container)).map(|container| container.name.as_str()).collect()
    }

    /// The names of the containers whose security context has something.
    fn contexts(&self, mut holds: impl FnMut(&'a SecurityContext) -> bool) -> Vec<&'a str> {
        self.names(|container| container.security_context.as_ref().is_some_and(&mut holds))
    }

    fn host_namespaces(&self) -> Option<Forbidden> {
        let spec = self.spec;
        let all = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
        let used: Vec<String> =
            all.iter().filter(|(_, on)| *on == Some(true)).map(|(name, _)| format!("{name}=true")).collect();
        if used.is_empty() { None } else { forbidden("host namespaces", used.join(", ")) }
    }

    fn host_paths(&self) -> Option<Forbidden> {
        let volumes = self.spec.volumes.iter().flatten().filter(|volume| volume.host_path.is_some());
        let names: Vec<&str> = volumes.map(|volume| volume.name.as_str()).collect();
        let what = plural("volume", "volumes", names.len());
        if names.is_empty() { None } else { forbidden("hostPath volumes", format!("{what} {}", quoted(&names))) }
    }

    fn host_ports(&self) -> Option<Forbidden> {
        let mut ports = Values::new();
        let names = self.names(|container| {
            let taken = container.ports.iter().flatten().filter_map(|port| port.host_port).filter(|port| *port != 0);
            let before: Vec<String> = taken.map(|port| port.to_string()).collect();
            ports.extend(before.iter().cloned());
            !before.is_empty()
        });
        let uses = plural("uses", "use", names.len());
        let what = plural("hostPort", "hostPorts", ports.len());
        let ports: Vec<String> = ports.into_iter().collect();
        if names.is_empty() {
            return None;
        }
        forbidden("hostPort", format!("{} {uses} {what} {}", named(&names), ports.join(", ")))
    }

    fn hosts_of_probes(&self) -> Option<Forbidden> {
        let mut hosts = Values::new();
        let mut names = self.names(|container| {
            let mut own: Vec<&String> = vec![];
            let probes = [&container.liveness_probe, &container.readiness_probe, &container.startup_probe];
            for probe in probes.into_iter().flatten() {
                own.extend(probe.http_get.as_ref().and_then(|get| get.host.as_ref()));
                own.extend(probe.tcp_socket.as_ref().and_then(|socket| socket.host.as_ref()));
            }
            let hooks = container.lifecycle.iter().flat_map(|it| [&it.post_start, &it.pre_stop]);
            for hook in hooks.flatten() {
                own.extend(hook.http_get.as_ref().and_then(|get| get.host.as_ref()));
                own.extend(hook.tcp_socket.as_ref().and_then(|socket| socket.host.as_ref()));
            }
            own.retain(|host| !host.is_empty());
            hosts.extend(own.iter().map(|host| (*host).clone()));
            !own.is_empty()
        });
        names.sort_unstable();
        if names.is_empty() {
            return None;
        }
        let uses = plural("uses", "use", names.len());
        let what = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
        forbidden("probe or lifecycle host", format!("{} {uses} {what} {}", named(&names), quoted(hosts)))
    }

    fn privileged(&self) -> Option<Forbidden> {
        let names = self.contexts(|context| context.privileged == Some(true));
        let details = (!names.is_empty()).then(|| format!("{} must not set securityContext.privileged=true", named(&names)));
        forbidden("privileged", details?)
    }

    fn proc_mount(&self) -> Option<Forbidden> {
        let mut values = Values::new();
        let names = self.contexts(|context| {
            let value = context.proc_mount.as_ref().filter(|mount| *mount != "Default");
            values.extend(value.cloned());
            value.is_some()
        });
        let must_not = "must not set securityContext.procMount to";
        let details = (!names.is_empty()).then(|| format!("{} {must_not} {}", named(&names), quoted(values)));
        forbidden("procMount", details?)
    }

    /// The containers that add capabilities which are not allowed, and these.
    fn added(&self, is_allowed: impl Fn(&str) -> bool) -> Option<String> {
        let mut values = Values::new();
        let names = self.contexts(|context| {
            let added = context.capabilities.iter().flat_map(|it| it.add.iter().flatten());
            let bad: Vec<&String> = added.filter(|name| !is_allowed(name)).collect();
            values.extend(bad.iter().map(|name| (*name).clone()));
            !bad.is_empty()
        });
        let place = "in securityContext.capabilities.add";
        (!names.is_empty()).then(|| format!("{} must not include {} {place}", named(&names), quoted(values)))
    }

    fn capabilities(&self) -> Option<Forbidden> {
        forbidden("non-default capabilities", self.added(|name| is_in(CAPABILITIES, name))?)
    }

    fn dropped_capabilities(&self) -> Option<Forbidden> {
        let names = self.names(|container| {
            let capabilities = container.security_context.as_ref().and_then(|context| context.capabilities.as_ref());
            let mut dropped = capabilities.into_iter().flat_map(|it| it.drop.iter().flatten());
            dropped.all(|name| name != "ALL")
        });
        let must = "must set securityContext.capabilities.drop=[\"ALL\"]";
        let dropped = (!names.is_empty()).then(|| format!("{} {must}", named(&names)));
        let all: Vec<String> = dropped.into_iter().chain(self.added(|name| name == "NET_BIND_SERVICE")).collect();
        if all.is_empty() { None } else { forbidden("unrestricted capabilities", all.join("; ")) }
    }

    fn escalation(&self) -> Option<Forbidden> {
        let names = self.names(|container| {
            let context = container.security_context.as_ref();
            context.and_then(|context| context.allow_privilege_escalation) != Some(false)
        });
        let must = "must set securityContext.allowPrivilegeEscalation=false";
        let details = (!names.is_empty()).then(|| format!("{} {must}", named(&names)));
        forbidden("allowPrivilegeEscalation != false", details?)
    }

    fn selinux(&self) -> Option<Forbidden> {
        let (mut types, mut user, mut role) = (Values::new(), false, false);
        let mut is_bad = |options: &SELinuxOptions| {
            let is_set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
            let type_ = options.type_.as_ref().filter(|it| !it.is_empty() && !is_in(SELINUX_TYPES, it));
            types.extend(type_.cloned());
            user |= is_set(&options.user);
            role |= is_set(&options.role);
            type_.is_some() || is_set(&options.user) || is_set(&options.role)
        };
        let own = self.spec.security_context.as_ref().and_then(|context| context.se_linux_options.as_ref());
        let pod = own.is_some_and(&mut is_bad);
        let names = self.contexts(|context| context.se_linux_options.as_ref().is_some_and(&mut is_bad));
        let who = setters(pod, &names)?;
        let named = (!types.is_empty()).then(|| format!("{} {}", plural("type", "types", types.len()), quoted(&types)));
        let others = [(user, "user may not be set"), (role, "role may not be set")];
        let others = others.into_iter().filter(|(is_set, _)| *is_set).map(|(_, text)| text.to_owned());
        let what: Vec<String> = named.into_iter().chain(others).collect();
        forbidden("seLinuxOptions", format!("{who} set forbidden securityContext.seLinuxOptions: {}", what.join("; ")))
    }

    fn seccomp(&self, restricted: bool) -> Option<Forbidden> {
        let mut values = Values::new();
        let mut is_bad = |type_: &String| note_bad_profile(type_, &mut values);
        let own = self.spec.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref());
        let pod = own.is_some_and(|profile| is_bad(&profile.type_));
        let is_set = own.is_some() && !pod;
        let names = self.contexts(|context| context.seccomp_profile.as_ref().is_some_and(|it| is_bad(&it.type_)));
        if let Some(who) = setters(pod, &names) {
            let must_not = "must not set securityContext.seccompProfile.type to";
            return forbidden("seccompProfile", format!("{who} {must_not} {}", quoted(values)));
        }
        let silent = self
            .names(|container| container.security_context.as_ref().is_none_or(|context| context.seccomp_profile.is_none()));
        let must = "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
        let details = (restricted && !is_set && !silent.is_empty()).then(|| format!("pod or {} {must}", named(&silent)));
        forbidden("seccompProfile", details?)
    }

    fn sysctls(&self) -> Option<Forbidden> {
        let context = self.spec.security_context.as_ref()?;
        let names = context.sysctls.iter().flatten().map(|sysctl| sysctl.name.as_str());
        let bad: Vec<&str> = names.filter(|name| !is_in(SYSCTLS, name)).collect();
        if bad.is_empty() { None } else { forbidden("forbidden sysctls", bad.join(", ")) }
    }

    fn host_process(&self) -> Option<Forbidden> {
        let own = self.spec.security_context.as_ref().and_then(|context| context.windows_options.as_ref());
        let pod = own.is_some_and(|options| options.host_process == Some(true));
        let names = self
            .contexts(|context| context.windows_options.as_ref().is_some_and(|options| options.host_process == Some(true)));
        let who = setters(pod, &names)?;
        forbidden("hostProcess", format!("{who} must not set securityContext.windowsOptions.hostProcess=true"))
    }

    fn app_armor(&self) -> Option<Forbidden> {
        let mut values = Values::new();
        let mut is_bad = |type_: &String| note_bad_profile(type_, &mut values);
        let own = self.spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
        let pod = own.is_some_and(|profile| is_bad(&profile.type_));
        let names = self.contexts(|context| context.app_armor_profile.as_ref().is_some_and(|it| is_bad(&it.type_)));
        let annotations = self.meta.annotations.iter().flatten().filter(|(key, value)| {
            let is_fine = value.is_empty() || *value == "runtime/default" || value.starts_with("localhost/");
            key.starts_with(APP_ARMOR) && !is_fine
        });
        let annotations: Vec<String> = annotations.map(|(key, value)| format!("{key}={value:?}")).collect();
        let marks = (!annotations.is_empty()).then(|| plural("annotation", "annotations", annotations.len()).to_owned());
        let who: Vec<String> = setters(pod, &names).into_iter().chain(marks).collect();
        if who.is_empty() {
            return None;
        }
        let all: Vec<String> = values.into_iter().chain(annotations).collect();
        let reason = plural("forbidden AppArmor profile", "forbidden AppArmor profiles", all.len());
        forbidden(reason, format!("{} must not set AppArmor profile type to {}", who.join(" and "), quoted(all)))
    }

    fn volumes(&self) -> Option<Forbidden> {
        let mut types = Values::new();
        let volumes = self.spec.volumes.iter().flatten();
        let bad = volumes.filter_map(|volume| restricted_type(volume).map(|type_| (volume.name.as_str(), type_)));
        let names: Vec<&str> = bad.map(|(name, type_)| (name, types.insert(type_.to_owned())).0).collect();
        if names.is_empty() {
            return None;
        }
        let (what, uses) = (plural("volume", "volumes", names.len()), plural("uses", "use", names.len()));
        let kinds = plural("restricted volume type", "restricted volume types", types.len());
        forbidden("restricted volume types", format!("{what} {} {uses} {kinds} {}", quoted(&names), quoted(types)))
    }

    fn non_root(&self) -> Option<Forbidden> {
        let own = self.spec.security_context.as_ref().and_then(|context| context.run_as_non_root);
        let explicit = self.contexts(|context| context.run_as_non_root == Some(false));
        let reason = "runAsNonRoot != true";
        if let Some(who) = setters(own == Some(false), &explicit) {
            return forbidden(reason, format!("{who} must not set securityContext.runAsNonRoot=false"));
        }
        let silent = self
            .names(|container| container.security_context.as_ref().is_none_or(|context| context.run_as_non_root.is_none()));
        let must = "must set securityContext.runAsNonRoot=true";
        let details = (own.is_none() && !silent.is_empty()).then(|| format!("pod or {} {must}", named(&silent)));
        forbidden(reason, details?)
    }

    fn user(&self) -> Option<Forbidden> {
        let own = self.spec.security_context.as_ref().and_then(|context| context.run_as_user);
        let names = self.contexts(|context| context.run_as_user == Some(0));
        let who = setters(own == Some(0), &names)?;
        forbidden("runAsUser=0", format!("{who} must not set runAsUser=0"))
    }
}

/// Whether a profile's type is not one that keeps a process in bounds; notes it.
fn note_bad_profile(type_: &str, values: &mut Values) -> bool {
    let is_bad = type_ != "RuntimeDefault" && type_ != "Localhost";
    values.extend(is_bad.then(|| type_.to_owned()));
    is_bad
}

/// The type of a volume that is not among those that everybody may have.
fn restricted_type(volume: &Volume) -> Option<&'static str> {
    let is_free = volume.config_map.is_some()
        || volume.csi.is_some()
        || volume.downward_api.is_some()
        || volume.empty_dir.is_some()
        || volume.ephemeral.is_some()
        || volume.image.is_some()
        || volume.persistent_volume_claim.is_some()
        || volume.projected.is_some()
        || volume.secret.is_some();
    let types = [
        (volume.host_path.is_some(), "hostPath"),
        (volume.gce_persistent_disk.is_some(), "gcePersistentDisk"),
        (volume.aws_elastic_block_store.is_some(), "awsElasticBlockStore"),
        (volume.git_repo.is_some(), "gitRepo"),
        (volume.nfs.is_some(), "nfs"),
        (volume.iscsi.is_some(), "iscsi"),
        (volume.glusterfs.is_some(), "glusterfs"),
        (volume.rbd.is_some(), "rbd"),
        (volume.flex_volume.is_some(), "flexVolume"),
        (volume.cinder.is_some(), "cinder"),
        (volume.cephfs.is_some(), "cephfs"),
        (volume.flocker.is_some(), "flocker"),
        (volume.fc.is_some(), "fc"),
        (volume.azure_file.is_some(), "azureFile"),
        (volume.vsphere_volume.is_some(), "vsphereVolume"),
        (volume.quobyte.is_some(), "quobyte"),
        (volume.azure_disk.is_some(), "azureDisk"),
        (volume.photon_persistent_disk.is_some(), "photonPersistentDisk"),
        (volume.portworx_volume.is_some(), "portworxVolume"),
        (volume.scale_io.is_some(), "scaleIO"),
        (volume.storageos.is_some(), "storageos"),
    ];
    let found = types.into_iter().find(|(is_it, _)| *is_it).map_or("unknown", |(_, name)| name);
    (!is_free).then_some(found)
}
