//! Which language a file is in: by the client's language id, then by the file's name, then by what
//! stands in it. Editors call redis.conf `properties` (VS Code) or `conf` (Neovim), so that the id
//! alone does not decide.

use viva_guide::Language;

/// How much of a file is read to recognise it by its content, in bytes.
const CONTENT_MAX: usize = 8 << 10;

/// Directives that only a Redis configuration has; two of them make a `*.conf` one.
const REDIS_DIRECTIVES: [&str; 22] = [
    "aclfile",
    "appendfsync",
    "appendonly",
    "auto-aof-rewrite-percentage",
    "cluster-enabled",
    "client-output-buffer-limit",
    "dbfilename",
    "hash-max-listpack-entries",
    "io-threads",
    "lazyfree-lazy-eviction",
    "masterauth",
    "maxmemory",
    "maxmemory-policy",
    "notify-keyspace-events",
    "protected-mode",
    "rdbcompression",
    "repl-diskless-sync",
    "replicaof",
    "requirepass",
    "sentinel",
    "slaveof",
    "slowlog-log-slower-than",
];

/// The language of a file. `id` is LSP's languageId (may be empty), `name` a path or URI.
pub fn language(id: &str, name: &str, text: &str) -> Option<Language> {
    by_id(id)
        .or_else(|| by_name(name))
        .or_else(|| by_content(name, text))
}

fn by_id(id: &str) -> Option<Language> {
    Some(match id.to_ascii_lowercase().as_str() {
        "go" => Language::Go,
        "dockerfile" | "containerfile" => Language::Dockerfile,
        "sql" | "mysql" => Language::Sql,
        "redis" | "redis-conf" | "redisconf" => Language::Redis,
        "dockercompose" | "yaml.docker-compose" => Language::Compose,
        _ => return None,
    })
}

fn by_name(name: &str) -> Option<Language> {
    let name = base_name(name);
    if has_extension(&name, "go") {
        return Some(Language::Go);
    }
    if has_extension(&name, "sql") || has_extension(&name, "mysql") {
        return Some(Language::Sql);
    }
    let is_dockerfile = ["dockerfile", "containerfile"].iter().any(|kind| {
        name == *kind || name.starts_with(&format!("{kind}.")) || has_extension(&name, kind)
    });
    // `Dockerfile.5.md` is about one.
    let is_other = has_extension(&name, "dockerignore") || has_extension(&name, "md");
    if is_dockerfile && !is_other {
        return Some(Language::Dockerfile);
    }
    if is_compose(&name) {
        return Some(Language::Compose);
    }
    let stem = name
        .strip_suffix(".conf")
        .or_else(|| name.strip_suffix(".conf.tmpl"))?;
    let is_redis = ["redis", "sentinel", "valkey"].iter().any(|kind| {
        stem == *kind
            || stem.starts_with(&format!("{kind}-"))
            || stem.ends_with(&format!("-{kind}"))
    });
    is_redis.then_some(Language::Redis)
}

/// `compose.yaml`, `compose.prod.yml`, `docker-compose-test.yml`: the names that `docker compose`
/// finds by itself, and what people derive from them.
fn is_compose(name: &str) -> bool {
    [".yaml", ".yml"]
        .into_iter()
        .find_map(|extension| name.strip_suffix(extension))
        .is_some_and(|stem| {
            stem == "compose" || stem.starts_with("compose.") || stem.starts_with("docker-compose")
        })
}

fn by_content(name: &str, text: &str) -> Option<Language> {
    if !has_extension(&base_name(name), "conf") {
        return None;
    }
    let mut known: Vec<String> = text[..text.floor_char_boundary(CONTENT_MAX)]
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_ascii_lowercase)
        .filter(|word| REDIS_DIRECTIVES.contains(&word.as_str()))
        .collect();
    known.sort();
    known.dedup();
    (known.len() >= 2).then_some(Language::Redis)
}

/// The last part of a path or URI, in small letters, without query and fragment.
fn base_name(name: &str) -> String {
    let name = name.split(['?', '#']).next().unwrap_or_default();
    name.rsplit(['/', '\\', ':'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.strip_suffix(extension)
        .is_some_and(|stem| stem.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_then_name_then_content_decide() {
        let redis = "# Redis\nappendonly yes\nmaxmemory 1gb\n";
        let cases = [
            ("go", "untitled:Untitled-1", "", Some(Language::Go)),
            ("plaintext", "file:///a/b.go", "", Some(Language::Go)),
            (
                "",
                "C:\\src\\Dockerfile.dev",
                "",
                Some(Language::Dockerfile),
            ),
            ("", "Containerfile", "", Some(Language::Dockerfile)),
            ("", "api.Dockerfile", "", Some(Language::Dockerfile)),
            ("", "Dockerfile.dockerignore", "", None),
            ("", "docs/Dockerfile.5.md", "", None),
            (
                "dockerfile",
                "git:/x/y?ref=HEAD",
                "",
                Some(Language::Dockerfile),
            ),
            ("mysql", "x", "", Some(Language::Sql)),
            ("", "schema.SQL", "", Some(Language::Sql)),
            (
                "properties",
                "file:///etc/redis/redis.conf",
                "",
                Some(Language::Redis),
            ),
            ("conf", "/etc/redis-6380.conf", "", Some(Language::Redis)),
            ("conf", "/etc/sentinel.conf", "", Some(Language::Redis)),
            ("conf", "cache.conf", redis, Some(Language::Redis)),
            ("conf", "nginx.conf", "user www;\nmaxmemory 1\n", None),
            ("dockercompose", "x.yaml", "", Some(Language::Compose)),
            (
                "yaml",
                "file:///a/compose.yaml",
                "",
                Some(Language::Compose),
            ),
            ("yaml", "compose.prod.yml", "", Some(Language::Compose)),
            ("", "docker-compose.yml", "", Some(Language::Compose)),
            ("", "docker-compose-test.yaml", "", Some(Language::Compose)),
            ("yaml", "composer.yaml", "", None),
            ("yaml", "values.yaml", "", None),
            ("", "", "", None),
            ("rust", "main.rs", redis, None),
        ];
        for (id, name, text, expected) in cases {
            assert_eq!(language(id, name, text), expected, "{id} {name}");
        }
    }
}
