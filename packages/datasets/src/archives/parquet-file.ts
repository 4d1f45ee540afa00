/**
 * Footers and columns of Parquet files, by the package hyparquet. Sizes that the footer states are limited before
 * anything is read; the time and memory of hyparquet itself are not bounded for crafted files.
 */
import zlib from "node:zlib";
import {
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
  type RowGroup,
} from "hyparquet";
import { DatasetError, TruncatedFileError, UnreadableFileError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";

const maximumFooterBytes = 16e6;
/** Of a column in a row group, compressed or not. */
const maximumColumnBytes = 1e9;
/** The length of the footer, and "PAR1". */
const trailerBytes = 8;

/** @throws UnreadableFileError or TruncatedFileError for a file that is not a complete Parquet file. */
export function readFooter(source: ByteSource): Promise<FileMetaData> {
  const { name, size } = source;
  return source.use(async (read) => {
    if (size < trailerBytes) throw new TruncatedFileError(name, size, trailerBytes, "the footer");
    const trailer = await read(size - trailerBytes, trailerBytes);
    if (trailer.toString("latin1", 4) !== "PAR1")
      throw new UnreadableFileError(
        name,
        `byte ${size - 4} is not PAR1, the end of a Parquet file, so it is truncated`,
      );
    const length = trailer.readUInt32LE(0);
    if (length + trailerBytes > size || length > maximumFooterBytes)
      throw new UnreadableFileError(
        name,
        `its footer has ${length} bytes, more than the file or than ${maximumFooterBytes}`,
      );
    const footer = await read(size - trailerBytes - length, length + trailerBytes);
    return explained(name, () => parquetMetadata(footer));
  });
}

/**
 * One column of a row group, a value per row.
 *
 * @throws UnreadableFileError for damaged pages; DatasetError for a compression that Node lacks.
 */
export function readColumn(
  source: ByteSource,
  footer: FileMetaData,
  group: RowGroup,
  column: string,
): Promise<readonly unknown[]> {
  const rows = Number(group.num_rows);
  return source.use((read) =>
    explained(source.name, async () => {
      checkSizes(group, column);
      const slice = async (start: number, end = source.size): Promise<ArrayBuffer> =>
        Uint8Array.from(await read(start, end - start)).buffer;
      const values = await parquetReadObjects({
        file: { byteLength: source.size, slice },
        metadata: { ...footer, num_rows: group.num_rows, row_groups: [group] },
        columns: [column],
        utf8: false,
        compressors,
      });
      if (values.length === rows) return values.map((row) => row[column]);
      throw new Error(`a row group has ${values.length} values of ${column} in ${rows} rows`);
    }),
  );
}

function checkSizes(group: RowGroup, column: string): void {
  for (const { meta_data } of group.columns) {
    if (meta_data?.path_in_schema[0] !== column) continue;
    const size = Math.max(Number(meta_data.total_compressed_size), Number(meta_data.total_uncompressed_size));
    if (!(size <= maximumColumnBytes))
      throw new Error(`${column} has ${size} bytes in a row group, more than ${maximumColumnBytes}`);
  }
}

/** hyparquet itself unpacks Snappy. */
const compressors: Compressors = {
  GZIP: (bytes, size) => zlib.gunzipSync(bytes, { maxOutputLength: Math.max(1, size) }),
  BROTLI: (bytes, size) => zlib.brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  ZSTD(bytes, size) {
    if ("zstdDecompressSync" in zlib && typeof zlib.zstdDecompressSync === "function")
      return zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
    throw new DatasetError(
      "Parquet files compressed by Zstandard need Node 22.15 or later; install it, or write the file with Snappy",
    );
  },
};

async function explained<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw new UnreadableFileError(name, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
