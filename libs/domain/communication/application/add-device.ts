import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { Device } from '#domain/communication/model/profile.js';
import { readUserId } from '#domain/communication/model/profile-draft.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels } from '#ports/delivery/channels.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Clock } from '#ports/system/clock.js';

/** One of `token` and `fid`, as the push provider's library gave it to the application. */
export interface DeviceDraft {
  readonly platform: Device['platform'];
  readonly token?: string | null | undefined;
  readonly fid?: string | null | undefined;
}

/**
 * Registers where a user takes push. They need no profile for it: an application's own start may be quicker than the server
 * that tells us who they are. A device that somebody else has registered before is this user's from now on.
 */
@Injectable()
export class AddDevice {
  readonly #profiles: Profiles;
  readonly #channels: Channels;
  readonly #suppressions: Suppressions;
  readonly #clock: Clock;

  constructor(
    @Inject(Profiles) profiles: Profiles,
    @Inject(Channels) channels: Channels,
    @Inject(Suppressions) suppressions: Suppressions,
    @Inject(Clock) clock: Clock,
  ) {
    this.#profiles = profiles;
    this.#channels = channels;
    this.#suppressions = suppressions;
    this.#clock = clock;
  }

  /**
   * @param id `dev_…`, from the request; the device keeps the id under which its address is known already
   * @throws Refusal `validation_failed` | `invalid_address`
   */
  async run(workspaceId: WorkspaceId, userId: string, id: string, draft: DeviceDraft): Promise<Device> {
    const user = readUserId(userId);
    const { platform } = draft;
    const address = this.#addressOf(draft);
    const createdAt = this.#clock.now();
    const device = { id, workspaceId, userId: user, platform, address, createdAt };
    const added = await this.#profiles.addDevice(device);
    await this.#revive(workspaceId, address);
    return added;
  }

  /**
   * A device that was unregistered, and is registered again under the same name, is there again: what its provider said of it
   * before is old news. Should the process die before this, the application's next start says it once more.
   */
  async #revive(workspaceId: WorkspaceId, address: string): Promise<void> {
    const { data } = await this.#suppressions.page(workspaceId, address, { limit: 10 });
    for (const { id, reason } of data)
      if (reason === 'hard_bounce') await this.#suppressions.remove(workspaceId, id);
  }

  #addressOf({ token, fid }: DeviceDraft): string {
    if ((token == null) === (fid == null))
      throw refused('validation_failed', '', 'Give either token or fid.');
    const kind = token == null ? 'fid' : 'token';
    const taking = this.#channels.all().find(({ addressKind }) => addressKind === 'devices');
    if (!taking) throw refused('validation_failed', `/${kind}`, 'No channel here reaches devices.');
    const address = taking.normalise(`${kind}:${token ?? fid}`);
    if (address === undefined) throw refused('invalid_address', `/${kind}`, 'No device has such an address.');
    return address;
  }
}

function refused(code: RefusalCode, pointer: string, detail: string): Refusal {
  return new Refusal(code, detail, { faults: [{ pointer, code, detail }] });
}
