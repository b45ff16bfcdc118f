const STYLE = `
:root { color-scheme: light dark; --page: #eef0f3; --card: #fff; --ink: #1b1f29; --soft: #566070; --accent: #3a4cc4; --on-accent: #fff; --tint: #eef1ff; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0c0e12; --card: #181b22; --ink: #f3f5f8; --soft: #b3bbc8; --accent: #a9b6ff; --on-accent: #14171d; --tint: #20253f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink);
  font: 17px/1.55 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Helvetica, Arial, sans-serif; }
main { width: 100%; max-width: 30rem; padding: 3rem 1.5rem; background: var(--card); text-align: center; }
svg { display: block; margin: 0 auto 1.75rem; color: var(--accent); }
circle { fill: var(--tint); }
h1 { margin: 0 0 .6rem; font-size: 1.6rem; line-height: 1.25; letter-spacing: -.01em; }
p { max-width: 24rem; margin: 0 auto; color: var(--soft); text-wrap: balance; }
p + p { margin-top: .75rem; }
button { margin-top: 1.75rem; min-height: 48px; padding: .7rem 1.75rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent);
  border: 0; border-radius: 6px; cursor: pointer; }
button:hover { filter: brightness(.92); }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
`;

/** Strokes on a disc of 96 units. */
export const ENVELOPE = '<rect x="28" y="34" width="40" height="28" rx="4"/><path d="m29 38 19 13 19-13"/>';
const TICK = '<path d="m33 49 10 10 20-22"/>';
export const CROSS = '<path d="M48 32v20M48 62v.5"/>';

export interface Told {
  readonly title: string;
  readonly heading: string;
  readonly picture: string;
  readonly paragraphs: readonly string[];
  readonly form?: string;
  /** What a page needs beyond the style of all. */
  readonly style?: string;
}

/** A page of its own: nothing is fetched, and it works without a script. What goes into it is markup: ours, or escaped. */
export function page({ title, heading, picture, paragraphs, form = '', style = '' }: Told): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><link rel="icon" href="data:,">
<style>${STYLE}${style}</style></head><body><main>
<svg width="96" height="96" viewBox="0 0 96 96" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="48" cy="48" r="48" stroke="none"/>${picture}</svg>
<h1>${heading}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join('\n')}
${form}
</main></body></html>`;
}

const FORM = (words: string): string =>
  `<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${words}</button></form>`;

/** Asking: opening the link changes nothing, because mail scanners open every link. */
export const askPage = page({
  title: 'Unsubscribe',
  heading: 'Unsubscribe?',
  picture: ENVELOPE,
  paragraphs: ['You will get no more mailings from this sender.'],
  form: FORM('Unsubscribe'),
});

export const donePage = page({
  title: 'Unsubscribed',
  heading: 'You are unsubscribed',
  picture: TICK,
  paragraphs: [
    'You will get no more mailings from this sender.',
    'One that was already on its way may still arrive.',
  ],
});

/** The token is not one of ours. */
export const brokenLinkPage = page({
  title: 'This link does not work',
  heading: 'This link does not work',
  picture: CROSS,
  paragraphs: [
    'It is not complete, or it was changed on its way.',
    'Open it from the mail again, or answer the mail and ask to be taken off the list.',
  ],
});

export const previewLinkPage = page({
  title: 'A link of a test mail',
  heading: 'This was a test mail',
  picture: ENVELOPE,
  paragraphs: [
    'In a campaign everybody gets an unsubscribe link of their own here. This one belongs to nobody and does nothing.',
  ],
});

/** The fault is the server's, and passing. */
export const notNowPage = page({
  title: 'Please try again',
  heading: 'That did not work',
  picture: CROSS,
  paragraphs: [
    'The fault is on our side, and you are not unsubscribed yet. Please try again in a few minutes.',
  ],
  form: FORM('Try again'),
});
