// Where the server is: the setting, the extension itself, or the PATH.

import { accessSync, constants, statSync } from 'node:fs';
import * as path from 'node:path';
import { commands, env, window, workspace, type ExtensionContext } from 'vscode';

const NAME = process.platform === 'win32' ? 'viva.exe' : 'viva';

/** The server's program, or the reason why there is none. */
export type Found = { program: string } | { problem: string };

/**
 * Finds the server. What an untrusted workspace says is not in the setting: package.json restricts
 * it, and VS Code then gives the user's value.
 */
export function findBinary(context: ExtensionContext): Found {
  const set = workspace.getConfiguration('viva').get<string>('server.path', '').trim();
  if (set) {
    return isProgram(set)
      ? { program: set }
      : { problem: `The setting viva.server.path is "${set}", which is no program.` };
  }
  const bundled = context.asAbsolutePath(path.join('server', NAME));
  const program = [bundled, ...onPath()].find(isProgram);
  return program
    ? { program }
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

/** Relative folders on the PATH would be the workspace's. */
function onPath(): string[] {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, NAME));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file) && statSync(file).isFile();
  } catch {
    return false;
  }
}
