/** One request of a document, `api …` in its shell blocks, and what the document shows as its answer. */
export interface TypedRequest {
  readonly method: string;
  /** With its query, from the `/` after the host. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** JSON; undefined where the document shows none. */
  readonly shown: unknown;
}

/** Every block of a language, in their order. */
export function blocksOf(markdown: string, language: string): string[] {
  return fencesOf(markdown).flatMap((fence) => (fence.language === language ? [fence.text] : []));
}

/** The requests in their order. A block of JSON is what the request before it is answered with. */
export function requestsIn(markdown: string): TypedRequest[] {
  const requests: TypedRequest[] = [];
  for (const { language, text } of fencesOf(markdown)) {
    if (language === 'sh') requests.push(...commandsIn(text).map(requestOf));
    const last = language === 'json' ? requests.pop() : undefined;
    if (last) requests.push({ ...last, shown: JSON.parse(text) as unknown });
  }
  return requests;
}

/**
 * Where an answer is not what a document shows, as paths into it; empty if it is. An object may have more fields than are shown,
 * a list may not; `…` in a text stands for anything.
 */
export function differences(shown: unknown, answer: unknown, path = ''): string[] {
  if (typeof shown === 'string' && typeof answer === 'string') {
    const [start = '', ...rest] = shown.split('…');
    const end = rest.at(-1);
    const fits =
      end === undefined
        ? shown === answer
        : answer.startsWith(start) && answer.slice(start.length).endsWith(end);
    return fits ? [] : [`${path}: ${JSON.stringify(answer)}`];
  }
  if (typeof shown !== 'object' || shown === null || typeof answer !== 'object' || answer === null)
    return shown === answer ? [] : [`${path}: ${JSON.stringify(answer)}`];
  if (Array.isArray(shown) && (!Array.isArray(answer) || answer.length !== shown.length))
    return [`${path}: ${JSON.stringify(answer)}`];
  return Object.entries(shown).flatMap(([name, value]) =>
    differences(value, (answer as Record<string, unknown>)[name], `${path}/${name}`),
  );
}

function fencesOf(markdown: string): { language: string; text: string }[] {
  const fences = markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  return [...fences].map(([, language = '', text = '']) => ({ language, text }));
}

/** Each call of `api` in words, as a shell would read it: a quoted text may have line breaks in it. */
function commandsIn(script: string): string[][] {
  const commands = script.matchAll(/^api (?!\()((?:'[^']*'|[^'\n])*)/gm);
  return [...commands].map(([, words = '']) =>
    [...words.matchAll(/'([^']*)'|([^\s']+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
  );
}

function requestOf(words: readonly string[]): TypedRequest {
  const after = (option: string): string[] => words.filter((_, i) => words[i - 1] === option);
  const [body] = after('-d');
  const url = new URL(words.find((word) => word.startsWith('http://')) ?? '');
  const headers = after('-H').map((header) => header.split(/: (.*)/).slice(0, 2));
  return {
    method: after('-X')[0] ?? (body === undefined ? 'GET' : 'POST'),
    // As it is written: a URL would encode the `…` of an id.
    path: (words.find((word) => word.startsWith('http://')) ?? '').slice(url.origin.length),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
    shown: undefined,
  };
}
