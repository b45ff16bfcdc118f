import type { SearchQuery } from '#domain/chat/model/search-query.js';
import type { Term } from '#domain/chat/model/words.js';

/** The index is asked for each conversation of a user by name as long as they are in so few. */
const MOST_NAMED = 64;

/**
 * A query in the language of FTS5, https://sqlite.org/fts5.html#full_text_query_syntax. Each word stands in quotes, and holds
 * letters and digits only, so that there is nothing of that language in it. Undefined if nothing can match.
 * @param mine numbers of the conversations that may be looked into
 */
export function matchOf(query: SearchQuery, mine: readonly number[]): string | undefined {
  const { terms, from, hasAttachment } = query;
  if (mine.length === 0) return undefined;
  const about = [
    ...(mine.length <= MOST_NAMED ? [anyOf(mine.map((no) => `"c${no}"`))] : []),
    ...(from === undefined ? [] : [`"u${Buffer.from(from).toString('hex')}"`]),
    ...(hasAttachment ? ['"a"'] : []),
  ];
  const parts = [
    ...(terms.length === 0 ? [] : [`text : (${allOf(terms.map(inQuotes))})`]),
    ...(about.length === 0 ? [] : [`about : (${allOf(about)})`]),
  ];
  return parts.length === 0 ? undefined : allOf(parts);
}

function inQuotes({ words, isPrefix }: Term): string {
  return `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;
}

const allOf = (parts: readonly string[]): string => parts.join(' AND ');
const anyOf = (parts: readonly string[]): string => `(${parts.join(' OR ')})`;
