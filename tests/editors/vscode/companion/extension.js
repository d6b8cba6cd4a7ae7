// Another extension beside Viva, for the tests: a second server for Go files, and a file system that
// is on no disk.

const { commands, EventEmitter, FileType, Position, Selection, Uri, window, workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

const FILE = 'package p\n\nimport "sync"\n\nvar c sync.Cond\n';

/** A read-only file system with the one file. */
const memory = {
  onDidChangeFile: new EventEmitter().event,
  watch: () => ({ dispose() {} }),
  stat: ({ path }) => ({
    type: path.endsWith('.go') ? FileType.File : FileType.Directory,
    ctime: 0,
    mtime: 0,
    size: FILE.length,
  }),
  readDirectory: () => [['memory.go', FileType.File]],
  readFile: () => new TextEncoder().encode(FILE),
  createDirectory() {},
  writeFile() {},
  delete() {},
  rename() {},
};

exports.activate = (context) => {
  context.subscriptions.push(
    workspace.registerFileSystemProvider('memory', memory, { isReadonly: true }),
    commands.registerCommand('viva-test.memory', async () => {
      const editor = await window.showTextDocument(Uri.parse('memory:/memory.go'));
      const place = new Position(4, 'var c sync.'.length);
      editor.selection = new Selection(place, place);
    }),
    commands.registerCommand('viva-test.gopls', async () => {
      const server = { command: process.env.VIVA_TEST_GOPLS };
      const client = new LanguageClient('gopls', server, { documentSelector: [{ language: 'go', scheme: 'file' }] });
      context.subscriptions.push(client);
      await client.start();
    }),
  );
};
