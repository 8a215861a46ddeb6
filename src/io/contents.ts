/** The bytes of a source, and the files that a caller passes by name. */

/** The files of a model by name: one file, or several of which one names the others. */
export type Files = Readonly<Record<string, Uint8Array | ArrayBuffer>>;

/** A `File` of a page, or of Node 20 or later. */
export interface FileObject {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The bytes of a source. */
export interface Contents {
  readonly bytes: Uint8Array;
  /** Reads a file in the same folder, or in one below it; undefined if the source is in none. */
  readonly beside?: ((path: string) => Promise<Uint8Array>) | undefined;
  /** The name of this file, if the source was its folder. */
  readonly inFolder?: string | undefined;
  /**
   * Gives back the memory of all but the first so many bytes, in steps of a megabyte. undefined if the bytes are the
   * caller's.
   */
  readonly keepFirst?: ((length: number) => void) | undefined;
}
