/** A page of its own: nothing is fetched, and it works without a script. */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f5f7; color: #1d2433;
         font: 17px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
  main { background: #fff; max-width: 26rem; margin: 1rem; padding: 2.5rem; border-radius: 12px; text-align: center;
         box-shadow: 0 1px 3px rgb(0 0 0 / .12); }
  h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
  p { margin: 0 0 1.5rem; color: #4a5468; }
  button { font: inherit; font-weight: 600; color: #fff; background: #1d4ed8; border: 0; border-radius: 8px;
           padding: .75rem 1.5rem; cursor: pointer; }
  button:hover { background: #1e40af; } button:focus-visible { outline: 3px solid #93c5fd; outline-offset: 2px; }
</style></head><body><main>${body}</main></body></html>`;
}

/** Asking: opening the link changes nothing, because mail scanners open every link. */
export const askPage = page(
  'Unsubscribe',
  `<h1>Unsubscribe?</h1><p>You will get no more mailings of this kind from this sender.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>`,
);

export const donePage = page(
  'Unsubscribed',
  '<h1>You are unsubscribed</h1><p style="margin:0">You will get no more mailings of this kind from this sender.</p>',
);
