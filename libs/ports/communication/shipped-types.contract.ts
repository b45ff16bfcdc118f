import { beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { readType } from '#domain/communication/model/notification-type.js';
import type { ShippedTemplate } from '#domain/templating/model/shipped-template.js';
import type { TemplateId } from '#domain/templating/model/template.js';
import { completeContent, readDraft, templateName } from '#domain/templating/model/template-draft.js';
import type { Channels, ChannelTraits } from '#ports/delivery/channels.js';
import { type PlainRendered, plainRendered, type Renderer } from '#ports/templating/renderer.js';
import type { TemplateInspector } from '#ports/templating/template-inspector.js';
import type { Templates } from '#ports/templating/templates.js';
import type { ShippedType, ShippedTypes } from './shipped-types.js';

export interface ShippedTypesUnderTest {
  readonly shipped: ShippedTypes;
  /** Every channel a type is shipped for. */
  readonly channels: Channels;
  readonly inspector: TemplateInspector;
  readonly renderer: Renderer;
  readonly templates: Templates;
}

interface Message {
  readonly type: ShippedType;
  readonly channel: ChannelTraits;
  readonly template: ShippedTemplate;
}

const WORKSPACE = 'wsp_ours' as WorkspaceId;

/** What the backbone fills in: only who is addressed by an e-mail address has it told by the platform. */
function platformOf({ addressKind }: ChannelTraits): Record<string, string> {
  const address = addressKind === 'email' ? { email: 'reader@example.com' } : {};
  return { ...address, assetsUrl: 'https://mail.example/assets' };
}

/** Every variable of every channel, with its example. */
export function examplesOf({ templates }: ShippedType): Record<string, unknown> {
  const variables = Object.values(templates).flatMap(({ content }) => content.variables);
  return Object.fromEntries(variables.map(({ name, example }) => [name, example]));
}

/** The least that a notification of a type has. */
export function requiredOf(type: ShippedType): Record<string, unknown> {
  const examples = examplesOf(type);
  return Object.fromEntries(type.requiredData.map((name) => [name, examples[name]]));
}

export async function renderShipped(
  { templates, renderer }: Pick<ShippedTypesUnderTest, 'templates' | 'renderer'>,
  { channel, template }: Pick<Message, 'channel' | 'template'>,
  recipient: Readonly<Record<string, unknown>>,
): Promise<PlainRendered> {
  const { origin, name, locale, content } = template;
  const common = { workspaceId: WORKSPACE, locale, createdAt: 1 };
  const id = `tpl_${origin}` as TemplateId;
  await templates.insert(
    { ...common, id, name, origin, channel: channel.name, currentVersion: 1, updatedAt: 1 },
    { ...common, templateId: id, version: 1, content },
  );
  const prepared = await renderer.prepare(WORKSPACE, id, 1);
  return plainRendered(prepared.render({ recipient, shared: {}, platform: platformOf(channel) }));
}

export function describeShippedTypesContract(name: string, make: () => ShippedTypesUnderTest): void {
  describe(`ShippedTypes: ${name}`, () => {
    let its: ShippedTypesUnderTest;
    let types: readonly ShippedType[];
    let messages: readonly Message[];
    beforeAll(async () => {
      its = make();
      types = await its.shipped.list();
      messages = types.flatMap((type) =>
        Object.entries(type.templates).map(([channelName, template]) => {
          const channel = its.channels.find(channelName);
          if (!channel) throw new Error(`${type.type} is for ${channelName}, which is no channel`);
          return { type, channel, template };
        }),
      );
    });

    it('are types that anybody could have made, each of a name of its own', () => {
      expect(types.length).toBeGreaterThan(0);
      expect(new Set(types.map(({ type }) => type)).size).toBe(types.length);
      const channels = new Set(its.channels.all().map((channel) => channel.name));
      for (const type of types) {
        const templates = Object.fromEntries(Object.keys(type.templates).map((one) => [one, 'tpl_1']));
        expect(readType({ ...type, templates }, channels).type).toBe(type.type);
      }
    });

    it('have a template for each of their channels and no others, each of an origin of its own', () => {
      for (const { channels, templates } of types)
        expect(Object.keys(templates).toSorted()).toEqual(channels.toSorted());
      for (const { channel, template } of messages) expect(template.channel).toBe(channel.name);
      const origins = messages.map(({ template }) => template.origin);
      expect(new Set(origins).size).toBe(origins.length);
    });

    it('have templates that anybody could have made', async () => {
      for (const { channel, template } of messages) {
        expect(templateName(template.name)).toBe(template.name);
        const draft = readDraft(template.content, channel);
        const { variables } = await its.inspector.inspect(draft);
        expect(completeContent(draft, variables, channel)).toEqual(template.content);
      }
    });

    it('have templates that list exactly the variables they use', async () => {
      for (const { template } of messages) {
        const { variables } = await its.inspector.inspect(template.content);
        const used = new Set(variables.map((variable) => variable.split('.')[0]));
        used.delete('assetsUrl');
        const listed = template.content.variables.map((variable) => variable.name);
        expect({ origin: template.origin, listed: listed.toSorted() }).toEqual({
          origin: template.origin,
          listed: [...used].toSorted(),
        });
      }
    });

    it('mean the same by a variable on every channel', () => {
      for (const type of types) {
        const examples = examplesOf(type);
        for (const { content } of Object.values(type.templates))
          for (const { name: variable, example } of content.variables)
            expect(example).toEqual(examples[variable]);
      }
    });

    it('require what their templates require, but for what the platform fills in', () => {
      for (const type of types) {
        const required = messages
          .filter((message) => message.type === type)
          .flatMap(({ channel, template }) =>
            template.content.variables
              .filter((variable) => variable.required && !(variable.name in platformOf(channel)))
              .map((variable) => variable.name),
          );
        expect(type.requiredData.toSorted()).toEqual([...new Set(required)].toSorted());
      }
    });

    it.each([
      ['everything', examplesOf],
      ['no more than is required', requiredOf],
    ])('say something on every channel, given %s', async (_, dataOf) => {
      for (const message of messages) {
        const { subject, html, text } = await renderShipped(its, message, dataOf(message.type));
        expect(text).toMatch(/\w/);
        const said = [subject, html, text].filter((part) => part !== undefined).join('\n');
        expect(said).not.toMatch(/\{\{|undefined|\[object|href=""|src=""/);
      }
    });
  });
}
