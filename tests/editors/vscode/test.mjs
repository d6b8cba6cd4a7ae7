// Viva in VS Code as a person uses it: the mouse over a keyword, Ctrl+., pages, the search, settings.
// run.sh starts VS Code on a copy of the fixtures and runs this against it. What is expected is asked
// of `viva explain --json`, so that no text of the guide stands here.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';

const {
  VIVA,
  VIVA_TEST_ADDRESS: ADDRESS,
  VIVA_TEST_ARTEFACTS: ARTEFACTS,
  VIVA_TEST_HOME: HOME,
  VIVA_TEST_SCREENSHOTS: SCREENSHOTS,
  VIVA_TEST_VSCODE: VSCODE,
} = process.env;
const { chromium } = createRequire(`${VSCODE}/`)('playwright-core');

const WORK = `${HOME}/work`;
const TIMEOUT = 30_000; // milliseconds; for slow machines, never waited for in full
const SCREEN = { width: 1200, height: 750 };
const REST = 1500; // how long VS Code is watched for something that must not come, in milliseconds

// One place in each language: the fixture, the keyword's line and text, and its name.
const PLACES = [
  { file: 'queue/queue.go', line: /notFull +\*sync\.Cond/, word: 'Cond', keyword: 'sync.Cond', column: 'hover go' },
  { file: 'image/Dockerfile', line: /^ENTRYPOINT/, word: 'ENTRYPOINT', keyword: 'docker:ENTRYPOINT', column: 'hover dockerfile' },
  { file: 'shop/schema.sql', line: /^UNION ALL/, word: 'UNION ALL', keyword: 'sql:UNION ALL', column: 'hover sql' },
  {
    file: 'cache/redis.conf',
    line: /^maxmemory-policy/,
    word: 'maxmemory-policy',
    keyword: 'redis:maxmemory-policy',
    column: 'hover redis',
  },
];

// Checks ------------------------------------------------------------------------------------------

let passed = 0;
let failed = 0;
let page;

// Counts and prints one check; when it fails, what was found is printed and the screen is kept.
async function check(name, isRight, found) {
  if (isRight) {
    passed += 1;
    console.log(`ok    ${name}`);
    return;
  }
  failed += 1;
  const picture = `${ARTEFACTS}/failed-${failed}.png`;
  console.log(`FAIL  ${name}: ${JSON.stringify(found)} (${picture})`);
  await page.screenshot({ path: picture });
}

function equal(name, found, expected) {
  return check(name, isDeepStrictEqual(found, expected), { found, expected });
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Asks until the answer is as wanted, or too long; gives the last answer.
async function until(ask, isRight = Boolean) {
  const end = Date.now() + TIMEOUT;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || Date.now() > end) {
      return answer;
    }
    await sleep(100);
  }
}

// What `viva` says ----------------------------------------------------------------------------------

function cli(...args) {
  return JSON.parse(execFileSync(VIVA, args, { encoding: 'utf8' }).split('\n')[0]);
}

// The place of a keyword, and what `viva explain` says about it.
function explain({ file, line, word }) {
  const lines = readFileSync(`${WORK}/${file}`, 'utf8').split('\n');
  const row = lines.findIndex((text) => line.test(text));
  const at = `${row + 1}:${lines[row].indexOf(word) + 1}`;
  const explained = cli('explain', '--json', `${WORK}/${file}:${at}`);
  return { ...explained, at, headline: plain(explained.markdown.split('\n')[0]) };
}

