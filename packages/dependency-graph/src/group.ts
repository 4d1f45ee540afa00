/** A group: units with the same coupling, and their indices in the model's weights. */
import type { Role } from "./layer-rule.ts";

export type GroupId = string;

/** The indices of a group's units on one axis of one weight. */
export interface Slice {
  /** The layer's path, for instance `backbone/conv1`. */
  readonly layer: string;
  /** The weight's path, for instance `backbone/conv1/kernel`. */
  readonly weight: string;
  readonly axis: number;
  readonly role: Role;
  /** `[units · indicesPerUnit]`: the units' indices on the axis, unit by unit. */
  readonly indices: Int32Array;
  readonly indicesPerUnit: number;
  /** True for a kernel whose output is read only by batch normalisation, which cancels the kernel's scale. */
  readonly normalized: boolean;
}

/** A number in a layer's configuration that counts channels, such as `filters`. It shrinks when units are removed. */
export interface ConfigCount {
  /** The layer's path. */
  readonly layer: string;
  /** The path of the number in `layer.getConfig()`. */
  readonly path: readonly (string | number)[];
  /** `[units]`: the amount by which the number shrinks when a unit is removed. */
  readonly perUnit: Int32Array;
}

export interface Group {
  /**
   * The path of the first layer that produces the units; all producers, joined by "+", if that is not unique; duplicates that
   * remain get `#2`, `#3` and so on.
   */
  readonly id: GroupId;
  readonly unitCount: number;
  readonly slices: readonly Slice[];
  readonly counts: readonly ConfigCount[];
}
