// Where the server is: the setting, the extension itself, or the PATH; and whether it is a Viva that
// fits this extension.

import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import * as path from 'node:path';
import { commands, env, window, workspace, type ExtensionContext } from 'vscode';

const NAME = process.platform === 'win32' ? 'viva.exe' : 'viva';

/** How long a program may take to tell its version, in milliseconds: a virus scanner may look at it. */
const VERSION_TIMEOUT = 10_000;

/** The server's program, or the reason why there is none. */
export type Found = { program: string } | { problem: string };

/**
 * Finds the server. What an untrusted workspace says is not in the setting: package.json restricts
 * it, and VS Code then gives the user's value.
 */
export async function findBinary(context: ExtensionContext): Promise<Found> {
  // VS Code hands on whatever stands in settings.json.
  const set = workspace.getConfiguration('viva').get<unknown>('server.path', '');
  if (typeof set !== 'string') {
    return {
      problem: `The setting viva.server.path is ${JSON.stringify(set)}; it must be the path of a program.`,
    };
  }
  const chosen = set.trim();
  if (chosen) {
    const why = whyNoProgram(chosen);
    return why
      ? { problem: `The setting viva.server.path is "${chosen}", which ${why}.` }
      : fits(context, chosen);
  }
  const bundled = context.asAbsolutePath(path.join('server', NAME));
  if (!whyNoProgram(bundled)) {
    return { program: bundled };
  }
  const program = onPath().find((file) => !whyNoProgram(file));
  return program
    ? fits(context, program)
    : { problem: 'Viva’s server was not found: there is no program viva on the PATH.' };
}

/** Tells what is wrong with the server's place, once. */
export async function tellProblem(problem: string): Promise<void> {
  const open = 'Open Settings';
  if ((await window.showErrorMessage(problem, open)) === open) {
    // The setting belongs to the machine that the server runs on.
    const settings = env.remoteName ? 'openRemoteSettings' : 'openSettings';
    await commands.executeCommand(`workbench.action.${settings}`, { query: 'viva.server.path' });
  }
}

/**
 * Asks a program from elsewhere what it is. It may be newer than the extension, and older by a patch:
 * a server knows all commands of the extension's minor version.
 */
async function fits(context: ExtensionContext, program: string): Promise<Found> {
  const said = await answer(program);
  const version = /^viva (\d+)\.(\d+)\.(\d+)/.exec(said);
  if (!version) {
    const instead = said ? `“${said.slice(0, 80)}”` : 'nothing';
    return { problem: `${program} is no Viva: asked for its version, it says ${instead}.` };
  }
  const needed = String(context.extension.packageJSON.version).split('.').map(Number);
  const has = version.slice(1).map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed;
  const [major = 0, minor = 0] = has;
  return major > neededMajor || (major === neededMajor && minor >= neededMinor)
    ? { program }
    : {
        problem:
          `${program} is Viva ${has.join('.')}, too old for this extension, which needs` +
          ` ${neededMajor}.${neededMinor} or later. Install a newer one, or the extension with the server inside.`,
      };
}

/** The first line that `PROGRAM --version` prints, or what kept it from it. */
function answer(program: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { timeout: VERSION_TIMEOUT, windowsHide: true };
    execFile(program, ['--version'], options, (error, stdout) => {
      const [line = ''] = stdout.trim().split('\n');
      resolve(line || (error?.message.trim().split('\n').at(-1) ?? ''));
    });
  });
}

/** Relative folders on the PATH would be the workspace's. */
function onPath(): string[] {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, NAME));
}

/** Why a file cannot be run, as the end of a sentence; undefined where it can. */
function whyNoProgram(file: string): string | undefined {
  if (!path.isAbsolute(file)) {
    return 'is not a full path';
  }
  try {
    if (!statSync(file).isFile()) {
      return 'is a folder';
    }
  } catch {
    return 'does not exist';
  }
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return 'is not executable';
  }
  return undefined;
}
