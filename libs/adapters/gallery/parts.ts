import { type Accent, FONT, INK, RULE, SOFT } from './design.js';

/** The parts templates are made of. Each is a row of the 700 px table, or stands in one. */

/** Escaped text or Handlebars source, as html. */
export type Html = string;

/** A row with the side margins of the layout. `top` and `bottom` are CSS pixels. */
export function row(content: Html, { top = 0, bottom = 0 } = {}): Html {
  return `<tr><td class="side" style="padding:${top}px 72px ${bottom}px">${content}</td></tr>`;
}

export function spacer(height: number): Html {
  return `<tr><td height="${height}" style="height:${height}px;font-size:0;line-height:0">&nbsp;</td></tr>`;
}

export function eyebrow(text: Html, { solid }: Accent): Html {
  return `<p class="mark" style="margin:0 0 14px;font-family:${FONT};font-size:13px;line-height:18px;font-weight:700;letter-spacing:1.6px;text-transform:uppercase;color:${solid}">${text}</p>`;
}

export function title(text: Html): Html {
  return `<h1 class="ink title" style="margin:0;font-family:${FONT};font-size:38px;line-height:46px;font-weight:700;letter-spacing:-0.8px;text-wrap:balance;color:${INK}">${text}</h1>`;
}

export function lead(text: Html): Html {
  return `<p class="soft lead" style="margin:18px 0 0;font-family:${FONT};font-size:18px;line-height:29px;text-wrap:balance;color:${SOFT}">${text}</p>`;
}

export function heading(text: Html, { top = 0 } = {}): Html {
  return `<h2 class="ink" style="margin:${top}px 0 0;font-family:${FONT};font-size:22px;line-height:30px;font-weight:700;letter-spacing:-0.3px;color:${INK}">${text}</h2>`;
}

export function subheading(text: Html): Html {
  return `<h3 class="ink" style="margin:0;font-family:${FONT};font-size:19px;line-height:27px;font-weight:700;letter-spacing:-0.2px;color:${INK}">${text}</h3>`;
}

export function paragraph(text: Html, { top = 0, size = 17 } = {}): Html {
  const height = size + 11;
  return `<p class="soft" style="margin:${top}px 0 0;font-family:${FONT};font-size:${size}px;line-height:${height}px;color:${SOFT}">${text}</p>`;
}

/** Small words above or beside something. */
export function label(text: Html): Html {
  return `<p class="soft" style="margin:0;font-family:${FONT};font-size:14px;line-height:20px;color:${SOFT}">${text}</p>`;
}

export function link(href: Html, text: Html, { solid }: Accent): Html {
  return `<a href="${href}" class="mark" style="font-family:${FONT};font-size:16px;line-height:24px;font-weight:700;color:${solid};text-decoration:none">${text}&nbsp;&rarr;</a>`;
}

export function divider(): Html {
  return `<tr><td class="side" style="padding:0 72px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="rule" style="border-top:1px solid ${RULE};font-size:0;line-height:0;height:1px">&nbsp;</td></tr></table></td></tr>`;
}

/**
 * The call to action. Outlook on Windows lays mails out with Word, which gives a link neither padding nor rounded
 * corners: it gets the same button drawn in VML, everyone else a link.
 * @param width of the VML button in CSS pixels: Word cannot fit it to its words
 */
export function button(
  href: Html,
  text: Html,
  { solid }: Accent,
  { width = 260, centred = false } = {},
): Html {
  return `<table role="presentation" cellpadding="0" cellspacing="0"${centred ? ' align="center"' : ''} class="wide"><tr><td align="center">
<!--[if mso]>
<v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com:office:word" href="${href}" style="height:54px;v-text-anchor:middle;width:${width}px" arcsize="12%" stroke="f" fillcolor="${solid}"><w:anchorlock/><center style="color:#ffffff;font-family:Arial,sans-serif;font-size:17px;font-weight:bold">${text}</center></v:roundrect>
<![endif]-->
<!--[if !mso]><!--><a href="${href}" class="full" style="display:inline-block;padding:15px 34px;background-color:${solid};border-radius:6px;font-family:${FONT};font-size:17px;line-height:24px;font-weight:700;color:#ffffff;text-align:center;text-decoration:none">${text}</a><!--<![endif]-->
</td></tr></table>`;
}

/** A number or sign in a disc of the accent's colour, beside words. */
export function marked(sign: Html, words: Html, { solid }: Accent): Html {
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td width="40" valign="top" style="width:40px"><table role="presentation" cellpadding="0" cellspacing="0"><tr><td width="40" height="40" align="center" valign="middle" style="width:40px;height:40px;border-radius:20px;background-color:${solid};font-family:${FONT};font-size:16px;line-height:40px;font-weight:700;color:#ffffff">${sign}</td></tr></table></td>
<td valign="top" style="padding-left:20px">${words}</td>
</tr></table>`;
}