// Markdown as it is read on the screen, in one line.
function plain(markdown) {
  return markdown.replace(/[`*]/g, '').replace(/\s+/g, ' ').trim();
}

// What a person does and sees -------------------------------------------------------------------

async function start(folder) {
  await page.goto(`${ADDRESS}?folder=${folder}`);
  await page.locator('.monaco-workbench .explorer-folders-view').waitFor();
}

// Types into the box at the top: a file with its place, or a command.
async function quickInput(key, text) {
  const input = page.locator('.quick-input-widget input').first();
  await until(async () => {
    await page.keyboard.press(key);
    return input.isVisible();
  });
  await input.fill(text);
}

// The rows of the box at the top, as soon as they are as wanted.
function rows(isRight) {
  const labels = page.locator('.quick-input-list .monaco-list-row');
  return until(async () => (await labels.allInnerTexts()).map(plain), isRight);
}

async function command(name) {
  await quickInput('F1', `>${name}`);
  await rows((texts) => texts[0]?.startsWith(name));
  await page.keyboard.press('Enter');
}

// Waits for the box at the top to be one with a placeholder.
async function quickPick(placeholder) {
  const input = page.locator(`.quick-input-widget input[placeholder^="${placeholder}"]`);
  await input.waitFor();
  return input;
}

// Opens a file with the cursor at a place.
async function open(file, at) {
  await quickInput('Control+P', `${file}:${at}`);
  const name = file.split('/').at(-1);
  await rows((texts) => texts[0]?.includes(name));
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor();
  await page.locator('.statusbar-item', { hasText: `Ln ${at.split(':')[0]},` }).waitFor();
}

// Holds the mouse over the cursor's place.
async function pointAtCursor() {
  const box = await page.locator('.editor-instance .cursor').first().boundingBox();
  await page.mouse.move(box.x + 4, box.y + box.height / 2, { steps: 3 });
}

const hoverWidget = () => page.locator('.monaco-hover:not(.hidden) .hover-contents');

async function leave() {
  await page.keyboard.press('Escape');
  await page.mouse.move(400, 5);
  await hoverWidget().first().waitFor({ state: 'hidden' });
}

// The text that shows when the mouse is held over the cursor's place; empty when nothing does.
async function hover() {
  await leave();
  await pointAtCursor();
  try {
    // "Loading…" comes first.
    await hoverWidget().filter({ hasNotText: 'Loading' }).first().waitFor({ timeout: REST });
  } catch {
    return '';
  }
  return plain((await hoverWidget().allInnerTexts()).join(' '));
}

// The entries of the code action menu at the cursor.
async function menu() {
  await leave();
  await page.keyboard.press('Control+Period');
  const entries = page.locator('.action-widget .monaco-list-row.action');
  await entries.first().waitFor();
  return (await entries.allInnerTexts()).map(plain);
}

const bulb = () => page.locator('[class*="lightbulb"], [class*="light-bulb"]').locator('visible=true');

// The frame with the rendered page of a title, as soon as it is there.
function preview(title) {
  return until(async () => {
    for (const frame of page.frames()) {
      const heading = frame.locator('h1', { hasText: title });
      if (await heading.isVisible().catch(() => false)) {
        return frame;
      }
    }
    return undefined;
  });
}

// Whether something is on the screen, and not above or below.
async function isInView(locator) {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
}

// Changes the settings of the machine that the files are on, as the settings editor does.
function set(settings) {
  writeFileSync(`${HOME}/user/Machine/settings.json`, JSON.stringify(settings));
}

function notification(text) {
  return page.locator('.notification-list-item', { hasText: text });
}

const status = () => page.locator('.statusbar-item[id="viva-ls.viva.viva"]');

// The servers that this VS Code runs, as process ids.
function servers() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return readlinkSync(`/proc/${id}/exe`).startsWith(`${HOME}/`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

// The suite -----------------------------------------------------------------------------------------

async function hovers() {
  for (const place of PLACES) {
    const explained = explain(place);
    await equal(`${place.file}: viva explain knows the place`, explained.keyword, place.keyword);
    await open(place.file, explained.at);
    const text = await until(hover);
    await check(
      `[${place.column}] the hover begins with its headline`,
      text.startsWith(explained.headline),
      { text, expected: explained.headline },
    );
  }
}

async function codeActions() {
  const explained = explain(PLACES[0]);
  await open(PLACES[0].file, explained.at);
  await leave();
  await sleep(REST);
  await equal('no light bulb with the cursor at rest on a keyword', await bulb().count(), 0);

  const entries = await menu();
  await check(
    '[actions] every entry of the menu is a question of an interview',
    entries.length > 1 && entries.every((entry) => entry.startsWith('Interview: ')),
    entries,
  );
  await equal('[actions] the first is the topic’s own', entries[0], `Interview: ${plain(explained.questions[0].ask)}`);

  const question = explained.questions[1];
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const topic = cli('show', '--json', question.topic);
  const shown = await preview(plain(topic.title));
  await check('[page] choosing one shows the topic’s page', shown, page.frames().map((frame) => frame.url()));
  const heading = shown.locator('h3', { hasText: plain(question.ask) });
  await check('[page] at the question', await until(() => isInView(heading)), question.ask);

  const link = shown.locator('h2', { hasText: 'Related' }).locator('xpath=following::a[1]');
  const other = plain(await link.innerText());
  await link.click();
  await check('a link leads to another topic’s page', await preview(other), other);
  await command('View: Close All Editors');
}

async function search() {
  const expected = cli('search', '--json', 'leftmost prefix');
  await command('Viva: Search the Guide');
  const input = await quickPick('Search Viva’s guide');
  await input.pressSequentially('leftmost pre', { delay: 20 });
  const found = await rows((texts) => texts[0]?.startsWith(expected.title));
  await check('[search] the search finds a topic while words are typed', found[0]?.startsWith(expected.title), found);
  await page.keyboard.press('Enter');
  await check('[search] and opens its page', await preview(plain(expected.title)), expected.title);
  await command('View: Close All Editors');
}

// VS Code shows only symbols whose names have every character of the query, so never any for a `?`.
async function symbols() {
  const expected = cli('search', '--json', 'leftmost prefix');
  set({ 'viva.workspaceSymbols': 'always' });
  const found = await until(
    async () => {
      await quickInput('Control+T', '#leftmost prefix');
      await sleep(REST);
      return rows((texts) => texts.length > 0);
    },
    (texts) => texts[0]?.includes(expected.title),
  );
  await check('the symbol search finds topics when it is asked to', found[0]?.includes(expected.title), found);
  await page.keyboard.press('Enter');
  await check('and their pages are rendered', await preview(plain(expected.title)), expected.title);
  await command('View: Close All Editors');
  set({});
}

async function questions() {
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, '1:1');
  await command('Viva: Questions for This File');
  const input = await quickPick('Interview questions for this file');
  const ask = plain(explained.questions[0].ask);
  await input.fill(ask);
  const found = await rows((texts) => texts[0]?.includes(ask));
  await check('the questions of a file are listed', found[0]?.includes(ask), found);
  await page.keyboard.press('Enter');
  const title = plain(explained.topic.title);
  await check('and lead to their pages', await preview(title), title);
  await command('View: Close All Editors');
}

async function settings() {
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  await until(hover);
  set({ 'viva.hover.enable': false });
  await equal('no hover, as soon as it is switched off', await until(hover, (text) => !text), '');
  set({ 'viva.codeActions': 'always' });
  await check('a hover, as soon as it is on again', await until(hover), 'none');
  await leave();
  // The light bulb is asked for on the next move of the cursor.
  const glows = await until(async () => {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await sleep(500);
    return (await bulb().count()) > 0;
  });
  await check('a light bulb, when it is wanted', glows, glows);
  set({});
}

async function explainHere() {
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  await leave();
  await command('Viva: Explain Here');
  const text = await until(async () => plain((await hoverWidget().allInnerTexts()).join(' ')));
  await check('Explain Here shows the hover', text.startsWith(explained.headline), text);
  await leave();
  await open(place.file, '3:1');
  await command('Viva: Explain Here');
  const nothing = notification('Viva has nothing to explain at the cursor');
  await nothing.waitFor();
  await check('or says that there is none', true);
}

async function statusBar() {
  await equal('the status bar names Viva', plain(await status().innerText()), 'Viva');
  await status().click();
  const entries = await rows((texts) => texts.includes('Restart'));
  await check('a click gives a menu', entries.includes('Restart') && entries.includes('Show Log'), entries);
  await page.keyboard.press('Escape');
}

async function crashes() {
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
async function places() {
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
async function withoutServer() {
  const extension = readdirSync(`${HOME}/extensions`).find((name) => name.startsWith('viva-ls.viva-'));
  rmSync(`${HOME}/extensions/${extension}/server`, { recursive: true });
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

async function untrusted() {
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
  const restricted = await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).count();
  await equal('which it was', restricted, 1);
}

// The pictures of the documentation.
async function pictures() {
  const keep = (name) => page.screenshot({ path: `${SCREENSHOTS}/vscode-${name}.png` });
  await page.setViewportSize({ width: 960, height: 640 });
  await command('View: Toggle Primary Side Bar Visibility');
  const [place] = PLACES;
  await open(place.file, explain(place).at);
  await until(hover);
  await keep('hover');
  await menu();
  await keep('menu');
  await leave();
  await page.setViewportSize(SCREEN);
  await command('View: Toggle Primary Side Bar Visibility');
  await command('View: Close All Editors');
}

const parts = [
  hovers,
  codeActions,
  search,
  symbols,
  questions,
  settings,
  explainHere,
  statusBar,
  crashes,
  places,
  withoutServer,
  untrusted,
];
if (SCREENSHOTS) {
  parts.unshift(pictures);
}
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
page = await browser.newPage({ viewport: SCREEN });
page.setDefaultTimeout(TIMEOUT);
await start(WORK);
for (const part of parts) {
  const begin = Date.now();
  try {
    await part();
  } catch (error) {
    await check(`${part.name} goes through`, false, error.message);
    await page.keyboard.press('Escape');
  }
  console.error(`      ${part.name}: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
}
// With VS Code still running, the browser may take long to close.
await Promise.race([browser.close(), sleep(3000)]);

console.log(failed ? `${passed} checks passed, ${failed} failed` : `${passed} checks passed`);
process.exit(failed ? 1 : 0);
