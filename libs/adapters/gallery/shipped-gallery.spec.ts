import { readFileSync, readdirSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import {
  describeGalleryContract,
  examplesOf,
  type GalleryUnderTest,
  prepareForTest,
  renderForTest,
} from '#ports/templating/gallery.contract.js';
import type { GalleryTemplate } from '#ports/templating/gallery.js';
import { galleryPictures, ShippedGallery } from './shipped-gallery.js';

function theGallery(): GalleryUnderTest {
  const templates = new MemoryTemplates();
  return {
    gallery: new ShippedGallery(),
    inspector: new HandlebarsInspector(),
    renderer: new HandlebarsRenderer(templates),
    templates,
  };
}

describeGalleryContract('ShippedGallery', theGallery);

/** Gmail shows no more of a mail than this. */
const GMAIL_CLIPS_AT = 102 * 1024;
const LARGEST_PICTURE = 40 * 1024;

const all = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map((match) => match[1] ?? match[0]);

/** WCAG 2.2, relative luminance and contrast ratio, of colours written #rrggbb. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('The shipped gallery', () => {
  const mails: { template: GalleryTemplate; html: string; text: string }[] = [];
  beforeAll(async () => {
    const its = theGallery();
    for (const template of await its.gallery.list()) {
      const { html = '', text = '' } = renderForTest(
        await prepareForTest(its, template),
        examplesOf(template),
      );
      mails.push({ template, html, text });
    }
  });

  it('has the six kinds of mail', () => {
    expect(mails.map(({ template }) => template.key)).toEqual([
      'newsletter',
      'announcement',
      'product-update',
      'holiday',
      'welcome',
      'event-invitation',
    ]);
  });

  it('is shown whole by Gmail', () => {
    for (const { html } of mails) expect(Buffer.byteLength(html)).toBeLessThan(GMAIL_CLIPS_AT);
  });

  it('tells programs that read aloud what is layout, what is language and what a picture shows', () => {
    for (const { html } of mails) {
      expect(html).toMatch(/<html lang="en"/);
      for (const table of all(html, /<table[^>]*>/g)) expect(table).toContain('role="presentation"');
      for (const picture of all(html, /<img[^>]*>/g)) expect(picture).toMatch(/ alt="[^"]+"/);
      expect(all(html, /<h1/g)).toHaveLength(1);
    }
  });

  it('is 700 px wide, has a button that Outlook draws, and a way out', () => {
    for (const { html, text } of mails) {
      expect(html).toContain('max-width:700px');
      const drawn = all(html, /<v:roundrect[^>]* href="([^"]+)"/g);
      const links = all(html, /<a href="([^"]+)" class="full"/g);
      expect(drawn.length).toBeGreaterThan(0);
      expect(drawn).toEqual(links);
      for (const part of [html, text]) expect(part).toContain('https://mail.example/u/token');
    }
  });

  it('shows a line of its own in the inbox, not its first words', () => {
    for (const { html } of mails) expect(html).toMatch(/<div style="display:none[^>]*>[^<&]{20,}/);
  });

  it('knows what to do on a dark screen', () => {
    for (const { html } of mails) {
      expect(html).toContain('<meta name="color-scheme" content="light dark">');
      expect(html).toContain('@media (prefers-color-scheme:dark)');
    }
  });

  it('has buttons whose words can be read', () => {
    for (const { html } of mails) {
      for (const colour of all(html, /fillcolor="(#[0-9a-f]{6})"/g))
        expect(contrast(colour, '#ffffff')).toBeGreaterThan(4.5);
      for (const [, tint = '', mark = ''] of html.matchAll(
        /hero tint" align="center" bgcolor="(#\w{6})"[\s\S]*?class="mark"[^>]*color:(#\w{6})/g,
      )) {
        expect(contrast(mark, tint)).toBeGreaterThan(4.5);
      }
    }
  });

  it('loads pictures from our own server only, and every one of them is there and small', () => {
    const pictures = readdirSync(galleryPictures);
    for (const { html } of mails) {
      const sources = all(html, /<img src="([^"]+)"/g);
      expect(sources.length).toBeGreaterThan(4);
      for (const source of sources) {
        expect(source).toMatch(/^https:\/\/mail\.example\/assets\/gallery\//);
        expect(pictures).toContain(source.split('/').at(-1));
      }
    }
    for (const picture of pictures) {
      expect(statSync(new URL(picture, galleryPictures)).size).toBeLessThan(LARGEST_PICTURE);
      expect(readFileSync(new URL(picture, galleryPictures)).subarray(1, 4).toString()).toBe('PNG');
    }
  });

  it('has a text part that is text', () => {
    for (const { text } of mails) {
      expect(text).not.toMatch(/<[a-z]|&[a-z]+;/i);
      expect(text).not.toMatch(/\n{3,}/);
    }
  });
});
