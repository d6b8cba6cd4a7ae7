// Packs Viva for npm: `viva-ls`, which runs the program, and a package with the program for each
// platform, which `viva-ls` names as an optional dependency so that npm installs only the fitting one.
//
//   node pack.mjs FOLDER [PLATFORM=path/to/viva …]
//
// Writes the tarballs of `viva-ls` and of the platforms named into FOLDER.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');

/** The platforms, and when npm installs each. */
const PLATFORMS = {
  'linux-x64-gnu': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
  'linux-x64-musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'linux-arm64-gnu': { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] },
  'linux-arm64-musl': { os: ['linux'], cpu: ['arm64'], libc: ['musl'] },
  'darwin-x64': { os: ['darwin'], cpu: ['x64'] },
  'darwin-arm64': { os: ['darwin'], cpu: ['arm64'] },
  'win32-x64': { os: ['win32'], cpu: ['x64'] },
  'win32-arm64': { os: ['win32'], cpu: ['arm64'] },
};

const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8');

/** A value of Cargo.toml. */
function value(key) {
  const found = new RegExp(`^${key} = "(.*)"$`, 'm').exec(manifest);
  if (!found) {
    throw new Error(`Cargo.toml has no ${key}`);
  }
  return found[1];
}

const shared = {
  version: value('version'),
  license: value('license'),
  repository: { type: 'git', url: `git+${value('repository')}.git` },
};

/** Packs files under a name: where each is to be, and from where it is taken. */
function pack(out, fields, files) {
  const folder = mkdtempSync(join(tmpdir(), 'viva-npm-'));
  try {
    for (const [name, from] of Object.entries(files)) {
      cpSync(from, join(folder, name));
    }
    for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
      cpSync(join(root, name), join(folder, name));
    }
    for (const program of ['viva', 'viva.exe', 'viva.mjs'].filter((name) => name in files)) {
      chmodSync(join(folder, program), 0o755);
    }
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...fields, ...shared }, null, 2)}\n`);
    execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [folder, ...programs] = process.argv.slice(2);
const given = programs.map((program) => /^([^=]+)=(.+)$/.exec(program));
if (!folder || given.some((found) => !found || !(found[1] in PLATFORMS))) {
  console.error(`usage: node pack.mjs FOLDER [PLATFORM=path/to/viva …]; platforms: ${Object.keys(PLATFORMS).join(', ')}`);
  process.exit(2);
}
const out = resolve(folder);
mkdirSync(out, { recursive: true });
const names = Object.keys(PLATFORMS).map((platform) => [`@viva-ls/${platform}`, shared.version]);
const description = value('description');
pack(
  out,
  {
    name: 'viva-ls',
    description,
    keywords: ['lsp', 'language-server', 'interview', 'go', 'docker', 'redis', 'mysql'],
    type: 'module',
    bin: { viva: 'viva.mjs' },
    engines: { node: '>=18' },
    optionalDependencies: Object.fromEntries(names),
  },
  { 'viva.mjs': join(here, 'viva.mjs'), 'README.md': join(here, 'README.md') },
);
for (const [, platform, program] of given) {
  const name = platform.startsWith('win32') ? 'viva.exe' : 'viva';
  const fields = { name: `@viva-ls/${platform}`, description: `Viva for ${platform}`, ...PLATFORMS[platform] };
  pack(out, fields, { [name]: resolve(program) });
}
