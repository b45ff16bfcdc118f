import type { SocketSettings } from '#adapters/socketio/socket-settings.js';
import type { CommunicationSettings } from '#domain/communication/application/communication-settings.js';
import type { ServerConfig } from './config/server-config.js';

export function socketSettingsOf({ sockets, door }: ServerConfig): SocketSettings {
  const { trustedProxies, perAddress } = door;
  return { origins: sockets.origins, trustedProxies, perAddress };
}

export function communicationSettingsOf({ emailFrom, quotas }: ServerConfig): CommunicationSettings {
  return { from: emailFrom, ...(quotas && { quotas }) };
}
