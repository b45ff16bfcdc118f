const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Colour = keyof typeof CODES;
export type Paint = (colour: Colour, text: string) => string;

const noPaint: Paint = (_, text) => text;

const ansiPaint: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;

/** Colours only where somebody looks at a screen, and does not mind them (https://no-color.org). */
export function paintFor(interactive: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  if (env['NO_COLOR'] || env['TERM'] === 'dumb') return noPaint;
  return interactive ? ansiPaint : noPaint;
}
