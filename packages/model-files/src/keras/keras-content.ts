/** Reads the content of a Keras file as plain data, which can be sent from one thread to another. */
import { ModelFileError } from "../errors.ts";
import { archivedWeights } from "./archived-weights.ts";
import { parseConfiguration } from "./configuration.ts";
import {
  arrayAt,
  type Hdf5Array,
  type Hdf5Group,
  namesAttribute,
  subgroup,
  textAttribute,
  withHdf5,
} from "./hdf5.ts";

export interface KerasFile {
  /** For messages. */
  readonly name: string;
  readonly hdf5: Uint8Array;
  /** The config.json of a `.keras` file; undefined for an `.h5` file, which holds the configuration itself. */
  readonly config?: string;
}

export interface KerasContent {
  /** JSON. */
  readonly config: string;
  /** By the path of their layer, in the order in which Keras lists the weights of a layer. */
  readonly weights: ReadonlyMap<string, KerasWeight>;
}

interface KerasWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** @throws ModelFileError before values are read, where they take more than 64 times the bytes of the HDF5 file. */
export function readKerasContent({ name, hdf5, config }: KerasFile): Promise<KerasContent> {
  return withHdf5(hdf5, name, (file) => {
    const text = config ?? storedConfiguration(file, name);
    const arrays =
      config === undefined
        ? listedWeights(subgroup(file, "model_weights") as Hdf5Group)
        : archivedWeights(parseConfiguration(config, name), file);
    requirePlausibleSize([...arrays.values()], hdf5.byteLength);
    const weights = [...arrays].map(
      ([path, array]) => [path, { shape: array.shape, values: array.read() }] as const,
    );
    return { config: text, weights: new Map(weights) };
  });
}

function storedConfiguration(file: Hdf5Group, name: string): string {
  const config = textAttribute(file, "model_config");
  if (config !== undefined && subgroup(file, "model_weights") !== undefined) return config;
  throw new ModelFileError(
    `"${name}" holds no model, only weights or other data: save the whole model with model.save("model.keras")`,
  );
}

/** The weights in an `.h5` file, by `layer/weight`. */
function listedWeights(group: Hdf5Group): ReadonlyMap<string, Hdf5Array> {
  const weights = new Map<string, Hdf5Array>();
  for (const layer of namesAttribute(group, "layer_names")) {
    const layerGroup = subgroup(group, layer);
    if (layerGroup === undefined) throw new ModelFileError(`the weights of the layer "${layer}" are missing`);
    for (const weight of namesAttribute(layerGroup, "weight_names")) {
      weights.set(`${layer}/${weight}`, arrayAt(layerGroup, weight));
    }
  }
  return weights;
}

/** HDF5 may compress weights, or not store them at all where they are zero. */
const bytesPerFileByte = 64;
const slack = 2 ** 20;

function requirePlausibleSize(arrays: readonly Hdf5Array[], fileBytes: number): void {
  const count = arrays.reduce((sum, { shape }) => sum + shape.reduce((size, axis) => size * axis, 1), 0);
  const [bytes, limit] = [4 * count, bytesPerFileByte * fileBytes + slack];
  if (bytes <= limit) return;
  throw new ModelFileError(
    `the file has ${fileBytes} bytes and lists weights of ${bytes}, expected at most ${limit}: it is damaged`,
  );
}
