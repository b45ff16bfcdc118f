import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { AdvanceInboxItem } from '#domain/communication/application/advance-inbox-item.js';
import { Inbox } from '#ports/communication/inbox.js';
import { memoryPorts } from '../../deliveries/testing/memory-ports.js';
import { RestRig, type RunningRest, startRest } from '../../testing/rest-rig.js';
import { InboxController } from '../inbox.controller.js';
import { UserInboxController } from '../user-inbox.controller.js';

/** The REST paths of the inbox over memory, on a clock that stands still. */
export class InboxServer extends RestRig {
  readonly inbox: MemoryInbox;

  private constructor(running: RunningRest, inbox: MemoryInbox) {
    super(running);
    this.inbox = inbox;
  }

  static async start(): Promise<InboxServer> {
    const inbox = new MemoryInbox();
    const running = await startRest(memoryPorts(new DrivenClock()), [{ provide: Inbox, useValue: inbox }], {
      providers: [AdvanceInboxItem],
      controllers: [InboxController, UserInboxController],
    });
    return new InboxServer(running, inbox);
  }
}
