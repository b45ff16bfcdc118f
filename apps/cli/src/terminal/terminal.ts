import type { Clock } from '#ports/system/clock.js';
import { type Paint, paintFor } from './paint.js';
import { cut, textWidth } from './text-width.js';

/** As much of `process.stdout` as we use. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Faster than this nobody reads, and every redraw makes a terminal over a slow line flicker. */
const REDRAW_EVERY_MS = 100;
const DEFAULT_WIDTH = 80;
const ERASE_LINE = '\u001b[2K';

/**
 * What a command says. Lines go to the output one after the other; on a screen a block of live lines may stand below
 * them, redrawn in place. Where the output is a file or a pipe there are no live lines and no colours.
 */
export class Terminal {
  readonly interactive: boolean;
  readonly paint: Paint;
  /** Whether it can be trusted to show more than ASCII. */
  readonly unicode: boolean;
  readonly #out: Screen;
  readonly #err: Screen;
  readonly #clock: Clock;
  #shown: readonly string[] = [];
  #wanted: readonly string[] | undefined;
  #drawnAt = -Infinity;
  #cancelRedraw: () => void = () => {};

  constructor(out: Screen, err: Screen, env: Readonly<Record<string, string | undefined>>, clock: Clock) {
    this.#out = out;
    this.#err = err;
    this.#clock = clock;
    this.interactive = out.isTTY === true && env['TERM'] !== 'dumb';
    this.paint = paintFor(this.interactive, env);
    this.unicode = !this.interactive || speaksUtf8(env);
  }

  /** Columns; boundless where nobody looks at a screen. */
  get width(): number {
    return this.interactive ? (this.#out.columns ?? DEFAULT_WIDTH) : Infinity;
  }

  /** Adds lines for good, above the live ones. */
  print(text = ''): void {
    this.#erase();
    this.#out.write(`${text}\n`);
    this.#draw(this.#wanted ?? this.#shown);
  }

  /** To the error output, where it does not get into what the command was asked for. */
  complain(text: string): void {
    this.settle();
    this.#err.write(`${text}\n`);
  }

  /** Replaces the live lines, at once or within a tenth of a second. Does nothing where there is no screen. */
  live(lines: readonly string[]): void {
    if (!this.interactive) return;
    this.#wanted = lines;
    const since = this.#clock.monotonic() - this.#drawnAt;
    if (since >= REDRAW_EVERY_MS) return this.#redraw();
    this.#cancelRedraw();
    this.#cancelRedraw = this.#clock.after(REDRAW_EVERY_MS - since, () => this.#redraw());
  }

  /** Leaves the live lines where they are, in their last state, and goes on below them. */
  settle(): void {
    if (this.#wanted) this.#redraw();
    this.#shown = [];
  }

  /** Takes the live lines away. */
  clear(): void {
    this.#cancelRedraw();
    this.#erase();
    this.#shown = [];
    this.#wanted = undefined;
  }

  #redraw(): void {
    this.#cancelRedraw();
    const lines = this.#wanted ?? this.#shown;
    this.#wanted = undefined;
    this.#erase();
    this.#draw(lines);
    this.#drawnAt = this.#clock.monotonic();
  }

  #draw(lines: readonly string[]): void {
    if (lines.length === 0) return;
    // A line that is too long would wrap, and the next redraw would leave half of it behind.
    this.#shown = lines.map((line) => (textWidth(line) < this.width ? line : cut(line, this.width - 1)));
    this.#out.write(`${this.#shown.join('\n')}\n`);
  }

  #erase(): void {
    if (this.#shown.length === 0) return;
    this.#out.write(`\u001b[1A${ERASE_LINE}`.repeat(this.#shown.length) + '\r');
  }
}

/** POSIX: the first of these that is set decides. A terminal that says nothing is taken to be of this century. */
function speaksUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale === undefined || /utf-?8/i.test(locale);
}
