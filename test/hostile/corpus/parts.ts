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
