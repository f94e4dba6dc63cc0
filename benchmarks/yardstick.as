// The step of W1, written by hand for its sizes, in AssemblyScript: what nabla's own code is measured
// against. One thread; fused multiply-adds; products in tiles of 4 rows and 8 columns that read
// everything where it lies; bias and activation, and the update of the weights, right behind them.
// Layers have 16 columns; of the last one's only 10 count.

const examples: i32 = 100;
const inputs: i32 = 784;
const width: i32 = 16;
const outputs: i32 = 10;

/** The address of so many floats, which are not given back. */
function floats(count: i32): usize {
  return heap.alloc(4 * count + 16);
}

export const x: usize = floats(examples * inputs);
export const y: usize = floats(examples * width);
export const w1: usize = floats(inputs * width);
export const w2: usize = floats(width * width);
export const w3: usize = floats(width * width);
export const b1: usize = floats(width);
export const b2: usize = floats(width);
export const b3: usize = floats(width);
const a1: usize = floats(examples * width);
const a2: usize = floats(examples * width);
const a3: usize = floats(examples * width);
const d1: usize = floats(examples * width);
const d2: usize = floats(examples * width);
const d3: usize = floats(examples * width);
const turned: usize = floats(width * width);

// @ts-ignore: decorator
@inline
function exp(v: v128): v128 {
  // As in engine/kernel/approximations/exponential.ts.
  const bounded = f32x4.max(f32x4.min(v, f32x4.splat(88)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  let r = f32x4.relaxed_nmadd(n, f32x4.splat(0.693359375), bounded);
  r = f32x4.relaxed_nmadd(n, f32x4.splat(-2.1219444e-4), r);
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.relaxed_madd(p, r, f32x4.splat(1.3981999507e-3));
  p = f32x4.relaxed_madd(p, r, f32x4.splat(8.3334519073e-3));
  p = f32x4.relaxed_madd(p, r, f32x4.splat(4.1665795894e-2));
  p = f32x4.relaxed_madd(p, r, f32x4.splat(1.6666665459e-1));
  p = f32x4.relaxed_madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.relaxed_madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

// @ts-ignore: decorator
@inline
function sigmoid(v: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(v))));
}

// @ts-ignore: decorator
@inline
function slope(a: v128): v128 {
  return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
}

/** Rows i to i + 3 of the product, columns j to j + 7: 0 forward, 1 backward, 2 update. */
// @ts-ignore: decorator
@inline
function finish(kind: i32, sum: v128, at: usize, other: usize): void {
  if (kind == 0) v128.store(at, sigmoid(f32x4.add(sum, v128.load(other))));
  else if (kind == 1) v128.store(at, f32x4.mul(sum, slope(v128.load(other))));
  else v128.store(at, f32x4.relaxed_nmadd(sum, f32x4.splat(3), v128.load(at)));
}

/**
 * left [rows, depth] by right [depth, 16]; `step` and `stride` (in bytes) lead from one inner position,
 * and from one row, of the left operand to the next.
 */
