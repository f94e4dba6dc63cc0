// The step of W1, written by hand for its sizes, in C: what nabla's native code is measured against. One
// thread; the widest vectors that the compiler is told of; products in tiles whose sums stay in registers,
// which read everything where it lies; bias and activation, and the update of the weights, right after
// them. Layers have 16 columns; of the last one's only 10 count.
#include <string.h>

#if defined(__AVX512F__)
enum { lanes = 16, forward_rows = 10, update_rows = 16, small_rows = 16 };
#else
enum { lanes = 8, forward_rows = 5, update_rows = 4, small_rows = 4 };
#endif
enum { examples = 100, inputs = 784, width = 16, outputs = 10, vectors = width / lanes };

typedef float vector __attribute__((vector_size(4 * lanes)));
typedef int integers __attribute__((vector_size(4 * lanes)));
#define INLINE static inline __attribute__((always_inline))
#define ALIGNED __attribute__((aligned(64)))

static float x[examples * inputs] ALIGNED;
static float y[examples * width] ALIGNED;
static float w1[inputs * width] ALIGNED, w2[width * width] ALIGNED, w3[width * width] ALIGNED;
static float b1[width] ALIGNED, b2[width] ALIGNED, b3[width] ALIGNED;
static float a1[examples * width] ALIGNED, a2[examples * width] ALIGNED, a3[examples * width] ALIGNED;
static float d1[examples * width] ALIGNED, d2[examples * width] ALIGNED, d3[examples * width] ALIGNED;
static float transposed[width * width] ALIGNED;

/** Copies `count` numbers to x, y, w1 to w3 or b1 to b3, by their number. */
void put(int which, const float *data, int count) {
  float *const all[] = {x, y, w1, w2, w3, b1, b2, b3};
  memcpy(all[which], data, sizeof(float) * count);
}

INLINE vector splat(float value) {
  return value - (vector){};
}

INLINE vector load(const float *from) {
  return *(const vector *)from;
}

INLINE void store(float *to, vector value) {
  *(vector *)to = value;
}

INLINE vector clamp(vector v, float least, float most) {
  for (int lane = 0; lane < lanes; lane++) {
    v[lane] = v[lane] < least ? least : v[lane];
    v[lane] = v[lane] > most ? most : v[lane];
  }
  return v;
}

INLINE vector exponential(vector v) {
  const vector bounded = clamp(v, -87, 88);
  // Numbers of this size have no fraction: the sum is rounded to an integer.
  const vector large = splat(12582912);
  const vector n = (bounded * 1.44269504f + large) - large;
  vector r = bounded - n * 0.693359375f;
  r = r + n * 2.1219444e-4f;
  vector p = splat(1.98756915e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1;
  return p * (vector)((__builtin_convertvector(n, integers) + 127) << 23);
}

INLINE vector sigmoid(vector v) {
  return 1 / (1 + exponential(-v));
}

INLINE vector slope(vector a) {
  return a * (1 - a);
}

enum kind { forwards, backwards, updates };

/** One vector of a product's result: with its bias through the activation, by its slope, or to weights. */
INLINE void finish(enum kind kind, vector sum, float *to, const float *other) {
  if (kind == forwards) store(to, sigmoid(sum + load(other)));
  else if (kind == backwards) store(to, sum * slope(load(other)));
  else store(to, load(to) - sum * 3);
}

/**
 * `count` rows of left [.., depth] by right [depth, 16]; `step` and `stride` lead from one inner position,
 * and from one row, of the left operand to the next.
 */
INLINE void tile(enum kind kind, int count, const float *left, int step, int stride, const float *right,
                 int depth, float *to, const float *other) {
  vector sums[count][vectors];
  for (int i = 0; i < count; i++)
    for (int j = 0; j < vectors; j++) sums[i][j] = (vector){};
  for (int k = 0; k < depth; k++) {
#pragma GCC unroll 16
    for (int i = 0; i < count; i++) {
      const vector l = splat(left[k * step + i * stride]);
#pragma GCC unroll 2
      for (int j = 0; j < vectors; j++) sums[i][j] += l * load(right + k * width + j * lanes);
    }
  }
  for (int i = 0; i < count; i++)
    for (int j = 0; j < vectors; j++) {
      const int at = i * width + j * lanes;
      finish(kind, sums[i][j], to + at, other + (kind == forwards ? j * lanes : at));
    }
}

INLINE void product(enum kind kind, int count, const float *left, int step, int stride, const float *right,
                    int rows, int depth, float *to, const float *other) {
  for (int i = 0; i < rows; i += count)
    tile(kind, count, left + i * stride, step, stride, right, depth, to + i * width,
         other + (kind == forwards ? 0 : i * width));
}

INLINE void forward(const float *left, int depth, const float *w, const float *b, float *a) {
  product(forwards, forward_rows, left, 1, depth, w, examples, depth, a, b);
}

INLINE void backward(const float *d, const float *w, const float *a, float *to) {
  for (int i = 0; i < width; i++)
    for (int j = 0; j < width; j++) transposed[j * width + i] = w[i * width + j];
  product(backwards, forward_rows, d, 1, width, transposed, examples, width, to, a);
}

INLINE void update(int count, const float *a, int rows, const float *d, float *w) {
  product(updates, count, a, rows, 1, d, rows, examples, w, w);
}

INLINE void update_bias(const float *d, float *b) {
  for (int j = 0; j < width; j += lanes) {
    vector sums[4] = {};
    for (int i = 0; i < examples; i += 4)
      for (int k = 0; k < 4; k++) sums[k] += load(d + (i + k) * width + j);
    store(b + j, load(b + j) - ((sums[0] + sums[1]) + (sums[2] + sums[3])) * 3);
  }
}

/** Cost and sensitivity of the last layer. */
static float judge(void) {
  vector costs[vectors] = {};
  for (int i = 0; i < examples; i++)
    for (int j = 0; j < vectors; j++) {
      const int at = i * width + j * lanes;
      const vector a = load(a3 + at);
      vector off = a - load(y + at);
      // The columns after the last output are none.
      for (int lane = 0; lane < lanes; lane++)
        if (j * lanes + lane >= outputs) off[lane] = 0;
      costs[j] += off * off;
      store(d3 + at, off * 0.02f * slope(a));
    }
  float cost = 0;
  for (int j = 0; j < vectors; j++)
    for (int lane = 0; lane < lanes; lane++) cost += costs[j][lane];
  return cost / examples;
}

/** One step of gradient descent; the cost before it. */
float step(void) {
  forward(x, inputs, w1, b1, a1);
  forward(a1, width, w2, b2, a2);
  forward(a2, width, w3, b3, a3);
  const float cost = judge();
  backward(d3, w3, a2, d2);
  backward(d2, w2, a1, d1);
  update(update_rows, x, inputs, d1, w1);
  update(small_rows, a1, width, d2, w2);
  update(small_rows, a2, width, d3, w3);
  update_bias(d1, b1);
  update_bias(d2, b2);
  update_bias(d3, b3);
  return cost;
}
