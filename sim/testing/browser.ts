/** A real Chromium for tests of pages, as Debian has it. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const executablePath = '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Its own browser; what its console complains of fails the test. Closed when the test ends. */
export async function aPage(url: string, size: { width: number; height: number }): Promise<Page> {
  const browser: Browser = await chromium.launch({ executablePath, args });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: size });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  onTestFinished(() => {
    if (complaints.length > 0) throw new Error(`the page failed: ${complaints.join('; ')}`);
  });
  await page.goto(url);
  return page;
}
