/** One column of navigation, one to read. Follows the reader's light or dark setting. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --quiet: #5b6579; --paper: #fff; --tint: #f4f6f9; --line: #dfe4ec; --link: #1d5fd1; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8f0; --quiet: #98a2b7; --paper: #14171d; --tint: #1c2129; --line: #2d3441; --link: #7fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); color: var(--ink); background: var(--paper);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; background: var(--tint); border-right: 1px solid var(--line); }
nav a { display: block; padding: .15rem .5rem; border-radius: 4px; color: inherit; text-decoration: none; font-size: .85rem; overflow-wrap: anywhere; }
nav a:hover { background: var(--line); }
nav .brand { margin: 0 .5rem 1rem; font-size: 1.2rem; font-weight: 700; }
nav .brand small { color: var(--quiet); font-weight: 400; }
nav .group { margin: .9rem 0 .1rem; color: var(--quiet); font-size: .75rem; font-weight: 600; letter-spacing: .05em; text-transform: uppercase; }
.skip { position: absolute; left: -100vw; padding: .6rem 1rem; background: var(--paper); }
.skip:focus { left: 0; z-index: 1; }
main { max-width: 54rem; padding: 2rem 2.5rem 6rem; }
a { color: var(--link); }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; }
h2 { margin: 3rem 0 1rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 0 0 .5rem; font-size: 1.05rem; overflow-wrap: anywhere; }
h4 { margin: 1.2rem 0 .3rem; font-size: .9rem; }
article { margin: 1.5rem 0; padding: 1.2rem 1.4rem; border: 1px solid var(--line); border-radius: 8px; scroll-margin-top: 1rem; }
article p { margin: .4rem 0; }
code, pre { font: .88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { padding: .1em .3em; border-radius: 4px; background: var(--tint); }
h3 code { padding: 0; background: none; font-size: 1em; }
pre { margin: .8rem 0; padding: .8rem 1rem; border-radius: 6px; background: var(--tint); overflow-x: auto; }
.method { display: inline-block; min-width: 3.6em; padding: .05em .4em; border-radius: 4px; color: #fff; background: #5b6579; font: 700 .72em/1.7 ui-monospace, monospace; text-align: center; }
.get { background: #1f6feb; } .post { background: #1a7f4b; } .put, .patch { background: #9a6700; } .delete { background: #c4314b; }
.access { color: var(--quiet); font-size: .88rem; }
.type { color: var(--quiet); font-size: .82rem; font-weight: 400; }
.optional { color: var(--quiet); font-size: .75rem; border: 1px solid var(--line); border-radius: 3px; padding: 0 .3em; }
.fields { margin: .3rem 0; padding: 0; list-style: none; }
.fields li { padding: .35rem 0; border-top: 1px solid var(--line); font-size: .92rem; }
.fields .fields { margin-left: 1.2rem; }
.fields .name { font-weight: 600; }
.choices { margin-top: .2rem; font-size: .85rem; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top; }
th { color: var(--quiet); font-size: .82rem; font-weight: 600; }
td { border-top: 1px solid var(--line); }
td code { overflow-wrap: anywhere; }
tr:target td { background: color-mix(in srgb, var(--link) 12%, transparent); }
article:target { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
@media (max-width: 50rem) {
  body { display: block; }
  nav { position: static; display: flex; flex-wrap: wrap; height: auto; max-height: 45vh; overflow-y: auto; padding: 1rem .5rem; border-right: 0; border-bottom: 1px solid var(--line); }
  nav .brand { flex: 1 0 100%; margin-bottom: .5rem; }
  nav .path { display: none; }
  nav a, nav .group { margin: 0; padding: .6rem .5rem; color: var(--link); font-size: .95rem; font-weight: 400; letter-spacing: 0; text-transform: none; }
  main { padding: 1.5rem 1rem 4rem; }
  article { padding: 1rem; }
}
`;
