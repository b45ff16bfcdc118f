import { describe, expect, it } from '@jest/globals';
import { OneAtATime } from './one-at-a-time.js';

/** Runs that end when they are told to. */
class Runs {
  readonly ends: { readonly resolve: (answer: number) => void; readonly reject: (error: Error) => void }[] =
    [];
  readonly once = new OneAtATime(
    () => new Promise<number>((resolve, reject) => this.ends.push({ resolve, reject })),
  );

  get begun(): number {
    return this.ends.length;
  }

  end(run: number): void {
    this.ends[run - 1]?.resolve(run);
  }

  fail(run: number): void {
    this.ends[run - 1]?.reject(new Error(`run ${run}`));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what is done once for all who ask', () => {
  it('begins at once for who comes first, and once more for all who come meanwhile', async () => {
    const runs = new Runs();
    const first = runs.once.ask();
    const others = [runs.once.ask(), runs.once.ask(), runs.once.ask()];
    expect(runs.begun).toBe(1);
    runs.end(1);
    expect(await first).toBe(1);
    await turn();
    expect(runs.begun).toBe(2);
    runs.end(2);
    expect(await Promise.all(others)).toEqual([2, 2, 2]);
  });

  it('answers nobody with a run that began before they asked', async () => {
    const runs = new Runs();
    void runs.once.ask();
    const second = runs.once.ask();
    runs.end(1);
    await turn();
    // The second run is under way: what it reads may be older than this.
    const third = runs.once.ask();
    runs.end(2);
    expect(await second).toBe(2);
    await turn();
    expect(runs.begun).toBe(3);
    runs.end(3);
    expect(await third).toBe(3);
  });

  it('tells of a failure those who waited for that run, and goes on for the others', async () => {
    const runs = new Runs();
    const first = runs.once.ask();
    const second = runs.once.ask();
    runs.fail(1);
    await expect(first).rejects.toThrow('run 1');
    await turn();
    runs.end(2);
    expect(await second).toBe(2);
    const third = runs.once.ask();
    expect(runs.begun).toBe(3);
    runs.fail(3);
    await expect(third).rejects.toThrow('run 3');
  });

  it('is at rest when nobody asks', async () => {
    const runs = new Runs();
    const first = runs.once.ask();
    runs.end(1);
    await first;
    await turn();
    expect(runs.begun).toBe(1);
  });
});
