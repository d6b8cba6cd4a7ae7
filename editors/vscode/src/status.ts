// The item in the status bar: how the server is, and a menu of what can be done.

import { commands, StatusBarAlignment, ThemeColor, window, type Disposable, type QuickPickItem } from 'vscode';
import type { Server, State } from './server';

const LOOKS: Record<State, { icon: string; says: string }> = {
  stopped: { icon: 'circle-slash', says: 'Viva is stopped' },
  starting: { icon: 'loading~spin', says: 'Viva is starting' },
  running: { icon: 'mortar-board', says: 'Viva explains the keyword under the cursor' },
  error: { icon: 'error', says: 'Viva does not run' },
};

interface MenuItem extends QuickPickItem {
  command: string;
  arguments?: unknown[];
}

const MENU: MenuItem[] = [
  { label: '$(comment-discussion) Explain Here', command: 'viva.explainHere' },
  { label: '$(search) Search the Guide', command: 'viva.searchGuide' },
  { label: '$(question) Questions for This File', command: 'viva.questionsForFile' },
  { label: '$(debug-restart) Restart', command: 'viva.restart' },
  { label: '$(output) Show Log', command: 'viva.showLog' },
  {
    label: '$(gear) Settings',
    command: 'workbench.action.openSettings',
    arguments: ['@ext:viva-ls.viva'],
  },
];

/** The item; it appears with the first start. */
export function statusItem(server: Server): Disposable {
  const item = window.createStatusBarItem('viva', StatusBarAlignment.Right, 100);
  item.name = 'Viva';
  item.command = 'viva.menu';
  const listener = server.onDidChangeState((state) => {
    const { icon, says } = LOOKS[state];
    item.text = `$(${icon}) Viva`;
    item.tooltip = says;
    item.accessibilityInformation = { label: says };
    item.backgroundColor =
      state === 'error' ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  });
  return { dispose: () => [listener, item].forEach((part) => part.dispose()) };
}

export async function menu(server: Server): Promise<void> {
  const chosen = await window.showQuickPick(MENU, { placeHolder: LOOKS[server.state].says });
  if (chosen) {
    await commands.executeCommand(chosen.command, ...(chosen.arguments ?? []));
  }
}
