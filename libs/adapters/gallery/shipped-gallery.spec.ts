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
import { CARD, INK, SOFT } from './design.js';
import { galleryPictures, ShippedGallery } from './shipped-gallery.js';
import { UNBROKEN, withWords, wordsOf } from './testing/hostile-data.js';

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
const LARGEST_PICTURE = 12 * 1024;
/** What `styleSheet` says of dark screens. */
const DARK = { card: '#181b22', ink: '#f3f5f8', soft: '#b3bbc8' };

const MARKETING = [
  'newsletter',
  'announcement',
  'product-update',
  'holiday',
  'event-invitation',
  'webinar-invitation',
  're-engagement',
  'survey',
  'back-in-stock',
  'referral',
  'black-friday-sale',
  'birthday',
];
const SECURITY = [
  'verify-email',
  'password-reset',
  'mfa-code',
  'account-locked',
  'new-device-sign-in',
  'password-changed',
];
const SERVICE = [
  'welcome',
  'invitation',
  'receipt',
  'missed-messages-digest',
  'order-shipped',
  'payment-failed',
  'trial-ending',
  'comment-mention',
  'weekly-summary',
];

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

interface Mail {
  readonly template: GalleryTemplate;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** All of them, with data made out of their examples, and changed before they are prepared if need be. */
async function mailsWith(
  dataOf: (template: GalleryTemplate) => Record<string, unknown>,
  changed = (template: GalleryTemplate): GalleryTemplate => template,
): Promise<Mail[]> {
  const its = theGallery();
  const mails: Mail[] = [];
  for (const template of await its.gallery.list()) {
    const prepared = await prepareForTest(its, changed(template));
    const { subject, html = '', text = '' } = renderForTest(prepared, dataOf(template));
    mails.push({ template, subject, html, text });
  }
  return mails;
}

function requiredOf(template: GalleryTemplate): Record<string, unknown> {
  const { variables } = template.content;
  return Object.fromEntries(variables.filter((one) => one.required).map((one) => [one.name, one.example]));
}

function withoutText(template: GalleryTemplate): GalleryTemplate {
  const { subject, html, variables } = template.content;
  return { ...template, content: { subject: subject ?? '', html: html ?? '', variables } };
}

describe('The shipped gallery', () => {
  let mails: readonly Mail[];
  beforeAll(async () => {
    mails = await mailsWith(examplesOf);
  });
  const of = (keys: readonly string[]): Mail[] => mails.filter(({ template }) => keys.includes(template.key));

  it('has every kind of mail it says it has', () => {
    const keys = mails.map(({ template }) => template.key);
    expect(keys.toSorted()).toEqual([...MARKETING, ...SECURITY, ...SERVICE].toSorted());
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

  it('is 700 px wide, and has a button that Outlook draws wherever it has one', () => {
    for (const { template, html } of mails) {
      expect(html).toContain('max-width:700px');
      const drawn = all(html, /<v:roundrect[^>]* href="([^"]+)"/g);
      const links = all(html, /<a href="([^"]+)" class="full"/g);
      // Who gets a code has somewhere to type it already.
      expect(drawn.length > 0).toBe(template.key !== 'mfa-code');
      expect(drawn).toEqual(links);
    }
  });

  it('has a way out of marketing, and of nothing else', () => {
    for (const { template, html, text } of mails) {
      const isMarketing = MARKETING.includes(template.key);
      for (const part of [html, text])
        expect(part.includes('https://mail.example/u/token')).toBe(isMarketing);
      const asked = template.content.variables.map(({ name }) => name);
      expect(asked.includes('unsubscribeUrl')).toBe(isMarketing);
    }
  });

  it('has nothing to press in mails about security but what they are about', () => {
    for (const { template, html } of of(SECURITY)) {
      const links = new Set(all(html, /<a href="([^"]+)"/g));
      const own = template.content.variables.filter(({ name }) => name.endsWith('Url'));
      expect([...links]).toEqual(own.map(({ example }) => example));
      expect(own.length).toBe(1);
      expect(all(html, /<img src="([^"]+)"/g)).toEqual([
        `https://mail.example/assets/gallery/${template.key}.png`,
      ]);
    }
  });

