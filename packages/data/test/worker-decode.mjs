// What the tests have workers compute.
export default async function decode(n) {
  if (n === 13) throw new Error("13 cannot be decoded");
  return { inputs: Float32Array.of(n, n * n), name: `n${n}` };
}
