import { describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import { inspectSource } from './inspect-source.js';

const faultIn = async (html: string): Promise<string> => {
  const refusal = await inspectSource({ html }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: 'template_syntax', faults: [{ pointer: '/html' }] });
  return (refusal as Refusal).message;
};

describe('a template that ends too early', () => {
  it.each([
    ['a block', 'a\n{{#if name}}b\nc\n', 'line 2', '{{#if name}}'],
    ['the inner of two', '{{#if a}}\n\n{{#each b}}\nx', 'line 3', '{{#each b}}'],
    ['the outer, the inner being closed', '\n{{#if a}}\n{{#each b}}x{{/each}}\n', 'line 2', '{{#if a}}'],
    ['a block with an else', '{{#if a}}\n{{else}}\nx', 'line 1', '{{#if a}}'],
    ['a block with whitespace control', 'x\n{{~#with a ~}}y', 'line 2', '{{~#with a ~}}'],
    [
      'one behind a comment and an escape',
      '{{!-- {{#if b}} --}}\\{{#if c}}\n{{#if a}}x',
      'line 2',
      '{{#if a}}',
    ],
  ])('names what is open and where: %s', async (_, html, line, opening) => {
    expect(await faultIn(html)).toBe(`html, ${line}: The template ends too early: ${opening} is not closed.`);
  });

  it.each([
    ['a value', 'a\n{{name', 'line 2', '{{name'],
    ['a block', '{{#if a', 'line 1', '{{#if a'],
  ])('names the expression it ends in: %s', async (_, html, line, opening) => {
    const said = await faultIn(html);
    expect(said).toContain(`html, ${line}: `);
    expect(said).toContain(opening);
  });

  it('does not repeat all of an opening that goes on and on', async () => {
    expect((await faultIn(`{{#if ${'a.'.repeat(5_000)}a}}`)).length).toBeLessThan(200);
  });
});
