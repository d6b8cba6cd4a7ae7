// What can go wrong: a server that crashes, is missing or is another program, settings of a wrong type,
// folders that are not trusted, files that have no path, two windows. Each with what the user sees.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {
  HOME,
  PLACES,
  REST,
  TIMEOUT,
  VIVA,
  WORK,
  check,
  command,
  equal,
  explain,
  hover,
  hoverLink,
  leave,
  notification,
  open,
  page,
  plain,
  servers,
  set,
  sleep,
  start,
  status,
  until,
  usePage,
} from './drive.mjs';

export async function crashes() {
  for (let crash = 1; crash <= 3; crash += 1) {
    const [server, ...others] = await until(servers, (ids) => ids.length > 0);
    await equal(`one server runs before crash ${crash}`, others, []);
    await until(() => status().getAttribute('aria-label'), (label) => label?.includes('explains'));
    process.kill(server, 'SIGKILL');
    await until(servers, (ids) => !ids.includes(server));
  }
  const told = notification('crashed 3 times');
  await told.waitFor();
  await check('the third crash in a short time is told', true);
  await sleep(REST);
  await equal('and the server is not started again', servers(), []);
  await told.hover();
  await told.locator('.monaco-button', { hasText: 'Restart' }).click();
  const again = await until(servers, (ids) => ids.length > 0);
  await equal('until the user wants it', again.length, 1);
}

// Where the server is.
export async function places() {
  set({ 'viva.server.path': '/nowhere/viva' });
  const told = notification('/nowhere/viva');
  await told.waitFor();
  await check('a wrong viva.server.path is told', true);
  await told.hover();
  await told.locator('.monaco-button', { hasText: 'Open Settings' }).click();
  await page.locator('.setting-item-label', { hasText: 'Path' }).waitFor();
  await check('with the way to the setting', true);
  await page.keyboard.press('Escape');
  set({});
  await until(servers, (ids) => ids.length > 0);
  await equal('and a right one is used at once', servers().length, 1);
}

// The extension without the server inside takes the one on the PATH, or tells that there is none.
export async function withoutServer() {
  const said = execFileSync(`${HOME}/install`, [process.env.VIVA_TEST_PLAIN], { encoding: 'utf8' });
  await check('the extension without the server installs', said.includes('successfully installed'), said);
  await start(WORK);
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  const told = notification('Viva’s server was not found');
  await told.waitFor();
  await equal('a missing server is told once', await told.count(), 1);
  symlinkSync(VIVA, `${HOME}/bin/viva`);
  await command('Viva: Restart');
  const text = await until(hover);
  await check('one on the PATH is found', text.startsWith(explained.headline), text);
}

// Whether VS Code, opening a folder whose own settings name a program as Viva's server, runs it.
async function runsProgramOf(folder) {
  const ran = `${folder}/ran`;
  rmSync(ran, { force: true });
  await start(folder);
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  const text = await until(hover);
  await check('the keyword is explained', text.startsWith(explained.headline), text);
  return existsSync(ran);
}

export async function untrusted() {
  const folder = `${HOME}/untrusted`;
  cpSync(WORK, folder, { recursive: true });
  mkdirSync(`${folder}/.vscode`);
  const program = `${folder}/program`;
  writeFileSync(program, `#!/bin/sh\ntouch ${folder}/ran\nexec ${VIVA} "$@"\n`, { mode: 0o755 });
  writeFileSync(`${folder}/.vscode/settings.json`, JSON.stringify({ 'viva.server.path': program }));
  await equal('a trusted folder chooses the server', await runsProgramOf(folder), true);

  const file = `${HOME}/user/User/settings.json`;
  const trust = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...trust }));
  await equal('an untrusted one does not', await runsProgramOf(folder), false);
  // The status bar says so a moment later.
  const restricted = page.locator('.statusbar-item', { hasText: 'Restricted Mode' });
  await equal('which it was', await until(() => restricted.count()), 1);
}

