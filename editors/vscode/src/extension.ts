// Viva in VS Code: starts the server and gives its answers the editor's own places.

import { commands, workspace, type ExtensionContext } from 'vscode';
import { explainHere, questions, searchGuide } from './commands';
import { Server } from './server';
import { menu, statusItem } from './status';

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const started = new Server(context);
  server = started;
  const restart = () => started.restart();
  context.subscriptions.push(
    started,
    statusItem(started),
    commands.registerCommand('viva.explainHere', () => explainHere(started)),
    commands.registerCommand('viva.searchGuide', () => searchGuide(started)),
    commands.registerCommand('viva.questionsForFile', () => questions(started)),
    commands.registerCommand('viva.restart', restart),
    commands.registerCommand('viva.showLog', () => started.log.show()),
    commands.registerCommand('viva.menu', () => menu(started)),
    started.startWhenNeeded(),
    workspace.onDidChangeConfiguration(
      (event) => event.affectsConfiguration('viva.server.path') && restart(),
    ),
  );
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
