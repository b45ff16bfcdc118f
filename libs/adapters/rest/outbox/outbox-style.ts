import { createHash } from 'node:crypto';

/** The page's only style sheet, and the only one its policy lets in. */
export const OUTBOX_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --sheet: #ffffff; --ink: #1b2130; --quiet: #5d6678; --line: #e1e4ea;
  --accent: #8a5a00; --accent-soft: #fdf3dd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12151b; --sheet: #1a1e26; --ink: #e6e9ef; --quiet: #98a2b3; --line: #2a303b;
    --accent: #f0b94a; --accent-soft: #2b2413;
  }
}
* { box-sizing: border-box; }
html { height: 100%; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100%; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--accent); }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.top {
  display: flex; align-items: center; gap: 12px 20px; flex-wrap: wrap; padding: 12px 20px;
  background: var(--sheet); border-bottom: 1px solid var(--line);
}
.brand { display: flex; align-items: center; gap: 10px; font-weight: 650; font-size: 17px; color: var(--ink); text-decoration: none; }
.brand svg { color: var(--accent); flex: none; }
.brand small { font-weight: 400; font-size: 13px; color: var(--quiet); }
.search { display: flex; gap: 8px; flex: 1 1 260px; max-width: 440px; margin-left: auto; }
.search input {
  flex: 1; min-width: 0; padding: 8px 12px; font: inherit; font-size: 16px; color: inherit;
  background: var(--ground); border: 1px solid var(--line); border-radius: 8px;
}
.search button, .button {
  padding: 8px 14px; font: inherit; font-weight: 550; color: var(--ink); background: var(--sheet);
  border: 1px solid var(--line); border-radius: 8px; cursor: pointer; text-decoration: none;
}
.search button:hover, .button:hover { border-color: var(--accent); }
.list { background: var(--sheet); }
.list ol { list-style: none; margin: 0; padding: 0; }
.told { padding: 10px 20px; font-size: 13px; color: var(--quiet); border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.row {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; padding: 11px 20px 11px 17px;
  color: inherit; text-decoration: none; border-bottom: 1px solid var(--line); border-left: 3px solid transparent;
}
.row:hover { background: var(--ground); }
.row[aria-current] { background: var(--accent-soft); border-left-color: var(--accent); }
.row .who { font-weight: 600; }
.row .when, .row .from { font-size: 13px; color: var(--quiet); }
.row .when { white-space: nowrap; line-height: 21px; }
.row .what, .row .from { grid-column: 1 / -1; }
.row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pages { display: flex; justify-content: space-between; gap: 12px; padding: 14px 20px; }
.mail { background: var(--sheet); display: flex; flex-direction: column; min-width: 0; }
.mail header { padding: 16px 20px 12px; }
.back { display: inline-block; margin-bottom: 10px; text-decoration: none; }
h1 { margin: 0 0 10px; font-size: 20px; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 14px; margin: 0; font-size: 14px; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.tabs { display: flex; gap: 4px; padding: 0 16px; border-bottom: 1px solid var(--line); }
.tabs a { padding: 9px 12px; color: var(--quiet); text-decoration: none; border-bottom: 2px solid transparent; margin-bottom: -1px; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-bottom-color: var(--accent); }
.tabs .hint { margin-left: auto; padding: 9px 12px; color: var(--quiet); font-size: 13px; line-height: 22px; }
.tabs .hint + a { margin-left: 0; }
.part { flex: 1; min-height: 0; }
iframe { display: block; width: 100%; height: 78vh; min-height: 420px; border: 0; background: #fff; color-scheme: light; }
pre {
  margin: 0; padding: 18px 20px; font: 14px/1.55 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; max-width: 90ch;
}
pre.raw { margin: 4px 20px 24px; padding: 14px 16px; font-size: 13px; max-width: none; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; }
.heads { width: 100%; border-collapse: collapse; font-size: 14px; }
.heads th, .heads td { padding: 7px 20px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
.heads th { width: 1%; padding-right: 0; font-weight: 550; color: var(--quiet); white-space: nowrap; }
.heads td { overflow-wrap: anywhere; }
h2 { margin: 22px 20px 10px; font-size: 14px; font-weight: 600; }
.empty { max-width: 34rem; margin: 0 auto; padding: 9vh 24px; text-align: center; }
.empty svg { color: var(--accent); }
.empty h1 { margin-top: 14px; }
.empty p { color: var(--quiet); margin: 0 0 14px; }
.empty .button { display: inline-block; margin-top: 6px; }
code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--ground); border: 1px solid var(--line); border-radius: 5px; padding: 1px 5px; white-space: nowrap; }
@media (min-width: 900px) {
  body.split { height: 100vh; display: grid; grid-template-rows: auto minmax(0, 1fr); }
  .panes { display: grid; grid-template-columns: minmax(300px, 370px) minmax(0, 1fr); min-height: 0; }
  .list { border-right: 1px solid var(--line); overflow: auto; }
  .mail { overflow: auto; }
  .back { display: none; }
  .mail header { padding: 20px 28px 14px; }
  .tabs { padding: 0 24px; }
  iframe { height: 100%; min-height: 360px; }
  pre { padding: 22px 28px; }
  pre.raw { margin: 4px 28px 28px; padding: 14px 16px; }
  .heads th, .heads td { padding-left: 28px; }
  .heads td { padding-left: 20px; }
  h2 { margin-left: 28px; }
}
@media (max-width: 899px) {
  .at-list .mail, .at-mail .list { display: none; }
  .at-list .row[aria-current] { background: none; border-left-color: transparent; }
  .tabs .hint { visibility: hidden; white-space: nowrap; flex: 1 1 0; min-width: 0; padding: 0; overflow: hidden; }
  .at-mail .search { display: none; }
  .search { margin-left: 0; max-width: none; }
  .heads, .heads tbody, .heads tr, .heads th, .heads td { display: block; width: auto; }
  .heads th { border: 0; padding-bottom: 0; }
  .heads td { padding-top: 2px; }
}
`;

/** For `style-src`: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
export const OUTBOX_STYLE_HASH = `'sha256-${createHash('sha256').update(OUTBOX_STYLE).digest('base64')}'`;
