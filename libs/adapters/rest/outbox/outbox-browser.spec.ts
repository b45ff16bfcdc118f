import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describeWhen } from '#test/support/system-packages.js';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 860 };
/** Tries what a mail could do to whoever looks at it. */
const HOSTILE = `<html><body><h1>Autumn at the shop</h1>
<script>document.querySelector('h1').textContent = 'ran'; top.document.title = 'ran';</script>
<img src="x" onerror="document.querySelector('h1').textContent = 'ran'">
<iframe src="/v1/workspace"></iframe><form action="/outbox" target="_top"><input name="to" value="ran"><button>Go</button></form>
<meta http-equiv="refresh" content="0;url=javascript:document.write('ran')">
<p>${'A line that goes on. '.repeat(20)}</p></body></html>`;

describeWhen('chromium', 'the outbox page in a browser', (executablePath) => {
  let server: DeliveryServer;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    server = await DeliveryServer.start();
    const mail = {
      deliveryId: 'dlv_1',
      from: 'The Shop <shop@example.com>',
      to: 'ann@example.com',
      headers: {},
    };
    await server.ports.capturedMails.append({
      key: 'k',
      at: server.ports.clock.now(),
      keep: 100,
      messages: [
        {
          ...mail,
          subject: 'x'.repeat(300),
          text: `${'y'.repeat(500)} https://shop.example/${'z'.repeat(500)}`,
        },
        {
          ...mail,
          subject: 'Autumn',
          html: HOSTILE,
          to: `${'l'.repeat(64)}@${'d'.repeat(63)}.${'e'.repeat(63)}.example`,
        },
      ],
    });
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    origin = `http://127.0.0.1:${(server.app.getHttpServer().address() as AddressInfo).port}`;
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath, args });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (path: string, viewport: { width: number; height: number }): Promise<Page> => {
    const page = await browser.newPage({ viewport });
    await page.goto(origin + path);
    return page;
  };
  const sideways = (page: Page): Promise<number> =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  it('shows a mail, and lets nothing in it run, submit or lead away', async () => {
    const page = await open('/outbox', DESKTOP);
    const mail = page.frameLocator('iframe');
    expect(await mail.locator('h1').textContent()).toBe('Autumn at the shop');
    await mail.locator('button').click();
    await page.waitForLoadState('networkidle');
    expect(page.url()).toBe(`${origin}/outbox`);
    expect(await page.title()).toBe('Outbox · Posthorn');
    expect(await mail.locator('h1').textContent()).toBe('Autumn at the shop');
    await page.close();
  });

  it('shows the list or the mail on a phone, and both on a desk', async () => {
    const phone = await open('/outbox', PHONE);
    expect(await phone.locator('.mail').isVisible()).toBe(false);
    await phone.locator('.row').first().click();
    await phone.waitForLoadState('networkidle');
    expect([await phone.locator('.mail').isVisible(), await phone.locator('.list').isVisible()]).toEqual([
      true,
      false,
    ]);
    await phone.close();
    const desk = await open('/outbox', DESKTOP);
    expect([await desk.locator('.mail').isVisible(), await desk.locator('.list').isVisible()]).toEqual([
      true,
      true,
    ]);
    await desk.close();
  });

  it.each([
    '/outbox',
    '/outbox?to=nobody',
    ...['text', 'headers'].map((part) => `/outbox/cap_${'1'.padStart(26, '0')}?part=${part}`),
  ])('does not scroll sideways, however long the words: %s', async (path) => {
    for (const viewport of [PHONE, DESKTOP, { width: 899, height: 800 }]) {
      const page = await open(path, viewport);
      expect({ viewport, sideways: await sideways(page) }).toEqual({ viewport, sideways: 0 });
      await page.close();
    }
  });
});
