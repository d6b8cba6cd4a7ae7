//! Cases for Dockerfiles. `$0` marks the cursor; `«…»` marks keywords.

use super::*;
use viva_guide::Language;

use crate::keywords::fixtures::Recogniser;
use crate::keywords::mutations;

const RECOGNISER: Recogniser = Recogniser {
    keywords,
    language: Language::Dockerfile,
};

#[track_caller]
fn check(fixture: &str, expected: &str) {
    RECOGNISER.check(fixture, expected);
}

/// All keywords but commands.
#[track_caller]
fn check_all(fixture: &str) {
    RECOGNISER.check_those(fixture, |keyword| !is_command(keyword));
}

#[track_caller]
fn check_commands(fixture: &str) {
    RECOGNISER.check_those(fixture, is_command);
}

fn is_command(keyword: &Keyword) -> bool {
    let name = keyword.names.last().map_or("", String::as_str);
    name.starts_with(|first: char| first.is_ascii_lowercase()) && !PREDEFINED.contains(&name)
}

#[test]
fn an_instruction_is_the_first_word_of_a_line_in_any_case() {
    check("$0FROM golang:1.27", "FROM: FROM");
    check("  \twork$0dir /app", "workdir: WORKDIR");
    check("USER $0copy", "");
    check("FROM$0", "");
    check("COPYX$0 a b", "");
    check_all(
        "«FROM» run\n«EXPOSE» 80\n«LABEL» run=copy add=\"from\"\nunknown copy\n«ENV» CMD=run",
    );
}

#[test]
fn all_instructions_are_known() {
    check_all(
        "«ADD» a\n«ARG» a\n«CMD» a\n«COPY» a\n«ENTRYPOINT» a\n«ENV» a\n«EXPOSE» a\n«FROM» a\n«HEALTHCHECK» a\n«LABEL» a\n\
         «MAINTAINER» a\n«ONBUILD» a\n«RUN» a\n«SHELL» a\n«STOPSIGNAL» a\n«USER» a\n«VOLUME» a\n«WORKDIR» a\n",
    );
}

#[test]
fn parser_directives_come_first() {
    check("# syn$0tax=docker/dockerfile:1\nFROM a", "syntax: # syntax");
    check("#  Esc$0ape = `\n", "Escape: # escape");
    check_all("# «syntax»=a\n#«check»=skip=all\n# «escape»=\\\n«FROM» a");
    check_all("\u{feff}# «syntax»=a\r\n«FROM» a\r\n");
}

#[test]
fn parser_directives_end_at_anything_else() {
    check("# a comment\n# syn$0tax=a", "");
    check("\n# syn$0tax=a", "");
    check("FROM a\n# syn$0tax=a", "");
    check("# unknown=1\n# syn$0tax=a", "");
    check("# syntax\n# esc$0ape=`", "");
    check("# syntax=\n# esc$0ape=`", "");
    check("# syntax=a\n# syn$0tax=b", "");
}

#[test]
fn the_escape_directive_changes_continuations() {
    check_all("# «escape»=`\n«RUN» dir C:\\\n«COPY» a b `\n  run c\n«CMD» x");
    check_all("«RUN» a `\n«COPY» b c");
    check_all("# «escape»=x\n«RUN» a \\\n copy b\n");
}

#[test]
fn continuations_skip_comments_and_blank_lines() {
    check_all("«RUN» a && \\\n  # run b\n\n  \t\n  copy c \\ \t\n  add d\n«CMD» x");
    check_all("«RUN» a \\\\\n«COPY» b c");
    check_all("\\\n«RUN» a");
    check_all("«COPY» \\\n  «--from»=a \\\n # comment \\\n  «--link» x y\n");
}

#[test]
fn a_word_may_be_broken_by_a_continuation() {
    check("WORK\\\nD$0IR /app", "WORK\\\nDIR: WORKDIR");
    check(
        "COPY --fr\\\n# x\n$0om=a b c",
        "--fr\\\n# x\nom: COPY --from, COPY (COPY --from; no stage above is named `a`, so it is an image or a named build context)",
    );
}

#[test]
fn flags_are_keywords_of_their_instruction() {
    check("COPY --fr$0om /a /b", "--from: COPY --from, COPY");
    check("COPY --from=bu$0ild /a /b", "");
    check(
        "COPY --chown=a:b $0--link /a /b",
        "--link: COPY --link, COPY",
    );
    check(
        "ADD --check$0sum=sha256:0 https://x /b",
        "--checksum: ADD --checksum, ADD",
    );
    check(
        "FROM --plat$0form=linux/amd64 x",
        "--platform: FROM --platform, FROM",
    );
    check(
        "HEALTHCHECK --inter$0val=5s CMD true",
        "--interval: HEALTHCHECK --interval, HEALTHCHECK",
    );
    check_all(
        "«COPY» /a --from=b\n«RUN» -- --mount=type=cache a\n«CMD» --x\n«COPY» --\n«COPY» -- --link a\n",
    );
}

