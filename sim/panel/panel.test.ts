/** The bus that can be touched, touched in a real browser. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDisplay } from '../../device/display/display.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { aPage } from '../testing/browser.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { openPanel } from './panel-server.ts';
import { startPanelWorld } from './panel-world.ts';

/** A real browser, and time that passes as it does: a busy machine needs much of it. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const desk = { width: 1440, height: 1100 };

async function aPanel(size = desk) {
  const clock = createSystemClock();
  const face = await openDisplay({ port: 0 });
  onTestFinished(() => face[Symbol.asyncDispose]());
  face.setStatus({ inService: true, place: '' });
  const place = { seed: 1, folder: aFolder(), indicators: [face] };
  const world = await startPanelWorld({ clock }, place);
  onTestFinished(() => world[Symbol.asyncDispose]());
  const panel = await openPanel({ world, clock }, { port: 0, faceUrl: face.url });
  onTestFinished(() => panel[Symbol.asyncDispose]());
  const page = await aPage(panel.url, size);
  await page.locator('#head', { hasText: 'seq' }).waitFor();
  const hold = (medium: string) => page.click(`[data-medium=${medium}]`);
  const row = (text: string) => page.locator('#rows tr', { hasText: text }).first();
  const lit = (light: string) =>
    page.frameLocator('#face').locator(`main[data-shows=${light}]`).waitFor({ timeout: 30_000 });
  return { world, panel, page, hold, row, lit };
}

test('turns green for a wallet, and writes the row that the backend receipts', async () => {
  const { hold, row, lit } = await aPanel();

  await Promise.all([lit('green'), hold('gopay')]);
  await row('payment-authorised').locator('td', { hasText: '✓' }).waitFor();

  expect(await row('payment-authorised').innerText()).toMatch(/tap qr\s+accepted/);
});

test('debits a card once, and refuses its clone', async () => {
  const { hold, row, lit } = await aPanel();

  await Promise.all([lit('green'), hold('transit-card')]);
  await row('fare-debited').waitFor();
  await Promise.all([lit('red'), hold('uid-clone')]);

  await row('card-not-listed').waitFor();
});

test('takes a card that is dragged onto the validator', async () => {
  const { page, row } = await aPanel();

  await page.dragAndDrop('[data-medium=transit-card]', '.slot');

  await row('fare-debited').waitFor();
});

test('goes on without a network, and sends when it is back', async () => {
  const { page, hold, row } = await aPanel();

  await page.click('text=Offline');
  await hold('ovo');
  await row('risk-within-limits').waitFor();
  const waiting = await page.locator('#head').innerText();
  await page.click('#link >> text=Online');

  await page.locator('#head', { hasText: '0 unsent' }).waitFor({ timeout: 60_000 });
  expect(waiting).not.toContain(' 0 unsent');
});

test('reads nothing while the scanner is unplugged, and again when it is back', async () => {
  const { page, hold, row } = await aPanel();

  await page.click('text=Scanner');
  await page.locator('[data-plug=scanner].out').waitFor();
  await hold('shop');
  await page.click('text=Scanner');
  await page.locator('#events li', { hasText: 'reader/unplugged' }).first().waitFor();

  // The line is opened again some time after it is back; what is held before is lost.
  await vi.waitFor(
    async () => {
      await hold('ticket');
      await row('ticket-valid').waitFor({ timeout: 2_000 });
    },
    { timeout: 60_000 },
  );
  expect(await row('merchant-code').count()).toBe(0);
});

test('tells the driver what became of it', async () => {
  const { page } = await aPanel();

  await page.click('text=Cash fare');

  await page.locator('#desk', { hasText: 'Rp 4.000' }).waitFor();
});

test('fits a phone', async () => {
  const { page } = await aPanel({ width: 390, height: 844 });

  const width = await page.evaluate('document.documentElement.scrollWidth');

  expect(width).toBe(390);
});

test('refuses whatever is no act of it', async () => {
  const { panel } = await aPanel();
  const bodies = ['', '{}', '{"do":"speed","to":1e9}', '{"do":"hold"}', '[]', '{"do":"plug"}'];

  const answers = bodies.map((body) => fetch(new URL('/act', panel.url), { method: 'POST', body }));

  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(bodies.map(() => 400));
});
