/** Places the layer calls of a network on a plane: a row is one step from the input, columns follow those of the inputs. */
import { type LayerCall, modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

export const nodeSize = { width: 200, height: 40 } as const;
const gap = { x: 24, y: 34 } as const;

export interface PlacedCall {
  readonly call: LayerCall;
  /** Of the upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly nodes: readonly PlacedCall[];
  /** Indices of nodes. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  readonly width: number;
  readonly height: number;
}

export function layoutOf(model: tfl.LayersModel): Layout {
  const { calls, producers } = modelGraph(model);
  const indexOf = new Map(calls.map((call, i) => [call, i]));
  const inputsOf = calls.map(({ inputs }) =>
    [...new Set(inputs)].flatMap((tensor) => {
      const producer = producers.get(tensor);
      return producer === undefined ? [] : [indexOf.get(producer) ?? 0];
    }),
  );
  const rows = rowsOf(inputsOf);
  const columns = columnsOf(rows, inputsOf);
  const place = (i: number): PlacedCall => ({
    call: calls[i] as LayerCall,
    x: (columns[i] ?? 0) * (nodeSize.width + gap.x),
    y: (rows[i] ?? 0) * (nodeSize.height + gap.y),
  });
  const nodes = calls.map((_, i) => place(i));
  return {
    nodes,
    edges: inputsOf.flatMap((inputs, to) => inputs.map((from) => [from, to] as const)),
    width: nodes.reduce((most, { x }) => Math.max(most, x + nodeSize.width), 0),
    height: nodes.reduce((most, { y }) => Math.max(most, y + nodeSize.height), 0),
  };
}

/** The length of the longest path from an input. */
function rowsOf(inputsOf: readonly (readonly number[])[]): readonly number[] {
  const rows: number[] = [];
  for (const inputs of inputsOf) rows.push(inputs.reduce((most, i) => Math.max(most, (rows[i] ?? 0) + 1), 0));
  return rows;
}

/** The calls of a row lie beside each other, in the order of their inputs' columns and centred below them. */
function columnsOf(rows: readonly number[], inputsOf: readonly (readonly number[])[]): readonly number[] {
  const columns: number[] = [];
  const last = rows.reduce((a, b) => Math.max(a, b), 0);
  for (let row = 0; row <= last; row++) {
    const wanted = [...rows.keys()]
      .filter((i) => rows[i] === row)
      .map((i) => ({ i, column: mean((inputsOf[i] ?? []).map((input) => columns[input] ?? 0)) }))
      .toSorted((a, b) => a.column - b.column);
    const centre = mean(wanted.map(({ column }) => column));
    for (const [place, { i }] of wanted.entries()) columns[i] = centre + place - (wanted.length - 1) / 2;
  }
  const least = Math.min(...columns);
  return columns.map((column) => column - least);
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
