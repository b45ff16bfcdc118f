/** Characters of a text that stand for the subject it has none of. */
const LONGEST = 80;

/** What a mail is called: by its subject, or else (an SMS, a push) by how its text begins, on one line. */
export function mailTitle({ subject, text }: { subject: string; text?: string | undefined }): string {
  if (subject !== '') return subject;
  const characters = [...(text ?? '').replace(/\s+/g, ' ').trim()];
  if (characters.length === 0) return '(no subject)';
  return characters.length <= LONGEST ? characters.join('') : `${characters.slice(0, LONGEST).join('')}…`;
}
