import type { WorkspaceId } from '#domain/kernel/brand.js';
import { type Device, MOST_DEVICES, type Profile } from '#domain/communication/model/profile.js';
import { type Db, sqliteStore } from '../engine/store.js';

interface Whose {
  readonly workspace: WorkspaceId;
  readonly user: string;
}

type DeviceRow = Omit<Device, 'workspaceId' | 'userId'>;

interface Touch {
  readonly channel: string;
  readonly address: string;
  readonly at: number;
}

function save(
  db: Db,
  { before, after }: { before: Profile | undefined; after: Profile },
): 'saved' | 'conflict' {
  const { workspaceId: workspace, userId: user, revision } = before ?? after;
  const row = { workspace, user, revision: after.revision, body: JSON.stringify(after) };
  const changed = before ? db.run('save', { ...row, revisionBefore: revision }) : db.run('insert', row);
  return changed > 0 ? 'saved' : 'conflict';
}

function remove(db: Db, { workspace, user }: Whose): boolean {
  const devices = db.run('removeDevices', { workspace, user });
  return db.run('remove', { workspace, user }) + devices > 0;
}

/** One that is known is taken out and put in again, so that it counts as registered last. */
function addDevice(db: Db, device: Device): Device {
  const { workspaceId: workspace, userId: user, platform, address, createdAt } = device;
  const id = db.get<{ id: string }>('removeAddress', { workspace, address })?.id ?? device.id;
  db.run('insertDevice', { id, workspace, user, platform, address, createdAt });
  const places = db.get<{ most: number }>('places', { workspace, user })?.most ?? 0;
  if (places > MOST_DEVICES) db.run('dropOldest', { workspace, user, most: MOST_DEVICES });
  return { ...device, id };
}

function removeDevice(db: Db, { workspace, user, id }: Whose & { id: string }): boolean {
  return db.run('removeDevice', { workspace, user, id }) > 0;
}

function removeAddress(db: Db, args: { workspace: string; address: string; until: number }): boolean {
  return db.run('removeUntil', args) > 0;
}

function find(db: Db, { workspace, user }: Whose): Profile | undefined {
  const row = db.get<{ body: string }>('find', { workspace, user });
  return row && (JSON.parse(row.body) as Profile);
}

function devices(db: Db, { workspace, user }: Whose): Device[] {
  const rows = db.all<DeviceRow>('devices', { workspace, user });
  return rows.map((row) => ({ ...row, workspaceId: workspace, userId: user }));
}

export const profilesStore = sqliteStore({
  name: 'profiles',
  sql: new URL('./profiles.sql', import.meta.url),
  writes: {
    save,
    remove,
    addDevice,
    removeDevice,
    removeAddress,
    touch: (db: Db, { channel, address, at }: Touch) => db.run('touch', { channel, address, at }),
  },
  reads: {
    find,
    devices,
    lastInbound: (db: Db, { channel, address }: Omit<Touch, 'at'>) =>
      db.get<{ at: number }>('lastInbound', { channel, address })?.at,
  },
});
