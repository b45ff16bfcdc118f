import { beforeEach, describe, expect, it } from '@jest/globals';
import { email } from '#adapters/channels/email-channel.js';
import { push } from '#adapters/channels/push-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { HandlebarsTrialRenderer } from '#adapters/handlebars/handlebars-trial-renderer.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { MemoryDeliveries } from '#adapters/memory/delivery/memory-deliveries.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import { DeliveryService } from '#domain/delivery/application/delivery-service.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { TemplateWithContent } from '../model/template.js';
import { CreateTemplate, CreateTemplateHandler, type NewTemplate } from './create-template.js';
import { FindTemplate } from './find-template.js';
import { PreviewTemplate } from './preview-template.js';
import {
  SaveTemplateVersion,
  SaveTemplateVersionHandler,
  type TemplateRewrite,
} from './save-template-version.js';
import { TemplatingService } from './templating-service.js';
import { TestSendTemplate, TestSendTemplateHandler } from './test-send-template.js';
import { ValidateData } from './validate-data.js';

const OURS = 'wsp_ours' as WorkspaceId;
const THEIRS = 'wsp_theirs' as WorkspaceId;
const links = {
  unsubscribeUrl: 'https://mail.example/u/preview',
  preferencesUrl: 'https://mail.example/p/preview',
  assetsUrl: 'https://mail.example/assets',
};

const channels = new RegisteredChannels([email, sms, push]);

