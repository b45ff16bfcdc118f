export class ImportView {
  /** `imp_…` */
  id!: string;
  status!: 'queued' | 'running' | 'finished' | 'failed';
  /** Records read so far: always created + updated + rejected. */
  rows!: number;
  created!: number;
  updated!: number;
  rejected!: number;
  /** 0..1, by bytes of the file. */
  progress!: number;
  /** Why it failed as a whole; null unless `status` is `failed`. */
  reason!: string | null;
  /** A CSV of line, code and detail for each rejected record, the first 10,000 of them; null while there are none. */
  errorsUrl!: string | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
  finishedAt!: string | null;
}
