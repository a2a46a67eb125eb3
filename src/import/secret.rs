//! What looks like a secret. Rather too much than too little: a name that was kept from the playground costs nothing.

/// Words in a name that make its value one.
const NAMES: [&str; 14] = [
    "accesskey",
    "apikey",
    "appkey",
    "auth",
    "bearer",
    "connectionstring",
    "credential",
    "dsn",
    "licensekey",
    "passphrase",
    "password",
    "passwd",
    "privatekey",
    "secret",
];
/// Words that do so only at the end of a name: `GITHUB_TOKEN`, but no `TOKEN_TTL`.
const ENDS: [&str; 4] = ["token", "pass", "pwd", "tokens"];
/// How keys of well-known services begin.
const BEGINNINGS: [&str; 19] = [
    "AKIA",
    "ASIA",
    "AIza",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "npm_",
    "hvs.",
    "dckr_pat_",
    "ya29.",
];
/// Shorter texts are no key.
const SHORTEST: usize = 32;

/// Whether what has this name and value is a secret by its name. Numbers, paths, `true` and references to other variables are none.
pub(super) fn is_named_so(name: &str, value: &str) -> bool {
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let says_so = NAMES.iter().any(|word| bare.contains(word)) || ENDS.iter().any(|word| bare.ends_with(word));
    says_so && is_substantial(value)
}

fn is_substantial(value: &str) -> bool {
    let value = value.trim();
    let is_reference = value.starts_with("$(") || value.starts_with("${");
    let is_path = value.starts_with('/') && !value.contains(char::is_whitespace);
    let is_setting =
        value.parse::<f64>().is_ok() || matches!(value.to_lowercase().as_str(), "" | "true" | "false" | "none" | "null");
    !(is_reference || is_path || is_setting)
}

/// Whether a value is a secret by itself: a private key, a token of a well-known form, an address with a password in it, or long
/// and without any order.
pub(super) fn is_secret(value: &str) -> bool {
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY") || has_password(value) || is_kubeconfig(value) {
        return true;
    }
    let mut words = value.split(|c: char| c.is_whitespace() || "\"'`,;:=<>{}[]()&?@".contains(c));
    words.any(|word| is_known(word) || is_web_token(word) || is_disorderly(word))
}

/// `client-key-data` and its like hold whole keys.
fn is_kubeconfig(value: &str) -> bool {
    ["client-key-data", "client-certificate-data", "certificate-authority-data"].iter().any(|key| value.contains(key))
}

fn is_known(word: &str) -> bool {
    word.len() >= 16 && BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// Three parts in base64, the first of which is JSON.
fn is_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= SHORTEST && word.matches('.').count() == 2
}

/// `https://user:password@host`.
fn has_password(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', ' ', '"', '\'']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| is_substantial(password))
    })
}

/// Whether a word is long, in base64 or base32 of anything, and each of its characters tells much: names, paths and hashes in hex
/// are not so.
fn is_disorderly(word: &str) -> bool {
    let word = word.trim_end_matches('=');
    if word.len() < SHORTEST || !word.bytes().all(|c| c.is_ascii_alphanumeric() || b"+/_-".contains(&c)) {
        return false;
    }
    let has = |of: fn(&u8) -> bool| word.bytes().any(|c| of(&c));
    // Words with hyphens or slashes between them are names.
    let longest = word.split(['-', '/', '_']).map(str::len).max().unwrap_or_default();
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    is_mixed && longest >= 16 && bits(word) > 4.2
}

/// How many bits a character tells (Shannon).
fn bits(word: &str) -> f64 {
    let mut counts = [0_u32; 256];
    word.bytes().for_each(|c| counts[usize::from(c)] += 1);
    let length = word.len() as f64;
    let part = |count: u32| f64::from(count) / length;
    -counts.iter().filter(|count| **count > 0).map(|count| part(*count) * part(*count).log2()).sum::<f64>()
}

/// An argument without what it gives away: `--token=…`; nothing where it gives nothing away. `before` is the argument before it.
pub(super) fn bare_argument(before: Option<&str>, argument: &str) -> Option<String> {
    if let Some((flag, value)) = argument.split_once('=').filter(|(flag, _)| flag.starts_with('-'))
        && (is_named_so(flag, value) || is_secret(value))
    {
        return Some(format!("{flag}={LEFT_OUT}"));
    }
    let is_value = before.is_some_and(|flag| flag.starts_with('-') && !flag.contains('=') && is_named_so(flag, argument));
    (is_value && !argument.starts_with('-') || is_secret(argument)).then(|| LEFT_OUT.to_owned())
}

/// What stands in the place of a secret, where something has to.
pub(super) const LEFT_OUT: &str = "left-out";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_settings() {
        for (name, value, expected) in [
            ("DD_API_KEY", "0123456789abcdef", true),
            ("GITHUB_TOKEN", "x", true),
            ("MYSQL_ROOT_PASSWORD", "hunter2", true),
            ("TOKEN_TTL", "15m", false),
            ("PASSWORD_FILE", "/etc/secret/password", false),
            ("AUTH_ENABLED", "true", false),
            ("SECRET", "$(FROM_ELSEWHERE)", false),
            ("NODE_NAME", "worker-1", false),
            ("ENABLE_POD_ENI", "false", false),
        ] {
            assert_eq!(is_named_so(name, value), expected, "{name}={value}");
        }
        for (value, expected) in [
            ("AKIAIOSFODNN7EXAMPLE", true),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJlLW9mLW5vdGhpbmc", true),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", true),
            ("https://admin:hunter2@registry.example.com/v2", true),
            ("https://registry.example.com:5000/v2", false),
            ("registry.k8s.io/kube-proxy:v1.36.2", false),
            ("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false),
            ("602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.18.1-eksbuild.3", false),
            ("arn:aws:iam::123456789012:role/AmazonEKSNodeRole", false),
            ("/var/lib/kubelet/plugins/ebs.csi.aws.com/csi.sock", false),
            ("unix:///var/lib/kubelet/device-plugins/kubelet.sock", false),
            ("failure-domain.beta.kubernetes.io/zone", false),
        ] {
            assert_eq!(is_secret(value), expected, "{value}");
        }
    }

    #[test]
    fn an_argument_keeps_its_flag() {
        for (before, argument, expected) in [
            (None, "--token=abc", Some("--token=left-out")),
            (Some("--password"), "abc", Some("left-out")),
            (None, "--v=2", None),
            (Some("--token-ttl"), "5m", None),
            (None, "AKIAIOSFODNN7EXAMPLE", Some("left-out")),
        ] {
            assert_eq!(bare_argument(before, argument).as_deref(), expected, "{argument}");
        }
    }
}
