// Topic pages: virtual documents `viva:/section/name.md`, shown as rendered Markdown.

import { commands, Uri, workspace } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';

type WindowMiddleware = NonNullable<Middleware['window']>;

const SCHEME = 'viva';

/** Opens what the server wants shown: a page as a preview at the question, anything else as usual. */
export const showDocument: NonNullable<WindowMiddleware['showDocument']> = async (
  params,
  token,
  next,
) => {
  const uri = Uri.parse(params.uri);
  if (uri.scheme !== SCHEME) {
    return next(params, token);
  }
  const page = await workspace.openTextDocument(uri);
  const line = params.selection?.start.line;
  const fragment = line ? anchor(page.lineAt(line).text) : '';
  await commands.executeCommand('markdown.showPreview', uri.with({ fragment }));
  return { success: true };
};

/** The anchor that VS Code's preview gives a heading. */
function anchor(heading: string): string {
  return heading
    .replace(/^#+/, '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[^\p{L}\p{N}\p{M}_-]/gu, '')
    .replace(/^-+|-+$/g, '');
}
