// Viva in VS Code as a person uses it: the mouse over a keyword, Ctrl+., pages, the search, settings.
// run.sh starts VS Code on a copy of the fixtures and runs this against it. What is expected is asked
// of `viva explain --json`, so that no text of the guide stands here.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  crashes,
  places,
  strayLinks,
  twoWindows,
  untrusted,
  virtualFiles,
  withoutServer,
  wrongPrograms,
  wrongTypes,
} from './bad_input.mjs';
import {
  HOME,
  PLACES,
  REST,
  SCREEN,
  TIMEOUT,
  WORK,
  bulb,
  check,
  cli,
  command,
  equal,
  explain,
  failed,
  hints,
  hover,
  hoverLink,
  hoverWidget,
  isInView,
  leave,
  marks,
  menu,
  notification,
  open,
  page,
  passed,
  plain,
  preview,
  quickInput,
  quickPick,
  rows,
  set,
  shownText,
  sleep,
  start,
  status,
  until,
  usePage,
} from './drive.mjs';

const { VIVA_TEST_ONLY: ONLY, VIVA_TEST_SCREENSHOTS: SCREENSHOTS, VIVA_TEST_VSCODE: VSCODE } = process.env;
// An untagged base image, a cd that is forgotten, and an ADD where COPY does: the last, so that its menu hides
// none of them.
const MISTAKES = `FROM alpine
RUN cd /srv
ADD . /srv
USER 10001
CMD ["/srv/app"]
`;

const { chromium } = createRequire(`${VSCODE}/`)('playwright-core');

async function hovers() {
  for (const place of PLACES) {
    const explained = explain(place);
    await equal(`${place.file}: viva explain knows the place`, explained.keyword, place.keyword);
    await open(place.file, explained.at);
    const text = await until(hover);
    await check(
      `${place.column ? `[${place.column}]` : `${place.file}:`} the hover begins with its headline`,
      text.startsWith(explained.headline),
      { text, expected: explained.headline },
    );
    await equal(`${place.file}: once`, text.split(explained.headline).length - 1, 1);
  }
}

async function codeActions() {
  for (const place of PLACES) {
    const explained = explain(place);
    const name = explained.keyword;
    await open(place.file, explained.at);
    await leave();
    await sleep(REST);
    await equal(`${name}: no light bulb with the cursor at rest`, await bulb().count(), 0);

    const entries = await menu();
    await check(
      `[actions] ${name}: every entry of the menu is a question of an interview`,
      entries.length > 1 && entries.every((entry) => entry.startsWith('Interview: ')),
      entries,
    );
    const first = `Interview: ${plain(explained.questions[0].ask)}`;
    await equal(`[actions] ${name}: the first is the topic’s own`, entries[0], first);

    const question = explained.questions[1];
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const topic = cli('show', '--json', question.topic);
    const shown = await preview(plain(topic.title));
    await check(`[page] ${name}: choosing one shows its topic’s page`, shown, page.frames().map((frame) => frame.url()));
    const heading = shown.locator('h3', { hasText: plain(question.ask) });
    await check(`[page] ${name}: at the question`, await until(() => isInView(heading)), question.ask);

    const link = shown.locator('h2', { hasText: 'Related' }).locator('xpath=following::a[1]');
    const other = plain(await link.innerText());
    await link.click();
    await check(`${name}: a link leads to another topic’s page`, await preview(other), other);
    await command('View: Close All Editors');
  }
}

// The link in an explanation that opens the topic.
async function links() {
  const [place] = PLACES;
  const explained = explain(place);
  await open(place.file, explained.at);
  await until(hover);
  await hoverLink(`All about ${plain(explained.topic.title)}`).click();
  await check('a link in the hover opens the topic', await preview(plain(explained.topic.title)), explained.topic.title);
  await command('View: Close All Editors');
}

// The hints of a file with three mistakes, and the one about its ADD.
function mistakes() {
  const folder = `${WORK}/mistakes`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/Dockerfile`, MISTAKES);
  const expected = hints(`${folder}/Dockerfile`);
  return { expected, add: expected.find(({ rule }) => rule === 'docker/add-where-copy') };
}

// Three mistakes, three quiet marks; mended, explained, silenced.
async function hintsTeach() {
  const { expected, add } = mistakes();
  await equal('[hints] three mistakes are three hints', expected.length, 3);
  await open('mistakes/Dockerfile', '1:1');
  const shown = await until(() => marks().count(), (count) => count === expected.length);
  await equal('[hints] and three marks in the editor', shown, expected.length);
  await open('mistakes/Dockerfile', '5:6');
  await leave();
  await sleep(REST);
  await equal('[hints] no light bulb where there is no hint', await bulb().count(), 0);

  await open('mistakes/Dockerfile', `${add.line}:${add.column}`);
  const text = await until(hover, (text) => text.includes(plain(add.message)));
  await check('[hints] the hint says why', text.includes(plain(add.message)), text);
  const entries = await menu();
  const at = (start) => entries.findIndex((entry) => entry.startsWith(start));
  await check(
    '[hints] the menu mends, explains and silences',
    ['Use COPY', 'Why? Open', `Silence ${add.rule} here`, `Silence ${add.rule} in this`].every(
      (start) => at(start) >= 0,
    ),
    entries,
  );
  await leave();
  await choose('Why? Open');
  const topic = cli('show', '--json', add.topic);
  await check('[hints] “Why?” opens the topic', await preview(plain(topic.title)), topic.title);
  await command('View: Close All Editors');
  await open('mistakes/Dockerfile', `${add.line}:${add.column}`);
  await choose('Use COPY');
  const mended = await until(shownText, (text) => text.includes('\nCOPY . /srv'));
  await check('[hints] the fix puts COPY for ADD', mended.includes('\nCOPY . /srv'), mended);
  await equal('and its mark goes', await until(() => marks().count(), (count) => count === 2), 2);
  await choose(`Silence ${expected[0].rule} here`, '1:6');
  const comment = `# viva:ignore ${expected[0].rule}\nFROM`;
  const silenced = await until(shownText, (text) => text.includes(comment));
  await check('[hints] a comment silences', silenced.includes(comment), silenced);
  await equal('and its mark goes too', await until(() => marks().count(), (count) => count === 1), 1);
  await command('File: Revert File');
  await command('View: Close All Editors');
}

