// Reads lines of JSON strings, each a Dockerfile; prints for each one where dockerfile-ast sees
// instructions, flags, parser directives and here-documents: [[what, name, line, column, line, column], …],
// counted from 0.
'use strict'

const path = require('path')
const readline = require('readline')
const { DockerfileParser } = require(path.join(process.argv[2], 'node_modules', 'dockerfile-ast'))

function place (what, name, range) {
  return [what, name, range.start.line, range.start.character, range.end.line, range.end.character]
}

function instruction (found, node) {
  const name = node.getKeyword()
  found.push(place('instruction', name, node.getInstructionRange()))
  const flags = typeof node.getFlags === 'function' ? node.getFlags() : []
  for (const flag of flags) {
    // The judge's range of a name leaves out the two hyphens.
    const range = flag.getNameRange()
    range.start.character -= 2
    found.push(place('flag', `${name} --${flag.getName()}`, range))
  }
  const trigger = typeof node.getTriggerInstruction === 'function' ? node.getTriggerInstruction() : null
  if (trigger) instruction(found, trigger)
}

readline.createInterface({ input: process.stdin }).on('line', line => {
  const file = DockerfileParser.parse(JSON.parse(line))
  const found = []
  for (const directive of file.getDirectives()) {
    found.push(place('directive', `# ${directive.getName().toLowerCase()}`, directive.getNameRange()))
  }
  for (const node of file.getInstructions()) instruction(found, node)
  console.log(JSON.stringify(found))
})
