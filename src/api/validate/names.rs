//! What names, label keys and the like may look like, with the server's words for those that do not
//! (upstream: `apimachinery/pkg/util/validation` and `pkg/api/validate/content`).
//!
//! Each check gives the messages, none where the text passes.

use std::net::{IpAddr, Ipv6Addr};

/// The check of this name, as `rules.txt` names it.
pub(super) fn named(name: &str) -> fn(&str) -> Vec<String> {
    match name {
        "label" => dns_label,
        "label-1035" => dns_1035_label,
        "path" => path_segment,
        "port-name" => port_name,
        "subdomain" => dns_subdomain,
        "prefix" => prefix,
        "key" => label_key,
        "env" => env_name,
        "config-key" => config_key,
        "ip" => ip,
        "below" => below,
        "local" => local,
        "absolute" => absolute,
        _ => no_steps_back,
    }
}

/// A host name: `my-node.example`.
pub fn dns_subdomain(text: &str) -> Vec<String> {
    told(&[
        (text.len() > 253, "must be no more than 253 characters"),
        (
            !text.split('.').all(is_dns_label),
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start \
             and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ),
    ])
}

/// One part of a host name: `my-name`.
pub fn dns_label(text: &str) -> Vec<String> {
    let wrong = !is_dns_label(text);
    let dots = wrong && text.split('.').all(is_dns_label);
    told(&[
        (text.len() > 63, "must be no more than 63 characters"),
        (dots, "must not contain dots"),
        (
            wrong && !dots,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end \
             with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        ),
    ])
}

/// One part of a host name that begins with a letter, as names in code have to: `my-name`.
pub fn dns_1035_label(text: &str) -> Vec<String> {
    told(&[
        (text.len() > 63, "must be no more than 63 characters"),
        (
            !is_dns_label(text) || !text.starts_with(|c: char| c.is_ascii_lowercase()),
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, \
             and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is \
             '[a-z]([-a-z0-9]*[a-z0-9])?')",
        ),
    ])
}

/// A part of a URL's path: the names of roles.
pub fn path_segment(text: &str) -> Vec<String> {
    match text {
        "." | ".." => vec![format!("may not be '{text}'")],
        _ => told(&[(text.contains('/'), "may not contain '/'"), (text.contains('%'), "may not contain '%'")]),
    }
}

/// A label's key, with or without the prefix of a domain: `app`, `example.com/app`.
pub fn label_key(text: &str) -> Vec<String> {
    const SHAPE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                         '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    if name.contains('/') {
        return vec![format!(
            "a valid label key {SHAPE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        )];
    }
    let mut found = match prefix {
        None => Vec::new(),
        Some("") => told(&[(true, "prefix part must be non-empty")]),
        // Label keys are checked by newer code upstream, which counts in bytes.
        Some(prefix) => {
            let wrong = dns_subdomain(prefix);
            wrong.iter().map(|it| format!("prefix part {}", it.replace("253 characters", "253 bytes"))).collect()
        }
    };
    found.extend(told(&[
        (name.is_empty(), "name part must be non-empty"),
        (name.len() > 63, "name part must be no more than 63 bytes"),
    ]));
    if !is_label_text(name) {
        found.push(format!("name part {SHAPE}"));
    }
    found
}

/// A label's value.
pub fn label_value(text: &str) -> Vec<String> {
    told(&[
        (text.len() > 63, "must be no more than 63 bytes"),
        (
            !text.is_empty() && !is_label_text(text),
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and \
             end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
             '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
    ])
}

/// The name of an environment variable: anything printable but `=`.
pub fn env_name(text: &str) -> Vec<String> {
    told(&[
        (text.is_empty(), "environment variable name must be non-empty"),
        (
            !text.bytes().all(|c| (b' '..=b'~').contains(&c) && c != b'='),
            "a valid environment variable name must consist only of printable ASCII characters other than '='",
        ),
    ])
}

/// The same, as kubectl takes it where it makes variables.
pub fn plain_env_name(text: &str) -> Vec<String> {
    let is_letter = |c: u8| c.is_ascii_alphabetic() || b"-._".contains(&c);
    let mut bytes = text.bytes();
    let is_right = bytes.next().is_some_and(is_letter) && bytes.all(|c| is_letter(c) || c.is_ascii_digit());
    told(&[(
        !is_right,
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with \
         a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is \
         '[-._a-zA-Z][-._a-zA-Z0-9]*')",
    )])
}

/// A key of a ConfigMap or Secret.
pub fn config_key(text: &str) -> Vec<String> {
    told(&[
        (text.len() > 253, "must be no more than 253 characters"),
        (
            text.is_empty() || !text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._".contains(&c)),
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  \
             or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
        (text == ".", "must not be '.'"),
        (text == "..", "must not be '..'"),
        (text.starts_with("..") && text != "..", "must not start with '..'"),
    ])
}

/// The name of a port: `metrics`.
pub fn port_name(text: &str) -> Vec<String> {
    let known = text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    told(&[
        (text.len() > 15, "must be no more than 15 characters"),
        (!known || text.is_empty(), "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        (!text.bytes().any(|c| c.is_ascii_lowercase()), "must contain at least one letter (a-z)"),
        (text.contains("--"), "must not contain consecutive hyphens"),
        (text.starts_with('-') || text.ends_with('-'), "must not begin or end with a hyphen"),
    ])
}

/// A share of a hundred: `25%`.
pub fn percent(text: &str) -> Vec<String> {
    let digits = text.strip_suffix('%').unwrap_or_default();
    told(&[(
        digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()),
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for \
         validation is '[0-9]+%')",
    )])
}

/// The name of an HTTP header.
pub fn http_header(text: &str) -> Vec<String> {
    told(&[(
        text.is_empty() || !text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'),
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation \
         is '[-A-Za-z0-9]+')",
    )])
}