// Chooses an entry of the code action menu at the cursor, or at a place of the file.
async function choose(start, at) {
  if (at) {
    await open('mistakes/Dockerfile', at);
  }
  await menu();
  await page.locator('.action-widget .monaco-list-row.action', { hasText: start }).first().click();
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
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Show Log' }).click();
  const output = page.locator('.part.panel .output-view');
  await output.waitFor();
  await check('which shows the log', await output.isVisible());
  await command('View: Hide Panel');
}

// gopls, from another extension, beside Viva: both explain.
async function gopls() {
  const folder = `${HOME}/project`;
  mkdirSync(folder, { recursive: true });
  const [place] = PLACES;
  writeFileSync(`${folder}/go.mod`, 'module example.com/queue\n\ngo 1.24\n');
  cpSync(`${WORK}/${place.file}`, `${folder}/queue.go`);
  await start(folder);
  await command('Viva Test: Start gopls');
  const explained = explain(place);
  await open('queue.go', explained.at);
  // One of them answers later.
  const text = await until(
    hover,
    (text) => text.includes('type Cond struct') && text.includes(explained.headline),
  );
  await check('[gopls] gopls explains beside Viva', text.includes('type Cond struct'), text);
  await equal('[gopls] and Viva beside gopls, once', text.split(explained.headline).length - 1, 1);
  const entries = await menu();
  await check(
    'the menu has the questions',
    entries.some((entry) => entry.startsWith('Interview: ')),
    entries,
  );
  await leave();
}

async function walkthrough() {
  await command('Welcome: Open Walkthrough');
  await quickPick('Select a walkthrough');
  await rows((texts) => texts.some((text) => text.includes('Viva')));
  await page.keyboard.type('Get Started with Viva');
  await rows((texts) => texts[0]?.includes('Viva'));
  await page.keyboard.press('Enter');
  const steps = page.locator('.getting-started-step');
  await steps.first().waitFor();
  const titles = (await steps.allInnerTexts()).map(plain);
  await check('the walkthrough has four steps', titles.length === 4, titles);
  const picture = page.locator('.getting-started-media img').first();
  const isLoaded = () => picture.evaluate((image) => image.naturalWidth > 0).catch(() => false);
  await check('and shows a picture', await until(isLoaded), titles);
  await page.locator('.getting-started-step .monaco-button', { hasText: 'Explain' }).first().click();
  await notification('Open a file first').waitFor();
  await check('whose button says so when there is nothing to explain', true);
  await command('View: Close All Editors');
}

// The pictures of the documentation.
async function pictures() {
  // A hover that is just fading in is shown as it will be.
  const keep = (name) => page.screenshot({ path: `${SCREENSHOTS}/vscode-${name}.png`, animations: 'disabled' });
  await page.setViewportSize({ width: 960, height: 640 });
  set({ 'window.title': '${activeEditorShort}' });
  await command('View: Toggle Primary Side Bar Visibility');
  const [place] = PLACES;
  await open(place.file, explain(place).at);
  await until(hover);
  await keep('hover');
  await menu();
  await keep('menu');
  await leave();
  await command('View: Close All Editors');
  const { add, expected } = mistakes();
  await open('mistakes/Dockerfile', `${add.line}:${add.column}`);
  await until(() => marks().count(), (count) => count === expected.length);
  await menu();
  await keep('hints');
  await leave();
  set({});
  await page.setViewportSize(SCREEN);
  await command('View: Toggle Primary Side Bar Visibility');
  await command('View: Close All Editors');
}

const parts = [
  hovers,
  codeActions,
  links,
  hintsTeach,
  search,
  symbols,
  questions,
  settings,
  explainHere,
  statusBar,
  walkthrough,
  wrongTypes,
  twoWindows,
  crashes,
  places,
  wrongPrograms,
  strayLinks,
  gopls,
  virtualFiles,
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
const context = await browser.newContext({ viewport: SCREEN });
usePage(await context.newPage());
page.setDefaultTimeout(TIMEOUT);
await start(WORK);
for (const part of parts.filter(({ name }) => !ONLY || ONLY.split(',').includes(name))) {
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
