/** That the process answers. */
export class LiveView {
  status!: 'ok';
}

/** Whether requests can be carried out. */
export class ReadyView {
  status!: 'ok' | 'unavailable';
  /** What stands in the way, in words for an operator; empty if nothing does. */
  reasons!: string[];
}
