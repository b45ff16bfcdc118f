import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { BadConfiguration } from './config-reader.js';

/** Names of the file that is found without being named. */
export const FOUND_BY_ITSELF = ['posthorn.config.yaml', 'posthorn.config.yml', 'posthorn.config.json'];

/**
 * The structured part of the configuration: the file named by `POSTHORN_CONFIG`, or `posthorn.config.*` in the folder
 * one stands in, or nothing.
 * @throws BadConfiguration if it cannot be read, does not parse, or is not a mapping
 */
export async function readConfigFile(named: string | undefined, folder: string): Promise<unknown> {
  const path =
    named ?? FOUND_BY_ITSELF.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) return {};
  const text = readText(path);
  const tree = extname(path) === '.json' ? parseJson(path, text) : await parseYaml(path, text);
  if (tree === null || tree === undefined) return {};
  if (typeof tree !== 'object' || Array.isArray(tree))
    throw new BadConfiguration([`${path}: must hold named settings`]);
  return tree;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new BadConfiguration([`POSTHORN_CONFIG: the file ${path} cannot be read`]);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own words quote the file, and the file holds secrets.
    throw new BadConfiguration([`${path}: is not valid JSON`]);
  }
}

async function parseYaml(path: string, text: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error)
    throw new BadConfiguration([`${path}: is not valid YAML (line ${lines.linePos(error.pos[0]).line})`]);
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch {
    throw new BadConfiguration([`${path}: refers to itself too often (a bomb of aliases?)`]);
  }
}
