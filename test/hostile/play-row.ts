import { ask, type HttpAnswer, say } from './http-client.js';
import { type Known, OWNER_KEY } from './known-world.js';
import type { HostileRow } from './rows.js';

/** With what stands for each placeholder. */
export function filledWith(known: Known, text: string): string {
  return text.replace(/\{([\w.]+)\}/g, (all, name: string) => known[name] ?? all);
}

export function playRow(
  url: string,
  { request }: HostileRow,
  change: (text: string) => string,
): Promise<HttpAnswer> {
  if (request.raw !== undefined) return say(url, Buffer.from(change(request.raw), 'latin1'));
  const { method, path, headers, body } = request;
  const text =
    typeof body === 'string' || body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const bytes = text === undefined ? undefined : Buffer.isBuffer(text) ? text : Buffer.from(change(text));
  const changed = Object.entries(headers).map(([name, value]) => [name, change(value)]);
  return ask(url, {
    method,
    path: change(path),
    headers: {
      authorization: `Bearer ${OWNER_KEY}`,
      ...(bytes && { 'content-type': 'application/json' }),
      ...(Object.fromEntries(changed) as Record<string, string>),
    },
    body: bytes,
  });
}