describe('Templating', () => {
  let clock: DrivenClock;
  let templates: MemoryTemplates;
  let backbone: MemoryDeliveryBackbone;
  let ids: CountingIds;
  let creating: CreateTemplateHandler;
  let saving: SaveTemplateVersionHandler;
  let finding: FindTemplate;
  let preview: PreviewTemplate;
  let facade: TemplatingService;
  let testSending: TestSendTemplateHandler;

  beforeEach(() => {
    clock = new DrivenClock();
    templates = new MemoryTemplates();
    ids = new CountingIds();
    backbone = new MemoryDeliveryBackbone(new MemoryOutbox(), ids, clock);
    const inspector = new HandlebarsInspector();
    const trials = new HandlebarsTrialRenderer(templates);
    creating = new CreateTemplateHandler(templates, inspector, channels, clock);
    finding = new FindTemplate(templates);
    saving = new SaveTemplateVersionHandler(finding, templates, inspector, channels, clock);
    preview = new PreviewTemplate(templates, trials, links, channels);
    facade = new TemplatingService(templates, inspector);
    const delivery = new DeliveryService(
      new MemoryDispatches(backbone),
      new MemoryLedger(backbone),
      new MemorySuppressions(backbone),
      new SignedLinks(
        { value: 'https://mail.example.com' },
        new HmacUnsubscribeTokens(new Uint8Array(32)),
        new SignedPreferenceTokens(new Uint8Array(32)),
      ),
      clock,
      ids,
    );
    testSending = new TestSendTemplateHandler(templates, trials, delivery, links, channels, clock);
  });

  const create = (
    template: Partial<NewTemplate>,
    id: string = ids.next('tpl'),
  ): Promise<TemplateWithContent> =>
    creating.execute(new CreateTemplate(OURS, id, { name: 'Hello', ...template }));
  const save = (id: string, rewrite: TemplateRewrite): Promise<TemplateWithContent> =>
    saving.execute(new SaveTemplateVersion(OURS, id, rewrite));
  const refusalOf = async (doing: Promise<unknown>): Promise<Refusal> => {
    const error = await doing.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Refusal);
    return error as Refusal;
  };

  describe('creating', () => {
    it('keeps a template with its first version', async () => {
      const variables = [{ name: 'name', required: true, example: 'Zoë' }];
      const made = await create({
        subject: 'Hi {{name}}',
        html: '<p>{{name}}</p>',
        variables,
        locale: 'de-at',
      });
      expect(made).toMatchObject({ name: 'Hello', channel: 'email', locale: 'de-AT', currentVersion: 1 });
      expect(made.content).toEqual({ subject: 'Hi {{name}}', html: '<p>{{name}}</p>', variables });
      expect(await finding.run(OURS, made.id)).toEqual(made);
    });

    it('finds out the variables of a template that lists none, without those the platform makes', async () => {
      const { content } = await create({
        text: 'Hi {{name}} from {{attributes.city}}: {{unsubscribeUrl}} {{email}}',
      });
      expect(content.variables).toEqual([
        { name: 'name', required: false },
        { name: 'attributes.city', required: false },
      ]);
    });

    it('makes one template of a request that is repeated', async () => {
      const first = await create({ text: 'Hi' }, 'tpl_same');
      await clock.advance(60_000);
      expect(await create({ text: 'Hi' }, 'tpl_same')).toEqual(first);
      expect((await templates.page(OURS, { limit: 10 })).data).toHaveLength(1);
    });

    const wrong: readonly [string, Partial<NewTemplate>, RefusalCode, string][] = [
      ['html that is an object', { html: { type: 'Program', body: [] } }, 'template_must_be_string', '/html'],
      ['a subject that is a list', { subject: ['a'], text: 'x' }, 'template_must_be_string', '/subject'],
      ['text that is a number', { text: 5 }, 'template_must_be_string', '/text'],
      ['half a megabyte and one', { text: 'x'.repeat(524_289) }, 'template_too_large', '/text'],
      [
        'a subject that is a page',
        { text: 'x', subject: 'x'.repeat(2_001) },
        'template_too_large',
        '/subject',
      ],
      [
        'a subject of two lines',
        { text: 'x', subject: 'Hi\r\nBcc: e@x.example' },
        'header_injection',
        '/subject',
      ],
      ['nothing in it', {}, 'validation_failed', '/html'],
      ['a helper there is not', { html: '{{log secret}}' }, 'template_forbidden_expression', '/html'],
      ['no name', { text: 'x', name: ' ' }, 'validation_failed', '/name'],
      ['a name of two lines', { text: 'x', name: 'a\nb' }, 'validation_failed', '/name'],
      ['a locale there cannot be', { text: 'x', locale: 'english please' }, 'validation_failed', '/locale'],
      ['a channel there is not', { text: 'x', channel: 'fax' }, 'validation_failed', '/channel'],
      ['variables that are not a list', { text: 'x', variables: {} }, 'validation_failed', '/variables'],
      ['a variable without a name', { text: 'x', variables: [{}] }, 'validation_failed', '/variables/0/name'],
      [
        'a variable of the language',
        { text: 'x', variables: [{ name: 'a.__proto__' }] },
        'validation_failed',
        '/variables/0/name',
      ],
      [
        'a variable that may be required',
        { text: 'x', variables: [{ name: 'a', required: 'yes' }] },
        'validation_failed',
        '/variables/0/required',
      ],
      [
        'a variable twice',
        { text: 'x', variables: [{ name: 'a' }, { name: 'a' }] },
        'validation_failed',
        '/variables/1/name',
      ],
      [
        'huge examples',
        { text: 'x', variables: [{ name: 'a', example: 'x'.repeat(70_000) }] },
        'template_too_large',
        '/variables',
      ],
    ];
    it.each(wrong)('refuses %s, and keeps nothing', async (_what, template, code, pointer) => {
      const refusal = await refusalOf(create(template));
      expect(refusal.code).toBe(code);
      expect(refusal.faults[0]?.pointer).toBe(pointer);
      expect((await templates.page(OURS, { limit: 1 })).data).toEqual([]);
    });

    it('keeps for each channel the parts that its messages have', async () => {
      const variables = [{ name: 'code', required: true }];
      const text = await create({ channel: 'sms', text: '{{code}}', variables });
      expect(text).toMatchObject({ channel: 'sms', content: { text: '{{code}}', variables } });
      const untitled = await create({ channel: 'push', text: '{{code}}' });
      expect(untitled.content).not.toHaveProperty('subject');
      const titled = await create({ channel: 'push', subject: 'Code', text: '{{code}}' });
      expect(titled.content).toMatchObject({ subject: 'Code', text: '{{code}}' });
    });

    const unfit: readonly [string, Partial<NewTemplate>, string[]][] = [
      ['html for a text message', { channel: 'sms', html: '<p>x</p>', text: 'x' }, ['/html']],
      ['html for a push message', { channel: 'push', html: '', text: 'x' }, ['/html']],
      ['a subject for a text message', { channel: 'sms', subject: 'x', text: 'x' }, ['/subject']],
      ['a text message without text', { channel: 'sms' }, ['/text']],
      ['a push message of a title only', { channel: 'push', subject: 'x', text: ' \n' }, ['/text']],
      ['a mail for a telephone', { channel: 'sms', subject: 'x', html: 'x' }, ['/html', '/text', '/subject']],
      ['a channel that is no name', { channel: ['sms'], text: 'x' }, ['/channel']],
      ['a channel of every object', { channel: 'constructor', text: 'x' }, ['/channel']],
    ];
    it.each(unfit)('refuses %s, and keeps nothing', async (_what, template, pointers) => {
      const refusal = await refusalOf(create(template));
      expect(refusal.code).toBe('validation_failed');
      expect(refusal.faults.map(({ pointer }) => pointer)).toEqual(pointers);
      expect((await templates.page(OURS, { limit: 1 })).data).toEqual([]);
    });

    it('says which channels there are', async () => {
      const refusal = await refusalOf(create({ channel: 'fax', text: 'x' }));
      expect(refusal.message).toBe('There is no such channel here. There are: email, sms, push.');
    });

    it('takes an e-mail address for data where people are not addressed by it', async () => {
      const { content } = await create({ channel: 'sms', text: '{{email}} {{assetsUrl}}' });
      expect(content.variables).toEqual([{ name: 'email', required: false }]);
    });

    it('names every part that is not a string', async () => {
      const refusal = await refusalOf(create({ html: {}, text: [], subject: 1 }));
      expect(refusal.faults.map(({ pointer }) => pointer)).toEqual(['/subject', '/html', '/text']);
    });
  });

  describe('saving a version', () => {
    it('leaves the version before it as it was', async () => {
      const { id } = await create({ text: 'one {{a}}' });
      await clock.advance(1000);
      const second = await save(id, { text: 'two {{b}}', name: 'Renamed' });
      expect(second).toMatchObject({ currentVersion: 2, name: 'Renamed', updatedAt: clock.now() });
      expect((await finding.run(OURS, id)).content.text).toBe('two {{b}}');
      expect((await templates.findVersion(OURS, id, 1))?.content.text).toBe('one {{a}}');
    });

    it('keeps what was said of the variables that are still used, where a version lists none', async () => {
      const variables = [
        { name: 'name', required: true, example: 'Zoë' },
        { name: 'order', required: true },
        { name: 'shop.name', required: true },
        { name: 'gone', required: true },
        { name: 'unsubscribeUrl', required: true },
      ];
      const text = '{{name}} {{order.number}} {{#with shop}}{{name}}{{/with}} {{gone}} {{unsubscribeUrl}}';
      const { id } = await create({ text, variables });
      const { content } = await save(id, { text: text.replace('{{gone}}', '{{new}}') });
      expect(content.variables).toEqual(
        [...variables.filter(({ name }) => name !== 'gone'), { name: 'new', required: false }].map((one) =>
          expect.objectContaining(one),
        ),
      );
      expect((await refusalOf(preview.run(OURS, id, {}))).code).toBe('missing_variable');
      expect((await save(id, { text: 'Hi {{name}}', variables: [] })).content.variables).toEqual([]);
    });

    it('saves nothing where nothing has changed, so that a request may be repeated', async () => {
      const { id } = await create({ text: 'one' });
      await save(id, { text: 'two' });
      expect((await save(id, { text: 'two' })).currentVersion).toBe(2);
    });

    it('gives each of many writers a version of his own', async () => {
      const { id } = await create({ text: '0' });
      const saved = await Promise.all(['1', '2', '3', '4'].map((text) => save(id, { text })));
      expect(saved.map(({ currentVersion }) => currentVersion).sort()).toEqual([2, 3, 4, 5]);
    });

    it('refuses to override a version its writer has not seen', async () => {
      const { id } = await create({ text: 'one' });
      await save(id, { text: 'two', expectedVersion: 1 });
      const refusal = await refusalOf(save(id, { text: 'three', expectedVersion: 1 }));
      expect(refusal.code).toBe('already_exists');
      expect((await finding.run(OURS, id)).content.text).toBe('two');
    });

    it('keeps to the channel, and to its parts', async () => {
      const { id } = await create({ channel: 'sms', text: 'one' });
      expect((await refusalOf(save(id, { html: '<p>two</p>', text: 'two' }))).faults[0]?.pointer).toBe(
        '/html',
      );
      expect((await refusalOf(save(id, { channel: 'push', text: 'two' }))).faults[0]?.pointer).toBe(
        '/channel',
      );
      expect(await save(id, { channel: 'sms', text: 'two' })).toMatchObject({
        channel: 'sms',
        currentVersion: 2,
      });
    });

    it('refuses what creating would refuse, and knows no template of another workspace', async () => {
      const { id } = await create({ text: 'one' });
      expect((await refusalOf(save(id, { text: '{{> x}}' }))).code).toBe('template_forbidden_expression');
      const theirs = saving.execute(new SaveTemplateVersion(THEIRS, id, { text: 'two' }));
      expect((await refusalOf(theirs)).code).toBe('not_found');
      expect((await finding.run(OURS, id)).currentVersion).toBe(1);
    });
  });

  describe('previewing', () => {
    it('renders the current version with the data given, and links that harm nobody', async () => {
      const html = '<p>{{name}} {{email}}</p><a href="{{unsubscribeUrl}}">out</a>';
      const { id } = await create({ subject: 'Hi {{name}}', html });
      const rendered = await preview.run(OURS, id, { name: '<b>', unsubscribeUrl: 'javascript:x' });
      expect(rendered.subject).toBe('Hi <b>');
      expect(rendered.html).toBe(
        `<p>&lt;b&gt; somebody@example.com</p><a href="${links.unsubscribeUrl}">out</a>`,
      );
      expect(rendered.text).toBe(`<b> somebody@example.com\n\nout <${links.unsubscribeUrl}>\n`);
    });

    it('does not escape what a text message says: nobody would take it back', async () => {
      const { id } = await create({ channel: 'sms', text: '{{name}}: {{url}}' });
      const data = { name: '<b>Tom & "Ann"</b>', url: 'https://a.example/?a=1&b=2' };
      expect(await preview.run(OURS, id, data)).toEqual({
        subject: undefined,
        html: undefined,
        text: '<b>Tom & "Ann"</b>: https://a.example/?a=1&b=2',
      });
    });

    it('has a title for a push message that has one, and somebody’s address in mails only', async () => {
      const { id } = await create({ channel: 'push', subject: 'For {{name}}', text: 'Hi {{email}}' });
      expect(await preview.run(OURS, id, { name: 'Tom & Ann' })).toMatchObject({
        subject: 'For Tom & Ann',
        text: 'Hi ',
      });
      const untitled = await create({ channel: 'push', text: 'Hi' });
      expect((await preview.run(OURS, untitled.id, {})).subject).toBeUndefined();
      const mail = await create({ text: 'Hi' });
      expect((await preview.run(OURS, mail.id, {})).subject).toBe('');
    });

    it('names every variable that is missing', async () => {
      const variables = ['name', 'city'].map((name) => ({ name, required: true }));
      const { id } = await create({ text: '{{name}}', variables });
      const refusal = await refusalOf(preview.run(OURS, id, {}));
      expect(refusal.code).toBe('missing_variable');
      expect(refusal.faults.map(({ pointer }) => pointer)).toEqual(['/data/name', '/data/city']);
    });
    it.each([null, [], 'text', undefined])('refuses data that is no object: %j', async (data) => {
      const { id } = await create({ text: 'x' });
      expect((await refusalOf(preview.run(OURS, id, data))).faults[0]?.pointer).toBe('/data');
    });

    it('shows nothing of another workspace', async () => {
      const { id } = await create({ text: 'x' });
      expect((await refusalOf(preview.run(THEIRS, id, {}))).code).toBe('not_found');
    });

    it('can tell whether data would do, without rendering for anybody', async () => {
      const { id } = await create({ text: '{{name}}', variables: [{ name: 'name', required: true }] });
      const validating = new ValidateData(preview);
      expect(await validating.run(OURS, id, { name: 'Ann' })).toEqual({ valid: true });
      expect(await validating.run(OURS, id, {})).toMatchObject({ valid: false, code: 'missing_variable' });
      expect((await refusalOf(validating.run(OURS, 'tpl_none', {}))).code).toBe('not_found');
    });
  });

  describe('sending a test', () => {
    const dispatchId = 'tst_00000000000000000000000001' as DispatchId;
    const send = (
      templateId: string,
      mail: { to?: string; from?: string; data?: unknown } = {},
    ): Promise<unknown> =>
      testSending.execute(
        new TestSendTemplate(OURS, dispatchId, templateId, {
          to: 'Anna@Example.com',
          from: 'Us <us@example.com>',
          data: { name: 'Anna' },
          ...mail,
        }),
      );

    it('orders one mail of the current version on the standard lane, and no more', async () => {
      const { id } = await create({
        text: '{{name}}: {{unsubscribeUrl}}',
        variables: [{ name: 'unsubscribeUrl', required: true }],
      });
      expect(await send(id)).toEqual({ dispatchId, deliveryId: deliveryId(dispatchId, 0) });
      await send(id);
      expect(await new MemoryDispatches(backbone).find(dispatchId)).toEqual({
        dispatch: {
          id: dispatchId,
          workspaceId: OURS,
          channel: 'email',
          lane: 'standard',
          purpose: 'transactional',
          unknownPolicy: 'park',
          linkBase: 'https://mail.example.com',
          content: {
            templateId: id,
            templateVersion: 1,
            from: 'Us <us@example.com>',
            data: { unsubscribeUrl: links.unsubscribeUrl, preferencesUrl: links.preferencesUrl },
          },
          giveUpAt: clock.now() + 3_600_000,
        },
        control: 'open',
        sealed: true,
      });
      expect((await new MemoryDeliveries(backbone).page(OURS, {}, { limit: 10 })).data).toMatchObject([
        { id: deliveryId(dispatchId, 0), address: 'anna@example.com', ref: dispatchId, status: 'pending' },
      ]);
    });

    it('goes to a telephone as a text message', async () => {
      const { id } = await create({ channel: 'sms', text: '{{name}}' });
      const mail = { to: '+49 170 1234567', data: { name: 'Anna' } };
      await testSending.execute(new TestSendTemplate(OURS, dispatchId, id, mail));
      expect((await new MemoryDispatches(backbone).find(dispatchId))?.dispatch).toMatchObject({
        channel: 'sms',
        content: { templateId: id, from: '' },
      });
      expect((await new MemoryDeliveries(backbone).page(OURS, {}, { limit: 10 })).data).toMatchObject([
        { address: '+491701234567', status: 'pending' },
      ]);
    });

    it('goes nowhere with an address of another channel, or a sender that a text message cannot have', async () => {
      const { id } = await create({ channel: 'sms', text: 'x' });
      const test = (mail: { to: string; from?: string }) =>
        refusalOf(testSending.execute(new TestSendTemplate(OURS, dispatchId, id, { ...mail, data: {} })));
      expect(await test({ to: 'anna@example.com' })).toMatchObject({
        code: 'invalid_address',
        faults: [{ pointer: '/to' }],
      });
      expect(await test({ to: '+491701234567', from: 'us@example.com' })).toMatchObject({
        code: 'validation_failed',
        faults: [{ pointer: '/from' }],
      });
      expect(await new MemoryDispatches(backbone).find(dispatchId)).toBeUndefined();
    });

    it('refuses here what would fail on the lane, and orders nothing', async () => {
      const { id } = await create({
        subject: '{{name}}',
        text: 'x',
        variables: [{ name: 'name', required: true }],
      });
      const refusals = [
        await refusalOf(send(id, { data: {} })),
        await refusalOf(send(id, { data: { name: 'a\r\nBcc: e@x.example' } })),
        await refusalOf(send(id, { to: 'a@x.example,b@x.example' })),
        await refusalOf(send(id, { to: 'b@x.example\r\nBcc: evil@x.example' })),
        await refusalOf(send(id, { from: 'nobody' })),
        await refusalOf(send('tpl_none')),
      ];
      expect(refusals.map(({ code }) => code)).toEqual([
        'missing_variable',
        'header_injection',
        'invalid_address',
        'header_injection',
        'invalid_address',
        'not_found',
      ]);
      expect(await new MemoryDispatches(backbone).find(dispatchId)).toBeUndefined();
    });
  });

  describe('for other contexts', () => {
    it('tells what is current of a template, and nothing of one that is not there', async () => {
      const variables = [{ name: 'name', required: true, example: 'Ann' }];
      const { id } = await create({ text: 'Hi {{name}}', variables });
      expect(await facade.current(OURS, id)).toEqual({
        version: 1,
        channel: 'email',
        hasSubject: false,
        text: 'Hi {{name}}',
        variables,
      });
      await save(id, { subject: 'Now {{name}}', text: 'Hi', variables: [] });
      expect(await facade.current(OURS, id)).toEqual({
        version: 2,
        channel: 'email',
        hasSubject: true,
        text: 'Hi',
        variables: [],
      });
      expect(await facade.current(THEIRS, id)).toBeUndefined();
    });
    it.each<[unknown, RefusalCode]>([
      ['Hi\r\nBcc: evil@x.example', 'header_injection'],
      ['Hi {{#if', 'template_syntax'],
      ['{{log name}}', 'template_forbidden_expression'],
      [{ $ne: null }, 'template_must_be_string'],
    ])('refuses a subject that a template could not have: %j', async (subject, code) => {
      const refusal = await refusalOf(facade.checkSubject(subject));
      expect(refusal.code).toBe(code);
      expect(refusal.faults[0]?.pointer).toBe('/subject');
    });
    it('takes a subject with variables', async () => {
      await expect(facade.checkSubject('Hi {{default name "you"}}')).resolves.toBeUndefined();
    });
  });
});