/// A host name that something is to be appended to: it may end in a hyphen (upstream: `maskTrailingDash`).
pub(super) fn prefix(text: &str) -> Vec<String> {
    match text.strip_suffix('-').and_then(|start| start.get(..start.len().checked_sub(1)?)) {
        Some(start) => dns_subdomain(&(start.to_owned() + "a")),
        None => dns_subdomain(text),
    }
}

/// A host name whose parts may have underscores, as domains to search in may.
pub(super) fn search_domain(text: &str) -> Vec<String> {
    let part = |part: &str| {
        let inner = part.strip_prefix('_').unwrap_or(part).replace('_', "-");
        is_dns_label(&inner) && !part.ends_with('_') && !part.starts_with("__")
    };
    told(&[
        (text.len() > 253, "must be no more than 253 characters"),
        (
            !text.split('.').all(part),
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start \
             and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
        ),
    ])
}

/// An address: `10.9.8.7`, `2001:db8::1`.
pub(super) fn ip(text: &str) -> Vec<String> {
    let (address, lenient) = (text.parse::<IpAddr>(), sloppy_ip(text));
    told(&[
        (lenient.is_none(), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        (lenient.is_some() && address.is_err(), "must not have leading 0s"),
        (address.is_ok_and(is_mapped), "must not be an IPv4-mapped IPv6 address"),
    ])
}

/// An address as Go's older reader took it, to which noughts before a number were nothing.
pub(super) fn sloppy_ip(text: &str) -> Option<IpAddr> {
    let without_noughts = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    let sloppy = || text.split('.').map(without_noughts).collect::<Vec<_>>().join(".").parse().ok().map(IpAddr::V4);
    text.parse().ok().or_else(sloppy)
}

/// How an address of six parts is written that is written in another way.
pub(super) fn other_form(text: &str) -> Option<String> {
    let address: Ipv6Addr = text.parse().ok()?;
    Some(address.to_string()).filter(|canonical| canonical != text)
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(six) if six.to_ipv4_mapped().is_some())
}

/// An address by which something may be reached from elsewhere (upstream: `ValidateEndpointIP`).
pub(super) fn endpoint_ip(text: &str) -> Vec<String> {
    let Some(address) = sloppy_ip(text) else { return told(&[(true, "must be a valid IP address")]) };
    let (near, many) = match address {
        IpAddr::V4(four) => (four.is_link_local(), four.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(six) => (six.is_unicast_link_local(), six.segments()[0] & 0xFF0F == 0xFF02),
    };
    told(&[
        (address.is_unspecified(), &format!("may not be unspecified ({text})")),
        (address.is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        (near, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
        (many, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
    ])
}

/// A range of addresses: `10.9.8.0/24`.
pub(super) fn cidr(text: &str) -> Vec<String> {
    let Some((address, length)) = range(text) else {
        return told(&[(true, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]);
    };
    let (start, number) = text.split_once('/').unwrap_or_default();
    if start.parse::<IpAddr>().is_err() || number != length.to_string() {
        return told(&[(true, "must not have leading 0s in IP or prefix length")]);
    }
    let beyond = first_of(address, length) != bits(address);
    told(&[
        (is_mapped(address), "must not have an IPv4-mapped IPv6 address"),
        (!is_mapped(address) && beyond, "must not have bits set beyond the prefix length"),
    ])
}

/// The address of a range and how many of its bits count.
fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/')?;
    let (address, length) = (sloppy_ip(address)?, length.parse().ok().filter(|_| !length.starts_with('+'))?);
    (length <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, length))
}

/// Whether a range lies within another and is smaller; nothing where one of them is none.
pub(super) fn lies_within(inner: &str, outer: &str) -> Option<bool> {
    let ((inner, more), (outer, fewer)) = (range(inner)?, range(outer)?);
    Some(inner.is_ipv4() == outer.is_ipv4() && more > fewer && first_of(inner, fewer) == first_of(outer, fewer))
}

/// The bits of an address, those of an older one at the end.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u32::from(four).into(),
        IpAddr::V6(six) => six.into(),
    }
}

/// Those of its bits that count.
fn first_of(address: IpAddr, length: u32) -> u128 {
    let rest = if address.is_ipv4() { 32 } else { 128 } - length;
    bits(address).checked_shr(rest).unwrap_or(0).checked_shl(rest).unwrap_or(0)
}

/// A path that leads nowhere up.
pub(super) fn no_steps_back(text: &str) -> Vec<String> {
    told(&[(text.split('/').any(|step| step == ".."), "must not contain '..'")])
}

/// A path inside a volume.
pub(super) fn below(text: &str) -> Vec<String> {
    let mut found = told(&[(text.starts_with('/'), "must be a relative path")]);
    found.extend(no_steps_back(text));
    found
}

/// A path inside a volume that the kubelet keeps nothing of its own in.
pub(super) fn local(text: &str) -> Vec<String> {
    let mut found = below(text);
    found.extend(told(&[(text.starts_with("..") && !text.starts_with("../"), "must not start with '..'")]));
    found
}

fn absolute(text: &str) -> Vec<String> {
    told(&[(!text.starts_with('/'), "must be an absolute path")])
}

/// The messages of what is the case.
pub(super) fn told(rules: &[(bool, &str)]) -> Vec<String> {
    rules.iter().filter(|(wrong, _)| *wrong).map(|(_, message)| (*message).to_owned()).collect()
}

fn is_dns_label(text: &str) -> bool {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_label_text(text: &str) -> bool {
    let edge = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(c))
}
