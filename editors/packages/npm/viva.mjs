#!/usr/bin/env node
// Runs the program `viva` that npm installed for this platform, with the arguments, streams and
// signals of this one.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The package with the program for this platform, as pack.mjs names it. */
function packageName() {
  const { platform, arch } = process;
  if (platform !== 'linux') {
    return `@viva-ls/${platform}-${arch}`;
  }
  const isGlibc = Boolean(process.report.getReport().header.glibcVersionRuntime);
  return `@viva-ls/linux-${arch}-${isGlibc ? 'gnu' : 'musl'}`;
}

/** The program's path; ends the process where there is none. */
function program() {
  const name = packageName();
  try {
    return require.resolve(`${name}/${process.platform === 'win32' ? 'viva.exe' : 'viva'}`);
  } catch {
    console.error(
      `viva: the package ${name} is not installed. Either npm was told to leave out optional packages` +
        ' (install again without --omit=optional), or there is no program for this platform' +
        ' (`cargo install --git https://github.com/viva-ls/viva` builds one).',
    );
    return process.exit(1);
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => {
  console.error(`viva: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal) {
    // As a shell tells it.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exit(code ?? 1);
  }
});
