/**
 * Draws libs/adapters/gallery/illustrations/*.svg into libs/adapters/gallery/assets/*.png, at twice the size they are
 * shown at: few mail clients show SVG. Run by hand after a drawing has changed; the pictures are committed.
 *
 * `node scripts/draw-gallery.mjs [CHROMIUM]` (default: /usr/bin/chromium)
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';

/** CSS pixels that the layout shows a picture at, times two. */
const ILLUSTRATION = 448;
const ICON = 80;
/** A flat drawing has some twenty colours and the mixtures at their edges: with so many of them nobody sees one missing. */
const COLOURS = 128;

const gallery = resolve(import.meta.dirname, '..', 'libs', 'adapters', 'gallery');
const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const page = await browser.newPage();
for (const file of readdirSync(join(gallery, 'illustrations'))) {
  const size = file.startsWith('social-') ? ICON : ILLUSTRATION;
  const svg = readFileSync(join(gallery, 'illustrations', file), 'utf8');
  const pixels = await page.evaluate(draw, { svg, size });
  writeFileSync(
    join(gallery, 'assets', file.replace(/\.svg$/, '.png')),
    indexedPng(Buffer.from(pixels, 'base64'), size),
  );
}
await browser.close();

/** Runs in the page. Answers RGBA, four bytes a pixel, in base64. */
async function draw({ svg, size }) {
  const image = new Image(size, size);
  image.src = `data:image/svg+xml,${encodeURIComponent(svg.replace('<svg ', `<svg width="${size}" height="${size}" `))}`;
  await image.decode();
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0, size, size);
  let binary = '';
  for (const byte of context.getImageData(0, 0, size, size).data) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** A PNG with a palette (https://www.w3.org/TR/png-3/): a third of the size of one with four bytes a pixel. */
function indexedPng(pixels, size) {
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = pixels.readUInt32BE(at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COLOURS);
  const colours = palette.map(([colour]) => colour);
  const nearest = new Map(colours.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc((size + 1) * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const colour = pixels.readUInt32BE((y * size + x) * 4);
      if (!nearest.has(colour)) nearest.set(colour, closest(colour, colours));
      rows[y * (size + 1) + 1 + x] = nearest.get(colour);
    }
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(colours.flatMap((colour) => channels(colour).slice(0, 3)))),
    chunk('tRNS', Buffer.from(colours.map((colour) => colour & 0xff))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function closest(colour, colours) {
  const wanted = channels(colour);
  let best = 0;
  let least = Infinity;
  for (const [index, candidate] of colours.entries()) {
    const distance = channels(candidate).reduce((sum, value, at) => sum + (value - wanted[at]) ** 2, 0);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

function channels(colour) {
  return [colour >>> 24, (colour >>> 16) & 0xff, (colour >>> 8) & 0xff, colour & 0xff];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
