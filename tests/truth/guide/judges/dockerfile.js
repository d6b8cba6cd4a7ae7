// Judges Dockerfiles by the npm packages dockerfile-ast and dockerfile-utils. Called by docker.py and inventory.py:
//
//   node dockerfile.js NODE_MODULES validate     a JSON list of Dockerfiles on stdin -> for each a list of problems
//   node dockerfile.js NODE_MODULES words        -> what the parser knows: instructions, directives, predefined variables
//
// Errors and warnings count alike: an example should have neither.
"use strict";

const path = require("path");

const [modules, question] = process.argv.slice(2);
const load = (name) => require(path.join(modules, name));

function validate(files) {
    const { validate, ValidationSeverity } = load("dockerfile-utils");
    const problem = ({ range, message }) => ({ line: range.start.line, message });
    const settings = { instructionWorkdirRelative: ValidationSeverity.WARNING };
    return files.map((file) => validate(file, settings).map(problem));
}

function words() {
    const { Keyword, Directive, DefaultVariables } = load("dockerfile-ast");
    return {
        instructions: Object.values(Keyword),
        directives: Object.values(Directive),
        variables: [...DefaultVariables],
    };
}

const input = require("fs").readFileSync(0, "utf8");
const answer = question === "words" ? words() : validate(JSON.parse(input));
process.stdout.write(JSON.stringify(answer));
