// The server's life: started when it is first needed, restarted after a crash, stopped with the editor.

import {
  EventEmitter,
  extensions,
  languages,
  window,
  workspace,
  type Disposable,
  type DocumentSelector,
  type ExtensionContext,
  type TextDocument,
} from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State as ClientState,
  type ClientCapabilities,
  type CloseHandlerResult,
  type LanguageClientOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { findBinary, tellProblem } from './binary';
import { showDocument } from './pages';

/**
 * What Viva reads. VS Code calls redis.conf `properties`; the server knows one by its name or by its
 * content, and says nothing about any other file.
 */
export const DOCUMENTS = [
  { language: 'go' },
  { language: 'dockerfile' },
  { language: 'dockercompose' },
  // As the server knows them; VS Code calls some of these `yaml`.
  { pattern: '**/{compose,compose.*,docker-compose*}.{yaml,yml}' },
  { language: 'sql' },
  { language: 'mysql' },
  { language: 'redis' },
  { language: 'properties', pattern: '**/*.conf' },
  { language: 'conf', pattern: '**/*.conf' },
  { pattern: '**/{redis,redis-*,*-redis,sentinel,sentinel-*,valkey,valkey-*}.conf' },
] satisfies DocumentSelector;

/** The commands that a link in an explanation may run; the server leads links to topics by them. */
const TRUSTED_COMMANDS = ['viva.open'];

const COMMAND_LINKS: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities) {
    capabilities.experimental = { commandLinks: TRUSTED_COMMANDS };
  },
  initialize() {},
  getState: () => ({ kind: 'static' }),
  clear() {},
};

/** The extensions that run a tool, by the names that the setting `hints.companions` has for it. */
const COMPANIONS = {
  gopls: ['golang.go'],
  hadolint: ['exiasr.hadolint', 'michaelhirsch.hadolint'],
  buildkit: ['docker.docker', 'ms-azuretools.vscode-docker', 'ms-azuretools.vscode-containers'],
};

/** The waits before the restarts after a crash, in milliseconds; after the next crash there is none. */
const RESTARTS = [0, 2000];

/** Crashes longer ago than this are forgiven, in milliseconds. */
const FORGIVEN = 3 * 60 * 1000;

export type State = 'stopped' | 'starting' | 'running' | 'error';

export class Server implements Disposable {
  readonly log = window.createOutputChannel('Viva', { log: true });
  readonly #context: ExtensionContext;
  readonly #changed = new EventEmitter<State>();
  readonly onDidChangeState = this.#changed.event;
  #state: State = 'stopped';
  #client: LanguageClient | undefined;
  #crashes: number[] = [];

  constructor(context: ExtensionContext) {
    this.#context = context;
  }

  get state(): State {
    return this.#state;
  }

  /** The running client; starts the server where it does not run. None where it cannot be started. */
  async client(): Promise<LanguageClient | undefined> {
    if (this.#state === 'stopped' || this.#state === 'error') {
      void this.#start();
    }
    await this.#settled();
    return this.#state === 'running' ? this.#client : undefined;
  }

  async stop(): Promise<void> {
    // A client that is just starting cannot be stopped.
    await this.#settled();
    const client = this.#client;
    this.#client = undefined;
    this.#enter('stopped');
    await client?.dispose().catch((error: unknown) => this.log.debug(`stopping: ${error}`));
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#crashes = [];
    await this.client();
  }

  /** Starts the server as soon as a document that it reads is open. */
  startWhenNeeded(): Disposable {
    const startFor = (document: TextDocument) => {
      if (this.#state === 'stopped' && languages.match(DOCUMENTS, document) > 0) {
        void this.client();
      }
    };
    workspace.textDocuments.forEach(startFor);
    return workspace.onDidOpenTextDocument(startFor);
  }

  dispose(): void {
    this.#changed.dispose();
    this.log.dispose();
  }

  async #start(): Promise<void> {
    // Another start meanwhile waits for this one.
    this.#enter('starting');
    const found = await findBinary(this.#context);
    if ('problem' in found) {
      this.log.error(found.problem);
      this.#enter('error');
      return tellProblem(found.problem);
    }
    this.log.info(`starting ${found.program}`);
    const server = { command: found.program, args: ['lsp'] };
    this.#client = new Client('viva', 'Viva', server, this.#options());
    this.#client.registerFeature(COMMAND_LINKS);
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === ClientState.Running) {
        this.#enter('running');
      } else if (newState === ClientState.StartFailed) {
        this.#fail(`Viva’s server could not be started: ${found.program}`);
      }
    });
    // That it could not be started is told by its state, also when it was restarted after a crash.
    await this.#client.start().catch((error: unknown) => this.log.error(String(error)));
  }

  /** Waits until the server has started, or could not be. */
  async #settled(): Promise<void> {
    while (this.#state === 'starting') {
      await new Promise<void>((resolve) => {
        const listener = this.onDidChangeState(() => {
          listener.dispose();
          resolve();
        });
      });
    }
  }

  #options(): LanguageClientOptions {
    return {
      documentSelector: DOCUMENTS,
      outputChannel: this.log,
      synchronize: { configurationSection: 'viva' },
      initializationOptions: settings,
      initializationFailedHandler: () => false,
      markdown: { isTrusted: { enabledCommands: TRUSTED_COMMANDS } },
      middleware: {
        window: { showDocument },
        workspace: { configuration: (params) => params.items.map(settings) },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.#closed(),
      },
    };
  }

  /** A crash: the server is started again, after the third in a short time only when it is told to. */
  async #closed(): Promise<CloseHandlerResult> {
    const stay = { action: CloseAction.DoNotRestart, handled: true };
    if (this.#state !== 'running') {
      return stay; // It never ran: starting it again will not help, and #start tells.
    }
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((crash) => now - crash < FORGIVEN), now];
    const wait = RESTARTS[this.#crashes.length - 1];
    if (wait === undefined) {
      this.#fail(`Viva’s server crashed ${this.#crashes.length} times; it is not started again.`);
      return stay;
    }
    this.#enter('starting');
    await new Promise((resolve) => setTimeout(resolve, wait));
    return { action: CloseAction.Restart, handled: true };
  }

  #enter(state: State): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#changed.fire(state);
    }
  }

  #fail(what: string): void {
    this.log.error(what);
    this.#enter('error');
    void this.#tell(what);
  }

  async #tell(what: string): Promise<void> {
    const [restart, show] = ['Restart', 'Show Log'];
    const chosen = await window.showErrorMessage(what, restart, show);
    if (chosen === restart) {
      await this.restart();
    } else if (chosen === show) {
      this.log.show();
    }
  }
}

/** What the server wants to know: where it is itself is none of it. */
function settings(): object {
  const { server, ...settings } = JSON.parse(JSON.stringify(workspace.getConfiguration('viva')));
  const { hints } = settings;
  if (Array.isArray(hints?.companions)) {
    hints.companions = [...new Set([...hints.companions, ...companions()])];
  }
  return settings;
}

/** The tools whose own hints Viva leaves to them, by the extensions that run them. */
function companions(): string[] {
  return Object.entries(COMPANIONS)
    .filter(([, ids]) => ids.some((id) => extensions.getExtension(id)))
    .map(([tool]) => tool);
}

/** What goes wrong is told by [Server], once; the library's own messages go to the log. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}
