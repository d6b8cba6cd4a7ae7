//! Amounts of memory: `1k` is 1000 bytes, `1kb` is 1024, in any case (the head of redis.conf;
//! `memtoull` in Redis's `src/util.c`).

/// Directives that take an amount of memory (`MEMORY_CONFIG` in `src/config.c`), sorted.
const MEMORY: [&str; 17] = [
    "active-defrag-ignore-bytes",
    "auto-aof-rewrite-min-size",
    "client-output-buffer-limit",
    "client-query-buffer-limit",
    "cluster-link-sendbuf-limit",
    "cluster-slot-migration-handoff-max-lag-bytes",
    "hash-max-listpack-value",
    "hash-max-ziplist-value",
    "hll-sparse-max-bytes",
    "maxmemory",
    "maxmemory-clients",
    "proto-max-bulk-len",
    "repl-backlog-size",
    "replica-full-sync-buffer-limit",
    "stream-node-max-bytes",
    "zset-max-listpack-value",
    "zset-max-ziplist-value",
];

/// Whether an argument of the directive (in small letters) may have a unit.
pub(super) fn takes_memory(directive: &str) -> bool {
    MEMORY.binary_search(&directive).is_ok()
}

/// How many bytes an amount with a unit is.
pub(super) fn note(amount: &str) -> Option<String> {
    let digits = amount.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = amount.split_at(digits);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    let bytes = number.parse::<u64>().ok()?.checked_mul(factor)?;
    Some(format!("`{amount}` is {} bytes", grouped(bytes)))
}

/// With a comma after each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_decimal_or_binary() {
        let cases = [
            ("1k", Some("1,000")),
            ("1kb", Some("1,024")),
            ("1m", Some("1,000,000")),
            ("5MB", Some("5,242,880")),
            ("1G", Some("1,000,000,000")),
            ("1gB", Some("1,073,741,824")),
            ("12b", Some("12")),
            ("17179869183gb", Some("18,446,744,072,635,809,792")),
            ("17179869184gb", None),
            ("1", None),
            ("5%", None),
            ("gb", None),
            ("1 gb", None),
            ("-1gb", None),
            ("1tb", None),
            ("1é", None),
            ("", None),
        ];
        for (amount, bytes) in cases {
            let expected = bytes.map(|bytes| format!("`{amount}` is {bytes} bytes"));
            assert_eq!(note(amount), expected, "{amount}");
        }
        assert!(MEMORY.is_sorted());
    }
}
