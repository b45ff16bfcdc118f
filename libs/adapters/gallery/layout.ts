import {
  type Accent,
  CARD,
  FONT,
  FOOTER,
  FOOTER_RULE,
  FOOTER_SOFT,
  INK,
  PAGE,
  SOFT,
  styleSheet,
  WIDTH,
} from './design.js';
import { button, eyebrow, type Html, lead, title } from './parts.js';
import type { Purpose } from './variables.js';

export interface Page {
  readonly accent: Accent;
  /** Marketing unless it is said. */
  readonly purpose?: Purpose;
  /** Shown by nobody but programs that ask for the title of a document. */
  readonly title: Html;
  /** The line an inbox shows after the subject. */
  readonly preview: Html;
  /** Beside the sender's name at the top: what kind of mail this is. */
  readonly kind: Html;
  readonly hero: Hero;
  /** Rows between the hero and the footer. */
  readonly rows: readonly Html[];
  /** Why the reader gets this mail. */
  readonly reason: Html;
}

export interface Hero {
  /** File name of the illustration, without .png. */
  readonly art: string;
  readonly alt: string;
  readonly eyebrow: Html;
  readonly title: Html;
  readonly lead: Html;
  readonly action?: { readonly href: Html; readonly text: Html };
}

/** A whole mail: one self-contained document with everything inline that clients let be inline. */
export function page({
  accent,
  purpose = 'marketing',
  title: name,
  preview,
  kind,
  hero,
  rows,
  reason,
}: Page): Html {
  return `<!doctype html>
<html lang="en" dir="ltr" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${name}</title>
<!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript><![endif]-->
<style>
${styleSheet(accent)}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:${PAGE}">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview}${'&#847;&zwnj;&nbsp;'.repeat(40)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background-color:${PAGE}"><tr><td class="edge" align="center" style="padding:32px 0">
<!--[if mso]><table role="presentation" width="${WIDTH}" cellpadding="0" cellspacing="0" align="center"><tr><td><![endif]-->
<table role="presentation" class="card wide" width="100%" cellpadding="0" cellspacing="0" style="width:100%;max-width:${WIDTH}px;background-color:${CARD}">
${masthead(kind, purpose)}
${heroRow(hero, accent)}
${rows.join('\n')}
${footer(reason, purpose)}
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`;
}

function masthead(kind: Html, purpose: Purpose): Html {
  const name = `font-family:${FONT};font-size:18px;line-height:24px;font-weight:700;letter-spacing:-0.2px;color:${INK};text-decoration:none`;
  const sender =
    purpose === 'security'
      ? `<span class="ink" style="${name}">{{companyName}}</span>`
      : `<a href="{{websiteUrl}}" class="ink" style="${name}">{{companyName}}</a>`;
  return `<tr><td class="side" style="padding:28px 72px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td align="left" valign="middle" width="60%">${sender}</td>
<td align="right" valign="middle" width="40%" class="soft" style="font-family:${FONT};font-size:14px;line-height:24px;color:${SOFT}">${kind}</td>
</tr></table></td></tr>`;
}

function heroRow(
  { art, alt, eyebrow: above, title: words, lead: below, action }: Hero,
  accent: Accent,
): Html {
  const call = action
    ? `<tr><td align="center" style="padding-top:32px">${button(action.href, action.text, accent, { centred: true })}</td></tr>`
    : '';
  return `<tr><td class="side hero tint" align="center" bgcolor="${accent.tint}" style="padding:52px 72px 60px;background-color:${accent.tint};text-align:center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">
<tr><td align="center" style="padding-bottom:36px"><img src="{{assetsUrl}}/gallery/${art}.png" class="art" width="224" alt="${alt}" style="display:block;width:224px;height:auto;border-radius:50%;font-family:${FONT};font-size:14px;color:${SOFT}"></td></tr>
<tr><td align="center">${eyebrow(above, accent)}${title(words)}${lead(below)}</td></tr>
${call}
</table></td></tr>`;
}

interface Social {
  readonly variable: string;
  readonly icon: string;
  readonly name: string;
}

const SOCIALS: readonly Social[] = [
  { variable: 'linkedinUrl', icon: 'linkedin', name: 'LinkedIn' },
  { variable: 'instagramUrl', icon: 'instagram', name: 'Instagram' },
  { variable: 'youtubeUrl', icon: 'youtube', name: 'YouTube' },
  { variable: 'xUrl', icon: 'x', name: 'X' },
];

const ANCHOR = 'color:#ffffff;text-decoration:underline';
const SMALL = `margin:0;font-family:${FONT};font-size:14px;line-height:22px;color:${FOOTER_SOFT}`;
const WEBSITE = `<a href="{{websiteUrl}}" style="${ANCHOR}">Visit our website</a>`;

/**
 * What stands below the sender's address. A mail about an account's safety has nothing to follow here: whoever gets
 * many of those learns to press anything in them, and the next one is forged.
 */
const FOOTER_LINKS: Readonly<Record<Purpose, Html>> = {
  marketing: `<p style="${SMALL};padding-top:4px"><a href="{{unsubscribeUrl}}" style="${ANCHOR}">Unsubscribe</a> &nbsp;&middot;&nbsp; ${WEBSITE}</p>`,
  service: `<p style="${SMALL};padding-top:4px">${WEBSITE}</p>`,
  security: '',
};

function footer(reason: Html, purpose: Purpose): Html {
  const address = `<p style="${SMALL}">{{companyAddress}}</p>`;
  return `<tr><td class="side" align="center" bgcolor="${FOOTER}" style="padding:52px 72px 56px;background-color:${FOOTER};text-align:center">
${purpose === 'security' ? '' : socials()}
<p style="margin:0 0 6px;font-family:${FONT};font-size:16px;line-height:24px;font-weight:700;color:#ffffff">{{companyName}}</p>
${purpose === 'security' ? `{{#if companyAddress}}${address}{{/if}}` : address}
<p style="${SMALL};padding-top:20px;text-wrap:balance">${reason}</p>
${FOOTER_LINKS[purpose]}
</td></tr>`;
}

function socials(): Html {
  const icons = SOCIALS.map(
    ({ variable, icon, name }) =>
      `{{#if ${variable}}}<td style="padding:0 7px"><a href="{{${variable}}}"><img src="{{assetsUrl}}/gallery/social-${icon}.png" width="40" height="40" alt="${name}" style="display:block;width:40px;height:40px;font-family:${FONT};font-size:12px;color:#ffffff"></a></td>{{/if}}`,
  );
  return `<table role="presentation" cellpadding="0" cellspacing="0" align="center"><tr>
${icons.join('\n')}
</tr></table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td style="padding:32px 0 28px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td style="border-bottom:1px solid ${FOOTER_RULE};font-size:0;line-height:0">&nbsp;</td></tr></table></td></tr></table>`;
}

const TEXT_FOOTERS: Readonly<Record<Purpose, (reason: string) => string>> = {
  marketing: (reason) => `{{companyName}}, {{companyAddress}}
{{websiteUrl}}
${reason}
Unsubscribe: {{unsubscribeUrl}}
`,
  service: (reason) => `{{companyName}}, {{companyAddress}}
{{websiteUrl}}
${reason}
`,
  security: (reason) => `{{companyName}}{{#if companyAddress}}, {{companyAddress}}{{/if}}
${reason}
`,
};

/** The end of every text part. */
export function textFooter(reason: string, purpose: Purpose = 'marketing'): string {
  return `--\n${TEXT_FOOTERS[purpose](reason)}`;
}
