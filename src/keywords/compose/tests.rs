//! Cases for Compose files. `$0` marks the cursor; `«…»` marks keywords.

use super::*;
use viva_guide::Language;

use crate::keywords::fixtures::Recogniser;
use crate::keywords::mutations;

const RECOGNISER: Recogniser = Recogniser {
    keywords,
    language: Language::Compose,
};

#[track_caller]
fn check(fixture: &str, expected: &str) {
    RECOGNISER.check(fixture, expected);
}

#[track_caller]
fn check_all(fixture: &str) {
    RECOGNISER.check_all(fixture);
}

#[test]
fn keys_are_named_by_their_path_without_own_names() {
    check(
        "ser$0vices:\n  web:\n    init: true\n",
        "services: services",
    );
    check("services:\n  w$0eb:\n    init: true\n", "");
    check(
        "services:\n  web:\n    build:\n      tar$0get: dev\n",
        "target: build.target",
    );
    check(
        "services:\n  web:\n    deploy:\n      resources:\n        limits:\n          mem$0ory: 1G\n",
        "memory: deploy.resources.limits.memory",
    );
    check(
        "services:\n  web:\n    depends_on:\n      db:\n        con$0dition: service_healthy\n",
        "condition: depends_on.condition",
    );
    check(
        "services:\n  web:\n    depends_on:\n      db:\n        condition: service_he$0althy\n",
        "service_healthy: depends_on.condition: service_healthy",
    );
    check(
        "networks:\n  front:\n    int$0ernal: true\n",
        "internal: networks.internal",
    );
    check(
        "services:\n  web:\n    networks:\n      front:\n        ali$0ases: [x]\n",
        "aliases: networks.aliases",
    );
}

#[test]
fn lists_and_flow_style_have_paths_too() {
    check(
        "services:\n  web:\n    volumes:\n      - ty$0pe: bind\n",
        "type: volumes.type",
    );
    check(
        "services: {web: {volumes: [{type: bi$0nd}]}}",
        "bind: volumes.type: bind",
    );
    check_all(
        "«services»:\n  web: {\"«image»\": '«redis»', «depends_on»: {db: {«condition»: «service_started»}}}\n",
    );
}

#[test]
fn an_image_is_the_last_part_of_its_name() {
    check(
        "services:\n  c:\n    image: re$0dis:7-alpine\n",
        "redis: image: redis",
    );
    check(
        "services:\n  c:\n    image: \"docker.io/library/re$0dis@sha256:0\"\n",
        "redis: image: redis",
    );
    check(
        "services:\n  c:\n    image: do$0cker.io/library/redis\n",
        "",
    );
    check("services:\n  c:\n    image: ${IMA$0GE}\n", "");
}

#[test]
fn values_end_at_a_colon() {
    check(
        "services:\n  c:\n    restart: on-$0failure:5\n",
        "on-failure: restart: on-failure",
    );
    check(
        "services:\n  c:\n    restart: \"n$0o\"\n",
        "no: restart: no",
    );
    check_all("«services»:\n  c:\n    «command»: redis-server --save 60\n    «cpus»: 0.5\n");
}

#[test]
fn what_the_user_names_is_silent() {
    check_all(
        "«services»:\n  build:\n    «environment»:\n      image: redis\n      restart: always\n    «labels»:\n      init: \"true\"\n    \
         «depends_on»: [image]\n    «logging»:\n      «driver»: «local»\n      «options»:\n        mode: non-blocking\n\
         # image: redis\n«volumes»:\n  image:\n  build:\n    «driver»: «local»\n",
    );
    check_all(
        "x-own:\n  image: redis\n«services»:\n  a:\n    x-image: redis\n    «command»: |\n      image: redis\n",
    );
}

#[test]
fn a_fragment_means_what_its_use_means() {
    check_all(
        "x-base: &base\n  «restart»: «always»\n  «logging»: &log\n    «driver»: «local»\nx-other: &other\n  restart: always\n\
         «services»:\n  a:\n    <<: *base\n  b:\n    <<: [*base]\n    «logging»: *log\n",
    );
}

#[test]
fn half_typed_files_still_answer() {
    let rest = "    «restart»: «always»\n    «depends_on»:\n      db:\n        «condition»: «service_healthy»\n«volumes»:\n  data:\n";
    for line in [
        "    depen\n",
        "    «image»: \"redis\n",
        "    «image»: 'redis\n",
        "    «image»: : x\n",
        "    @\n",
        "    «image»: *unknown\n",
        "\timage: redis\n",
        "   image: redis\n",
        "    «build»: {target\n",
        "    «ports»: [80\n",
        "    - x\n",
        "    «image»:\n",
        "    -\n",
    ] {
        check_all(&format!(
            "«services»:\n  web:\n    «init»: «true»\n{line}{rest}"
        ));
    }
}

#[test]
fn line_ends_marks_and_wide_characters() {
    check_all("\u{feff}«services»:\r\n  web:\r\n    «image»: «redis»\r\n");
    check_all("«services»:\n  \"é🦀\":\n    «image»: «redis» # é\n    «init»: «true»\n");
    check("$0", "");
}

#[test]
fn deep_nesting_is_no_problem() {
    for open in ["[", "{a: ", "- ", "? "] {
        let text = format!("services:\n  {}", open.repeat(20_000));
        assert!(!keywords(Source::new(&text)).is_empty());
    }
}

#[test]
fn damaged_files_keep_the_two_functions_in_agreement() {
    let fixtures = [
        "services:\n  web:\n    image: redis:7\n    build: {context: ., target: dev}\n    depends_on:\n      db:\n        condition: service_healthy\n\
         volumes:\n  data: {driver: local}\n",
        "x-a: &a\n  restart: always\nservices:\n  b:\n    <<: *a\n    command: |\n      x: y\n    volumes:\n      - type: bind\n",
    ];
    let pieces = [
        "\n  ", ": ", "- ", "{", "}", "[", "]", "\t", "&a ", "*a", "|\n", "<<: ", "# ", "? ",
        "---\n", "!x ",
    ];
    mutations::check(&RECOGNISER, &fixtures, &pieces);
}
