import type { ChosenMailings } from '#domain/campaign/application/choose-mailings.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Chosen } from '#domain/communication/application/choose-notifications.js';
import { Refusal } from '#domain/kernel/refusal.js';

/** Names of the form's ticks. Those of types and channels hold no colon. */
export const MAILINGS = 'mailings';
export const listTick = (listId: string): string => `list:${listId}`;
export const typeTick = (type: string, channel: string): string => `type:${type}:${channel}`;
/** The button of a category, pressed. */
export const CATEGORY = 'category';
export const categoryValue = (category: string, wanted: boolean): string =>
  `${wanted ? 'on' : 'off'}:${category}`;
/** The names of all that was ticked when the page was made: what differs is what the person changed. */
export const WAS = 'was';

export interface Wishes {
  readonly mailings: Pick<ChosenMailings, 'all' | 'lists'>;
  readonly notifications: Chosen;
}

/**
 * What somebody changed on the page. A tick that nobody touched says nothing: the page may be of yesterday, and something else
 * may have been said since.
 * @throws Refusal `validation_failed`
 */
export function readWishes(form: unknown): Wishes {
  const fields = typeof form === 'object' && form !== null ? (form as Record<string, unknown>) : {};
  const before = fields[WAS];
  if (typeof before !== 'string')
    throw new Refusal('validation_failed', `The form has a field ${WAS}: what was ticked when it was shown.`);
  const was = new Set(before.split(' ').filter((name) => name !== ''));
  const is = new Set(Object.keys(fields).filter((name) => name === MAILINGS || name.includes(':')));
  const changed = [...was, ...is].filter((name) => was.has(name) !== is.has(name));
  const of = (kind: string): [name: string, wanted: boolean][] =>
    changed
      .filter((name) => name.startsWith(`${kind}:`))
      .map((name) => [name.slice(kind.length + 1), is.has(name)]);
  const category = categoryOf(fields[CATEGORY]);
  return {
    mailings: {
      ...(changed.includes(MAILINGS) && { all: is.has(MAILINGS) }),
      lists: of('list').map(([listId, wanted]) => ({ listId: listId as ListId, wanted })),
    },
    notifications: {
      choices: of('type').map(([name, wanted]) => {
        const [type = '', channel = ''] = name.split(':');
        return { type, channel, wanted };
      }),
      ...(category && { category }),
    },
  };
}

function categoryOf(value: unknown): Chosen['category'] {
  const [, how, name] = /^(on|off):(.+)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return name === undefined ? undefined : { name, wanted: how === 'on' };
}