// @ts-ignore: decorator
@inline
function product(
  kind: i32,
  left: usize,
  step: i32,
  stride: i32,
  right: usize,
  rows: i32,
  depth: i32,
  at: usize,
  other: usize,
): void {
  for (let i = 0; i < rows; i += 4) {
    for (let j = 0; j < 64; j += 32) {
      let s00 = f32x4.splat(0);
      let s01 = s00;
      let s10 = s00;
      let s11 = s00;
      let s20 = s00;
      let s21 = s00;
      let s30 = s00;
      let s31 = s00;
      let l: usize = left + i * stride;
      let r: usize = right + j;
      for (let k = 0; k < depth; k++) {
        const r0 = v128.load(r);
        const r1 = v128.load(r, 16);
        const l0 = v128.load32_splat(l);
        s00 = f32x4.relaxed_madd(l0, r0, s00);
        s01 = f32x4.relaxed_madd(l0, r1, s01);
        const l1 = v128.load32_splat(l + stride);
        s10 = f32x4.relaxed_madd(l1, r0, s10);
        s11 = f32x4.relaxed_madd(l1, r1, s11);
        const l2 = v128.load32_splat(l + 2 * stride);
        s20 = f32x4.relaxed_madd(l2, r0, s20);
        s21 = f32x4.relaxed_madd(l2, r1, s21);
        const l3 = v128.load32_splat(l + 3 * stride);
        s30 = f32x4.relaxed_madd(l3, r0, s30);
        s31 = f32x4.relaxed_madd(l3, r1, s31);
        l += step;
        r += 64;
      }
      const to = at + i * 64 + j;
      // Of the bias there is one row.
      const by = kind == 0 ? 0 : 64;
      const from = other + (kind == 0 ? 0 : i * 64) + j;
      finish(kind, s00, to, from);
      finish(kind, s01, to + 16, from + 16);
      finish(kind, s10, to + 64, from + by);
      finish(kind, s11, to + 80, from + by + 16);
      finish(kind, s20, to + 128, from + 2 * by);
      finish(kind, s21, to + 144, from + 2 * by + 16);
      finish(kind, s30, to + 192, from + 3 * by);
      finish(kind, s31, to + 208, from + 3 * by + 16);
    }
  }
}

/** Layers and sensitivities are [100, 16]; so the left operand is too, but for the images. */
function forward(left: usize, depth: i32, w: usize, b: usize, a: usize): void {
  product(0, left, 4, 4 * depth, w, examples, depth, a, b);
}

function forwardImages(): void {
  product(0, x, 4, 4 * inputs, w1, examples, inputs, a1, b1);
}

function backward(d: usize, w: usize, a: usize, to: usize): void {
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      store<f32>(turned + 64 * j + 4 * i, load<f32>(w + 64 * i + 4 * j));
    }
  }
  product(1, d, 4, 64, turned, examples, width, to, a);
}

function update(a: usize, d: usize, w: usize): void {
  product(2, a, 64, 4, d, width, examples, w, w);
}

function updateImages(): void {
  product(2, x, 4 * inputs, 4, d1, inputs, examples, w1, w1);
}

function updateBias(d: usize, b: usize): void {
  for (let j = 0; j < 64; j += 16) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < examples; i++) sum = f32x4.add(sum, v128.load(d + 64 * i + j));
    v128.store(b + j, f32x4.relaxed_nmadd(sum, f32x4.splat(3), v128.load(b + j)));
  }
}

/** Cost and sensitivity of the last layer. */
function judge(): f32 {
  let cost = f32x4.splat(0);
  for (let i = 0; i < examples; i++) {
    for (let j = 0; j < 48; j += 16) {
      const at = 64 * i + j;
      const a = v128.load(a3 + at);
      let off = f32x4.sub(a, v128.load(y + at));
      // Columns 10 and 11 are none.
      if (j == 32) off = v128.and(off, i32x4(-1, -1, 0, 0));
      cost = f32x4.relaxed_madd(off, off, cost);
      v128.store(d3 + at, f32x4.mul(f32x4.mul(off, f32x4.splat(0.02)), slope(a)));
    }
    v128.store(d3 + 64 * i + 48, f32x4.splat(0));
  }
  const halves = f32x4.add(cost, v128.shuffle<i32>(cost, cost, 2, 3, 0, 1));
  return (f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1)) / <f32>examples;
}

/** One step of gradient descent; the cost before it. */
export function step(): f32 {
  forwardImages();
  forward(a1, width, w2, b2, a2);
  forward(a2, width, w3, b3, a3);
  const cost = judge();
  backward(d3, w3, a2, d2);
  backward(d2, w2, a1, d1);
  updateImages();
  update(a1, d2, w2);
  update(a2, d3, w3);
  updateBias(d1, b1);
  updateBias(d2, b2);
  updateBias(d3, b3);
  return cost;
}
