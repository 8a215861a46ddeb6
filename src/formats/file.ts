/** A model file, and the way to others that it names. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  /** Reads a file by its path from the model's folder; undefined if the model is nothing but bytes. */
  readonly beside?: ((path: string) => Promise<Uint8Array>) | undefined;
}
