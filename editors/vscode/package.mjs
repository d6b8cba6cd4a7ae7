// Packs the extension: without the server, or for one platform with it inside.
//
//   npm run package                                       viva-0.1.0.vsix
//   npm run package -- --target linux-x64 path/to/viva    viva-linux-x64-0.1.0.vsix
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [option, target, server] = process.argv.slice(2);
if (option !== undefined && (option !== '--target' || !server)) {
  console.error('usage: npm run package [-- --target PLATFORM path/to/viva]');
  process.exit(2);
}

const here = dirname(fileURLToPath(import.meta.url));
const inside = join(here, 'server');
const vsce = join(here, 'node_modules', '@vscode', 'vsce', 'vsce');

execFileSync('npm', ['run', '--silent', 'build'], { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
// The walkthrough shows the pictures that the tests make.
for (const picture of ['vscode-hover.png', 'vscode-menu.png']) {
  cpSync(join(here, '..', '..', 'docs', 'images', picture), join(here, 'images', picture));
}
rmSync(inside, { recursive: true, force: true });
try {
  const options = ['package', '--no-dependencies', '--allow-unused-files-pattern', '--out', here];
  if (target && server) {
    const name = target.startsWith('win32') ? 'viva.exe' : 'viva';
    if (basename(server) !== name) {
      throw new Error(`the server for ${target} is called ${name}, not ${basename(server)}`);
    }
    mkdirSync(inside);
    // npm runs this in the extension's folder; the path is meant from where npm was called.
    cpSync(resolve(process.env.INIT_CWD ?? '.', server), join(inside, name));
    chmodSync(join(inside, name), 0o755);
    options.push('--target', target);
  }
  execFileSync(process.execPath, [vsce, ...options], { cwd: here, stdio: 'inherit' });
} finally {
  rmSync(inside, { recursive: true, force: true });
}
