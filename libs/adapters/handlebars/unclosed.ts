/** An expression that something is missing of. */
export interface Unclosed {
  /** As it is written, or the beginning of it. */
  readonly opening: string;
  readonly line: number;
}

const SHOWN = 60;

/** What is open where a source ends: the expression it ends in, or else the block that was opened last. */
export function unclosedIn(source: string): Unclosed | undefined {
  const blocks: number[] = [];
  for (let at = source.indexOf('{{'); at >= 0;) {
    const escaped = source[at - 1] === '\\' && source[at - 2] !== '\\';
    const end = escaped ? at + 2 : endOf(source, at);
    if (end === undefined) return unclosed(source, at);
    const inside = source.slice(at + 2, end).replace(/^~/, '');
    if (!escaped && /^#|^\^\s*[^\s~}]/.test(inside)) blocks.push(at);
    if (!escaped && inside.startsWith('/')) blocks.pop();
    at = source.indexOf('{{', end);
  }
  const last = blocks.at(-1);
  return last === undefined ? undefined : unclosed(source, last);
}

/** Behind the braces that close the expression at `at`. */
function endOf(source: string, at: number): number | undefined {
  const comment = /^\{\{~?!(--)?/.exec(source.slice(at, at + 6));
  const close = comment?.[1] === undefined ? /\}\}/g : /--~?\}\}/g;
  close.lastIndex = at + 2;
  return close.exec(source) ? close.lastIndex : undefined;
}

function unclosed(source: string, at: number): Unclosed {
  const [opening = ''] = /^[^\n}]*\}{0,2}/.exec(source.slice(at, at + SHOWN)) ?? [];
  return { opening: opening.trim(), line: source.slice(0, at).split('\n').length };
}
