import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { serverConfigOf } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };
const OWNER_KEY = 'owner-key-of-the-web-chat';

export interface Looks {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** A real server on a folder of its own, and people who open its chat in browsers. */
export class ChatWorld {
  /** What the pages complained of: errors, and what their policy kept out. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #folder: string;
  #server: RunningServer | undefined;
  #port = 0;
  readonly #contexts: BrowserContext[] = [];

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  static async start(executablePath: string): Promise<ChatWorld> {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    const browser = await chromium.launch({ executablePath, args });
    const world = new ChatWorld(browser, mkdtempSync(join(tmpdir(), 'posthorn-web-chat-')));
    await world.startServer();
    return world;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async startServer(): Promise<void> {
    const env = {
      POSTHORN_DATA_DIR: this.#folder,
      POSTHORN_API_KEY: OWNER_KEY,
      PORT: String(this.#port),
    };
    const chat = { flood: { burst: 100_000, perSecond: 10_000 } };
    const config = serverConfigOf(env, { chat }, this.#folder);
    const onFatal = (error: Error): void => void this.complaints.push(String(error));
    this.#server = await startServer({ config, log: new MemoryLog(), onFatal });
    this.#port = Number(new URL(this.#server.url).port);
  }

  async stopServer(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async api<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(this.origin + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${OWNER_KEY}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Answers nothing. */
  async change(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
    const response = await fetch(this.origin + path, {
      method,
      headers: { authorization: `Bearer ${OWNER_KEY}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  async tokenOf(userId: string): Promise<string> {
    return (await this.api<{ token: string }>('/v1/chat/tokens', { userId })).token;
  }

  /** Answers its id. */
  async chatOf(one: string, other: string): Promise<string> {
    const wanted = { kind: 'direct', with: other };
    return (await this.api<{ id: string }>(`/v1/conversations?as=${one}`, wanted)).id;
  }

  async say(
    id: string,
    userId: string,
    text: string,
  ): Promise<{ readonly id: string; readonly seq: number }> {
    return this.api(`/v1/conversations/${id}/messages?as=${userId}`, { text });
  }

  async said(id: string, userId: string): Promise<readonly string[]> {
    const path = `/v1/conversations/${id}/messages?as=${userId}&limit=200`;
    return (await this.api<{ data: { text: string }[] }>(path)).data.map(({ text }) => text);
  }

  /** Somebody opens the chat with a link that holds their token; and a conversation, if it is named. */
  async open(
    userId: string,
    id?: string,
    { viewport = DESKTOP, colorScheme = 'light' }: Looks = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({ viewport, colorScheme, locale: 'en-GB' });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`${userId}: ${error.message}`));
    page.on('console', (message) => {
      // A server that is away is no fault of the page.
      const isOurs =
        message.type() === 'error' && !/ERR_CONNECTION|WebSocket|Failed to load/.test(message.text());
      if (isOurs) this.complaints.push(`${userId}: ${message.text()}`);
    });
    await page.goto(`${this.origin}/chat/#token=${await this.tokenOf(userId)}`);
    await page.locator('.chat-row').first().waitFor();
    if (id !== undefined) {
      await page.locator(`a[href="#${id}"]`).click();
      await page.locator('.composer').waitFor();
    }
    return page;
  }

  /** By a link from elsewhere: it need not be in the list. */
  async goTo(page: Page, id: string): Promise<void> {
    await page.evaluate(`location.hash = ${JSON.stringify(id)}`);
    await page.locator('.composer').waitFor();
  }

  /** A page with nothing on it. */
  blank(): Promise<Page> {
    return this.#browser.newPage({ viewport: DESKTOP });
  }

  /** Everybody closes their pages: what nobody looks at any more costs the next test no time. */
  async leave(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.stopServer();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function messageIn(page: Page, text: string) {
  return page.locator('.message', { hasText: text });
}

export async function write(page: Page, text: string): Promise<void> {
  await page.locator('.composer textarea').fill(text);
  await page.keyboard.press('Enter');
}

/** Pixels by which the page is wider than the screen. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate<number>(
    `Math.max(0, ...['html', 'body', '.app', '.messages', '.chats > ul', '.panel'].flatMap((name) =>
      [...document.querySelectorAll(name)].map((one) => one.scrollWidth - one.clientWidth)))`,
  );
}
