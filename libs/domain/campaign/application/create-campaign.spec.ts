import { beforeEach, describe, expect, it } from '@jest/globals';
import { acme, allAtOnce, rival, START } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId, ListId } from '#domain/campaign/model/campaign.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { addPeople } from '../testing/sending.js';
import type { CampaignDraft } from './create-campaign.js';

describe('Making a campaign', () => {
  let storage: Storage;
  let process: Process;
  let fine: CampaignDraft;
  beforeEach(async () => {
    storage = new Storage();
    process = new Process(storage);
    const listIds = [await addPeople(storage, 3)];
    fine = {
      name: 'Spring',
      from: 'Acme, Ltd <News@Acme.Example>',
      templateId: await storage.addTemplate('Hi'),
      listIds,
    };
  });

  const nextId = () => storage.ids.next('cmp') as string as CampaignId;
  const make = (change: Partial<CampaignDraft>) =>
    process.create.execute(acme, nextId(), { ...fine, ...change });
  const refusal = async (change: Partial<CampaignDraft>) => {
    const id = nextId();
    const error: unknown = await process.create.execute(acme, id, { ...fine, ...change }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(await storage.campaigns.find(acme, id)).toBeUndefined();
    return error;
  };

  it('makes a draft of what is said, addresses in their normal form and lists once', async () => {
    const [list] = fine.listIds as ListId[];
    const data = { season: 'Frühling', links: [1, null] };
    const made = await make({
      listIds: [list!, list!],
      replyTo: '<Hello@Acme.Example>',
      subject: 'Hi {{name}}',
      data,
      ratePerSecond: 5,
    });
    expect(made).toEqual({
      id: made.id,
      workspaceId: acme,
      name: 'Spring',
      from: '"Acme, Ltd" <news@acme.example>',
      replyTo: 'hello@acme.example',
      subject: 'Hi {{name}}',
      templateId: fine.templateId,
      listIds: [list],
      data,
      ratePerSecond: 5,
      status: 'draft',
      revision: 0,
      createdAt: START,
    });
    expect(await storage.campaigns.find(acme, made.id)).toEqual(made);
  });

  it('makes it once when the request is repeated, and answers the first', async () => {
    const id = nextId();
    const made = await allAtOnce(4, (i) => process.create.execute(acme, id, { ...fine, name: `try ${i}` }));
    expect(new Set(made.map(({ name }) => name)).size).toBe(1);
    expect((await storage.campaigns.page(acme, { limit: 9 })).data).toHaveLength(1);
  });

  it('names every template and list that is not there, or not the workspace’s', async () => {
    const theirs = storage.ids.next('lst') as string as ListId;
    await storage.lists.insert({ id: theirs, workspaceId: rival, name: 'T', createdAt: START });
    expect(
      await refusal({ templateId: 'tpl_gone', listIds: [...fine.listIds, 'lst_gone', theirs] }),
    ).toMatchObject({
      code: 'validation_failed',
      faults: [
        { pointer: '/templateId', code: 'not_found' },
        { pointer: '/audience/listIds/1', code: 'not_found' },
        { pointer: '/audience/listIds/2', code: 'not_found' },
      ],
    });
  });

  it('needs a subject of its own where the template has none', async () => {
    const templateId = await storage.addTemplate();
    expect(await refusal({ templateId })).toMatchObject({
      faults: [{ pointer: '/subject', code: 'required' }],
    });
    expect((await make({ templateId, subject: 'Hi' })).subject).toBe('Hi');
  });

  it('needs what the template requires of everybody, and asks it of no person', async () => {
    const required = ['headline', 'shop.url', 'name', 'attributes.city', 'unsubscribeUrl'];
    const variables = [
      ...required.map((name) => ({ name, required: true })),
      { name: 'promo', required: false },
    ];
    const templateId = await storage.addTemplate('Hi', variables);
    expect(await refusal({ templateId, data: { headline: null, shop: { name: 'x' } } })).toMatchObject({
      code: 'validation_failed',
      faults: [
        { pointer: '/data/headline', code: 'missing_variable' },
        { pointer: '/data/shop/url', code: 'missing_variable' },
      ],
    });
    const data = { headline: 'Hello', shop: { url: 'https://acme.example' } };
    expect((await make({ templateId, data })).data).toEqual(data);
  });

  it.each<[string, Partial<CampaignDraft>, string]>([
    ['a sender that is none', { from: 'nobody' }, 'invalid_address'],
    ['two senders', { from: 'a@x.io, b@x.io' }, 'invalid_address'],
    ['a line break in the sender', { from: 'Acme\r\nBcc: e@x.io <a@x.io>' }, 'header_injection'],
    ['a line break in replyTo', { replyTo: 'a@x.io\r\nBcc: e@x.io' }, 'header_injection'],
    ['a line break in the name', { name: 'Hi\r\nBcc: e@x' }, 'header_injection'],
    ['a control character in the name', { name: 'Hi\u0007' }, 'header_injection'],
    ['a line break in the subject', { subject: 'Hi\r\nBcc: e@x' }, 'header_injection'],
    [
      'an expression that is not allowed',
      { subject: '{{constructor.constructor}}' },
      'template_forbidden_expression',
    ],
    ['an expression that is none', { subject: 'Hi {{#if' }, 'template_syntax'],
    ['data that is too large', { data: { text: 'x'.repeat(70_000) } }, 'validation_failed'],
  ])('refuses %s', async (_, change, code) => {
    expect(await refusal(change)).toMatchObject({ code });
  });
});
