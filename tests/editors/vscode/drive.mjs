// What a person does in VS Code and sees there, and what `viva` says about it; the suites are made of
// these. One page at a time is driven: see usePage.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

export const {
  VIVA,
  VIVA_TEST_ADDRESS: ADDRESS,
  VIVA_TEST_ARTEFACTS: ARTEFACTS,
  VIVA_TEST_HOME: HOME,
} = process.env;

export const WORK = `${HOME}/work`;
export const TIMEOUT = 30_000; // milliseconds; for slow machines, never waited for in full
export const SCREEN = { width: 1200, height: 750 };
export const REST = 1500; // how long VS Code is watched for something that must not come, in milliseconds

// One place in each language: the fixture, the keyword's line and text, and its name.
export const PLACES = [
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
  {
    file: 'stack/compose.yaml',
    line: /^ +healthcheck:/,
    word: 'healthcheck',
    keyword: 'compose:healthcheck',
  },
];

// Checks ------------------------------------------------------------------------------------------

export let passed = 0;
export let failed = 0;
export let page;

/** Makes a page the one that is driven. */
export function usePage(other) {
  page = other;
}

// Counts and prints one check; when it fails, what was found is printed and the screen is kept.
export async function check(name, isRight, found) {
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

export function equal(name, found, expected) {
  return check(name, isDeepStrictEqual(found, expected), { found, expected });
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Asks until the answer is as wanted, or too long; gives the last answer.
export async function until(ask, isRight = Boolean) {
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

export function cli(...args) {
  return JSON.parse(execFileSync(VIVA, args, { encoding: 'utf8' }).split('\n')[0]);
}

// The hints of a file, in the order of the text.
export function hints(file) {
  const lines = execFileSync(VIVA, ['check', '--json', file], { encoding: 'utf8' }).split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

// The place of a keyword, and what `viva explain` says about it.
export function explain({ file, line, word }) {
  const lines = readFileSync(`${WORK}/${file}`, 'utf8').split('\n');
  const row = lines.findIndex((text) => line.test(text));
  const at = `${row + 1}:${lines[row].indexOf(word) + 1}`;
  const explained = cli('explain', '--json', `${WORK}/${file}:${at}`);
  return { ...explained, at, headline: plain(explained.markdown.split('\n')[0]) };
}

// Markdown as it is read on the screen, in one line.
export function plain(markdown) {
  return markdown.replace(/[`*]/g, '').replace(/\s+/g, ' ').trim();
}

// What a person does and sees -------------------------------------------------------------------

export async function start(folder) {
  await page.goto(`${ADDRESS}?folder=${folder}`);
  await page.locator('.monaco-workbench .explorer-folders-view').waitFor();
}

// Types into the box at the top: a file with its place, or a command.
export async function quickInput(key, text) {
  const input = page.locator('.quick-input-widget input').first();
  // What is just opening elsewhere, such as a page, takes the focus from the box, which closes then.
  await until(async () => {
    await page.keyboard.press(key);
    return (await input.isVisible()) && input.fill(text, { timeout: REST }).then(() => true, () => false);
  });
}

// The rows of the box at the top, as soon as they are as wanted.
export function rows(isRight) {
  const labels = page.locator('.quick-input-list .monaco-list-row');
  return until(async () => (await labels.allInnerTexts()).map(plain), isRight);
}

export async function command(name) {
  // The list does not grow while it is open, and just after the start extensions are still coming.
  const labels = page.locator('.quick-input-list .monaco-list-row');
  const found = await until(async () => {
    await quickInput('F1', `>${name}`);
    for (let wait = 0; wait < REST; wait += 100) {
      const [first] = await labels.allInnerTexts();
      if (first && plain(first).startsWith(name)) {
        return true;
      }
      await sleep(100);
    }
    await page.keyboard.press('Escape');
    return false;
  });
  if (!found) {
    throw new Error(`there is no command ${name}`);
  }
  await page.keyboard.press('Enter');
}

// Waits for the box at the top to be one with a placeholder.
export async function quickPick(placeholder) {
  const input = page.locator(`.quick-input-widget input[placeholder^="${placeholder}"]`);
  await input.waitFor();
  return input;
}

// Opens a file with the cursor at a place.
export async function open(file, at) {
  await quickInput('Control+P', `${file}:${at}`);
  const name = file.split('/').at(-1);
  await rows((texts) => texts[0]?.includes(name));
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor();
  await page.locator('.statusbar-item', { hasText: `Ln ${at.split(':')[0]},` }).waitFor();
}

// Holds the mouse over the cursor's place.
export async function pointAtCursor() {
  const box = await page.locator('.editor-instance .cursor').first().boundingBox();
  await page.mouse.move(box.x + 4, box.y + box.height / 2, { steps: 3 });
}

export const hoverWidget = () => page.locator('.monaco-hover:not(.hidden) .hover-contents');

export const hoverLink = (text) => page.locator('.monaco-hover:not(.hidden) a', { hasText: text });

export async function leave() {
  await page.keyboard.press('Escape');
  await page.mouse.move(400, 5);
  await hoverWidget().first().waitFor({ state: 'hidden' });
}

// The text that shows when the mouse is held over the cursor's place; empty when nothing does.
export async function hover() {
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
export async function menu() {
  const entries = page.locator('.action-widget .monaco-list-row.action');
  // Asked for again where none comes: the file's hints may just be changing.
  await until(async () => {
    await leave();
    await page.keyboard.press('Control+Period');
    return entries.first().waitFor({ timeout: 2 * REST }).then(() => true, () => false);
  });
  return (await entries.allInnerTexts()).map(plain);
}

// The places that are marked quietly: three dots, faded where it is of no use, or a thin blue line where more
// is at stake.
export const marks = () => page.locator('.view-overlays .cdr:is(.squiggly-hint, .squiggly-info, .squiggly-unnecessary)');

// The text of the editor, as far as it is on the screen.
export async function shownText() {
  const lines = page.locator('.editor-instance .view-lines .view-line');
  const texts = await lines.evaluateAll((found) =>
    found.map((line) => [Number.parseInt(line.style.top, 10), line.textContent]),
  );
  return texts
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text.replace(/\u00a0/g, ' '))
    .join('\n');
}

export const bulb = () => page.locator('[class*="lightbulb"], [class*="light-bulb"]').locator('visible=true');

// The frame with the rendered page of a title, as soon as it is there.
export function preview(title) {
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

// Whether the middle of something is on the screen, and not above or below.
export async function isInView(locator) {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top + bottom >= 0 && top + bottom <= 2 * innerHeight;
  });
}

// Changes the settings of the machine that the files are on, as the settings editor does.
export function set(settings) {
  writeFileSync(`${HOME}/user/Machine/settings.json`, JSON.stringify(settings));
}

export function notification(text) {
  return page.locator('.notification-list-item', { hasText: text });
}

export const status = () => page.locator('.statusbar-item[id="viva-ls.viva.viva"]');

// The servers that this VS Code runs, as process ids.
export function servers() {
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
