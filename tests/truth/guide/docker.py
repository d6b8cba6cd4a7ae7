"""Dockerfile examples, read by the parser and validator of the npm packages dockerfile-ast and dockerfile-utils,
and YAML examples, read by PyYAML."""

import json
import subprocess

import yaml

from report import Report
from tools import HERE, NODE_MODULES, Missing, tool
from topics import Block, Topic, blocks_of


def check(topics: list[Topic], report: Report) -> None:
    check_dockerfiles(blocks_of(topics, "dockerfile"), report)
    for block in blocks_of(topics, "yaml"):
        check_yaml(block, report)


def check_dockerfiles(blocks: list[Block], report: Report) -> None:
    for block, problems in zip(blocks, judge("validate", [block.code for block in blocks]), strict=True):
        for problem in problems:
            report.fail(block.topic.path, block.line + problem["line"], problem["message"])
        if not problems:
            report.count("Dockerfiles parsed")


def judge(question: str, files: list[str]):
    """Asks judges/dockerfile.js, which answers with JSON."""
    if not NODE_MODULES.exists():
        raise Missing("dockerfile-ast is not installed; run tests/truth/setup.sh")
    script = HERE / "judges" / "dockerfile.js"
    done = subprocess.run(
        [tool("node"), str(script), str(NODE_MODULES), question],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script.name}: {done.stderr}")
    return json.loads(done.stdout)


class StrictLoader(yaml.SafeLoader):
    """A loader that refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen and key_node.value != "<<":
                problem = f"duplicate key {key_node.value!r}"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            if isinstance(key_node.value, str):
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)


# Compose has tags of its own, such as !reset.
StrictLoader.add_multi_constructor("!", lambda loader, tag, node: None)


def check_yaml(block: Block, report: Report) -> None:
    try:
        for _ in yaml.load_all(block.code, Loader=StrictLoader):
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = block.line + (mark.line if mark else 0)
        report.fail(block.topic.path, line, f"YAML: {getattr(error, 'problem', error)}")
    else:
        report.count("YAML files parsed")
