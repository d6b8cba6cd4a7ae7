//! Variables that hold a secret, told by their names.

/// Words at the end of a name that say so.
const SECRET: [&str; 15] = [
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "AUTH_TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "PWORD",
    "SECRET",
    "SECRET_KEY",
    "SECRET_KEY_BASE",
    "TOKEN",
];

/// Whether a variable of this name holds a password, a token or a key.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    // `MYSQL_RANDOM_ROOT_PASSWORD=yes` asks for one, a public token is none, and etcd's
    // `ETCD_INITIAL_CLUSTER_TOKEN` is a name.
    let is_about = ["ALLOW_EMPTY_", "RANDOM_", "PUBLIC_", "CLUSTER_TOKEN"]
        .iter()
        .any(|part| name.contains(part));
    !is_about
        && SECRET.iter().any(|word| {
            name.strip_suffix(word)
                .is_some_and(|before| before.is_empty() || before.ends_with('_'))
        })
}

/// Whether a value may be the secret itself: not empty, no switch, no file, and not `xxxx` or `****`, which
/// stand for one.
pub(super) fn may_be_value(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let is_switch = ["true", "false", "yes", "no", "on", "off", "none", "null"]
        .iter()
        .any(|switch| value.eq_ignore_ascii_case(switch));
    let mut letters = value.chars().filter(|letter| *letter != '-');
    let first = letters.next();
    let stands_for_one = value.len() > 3 && letters.all(|letter| Some(letter) == first);
    !value.is_empty() && !is_switch && !stands_for_one && !value.starts_with("/run/secrets/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for name in [
            "DB_PASSWORD",
            "token",
            "NPM_TOKEN",
            "aws-secret-access-key",
            "SECRET_KEY_BASE",
            "spring.datasource.password",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "GPG_KEY",
            "PASSWORD_FILE",
            "TOKEN_TTL",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MONKEY",
            "PUBLIC_API_KEY",
            "TOKENS_PATH",
            "ETCD_INITIAL_CLUSTER_TOKEN",
            "MYTOKEN",
            "KEY",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        for (value, expected) in [
            ("s3cr3t", true),
            ("", false),
            ("\"\"", false),
            ("yes", false),
            ("/run/secrets/x", false),
            ("$TOKEN", true),
            ("x", true),
            ("XXXXXXXX", false),
            ("********", false),
            ("00000000-0000-0000-0000-000000000000", false),
        ] {
            assert_eq!(may_be_value(value), expected, "{value}");
        }
    }
}
