/**
 * Encodes a graph as a TensorFlow SavedModel, the only format that tfjs-node loads graphs from. Field numbers are those of
 * TensorFlow's saved_model.proto, meta_graph.proto, graph.proto, node_def.proto, attr_value.proto and tensor.proto.
 */
import { PbfWriter } from "pbf";

export interface GraphNode {
  readonly name: string;
  readonly operation: string;
  /** `name` or `name:output`. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A value by TensorFlow's kinds of attributes; `tensor` is a constant. */
export type AttributeValue =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "int" | "float" | "type"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "ints" | "floats" | "shape"; readonly value: readonly number[] }
  | { readonly kind: "tensor"; readonly value: ConstantTensor };

interface ConstantTensor {
  /** TensorFlow's number of the type. */
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export const savedModelTag = "serve";

type Write<T> = (value: T, writer: PbfWriter) => void;

const writeShape: Write<readonly number[]> = (shape, writer) => {
  for (const size of shape)
    writer.writeMessage(2, (value: number, dim) => dim.writeVarintField(1, value), size);
};

const writeTensor: Write<ConstantTensor> = ({ type, shape, bytes }, writer) => {
  writer.writeVarintField(1, type);
  writer.writeMessage(2, writeShape, shape);
  writer.writeBytesField(4, bytes);
};

const writeValue: Write<AttributeValue> = (attribute, writer) => {
  switch (attribute.kind) {
    case "ints":
      return writer.writeMessage(
        1,
        (values, list) => list.writePackedVarint(3, [...values]),
        attribute.value,
      );
    case "floats":
      return writer.writeMessage(1, (values, list) => list.writePackedFloat(4, [...values]), attribute.value);
    case "string":
      return writer.writeBytesField(2, new TextEncoder().encode(attribute.value));
    case "int":
      return writer.writeVarintField(3, attribute.value);
    case "float":
      return writer.writeFloatField(4, attribute.value);
    case "bool":
      return writer.writeBooleanField(5, attribute.value);
    case "type":
      return writer.writeVarintField(6, attribute.value);
    case "shape":
      return writer.writeMessage(7, writeShape, attribute.value);
    case "tensor":
      return writer.writeMessage(8, writeTensor, attribute.value);
  }
};

const writeAttribute: Write<readonly [string, AttributeValue]> = ([name, value], writer) => {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeValue, value);
};

const writeNode: Write<GraphNode> = ({ name, operation, inputs, attributes }, writer) => {
  writer.writeStringField(1, name);
  writer.writeStringField(2, operation);
  for (const input of inputs) writer.writeStringField(3, input);
  for (const entry of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, entry);
};

/** The version of the graph's format; every TensorFlow 2 reads it. */
const graphVersion = 22;

const writeGraph: Write<readonly GraphNode[]> = (nodes, writer) => {
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeMessage(4, (version: number, versions) => versions.writeVarintField(1, version), graphVersion);
};

const writeMetaGraph: Write<readonly GraphNode[]> = (nodes, writer) => {
  writer.writeMessage(1, (tag: string, information) => information.writeStringField(4, tag), savedModelTag);
  writer.writeMessage(2, writeGraph, nodes);
};

/** @returns What belongs in a file named saved_model.pb. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 1);
  writer.writeMessage(2, writeMetaGraph, nodes);
  return writer.finish();
}
