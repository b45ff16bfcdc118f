/** Beside the style of all pages for recipients. */
export const STYLE = `
body { place-items: start center; }
main { max-width: 42rem; padding: 2.5rem 1.25rem 3.5rem; }
main > svg { width: 72px; height: 72px; margin-bottom: 1.25rem; }
form { margin-top: 2rem; text-align: left; }
section { margin: 0 0 2.25rem; }
section > p { max-width: none; margin: 0 0 .25rem; font-size: .95rem; }
header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .25rem 1rem;
  padding-bottom: .4rem; border-bottom: 2px solid var(--tint); }
h2 { margin: 0; font-size: 1.15rem; line-height: 1.3; }
.row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .1rem 1.25rem;
  padding: .5rem 0; border-bottom: 1px solid var(--tint); }
.row > div:first-child { flex: 1 1 15rem; min-width: 0; overflow-wrap: anywhere; }
b { font-weight: 600; white-space: nowrap; }
.row strong, label strong { font-weight: 600; }
small { display: block; font-size: .9rem; line-height: 1.4; color: var(--soft); }
.ways { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
label { display: inline-flex; align-items: center; gap: .6rem; min-height: 44px; cursor: pointer; }
label.wide { display: flex; width: 100%; padding: .3rem 0; border-bottom: 1px solid var(--tint); overflow-wrap: anywhere; }
label.under { padding-left: 2rem; }
input[type=checkbox] { flex: none; width: 22px; height: 22px; margin: 0; accent-color: var(--accent); }
input:disabled, label:has(input:disabled) { cursor: default; }
label:has(input:disabled) { color: var(--soft); }
input:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
button.default { position: absolute; left: -99rem; }
button.all { margin: 0; min-height: 44px; padding: .3rem .2rem; font-size: .95rem; color: var(--accent); background: none; text-decoration: underline;
  text-underline-offset: 3px; }
.saved { max-width: none; margin: 1.5rem 0 0; padding: .8rem 1rem; border-radius: 6px; background: var(--tint); color: var(--ink); font-weight: 600; }
.end button { width: 100%; margin-top: 0; }
@media (min-width: 30rem) { main { padding: 3rem 2.5rem 4rem; } .end button { width: auto; min-width: 12rem; } }
`;