// Programs that are none, or not the one: each is told with what is wrong about it.
export async function wrongPrograms() {
  const script = (name, text, mode = 0o755) => {
    writeFileSync(`${HOME}/${name}`, `#!/bin/sh\n${text}\n`, { mode });
    return `${HOME}/${name}`;
  };
  const cases = [
    [script('plain', 'exit 0', 0o644), 'is not executable'],
    [HOME, 'is a folder'],
    ['viva', 'is not a full path'],
    [5, 'must be the path of a program'],
    [script('old', 'echo viva 0.0.9'), 'is Viva 0.0.9, too old for this extension'],
    [script('other', 'echo gopls v1'), 'is no Viva: asked for its version, it says “gopls v1”'],
    [script('mute', 'exit 3'), 'is no Viva'],
  ];
  for (const [program, why] of cases) {
    set({ 'viva.server.path': program });
    const told = notification(why);
    await told.waitFor();
    await equal(`a program that ${why} is told once`, await told.count(), 1);
    await command('Notifications: Clear All Notifications');
  }
  await equal('none of them runs', servers(), []);
  set({ 'viva.server.path': script('new', `[ "$1" = --version ] && echo viva 99.0.0 || exec ${VIVA} "$@"`) });
  await until(() => status().getAttribute('aria-label'), (label) => label?.includes('explains'));
  await check('a newer one is used', true);
  set({});
  await until(servers, (ids) => ids.length > 0);
}

// A setting of a wrong type leaves the default in force. (The log says so; code-server as it is
// installed here writes no logs.)
export async function wrongTypes() {
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  set({ 'viva.hover.maxLines': 'many', 'viva.codeActions': 7, 'viva.hover.enable': 'yes' });
  const text = await until(hover);
  await check('settings of a wrong type change nothing', text.startsWith(explained.headline), text);
  set({});
}

// What a server that is not to be trusted may make a link in an explanation do: only what the extension allows.
export async function strayLinks() {
  const other = `${HOME}/other`;
  const swap = 'while (sysread(STDIN, $read, 65536)) { $read =~ s/command:viva\\.open/command:viva.menu/g; syswrite(STDOUT, $read) }';
  writeFileSync(other, `#!/bin/sh\n[ "$1" = --version ] && exec ${VIVA} --version\n${VIVA} "$@" | perl -e '${swap}'\n`, {
    mode: 0o755,
  });
  set({ 'viva.server.path': other });
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  await until(hover);
  const link = hoverLink('All about');
  const leadsTo = await until(() => link.getAttribute('data-href'));
  await check('a server may give a link to another command', leadsTo.startsWith('command:viva.menu'), leadsTo);
  await link.click();
  await sleep(REST);
  await equal('that runs nothing', await page.locator('.quick-input-widget').isVisible(), false);
  await command('Viva: Menu');
  await check('as it would otherwise', await page.locator('.quick-input-widget').isVisible());
  await page.keyboard.press('Escape');
  set({});
  await until(servers, (ids) => ids.length > 0);
}

// Files of a virtual file system have no path on the machine.
export async function virtualFiles() {
  await start(`${HOME}/project`);
  await command('Viva Test: Open a File in Memory');
  await page.locator('.tab.active', { hasText: 'memory.go' }).waitFor();
  const explained = explain(PLACES[0]);
  const text = await until(hover);
  await check('a file in memory is explained', text.startsWith(explained.headline), text);
}

// Two windows on one file: each has its server, and neither disturbs the other.
export async function twoWindows() {
  const [place] = PLACES;
  const explained = explain(place);
  const first = page;
  await open(place.file, explained.at);
  await until(hover);
  const before = servers();
  usePage(await first.context().newPage());
  page.setDefaultTimeout(TIMEOUT);
  await start(WORK);
  await open(place.file, explained.at);
  await check('a second window explains the same file', (await until(hover)).startsWith(explained.headline));
  const both = servers();
  await equal('with a server of its own', both.length, before.length + 1);
  for (const id of both.filter((id) => !before.includes(id))) {
    process.kill(id, 'SIGKILL');
  }
  const second = page;
  usePage(first);
  await leave();
  await check('a crash there leaves the first alone', (await until(hover)).startsWith(explained.headline));
  await equal('whose server is the same', before.every((id) => servers().includes(id)), true);
  // Left, not closed: VS Code keeps what belongs to a window that is gone without a word.
  await second.goto('about:blank');
  await second.close();
  await equal('and stays when the second is closed', await until(servers, (ids) => ids.length === 1), before);
}
