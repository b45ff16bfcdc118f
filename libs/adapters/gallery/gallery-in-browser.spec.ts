import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import { examplesOf, prepareForTest, renderForTest } from '#ports/templating/gallery.contract.js';
import { describeWhen } from '#test/support/system-packages.js';
import type { GalleryTemplate } from '#ports/templating/gallery.js';
import { galleryPictures, ShippedGallery } from './shipped-gallery.js';
import { UNBROKEN, withWords } from './testing/hostile-data.js';

const PHONE = 375;
const LAYOUT = 700;
const DESK = 1280;
/** The data mails are looked at with. */
const DATA: Readonly<Record<string, (template: GalleryTemplate) => Record<string, unknown>>> = {
  'its examples': examplesOf,
  'words too long for any line': (template) =>
    withWords(examplesOf(template), UNBROKEN) as Record<string, unknown>,
  'nothing but what it requires': ({ content }) =>
    Object.fromEntries(content.variables.filter((one) => one.required).map((one) => [one.name, one.example])),
};
/** WCAG 2.2, 2.5.8 asks for 24; thumbs ask for this. CSS pixels. */
const TOUCHABLE = 44;

interface Seen {
  readonly key: string;
  readonly overflow: number;
  readonly layout: number;
  readonly brokenPictures: number;
  readonly buttons: readonly number[];
  readonly preview: boolean;
}

describeWhen('chromium', 'The shipped gallery in a browser', (program) => {
  let browser: Browser;
  const mails: Record<string, { key: string; html: string }[]> = {};

  beforeAll(async () => {
    const templates = new MemoryTemplates();
    const renderer = new HandlebarsRenderer(templates);
    for (const template of await new ShippedGallery().list()) {
      const prepared = await prepareForTest({ templates, renderer }, template);
      for (const [data, dataOf] of Object.entries(DATA)) {
        const { html = '' } = renderForTest(prepared, dataOf(template));
        (mails[data] ??= []).push({ key: template.key, html });
      }
    }
    browser = await chromium.launch({
      executablePath: program,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  }, 180_000);
  afterAll(() => browser.close());

  /** Opens every mail at a width, its pictures served from the repository and nothing else reachable. */
  async function look(width: number, data: string): Promise<Seen[]> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.route('**/*', (route) => {
      const url = route.request().url();
      if (!url.startsWith('https://mail.example/assets/gallery/')) return route.abort();
      const body = readFileSync(new URL(url.split('/').at(-1) ?? '', galleryPictures));
      return route.fulfill({ contentType: 'image/png', body });
    });
    const seen: Seen[] = [];
    for (const { key, html } of mails[data] ?? []) {
      await page.setContent(html, { waitUntil: 'load' });
      seen.push({ key, ...(await measure(page)) });
    }
    await page.close();
    return seen;
  }

  const looks = [PHONE, LAYOUT, DESK].flatMap((width) => Object.keys(DATA).map((data) => ({ width, data })));

  it.each(looks)(
    'fits a screen of $width px with $data, with all its pictures and nothing hidden showing',
    async ({ width, data }) => {
      const seen = await look(width, data);
      expect(seen.length).toBeGreaterThan(0);
      for (const mail of seen) {
        const { overflow, brokenPictures, preview, layout } = mail;
        expect({ key: mail.key, overflow, brokenPictures, preview, layout }).toEqual({
          key: mail.key,
          overflow: 0,
          brokenPictures: 0,
          preview: false,
          layout: Math.min(width, LAYOUT),
        });
        for (const height of mail.buttons) expect(height).toBeGreaterThanOrEqual(TOUCHABLE);
      }
    },
    60_000,
  );
});

/** Runs in the page, where there is a DOM that this program's types know nothing of: hence the text. */
function measure(page: Page): Promise<Omit<Seen, 'key'>> {
  return page.evaluate(`(() => {
    const root = document.documentElement;
    const height = (element) => element.getBoundingClientRect().height;
    return {
      overflow: root.scrollWidth - root.clientWidth,
      layout: document.querySelector('.card').getBoundingClientRect().width,
      brokenPictures: [...document.images].filter((image) => image.naturalWidth === 0).length,
      buttons: [...document.querySelectorAll('a.full')].map(height),
      preview: height(document.querySelector('body > div')) > 0,
    };
  })()`);
}