#[test]
fn values_of_run_flags_are_keywords() {
    check(
        "RUN --mo$0unt=type=cache,target=/x a",
        "--mount: RUN --mount, RUN",
    );
    check(
        "RUN --mount=type=ca$0che,target=/x a",
        "type=cache: RUN --mount=type=cache, RUN --mount",
    );
    check(
        "RUN --mount=target=/x,$0type=Secret a",
        "type=Secret: RUN --mount=type=secret, RUN --mount",
    );
    check(
        "RUN --mount=type=cache,tar$0get=/x a",
        "target: RUN --mount=target, RUN --mount",
    );
    check("RUN --mount=type=cache,target=/$0x a", "");
    check(
        "RUN --mount=type=cache,sharing=lo$0cked a",
        "sharing=locked: RUN --mount=sharing=locked, RUN --mount=sharing, RUN --mount",
    );
    check(
        "RUN --mount=type=bind,$0rw a",
        "rw: RUN --mount=rw, RUN --mount",
    );
    check(
        "RUN --mount=$0type= a",
        "type: RUN --mount=type, RUN --mount",
    );
    check_all(
        "«RUN» «--mount»=«type=secret»,«id»=a,«required»,«env»=B,«mode»=0400,«uid»=1,«gid»=1 a\n\
         «RUN» «--mount»=«type=bind»,«from»=b,«source»=/,«readonly» «--mount»=\"«type=tmpfs»,«size»=1\" a\n\
         «RUN» «--mount»=unknown=1,«type=ssh»,'«target»=a b' a\n«RUN» echo --mount=type=cache,id=1\n«COPY» «--mount»=type=cache a b\n",
    );
    check(
        "RUN --network=no$0ne a",
        "none: RUN --network=none, RUN --network",
    );
    check(
        "RUN --security=$0insecure a",
        "insecure: RUN --security=insecure, RUN --security",
    );
    check("RUN --network=$0 a", "");
    check("RUN --network=$X$0 a", "");
    check(
        "RUN --secu$0rity=sandbox a",
        "--security: RUN --security, RUN",
    );
    check("RUN a --security=$0insecure", "");
    check("COPY --network=$0host a b", "");
}

#[test]
fn a_stage_is_known_by_its_name() {
    let flag = "--from: COPY --from, COPY (COPY --from; ";
    let stages = "ARG V=1\nFROM golang:$V AS Build\nFROM scratch AS\n";
    for (value, note) in [
        ("build", "the stage `build` above)"),
        ("BUILD", "the stage `BUILD` above)"),
        ("0", "the stage with the number 0, counted from 0)"),
        (
            "nginx:1",
            "no stage above is named `nginx:1`, so it is an image or a named build context)",
        ),
        (
            "later",
            "no stage above is named `later`, so it is an image or a named build context)",
        ),
    ] {
        let text = format!("{stages}COPY --fr$0om={value} /a /b\nFROM x AS later\n");
        check(&text, &format!("{flag}{note}"));
    }
    check("COPY --fr$0om=$X /a /b", "--from: COPY --from, COPY");
    check("COPY --fr$0om= /a /b", "--from: COPY --from, COPY");
}

#[test]
fn an_argument_before_the_first_stage_belongs_to_none() {
    let global = "ARG: ARG (ARG(global); before the first FROM: only FROM lines see it, and a stage that declares it again)";
    check("# syntax=x\nA$0RG V=1\nFROM a:$V", global);
    check("FROM a\nA$0RG V", "ARG: ARG");
    check("ARG V\nFROM a\nA$0RG V", "ARG: ARG");
}

#[test]
fn images_for_windows_have_another_shell() {
    let windows = "RUN: RUN (RUN(shell); shell form: runs under cmd /S /C)";
    check("# escape=`\nFROM a\n$0RUN del x", windows);
    check(
        "FROM mcr.microsoft.com/windows/servercore:ltsc2025\n$0RUN del x",
        windows,
    );
    check("FROM --platform=windows/amd64 a\n$0RUN del x", windows);
    check_all(
        "# «escape»=`\n«FROM» a\n«COPY» a C:\\x\\\n«RUN» dir ^\n«WORKDIR» C:\\y\\\n«RUN» a `\n  copy b\n«CMD» c",
    );
    check_commands("# escape=`\nFROM a\nRUN exec x\nSHELL [\"pwsh\"]\nRUN exec x\n");
    check_commands("FROM nanoserver\nRUN exec x\nFROM alpine\nRUN «exec» «sh»\n");
}

