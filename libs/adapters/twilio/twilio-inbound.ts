import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import type { CallbackReading } from '#ports/delivery/provider-callbacks.js';
import { readTwilioAddress } from './twilio-address.js';
import type { CallbackFacts, Field } from './twilio-callback-facts.js';

/** Twilio's own keywords, and those that 47 CFR 64.1200(a)(10) has everybody in the USA understand. */
const STOP_WORDS: ReadonlySet<string> = new Set([
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
  'OPT OUT',
]);
const START_WORDS: ReadonlySet<string> = new Set(['START', 'YES', 'UNSTOP']);
const LONGEST_KEYWORD = 20;

/** Somebody wrote to one of our numbers. Nothing can be told of a sender that has no number: a bank's short code, a name. */
export function readInbound({ sid, about, field }: CallbackFacts): CallbackReading {
  const from = readTwilioAddress(field('From'));
  if (from === undefined) return { kind: 'told', events: [], inbound: [] };
  const { channel, number } = from;
  const wish = wishOf(field);
  const event: ProviderEvent | undefined = wish && {
    key: `${sid}:received`,
    kind: wish,
    ...about,
    address: number,
  };
  // An event names no channel and counts for SMS. A STOP on WhatsApp may well end more than it had to; a START there is
  // no leave to write by SMS.
  const believed = event !== undefined && (channel === 'sms' || wish === 'opted_out');
  const inbound = [{ channel, from: number, at: about.at }];
  return { kind: 'told', events: believed ? [event] : [], inbound };
}

/** Twilio says what it took the message for where the account has its own keywords; elsewhere the words have to do. */
function wishOf(field: Field): 'opted_out' | 'opted_in' | undefined {
  const said = field('OptOutType') || field('Body') || '';
  if (said.length > LONGEST_KEYWORD) return undefined;
  const keyword = said
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
    .toUpperCase();
  if (STOP_WORDS.has(keyword)) return 'opted_out';
  return START_WORDS.has(keyword) ? 'opted_in' : undefined;
}
