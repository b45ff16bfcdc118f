import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describeWhen } from '#test/support/system-packages.js';
import { docsPage } from './docs-page.js';
import type { OpenApiDocument } from './openapi-document.js';

const PHONE = 390;
const DESKTOP = 1280;
/** Written by the build. */
const DOCUMENT = new URL('../../../../openapi.json', import.meta.url);

describeWhen('chromium', 'the page that describes the API, in a browser', (executablePath) => {
  let browser: Browser;
  let html: string;
  beforeAll(async () => {
    html = docsPage(JSON.parse(await readFile(DOCUMENT, 'utf8')) as OpenApiDocument);
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath, args });
  }, 180_000);
  afterAll(() => browser.close());

  const opened = async (width: number): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 844 } });
    await page.setContent(html);
    return page;
  };

  it.each([PHONE, DESKTOP])('fits a screen of %d pixels', async (width) => {
    const page = await opened(width);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.close();
  });

  it('comes to the point on a phone: the contents leave room for the beginning of the text', async () => {
    const page = await opened(PHONE);
    expect((await page.locator('h1').boundingBox())!.y).toBeLessThan(500);
    await page.close();
  });

  it.each([PHONE, DESKTOP])('leads everywhere it points, at %d pixels', async (width) => {
    const page = await opened(width);
    const dead = await page.evaluate(`[...document.querySelectorAll('a[href^="#"]')]
      .map((link) => link.getAttribute('href'))
      .filter((href) => !document.getElementById(href.slice(1)))`);
    expect(dead).toEqual([]);
    await page.close();
  });

  it('can be used with the keyboard: the first stop skips the contents', async () => {
    const page = await opened(DESKTOP);
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    expect(await focused.textContent()).toBe('Skip to the content');
    expect((await focused.boundingBox())!.x).toBeGreaterThanOrEqual(0);
    await page.close();
  });
});
