//! Who a container runs as and what it may do: security contexts, their annotations of old, systems
//! (upstream: `pkg/apis/core/validation/validation.go`).

use serde_json::Value;

use super::errors::{Errors, entries, has, internal, is_set, list, quoted, text};
use super::{names, pod_spec, scheduling};

/// The prefix of annotations that name a container's AppArmor profile.
pub(super) const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
/// The annotation that names a pod's seccomp profile, and the prefix of those that name a container's.
pub(super) const SECCOMP: [&str; 2] =
    ["seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/"];

pub(super) fn one_process_space<'a>(errors: &mut Errors<'a>, _: &'a Value) {
    if is_set(errors.spec, "shareProcessNamespace") && is_set(errors.spec, "hostPID") {
        errors.shown("shareProcessNamespace", "true", "ShareProcessNamespace and HostPID cannot both be enabled");
    }
}

pub(super) fn sysctl<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let name = text(it, "name");
    let edge = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let part = |part: &str| {
        let bytes = part.as_bytes();
        edge(bytes.first().copied())
            && edge(bytes.last().copied())
            && bytes.iter().all(|c| edge(Some(*c)) || b"-_".contains(c))
    };
    let all = list(&errors.spec["securityContext"], "sysctls");
    if name.is_empty() {
        errors.required("name", "");
    } else if name.len() > 253 || !name.split(['.', '/']).all(part) {
        let segment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
        let detail = format!("must have at most 253 characters and match regex ^({segment}[\\./])*{segment}$");
        errors.invalid_text("name", name, &detail);
    } else if all.iter().take_while(|other| !std::ptr::eq(*other, it)).any(|other| text(other, "name") == name) {
        errors.duplicate("name", name);
    }
    let dotted = name.replace('/', ".");
    let of_memory = "kernel.sem kernel.shmall kernel.shmmax kernel.shmmni kernel.shm_rmid_forced kernel.shm kernel.msgmax \
                     kernel.msgmnb kernel.msgmni kernel.msg";
    for (field, is_its) in [
        ("hostNetwork", dotted.starts_with("net.")),
        ("hostIPC", of_memory.split(' ').any(|it| it == dotted) || dotted.starts_with("fs.mqueue.")),
    ] {
        if is_its && is_set(errors.spec, field) {
            errors.invalid_text("name", name, &format!("may not be specified when '{field}' is true"));
        }
    }
}

pub(super) fn seccomp<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const TYPES: &str = "Localhost|RuntimeDefault|Unconfined";
    let (kind, profile) = (text(it, "type"), it["localhostProfile"].as_str());
    if kind.is_empty() {
        errors.required("type", "type is required when seccompProfile is set");
    } else if !TYPES.split('|').any(|known| known == kind) {
        errors.not_supported("type", &quoted(kind), TYPES);
    }
    let field = "localhostProfile";
    match profile {
        None if kind == "Localhost" => errors.required(field, "must be set when seccomp type is Localhost"),
        Some(profile) if kind == "Localhost" => errors.invalid_each(field, profile, names::below(profile)),
        Some(_) => {
            let told = internal(it, "Type LocalhostProfile");
            errors.shown(field, &told, "can only be set when seccomp type is Localhost");
        }
        None => {}
    }
}

pub(super) fn app_armor<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const WANTED: &str = "must be set when AppArmor type is Localhost";
    let (kind, profile) = (text(it, "type"), it["localhostProfile"].as_str());
    let field = "localhostProfile";
    match (kind, profile) {
        ("Localhost", None) => errors.required(field, WANTED),
        ("Localhost", Some(profile)) => {
            if profile.trim() != profile {
                errors.invalid_text(field, profile, "must not be padded with whitespace");
            } else if profile.is_empty() {
                errors.required(field, WANTED);
            }
            if profile.len() > 4095 {
                errors.too_long(field, 4095);
            }
        }
        ("RuntimeDefault" | "Unconfined", Some(profile)) => {
            errors.invalid_text(field, profile, "can only be set when AppArmor type is Localhost");
        }
        ("RuntimeDefault" | "Unconfined", None) => {}
        ("", _) => errors.required("type", "type is required when appArmorProfile is set"),
        (other, _) => errors.not_supported("type", &quoted(other), "Localhost|RuntimeDefault|Unconfined"),
    }
}

pub(super) fn unmasked<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if it == "Unmasked" && errors.spec["hostUsers"] != false {
        errors.invalid("", it, "`hostUsers` must be false to use `Unmasked`");
    }
}

pub(super) fn privileges<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if it["allowPrivilegeEscalation"] != false {
        return;
    }
    let told = || {
        internal(
            it,
            "Capabilities(Add,Drop) Privileged SELinuxOptions(User=,Role=,Type=,Level=) \
             WindowsOptions(GmsaCredentialSpecName,GmsaCredentialSpec,RunAsUserName,HostProcess) RunAsUser RunAsGroup \
             RunAsNonRoot ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile(Type,LocalhostProfile) \
             AppArmorProfile(Type,LocalhostProfile)",
        )
    };
    const START: &str = "cannot set `allowPrivilegeEscalation` to false and ";
    if is_set(it, "privileged") {
        errors.shown("", &told(), &format!("{START}`privileged` to true"));
    }
    for _ in list(&it["capabilities"], "add").iter().filter(|capability| *capability == "CAP_SYS_ADMIN") {
        errors.shown("", &told(), &format!("{START}`capabilities.Add` CAP_SYS_ADMIN"));
    }
}

