import { UsageTrouble } from './trouble.js';

const NAME = /^[^.=:\s][^.=:]*(?:\.[^.=:]+)*$/;

/**
 * Variables as they are typed: `city=Paris` is a text, `count:=3` any JSON value, `shop.name=Ink` part of an object.
 * @throws UsageTrouble naming the one that is none
 */
export function readData(pairs: readonly string[]): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name = '', sign, value = ''] = /^([^=]*?)(:?=)(.*)$/s.exec(pair) ?? [];
    if (!NAME.test(name) || name.split('.').includes('__proto__')) {
      throw new UsageTrouble(`--data: ${JSON.stringify(pair)} is not like name=value.`);
    }
    put(data, name.split('.'), sign === ':=' ? jsonOf(name, value) : value);
  }
  return data;
}

function put(into: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const object = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
  into[first] = object;
  put(object as Record<string, unknown>, rest, value);
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageTrouble(`--data: after ${name}:= there must be JSON.`, `For a plain text write ${name}=…`);
  }
}
