import { html, type Html } from '../docs/html.js';

const URL_IN_TEXT = /https?:\/\/[^\s<>"'`{}|\\^]+[^\s<>"'`{}|\\^.,;:!?)\]]/g;

/** Text with its web addresses made links; everything else about it stays text. */
export function linked(text: string): Html {
  const parts: Html[] = [];
  let at = 0;
  for (const { 0: url, index } of text.matchAll(URL_IN_TEXT)) {
    parts.push(
      html`${text.slice(at, index)}<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`,
    );
    at = index + url.length;
  }
  return html`${parts}${text.slice(at)}`;
}
