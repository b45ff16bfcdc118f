/** What the import of the file has to come to. */
export interface ExpectedPeople {
  readonly rows: number;
  readonly people: number;
  readonly duplicates: number;
  readonly bad: number;
}

export interface PeopleFile extends ExpectedPeople {
  readonly csv: string;
}

const NAMES = [
  'Ann Baker',
  'Müller, Jürgen',
  "Siân O'Brien",
  'José "Pepe" García',
  'Łukasz Wójcik',
  'Ελένη Παπαδοπούλου',
  'Владимир Соколов',
  '山田 太郎',
  'ياسمين حداد',
  'Nguyễn Thị Hà',
] as const;
const CITIES = ['Zürich', 'São Paulo', '京都', 'Kraków', 'Reykjavík', 'Portland, OR'] as const;
/** Names that nobody can register (RFC 2606). */
const DOMAINS = ['example.com', 'example.org', 'example.net'] as const;
/** What people type into the field for an address. */
const NO_ADDRESSES = [
  'not-an-address',
  'ann@',
  '@example.com',
  'ann@@example.com',
  'two words@example.com',
  'ann@localhost',
  '',
] as const;

/** Of each hundred rows two say again, in capitals, what stands above them, and one holds no address. */
const DUPLICATE_AT = new Set([40, 80]);
const BAD_AT = 99;

/** A file as one gets it from a customer: quoted fields, names in every script, people listed twice, addresses that are none. */
export function peopleCsv(rows: number): PeopleFile {
  const lines = ['email,name,city'];
  const seen = { people: 0, duplicates: 0, bad: 0 };
  for (let row = 0; row < rows; row += 1) {
    const name = quoted(NAMES[row % NAMES.length] ?? '');
    const city = quoted(CITIES[row % CITIES.length] ?? '');
    if (row % 100 === BAD_AT) {
      seen.bad += 1;
      lines.push(`${NO_ADDRESSES[seen.bad % NO_ADDRESSES.length] ?? ''},${name},${city}`);
    } else if (DUPLICATE_AT.has(row % 100)) {
      seen.duplicates += 1;
      lines.push(`${addressOf(row - 1).toUpperCase()},${name},${city}`);
    } else {
      seen.people += 1;
      lines.push(`${addressOf(row)},${name},${city}`);
    }
  }
  return { csv: `${lines.join('\r\n')}\r\n`, rows, ...seen };
}

function addressOf(row: number): string {
  return `person.${String(row).padStart(5, '0')}@${DOMAINS[row % DOMAINS.length] ?? ''}`;
}

function quoted(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
