/** A tenant. */
export class WorkspaceView {
  /** `wsp_…` */
  id!: string;
  name!: string;
  /** ISO 8601, UTC. */
  createdAt!: string;
}
