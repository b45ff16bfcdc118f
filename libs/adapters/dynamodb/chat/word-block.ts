import type { Message } from '#domain/chat/model/message.js';
import type { SearchQuery } from '#domain/chat/model/search-query.js';
import { foldedTerm, foldedWordsOf } from '#domain/chat/model/words.js';

/** Letters of a word that are kept: whoever looks for a longer one finds a few messages more that are looked at. */
const LONGEST_WORD = 40;

/** Places in a block, as a set of bits: the first message of it is the lowest. */
type Places = bigint;

/**
 * What the messages of one block of a log say: each word with the places of those that say it, who wrote which, and which
 * came with files. It names candidates, too many rather than too few; the messages themselves decide.
 */
export class WordBlock {
  /** Ascending, so that words with one beginning stand together. */
  readonly #words: readonly string[];
  readonly #said: readonly Places[];
  readonly #senders: ReadonlyMap<string, Places>;
  readonly #withFiles: Places;
  readonly #all: Places;
  /** When its first message came. */
  readonly cameAt: number;

  private constructor(told: Told) {
    this.#words = told.words.split(' ');
    this.#said = told.said.split(' ').map(placesFrom);
    this.#senders = new Map(told.senders.map(([sender, places]) => [sender, placesFrom(places)]));
    this.#withFiles = placesFrom(told.withFiles);
    this.#all = placesFrom(told.all);
    this.cameAt = told.cameAt;
  }

  /** @param messages those of the block, each with its place */
  static textOf(messages: ReadonlyMap<number, Message>, cameAt: number): string {
    const words = new Map<string, Places>();
    const senders = new Map<string, Places>();
    let [withFiles, all] = [0n, 0n];
    const add = (to: Map<string, Places>, name: string, bit: Places): void =>
      void to.set(name, (to.get(name) ?? 0n) | bit);
    for (const [place, { text, senderId, attachments, deletedAt }] of messages) {
      if (deletedAt !== undefined) continue;
      const bit = 1n << BigInt(place);
      for (const { word } of foldedWordsOf(text)) add(words, word.slice(0, LONGEST_WORD), bit);
      add(senders, senderId, bit);
      if (attachments.length > 0) withFiles |= bit;
      all |= bit;
    }
    const sorted = [...words].sort(([a], [b]) => (a < b ? -1 : 1));
    const told: Told = {
      words: sorted.map(([word]) => word).join(' '),
      said: sorted.map(([, places]) => textOf(places)).join(' '),
      senders: [...senders].map(([sender, places]) => [sender, textOf(places)]),
      withFiles: textOf(withFiles),
      all: textOf(all),
      cameAt,
    };
    return JSON.stringify(told);
  }

  static from(text: string): WordBlock {
    return new WordBlock(JSON.parse(text) as Told);
  }

  /** Places of messages to which the query may apply, ascending. */
  candidates({ terms, from, hasAttachment }: SearchQuery): number[] {
    let left = this.#all;
    if (from !== undefined) left &= this.#senders.get(from) ?? 0n;
    if (hasAttachment) left &= this.#withFiles;
    for (const { words, isPrefix } of terms.map(foldedTerm))
      for (const [at, word] of words.entries())
        left &= this.#saying(word.slice(0, LONGEST_WORD), isPrefix && at === words.length - 1);
    return placesIn(left);
  }

  #saying(word: string, isPrefix: boolean): Places {
    let places = 0n;
    for (let at = this.#firstFrom(word); at < this.#words.length; at += 1) {
      const known = this.#words[at] ?? '';
      if (isPrefix ? !known.startsWith(word) : known !== word) break;
      places |= this.#said[at] ?? 0n;
    }
    return places;
  }

  #firstFrom(word: string): number {
    let [low, high] = [0, this.#words.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#words[middle] ?? '') < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** No word has a space in it. */
interface Told {
  readonly words: string;
  /** Of each word the places, as all places stand here: two letters each. Most words stand in one message of a block. */
  readonly said: string;
  readonly senders: readonly (readonly [sender: string, places: string])[];
  readonly withFiles: string;
  readonly all: string;
  readonly cameAt: number;
}

function textOf(places: Places): string {
  return placesIn(places)
    .map((place) => place.toString(16).padStart(2, '0'))
    .join('');
}

function placesFrom(text: string): Places {
  let places = 0n;
  for (let at = 0; at < text.length; at += 2)
    places |= 1n << BigInt(Number.parseInt(text.slice(at, at + 2), 16));
  return places;
}

function placesIn(set: Places): number[] {
  const places: number[] = [];
  for (let [place, left] = [0, set]; left > 0n; place += 1, left >>= 1n) if (left & 1n) places.push(place);
  return places;
}