pub(super) fn gmsa<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match it.as_str().map_or(0, str::len) {
        0 => errors.invalid("", it, "gmsaCredentialSpec cannot be an empty string"),
        length if length > 64 * 1024 => errors.invalid("", it, "gmsaCredentialSpec size must be under 64 KiB"),
        _ => {}
    }
}

/// Checks the name of a user of Windows, with or without a domain.
pub(super) fn windows_user<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let name = it.as_str().unwrap_or_default();
    let (domain, user) = name.split_once('\\').map_or((None, name), |(domain, user)| (Some(domain), user));
    let odd = |c: char| "\"/\\:;|=,+*?<>@[]".contains(c);
    let is_dns = |part: &str| {
        let edges =
            part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.ends_with(|c: char| c.is_ascii_alphanumeric());
        edges && part.len() < 64 && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    let is_domain = |domain: &str| {
        let net_bios = !domain.is_empty() && domain.chars().count() < 16 && !domain.contains(|c| "\\/:*?\"<>|".contains(c));
        net_bios && !domain.starts_with('.') || domain.split('.').all(is_dns)
    };
    let rules: &[(bool, &str)] = if name.is_empty() {
        &[(true, " cannot be an empty string")]
    } else if name.contains(|c: char| c.is_ascii_control()) {
        &[(true, " cannot contain control characters")]
    } else if user.contains('\\') {
        &[(true, " cannot contain more than one backslash")]
    } else {
        &[
            (domain.is_some_and(|it| it.len() >= 256), "'s Domain length must be under 256 characters"),
            (domain.is_some_and(|it| !is_domain(it)), "'s Domain doesn't match the NetBios nor the DNS format"),
            (user.is_empty(), "'s User cannot be empty"),
            (user.len() > 104, "'s User length must not be longer than 104 characters"),
            (!user.is_empty() && user.chars().all(|c| ". ".contains(c)), "'s User cannot contain only periods or spaces"),
            (user.contains(odd), "'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"),
        ]
    };
    for (_, what) in rules.iter().filter(|(wrong, _)| *wrong) {
        errors.invalid("", it, &format!("runAsUserName{what}"));
    }
}

/// Containers that are processes of the host, which Windows has.
pub(super) fn host_process<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let of = |it: &Value| it["securityContext"]["windowsOptions"]["hostProcess"].as_bool();
    let pod = of(spec);
    let (mut all, mut processes) = (0, 0);
    errors.each_container(&mut |errors, container| {
        all += 1;
        let own = of(container);
        if let (Some(pod), Some(own)) = (pod, own)
            && pod != own
        {
            let detail = format!("pod hostProcess value must be identical if both are specified, was {pod}");
            errors.shown("securityContext.windowsOptions.hostProcess", &own.to_string(), &detail);
        }
        processes += i32::from(own.or(pod) == Some(true));
    });
    if processes > 0 {
        if processes != all {
            let detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
            errors.invalid_text("", "", detail);
        }
        if !is_set(spec, "hostNetwork") {
            let detail = "hostNetwork must be true if pod contains any hostProcess containers";
            errors.shown("hostNetwork", "false", detail);
        }
    }
}

/// What a pod with users of its own may not share.
pub(super) fn host_users<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    if spec["hostUsers"] != false {
        return;
    }
    const WHEN: &str = "when `hostUsers` is false";
    for (field, told) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if is_set(spec, field) {
            errors.forbidden(told, WHEN);
        }
    }
    errors.each_container(&mut |errors, container| {
        if has(container, "volumeDevices") {
            errors.forbidden("volumeDevices", WHEN);
        }
    });
}

/// What pods for a system may not have.
pub(super) fn os<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match text(it, "name") {
        "" => errors.required("name", ""),
        "linux" => not_for(errors, "windows options cannot be set for a linux pod", "", "windowsOptions", "windowsOptions"),
        "windows" => not_for(
            errors,
            "cannot be set for a windows pod",
            "hostUsers hostPID hostIPC shareProcessNamespace",
            "appArmorProfile seLinuxOptions hostUsers hostPID hostIPC seccompProfile fsGroup fsGroupChangePolicy sysctls \
             shareProcessNamespace runAsUser runAsGroup supplementalGroups supplementalGroupsPolicy seLinuxChangePolicy",
            "appArmorProfile seLinuxOptions seccompProfile capabilities readOnlyRootFilesystem privileged \
             allowPrivilegeEscalation procMount runAsUser runAsGroup",
        ),
        other => errors.not_supported("", &quoted(other), "linux|windows"),
    }
}

