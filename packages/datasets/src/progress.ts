/** How far loading has come. Nothing here draws; an app makes a bar of it. */

export interface Progress {
  /** `download` counts bytes from the network, `convert` and `read` bytes of records. */
  readonly phase: "download" | "convert" | "read";
  readonly done: number;
  readonly total: number;
}

export type OnProgress = (progress: Progress) => void;