  it('says in mails about security what happened, when and where, and what to do if it was somebody else', () => {
    for (const { html, text } of of(SECURITY)) {
      for (const part of [html, text]) {
        expect(part).toContain('March 12, 2026 at 6:42:00 PM GMT+1');
        expect(part).toContain('Leipzig, Germany');
        expect(part).toContain('Firefox on Windows');
        expect(part).toContain('reader@example.com');
        expect(part).toMatch(/It was not you\?|You did not ask for this\?|You are not signing in\?/);
      }
    }
  });

  it('shows a sign-in code where it is read and can be copied whole, and nowhere a locked telephone shows it', () => {
    const [mail] = of(['mfa-code']);
    const [, preview = ''] = /<div style="display:none[^>]*>([^<]*)/.exec(mail?.html ?? '') ?? [];
    const [, title = ''] = /<title>([^<]*)/.exec(mail?.html ?? '') ?? [];
    for (const seen of [mail?.subject, preview, title]) {
      expect(seen).toMatch(/code/);
      expect(seen).not.toContain('407316');
    }
    expect(mail?.html).toMatch(/font-family:ui-monospace[^"]*font-size:44px[^"]*user-select:all">407316</);
    expect(mail?.text).toContain('\n    407316\n');
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

  it('has words that can be read on what is behind them, on a light screen and on a dark one', () => {
    for (const { html } of mails) {
      for (const colour of all(html, /fillcolor="(#[0-9a-f]{6})"/g))
        expect(contrast(colour, '#ffffff')).toBeGreaterThan(4.5);
      const [, tint = ''] = /hero tint" align="center" bgcolor="(#\w{6})"/.exec(html) ?? [];
      const [, darkTint = ''] = /\.tint\{background-color:(#\w{6})/.exec(html) ?? [];
      const [, darkMark = ''] = /\.mark\{color:(#\w{6})/.exec(html) ?? [];
      const [mark = ''] = all(html, /class="mark"[^>]*color:(#\w{6})/g);
      for (const behind of [tint, CARD])
        for (const words of [mark, INK, SOFT]) expect(contrast(words, behind)).toBeGreaterThan(4.5);
      for (const behind of [darkTint, DARK.card])
        for (const words of [darkMark, DARK.ink, DARK.soft])
          expect(contrast(words, behind)).toBeGreaterThan(4.5);
    }
  });

  it("names no host: every address is somebody else's to give", () => {
    for (const { template } of mails) {
      const { subject = '', html = '', text = '' } = template.content;
      expect(`${subject}${html}${text}`).not.toMatch(/https?:|url\(|@import|<link|<script/);
    }
  });

  it('loads pictures from our own server only, and every one of them is there and small', () => {
    const pictures = readdirSync(galleryPictures);
    for (const { html } of mails) {
      const sources = all(html, /<img src="([^"]+)"/g);
      expect(sources.length).toBeGreaterThan(0);
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

  it('has a text part that is text, with everything and with nothing but what it requires', async () => {
    for (const { text } of [...mails, ...(await mailsWith(requiredOf))]) {
      expect(text).not.toMatch(/<[a-z]|&[a-z]+;/i);
      expect(text).not.toMatch(/\n{3,}|^ *\* *$/m);
    }
  });

  it('says the same in a text part made out of its html, for whoever deletes ours', async () => {
    const derived = await mailsWith(examplesOf, withoutText);
    for (const [index, { template, text }] of derived.entries()) {
      expect(text).not.toMatch(/<\/?(?:p|a|h\d|t[dr]|table|img|span|v:)\b|&[a-z]+;|\{\{|\n{3,}/i);
      const written = mails[index]?.text ?? '';
      const said = wordsOf(examplesOf(template)).filter((words) => written.includes(words));
      expect(said.length).toBeGreaterThan(2);
      for (const words of said) expect(text).toContain(words);
    }
  });

  it('prints whatever it is told as words, however long they are, and stays whole', async () => {
    const words = `<b onclick="x">'&${UNBROKEN}`;
    const hostile = await mailsWith(
      (template) => withWords(examplesOf(template), words) as Record<string, unknown>,
    );
    for (const { html, text } of hostile) {
      expect(Buffer.byteLength(html)).toBeLessThan(GMAIL_CLIPS_AT);
      expect(html).not.toContain('<b onclick');
      expect(html).toContain('&lt;b onclick=&quot;x&quot;&gt;&#39;&amp;Llanfair');
      expect(text).toContain(words);
    }
  });
});
