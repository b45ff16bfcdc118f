import { count, plain } from '../terminal/words.js';
import { closest } from './closest.js';
import { Trouble } from '../trouble.js';
import type { ApiClient } from './api-client.js';

const KINDS = {
  list: { path: '/v1/lists', prefix: 'lst' },
  template: { path: '/v1/templates', prefix: 'tpl' },
  campaign: { path: '/v1/campaigns', prefix: 'cmp' },
} as const;

export type Kind = keyof typeof KINDS;

export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Whatever goes by this id or name; undefined if nothing does. The server knows ids; names are for people, who may have
 * given one twice.
 * @throws Trouble if several go by that name
 */
export async function find(client: ApiClient, kind: Kind, idOrName: string): Promise<Named | undefined> {
  const { path, prefix } = KINDS[kind];
  // An id that is unknown gets the server's own answer.
  if (new RegExp(`^${prefix}_[0-9a-z]{26}$`).test(idOrName)) return client.get<Named>(`${path}/${idOrName}`);
  const found: Named[] = [];
  for await (const one of client.list<Named>(path)) if (one.name === idOrName) found.push(one);
  if (found.length > 1) {
    const ids = found.slice(0, 5).map(({ id }) => id);
    const more = found.length > ids.length ? ', …' : '';
    throw new Trouble(
      `${count(found.length)} ${kind}s are called ${plain(idOrName)}.`,
      `Use an id: ${ids.join(', ')}${more}`,
    );
  }
  return found[0];
}

/** @throws Trouble if there is none */
export async function findOne(client: ApiClient, kind: Kind, idOrName: string): Promise<Named> {
  const found = await find(client, kind, idOrName);
  if (found) return found;
  throw new Trouble(`There is no ${kind} called ${plain(idOrName)}.`, await others(client, kind, idOrName));
}

/** Names that are read to find a like one: whoever has more than this knows what they are called. */
const MOST_NAMES = 2_000;
const SHOWN = 5;

async function others(client: ApiClient, kind: Kind, wanted: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of client.list<Named>(KINDS[kind].path))
    if (names.push(name) >= MOST_NAMES) break;
  if (names.length === 0) return `There are no ${kind}s yet.`;
  const like = closest(wanted, names);
  const meant = like === undefined ? '' : `Did you mean ${quoted(like)}? `;
  const shown = names.slice(0, SHOWN).map(quoted).join(', ');
  return `${meant}There are: ${shown}${names.length > SHOWN ? ', …' : ''}`;
}

/** As it has to be typed. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${plain(name)}'`;
}
