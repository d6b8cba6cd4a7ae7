// The commands that ask the server: Explain here, Search the guide, Questions for this file.

import {
  commands,
  ProgressLocation,
  QuickPickItemKind,
  window,
  workspace,
  type QuickPickItem,
  type TextDocument,
} from 'vscode';
import {
  CodeActionRequest,
  CodeActionTriggerKind,
  ExecuteCommandRequest,
  HoverRequest,
  type CodeAction,
  type LanguageClient,
} from 'vscode-languageclient/node';
import type { Server } from './server';

/** The server's command that opens a topic's page: topic, number of the question. */
const OPEN = 'viva.open';
const SEARCH = 'viva.search';

/** How many different words of a file are asked about. */
const WORDS_MAX = 500;

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
  const client = editor && (await server.client());
  if (!editor || !client) {
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

/** Lists the questions of all keywords in the open file, by topic in the order of the text. */
export async function questions(server: Server): Promise<void> {
  const document = window.activeTextEditor?.document;
  const client = document && (await server.client());
  if (!document || !client) {
    return;
  }
  const items = await window.withProgress(
    { location: ProgressLocation.Window, title: 'Viva reads the file' },
    () => ofFile(client, document),
  );
  if (items.length > 0) {
    const placeHolder = 'Interview questions for this file';
    await openPage(await window.showQuickPick(items, { placeHolder }));
  } else if (workspace.getConfiguration('viva').get('codeActions') === 'off') {
    void window.showInformationMessage('Questions are switched off by the setting viva.codeActions.');
  } else {
    void window.showInformationMessage('Viva has no questions for this file.');
  }
}

/**
 * The server gives the questions of one place, so it is asked about each word of the file where it
 * first stands.
 */
async function ofFile(client: LanguageClient, document: TextDocument): Promise<PageItem[]> {
  const seen = new Set<string>();
  const offsets: number[] = [];
  for (const { 0: word, index } of document.getText().matchAll(/(?:\w+\.)?[\w-]+/g)) {
    if (!seen.has(word) && seen.size < WORDS_MAX) {
      seen.add(word);
      // The last part of `sync.Cond` is the most specific.
      offsets.push(index + word.lastIndexOf('.') + 1);
    }
  }
  const answers = await Promise.all(offsets.map((offset) => actionsAt(client, document, offset)));
  const topics = new Map<unknown, PageItem[]>();
  for (const actions of answers) {
    // The last action opens the whole topic; before it stand its questions and those of others.
    const topic = actions.at(-1)?.command?.arguments?.[0];
    if (topic !== undefined && !topics.has(topic)) {
      const own = actions.filter(({ command }) => command?.arguments?.[0] === topic);
      topics.set(topic, own.map(toItem));
    }
  }
  return [...topics].flatMap(([topic, items]) => [
    { label: String(topic), kind: QuickPickItemKind.Separator },
    ...items,
  ]);
}

async function actionsAt(
  client: LanguageClient,
  document: TextDocument,
  offset: number,
): Promise<CodeAction[]> {
  const position = document.positionAt(offset);
  const actions = await client.sendRequest(CodeActionRequest.type, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
    range: { start: position, end: position },
    context: { diagnostics: [], only: ['interview'], triggerKind: CodeActionTriggerKind.Invoked },
  });
  return (actions ?? []).filter((action): action is CodeAction => 'kind' in action);
}

function toItem({ title, command }: CodeAction): PageItem {
  return { label: title.replace(/^Interview: /, ''), page: command?.arguments ?? [] };
}

async function openPage(item: PageItem | undefined): Promise<void> {
  if (item?.page) {
    await commands.executeCommand(OPEN, ...item.page);
  }
}
