import { describe, expect, it } from '@jest/globals';
import { describeTemplateInspectorContract } from '#ports/templating/template-inspector.contract.js';
import { slowness } from '#test/support/yardstick.js';
import { HandlebarsInspector } from './handlebars-inspector.js';
import { Inspection } from './inspection.js';

const onItsThread = new HandlebarsInspector(-1);
describeTemplateInspectorContract('HandlebarsInspector, on its thread', () => onItsThread);

/** Milliseconds of processor time that one inspection may cost the thread that serves, its first time included. */
const MOST_CPU_MS = 25;

describe('inspecting a template', () => {
  const html = (expressions: number): string =>
    Array.from({ length: expressions }, (_, i) => `<p>{{attributes.number${i}}}</p>`).join('');
  const cpuOf = async (act: () => Promise<unknown>): Promise<number> => {
    const before = process.threadCpuUsage();
    await act();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000 / slowness();
  };

  it('with 990 expressions costs the asking thread next to nothing, hot or cold', async () => {
    const inspector = new HandlebarsInspector();
    for (let time = 0; time < 3; time++) {
      let variables = 0;
      const inspect = async (): Promise<void> => {
        variables = (await inspector.inspect({ html: html(990) })).variables.length;
      };
      expect(await cpuOf(inspect)).toBeLessThan(MOST_CPU_MS);
      expect(variables).toBe(990);
    }
  });

  it('of ordinary size needs no other thread', async () => {
    const inspection = new Inspection();
    const inspector = new HandlebarsInspector(undefined, inspection);
    await inspector.inspect({ subject: 'Hi {{name}}', html: html(90) });
    expect(inspection.running).toBe(false);
    await inspector.inspect({ html: html(101) });
    expect(inspection.running).toBe(true);
  });

  it('lets its thread go when nothing is asked of it, and starts another when something is', async () => {
    const inspection = new Inspection(0);
    for (let time = 0; time < 2; time++) {
      const { variables } = await inspection.inspect({ html: '{{a}}' });
      expect(variables).toEqual(['a']);
      while (inspection.running) await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('answers whoever brought what cannot be told to another thread, and lets the thread go', async () => {
    const inspection = new Inspection(0);
    const content = { text: 'x', variables: [] };
    const context = { recipient: { name: () => 'Tom' }, shared: {}, platform: {} };
    await expect(inspection.render({ content, locale: 'en', context })).rejects.toThrow(
      /could not be cloned/,
    );
    while (inspection.running) await new Promise((resolve) => setImmediate(resolve));
  });

  it('answers many at once, each its own', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `v${i}`);
    const all = await Promise.all(names.map((name) => onItsThread.inspect({ text: `{{${name}}}` })));
    expect(all.map(({ variables }) => variables)).toEqual(names.map((name) => [name]));
  });

  it('tells whoever waits when the thread dies, and inspects the next template on another', async () => {
    const inspection = new Inspection();
    const notText = { html: 5 as never };
    await expect(inspection.inspect(notText)).rejects.toThrow(/is not a function/);
    expect((await inspection.inspect({ html: '{{a}}' })).variables).toEqual(['a']);
  });
});
