// The commands that ask the server: Explain here, Search the guide, Questions for this file.

import {
  commands,
  ProgressLocation,
  QuickPickItemKind,
  window,
  workspace,
  type QuickPickItem,
} from 'vscode';
import {
  ExecuteCommandRequest,
  HoverRequest,
  type LanguageClient,
} from 'vscode-languageclient/node';
import type { Server } from './server';

/** The server's command that opens a topic's page: topic, number of the question. */
const OPEN = 'viva.open';
const SEARCH = 'viva.search';

const QUESTIONS = 'viva.questions';

/** What the server gives for a topic that keywords of a file lead to. */
interface Asked {
  id: string;
  title: string;
  questions: { number: number; ask: string }[];
}

/** What the server's search gives for a topic. */
interface Hit {
  id: string;
  title: string;
  snippet: string;
}

interface PageItem extends QuickPickItem {
  /** Topic, and the number of a question. */
  page?: unknown[];
}

/** Shows the explanation of what the cursor is on, and says so where there is none. */
export async function explainHere(server: Server): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) {
    return tellToOpen();
  }
  const client = await server.client();
  if (!client) {
    return;
  }
  const place = client.code2ProtocolConverter.asTextDocumentPositionParams(
    editor.document,
    editor.selection.active,
  );
  if (await client.sendRequest(HoverRequest.type, place)) {
    await commands.executeCommand('editor.action.showHover');
  } else if (workspace.getConfiguration('viva').get('hover.enable')) {
    void window.showInformationMessage('Viva has nothing to explain at the cursor.');
  } else {
    void window.showInformationMessage('Explanations are switched off by the setting viva.hover.enable.');
  }
}

/** A quick pick that searches the guide while words are typed. */
export async function searchGuide(server: Server): Promise<void> {
  const client = await server.client();
  if (!client) {
    return;
  }
  const picker = window.createQuickPick<PageItem>();
  picker.placeholder = 'Search Viva’s guide: leftmost prefix, graceful shutdown, …';
  picker.onDidChangeValue(async (words) => {
    picker.busy = true;
    const hits = words.trim() ? await search(client, words) : [];
    // An answer to what was typed before is late.
    if (picker.value === words) {
      picker.items = hits;
      picker.busy = false;
    }
  });
  picker.onDidAccept(() => {
    const [item] = picker.selectedItems;
    picker.hide();
    void openPage(item);
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

async function search(client: LanguageClient, words: string): Promise<PageItem[]> {
  const hits: Hit[] = await client.sendRequest(ExecuteCommandRequest.type, {
    command: SEARCH,
    arguments: [words],
  });
  return hits.map(({ id, title, snippet }) => ({
    label: title,
    description: id,
    detail: snippet.replace(/[`*]/g, '').replace(/\s+/g, ' '),
    // The server has matched the words, with stems and titles that the picker does not know.
    alwaysShow: true,
    page: [id],
  }));
}

/** Lists the questions of the open file, those of its most frequent keywords first. */
export async function questions(server: Server): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (!document) {
    return tellToOpen();
  }
  const client = await server.client();
  if (!client) {
    return;
  }
  const asked: Asked[] | null = await window.withProgress(
    { location: ProgressLocation.Window, title: 'Viva reads the file' },
    () =>
      client.sendRequest(ExecuteCommandRequest.type, {
        command: QUESTIONS,
        arguments: [client.code2ProtocolConverter.asUri(document.uri)],
      }),
  );
  const items = (asked ?? []).flatMap(({ id, title, questions }): PageItem[] => [
    { label: title, kind: QuickPickItemKind.Separator },
    ...questions.map(({ ask, number }) => ({ label: ask, page: [id, number] })),
  ]);
  if (items.length > 0) {
    const placeHolder = 'Interview questions for this file';
    await openPage(await window.showQuickPick(items, { placeHolder }));
  } else {
    void window.showInformationMessage('Viva has no questions for this file.');
  }
}

/** The walkthrough's buttons can be pressed before any file is open. */
function tellToOpen(): void {
  void window.showInformationMessage('Open a file first: Viva answers about the code in it.');
}

async function openPage(item: PageItem | undefined): Promise<void> {
  if (item?.page) {
    await commands.executeCommand(OPEN, ...item.page);
  }
}
