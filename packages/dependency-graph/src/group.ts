/** A group: units with the same coupling, and where they lie in the model's weights. */
import type { Role } from "./layer-rule.ts";

export type GroupId = string;

/** Where a group's units lie on one axis of one weight. */
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
  /** Only for kernels: the output goes straight into batch normalisation, which undoes the kernel's scale. */
  readonly normalized: boolean;
}

/** A number in a layer's configuration that counts channels, such as `filters`. It shrinks as units go. */
export interface ConfigCount {
  /** The layer's path. */
  readonly layer: string;
  /** Where the number is in `layer.getConfig()`. */
  readonly path: readonly (string | number)[];
  /** `[units]`: by how much the number shrinks when a unit is removed. */
  readonly perUnit: Int32Array;
}

export interface Group {
  /** The path of the first layer that produces the units; several paths where one is not unique. */
  readonly id: GroupId;
  readonly unitCount: number;
  readonly slices: readonly Slice[];
  readonly counts: readonly ConfigCount[];
}
