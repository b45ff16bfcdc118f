/**
 * Draws libs/adapters/gallery/illustrations/*.svg into libs/adapters/gallery/assets/*.png, at twice the size they are
 * shown at: few mail clients show SVG. Run by hand after a drawing has changed; the pictures are committed.
 *
 * `node scripts/draw-gallery.mjs [CHROMIUM]` (default: /usr/bin/chromium)
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

/** CSS pixels that the layout shows a picture at, times two. */
const ILLUSTRATION = 448;
const ICON = 80;

const gallery = resolve(import.meta.dirname, '..', 'libs', 'adapters', 'gallery');
const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const page = await browser.newPage();
for (const file of readdirSync(join(gallery, 'illustrations'))) {
  const size = file.startsWith('social-') ? ICON : ILLUSTRATION;
  await page.setViewportSize({ width: size, height: size });
  const svg = readFileSync(join(gallery, 'illustrations', file), 'utf8');
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  const png = await page.screenshot({ omitBackground: true });
  writeFileSync(join(gallery, 'assets', file.replace(/\.svg$/, '.png')), png);
}
await browser.close();
