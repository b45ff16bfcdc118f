import { readFile } from 'node:fs/promises';
import { cannotRead, UsageTrouble } from './trouble.js';

/** Variables of a template, as the API takes them. */
export type TemplateData = Readonly<Record<string, unknown>>;

const NAME = /^[^.=:\s][^.=:]*(?:\.[^.=:]+)*$/;

/**
 * Variables as they are typed: `city=Paris` is a text, `count:=3` any JSON value, `shop.name=Ink` part of an object.
 * @param base what they are added to, and win over
 * @throws UsageTrouble naming the one that is none
 */
export function readData(pairs: readonly string[], base: TemplateData = {}): Record<string, unknown> {
  const data = structuredClone(base) as Record<string, unknown>;
  for (const pair of pairs) {
    const [, name = '', sign, value = ''] = /^([^=]*?)(:?=)(.*)$/s.exec(pair) ?? [];
    if (!NAME.test(name) || name.split('.').includes('__proto__')) {
      throw new UsageTrouble(`--data: ${JSON.stringify(pair)} is not like name=value.`);
    }
    put(data, name.split('.'), sign === ':=' ? jsonOf(name, value) : value);
  }
  return data;
}

/** @throws Trouble if the file cannot be read, or holds anything but one JSON object */
export async function readDataFile(file: string): Promise<TemplateData> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageTrouble(`--data-file: ${file} is not JSON: ${(error as SyntaxError).message}`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new UsageTrouble(`--data-file: ${file} must hold one JSON object, {"variable": value, …}.`);
  }
  return data as TemplateData;
}

/** The value that a name leads to, where a dot reaches into an object; undefined if there is none. */
export function valueAt(data: TemplateData, name: string): unknown {
  return name.split('.').reduce<unknown>((of, part) => {
    const within = typeof of === 'object' && of !== null && Object.hasOwn(of, part);
    return within ? (of as Record<string, unknown>)[part] : undefined;
  }, data);
}

/** Puts a value where a name leads to, making the objects on the way. */
export function put(
  into: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
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
