/** The form of a page, as somebody with a browser has it before them. */
export interface PreferenceForm {
  readonly text: string;
  /** Every tick by its name, set or not. */
  readonly ticks: Readonly<Record<string, boolean>>;
  /** Those that cannot be changed. */
  readonly fixed: readonly string[];
  /** The values of the categories' buttons. */
  readonly buttons: readonly string[];
  tick(name: string): PreferenceForm;
  untick(name: string): PreferenceForm;
  /** What the browser sends: a tick that is not set, or cannot be changed, is not sent. */
  fields(): Record<string, string>;
}

export function aPreferenceForm(
  text: string,
  changes: Readonly<Record<string, boolean>> = {},
): PreferenceForm {
  const inputs = [...text.matchAll(/<input\s+type="checkbox"\s+name="([^"]+)"([^>]*)>/g)];
  const ticks: Record<string, boolean> = {};
  for (const [, name = '', rest = ''] of inputs) ticks[name] = /\schecked\b/.test(rest);
  const fixed = inputs.filter(([, , rest = '']) => /\sdisabled\b/.test(rest)).map(([, name = '']) => name);
  const change = (name: string, to: boolean): PreferenceForm => {
    if (ticks[name] === undefined) throw new Error(`The page has no tick ${name}.`);
    return aPreferenceForm(text, { ...changes, [name]: to });
  };
  return {
    text,
    ticks,
    fixed,
    buttons: [...text.matchAll(/<button class="all" name="category" value="([^"]+)"/g)].map(
      ([, one = '']) => one,
    ),
    tick: (name) => change(name, true),
    untick: (name) => change(name, false),
    fields() {
      const [, was = ''] = /<input\s+type="hidden"\s+name="was"\s+value="([^"]*)"/.exec(text) ?? [];
      const set = Object.entries({ ...ticks, ...changes }).filter(
        ([name, on]) => on && !fixed.includes(name),
      );
      return { was, ...Object.fromEntries(set.map(([name]) => [name, 'on'])) };
    },
  };
}