#[test]
fn commands_of_the_shell_form_are_keywords() {
    check(
        "RUN apt$0-get -y install curl",
        "apt-get: apt-get install, apt-get",
    );
    check("RUN apt-get ins$0tall curl", "");
    check(
        "RUN --mount=type=cache,target=/x /usr/bin/apt$0-get",
        "apt-get: apt-get",
    );
    check_commands(
        "RUN «set» -e && \\\n # apt-get\n  «apt-get» update && «echo» 'apt-get' \"exec\" trap # exec\nLABEL a=exec\n",
    );
    check_commands(
        "CMD «exec» «nginx» -g x\nENTRYPOINT [\"exec\", \"trap\"]\nENTRYPOINT «trap» x TERM\nCMD [ \"exec\" ]\n",
    );
    check_commands("ONBUILD RUN «exec» a\nHEALTHCHECK --retries=1 CMD «curl» -f x || «exit» 1\nHEALTHCHECK CMD [\"curl\"]\nHEALTHCHECK NONE\n".replace("«exec» a", "«exec» «a»").as_str());
    check_commands(
        "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN «apt-get» update | «tee» x\nCOPY exec trap\nUSER exec\n",
    );
    check_commands(
        "RUN ap\\\nt-get update && «trap»\n"
            .replace("ap\\\nt-get", "«ap\\\nt-get»")
            .as_str(),
    );
}

#[test]
fn commands_in_scripts_are_keywords() {
    check_commands(
        "RUN <<EOF\n«set» -eu\nif «true»; then\n\t«apt-get» update\nfi\n«echo» \"a\nexec b\"\nEOF\nCMD «exec» «sh»\n",
    );
    check_commands(
        "RUN --network=none <<-'E'\n\t«exec» «sh»\n\tE\nRUN bash -e <<F\n«trap» x\nF\n"
            .replace("bash", "«bash»")
            .as_str(),
    );
    check_commands(
        "RUN «cat» <<A > x\nexec\nA\nCOPY <<B /x\ntrap\nB\nRUN «sh» -c 'x' <<C\nexec\nC\n",
    );
    check_commands(
        "RUN <<A\n#!/usr/bin/env python3\nexec\nA\nRUN <<B\n#!/bin/sh -e\n«exec» «sh»\nB\n",
    );
    check_commands("SHELL [\"pwsh\"]\nRUN <<A\nexec\nA\nFROM a\nONBUILD RUN <<B\n«exec» «sh»\nB\n");
    check("RUN <<A\napt-get upd$0ate\nA\n", "");
    check(
        "RUN <<A\nap$0t-get update\nA\n",
        "apt-get: apt-get update, apt-get",
    );
}

#[test]
fn from_knows_as_and_scratch() {
    check("FROM a $0as b", "as: FROM AS, FROM");
    check("FROM --platform=x a A$0S b", "AS: FROM AS, FROM");
    check("FROM scr$0atch", "scratch: FROM scratch, FROM");
    check_all("«FROM» «scratch» «AS» scratch\n«FROM» as\n«FROM» Scratch\n«FROM» a b as\n");
}

#[test]
fn onbuild_has_an_instruction_of_its_own() {
    check("ONBU$0ILD RUN a", "ONBUILD: ONBUILD");
    check("ONBUILD co$0py --from=a b c", "copy: COPY");
    check("ONBUILD copy --fr$0om=a b c", "--from: COPY --from, COPY");
    check_all(
        "«ONBUILD» «RUN» «<<X»\nCOPY\nX\n«ONBUILD» «ONBUILD» «RUN» a\n«ONBUILD» unknown RUN\n",
    );
}

#[test]
fn healthcheck_knows_cmd_and_none() {
    check(
        "HEALTHCHECK --retries=1 c$0md curl x",
        "cmd: HEALTHCHECK CMD, HEALTHCHECK",
    );
    check("HEALTHCHECK NO$0NE", "NONE: HEALTHCHECK NONE, HEALTHCHECK");
    check("HEALTHCHECK CMD c$0md", "cmd: cmd");
    check("HEALTHCHECK CMD [\"c$0md\"]", "");
}

