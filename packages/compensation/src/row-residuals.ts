/** The residuals of a regression's rows, their mean square, and their products with the features. */
import * as tf from "@tensorflow/tfjs-core";
import { applyColumns } from "./affine-map.ts";
import type { ReadThrough } from "./refit-sites.ts";
import { seen, type VisibleTarget, visibleResidual, visibleTarget } from "./residual.ts";
import { addInto, product, variance } from "./sum-products.ts";

/** One minibatch of the regression. */
export type FitRows = {
  /** `[groups, rows, features]` */
  readonly features: tf.Tensor3D;
  /** `[rows, channels]`, or undefined for 0. */
  readonly base: tf.Tensor2D | undefined;
  /** `[rows, channels]` */
  readonly target: tf.Tensor2D;
};

/** The residual of `features · θ + base` as its reader sees it. */
export interface RowResiduals {
  /** Mean squared residual, summed over channels. @param columns - θ, `[groups, features, outputs per group]` */
  readonly error: (columns: tf.Tensor3D) => Promise<number>;
  /** The same, and `mean r x`, `[groups, outputs, features]`. */
  readonly products: (columns: tf.Tensor3D) => Promise<Products>;
  readonly dispose: () => void;
}

export interface Products {
  readonly error: number;
  readonly products: Float64Array;
}

/** @param rows - They are not disposed. */
export function rowResiduals(rows: readonly FitRows[], readThrough: ReadThrough): RowResiduals {
  const targets = rows.map(({ target, base }) => visibleTarget(target, base, readThrough));
  const count = Math.max(
    rows.reduce((n, { target }) => n + target.shape[0], 0),
    1,
  );
  const sumOver = async (
    columns: tf.Tensor3D,
    read: (residual: tf.Tensor2D, features: tf.Tensor3D) => Promise<void>,
  ): Promise<number> => {
    const squares = new Float64Array(1);
    for (const [i, { features }] of rows.entries()) {
      const residual = tf.tidy(() =>
        visibleResidual(applyColumns(features, columns), targets[i] as VisibleTarget),
      );
      await addInto(squares, () => tf.sum(tf.square(residual)));
      await read(residual, features);
      residual.dispose();
    }
    return Number(squares[0]) / count;
  };
  return {
    error: (columns) => sumOver(columns, async () => undefined),
    async products(columns) {
      const [groups, size, perGroup] = columns.shape;
      const products = new Float64Array(groups * size * perGroup);
      const error = await sumOver(columns, (residual, features) =>
        addInto(products, () => {
          const byGroup = tf.transpose(tf.reshape(residual, [-1, groups, perGroup]), [1, 0, 2]);
          return product(byGroup as tf.Tensor3D, features);
        }),
      );
      return { error, products: products.map((value) => value / count) };
    },
    dispose: () => void tf.dispose(targets.map((each) => ({ ...each }))),
  };
}

/** Of what the reader sees of the target, summed over channels. */
export function targetVariance(rows: readonly FitRows[], readThrough: ReadThrough): Promise<number> {
  return variance(
    rows.map(
      ({ target }) =>
        () =>
          seen(target, readThrough) as tf.Tensor2D,
    ),
  );
}
