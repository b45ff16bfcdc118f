import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import { type DeliveryId, deliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId, DispatchOrder } from '#domain/delivery/model/dispatch.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { emailAddress, formatMailbox, mailbox } from '#domain/kernel/email-address.js';
import { notFound, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import { Channels, type ChannelTraits } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { PreviewLinks } from '#ports/templating/preview-links.js';
import { Templates } from '#ports/templating/templates.js';
import { TrialRenderer } from '#ports/templating/trial-renderer.js';
import { channelOf } from './channel-of.js';
import { templateData } from './preview-template.js';

export interface TestMail {
  /** An address of the template's channel. */
  readonly to: string;
  /** Of an e-mail: `Name <address>` or a bare address; the one it goes to if left out. */
  readonly from?: string;
  readonly data: unknown;
}

export interface TestSent {
  readonly dispatchId: DispatchId;
  readonly deliveryId: DeliveryId;
}

/** Sends the current version to one address. `id` (`tst_…`) comes from the request: repeating it sends nothing more. */
export class TestSendTemplate extends Command<TestSent> {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  readonly templateId: string;
  readonly mail: TestMail;

  constructor(workspaceId: WorkspaceId, id: string, templateId: string, mail: TestMail) {
    super();
    this.workspaceId = workspaceId;
    this.id = id;
    this.templateId = templateId;
    this.mail = mail;
  }
}

/** Whoever sends himself a test looks for it now; one that comes out tomorrow would only puzzle him. */
const GIVE_UP_AFTER_MS = 60 * 60_000;

@CommandHandler(TestSendTemplate)
export class TestSendTemplateHandler implements ICommandHandler<TestSendTemplate> {
  readonly #templates: Templates;
  readonly #trials: TrialRenderer;
  readonly #delivery: DeliveryFacade;
  readonly #links: PreviewLinks;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    @Inject(Templates) templates: Templates,
    @Inject(TrialRenderer) trials: TrialRenderer,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(PreviewLinks) links: PreviewLinks,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#templates = templates;
    this.#trials = trials;
    this.#delivery = delivery;
    this.#links = links;
    this.#channels = channels;
    this.#clock = clock;
  }

  async execute({ workspaceId, id, templateId, mail }: TestSendTemplate): Promise<TestSent> {
    const recipient = templateData(mail.data);
    const template = await this.#templates.find(workspaceId, templateId);
    if (!template) throw notFound('template');
    const { address, from, platform } = envelope(channelOf(this.#channels, template.channel), mail);
    // Not being a campaign's mail it gets no link of its own that ends a subscription; this one harms nobody.
    const { unsubscribeUrl, preferencesUrl } = this.#links;
    const shared = { unsubscribeUrl, preferencesUrl };
    const version = template.currentVersion;
    // What would fail on the lane is refused here, where somebody is waiting to hear why.
    const context = { recipient, shared, platform: { ...platform, assetsUrl: this.#links.assetsUrl } };
    await this.#trials.render(workspaceId, templateId, version, context);
    const dispatch: DispatchOrder = {
      id: id as DispatchId,
      workspaceId,
      channel: template.channel,
      lane: 'standard',
      purpose: 'transactional',
      unknownPolicy: 'park',
      content: { templateId, templateVersion: version, from, data: shared },
      giveUpAt: this.#clock.now() + GIVE_UP_AFTER_MS,
    };
    await this.#delivery.open(dispatch);
    await this.#delivery.accept(dispatch.id, [{ address, ref: id, data: JSON.stringify(recipient) }]);
    await this.#delivery.seal(dispatch.id);
    return { dispatchId: dispatch.id, deliveryId: deliveryId(dispatch.id, 0) };
  }
}

interface Envelope {
  readonly address: string;
  readonly from: string;
  /** Variables made out of it. */
  readonly platform: Readonly<Record<string, string>>;
}

function envelope(channel: ChannelTraits, { to, from }: TestMail): Envelope {
  if (channel.addressKind === 'email') {
    const email = emailAddress(to, '/to');
    return { address: email, from: formatMailbox(mailbox(from ?? to, '/from')), platform: { email } };
  }
  const address = channel.normalise(to);
  if (address === undefined)
    throw refused('invalid_address', '/to', `Not an address that ${channel.name} goes to.`);
  if (from !== undefined) throw refused('validation_failed', '/from', 'Only an e-mail says whom it is from.');
  return { address, from: '', platform: {} };
}

function refused(code: RefusalCode, pointer: string, detail: string): Refusal {
  return new Refusal(code, detail, { faults: [{ pointer, code, detail }] });
}