/// Forbids fields of the pod's security context (of the spec itself those in `of_spec`) and of its containers'.
fn not_for(errors: &mut Errors<'_>, detail: &str, of_spec: &str, of_pod: &str, of_container: &str) {
    let (spec, os) = (errors.spec, errors.here());
    errors.at(os - ".os".len(), |errors| {
        for field in of_pod.split(' ') {
            if of_spec.split(' ').any(|it| it == field) {
                // The server knows nothing of a host's things that are not wanted, but of its users.
                if is_set(spec, field) || ["hostUsers", "shareProcessNamespace"].contains(&field) && has(spec, field) {
                    errors.forbidden(field, detail);
                }
            } else if has(&spec["securityContext"], field) {
                errors.forbidden(&format!("securityContext.{field}"), detail);
            }
        }
        errors.each_container(&mut |errors, container| {
            for field in of_container.split(' ').filter(|field| has(&container["securityContext"], field)) {
                errors.forbidden(&format!("securityContext.{field}"), detail);
            }
        });
    });
}

/// Checks the annotations that pods had before the fields: tolerations, seccomp and AppArmor profiles.
pub(super) fn annotations<'a>(errors: &mut Errors<'a>, meta: &'a Value) {
    const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
    let tolerations = text(&meta["annotations"], TOLERATIONS);
    if !tolerations.is_empty() {
        match serde_json::from_str::<Value>(tolerations) {
            Ok(read) => {
                let mut inner = Errors::new();
                inner.each("", read.as_array().map_or(&[][..], Vec::as_slice), &mut scheduling::toleration);
                for error in inner.found {
                    errors.add(&format!("{TOLERATIONS}{}", error.field), &error.body, "", "");
                }
            }
            Err(error) => {
                let why = super::super::yaml::json_words(tolerations, &error);
                errors.invalid_text("", TOLERATIONS, &why);
            }
        }
    }
    let all = || entries(meta, "annotations").map(|(key, value)| (key, value.as_str().unwrap_or_default()));
    let of_pod = all().filter(|(key, _)| *key == SECCOMP[0]);
    for (key, profile) in of_pod.chain(all().filter(|(key, _)| key.starts_with(SECCOMP[1]))) {
        match profile.strip_prefix("localhost/") {
            Some(path) => errors.invalid_each(key, path, names::below(path)),
            None if ["runtime/default", "docker/default", "unconfined"].contains(&profile) => {}
            None => errors.invalid_text(key, profile, "must be a valid seccomp profile"),
        }
    }
    for (key, profile) in all() {
        if let Some(name) = key.strip_prefix(APP_ARMOR) {
            let mut known = false;
            let mut look = Errors::new();
            look.spec = errors.spec;
            look.each_container(&mut |_, container| known |= text(container, "name") == name);
            let field = format!("[{key}]");
            if !known {
                errors.invalid_text(&field, name, "container not found");
            }
            if !["", "runtime/default", "unconfined"].contains(&profile) && !profile.starts_with("localhost/") {
                errors.invalid_text(&field, profile, &format!("invalid AppArmor profile name: {}", quoted(profile)));
            }
        }
    }
}

/// An annotation of old says the same as the field.
pub(super) fn annotations_match<'a>(errors: &mut Errors<'a>, meta: &'a Value) {
    let all = &meta["annotations"];
    if all.is_null() {
        return;
    }
    let pod = &errors.spec["securityContext"];
    let in_pod = &all[SECCOMP[0]];
    profiles_match(errors, "seccomp", &pod["seccompProfile"], in_pod);
    errors.each_container(&mut |errors, container| {
        let annotation = &all[format!("{}{}", SECCOMP[1], text(container, "name"))];
        profiles_match(errors, "seccomp", &container["securityContext"]["seccompProfile"], annotation);
    });
    if pod_spec::is_for(errors.spec, "windows") {
        return;
    }
    errors.each_container(&mut |errors, container| {
        let own = &container["securityContext"]["appArmorProfile"];
        let profile = if own.is_null() { &pod["appArmorProfile"] } else { own };
        profiles_match(errors, "apparmor", profile, &all[format!("{APP_ARMOR}{}", text(container, "name"))]);
    });
}

fn profiles_match(errors: &mut Errors<'_>, what: &str, profile: &Value, annotation: &Value) {
    let Some(annotation) = annotation.as_str().filter(|_| !profile.is_null()) else { return };
    let (field, good) = match text(profile, "type") {
        "Unconfined" => ("type", annotation == "unconfined"),
        "RuntimeDefault" => ("type", annotation == "runtime/default" || what == "seccomp" && annotation == "docker/default"),
        "Localhost" => match annotation.strip_prefix("localhost/") {
            None => ("type", false),
            Some(path) => ("localhostProfile", profile["localhostProfile"].as_str() == Some(path)),
        },
        _ => return,
    };
    if !good {
        let place = if what == "seccomp" { "seccompProfile" } else { "appArmorProfile" };
        let told = if field == "type" { "type" } else { "profile" };
        errors.forbidden(
            &format!("securityContext.{place}.{field}"),
            &format!("{what} {told} in annotation and field must match"),
        );
    }
}
