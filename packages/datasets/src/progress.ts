/** Progress reports of the loading functions. */

export interface Progress {
  /** `download` counts bytes from the network; `convert` and `read` count bytes of records. */
  readonly phase: "download" | "convert" | "read";
  readonly done: number;
  readonly total: number;
}

export type OnProgress = (progress: Progress) => void;
