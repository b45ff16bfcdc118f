/** Bodies that would be taken, but for the parts put into them. */
export const campaign = (parts: object): object => ({
  name: 'Hostile',
  from: 'news@canary.example',
  templateId: '{template}',
  audience: { listIds: ['{list}'] },
  ...parts,
});
export const mail = (parts: object): object => ({ to: 'somebody@canary.example', ...parts });
export const person = (parts: object): object => ({ email: 'somebody@canary.example', ...parts });
/** Never sent: what is taken by mistake changes nothing either. */
export const note = (parts: object): object => ({
  type: 'hostile_note',
  to: { userId: '{user}' },
  data: { name: 'x' },
  test: true,
  ...parts,
});
export const notificationType = (parts: object): object => ({
  type: 'hostile_type',
  lane: 'standard',
  channels: ['inbox'],
  templates: { inbox: '{template.inbox}' },
  ...parts,
});
export const user = (parts: object): object => ({ locale: 'de', ...parts });
export const device = (parts: object): object => ({ platform: 'ios', token: 't'.repeat(32), ...parts });
export const endpoint = (parts: object): object => ({
  url: 'https://hooks.canary.example/in',
  events: ['nothing.ever'],
  ...parts,
});
