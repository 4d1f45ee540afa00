/** Saves a model and loads it by tfjs alone, in memory. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

/** The artifacts are copied, so the loaded model shares nothing with the saved one. The caller disposes it. */
export async function saveAndLoad(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = structuredClone(artifacts);
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  });
  await model.save(handler);
  if (saved === undefined) throw new Error("model.save did not call its handler");
  const modelTopology: object = JSON.parse(JSON.stringify(saved.modelTopology));
  return tfl.loadLayersModel(tf.io.fromMemory({ ...saved, modelTopology }));
}
