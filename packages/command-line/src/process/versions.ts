/** What a result depends on beside its settings: versions of Node and tfjs, and the machine. */
import { availableParallelism, cpus } from "node:os";
import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

/** By name, for a report; `cpu` is for instance `2 × Intel Xeon`. */
export function versions(): Readonly<Record<string, string>> {
  return {
    node: process.versions.node,
    "tfjs-core": tf.version_core,
    "tfjs-layers": tfl.version_layers,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
  };
}
