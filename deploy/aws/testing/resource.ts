/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** With the stack that it is in: `foundation/OneTable…`. */
export type Named = Resource & { readonly id: string };
