/** What was wrong, one line each, names only: a value may be a secret, and is never repeated. */
export class BadConfiguration extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'BadConfiguration';
    this.faults = faults;
  }
}

/** Where a setting may stand: an environment variable, a place in the file (`door.perKey.burst`), or both. */
export interface Place {
  readonly env?: string;
  readonly file?: string;
}

interface Found {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads settings one by one, the environment before the file, and gathers everything that is wrong instead of stopping
 * at the first. A setting that is absent or wrong is undefined; whoever reads it has a default.
 */
export class ConfigReader {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #file: unknown;
  readonly #faults: string[] = [];
  readonly #read = new Set<string>();

  constructor(env: Readonly<Record<string, string | undefined>>, file: unknown = {}) {
    this.#env = env;
    this.#file = file;
  }

  text(place: Place): string | undefined {
    const found = this.#find(place);
    if (!found) return undefined;
    return typeof found.value === 'string' ? found.value : this.#fault(found.name, 'must be a text');
  }

  oneOf<T extends string>(place: Place, values: readonly T[]): T | undefined {
    const found = this.#find(place);
    if (!found) return undefined;
    const value = values.find((one) => one === found.value);
    return value ?? this.#fault(found.name, `must be one of ${values.join(', ')}`);
  }

  number(
    place: Place,
    { min, max, whole = false }: { min: number; max: number; whole?: boolean },
  ): number | undefined {
    const found = this.#find(place);
    if (!found) return undefined;
    const { value } = found;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const fits =
      typeof number === 'number' && number >= min && number <= max && (!whole || Number.isInteger(number));
    return fits
      ? number
      : this.#fault(found.name, `must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  }

  flag(place: Place): boolean | undefined {
    const found = this.#find(place);
    if (!found) return undefined;
    if (found.value === true || found.value === 'true') return true;
    return found.value === false || found.value === 'false'
      ? false
      : this.#fault(found.name, 'must be true or false');
  }

  /** The names in a section of the file whose names are somebody's own: ids of workspaces. */
  names(file: string): string[] {
    const section = at(this.#file, file);
    const isSection = typeof section === 'object' && section !== null && !Array.isArray(section);
    return isSection ? Object.keys(section).filter((name) => !name.includes('.')) : [];
  }

  count(place: Place, { min = 1, max = Number.MAX_SAFE_INTEGER } = {}): number | undefined {
    return this.number(place, { min, max, whole: true });
  }

  /** In the environment a comma list, in the file a list of texts. */
  list(place: Place): string[] | undefined {
    const found = this.#find(place);
    if (!found) return undefined;
    const { value } = found;
    const items: unknown = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
    const fits =
      Array.isArray(items) &&
      items.length > 0 &&
      items.every((item) => typeof item === 'string' && item !== '');
    return fits ? (items as string[]) : this.#fault(found.name, 'must be a list of texts');
  }

  url(place: Place, protocols: readonly string[] = ['http:', 'https:']): string | undefined {
    const found = this.#find(place);
    if (!found) return undefined;
    const { value } = found;
    const fits =
      typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol);
    return fits
      ? value
      : this.#fault(found.name, `must be a URL (${protocols.map((one) => `${one}//…`).join(' or ')})`);
  }

  /** Complains about a setting that is there, or is not, for a reason that only its reader knows. */
  complain(name: string, what: string): void {
    this.#fault(name, what);
  }

  /** @throws BadConfiguration naming everything that was wrong, and everything in the file that nobody asked for */
  finish(): void {
    for (const path of leavesOf(this.#file)) {
      if (!this.#read.has(path) && !this.#isSection(path))
        this.#faults.push(`${path} (in the file): no such setting`);
    }
    if (this.#faults.length > 0) throw new BadConfiguration(this.#faults);
  }

  #isSection(path: string): boolean {
    return [...this.#read].some((known) => known.startsWith(`${path}.`));
  }

  #find({ env, file }: Place): Found | undefined {
    if (file !== undefined) this.#read.add(file);
    const fromEnv = env === undefined ? undefined : this.#env[env];
    // An empty variable is how shells and compose files say "not set".
    if (env !== undefined && fromEnv !== undefined && fromEnv !== '') return { name: env, value: fromEnv };
    const fromFile = file === undefined ? undefined : at(this.#file, file);
    return fromFile === undefined || fromFile === null
      ? undefined
      : { name: `${file} (in the file)`, value: fromFile };
  }

  #fault(name: string, what: string): undefined {
    this.#faults.push(`${name}: ${what}`);
    return undefined;
  }
}

function at(tree: unknown, path: string): unknown {
  let value = tree;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** The paths of everything that is not itself a section, and of sections with nothing in them: their name may be wrong. */
function leavesOf(tree: unknown, parent = ''): string[] {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return parent === '' ? [] : [parent];
  const entries = Object.entries(tree);
  if (entries.length === 0) return parent === '' ? [] : [parent];
  return entries.flatMap(([name, value]) => leavesOf(value, parent === '' ? name : `${parent}.${name}`));
}
