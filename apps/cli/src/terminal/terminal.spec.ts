import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { VirtualFile, VirtualScreen } from '../testing/virtual-screen.js';
import { progressBar } from './progress-bar.js';
import { type Screen, Terminal } from './terminal.js';

const aTerminal = (out: Screen, env: Record<string, string> = {}, clock = new DrivenClock()): Terminal =>
  new Terminal(out, new VirtualFile(), { NO_COLOR: '1', ...env }, clock);

describe('the terminal', () => {
  it('redraws live lines in place', async () => {
    const screen = new VirtualScreen();
    const clock = new DrivenClock();
    const terminal = aTerminal(screen, {}, clock);
    terminal.live(['one', 'two', 'three']);
    await clock.advance(200);
    terminal.live(['one more']);
    expect(screen.shown).toEqual(['one more']);
  });

  it('keeps lasting lines above the live ones', async () => {
    const screen = new VirtualScreen();
    const terminal = aTerminal(screen);
    terminal.live(['30 %']);
    terminal.print('something happened');
    expect(screen.shown).toEqual(['something happened', '30 %']);
  });

  it('redraws ten times a second at most, and never forgets the last state', async () => {
    const screen = new VirtualScreen();
    const clock = new DrivenClock();
    const terminal = aTerminal(screen, {}, clock);
    for (let done = 0; done <= 50; done += 1) terminal.live([`${done} %`]);
    expect(screen.shown).toEqual(['0 %']);
    await clock.advance(100);
    expect(screen.shown).toEqual(['50 %']);
  });

  it('leaves the last state standing when it settles', () => {
    const screen = new VirtualScreen();
    const terminal = aTerminal(screen);
    terminal.live(['1 %']);
    terminal.live(['100 %']);
    terminal.settle();
    terminal.print('done');
    expect(screen.shown).toEqual(['100 %', 'done']);
  });

  it('cuts live lines to the width of the screen, by columns and not by characters', () => {
    const screen = new VirtualScreen(10);
    aTerminal(screen).live(['春春春春春春', 'narrow']);
    expect(screen.shown).toEqual(['春春春春…', 'narrow']);
  });

  it('ends colours in a line that it cuts', () => {
    const file = new VirtualFile();
    const screen: Screen = { isTTY: true, columns: 10, write: (text) => file.write(text) };
    const terminal = new Terminal(screen, file, {}, new DrivenClock());
    terminal.live([terminal.paint('red', 'a long red line')]);
    expect(file.text).toBe('\u001b[31ma long r…\u001b[0m\n');
  });

  it('writes neither live lines nor colours to a file', () => {
    const file = new VirtualFile();
    const terminal = new Terminal(file, file, {}, new DrivenClock());
    terminal.live(['30 %']);
    terminal.print(terminal.paint('red', 'done'));
    expect(file.text).toBe('done\n');
  });

  it('paints on a screen, unless NO_COLOR says not to', () => {
    const painted = (env: Record<string, string>): string =>
      new Terminal(new VirtualScreen(), new VirtualFile(), env, new DrivenClock()).paint('green', 'ok');
    expect(painted({})).toBe('\u001b[32mok\u001b[0m');
    expect(painted({ NO_COLOR: '1' })).toBe('ok');
    expect(painted({ TERM: 'dumb' })).toBe('ok');
  });

  it('draws bars in ASCII where the locale knows nothing else', () => {
    const bar = (env: Record<string, string>): string =>
      progressBar(aTerminal(new VirtualScreen(20), env), 0.5, 10);
    expect(bar({ LANG: 'C.UTF-8' })).toBe('█████░░░░░');
    expect(bar({ LANG: 'C' })).toBe('[#####.....]');
  });
});
