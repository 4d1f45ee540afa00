/** A process that imports tfjs and nothing of ours: prints the layer classes that tfjs-layers registers, as JSON. */
import { serialization } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";

const classes = Object.entries(serialization.SerializationMap.getMap().classNameMap);
const isLayer = ([, [candidate]]) => candidate.prototype instanceof layers.Layer;
console.log(JSON.stringify(classes.filter(isLayer).map(([name]) => name)));
