import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { MemoryAudiences } from '#adapters/memory/campaign/memory-audiences.js';
import { MemoryCampaigns } from '#adapters/memory/campaign/memory-campaigns.js';
import { MemoryImports } from '#adapters/memory/campaign/memory-imports.js';
import { MemoryLists } from '#adapters/memory/campaign/memory-lists.js';
import { MemoryPeople } from '#adapters/memory/campaign/memory-people.js';
import { MemorySubscribers } from '#adapters/memory/campaign/memory-subscribers.js';
import { MemoryUnsubscribes } from '#adapters/memory/campaign/memory-unsubscribes.js';
import { MemoryDeliveries } from '#adapters/memory/delivery/memory-deliveries.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryFailedMessages } from '#adapters/memory/delivery/memory-failed-messages.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { CsvParseReader } from '#adapters/csv/csv-parse-reader.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import { DeliveryService } from '#domain/delivery/application/delivery-service.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import { TemplatingService } from '#domain/templating/application/templating-service.js';
import type { TemplateId, TemplateVariable } from '#domain/templating/model/template.js';
import { acme, START } from '#ports/campaign/testing/campaign-stores.js';
import type { DeliveryStores } from '#ports/delivery/testing/delivery-stores.js';
import { AccountForCampaign } from '../application/campaign-account.js';
import { CampaignWork } from '../application/campaign-work.js';
import { ControlCampaign } from '../application/control-campaign.js';
import { CreateCampaign } from '../application/create-campaign.js';
import { ExpandCampaigns, type ExpansionLimits } from '../application/expand-campaigns.js';
import { ExportSubscribers } from '../application/export-subscribers.js';
import { FreezeCampaign } from '../application/freeze-campaign.js';
import { RunImports } from '../application/run-imports.js';
import { StartImport } from '../application/start-import.js';
import { Unsubscribe } from '../application/unsubscribe.js';
import { CampaignModule } from '../campaign.module.js';
import { Life, mortal } from './mortal.js';

