import { describe, expect, it } from '@jest/globals';
import { withExamples } from './example-data.js';

describe("A template's examples", () => {
  const variables = [
    { name: 'title', example: 'Spring' },
    { name: 'shop.name', example: 'Ink' },
    { name: 'shop.url', example: 'https://shop.example' },
    { name: 'articles', example: [{ title: 'One' }] },
    { name: 'silent', example: null },
  ];

  it('stand in for what is not given, and for nothing else', () => {
    expect(withExamples({ title: '', shop: { name: 'Paper' } }, variables)).toEqual({
      title: '',
      shop: { name: 'Paper', url: 'https://shop.example' },
      articles: [{ title: 'One' }],
    });
  });

  it('never take the place of what each recipient has of their own', () => {
    const own = ['name', 'email', 'locale', 'timezone', 'attributes.city', 'unsubscribeUrl', 'assetsUrl'];
    expect(
      withExamples(
        {},
        own.map((name) => ({ name, example: 'x' })),
      ),
    ).toEqual({});
  });

  it('leave what they are given as it was', () => {
    const given = { shop: { name: 'Paper' } };
    withExamples(given, variables);
    expect(given).toEqual({ shop: { name: 'Paper' } });
  });
});