#[test]
fn the_form_is_a_sense() {
    check(
        "$0CMD [\"nginx\", \"-g\", \"daemon off;\"]",
        "CMD: CMD (CMD(exec); exec form)",
    );
    check(
        "$0CMD nginx",
        "CMD: CMD (CMD(shell); shell form: runs under /bin/sh -c)",
    );
    check(
        "$0RUN [ \"a\\u0041\\n\" , \"b\"\t]  ",
        "RUN: RUN (RUN(exec); exec form)",
    );
    check(
        "$0ENTRYPOINT [\\\n \"a\", \\\n # x\n \"b\"]",
        "ENTRYPOINT: ENTRYPOINT (ENTRYPOINT(exec); exec form)",
    );
    check("$0CMD []", "CMD: CMD (CMD(exec); exec form)");
    for shell in [
        "['a']",
        "[\"a\",]",
        "[\"a\"",
        "[\"a\"] b",
        "[a]",
        "[\"\\x\"]",
        "[1]",
        "[\"a\" \"b\"]",
        "[",
    ] {
        check(
            &format!("$0CMD {shell}"),
            "CMD: CMD (CMD(shell); shell form: runs under /bin/sh -c)",
        );
    }
    check("$0CMD", "CMD: CMD");
    check("ONBUILD $0CMD [\"a\"]", "CMD: CMD (CMD(exec); exec form)");
    check("$0SHELL [\"a\"]", "SHELL: SHELL");
}

#[test]
fn the_shell_form_follows_shell() {
    let bash = "SHELL [\"/bin/bash\", \"-c\"]\n";
    let set = "RUN: RUN (RUN(shell); shell form: runs under the shell that SHELL sets)";
    check(&format!("FROM a\n{bash}$0RUN b"), set);
    check(
        &format!("FROM a\n{bash}FROM b\n$0RUN b"),
        "RUN: RUN (RUN(shell); shell form: runs under /bin/sh -c)",
    );
    // A stage has what the stage that it begins with has.
    let derived = |base: &str| format!("FROM a AS Base\n{bash}FROM {base}\n$0RUN b");
    for base in ["base", "BASE AS next", "--platform=x base"] {
        check(&derived(base), set);
    }
    check(
        &derived("base:1"),
        "RUN: RUN (RUN(shell); shell form: runs under /bin/sh -c)",
    );
    check(
        "FROM nanoserver AS base\nFROM base\n$0RUN b",
        "RUN: RUN (RUN(shell); shell form: runs under cmd /S /C)",
    );
    check_commands(
        "FROM a AS base\nSHELL [\"pwsh\"]\nFROM base AS next\nRUN exec x\nFROM next\nRUN exec x\nFROM a AS base\nFROM base\nRUN «exec» «sh»\n",
    );
}

#[test]
fn heredoc_markers_are_keywords_and_bodies_are_silent() {
    check("RUN <<E$0OF\nCOPY a b\nEOF\n", "<<EOF: <<");
    check_all("«RUN» «<<EOF»\nCOPY a b\n EOF\nEOFX\nEOF\n«CMD» a");
    check_all("«RUN» cat «<<-\"EOF\"» > x\nRUN\n\t\tEOF\n«CMD» a");
    check_all("«COPY» «<<a» «<<'b c'» /x/\nRUN\na\nRUN\nb c\n«CMD» a");
    check_all("«ADD» 3«<<EOF» /x\r\nRUN\r\nEOF\r\n«CMD» a\r\n");
    check_all("«RUN» a \\\n  «<<EOF» \\\n  b\nRUN\nEOF\n«CMD» a");
    check_all("«RUN» «<< EOF»\nRUN\nEOF\n«CMD» a");
    check_all("«RUN» «<<E\\OF»\nRUN\nEOF\n«CMD» a");
}

#[test]
fn what_is_no_heredoc_for_buildkit_is_none() {
    check_all("«RUN» cat<<EOF\n«CMD» a");
    check_all("«RUN» x=$((1<<2))\n«CMD» a");
    check_all("«RUN» cat <<<EOF\n«CMD» a");
    check_all("«RUN» echo '<<EOF' \"<<EOF\" \\<<EOF\n«CMD» a");
    check_all("«RUN» echo it's <<EOF\n«CMD» a");
    check_all("«RUN» echo ${x^^} <<EOF\n«CMD» a");
    check_all("«RUN» echo ${x:-\"}\"} «<<EOF»\nCMD a\nEOF\n«CMD» a");
    check_all("«RUN» [\"<<EOF\"]\n«CMD» <<EOF\n«ENV» a=<<EOF\n«ENTRYPOINT» a");
}

