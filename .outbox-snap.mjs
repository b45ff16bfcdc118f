import { chromium } from 'playwright-core';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu','--disable-background-networking'] });
const shots = JSON.parse(process.argv[2]);
for (const [name, url, width, height, opts={}] of shots) {
  const p = await b.newPage({ viewport: { width, height }, deviceScaleFactor: opts.scale ?? 1, colorScheme: opts.dark ? 'dark':'light' });
  p.on('console', m => console.log(name, m.type(), m.text()));
  p.on('requestfailed', r => console.log(name, 'failed', r.url(), r.failure()?.errorText));
  await p.goto(url, { waitUntil: 'networkidle' });
  const w = await p.evaluate(() => document.documentElement.scrollWidth);
  if (w > width) console.log(name, 'SCROLLS SIDEWAYS', w);
  await p.screenshot({ path: `/tmp/outbox-shots/${name}.png` });
  await p.close();
}
await b.close();
