import type { WorkspaceId } from '#domain/kernel/brand.js';
import { formatMailbox, mailbox } from '#domain/kernel/email-address.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import type { TemplatingFacade } from '#domain/templating/templating.facade.js';
import { readType, type TypeDraft } from '#domain/communication/model/notification-type.js';
import type { Channels } from '#ports/delivery/channels.js';

/** What a draft says, once nothing is left to object to. */
export type TypeFacts = ReturnType<typeof readType>;

/**
 * A draft whose channels there are, and whose templates the workspace has, each of the channel it stands for. Templates
 * never go away and never change their channel, so what holds here holds whenever a notification is sent.
 * @throws Refusal `validation_failed` | `invalid_address` | `header_injection`
 */
export async function checkType(
  workspaceId: WorkspaceId,
  draft: TypeDraft,
  channels: Channels,
  templates: TemplatingFacade,
): Promise<TypeFacts> {
  const facts = readType(draft, new Set(channels.all().map(({ name }) => name)));
  const from = draft.from === undefined ? {} : { from: formatMailbox(mailbox(draft.from, '/from')) };
  const faults = await faultsOfTemplates(workspaceId, draft, templates);
  const [first] = faults;
  if (first) throw new Refusal('validation_failed', first.detail, { faults });
  return { ...facts, ...from };
}

async function faultsOfTemplates(
  workspaceId: WorkspaceId,
  draft: TypeDraft,
  templates: TemplatingFacade,
): Promise<FieldFault[]> {
  const wanted = Object.entries(draft.templates).flatMap(([channel, given]) =>
    typeof given === 'string'
      ? [{ channel, id: given, pointer: `/templates/${channel}` }]
      : Object.entries(given).map(([locale, id]) => ({
          channel,
          id,
          pointer: `/templates/${channel}/${locale}`,
        })),
  );
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const found = await Promise.all(ids.map((id) => templates.current(workspaceId, id)));
  const channelOf = new Map<string, string | undefined>(ids.map((id, i) => [id, found[i]?.channel]));
  return wanted.flatMap(({ channel, id, pointer }) => {
    const its = channelOf.get(id);
    if (its === channel) return [];
    if (its === undefined) return [{ pointer, code: 'not_found', detail: 'No such template.' }];
    return [{ pointer, code: 'wrong_channel', detail: `A template of ${its}, not of ${channel}.` }];
  });
}