/** What outlives a process: the stores of this context and a whole delivery backbone, in memory. */
export class Storage {
  readonly clock = new DrivenClock(START);
  readonly ids = new CountingIds();
  readonly outbox = new MemoryOutbox();
  readonly timers = new MemoryTimers();
  readonly blobs = new MemoryBlobs(this.clock);
  readonly templates = new MemoryTemplates();
  readonly campaigns = new MemoryCampaigns(this.outbox, this.clock);
  readonly #people = new MemoryPeople();
  readonly unsubscribes = new MemoryUnsubscribes(this.campaigns, this.#people);
  readonly lists = new MemoryLists(this.#people);
  readonly subscribers = new MemorySubscribers(this.#people);
  readonly audiences = new MemoryAudiences(this.#people);
  readonly imports = new MemoryImports(this.#people, this.clock);
  readonly #backbone = new MemoryDeliveryBackbone(this.outbox, this.ids, this.clock);
  readonly delivery: DeliveryStores = {
    dispatches: new MemoryDispatches(this.#backbone),
    ledger: new MemoryLedger(this.#backbone),
    lanes: new MemoryLanes(this.#backbone),
    deliveries: new MemoryDeliveries(this.#backbone),
    failedMessages: new MemoryFailedMessages(this.#backbone),
    suppressions: new MemorySuppressions(this.#backbone),
    untold: async () => (await this.outbox.untold(1000)).map(({ event }) => event),
    close: async () => {},
  };

  /** A template with a subject, or without one. */
  async addTemplate(subject?: string, variables: readonly TemplateVariable[] = []): Promise<string> {
    const id = this.ids.next('tpl') as TemplateId;
    const at = { workspaceId: acme, locale: 'en', createdAt: START };
    const content = { ...(subject !== undefined && { subject }), text: 'Hello {{name}}', variables };
    const template = { ...at, id, name: 'T', channel: 'email', currentVersion: 1, updatedAt: START } as const;
    await this.templates.insert(template, { ...at, templateId: id, version: 1, content });
    return id;
  }

  async editTemplate(
    templateId: string,
    version: number,
    variables: readonly TemplateVariable[] = [],
  ): Promise<void> {
    const at = { workspaceId: acme, templateId: templateId as TemplateId, locale: 'en', createdAt: START };
    const content = { subject: `Version ${version}`, text: 'Hello', variables };
    await this.templates.saveVersion({ ...at, version, content }, { name: 'T', locale: 'en' });
  }
}

const small: ExpansionLimits = { page: 10, pagesInTurn: 2, ahead: 1000 };

/** One process over the storage, with every use case of the context and all that runs beside them. */
export class Process {
  readonly life: Life;
  readonly log = new MemoryLog();
  readonly create: CreateCampaign;
  readonly control: ControlCampaign;
  readonly account: AccountForCampaign;
  readonly unsubscribe: Unsubscribe;
  readonly startImport: StartImport;
  readonly exportSubscribers: ExportSubscribers;
  readonly imports: RunImports;
  readonly expansion: ExpandCampaigns;
  /** What delivery was asked, `control halted 3`. */
  readonly asked: string[] = [];
  readonly #duties: readonly { start(): void; stop(): Promise<void> }[];

  constructor(storage: Storage, life = new Life(), limits: ExpansionLimits = small) {
    this.life = life;
    const { log } = this;
    const { clock, ids, outbox, lists, subscribers, unsubscribes, blobs } = storage;
    const timeOfLife = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms: number, wake: () => void) => clock.after(ms, () => (life.ended ? undefined : wake())),
    };
    const campaigns = mortal(storage.campaigns, life, ['insert', 'find', 'save', 'advance', 'unexpanded']);
    const audiences = mortal(storage.audiences, life, ['page', 'count']);
    const timers = mortal(storage.timers, life, ['set', 'due', 'done', 'next']);
    const imports = mortal(storage.imports, life, ['insert', 'find', 'unfinished', 'commit']);
    const delivery = this.#recording(storage, life);
    const templates = new TemplatingService(storage.templates, new HandlebarsInspector());
    const work = new CampaignWork();
    const relay = new RelayEvents(
      mortal(outbox, life, ['untold', 'told']),
      timeOfLife,
      new SeededRandomness(1),
      log,
    );
    const ringing = new RingTimers(timers, timeOfLife, new SeededRandomness(2), log);
    this.create = new CreateCampaign(campaigns, lists, templates, timeOfLife);
    this.control = new ControlCampaign(
      campaigns,
      delivery,
      new FreezeCampaign(templates, audiences),
      timers,
      timeOfLife,
      work,
    );
    this.account = new AccountForCampaign(delivery, audiences, unsubscribes);
    this.unsubscribe = new Unsubscribe(unsubscribes, delivery, timeOfLife);
    this.startImport = new StartImport(imports, lists, blobs, timeOfLife, work);
    this.exportSubscribers = new ExportSubscribers(subscribers);
    this.imports = new RunImports({ imports, blobs, csv: new CsvParseReader(), clock: timeOfLife, ids, log });
    this.expansion = new ExpandCampaigns({ campaigns, audiences, delivery, clock: timeOfLife, log }, limits);
    new CampaignModule(this.control, relay, ringing, work, this.expansion, this.imports).onModuleInit();
    this.#duties = [relay, ringing, this.expansion, this.imports];
  }

  start(): this {
    for (const duty of this.#duties) duty.start();
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#duties.map((duty) => duty.stop()));
  }

  #recording({ delivery, clock, ids }: Storage, life: Life): DeliveryFacade {
    const { dispatches, ledger, suppressions } = delivery;
    const links = new SignedLinks(
      { value: 'https://mail.example' },
      new HmacUnsubscribeTokens(new Uint8Array(32)),
      new SignedPreferenceTokens(new Uint8Array(32)),
    );
    const service = new DeliveryService(dispatches, ledger, suppressions, links, clock, ids);
    const calls = [
      'open',
      'accept',
      'openWhole',
      'seal',
      'control',
      'stats',
      'suppressForMarketing',
    ] as const;
    const alive = mortal<DeliveryFacade>(service, life, calls);
    return {
      open: (dispatch) => {
        this.asked.push(`open version ${dispatch.content.templateVersion}`);
        return alive.open(dispatch);
      },
      accept: (id, recipients) => {
        this.asked.push(`accept ${recipients.length}`);
        return alive.accept(id, recipients);
      },
      openWhole: (dispatch, recipients) => alive.openWhole(dispatch, recipients),
      seal: (id) => {
        this.asked.push('seal');
        return alive.seal(id);
      },
      control: (id, control, revision) => {
        this.asked.push(`control ${control} ${revision}`);
        return alive.control(id, control, revision);
      },
      stats: (id) => alive.stats(id),
      suppressForMarketing: (workspaceId, address, at) =>
        alive.suppressForMarketing(workspaceId, address, at),
    };
  }
}
