/**
 * The wheels of the TensorFlow that is installed, by their sha256 in Python's package index: CPython 3.10 to 3.13 on
 * Linux with glibc (x86-64 and arm64) and on a Mac with Apple silicon. pip refuses any other file.
 */

export const tensorflowVersion = "2.21.0";

export type CpuPackage = "tensorflow-cpu" | "tensorflow";

const wheelHashes: Readonly<Record<CpuPackage, readonly string[]>> = {
  /** Linux on x86-64. */
  "tensorflow-cpu": [
    "d143e92f5c0661cdfa26eaca8f73cd2efd0ec53a68af8dec82f584ba8eb14b83", // 3.10
    "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c", // 3.11
    "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb", // 3.12
    "05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793", // 3.13
  ],
  tensorflow: [
    // Linux on arm64
    "7c97938b25cf70c80ae8619931f85abcdee2ab2eb256c2051202edb3b89e9a5d", // 3.10
    "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c", // 3.11
    "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552", // 3.12
    "a10abdfb8b1189210c251021a3f153b7ccc52a8e6521351f3dc3331e8ba593e0", // 3.13
    // macOS on arm64
    "6462632889e0e9ce1455b208c87b86a8c154e899407ef7d426ef1ec71647f565", // 3.10
    "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88", // 3.11
    "56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712", // 3.12
    "a145ed46c58192b7c3f9916d070caf4f6afc6dc7e5511f83dd97677f4c4947f4", // 3.13
  ],
};

/** A line of a requirements file. */
export function pinnedRequirement(name: CpuPackage): string {
  const hashes = wheelHashes[name].map((hash) => `--hash=sha256:${hash}`);
  return `${name}==${tensorflowVersion} ${hashes.join(" ")}\n`;
}
