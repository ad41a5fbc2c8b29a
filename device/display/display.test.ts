import { expect, onTestFinished, test, vi } from 'vitest';
import { aSignal } from '../../sim/contracts/indicator.ts';
import { aPage } from '../../sim/testing/browser.ts';
import { openDisplay } from './display.ts';

/** A real browser: a busy machine needs its time. */
vi.setConfig({ testTimeout: 30_000 });

const inService = { inService: true, place: '' };
const screen = { width: 800, height: 480 };

async function aDisplay() {
  const display = await openDisplay({ port: 0 });
  onTestFinished(() => display[Symbol.asyncDispose]());
  display.setStatus(inService);
  const page = await aPage(display.url, screen);
  await page.locator('#welcome').waitFor();
  return { display, page };
}

test('welcomes, in both languages', async () => {
  const { page } = await aDisplay();

  const text = await page.locator('#welcome').innerText();

  expect(text).toMatch(/Tempelkan kartu\natau tunjukkan QR\s+Tap your card or show your QR/);
});

test.each(['green', 'amber', 'red'] as const)(
  'shows %s with its words and fare, and then welcomes again',
  async (light) => {
    const { display, page } = await aDisplay();

    display.show(aSignal({ light }));
    await page.locator(`main[data-shows=${light}]`).waitFor();
    const text = await page.locator('#answer').innerText();
    const picture = await page.locator(`#answer .${light}`).isVisible();

    expect(text).toMatch(/Rp 3.500\s+Silakan masuk\s+Welcome aboard/);
    expect(picture).toBe(true);
    await page.locator('#welcome').waitFor({ timeout: 10_000 });
  },
);

test('draws a code that a phone reads, as large as the screen allows', async () => {
  const { display, page } = await aDisplay();

  display.show(aSignal({ light: 'amber', code: '00020101021226' }));
  const code = page.locator('#code');
  await code.waitFor();
  const box = await code.boundingBox();

  expect(box?.height).toBeGreaterThan(screen.height / 2);
});

test('closes when the validator is gone, and opens when it is back', async () => {
  const first = await openDisplay({ port: 0 });
  first.setStatus(inService);
  const page = await aPage(first.url, screen);
  await page.locator('#welcome').waitFor();

  await first[Symbol.asyncDispose]();
  await page.locator('#closed').waitFor();
  const again = await openDisplay({ port: Number(new URL(first.url).port) });
  onTestFinished(() => again[Symbol.asyncDispose]());
  again.setStatus(inService);

  await page.locator('#welcome').waitFor();
});

test('tells that it is out of service', async () => {
  const { display, page } = await aDisplay();

  display.setStatus({ inService: false, place: 'Koridor I' });
  await page.locator('#closed').waitFor();

  expect(await page.locator('#place').innerText()).toBe('Koridor I');
});

test('has no files but its own', async () => {
  const display = await openDisplay({ port: 0 });
  onTestFinished(() => display[Symbol.asyncDispose]());

  const paths = ['../display.ts', 'page-files.ts', '%2e%2e/display.ts', 'signals/..%2f..'];
  const statuses = await Promise.all(
    paths.map(async (path) => (await fetch(new URL(path, display.url))).status),
  );

  expect(statuses).toEqual(paths.map(() => 404));
});