#[test]
fn an_unterminated_heredoc_reaches_to_the_end() {
    check_all("«FROM» a\n«RUN» «<<EOF»\nCOPY a b\nCMD a");
}

#[test]
fn predefined_arguments_are_keywords() {
    check(
        "FROM --platform=$BUILD$0PLATFORM x",
        "BUILDPLATFORM: BUILDPLATFORM",
    );
    check("ARG TARGET$0OS", "TARGETOS: TARGETOS");
    check_all(
        "«ARG» «TARGETOS»=linux «TARGETARCH» X=$«TARGETVARIANT» Y\n«RUN» GOOS=$«TARGETOS» GOARCH=${«TARGETARCH»:-amd64} go build",
    );
    check_all(
        "«RUN» «--mount»=«type=cache»,«id»=x-$«TARGETPLATFORM»,«target»=/x a\n«ENV» A=\"${«HTTP_PROXY»}\" B=$«http_proxy»\n",
    );
    check_all(
        "«RUN» echo '$TARGETOS' \\$TARGETOS $$TARGETOS $TARGETOSX \"it's $«TARGETOS»\" don't $«TARGETOS»\n",
    );
    check_all(
        "«CMD» echo $TARGETOS\n«ENTRYPOINT» $TARGETOS\n«LABEL» TARGETOS=1\n«RUN» TARGETOS=1\n",
    );
    check_all("«RUN» echo $\n«RUN» echo ${\n«RUN» echo $«TARGETOS»");
}

#[test]
fn comments_and_strings_are_silent() {
    check("# RU$0N a", "");
    check("RUN echo 'COPY $0--from=a'", "");
    check("  # FR$0OM a", "");
    check("RUN a # CO$0PY b", "");
}

#[test]
fn offsets_are_bytes() {
    check(
        "# 🦀 é\nLABEL a=\"🦀\"\nRU$0N --mount=type=cache x",
        "RUN: RUN (RUN(shell); shell form: runs under /bin/sh -c)",
    );
    check("COPY --from=🦀 --li$0nk a b", "--link: COPY --link, COPY");
    check("R🦀$0UN a", "");
    check("RU$0N\u{a0}a", "");
    check(
        "FROM a\r\nRUN --mount=type=ca$0che,target=/x a\r\n",
        "type=cache: RUN --mount=type=cache, RUN --mount",
    );
    check("$0", "");
}

/// Each is as long as takes minutes where a part of a line is looked at again for each of its parts.
#[test]
fn deep_nesting_and_many_parts_do_no_harm() {
    let text = format!("RUN {} <<EOF\nx", "${a:-\"".repeat(50_000));
    assert_eq!(keywords(Source::new(&text)).len(), 1);
    let text = "ONBUILD ".repeat(20_000);
    assert_eq!(keywords(Source::new(&text)).len(), 20_000);
    let text = format!("COPY {}x y", "--from=a ".repeat(50_000));
    assert_eq!(keywords(Source::new(&text)).len(), 50_001);
}

#[test]
fn damaged_files_keep_the_two_functions_in_agreement() {
    let fixtures = [
        "# syntax=docker/dockerfile:1\n# escape=`\nFROM --platform=$BUILDPLATFORM golang AS build\nARG TARGETOS TARGETARCH=x\n\
         RUN --mount=type=cache,target=/go --network=none `\n  # comment\n  go build -o \"$TARGETOS\" 'x'\nCMD [\"a\", \"b\"]\n",
        "FROM scratch\nCOPY --from=build <<EOF <<-\"B\" /x/\nRUN a\nEOF\n\tB\nONBUILD RUN cat <<E \\\n\n  x\nb\nE\n\
         HEALTHCHECK --interval=5s CMD curl\nSHELL [\"x\"]\nENTRYPOINT a\n",
        "ARG V\nFROM a AS b\nRUN <<-EOF\nset -e; case $1 in a|b) exec \"$(cat x)\";; *) A='b\nc' trap x;; esac\ncat <<X\ny\nX\nwait\nEOF\n\
         COPY --from=b /x /y\nCMD exec sh -c 'a' && apt-get -y install \\\n  x\n",
    ];
    let pieces = [
        "\\\n",
        "`\n",
        "<<EOF",
        "<<",
        "EOF\n",
        "\n#",
        "--mount=type=",
        "${",
        "$TARGETOS",
        "\nONBUILD ",
        "[\"",
        "# escape=`\n",
        "$(",
        "; exec ",
        "case x in ",
        ";;",
    ];
    mutations::check(&RECOGNISER, &fixtures, &pieces);
}
